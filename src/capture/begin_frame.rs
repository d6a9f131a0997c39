//! Capture through `HeadlessExperimental.beginFrame`: by damage, and of every frame as the reference.
//! Both draw the same frames at the same times; damage capture leaves out those that nothing changed.

use std::ops::Range;
use std::time::Instant;

use super::film::Film;
use super::scene::{LeftOut, Scene, Take, at};
use super::{CaptureStatistics, CapturedFrame, FrameSink, PICTURE_PAUSE, PICTURE_TRIES, Shot, spent};
use crate::browser::{Page, Screenshot};
use crate::error::{Error, Kind, Result};
use crate::frame::FrameSpec;
use crate::player::{Advance, Player, Players};
use crate::timeline::CapturePlan;

/// After a change frames are drawn until this many in a row had no damage: scrolling and late decoding go on
/// for a while after their cause.
const CALM_FRAMES: u32 = 2;

/// The browser's frame clock must start above the host's own; this far above is safe.
const CLOCK_MARGIN_MS: f64 = 60_000.0;

/// The replay's frames on the browser's clock: within a video a constant distance from session time.
pub(super) struct FrameClock {
    base: f64,
    interval: f64,
    last: f64,
    last_session_ms: f64,
}

impl FrameClock {
    pub(super) fn new(plan: &CapturePlan) -> Self {
        let uptime = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
        let host = uptime.tv_sec as f64 * 1000.0 + uptime.tv_nsec as f64 / 1e6;
        Self {
            base: host + CLOCK_MARGIN_MS,
            interval: plan.fps.frame_ms(1),
            last: 0.0,
            last_session_ms: 0.0,
        }
    }

    /// Never the same twice: time that stands still would be an error to the browser.
    fn time(&mut self, spec: FrameSpec) -> f64 {
        if spec.session_ms < self.last_session_ms {
            // Another video has begun, with an earlier part of the session.
            self.base = self.last + self.interval - spec.session_ms;
        }
        self.last_session_ms = spec.session_ms;
        self.last = (self.base + spec.session_ms).max(self.last + 0.001);
        self.last
    }
}

pub(super) async fn capture_damage(
    players: &mut Players<'_>,
    plan: &CapturePlan,
    segments: impl Iterator<Item = Range<u64>>,
    sink: &FrameSink,
) -> Result<CaptureStatistics> {
    let mut camera = Camera::new(plan);
    let mut scene = Scene::new(players, plan, segments, LeftOut::Drawn);
    let mut film = Film::new(sink);
    let mut calm = 0;
    let mut quiet_until = Some(f64::NEG_INFINITY);
    while let Some(take) = scene.next().await? {
        let Take {
            spec,
            player,
            anew,
            wanted,
        } = take;
        let still = !anew && calm >= CALM_FRAMES && quiet_until.is_none_or(|until| spec.session_ms < until);
        let mut shot = Shot::Repeat;
        if !still {
            let advance = camera.advance(&player, spec).await?;
            quiet_until = advance.quiet_until;
            if advance.changed || anew {
                calm = 0;
            }
            if calm < CALM_FRAMES {
                let page = player.page();
                let time = camera.clock.time(spec);
                // What a headless browser draws can depend on what it drew before.
                if anew || camera.is_damaged(page, time).await.map_err(at(spec))? {
                    if wanted || anew {
                        shot = Shot::Encoded(camera.picture(page, time).await.map_err(at(spec))?);
                    }
                    calm = 0;
                } else {
                    calm += 1;
                }
            }
        }
        if wanted && film.add(CapturedFrame::of(&player, spec, shot)).await.is_err() {
            break;
        }
    }
    film.finish().await;
    Ok(camera.statistics)
}

pub(super) async fn capture_every_frame(
    players: &mut Players<'_>,
    plan: &CapturePlan,
    segments: impl Iterator<Item = Range<u64>>,
    sink: &FrameSink,
) -> Result<CaptureStatistics> {
    let mut camera = Camera::new(plan);
    let mut scene = Scene::new(players, plan, segments, LeftOut::Drawn);
    let mut film = Film::new(sink);
    while let Some(take) = scene.next().await? {
        let Take {
            spec, player, wanted, ..
        } = take;
        camera.advance(&player, spec).await?;
        let time = camera.clock.time(spec);
        let shot = Shot::Encoded(camera.picture(player.page(), time).await.map_err(at(spec))?);
        if wanted && film.add(CapturedFrame::of(&player, spec, shot)).await.is_err() {
            break;
        }
    }
    film.finish().await;
    Ok(camera.statistics)
}

struct Camera {
    clock: FrameClock,
    statistics: CaptureStatistics,
}

impl Camera {
    fn new(plan: &CapturePlan) -> Self {
        Self {
            clock: FrameClock::new(plan),
            statistics: CaptureStatistics::default(),
        }
    }

    async fn advance(&mut self, player: &Player, spec: FrameSpec) -> Result<Advance> {
        let begun = Instant::now();
        let advance = player.advance(spec.session_ms).await.map_err(at(spec))?;
        self.statistics.advances += 1;
        spent(&mut self.statistics.advance_s, begun);
        Ok(advance)
    }

    async fn is_damaged(&mut self, page: &Page, time: f64) -> Result<bool> {
        let begun = Instant::now();
        let damaged = page.begin_frame(time, self.clock.interval).await?;
        self.statistics.damage_checks += 1;
        spent(&mut self.statistics.damage_check_s, begun);
        Ok(damaged)
    }

    /// The picture of a frame that is drawn already, or is drawn now. A renderer that is starting up gives none yet,
    /// one that has just died none any more; asking again tells them apart.
    async fn picture(&mut self, page: &Page, time: f64) -> Result<Screenshot> {
        let begun = Instant::now();
        for _ in 0..PICTURE_TRIES {
            let picture = page
                .begin_frame_with_screenshot(time, self.clock.interval)
                .await?;
            if let Some(picture) = picture {
                self.statistics.screenshots += 1;
                spent(&mut self.statistics.screenshot_s, begun);
                return Ok(picture);
            }
            tokio::time::sleep(PICTURE_PAUSE).await;
        }
        Err(Error::new(
            Kind::Stalled,
            "the browser drew a frame but gave no picture of it",
        ))
    }
}
