//! `replaycast render`: reads the recording, plans, renders beside the destination, then moves the video there.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use super::args::RenderArgs;
use super::fitting;
use super::print;
use super::progress::Progress;
use super::reading::{Reading, Telling};
use super::report::Report;
use super::settings::{Destination, RenderSettings};
use super::side_files::SideFiles;
use crate::aside::aside;
use crate::assets::{Assets, AssetsSummary};
use crate::encode::{EncoderSettings, is_our_file};
use crate::error::{Error, Result};
use crate::fit::Target;
use crate::output::{FolderStaging, Spool, Staging};
use crate::pipeline::{RenderJob, Rendered, Subject, render};
use crate::recording::Recording;
use crate::timeline::{RenderPlan, Timeline};

/// So many hosts fit in a line.
const MOST_HOSTS: usize = 5;

pub(super) async fn run(args: &RenderArgs) -> Result<()> {
    let begun = Instant::now();
    let reading = Reading::resolve(&args.input)?;
    let settings = RenderSettings::resolve(args, &reading.input)?;
    // The outputs are opened before the input is read: a wrong place fails at once.
    let video = Video::begin(&settings.destination, args.force)?;
    let side_files = SideFiles::begin(&args.beside, args.force)?;
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

    let asset_options = settings.assets.clone();
    let assets = aside("reader", move || Assets::open(&asset_options)).await?;
    let telling = Telling::new(args.quiet, args.verbose);
    let recording = reading.recording(args.session.clone(), telling).await?;
    let recording = Arc::new(recording);
    let timeline = Timeline::resolve(&recording, &settings.timeline)?;
    let plan = Arc::new(timeline.plan(args.size, args.picture.scale, settings.fps));
    if !args.quiet {
        tell_plan(&recording, &timeline, &plan, args.verbose);
    }

    let (beside, annotations) = side_files.plan(&args.beside, &recording, &plan)?;
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
            ways: settings.ways.clone(),
            stage: settings.stage,
            assets: Arc::new(assets),
            asset_base: args.assets.asset_base.clone(),
            overlay: settings.overlay,
        }),
        jobs: args.jobs,
        target: Target {
            path: video.path().to_path_buf(),
            settings: EncoderSettings {
                format: settings.format,
                quality: settings.quality,
                size: plan.size,
                fps: plan.fps,
                timing: settings.timing,
                loops: settings.loops,
            },
            annotations,
            max_bytes: args.max_size.map(|size| size.0),
        },
        beside,
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
    side_files.commit()?;
    video.deliver().await?;
    if !args.quiet {
        tell_result(&settings, &plan, &rendered, video_bytes, wall_s);
    }
    Ok(())
}

/// The video while it is made, on the way to where it was asked for.
enum Video {
    Staged(Staging),
    StagedFolder(FolderStaging),
    Spooled(Spool),
}

impl Video {
    fn begin(destination: &Destination, overwrite: bool) -> Result<Self> {
        match destination {
            Destination::File(path) => Staging::begin(path, overwrite).map(Self::Staged),
            Destination::Folder(path) => {
                FolderStaging::begin(path, overwrite, is_our_file).map(Self::StagedFolder)
            }
            Destination::StandardOutput => Spool::begin().map(Self::Spooled),
        }
    }

    fn path(&self) -> &Path {
        match self {
            Self::Staged(staging) => staging.path(),
            Self::StagedFolder(staging) => staging.path(),
            Self::Spooled(spool) => spool.path(),
        }
    }

    async fn deliver(self) -> Result<()> {
        match self {
            Self::Staged(staging) => staging.commit(),
            Self::StagedFolder(staging) => staging.commit(),
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

fn tell_result(settings: &RenderSettings, plan: &RenderPlan, rendered: &Rendered, bytes: u64, wall_s: f64) {
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
    if let Some(fit) = &rendered.fit {
        print::note(&fitting::describe(fit, bytes, settings.format));
    }
    let name = match &settings.destination {
        Destination::File(path) | Destination::Folder(path) => path.display().to_string(),
        Destination::StandardOutput => "standard output".into(),
    };
    let video_s = rendered.encoded.duration_ms / 1000.0;
    print::note(&format!(
        "{name}: {}, {}, {}, rendered in {} ({:.1}x real time, {} of {} frames captured)",
        print::seconds(video_s),
        rendered.fit.map_or(plan.size, |fit| fit.chosen.size),
        print::bytes(bytes),
        print::seconds(wall_s),
        video_s / wall_s,
        rendered.captured.screenshots,
        plan.frame_count,
    ));
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

/// Of a file, or of all files in a folder.
fn size_of(path: &Path) -> Result<u64> {
    let size = || {
        let meta = fs::metadata(path)?;
        if !meta.is_dir() {
            return Ok(meta.len());
        }
        fs::read_dir(path)?
            .map(|entry| Ok(entry?.metadata()?.len()))
            .sum()
    };
    size().map_err(|source: io::Error| Error::io(format!("looking at {}", path.display()), source))
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
