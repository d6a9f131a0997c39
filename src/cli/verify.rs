//! `replaycast verify`: is a video what its recording gives? Takes some of its frames anew and compares them.

use std::collections::BTreeSet;
use std::io::Cursor;
use std::path::Path;
use std::sync::Arc;

use image::{GenericImage, ImageFormat, RgbaImage};
use serde::Serialize;

use super::args::VerifyArgs;
use super::capturing::CaptureChoice;
use super::destinations::{self, Place};
use super::planning;
use super::print;
use super::reading::Reading;
use super::settings::asset_options;
use super::staged::Staged;
use super::telling::Telling;
use crate::aside::aside;
use crate::assets::Assets;
use crate::encode::{VideoFacts, VideoReader};
use crate::error::{Error, Kind, Result};
use crate::frame::{Fps, FrameSpec, Size};
use crate::pipeline::{RenderEvent, RenderObserver, SampleJob, Subject, sample};
use crate::recording::Span;
use crate::similarity::{luma, ssim};
use crate::source::Input;
use crate::timeline::{CapturePlan, RenderPlan, SizeOption, Timeline};

const OTHER_OPTIONS: &str = "Give the options that the video was rendered with: --start, --end, --clip, --around, --trim-start, --speed, --idle, --window, --fps, \
     and those for the picture and the words in it.";

/// A constant rate hides how often pictures change.
const WITH_MAX_SIZE: &str = "What --max-size made coarse wants a lower --min-ssim, and with --cfr as --fps the frame rate that it came to.";

pub(super) async fn run(args: &VerifyArgs) -> Result<()> {
    let reading = Reading::resolve(&args.recording.input)?;
    check_worst(args, &reading.input)?;
    let capture = CaptureChoice::resolve(&args.capture)?;
    let asset_options = asset_options(&args.assets, &args.recording.input, args.capture.deadline)?;
    let path = args.video.clone();
    let video = aside("video", move || VideoReader::open(&path)).await?;
    let facts = video.facts();
    let worst_file = args.worst.as_deref();
    let worst_file = worst_file
        .map(|path| Staged::file("--worst", path, args.force))
        .transpose()?;

    let telling = args.telling.level();
    let recording = Arc::new(reading.recording(args.recording.session.clone(), telling).await?);
    let (moments, clips) = planning::clips(&recording, &args.content, false).await?;
    let timeline = only(clips.timelines)?;
    for told in planning::bounds_outside(&recording, &timeline, &args.content) {
        telling.note(&told);
    }
    let fps = fps(args, facts)?;
    let assets = aside("reader", move || Assets::open(&asset_options)).await?;
    let size = SizeOption::Fit(facts.size);
    let (picture, words) = (&args.content.picture, &args.content.words);
    let capture_plan = CapturePlan::new(&[timeline], size, picture.scale, fps, words.band());
    let capture_plan = Arc::new(capture_plan);
    let plan = Arc::clone(&capture_plan.videos[0]);
    check_shape(facts, &plan)?;
    let scripts = planning::scripts(words, &recording, &moments, &capture_plan).await?;
    for told in planning::moments_in_cuts(words, None, &recording, &capture_plan) {
        telling.note(&told);
    }
    let moments = Moments {
        places: plan.frame_count,
        step: video.places_between_pictures(fps, plan.frame_count),
    };

    let job = SampleJob {
        subject: Subject {
            recording: Arc::clone(&recording),
            source: capture.source(&recording, &capture_plan).await?,
            plan: capture_plan,
            stage: picture.stage(),
            assets: Arc::new(assets),
            asset_base: args.assets.asset_base.clone(),
            overlay: picture.overlay(),
            scripts,
        },
        frames: moments.chosen((!args.all).then_some(args.samples.get())),
    };
    let comparison = sample(job, &Observer(telling), Comparison::with(video), Comparison::add).await?;

    if let (Some(staged), Some(worst)) = (worst_file, &comparison.worst) {
        staged.write(worst.side_by_side()?)?;
        staged.commit()?;
    }
    let verdict = comparison.verdict(&args.video, &recording.name, &plan, moments, args.min_ssim)?;
    print::text(verdict.told(args.json)?).await?;
    verdict.failure().map_or(Ok(()), Err)
}

/// Fails if the worst frame would replace what is read.
fn check_worst(args: &VerifyArgs, input: &Input) -> Result<()> {
    let written: Vec<Place> = args
        .worst
        .iter()
        .map(|path| Place::new("--worst", path))
        .collect();
    let mut read = destinations::read(input, &args.recording.input, Some(&args.assets));
    read.push(Place::new("the video", &args.video));
    destinations::check(&written, &read)
}

