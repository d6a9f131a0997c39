//! Phones that are turned. The SDKs tell the size of the screen once and not again when it is turned, so the pictures of it
//! have to tell.

use crate::frame::Size;
use crate::recording::event::{Detail, Event};
use crate::recording::rrweb_types::{EventType, IncrementalSource};

/// One side may lack bars of the system that the other has: so many times as long as they are.
const SIDE_BY_BARS: u32 = 8;

/// Whether a screen of this size is the one that was seen as `viewport`, turned.
pub(super) fn is_turned(viewport: Size, screen: Size) -> bool {
    let is_upright = |size: Size| size.width < size.height;
    is_upright(viewport) != is_upright(screen)
        && (screen.width > viewport.width || screen.height > viewport.height)
        && is_alike(screen.width, viewport.height)
        && is_alike(screen.height, viewport.width)
}

const fn is_alike(side: u32, other: u32) -> bool {
    side.abs_diff(other) <= other / SIDE_BY_BARS
}

/// The window gets another size just before `event`.
pub(super) fn resize(size: Size, event: &Event) -> Event {
    let json = serde_json::json!({
        "type": 3,
        "timestamp": event.timestamp_ms,
        "data": { "source": 4, "width": size.width, "height": size.height },
    });
    Event {
        timestamp_ms: event.timestamp_ms,
        kind: EventType::IncrementalSnapshot,
        source: Some(IncrementalSource::ViewportResize),
        detail: Detail::Viewport(size),
        index: event.index,
        json: json.to_string().into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_screen_is_a_turned_one() {
        let viewport = Size::new(390, 844);
        for (width, height, turned) in [
            (844, 390, true),
            // Without a bar.
            (796, 390, true),
            (390, 844, false),
            // A dialog, and a tall one; a long picture.
            (300, 200, false),
            (380, 379, false),
            (2000, 390, false),
        ] {
            assert_eq!(
                is_turned(viewport, Size::new(width, height)),
                turned,
                "{width}x{height}"
            );
        }
        assert!(is_turned(Size::new(844, 390), viewport));
        assert!(!is_turned(Size::new(840, 900), Size::new(820, 800)));
    }
}
