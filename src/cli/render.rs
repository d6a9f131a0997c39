//! `replaycast render`: reads the recording, plans, renders beside the destination, then moves the video there.

use std::mem;
use std::sync::Arc;
use std::time::Instant;

use super::NO_OUTPUT;
use super::args::RenderArgs;
use super::capturing::CaptureChoice;
use super::naming::{NUMBER, Naming};
use super::planning;
use super::progress::Progress;
use super::reading::Reading;
use super::render_text::{tell_plan, tell_result};
use super::report::{ClipNumber, Report, ReportedVideo};
use super::settings::{Destination, RenderSettings};
use super::telling::Telling;
use super::video_files::{ReportFiles, VideoFiles};
use crate::aside::aside;
use crate::assets::Assets;
use crate::error::Result;
use crate::pipeline::{PictureSource, RenderJob, Rendered, Subject, Written, render};
use crate::recording::{Moment, Recording};
use crate::story::Script;
use crate::timeline::{CapturePlan, Clips};

pub(super) async fn run(args: &RenderArgs) -> Result<()> {
    let begun = Instant::now();
    let telling = args.telling.level();
    let (mut prepared, job) = prepare(args, telling).await?;

    let progress = Progress::new(args.progress, telling, &prepared.plan, prepared.settings.format);
    let progress = Arc::new(progress);
    let rendered = render(job, progress.clone()).await;
    progress.finish();
    let rendered = rendered.map_err(|error| {
        let files = prepared.files.iter();
        files.fold(error, |error, files| files.with_way_out(error))
    })?;

    let wall_s = begun.elapsed().as_secs_f64();
    let bytes = prepared.bytes()?;
    let files = mem::take(&mut prepared.files);
    let destinations: Vec<Destination> = files.iter().map(|files| files.destination.clone()).collect();
    let judged = judge_doubts(args.strict, telling, &destinations, &rendered.outputs);
    // The reports come last: no video that is complete is lost for one that cannot be written.
    let mut reports = Vec::new();
    for files in files {
        reports.push(match judged {
            Ok(()) => files.deliver().await?,
            Err(_) => files.discard(),
        });
    }
    prepared.deliver_reports(args, reports, &destinations, &rendered, &bytes, wall_s)?;
    judged?;
    if telling > Telling::Nothing {
        let Prepared { settings, plan, .. } = prepared;
        tell_result(&settings, &destinations, &plan, &rendered, &bytes, wall_s);
    }
    Ok(())
}

/// What a signal leaves of the output: nothing, or a part of a video on standard output.
pub(super) fn left_by_signal(args: &RenderArgs) -> &'static str {
    match &args.output {
        Some(output) if output.as_os_str() == "-" => "no complete video was written to standard output",
        _ => NO_OUTPUT,
    }
}

/// What is there before the first picture, and still needed after the last.
struct Prepared {
    settings: RenderSettings,
    recording: Arc<Recording>,
    moments: Arc<[Moment]>,
    plan: Arc<CapturePlan>,
    /// One for each of the plan's videos.
    files: Vec<VideoFiles>,
}