/// The one part of the session that the video can be.
fn only(mut timelines: Vec<Timeline>) -> Result<Timeline> {
    if timelines.len() > 1 {
        let message = format!("one video is compared, but there are {} clips", timelines.len());
        let clips: Vec<String> = timelines.iter().map(describe_clip).collect();
        return Err(Error::new(Kind::Usage, message)
            .hint(format!("Say which one the video is: {}.", clips.join(", or "))));
    }
    Ok(timelines.swap_remove(0))
}

/// The options that give this clip alone.
fn describe_clip(clip: &Timeline) -> String {
    let seconds = |ms: f64| ms / 1000.0;
    let Span { start_ms, end_ms } = clip.range;
    let Some((&first_ms, later_ms)) = clip.around_ms.split_first() else {
        return format!("--clip {}..{}", seconds(start_ms), seconds(end_ms));
    };
    // With decimals, lest they are minutes and seconds.
    let (before, after) = (seconds(first_ms - start_ms), seconds(end_ms - first_ms));
    let first = format!("--around {}:{before:?}:{after:?}", seconds(first_ms));
    let later = later_ms
        .iter()
        .map(|ms| format!("--around {}:0.0:0.0", seconds(*ms)));
    std::iter::once(first).chain(later).collect::<Vec<_>>().join(" ")
}

/// Frames per second of the grid that the video was made on.
fn fps(args: &VerifyArgs, facts: VideoFacts) -> Result<Fps> {
    args.fps.or(facts.grid).ok_or_else(|| {
        let message = format!("the frames of {} are on no grid", args.video.display());
        Error::new(Kind::VideoDiffers, message).hint("Say how many frames a second it has with --fps.")
    })
}

/// Fails where the video can be of no use: another length or size than the plan's.
fn check_shape(facts: VideoFacts, plan: &RenderPlan) -> Result<()> {
    let planned_ms = plan.duration_ms();
    let message = if plan.size != facts.size {
        format!("the video is {}; no render gives that size", facts.size)
    } else if (planned_ms - facts.duration_ms).abs() > plan.fps.frame_ms(1) / 2.0 + 1.0 {
        let [lasts, given] = different_times(facts.duration_ms, planned_ms);
        format!("the video lasts {lasts}, but the recording gives {given}")
    } else {
        return Ok(());
    };
    Err(Error::new(Kind::VideoDiffers, message).hint(OTHER_OPTIONS))
}

/// Two lengths of time that are not the same, as exactly as it takes to tell them apart.
fn different_times(a_ms: f64, b_ms: f64) -> [String; 2] {
    let [a, b] = [a_ms, b_ms].map(|ms| print::seconds(ms / 1000.0));
    if a == b {
        [a_ms, b_ms].map(|ms| format!("{:.3} s", ms / 1000.0))
    } else {
        [a, b]
    }
}

/// The places of the grid at which the video can be right: where its pictures may begin, and the last.
#[derive(Debug, Clone, Copy)]
struct Moments {
    places: u64,
    step: u64,
}

impl Moments {
    const fn count(self) -> u64 {
        self.places.saturating_sub(1).div_ceil(self.step) + 1
    }

    /// This many places, evenly spread, the first and the last among them; or all.
    fn chosen(self, samples: Option<u64>) -> BTreeSet<u64> {
        let count = self.count();
        let numbers: Vec<u64> = match samples {
            Some(1) => vec![count / 2],
            Some(samples) if samples < count => (0..samples)
                .map(|sample| sample * (count - 1) / (samples - 1))
                .collect(),
            _ => (0..count).collect(),
        };
        let last = self.places.saturating_sub(1);
        numbers
            .into_iter()
            .map(|number| (number * self.step).min(last))
            .collect()
    }
}

struct Observer(Telling);

impl RenderObserver for Observer {
    fn on(&self, event: RenderEvent<'_>) {
        if self.0.includes(&event) {
            print::notes(&event.to_string());
        }
    }
}

/// What has been compared so far.
#[derive(Debug)]
struct Comparison {
    video: VideoReader,
    frames: Vec<ComparedFrame>,
    worst: Option<WorstFrame>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
struct ComparedFrame {
    index: u64,
    video_ms: f64,
    session_ms: f64,
    ssim: f64,
}

#[derive(Debug)]
struct WorstFrame {
    frame: ComparedFrame,
    expected: RgbaImage,
    actual: RgbaImage,
}

#[derive(Debug, Serialize)]
struct Verdict {
    same: bool,
    video: String,
    recording: String,
    size: Size,
    /// Of the grid of moments that may be compared.
    fps: String,
    moments: u64,
    compared: usize,
    min_ssim: f64,
    median_ssim: f64,
    least_allowed: f64,
    worst: ComparedFrame,
}

impl Comparison {
    const fn with(video: VideoReader) -> Self {
        Self {
            video,
            frames: Vec::new(),
            worst: None,
        }
    }

