//! One of the videos that `render` makes, and all files that belong to it: begun before any work, filled while it runs,
//! moved to their places at its end.

use std::fs;
use std::ops::RangeInclusive;
use std::path::Path;

use super::args::RenderArgs;
use super::print;
use super::settings::{Destination, RenderSettings};
use super::side_files::SideFiles;
use crate::aside::aside;
use crate::encode::{EncoderSettings, is_our_file, output_size};
use crate::error::{Error, Kind, Result};
use crate::fit::Target;
use crate::output::{FolderStaging, Spool, Staging};
use crate::pipeline::Output;
use crate::recording::{Moment, Recording};
use crate::timeline::RenderPlan;

pub(super) struct VideoFiles {
    pub(super) destination: Destination,
    video: Staged,
    side_files: SideFiles,
    report: Option<Staging>,
    hashes: Option<Staging>,
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
        let telling = |name: &Option<_>| {
            let name: Option<&Path> = name.as_deref();
            name.map(|name| Staging::begin(&file(name), args.force))
                .transpose()
        };
        let destination = settings.destination.map(file);
        Ok(Self {
            video: Staged::begin(&destination, args.force)?,
            destination,
            side_files: SideFiles::begin(&args.beside, file, args.force)?,
            report: telling(&args.report)?,
            hashes: telling(&args.frame_hashes)?,
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
            frame_hashes: self.hashes.as_ref().map(|hashes| hashes.path().to_path_buf()),
        })
    }

    /// Adds to an error how to have the video in another place, if it is the video that has no space.
    pub(super) fn with_way_out(&self, error: Error) -> Error {
        let is_video = error.to_string().contains(&*self.video.path().to_string_lossy());
        match &self.destination {
            Destination::File(path) | Destination::Folder(path)
                if is_video && error.kind() == Kind::DiskFull =>
            {
                error.hint(format!(
                    "Free some space there, beside {}, or choose another place with --output.",
                    path.display()
                ))
            }
            _ => error,
        }
    }

    /// How large the video is.
    pub(super) fn bytes(&self) -> Result<u64> {
        output_size(self.video.path())
    }

    /// Moves what tells of the video to its place, even if the video is not what was wished for.
    pub(super) fn deliver_report(&mut self, report: impl FnOnce() -> Result<String>) -> Result<()> {
        if let Some(staging) = self.report.take() {
            fs::write(staging.path(), report()?).map_err(|source| Error::io("writing the report", source))?;
            staging.commit()?;
        }
        self.hashes.take().map_or(Ok(()), Staging::commit)
    }

    /// Moves all that is left to its place.
    pub(super) async fn deliver(self) -> Result<()> {
        self.side_files.commit()?;
        self.video.deliver().await
    }
}

/// A video that cannot be begun beside its destination can be made in another place.
fn elsewhere(error: Error) -> Error {
    match error.kind() {
        Kind::Io => error.hint("Choose a folder that can be written to, with --output."),
        _ => error,
    }
}

/// The video while it is made, on the way to where it was asked for.
enum Staged {
    File(Staging),
    Folder(FolderStaging),
    Stream(Spool),
}

impl Staged {
    fn begin(destination: &Destination, overwrite: bool) -> Result<Self> {
        match destination {
            Destination::File(path) => Staging::begin(path, overwrite).map(Self::File).map_err(elsewhere),
            Destination::Folder(path) => FolderStaging::begin(path, overwrite, is_our_file)
                .map(Self::Folder)
                .map_err(elsewhere),
            Destination::StandardOutput => Spool::begin().map(Self::Stream),
        }
    }

    fn path(&self) -> &Path {
        match self {
            Self::File(staging) => staging.path(),
            Self::Folder(staging) => staging.path(),
            Self::Stream(spool) => spool.path(),
        }
    }

    async fn deliver(self) -> Result<()> {
        match self {
            Self::File(staging) => staging.commit(),
            Self::Folder(staging) => staging.commit(),
            Self::Stream(spool) => {
                let mut reader = spool.into_reader()?;
                aside("writer", move || print::data(&mut reader)).await
            }
        }
    }
}
