//! `replaycast render`: reads the recording, plans, renders beside the destination, then moves the video there.

use std::sync::Arc;
use std::time::Instant;

use super::args::RenderArgs;
use super::fitting;
use super::naming::{NUMBER, Naming};
use super::print;
use super::progress::Progress;
use super::reading::{Reading, Telling};
use super::report::{ClipNumber, Report, ReportedVideo};
use super::settings::{CaptureChoice, Destination, RenderSettings};
use super::video_files::VideoFiles;
use crate::aside::aside;
use crate::assets::{Assets, AssetsSummary};
use crate::error::Result;
use crate::pipeline::{RenderJob, Rendered, Subject, render};
use crate::recording::{Moment, Recording, moments};
use crate::timeline::{CapturePlan, Timeline};

/// So many hosts fit in a line.
const MOST_HOSTS: usize = 5;

pub(super) async fn run(args: &RenderArgs) -> Result<()> {
    let begun = Instant::now();
    let reading = Reading::resolve(&args.input)?;
    let settings = RenderSettings::resolve(args, &reading.input)?;
    let capture = CaptureChoice::resolve(&args.capture)?;
    // The outputs are opened before the input is read: a wrong place fails at once.
    let mut files: Vec<VideoFiles> = (1..=settings.naming.least())
        .map(|number| VideoFiles::begin(args, &settings, number))
        .collect::<Result<_>>()?;

    let asset_options = settings.assets.clone();
    let assets = aside("reader", move || Assets::open(&asset_options)).await?;
    let telling = Telling::new(args.quiet, args.verbose);
    let recording = reading.recording(args.session.clone(), telling).await?;
    let recording = Arc::new(recording);
    let moments = moments(&recording);
    let timelines = timelines(args, &settings, &recording, &moments)?;
    let more = files.len() + 1..=timelines.len();
    for number in more {
        files.push(VideoFiles::begin(args, &settings, number)?);
    }
    let band = args.words.band();
    let plan = CapturePlan::new(&timelines, args.size, args.picture.scale, settings.fps, band);
    let plan = Arc::new(plan);
    let scripts = args.words.scripts(&recording, &moments, &plan)?;
    if !args.quiet {
        tell_plan(&recording, &timelines, &plan, args.verbose);
    }

    if let Some(time) = args.beside.poster_at {
        plan.check_shown("--poster-at", time.session_ms(recording.started_ms))?;
    }
    let outputs = files.iter().zip(&plan.videos);
    let outputs = outputs.map(|(files, video)| files.output(args, &settings, &recording, &moments, video));
    let progress = Arc::new(Progress::new(
        args.progress,
        args.quiet,
        args.verbose,
        &plan,
        settings.format,
    ));
    let job = RenderJob {
        subject: Arc::new(Subject {
            recording: Arc::clone(&recording),
            plan: Arc::clone(&plan),
            source: capture.source(&recording, &plan)?,
            stage: settings.stage,
            assets: Arc::new(assets),
            asset_base: args.assets.asset_base.clone(),
            overlay: settings.overlay,
            scripts,
        }),
        jobs: args.jobs,
        outputs: outputs.collect::<Result<_>>()?,
    };
    let rendered = render(job, progress.clone()).await;
    progress.finish();
    let rendered = rendered?;

    let wall_s = begun.elapsed().as_secs_f64();
    let bytes: Vec<u64> = files.iter().map(VideoFiles::bytes).collect::<Result<_>>()?;
    let of = files.len();
    for (place, files) in files.iter_mut().enumerate() {
        let number = place + 1;
        let destination = files.destination.clone();
        let video = ReportedVideo {
            destination: &destination,
            clip: (settings.naming != Naming::Whole).then_some(ClipNumber { number, of }),
            plan: &plan.videos[place],
            written: &rendered.outputs[place],
            bytes: bytes[place],
        };
        let report = || Report::new(args, &settings, &recording, &video, &rendered, wall_s).to_json();
        files.deliver_report(report)?;
    }
    for (files, written) in files.iter().zip(&rendered.outputs) {
        let Some(doubt) = &written.doubt else { continue };
        let clip = if of > 1 {
            format!("{}: ", files.destination)
        } else {
            String::new()
        };
        match doubt.failure() {
            Some(error) if args.strict && of > 1 => return Err(error.during(&files.destination)),
            Some(error) if args.strict => return Err(error),
            Some(_) if !args.quiet => print::note(&format!("warning: {clip}{doubt}")),
            None if !args.quiet => print::note(&format!("{clip}{doubt}")),
            _ => {}
        }
    }
    let destinations: Vec<Destination> = files.iter().map(|files| files.destination.clone()).collect();
    for files in files {
        files.deliver().await?;
    }
    if !args.quiet {
        tell_result(&settings, &destinations, &plan, &rendered, &bytes, wall_s);
    }
    Ok(())
}

/// What each video shows.
fn timelines(
    args: &RenderArgs,
    settings: &RenderSettings,
    recording: &Recording,
    moments: &[Moment],
) -> Result<Vec<Timeline>> {
    let mut timelines = settings.clips.resolve(recording, moments, &settings.timeline)?;
    if settings.naming == Naming::One && timelines.len() > 1 {
        if !args.quiet {
            let count = timelines.len();
            print::note(&format!(
                "the first of {count} clips is made; with {NUMBER} in the output's name all are"
            ));
        }
        timelines.truncate(1);
    }
    Ok(timelines)
}

