//! `replaycast render`: reads the recording, plans, renders beside the destination, then moves the video there.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use super::args::RenderArgs;
use super::print;
use super::progress::Progress;
use super::reading::{Reading, Telling};
use super::report::Report;
use super::settings::{Destination, RenderSettings};
use crate::aside::aside;
use crate::encode::EncoderSettings;
use crate::error::{Error, Result};
use crate::output::{Spool, Staging};
use crate::pipeline::{RenderJob, Rendered, render};
use crate::recording::Recording;
use crate::timeline::{RenderPlan, Timeline};

pub(super) async fn run(args: &RenderArgs) -> Result<()> {
    let begun = Instant::now();
    let reading = Reading::resolve(&args.input)?;
    let settings = RenderSettings::resolve(args, &reading.input)?;
    // The outputs are opened before the input is read: a wrong place fails at once.
    let video = Video::begin(&settings.destination, args.force)?;
    let report = args
        .report
        .as_deref()
        .map(|path| Staging::begin(path, true))
        .transpose()?;
    let hashes = args
        .frame_hashes
        .as_deref()
        .map(|path| Staging::begin(path, true))
        .transpose()?;

    let telling = Telling::new(args.quiet, args.verbose);
    let recording = reading.recording(args.session.clone(), telling).await?;
    let recording = Arc::new(recording);
    let timeline = Timeline::resolve(&recording, &settings.timeline)?;
    let plan = Arc::new(timeline.plan(args.size, args.picture.scale, args.fps));
    if !args.quiet {
        tell_plan(&recording, &timeline, &plan, args.verbose);
    }

    let progress = Arc::new(Progress::new(args.progress, args.quiet, args.verbose, &plan));
    let job = RenderJob {
        recording: Arc::clone(&recording),
        plan: Arc::clone(&plan),
        ways: settings.ways.clone(),
        stage: settings.stage,
        overlay: settings.overlay,
        jobs: args.jobs,
        encoder: EncoderSettings {
            format: settings.format,
            size: plan.size,
            fps: plan.fps,
            timing: settings.timing,
        },
        output: video.path().to_path_buf(),
        frame_hashes: hashes.as_ref().map(|hashes| hashes.path().to_path_buf()),
    };
    let rendered = render(job, progress.clone()).await;
    progress.finish();
    let rendered = rendered?;

    let video_bytes = size_of(video.path())?;
    let wall_s = begun.elapsed().as_secs_f64();
    if let Some(report) = report {
        let contents = Report::new(args, &settings, &recording, &plan, &rendered, video_bytes, wall_s);
        let json = contents.to_json()?;
        fs::write(report.path(), json).map_err(|source| Error::io("writing the report", source))?;
        report.commit()?;
    }
    if let Some(hashes) = hashes {
        hashes.commit()?;
    }
    if let Some(doubt) = &rendered.doubt {
        match doubt.failure() {
            Some(error) if args.strict => return Err(error),
            Some(_) if !args.quiet => print::note(&format!("warning: {doubt}")),
            None if !args.quiet => print::note(&doubt.to_string()),
            _ => {}
        }
    }
    video.deliver().await?;
    if !args.quiet {
        tell_result(&settings.destination, &plan, &rendered, video_bytes, wall_s);
    }
    Ok(())
}

/// The video while it is made, on the way to where it was asked for.
enum Video {
    Staged(Staging),
    Spooled(Spool),
}

impl Video {
    fn begin(destination: &Destination, overwrite: bool) -> Result<Self> {
        match destination {
            Destination::File(path) => Staging::begin(path, overwrite).map(Self::Staged),
            Destination::StandardOutput => Spool::begin().map(Self::Spooled),
        }
    }

    fn path(&self) -> &Path {
        match self {
            Self::Staged(staging) => staging.path(),
            Self::Spooled(spool) => spool.path(),
        }
    }

    async fn deliver(self) -> Result<()> {
        match self {
            Self::Staged(staging) => staging.commit(),
            Self::Spooled(spool) => {
                let mut reader = spool.into_reader()?;
                aside("writer", move || print::data(&mut reader)).await
            }
        }
    }
}

fn tell_plan(recording: &Recording, timeline: &Timeline, plan: &RenderPlan, verbose: bool) {
    let session_s = (timeline.range.end_ms - timeline.range.start_ms) / 1000.0;
    let video_s = timeline.clock.video_duration_ms() / 1000.0;
    print::note(&format!(
        "{}: {} of session, {} of video at {}, {} fps",
        recording.name,
        print::seconds(session_s),
        print::seconds(video_s),
        plan.size,
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

fn tell_result(destination: &Destination, plan: &RenderPlan, rendered: &Rendered, bytes: u64, wall_s: f64) {
    let missing = &rendered.problems.missing;
    if !missing.is_empty() {
        print::note(&format!(
            "{} assets are not in the recording and were left out (images, fonts or styles); --report lists them",
            missing.len()
        ));
    }
    let fonts = &rendered.problems.fonts;
    if !fonts.is_empty() {
        print::note(&format!(
            "Fonts not on this machine: {} (drawn with others)",
            fonts.join(", ")
        ));
    }
    let name = match destination {
        Destination::File(path) => path.display().to_string(),
        Destination::StandardOutput => "standard output".into(),
    };
    let video_s = rendered.encoded.duration_ms / 1000.0;
    print::note(&format!(
        "{name}: {}, {}, {}, rendered in {} ({:.1}x real time, {} of {} frames captured)",
        print::seconds(video_s),
        plan.size,
        print::bytes(bytes),
        print::seconds(wall_s),
        video_s / wall_s,
        rendered.captured.screenshots,
        plan.frame_count,
    ));
}

fn size_of(path: &Path) -> Result<u64> {
    fs::metadata(path)
        .map(|meta| meta.len())
        .map_err(|source| Error::io(format!("looking at {}", path.display()), source))
}
