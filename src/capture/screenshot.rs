//! Capture through `Page.captureScreenshot`, for browsers without beginFrame. The replay's clock is the same;
//! only the browser decides when it draws. A picture that equals the one before is a repeat.

use std::ops::Range;
use std::time::Instant;

use super::film::Film;
use super::scene::{LeftOut, Scene, Take, at};
use super::{CaptureStatistics, CapturedFrame, FrameSink, Shot, spent};
use crate::error::Result;
use crate::player::Players;
use crate::timeline::CapturePlan;

/// After a change pictures are taken until this many in a row were equal.
const CALM_PICTURES: u32 = 2;

pub(super) async fn capture(
    players: &mut Players<'_>,
    plan: &CapturePlan,
    segments: impl Iterator<Item = Range<u64>>,
    sink: &FrameSink,
) -> Result<CaptureStatistics> {
    let mut statistics = CaptureStatistics::default();
    let mut calm = 0;
    let mut quiet_until = Some(f64::NEG_INFINITY);
    let mut before: Vec<u8> = Vec::new();
    let mut scene = Scene::new(players, plan, segments, LeftOut::Played);
    let mut film = Film::new(sink);
    while let Some(Take {
        spec, player, anew, ..
    }) = scene.next().await?
    {
        if anew {
            before.clear();
            quiet_until = Some(f64::NEG_INFINITY);
        }
        let still = calm >= CALM_PICTURES && quiet_until.is_none_or(|until| spec.session_ms < until);
        let mut shot = Shot::Repeat;
        if !still {
            let begun = Instant::now();
            let advance = player.advance(spec.session_ms).await.map_err(at(spec))?;
            statistics.advances += 1;
            spent(&mut statistics.advance_s, begun);
            quiet_until = advance.quiet_until;
            if advance.changed || anew {
                calm = 0;
            }
            if calm < CALM_PICTURES {
                let begun = Instant::now();
                let picture = player.page().capture_screenshot().await.map_err(at(spec))?;
                statistics.screenshots += 1;
                spent(&mut statistics.screenshot_s, begun);
                if picture.0 == before {
                    calm += 1;
                } else {
                    before.clone_from(&picture.0);
                    shot = Shot::Encoded(picture);
                    calm = 0;
                }
            }
        }
        if film.add(CapturedFrame::of(&player, spec, shot)).await.is_err() {
            break;
        }
    }
    film.finish().await;
    Ok(statistics)
}