/// Resolves the arguments, opens the outputs, reads the recording and plans the videos.
async fn prepare(args: &RenderArgs, telling: Telling) -> Result<(Prepared, RenderJob)> {
    let reading = Reading::resolve(&args.recording.input)?;
    let settings = RenderSettings::resolve(args, &reading.input)?;
    let capture = CaptureChoice::resolve(&args.capture)?;
    // The outputs are opened before the input is read: a wrong place fails at once.
    let mut files = VideoFiles::begin_each(args, &settings, 1..=settings.naming.least())?;

    let asset_options = settings.assets.clone();
    let assets = aside("reader", move || Assets::open(&asset_options)).await?;
    let recording = reading.recording(args.recording.session.clone(), telling).await?;
    let recording = Arc::new(recording);
    let only_first = settings.naming == Naming::One;
    let (moments, Clips { timelines, found }) =
        planning::clips(&recording, &args.content, only_first).await?;
    if found > timelines.len() {
        telling.note(&format!(
            "the first of {found} clips is made; with {NUMBER} in the output's name all are"
        ));
    }
    settings.check_destinations(args, &reading.input, timelines.len())?;
    let more = files.len() + 1..=timelines.len();
    files.extend(VideoFiles::begin_each(args, &settings, more)?);

    let (scale, band) = (args.content.picture.scale, args.content.words.band());
    let plan = CapturePlan::new(&timelines, args.size, scale, settings.fps, band);
    let plan = Arc::new(plan);
    let scripts = planning::scripts(&args.content.words, &recording, &moments, &plan).await?;
    if telling > Telling::Nothing {
        tell_plan(&recording, &timelines, &plan, &args.content, telling);
    }
    if let Some(time) = args.beside.poster_at {
        plan.check_shown("--poster-at", time, &recording)?;
    }
    let (words, poster_at) = (&args.content.words, args.beside.poster_at);
    for told in planning::moments_in_cuts(words, poster_at, &recording, &plan) {
        telling.note(&told);
    }

    let source = capture.source(&recording, &plan).await?;

    let prepared = Prepared {
        settings,
        recording,
        moments,
        plan,
        files,
    };
    let job = prepared.job(args, source, assets, scripts)?;
    Ok((prepared, job))
}

impl Prepared {
    fn job(
        &self,
        args: &RenderArgs,
        source: PictureSource,
        assets: Assets,
        scripts: Vec<Arc<Script>>,
    ) -> Result<RenderJob> {
        let Self {
            settings,
            recording,
            moments,
            plan,
            files,
        } = self;
        let subject = Subject {
            recording: Arc::clone(recording),
            plan: Arc::clone(plan),
            source,
            stage: settings.stage,
            assets: Arc::new(assets),
            asset_base: args.assets.asset_base.clone(),
            overlay: settings.overlay,
            scripts,
        };
        let videos = files.iter().zip(&plan.videos);
        let outputs = videos.map(|(files, video)| files.output(args, settings, recording, moments, video));
        Ok(RenderJob {
            subject: Arc::new(subject),
            jobs: args.jobs,
            outputs: outputs.collect::<Result<_>>()?,
        })
    }

    /// How large each video is.
    fn bytes(&self) -> Result<Vec<u64>> {
        self.files.iter().map(VideoFiles::bytes).collect()
    }

    /// Moves what tells of each video to its place. `bytes` are the sizes of the videos.
    fn deliver_reports(
        &self,
        args: &RenderArgs,
        reports: Vec<ReportFiles>,
        destinations: &[Destination],
        rendered: &Rendered,
        bytes: &[u64],
        wall_s: f64,
    ) -> Result<()> {
        let of = reports.len();
        for (place, files) in reports.into_iter().enumerate() {
            let number = place + 1;
            let video = ReportedVideo {
                destination: &destinations[place],
                clip: (self.settings.naming != Naming::Whole).then_some(ClipNumber { number, of }),
                plan: &self.plan.videos[place],
                written: &rendered.outputs[place],
                bytes: bytes[place],
            };
            files.deliver(|| {
                Report::new(args, &self.settings, &self.recording, &video, rendered, wall_s).to_json()
            })?;
        }
        Ok(())
    }
}

/// Says which videos may not be what was recorded. Where that is a failure and `strict` is asked for, fails at the first.
fn judge_doubts(
    strict: bool,
    telling: Telling,
    destinations: &[Destination],
    outputs: &[Written],
) -> Result<()> {
    let several = destinations.len() > 1;
    for (destination, written) in destinations.iter().zip(outputs) {
        let Some(doubt) = &written.doubt else { continue };
        let clip = if several {
            format!("{destination}: ")
        } else {
            String::new()
        };
        match doubt.failure() {
            Some(error) if strict && several => return Err(error.during(destination)),
            Some(error) if strict => return Err(error),
            Some(_) => telling.note(&format!("warning: {clip}{doubt}")),
            None => telling.note(&format!("{clip}{doubt}")),
        }
    }
    Ok(())
}
