//! One of the videos that `render` makes, and all files that belong to it: begun before any work, filled while it runs,
//! moved to their places at its end.

use std::env;
use std::ops::RangeInclusive;
use std::path::Path;

use super::args::RenderArgs;
use super::print;
use super::settings::{Destination, RenderSettings};
use super::side_files::SideFiles;
use super::staged::Staged;
use crate::aside::aside;
use crate::encode::{EncoderSettings, output_size};
use crate::error::{Error, Kind, Result};
use crate::fit::Target;
use crate::output::Spool;
use crate::pipeline::Output;
use crate::recording::{Moment, Recording};
use crate::timeline::RenderPlan;

pub(super) struct VideoFiles {
    pub(super) destination: Destination,
    video: Video,
    side_files: SideFiles,
    reports: ReportFiles,
}

/// What tells of a video.
pub(super) struct ReportFiles {
    report: Option<Staged>,
    frame_hashes: Option<Staged>,
}

impl VideoFiles {
    /// Those of the clips with these numbers, which count from 1. Fails on a wrong name or place.
    pub(super) fn begin_each(
        args: &RenderArgs,
        settings: &RenderSettings,
        numbers: RangeInclusive<usize>,
    ) -> Result<Vec<Self>> {
        numbers
            .map(|number| Self::begin(args, settings, number))
            .collect()
    }

    fn begin(args: &RenderArgs, settings: &RenderSettings, number: usize) -> Result<Self> {
        let file = |name: &Path| settings.naming.file(name, number);
        let telling = |option, name: &Option<_>| {
            let name: Option<&Path> = name.as_deref();
            name.map(|name| Staged::file(option, &file(name), args.force))
                .transpose()
        };
        let destination = settings.destination.map(file);
        Ok(Self {
            video: Video::begin(&destination, args.force)?,
            destination,
            side_files: SideFiles::begin(&args.beside, file, args.force)?,
            reports: ReportFiles {
                report: telling("--report", &args.report)?,
                frame_hashes: telling("--frame-hashes", &args.frame_hashes)?,
            },
        })
    }

    /// What the pipeline is to make of a video. Writes what is known before it.
    pub(super) fn output(
        &self,
        args: &RenderArgs,
        settings: &RenderSettings,
        recording: &Recording,
        moments: &[Moment],
        video: &RenderPlan,
    ) -> Result<Output> {
        let (beside, mut annotations) = self.side_files.plan(
            &args.beside,
            args.content.picture.theme,
            recording,
            moments,
            video,
        )?;
        if let Some(title) = args
            .content
            .words
            .title
            .as_ref()
            .filter(|_| !args.beside.no_annotations)
        {
            annotations.title = Some(title.clone());
        }
        Ok(Output {
            target: Target {
                path: self.video.path().to_path_buf(),
                settings: EncoderSettings {
                    format: settings.format,
                    quality: settings.quality,
                    size: video.size,
                    fps: video.fps,
                    timing: settings.timing,
                    loops: settings.loops,
                },
                annotations,
                max_bytes: args.max_size.map(|size| size.0),
            },
            beside,
            frame_hashes: (self.reports.frame_hashes.as_ref()).map(|hashes| hashes.path().to_path_buf()),
        })
    }

    /// Adds to an error about one of the files how to have it in another place.
    pub(super) fn with_way_out(&self, error: Error) -> Error {
        let error = self.video.with_way_out(error);
        let ReportFiles { report, frame_hashes } = &self.reports;
        let others = self.side_files.staged().chain(report).chain(frame_hashes);
        others.fold(error, |error, staged| staged.with_way_out(error))
    }

    /// How large the video is.
    pub(super) fn bytes(&self) -> Result<u64> {
        output_size(self.video.path())
    }

    /// Moves the video to its place, and then what is beside it. Gives what tells of them.
    pub(super) async fn deliver(self) -> Result<ReportFiles> {
        self.video.deliver().await?;
        self.side_files.commit()?;
        Ok(self.reports)
    }

    /// Throws away the video and what is beside it. Gives what tells of them.
    pub(super) fn discard(self) -> ReportFiles {
        self.reports
    }
}

impl ReportFiles {
    /// Moves them to their places.
    pub(super) fn deliver(self, report: impl FnOnce() -> Result<String>) -> Result<()> {
        if let Some(staged) = self.report {
            staged.write(report()?)?;
            staged.commit()?;
        }
        self.frame_hashes.map_or(Ok(()), Staged::commit)
    }
}

/// The video while it is made, on the way to where it was asked for.
enum Video {
    Staged(Staged),
    Stream(Spool),
}

impl Video {
    fn begin(destination: &Destination, overwrite: bool) -> Result<Self> {
        match destination {
            Destination::File(path) => Staged::file("--output", path, overwrite).map(Self::Staged),
            Destination::Folder(path) => Staged::folder("--output", path, overwrite).map(Self::Staged),
            Destination::StandardOutput => Spool::begin().map(Self::Stream),
        }
    }

    fn path(&self) -> &Path {
        match self {
            Self::Staged(staged) => staged.path(),
            Self::Stream(spool) => spool.path(),
        }
    }

    fn with_way_out(&self, error: Error) -> Error {
        match self {
            Self::Staged(staged) => staged.with_way_out(error),
            Self::Stream(spool)
                if error.kind() == Kind::DiskFull && error.written() == Some(spool.path()) =>
            {
                error.hint(format!(
                    "Free some space there, in {}, or let TMPDIR name another folder for temporary files.",
                    env::temp_dir().display()
                ))
            }
            Self::Stream(_) => error,
        }
    }

    async fn deliver(self) -> Result<()> {
        match self {
            Self::Staged(staged) => staged.commit(),
            Self::Stream(spool) => {
                let mut reader = spool.into_reader()?;
                aside("writer", move || print::video(&mut reader)).await
            }
        }
    }
}
