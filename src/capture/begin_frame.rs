//! Capture through `HeadlessExperimental.beginFrame`: by damage, and of every frame as the reference. Both draw the
//! same frames at the same times; damage capture takes no pictures of those that nothing changed.

use std::ops::Range;
use std::time::{Duration, Instant};

use super::calm::Calm;
use super::film::Film;
use super::scene::{Scene, Take, at};
use super::{CaptureStatistics, CapturedFrame, Frames, Shot, spent};
use crate::browser::{Page, Screenshot};
use crate::error::{Error, Kind, Result};
use crate::frame::FrameSpec;
use crate::player::{Advance, Player};
use crate::timeline::CapturePlan;

/// How often a picture is asked for before the browser counts as unable to give one.
pub(super) const PICTURE_TRIES: u32 = 10;
pub(super) const PICTURE_PAUSE: Duration = Duration::from_millis(20);

/// The browser's frame clock must start above the host's own; this far above is safe.
const CLOCK_MARGIN_MS: f64 = 60_000.0;

/// A time for a browser's first frame, in milliseconds.
pub(super) fn first_frame_time() -> f64 {
    let uptime = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    let host = uptime.tv_sec as f64 * 1000.0 + uptime.tv_nsec as f64 / 1e6;
    host + CLOCK_MARGIN_MS
}

/// The replay's frames on the browser's clock: within a video a constant distance from session time.
struct FrameClock {
    base: f64,
    interval: f64,
    last: f64,
    last_session_ms: f64,
}

impl FrameClock {
    fn new(plan: &CapturePlan) -> Self {
        Self {
            base: first_frame_time(),
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

pub(super) async fn capture<S: Iterator<Item = Range<u64>>>(
    frames: Frames,
    plan: &CapturePlan,
    mut scene: Scene<'_, '_, S>,
    film: &mut Film<'_>,
) -> Result<CaptureStatistics> {
    let mut camera = Camera::new(plan);
    let mut calm = Calm::new();
    while let Some(take) = scene.next().await? {
        let shot = match frames {
            Frames::Every => camera.shoot(&take).await,
            Frames::Changed => camera.shoot_changed(&take, &mut calm).await,
        };
        let shot = shot.map_err(at(take.spec))?;
        let Take {
            spec, player, wanted, ..
        } = take;
        if wanted && film.add(CapturedFrame::of(&player, spec, shot)).await.is_err() {
            break;
        }
    }
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

    /// The picture of a frame, whether or not anything has changed.
    async fn shoot(&mut self, take: &Take) -> Result<Shot> {
        self.advance(&take.player, take.spec).await?;
        let time = self.clock.time(take.spec);
        Ok(Shot::Encoded(self.picture(take.player.page(), time).await?))
    }

    /// The picture of a frame if there is damage, or if it needs one whatever was drawn before.
    async fn shoot_changed(&mut self, take: &Take, calm: &mut Calm) -> Result<Shot> {
        let &Take {
            spec, anew, wanted, ..
        } = take;
        if !anew && calm.lasts(spec.session_ms) {
            return Ok(Shot::Repeat);
        }
        let advance = self.advance(&take.player, spec).await?;
        calm.moved(&advance, anew);
        if !calm.is_broken() {
            return Ok(Shot::Repeat);
        }
        let (page, time) = (take.player.page(), self.clock.time(spec));
        // What a headless browser draws can depend on what it drew before.
        let changed = anew || self.is_damaged(page, time).await?;
        calm.looked(changed);
        if changed && (wanted || anew) {
            return Ok(Shot::Encoded(self.picture(page, time).await?));
        }
        Ok(Shot::Repeat)
    }

    async fn advance(&mut self, player: &Player, spec: FrameSpec) -> Result<Advance> {
        let begun = Instant::now();
        let advance = player.advance(spec.session_ms).await?;
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
