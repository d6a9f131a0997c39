//! Capture through `Page.captureScreenshot`, for browsers without beginFrame. The replay's clock is the same;
//! only the browser decides when it draws. A picture that equals the one before is a repeat.

use std::ops::Range;
use std::time::Instant;

use super::calm::Calm;
use super::film::Film;
use super::scene::{Scene, Take, at};
use super::{CaptureStatistics, CapturedFrame, Shot, spent};
use crate::error::Result;

pub(super) async fn capture<S: Iterator<Item = Range<u64>>>(
    mut scene: Scene<'_, '_, S>,
    film: &mut Film<'_>,
) -> Result<CaptureStatistics> {
    let mut statistics = CaptureStatistics::default();
    let mut calm = Calm::new();
    let mut before: Vec<u8> = Vec::new();
    while let Some(Take {
        spec, player, anew, ..
    }) = scene.next().await?
    {
        if anew {
            before.clear();
        }
        let mut shot = Shot::Repeat;
        if anew || !calm.lasts(spec.session_ms) {
            let begun = Instant::now();
            let advance = player.advance(spec.session_ms).await.map_err(at(spec))?;
            statistics.advances += 1;
            spent(&mut statistics.advance_s, begun);
            calm.moved(&advance, anew);
            if calm.is_broken() {
                let begun = Instant::now();
                let picture = player.page().capture_screenshot().await.map_err(at(spec))?;
                statistics.screenshots += 1;
                spent(&mut statistics.screenshot_s, begun);
                let changed = picture.0 != before;
                calm.looked(changed);
                if changed {
                    before.clone_from(&picture.0);
                    shot = Shot::Encoded(picture);
                }
            }
        }
        if film.add(CapturedFrame::of(&player, spec, shot)).await.is_err() {
            break;
        }
    }
    Ok(statistics)
}
