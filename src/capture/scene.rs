//! What the camera looks at: the frames of one segment after the other, and the player of the window that each shows.
//! Frames between segments of a video, which other browsers capture, are at least played. Every method of capture goes
//! through it.

use std::ops::Range;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::frame::FrameSpec;
use crate::player::{Player, Players};
use crate::timeline::CapturePlan;

/// This many frames are passed by one call at most.
const PASSED_AT_ONCE: usize = 4096;

pub(super) struct Scene<'a, 'b, S> {
    players: &'a mut Players<'b>,
    plan: &'a CapturePlan,
    segments: S,
    left_out: LeftOut,
    /// The one under way.
    segment: Range<u64>,
    /// The frame after the one before.
    next: u64,
    /// The window of the frame before; none before the first of a video.
    shown: Option<usize>,
    /// The video of the frame before.
    video: Option<usize>,
}

/// What becomes of frames that another browser captures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LeftOut {
    /// They are played by the same steps, without being drawn.
    Played,
    /// They come up as frames that are not wanted, to be drawn all the same.
    Drawn,
}

/// A frame to be captured.
pub(super) struct Take {
    pub(super) spec: FrameSpec,
    /// Not yet moved to it.
    pub(super) player: Arc<Player>,
    /// Its picture owes nothing to the one before: it begins a segment, or shows another window.
    pub(super) anew: bool,
    /// Whether this browser is to take its picture.
    pub(super) wanted: bool,
}

impl<'a, 'b, S: Iterator<Item = Range<u64>>> Scene<'a, 'b, S> {
    pub(super) const fn new(
        players: &'a mut Players<'b>,
        plan: &'a CapturePlan,
        segments: S,
        left_out: LeftOut,
    ) -> Self {
        Self {
            players,
            plan,
            segments,
            left_out,
            segment: 0..0,
            next: 0,
            shown: None,
            video: None,
        }
    }

    /// The next frame; None after the last.
    pub(super) async fn next(&mut self) -> Result<Option<Take>> {
        if self.next == self.segment.end {
            let Some(segment) = self.segments.next() else {
                return Ok(None);
            };
            self.segment = segment;
            self.turn_to(self.plan.video_at(self.segment.start)).await?;
        }
        if self.left_out == LeftOut::Played && self.next < self.segment.start {
            self.pass(self.next..self.segment.start).await?;
            self.next = self.segment.start;
        }
        let spec = self.plan.frame(self.next);
        self.next += 1;
        let (player, turned) = self.show(spec).await.map_err(at(spec))?;
        Ok(Some(Take {
            spec,
            player,
            anew: turned || spec.index == self.segment.start,
            wanted: spec.index >= self.segment.start,
        }))
    }

    /// Goes to the first frame of a video, unless it is the one that is under way. Its pages are new ones: what another
    /// video showed cannot be seen in it.
    async fn turn_to(&mut self, video: usize) -> Result<()> {
        let before = self.video.replace(video);
        if before == Some(video) {
            return Ok(());
        }
        if before.is_some() {
            self.players.end_all().await?;
            self.shown = None;
        }
        self.next = self.plan.start_of(video);
        Ok(())
    }

    /// Plays frames by the same steps as if they were captured, so that what follows has the same past in each browser.
    async fn pass(&mut self, frames: Range<u64>) -> Result<()> {
        let plan = self.plan;
        let mut next = frames.start;
        while next < frames.end {
            let spec = plan.frame(next);
            let (player, _) = self.show(spec).await.map_err(at(spec))?;
            let times: Vec<f64> = (next..frames.end)
                .map(|index| plan.frame(index).session_ms)
                .take_while(|&ms| Some(plan.windows.window_at(ms)) == self.shown)
                .take(PASSED_AT_ONCE)
                .collect();
            next += player.pass(&times).await.map_err(at(spec))? as u64;
        }
        Ok(())
    }

    /// The player of the window that a frame shows, and whether that is another one than before; for the first
    /// frame it is.
    async fn show(&mut self, spec: FrameSpec) -> Result<(Arc<Player>, bool)> {
        let windows = &self.plan.windows;
        let window = windows.window_at(spec.session_ms);
        let before = self.shown.replace(window);
        let player = self.players.of(window).await?;
        if let Some(before) = before
            && before != window
            && !windows.comes_again(before, spec.session_ms)
        {
            self.players.end(before).await?;
        }
        Ok((player, before != Some(window)))
    }
}

/// Says which moment of the session an error belongs to.
pub(super) fn at(spec: FrameSpec) -> impl FnOnce(Error) -> Error {
    move |error| {
        error.during(format_args!(
            "frame {} (session time {:.3} s)",
            spec.index,
            spec.session_ms / 1000.0
        ))
    }
}
