//! What the camera looks at: the player of the window that each frame shows, changed as the plan's schedule says, and
//! moved through the frames that are left out. Every method of capture that uses a browser goes through it.

use std::ops::Range;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::frame::FrameSpec;
use crate::player::{Player, Players};
use crate::timeline::RenderPlan;

/// So many frames are passed by one call at most.
const PASSED_AT_ONCE: usize = 4096;

pub(super) struct Scene<'a, 'b> {
    players: &'a mut Players<'b>,
    plan: &'a RenderPlan,
    /// The window of the frame before.
    shown: Option<usize>,
    /// The frame after the one before.
    next: u64,
}

impl<'a, 'b> Scene<'a, 'b> {
    pub(super) const fn new(players: &'a mut Players<'b>, plan: &'a RenderPlan) -> Self {
        Self {
            players,
            plan,
            shown: None,
            next: 0,
        }
    }

    /// The player of the window that a frame shows, and whether its picture has nothing to do with the one before:
    /// it is another window, or frames were left out in between.
    pub(super) async fn turn_to(&mut self, spec: FrameSpec) -> Result<(Arc<Player>, bool)> {
        let left_out = self.next..spec.index;
        let resumed = !left_out.is_empty();
        self.pass(left_out).await?;
        self.next = spec.index + 1;
        let (player, turned) = self.show(spec).await.map_err(at(spec))?;
        Ok((player, turned || resumed))
    }

    /// Plays frames that another browser captures, so that what follows them has the same past in each.
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
