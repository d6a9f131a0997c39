//! Deals captured pictures out to the videos of a render: each gets those of its own frames, with everything drawn on
//! them, as if it were captured alone. The decoding stage calls it.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use image::RgbaImage;

use super::BusyTimes;
use super::appearance::Appearance;
use crate::error::Result;
use crate::frame::{Frame, PageArea, Picture, Pointer};
use crate::frame_hashes::FrameHashes;
use crate::overlay::{Overlay, OverlayStyle};
use crate::timeline::{CapturePlan, RenderPlan};

/// What all videos have in common at some places of the capture plan.
pub(super) struct Dealt<'a> {
    pub(super) places: Range<u64>,
    pub(super) picture: &'a Arc<RgbaImage>,
    pub(super) pointer: Option<&'a Pointer>,
    pub(super) page: Option<PageArea>,
}

/// One video's hand.
pub(super) struct Hand {
    plan: Arc<RenderPlan>,
    overlay: Overlay,
    hashes_path: Option<PathBuf>,
    hashes: Option<FrameHashes>,
    shown: Shown,
    pub(super) appearance: Appearance,
}

impl Hand {
    pub(super) const fn new(plan: Arc<RenderPlan>, overlay: OverlayStyle, hashes: Option<PathBuf>) -> Self {
        Self {
            plan,
            overlay: Overlay::new(overlay),
            hashes_path: hashes,
            hashes: None,
            shown: Shown::new(),
            appearance: Appearance::new(),
        }
    }

    /// Its frame at these places, if it has one there.
    pub(super) fn take(
        &mut self,
        capture_plan: &CapturePlan,
        dealt: &Dealt<'_>,
        busy: &mut BusyTimes,
    ) -> Result<Option<Frame>> {
        let frames = capture_plan.frames_of(&self.plan, &dealt.places);
        if frames.is_empty() {
            return Ok(None);
        }
        let begun = Instant::now();
        let picture = self.shown.next(dealt.picture);
        if let Picture::New(picture) = &picture {
            self.appearance.look(picture, dealt.page);
        }
        busy.decode_s += begun.elapsed().as_secs_f64();
        let begun = Instant::now();
        let frame = Frame {
            spec: self.plan.frame(frames.start),
            picture: self.overlay.over(picture, dealt.pointer),
            lasts: frames.end - frames.start,
        };
        busy.overlay_s += begun.elapsed().as_secs_f64();
        let begun = Instant::now();
        self.hash(&frame)?;
        busy.hash_s += begun.elapsed().as_secs_f64();
        Ok(Some(frame))
    }

    fn hash(&mut self, frame: &Frame) -> Result<()> {
        if let Some(path) = self.hashes_path.take() {
            self.hashes = Some(FrameHashes::create(&path)?);
        }
        let Some(hashes) = &mut self.hashes else {
            return Ok(());
        };
        hashes.add(frame.spec, &frame.picture)?;
        let repeats = frame.spec.index + 1..frame.spec.index + frame.lasts;
        for index in repeats.clone() {
            hashes.add(self.plan.frame(index), &Picture::Repeat)?;
        }
        if repeats.end == self.plan.frame_count {
            self.hashes.take().map_or(Ok(()), FrameHashes::finish)?;
        }
        Ok(())
    }
}

/// The last picture that a video got, as it was captured.
pub(super) struct Shown(Option<Arc<RgbaImage>>);

impl Shown {
    pub(super) const fn new() -> Self {
        Self(None)
    }

    /// A picture that equals the one before is a repeat, so that the video is the same wherever segments begin and
    /// whatever other videos show in between.
    pub(super) fn next(&mut self, picture: &Arc<RgbaImage>) -> Picture {
        let before = self.0.replace(Arc::clone(picture));
        if before.is_some_and(|before| Arc::ptr_eq(&before, picture) || before == *picture) {
            Picture::Repeat
        } else {
            Picture::New(Arc::clone(picture))
        }
    }
}
