//! How much is said on standard error, and what each event of a render is worth.

use super::print;
use crate::pipeline::RenderEvent;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Telling {
    Nothing,
    Usual,
    Everything,
}

impl Telling {
    /// Says something worth knowing, unless nothing is to be said.
    pub(super) fn note(self, text: &str) {
        if self > Self::Nothing {
            print::note(text);
        }
    }

    /// Whether an event gets a line of its own. Progress does not: there is much of it.
    pub(super) fn includes(self, event: &RenderEvent<'_>) -> bool {
        match event {
            RenderEvent::FramesEncoded(_) => false,
            RenderEvent::WayPassedOver { .. }
            | RenderEvent::ScreenshotsDamaged(_)
            | RenderEvent::EncodesAgain(_) => self > Self::Nothing,
            RenderEvent::BrowserStarted { .. } | RenderEvent::SlideshowFound => self == Self::Everything,
        }
    }
}
