//! The files that `render` writes beside the video: begun before any work, filled while it runs, moved to their places at
//! its end.

use std::fs;
use std::path::{Path, PathBuf};

use super::args::BesideArgs;
use crate::beside::{Beside, ContactSheet, Highlights, Poster, SheetMoment, SubtitleFormat};
use crate::encode::{Annotations, PictureFormat, PngFolder, Timing, is_our_file};
use crate::error::{Error, Result};
use crate::frame::Theme;
use crate::output::{FolderStaging, Staging};
use crate::recording::{Moment, Recording};
use crate::story::{Places, Story};
use crate::timeline::RenderPlan;

pub(super) struct SideFiles {
    poster: Option<(Staging, PictureFormat)>,
    contact_sheet: Option<(Staging, PictureFormat)>,
    subtitles: Option<(Staging, SubtitleFormat)>,
    frames: Option<FolderStaging>,
}

impl SideFiles {
    /// `file` gives the file that a name means. Fails on a wrong name or place.
    pub(super) fn begin(args: &BesideArgs, file: impl Fn(&Path) -> PathBuf, overwrite: bool) -> Result<Self> {
        let picture = |path: &Option<PathBuf>| {
            let Some(path) = path else { return Ok(None) };
            let format = PictureFormat::of_path(path)?;
            Ok(Some((Staging::begin(&file(path), overwrite)?, format)))
        };
        let subtitles = |path: &Path| {
            Ok((
                Staging::begin(&file(path), overwrite)?,
                SubtitleFormat::of_path(path)?,
            ))
        };
        Ok(Self {
            poster: picture(&args.poster)?,
            contact_sheet: picture(&args.contact_sheet)?,
            subtitles: args.subtitles.as_deref().map(subtitles).transpose()?,
            frames: args
                .frames
                .as_deref()
                .map(|path| FolderStaging::begin(&file(path), overwrite, is_our_file))
                .transpose()?,
        })
    }

    /// Writes what is known before the video; gives what is to be made of its frames, and what the video says of itself.
    pub(super) fn plan(
        &self,
        args: &BesideArgs,
        theme: Theme,
        recording: &Recording,
        moments: &[Moment],
        plan: &RenderPlan,
    ) -> Result<(Beside, Annotations)> {
        let story = Story::new(recording, moments, plan);
        let highlights = Highlights::new(recording, plan);
        if let Some((staging, format)) = &self.subtitles {
            fs::write(staging.path(), format.write(&story.cues()))
                .map_err(|cause| Error::io("writing the subtitles", cause))?;
        }
        let poster_frame = poster_frame(args, recording, plan).unwrap_or_else(|| highlights.busiest());
        let beside = Beside {
            poster: self
                .poster
                .as_ref()
                .map(|(staging, format)| Poster::new(staging.path().to_owned(), *format, poster_frame)),
            contact_sheet: self.contact_sheet.as_ref().map(|(staging, format)| {
                let frames = highlights.spread(args.moments.get());
                let moments = sheet_moments(recording, moments, plan, &frames);
                ContactSheet::new(staging.path().to_owned(), *format, theme, moments)
            }),
            frames: self
                .frames
                .as_ref()
                .map(|staging| PngFolder::new(staging.path(), plan.fps, Timing::Variable)),
        };
        let annotations = if args.no_annotations {
            Annotations::default()
        } else {
            story.annotations(poster_frame)
        };
        Ok((beside, annotations))
    }

    /// Moves all to their places.
    pub(super) fn commit(self) -> Result<()> {
        let files = [
            self.poster.map(|(staging, _)| staging),
            self.contact_sheet.map(|(staging, _)| staging),
            self.subtitles.map(|(staging, _)| staging),
        ];
        files.into_iter().flatten().try_for_each(Staging::commit)?;
        self.frames.map_or(Ok(()), FolderStaging::commit)
    }
}

fn sheet_moments(
    recording: &Recording,
    moments: &[Moment],
    plan: &RenderPlan,
    frames: &[u64],
) -> Vec<SheetMoment> {
    let places = Places::new(recording, moments, plan);
    let moment = |&frame: &u64| {
        let (time, place) = places.at(frame);
        let page = place.name.clone();
        SheetMoment { frame, time, page }
    };
    frames.iter().map(moment).collect()
}

/// The frame that shows the moment that is asked for; none if it is in another video.
fn poster_frame(args: &BesideArgs, recording: &Recording, plan: &RenderPlan) -> Option<u64> {
    let ms = args.poster_at?.session_ms(recording.started_ms);
    plan.shows(ms).then(|| plan.first_frame_from(ms))
}