    fn add(&mut self, spec: FrameSpec, expected: &RgbaImage) -> Result<()> {
        let cut_off = || {
            let at = print::seconds(spec.pts_ms / 1000.0);
            Error::new(Kind::VideoDiffers, format!("the video has no picture at {at}"))
        };
        let actual = self.video.picture_at(spec.pts_ms)?.ok_or_else(cut_off)?;
        let frame = ComparedFrame {
            index: spec.index,
            video_ms: spec.pts_ms,
            session_ms: spec.session_ms,
            ssim: ssim(&luma(expected), &actual.luma()).ok_or_else(cut_off)?,
        };
        self.frames.push(frame);
        if self
            .worst
            .as_ref()
            .is_none_or(|worst| frame.ssim < worst.frame.ssim)
        {
            self.worst = Some(WorstFrame {
                frame,
                expected: expected.clone(),
                actual: actual.to_rgba(),
            });
        }
        Ok(())
    }

    fn verdict(
        &self,
        video: &Path,
        recording: &str,
        plan: &RenderPlan,
        moments: Moments,
        least_allowed: f64,
    ) -> Result<Verdict> {
        let worst = self
            .worst
            .as_ref()
            .ok_or_else(|| Error::new(Kind::Internal, "no frame was compared"))?;
        let mut similarities: Vec<f64> = self.frames.iter().map(|frame| frame.ssim).collect();
        similarities.sort_by(f64::total_cmp);
        Ok(Verdict {
            same: worst.frame.ssim >= least_allowed,
            video: video.display().to_string(),
            recording: recording.to_owned(),
            size: plan.size,
            fps: plan.fps.to_string(),
            moments: moments.count(),
            compared: self.frames.len(),
            min_ssim: worst.frame.ssim,
            median_ssim: similarities[similarities.len() / 2],
            least_allowed,
            worst: worst.frame,
        })
    }
}

impl WorstFrame {
    /// Expected and actual as a PNG.
    fn side_by_side(&self) -> Result<Vec<u8>> {
        let failed = |source| Error::new(Kind::Internal, "drawing the worst frame").caused_by(source);
        let (width, height) = self.expected.dimensions();
        let mut sheet = RgbaImage::new(width * 2, height);
        sheet.copy_from(&self.expected, 0, 0).map_err(failed)?;
        sheet.copy_from(&self.actual, width, 0).map_err(failed)?;
        let mut png = Cursor::new(Vec::new());
        sheet.write_to(&mut png, ImageFormat::Png).map_err(failed)?;
        Ok(png.into_inner())
    }
}

impl Verdict {
    fn failure(&self) -> Option<Error> {
        let message = || {
            format!(
                "{} is not what {} gives: at {} its similarity is {:.4}, less than {}",
                self.video,
                self.recording,
                print::seconds(self.worst.video_ms / 1000.0),
                self.worst.ssim,
                self.least_allowed
            )
        };
        let hint = || format!("{OTHER_OPTIONS} {WITH_MAX_SIZE}");
        (!self.same).then(|| Error::new(Kind::VideoDiffers, message()).hint(hint()))
    }

    fn told(&self, json: bool) -> Result<String> {
        if json {
            print::json(self, "verdict")
        } else {
            Ok(format!(
                "{} {} what {} gives: {} of {} moments compared at {}, SSIM at least {:.4}, median {:.4}, least at {}\n",
                self.video,
                if self.same { "shows" } else { "does not show" },
                self.recording,
                self.compared,
                self.moments,
                self.size,
                self.min_ssim,
                self.median_ssim,
                print::seconds(self.worst.video_ms / 1000.0),
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_that_differ_look_different() {
        for (a_ms, b_ms, told) in [
            (2000.0, 4000.0, ["2.0 s", "4.0 s"]),
            (2000.0, 2033.0, ["2.000 s", "2.033 s"]),
            (3_600_100.0, 3_600_400.0, ["3600.100 s", "3600.400 s"]),
        ] {
            assert_eq!(different_times(a_ms, b_ms), told);
        }
    }

    #[test]
    fn samples_are_spread_from_the_first_to_the_last() {
        for (places, step, samples, expected) in [
            (100, 1, Some(3), vec![0, 49, 99]),
            (10, 1, Some(10), (0..10).collect()),
            (3, 1, Some(20), vec![0, 1, 2]),
            (9, 1, Some(1), vec![4]),
            (4, 1, None, vec![0, 1, 2, 3]),
            (1, 1, Some(2), vec![0]),
            (11, 3, None, vec![0, 3, 6, 9, 10]),
            (10, 3, None, vec![0, 3, 6, 9]),
            (11, 3, Some(3), vec![0, 6, 10]),
            (1, 3, None, vec![0]),
        ] {
            let moments = Moments { places, step };
            let chosen: Vec<u64> = moments.chosen(samples).into_iter().collect();
            assert_eq!(chosen, expected, "{samples:?} of {places}, each {step}");
            assert!(samples.is_some() || moments.count() == chosen.len() as u64);
        }
    }
}
