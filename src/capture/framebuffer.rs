//! Capture from the memory of a display on which an ordinary browser draws: nothing is encoded, sent or decoded. A
//! strip below the picture, the fence, gets a new colour in the same frame as each change: once its colour is in
//! memory, the picture above it is complete.

use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use image::RgbaImage;

use super::film::Film;
use super::reuse::Reuse;
use super::scene::{Scene, Take, at};
use super::{CaptureStatistics, CapturedFrame, Frames, Shot, spent};
use crate::browser::{Browser, Framebuffer};
use crate::changed_area::ChangedArea;
use crate::error::{Error, Kind, Result};
use crate::frame::{Canvas, Size};
use crate::player::{Fence, Player};

pub(super) async fn capture<S: Iterator<Item = Range<u64>>>(
    frames: Frames,
    browser: &Browser,
    canvas: Canvas,
    mut scene: Scene<'_, '_, S>,
    film: &mut Film<'_>,
) -> Result<CaptureStatistics> {
    let framebuffer = browser
        .framebuffer()
        .ok_or_else(|| Error::new(Kind::Internal, "the browser draws on no display"))?;
    let mut statistics = CaptureStatistics::default();
    let mut quiet_until = Some(f64::NEG_INFINITY);
    let mut screen = Screen::new(framebuffer, canvas, browser.deadline());
    let mut before: Option<Arc<RgbaImage>> = None;
    while let Some(Take {
        spec, player, anew, ..
    }) = scene.next().await?
    {
        if anew {
            before = None;
            let begun = Instant::now();
            screen.clear(&player).await.map_err(at(spec))?;
            spent(&mut statistics.screenshot_s, begun);
        }
        let demanded = anew || frames == Frames::Every;
        let mut shot = Shot::Repeat;
        if demanded || quiet_until.is_some_and(|until| spec.session_ms >= until) {
            let look = screen.look(&player, spec.session_ms, demanded, &mut statistics);
            // The frame before goes out while the page is at work.
            let (look, sent) = tokio::join!(biased; look, film.send());
            if sent.is_err() {
                break;
            }
            let look = look.map_err(at(spec))?;
            quiet_until = look.quiet_until;
            if let Some(picture) = look.picture {
                let changed = match &before {
                    Some(before) => ChangedArea::between(before, &picture),
                    None => Some(ChangedArea::all(&picture)),
                };
                if let Some(changed) = changed {
                    screen.fence.stand_below(&changed.columns(), canvas);
                    shot = Shot::Picture(Arc::clone(&picture));
                    before = Some(picture);
                }
            }
        } else if film.send().await.is_err() {
            break;
        }
        film.keep(CapturedFrame::of(&player, spec, shot));
    }
    Ok(statistics)
}

/// What there is to see of a frame.
struct Look {
    /// None if nothing has changed.
    picture: Option<Arc<RgbaImage>>,
    quiet_until: Option<f64>,
}

/// What is on the display, as far as the fence tells.
struct Screen<'a> {
    framebuffer: &'a Framebuffer,
    canvas: Canvas,
    deadline: Duration,
    fence: Fence,
    pictures: Reuse<RgbaImage>,
}

impl<'a> Screen<'a> {
    fn new(framebuffer: &'a Framebuffer, canvas: Canvas, deadline: Duration) -> Self {
        Self {
            framebuffer,
            canvas,
            deadline,
            fence: Fence::default(),
            pictures: Reuse::new(),
        }
    }

    /// Shows this page, of which nothing is left that was drawn before.
    async fn clear(&mut self, player: &Player) -> Result<()> {
        player.page().bring_to_front().await?;
        self.fence.reset();
        self.fence.change_color();
        player.conceal(true, Some(&self.fence)).await?;
        self.wait().await?;
        player.conceal(false, None).await
    }

    /// Moves the page to a frame, and takes its picture if that is demanded or anything may have changed.
    async fn look(
        &mut self,
        player: &Player,
        session_ms: f64,
        demanded: bool,
        statistics: &mut CaptureStatistics,
    ) -> Result<Look> {
        let begun = Instant::now();
        let advance = player.advance_with_fence(session_ms, &mut self.fence).await?;
        if demanded && !advance.changed {
            player.paint_fence(&mut self.fence).await?;
        }
        statistics.advances += 1;
        spent(&mut statistics.advance_s, begun);
        let mut picture = None;
        if demanded || advance.changed {
            let begun = Instant::now();
            picture = Some(self.picture().await?);
            statistics.screenshots += 1;
            spent(&mut statistics.screenshot_s, begun);
        }
        Ok(Look {
            picture,
            quiet_until: advance.quiet_until,
        })
    }

    /// The picture that came with the last fence.
    async fn picture(&mut self) -> Result<Arc<RgbaImage>> {
        self.wait().await?;
        let Size { width, height } = self.canvas.size;
        self.pictures.take(
            || RgbaImage::new(width, height),
            |picture| self.framebuffer.read(picture),
        )
    }

    async fn wait(&self) -> Result<()> {
        let (place, color) = (self.fence.pixel(self.canvas), self.fence.color());
        if self
            .framebuffer
            .wait_for_pixel(place, color, self.deadline)
            .await?
        {
            return Ok(());
        }
        let seconds = self.deadline.as_secs_f64();
        Err(Error::new(
            Kind::Stalled,
            format!("the browser drew no frame within {seconds} s"),
        ))
    }
}