fn tell_plan(recording: &Recording, timelines: &[Timeline], plan: &CapturePlan, verbose: bool) {
    let session_ms: f64 = timelines
        .iter()
        .map(|timeline| timeline.range.end_ms - timeline.range.start_ms)
        .sum();
    let video_ms: f64 = timelines
        .iter()
        .map(|timeline| timeline.clock.video_duration_ms())
        .sum();
    let clips = match timelines.len() {
        1 => String::new(),
        count => format!("{count} clips, "),
    };
    print::note(&format!(
        "{}: {clips}{} of session, {} of video at {}, {} fps",
        recording.name,
        print::seconds(session_ms / 1000.0),
        print::seconds(video_ms / 1000.0),
        plan.videos[0].size,
        plan.fps,
    ));
    if verbose {
        for problem in &recording.problems {
            print::note(&format!("  {problem}"));
        }
    } else if !recording.problems.is_empty() {
        let count: u64 = recording.problems.iter().map(|problem| problem.count).sum();
        print::note(&format!(
            "{count} problems in the recording; `replaycast inspect` lists them"
        ));
    }
}

fn tell_result(
    settings: &RenderSettings,
    destinations: &[Destination],
    plan: &CapturePlan,
    rendered: &Rendered,
    bytes: &[u64],
    wall_s: f64,
) {
    if let Some(told) = describe_assets(&rendered.assets, rendered.problems.missing.len()) {
        print::note(&told);
    }
    let fonts = &rendered.problems.fonts;
    if !fonts.is_empty() {
        print::note(&format!(
            "Fonts not on this machine: {} (drawn with others)",
            fonts.join(", ")
        ));
    }
    let video_s = rendered
        .outputs
        .iter()
        .map(|output| output.encoded.duration_ms)
        .sum::<f64>()
        / 1000.0;
    let work = format!(
        "rendered in {} ({:.1}x real time, {} of {} frames captured)",
        print::seconds(wall_s),
        video_s / wall_s,
        rendered.captured.screenshots,
        plan.frame_count,
    );
    let files = destinations.iter().zip(&rendered.outputs).zip(bytes);
    for ((_, output), bytes) in files.clone() {
        if let Some(fit) = &output.fit {
            print::note(&fitting::describe(fit, *bytes, settings.format));
        }
    }
    let files = files.map(|((destination, output), bytes)| {
        format!(
            "{destination}: {}, {}, {}",
            print::seconds(output.encoded.duration_ms / 1000.0),
            output.fit.map_or(plan.videos[0].size, |fit| fit.chosen.size),
            print::bytes(*bytes),
        )
    });
    if destinations.len() == 1 {
        files.for_each(|file| print::note(&format!("{file}, {work}")));
        return;
    }
    files.for_each(|file| print::note(&file));
    print::note(&format!("{} clips {work}", destinations.len()));
}

/// How many assets came from where, in one line; None where none was needed.
fn describe_assets(assets: &AssetsSummary, missing: usize) -> Option<String> {
    let counted = |count: u64| format!("{count} asset{}", if count == 1 { "" } else { "s" });
    let mut parts = Vec::new();
    if assets.fetched > 0 {
        let hosts = &assets.hosts;
        let mut named = hosts
            .iter()
            .take(MOST_HOSTS)
            .cloned()
            .collect::<Vec<_>>()
            .join(", ");
        if hosts.len() > MOST_HOSTS {
            named.push_str(", …");
        }
        parts.push(format!(
            "fetched {} ({}) from {} host{}: {named}",
            counted(assets.fetched),
            print::bytes(assets.fetched_bytes),
            hosts.len(),
            if hosts.len() == 1 { "" } else { "s" },
        ));
    }
    if assets.cached > 0 {
        parts.push(format!("{} from the cache", counted(assets.cached)));
    }
    if assets.given > 0 {
        parts.push(format!("{} from --assets", counted(assets.given)));
    }
    if missing > 0 {
        parts.push(format!(
            "{} missing, which --report lists",
            counted(missing as u64)
        ));
    }
    let told = parts.join("; ");
    let mut letters = told.chars();
    let first = letters.next()?;
    Some(first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assets_are_told_in_one_line() {
        let hosts = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let fetched = AssetsSummary {
            fetched: 12,
            fetched_bytes: 340_000,
            hosts: hosts(&["a.com", "b.org"]),
            ..AssetsSummary::default()
        };
        let mixed = AssetsSummary {
            fetched: 1,
            fetched_bytes: 10,
            hosts: hosts(&["a.com"]),
            cached: 2,
            given: 1,
            ..AssetsSummary::default()
        };
        for (assets, missing, told) in [
            (&AssetsSummary::default(), 0, None),
            (
                &AssetsSummary::default(),
                1,
                Some("1 asset missing, which --report lists"),
            ),
            (
                &fetched,
                3,
                Some(
                    "Fetched 12 assets (340.0 kB) from 2 hosts: a.com, b.org; 3 assets missing, which --report lists",
                ),
            ),
            (
                &mixed,
                0,
                Some(
                    "Fetched 1 asset (10 B) from 1 host: a.com; 2 assets from the cache; 1 asset from --assets",
                ),
            ),
        ] {
            assert_eq!(describe_assets(assets, missing).as_deref(), told);
        }
    }
}
