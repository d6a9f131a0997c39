//! The pictures of one video, from what was captured to what is encoded: what is drawn on them, their hashes, and how
//! they look. The decoding stage calls it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use image::RgbaImage;

use super::BusyTimes;
use super::appearance::Appearance;
use crate::error::Result;
use crate::frame::{Frame, PageArea, Picture, Pointer};
use crate::frame_hashes::FrameHashes;
use crate::overlay::Overlay;
use crate::timeline::RenderPlan;

/// Some frames of a video that look alike, as they were captured.
pub(super) struct Captured<'a> {
    /// The first of them, by its index in the video.
    pub(super) index: u64,
    pub(super) lasts: u64,
    pub(super) picture: &'a Arc<RgbaImage>,
    pub(super) pointer: Option<&'a Pointer>,
    pub(super) page: Option<PageArea>,
}

pub(super) struct Drawing {
    plan: Arc<RenderPlan>,
    overlay: Overlay,
    hashes: Hashes,
    shown: Shown,
    pub(super) appearance: Appearance,
}

impl Drawing {
    pub(super) const fn new(plan: Arc<RenderPlan>, overlay: Overlay, hashes: Option<PathBuf>) -> Self {
        Self {
            plan,
            overlay,
            hashes: Hashes {
                path: hashes,
                file: None,
            },
            shown: Shown::new(),
            appearance: Appearance::new(),
        }
    }

    /// The next frames, complete, one after the other as what is written on them changes. False if `send` took one no more.
    pub(super) fn draw(
        &mut self,
        captured: &Captured<'_>,
        busy: &mut BusyTimes,
        mut send: impl FnMut(Frame) -> bool,
    ) -> Result<bool> {
        let begun = Instant::now();
        let picture = self.shown.next(captured.picture);
        if let Picture::New(picture) = &picture {
            self.appearance.look(picture, captured.page);
        }
        busy.decode_s += begun.elapsed().as_secs_f64();
        let frame = Frame {
            spec: self.plan.frame(captured.index),
            picture,
            lasts: captured.lasts,
        };
        let mut frames = self.overlay.over(frame, captured.pointer);
        loop {
            let begun = Instant::now();
            let drawn = frames.next();
            busy.overlay_s += begun.elapsed().as_secs_f64();
            let Some(frame) = drawn else { return Ok(true) };
            let begun = Instant::now();
            self.hashes.add(&frame, &self.plan)?;
            busy.hash_s += begun.elapsed().as_secs_f64();
            if !send(frame) {
                return Ok(false);
            }
        }
    }
}

/// The hashes of a video's frames, if they are wanted.
struct Hashes {
    /// Opened with the first frame.
    path: Option<PathBuf>,
    file: Option<FrameHashes>,
}

impl Hashes {
    fn add(&mut self, frame: &Frame, plan: &RenderPlan) -> Result<()> {
        if let Some(path) = self.path.take() {
            self.file = Some(FrameHashes::create(&path)?);
        }
        let Some(file) = &mut self.file else {
            return Ok(());
        };
        file.add(frame.spec, &frame.picture)?;
        let end = frame.spec.index + frame.lasts;
        for index in frame.spec.index + 1..end {
            file.add(plan.frame(index), &Picture::Repeat)?;
        }
        if end == plan.frame_count {
            self.file.take().map_or(Ok(()), FrameHashes::finish)?;
        }
        Ok(())
    }
}

/// The last picture of a video, as it was captured.
pub(super) struct Shown(Option<Arc<RgbaImage>>);

impl Shown {
    pub(super) const fn new() -> Self {
        Self(None)
    }

    /// A picture that equals the one before is a repeat, so that the video is the same wherever a segment begins.
    pub(super) fn next(&mut self, picture: &Arc<RgbaImage>) -> Picture {
        let before = self.0.replace(Arc::clone(picture));
        if before.is_some_and(|before| Arc::ptr_eq(&before, picture) || before == *picture) {
            Picture::Repeat
        } else {
            Picture::New(Arc::clone(picture))
        }
    }
}
