//! Capture from the memory of a display on which an ordinary browser draws: nothing is encoded, sent or decoded. A
//! strip below the picture, the fence, gets a new colour in the same frame as each change: once its colour is in
//! memory, the picture above it is complete.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::scene::{Scene, at, with_left_out};
use super::{CaptureStatistics, CapturedFrame, FrameSink, Shot, spent};
use crate::browser::{Framebuffer, RawPicture};
use crate::error::{Error, Kind, Result};
use crate::frame::FrameSpec;
use crate::player::{Fence, Players, fence_of};
use crate::timeline::RenderPlan;

/// Whether frames that nothing changed are looked at as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Frames {
    Changed,
    Every,
}

/// A wait goes on in slices, between which the capture can be stopped.
const WAIT_SLICE: Duration = Duration::from_millis(200);

pub(super) async fn capture(
    frames: Frames,
    framebuffer: &Framebuffer,
    players: &mut Players<'_>,
    plan: &RenderPlan,
    specs: impl Iterator<Item = FrameSpec>,
    deadline: Duration,
    sink: &FrameSink,
) -> Result<CaptureStatistics> {
    let mut statistics = CaptureStatistics::default();
    let mut scene = Scene::new(players, plan);
    let mut quiet_until = Some(f64::NEG_INFINITY);
    let mut fence = Fence::default();
    let mut taken_before = false;
    let mut before: Option<Arc<RawPicture>> = None;
    for (spec, wanted) in with_left_out(plan, specs) {
        let (player, turned) = scene.turn_to(spec).await?;
        if turned {
            before = None;
            player.page().bring_to_front().await.map_err(at(spec))?;
        }
        let resumed = wanted && !taken_before;
        taken_before = wanted;
        if resumed {
            before = None;
        }
        let demanded = turned || resumed || frames == Frames::Every;
        let mut shot = Shot::Repeat;
        if demanded || quiet_until.is_some_and(|until| spec.session_ms >= until) {
            let begun = Instant::now();
            let advance = player
                .advance_with_fence(spec.session_ms, &mut fence)
                .await
                .map_err(at(spec))?;
            if demanded && !advance.changed {
                player.paint_fence(&fence).await.map_err(at(spec))?;
            }
            statistics.advances += 1;
            spent(&mut statistics.advance_s, begun);
            quiet_until = advance.quiet_until;
            if demanded || advance.changed {
                let begun = Instant::now();
                // Left-out frames are drawn too: what a page looks like can depend on what was drawn before.
                wait_for_fence(framebuffer, fence_of(plan.size), fence.color(), deadline)
                    .await
                    .map_err(at(spec))?;
                if !wanted {
                    continue;
                }
                let taken = tokio::task::block_in_place(|| framebuffer.picture(plan.size));
                let picture = taken.map_err(at(spec))?;
                statistics.screenshots += 1;
                spent(&mut statistics.screenshot_s, begun);
                if before.as_deref() != Some(&picture) {
                    let picture = Arc::new(picture);
                    shot = Shot::Raw(Arc::clone(&picture));
                    before = Some(picture);
                }
            }
        }
        let pointer = player.pointer_at(spec.session_ms);
        if wanted && sink.send(CapturedFrame { spec, shot, pointer }).await.is_err() {
            break;
        }
    }
    Ok(statistics)
}

async fn wait_for_fence(
    framebuffer: &Framebuffer,
    place: (u32, u32),
    fence: u32,
    deadline: Duration,
) -> Result<()> {
    let begun = Instant::now();
    while begun.elapsed() <= deadline {
        let slice = WAIT_SLICE.min(deadline);
        if tokio::task::block_in_place(|| framebuffer.wait_for_pixel(place, fence, slice))? {
            return Ok(());
        }
        tokio::task::yield_now().await;
    }
    let seconds = deadline.as_secs_f64();
    Err(Error::new(
        Kind::Stalled,
        format!("the browser drew no frame within {seconds} s"),
    ))
}
