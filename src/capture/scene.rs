//! What the camera looks at: the frames of one segment after the other, and the player of the window that each shows.
//! Frames between segments, which other browsers capture, are played without being drawn. Every method of capture
//! that uses a browser goes through it.

use std::ops::Range;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::frame::FrameSpec;
use crate::player::{Player, Players};
use crate::timeline::RenderPlan;

/// So many frames are passed by one call at most.
const PASSED_AT_ONCE: usize = 4096;

pub(super) struct Scene<'a, 'b, S> {
    players: &'a mut Players<'b>,
    plan: &'a RenderPlan,
    segments: S,
    /// What is left of the segment under way.
    segment: Range<u64>,
    /// The window of the frame before.
    shown: Option<usize>,
}

/// A frame to be captured.
pub(super) struct Take {
    pub(super) spec: FrameSpec,
    /// Not yet moved to it.
    pub(super) player: Arc<Player>,
    /// Its picture owes nothing to the one before: it begins a segment, or shows another window.
    pub(super) anew: bool,
}

impl<'a, 'b, S: Iterator<Item = Range<u64>>> Scene<'a, 'b, S> {
    pub(super) const fn new(players: &'a mut Players<'b>, plan: &'a RenderPlan, segments: S) -> Self {
        Self {
            players,
            plan,
            segments,
            segment: 0..0,
            shown: None,
        }
    }

    /// The next frame; None after the last.
    pub(super) async fn next(&mut self) -> Result<Option<Take>> {
        let mut begins = false;
        while self.segment.is_empty() {
            let Some(segment) = self.segments.next() else {
                return Ok(None);
            };
            self.pass(self.segment.end..segment.start).await?;
            self.segment = segment;
            begins = true;
        }
        let spec = self.plan.frame(self.segment.start);
        self.segment.start += 1;
        let (player, turned) = self.show(spec).await.map_err(at(spec))?;
        let anew = begins || turned;
        Ok(Some(Take { spec, player, anew }))
    }

    /// Plays frames that another browser captures, by the same steps, so that what follows has the same past in each.
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
