//! The files that `render` writes beside the video: begun before any work, filled while it runs, moved to their places at
//! its end.

use std::path::{Path, PathBuf};

use super::args::BesideArgs;
use super::staged::Staged;
use crate::beside::{Beside, ContactSheet, Highlights, Poster, SheetMoment, SubtitleFormat};
use crate::encode::{Annotations, PictureFormat, PngFolder, Timing};
use crate::error::Result;
use crate::frame::Theme;
use crate::recording::{Moment, Recording};
use crate::story::{Places, Story};
use crate::timeline::RenderPlan;

pub(super) struct SideFiles {
    poster: Option<(Staged, PictureFormat)>,
    contact_sheet: Option<(Staged, PictureFormat)>,
    subtitles: Option<(Staged, SubtitleFormat)>,
    frames: Option<Staged>,
}

impl SideFiles {
    /// `file` gives the file that a name means. Fails on a wrong name or place.
    pub(super) fn begin(args: &BesideArgs, file: impl Fn(&Path) -> PathBuf, overwrite: bool) -> Result<Self> {
        let picture = |option, path: &Option<PathBuf>| {
            let Some(path) = path else { return Ok(None) };
            let format = PictureFormat::of_path(path)?;
            Ok(Some((Staged::file(option, &file(path), overwrite)?, format)))
        };
        let subtitles = |path: &Path| {
            let format = SubtitleFormat::of_path(path)?;
            Ok((Staged::file("--subtitles", &file(path), overwrite)?, format))
        };
        let frames = |path: &Path| Staged::folder("--frames", &file(path), overwrite);
        Ok(Self {
            poster: picture("--poster", &args.poster)?,
            contact_sheet: picture("--contact-sheet", &args.contact_sheet)?,
            subtitles: args.subtitles.as_deref().map(subtitles).transpose()?,
            frames: args.frames.as_deref().map(frames).transpose()?,
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
        if let Some((staged, format)) = &self.subtitles {
            staged.write(format.write(&story.cues()))?;
        }
        let poster_frame = poster_frame(args, recording, plan).unwrap_or_else(|| highlights.busiest());
        let beside = Beside {
            poster: self
                .poster
                .as_ref()
                .map(|(staged, format)| Poster::new(staged.path().to_owned(), *format, poster_frame)),
            contact_sheet: self.contact_sheet.as_ref().map(|(staged, format)| {
                let frames = highlights.spread(args.moments.get());
                let moments = sheet_moments(recording, moments, plan, &frames);
                ContactSheet::new(staged.path().to_owned(), *format, theme, moments)
            }),
            frames: self
                .frames
                .as_ref()
                .map(|staged| PngFolder::new(staged.path(), plan.fps, Timing::Variable)),
        };
        let annotations = if args.no_annotations {
            Annotations::default()
        } else {
            story.annotations(poster_frame)
        };
        Ok((beside, annotations))
    }

    /// All that is written.
    pub(super) fn staged(&self) -> impl Iterator<Item = &Staged> {
        let pictures = [&self.poster, &self.contact_sheet].into_iter().flatten();
        let pictures = pictures.map(|(staged, _)| staged);
        let subtitles = self.subtitles.iter().map(|(staged, _)| staged);
        pictures.chain(subtitles).chain(&self.frames)
    }

    /// Moves all to their places.
    pub(super) fn commit(self) -> Result<()> {
        let pictures = [self.poster, self.contact_sheet].into_iter().flatten();
        let pictures = pictures.map(|(staged, _)| staged);
        let subtitles = self.subtitles.map(|(staged, _)| staged);
        let mut all = pictures.chain(subtitles).chain(self.frames);
        all.try_for_each(Staged::commit)
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
