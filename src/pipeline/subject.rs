//! What pictures are taken of, and how: what a render and a sample of it have in common. `cli` fills it in.

use std::ops::Range;
use std::sync::Arc;

use url::Url;

use super::{PictureSource, RenderEvent, RenderObserver};
use crate::assets::Assets;
use crate::browser::{Browser, PageAssets};
use crate::capture::{CaptureStatistics, CaptureWay, CaptureWays, FrameSink, capture_slideshow};
use crate::error::{Error, Result};
use crate::overlay::{Overlay, OverlayStyle};
use crate::player::{Players, Problems, StageLook};
use crate::recording::Recording;
use crate::story::Script;
use crate::timeline::{CapturePlan, Slideshow};

#[derive(Debug)]
pub struct Subject {
    pub recording: Arc<Recording>,
    pub plan: Arc<CapturePlan>,
    pub source: PictureSource,
    /// How the page lies in the picture, and on what.
    pub stage: StageLook,
    /// Where the assets come from that the recording only names.
    pub assets: Arc<Assets>,
    /// What relative addresses are relative to. None: the recorded page.
    pub asset_base: Option<Url>,
    /// How what is drawn on the captured pictures looks.
    pub overlay: OverlayStyle,
    /// What is told in words on them, for each video.
    pub scripts: Vec<Arc<Script>>,
}

impl Subject {
    /// Starts a browser for the first of these ways that works on this machine; tells which do not.
    pub(super) async fn start_browser<'a>(
        &self,
        ways: &'a CaptureWays,
        observer: &dyn RenderObserver,
    ) -> Result<(Browser, &'a CaptureWay)> {
        let passed_over = |method, why: &Error| observer.on(RenderEvent::WayPassedOver { method, why });
        ways.start_first(self.plan.canvas, passed_over).await
    }

    /// Draws these segments of a slideshow; tells what of it is damaged.
    pub(super) async fn draw_slideshow(
        &self,
        slideshow: &Slideshow,
        segments: impl Iterator<Item = Range<u64>>,
        observer: &dyn RenderObserver,
        sink: &FrameSink,
    ) -> Result<(CaptureStatistics, Problems)> {
        observer.on(RenderEvent::SlideshowFound);
        let drawn = capture_slideshow(slideshow, self.stage, &self.plan, segments, sink).await?;
        let damaged = drawn.1.warnings.iter().map(|warning| warning.count).sum();
        if damaged > 0 {
            observer.on(RenderEvent::ScreenshotsDamaged(damaged));
        }
        Ok(drawn)
    }

    /// What draws on the captured pictures of a video, which it must get in order.
    pub(super) fn overlay(&self, video: usize) -> Overlay {
        Overlay::new(self.overlay, Arc::clone(&self.scripts[video]))
    }

    /// The players of a browser, none of which has begun.
    pub(super) fn players<'a>(&'a self, browser: &'a Browser) -> Players<'a> {
        let assets = PageAssets {
            provider: self.assets.clone(),
            base: self.asset_base.clone(),
        };
        Players::new(browser, self.plan.canvas, self.stage, &self.recording, assets)
    }
}
