//! What pictures are taken of, and how: what a render and a sample of it have in common. `cli` fills it in.

use std::sync::Arc;

use url::Url;

use super::{RenderEvent, RenderObserver};
use crate::assets::Assets;
use crate::browser::{Browser, PageAssets};
use crate::capture::{CaptureWay, start_first};
use crate::error::{Error, Result};
use crate::overlay::{Overlay, OverlayStyle};
use crate::player::{Players, StageLook};
use crate::recording::Recording;
use crate::story::Script;
use crate::timeline::RenderPlan;

#[derive(Debug)]
pub struct Subject {
    pub recording: Arc<Recording>,
    pub plan: Arc<RenderPlan>,
    /// How pictures may be taken, the best way first. None at all makes synthetic pictures.
    pub ways: Vec<CaptureWay>,
    /// How the page lies in the picture, and on what.
    pub stage: StageLook,
    /// Where the assets come from that the recording only names.
    pub assets: Arc<Assets>,
    /// What relative addresses are relative to. None: the recorded page.
    pub asset_base: Option<Url>,
    /// How what is drawn on the captured pictures looks.
    pub overlay: OverlayStyle,
    /// What is told in words on them.
    pub script: Arc<Script>,
}

impl Subject {
    /// Starts a browser for the first way that works on this machine; tells which do not.
    pub(super) async fn start_browser(
        &self,
        observer: &dyn RenderObserver,
    ) -> Result<(Browser, &CaptureWay)> {
        let passed_over = |method, why: &Error| observer.on(RenderEvent::WayPassedOver { method, why });
        start_first(&self.ways, self.plan.canvas(), passed_over).await
    }

    /// What draws on the captured pictures, which it must get in order.
    pub(super) fn overlay(&self) -> Overlay {
        Overlay::new(self.overlay, Arc::clone(&self.script))
    }

    /// The players of a browser, none of which has begun.
    pub(super) fn players<'a>(&'a self, browser: &'a Browser) -> Players<'a> {
        let assets = PageAssets {
            provider: self.assets.clone(),
            base: self.asset_base.clone(),
        };
        Players::new(browser, self.plan.canvas(), self.stage, &self.recording, assets)
    }
}
