//! What the camera looks at: the player of the window that each frame shows, changed as the plan's schedule says.
//! Every method of capture that uses a browser goes through it.

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::frame::FrameSpec;
use crate::player::{Player, Players};
use crate::timeline::RenderPlan;

pub(super) struct Scene<'a, 'b> {
    players: &'a mut Players<'b>,
    plan: &'a RenderPlan,
    /// The window of the frame before.
    shown: Option<usize>,
}

impl<'a, 'b> Scene<'a, 'b> {
    pub(super) const fn new(players: &'a mut Players<'b>, plan: &'a RenderPlan) -> Self {
        Self {
            players,
            plan,
            shown: None,
        }
    }

    /// The player of the window that a frame shows, and whether that is another one than before; for the first
    /// frame it is.
    pub(super) async fn turn_to(&mut self, spec: FrameSpec) -> Result<(Arc<Player>, bool)> {
        let windows = &self.plan.windows;
        let window = windows.window_at(spec.session_ms);
        let before = self.shown.replace(window);
        let player = self.players.of(window).await.map_err(at(spec))?;
        if let Some(before) = before
            && before != window
            && !windows.comes_again(before, spec.session_ms)
        {
            self.players.end(before).await.map_err(at(spec))?;
        }
        Ok((player, before != Some(window)))
    }
}

/// These frames, which are wanted, and in front of each those that another browser captures: they are played and
/// drawn all the same, so that what follows has the same past in each.
pub(super) fn with_left_out(
    plan: &RenderPlan,
    specs: impl Iterator<Item = FrameSpec>,
) -> impl Iterator<Item = (FrameSpec, bool)> {
    let mut next = 0;
    specs.flat_map(move |spec| {
        let left_out = next..spec.index;
        next = spec.index + 1;
        left_out
            .map(|index| (plan.frame(index), false))
            .chain([(spec, true)])
    })
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
