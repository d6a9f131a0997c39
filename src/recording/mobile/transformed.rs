//! Mobile recordings that `PostHog` has made web events of already, as in its exports: all that may be missing is a
//! full snapshot before the first screenshot, and a size.

use bytestring::ByteString;
use memchr::memmem;
use serde::Deserialize;
use serde_json::Value;

use super::SCREENSHOT_MARK;
use super::lenient::Number;
use super::screen::Screen;
use crate::frame::Size;
use crate::recording::event::{Detail, Event};
use crate::recording::rrweb_types::EventType;

/// This many of the first nodes of a mutation are looked at, as `PostHog` does.
const LOOKED_AT: usize = 3;

pub(in crate::recording) fn has_screenshot(event: &Event) -> bool {
    matches!(
        event.kind,
        EventType::FullSnapshot | EventType::IncrementalSnapshot
    ) && memmem::find(event.json.as_bytes(), SCREENSHOT_MARK.as_bytes()).is_some()
}

/// Tells the size of the screen that a full snapshot shows, if that is a screenshot.
pub(super) fn with_size(mut event: Event) -> Event {
    if has_screenshot(&event)
        && let Ok(value) = serde_json::from_str::<Value>(&event.json)
        && let Some(size) = first_screenshot(&value["data"]["node"]).and_then(size_of)
    {
        event.detail = Detail::Screen(size);
    }
    event
}

/// An empty screen to put before a mutation that shows a screenshot.
pub(super) fn snapshot_for(event: &Event) -> Option<Event> {
    let screenshot = added_screenshot(event)?;
    Some(Event {
        timestamp_ms: event.timestamp_ms,
        kind: EventType::FullSnapshot,
        source: None,
        detail: size_of(&screenshot).map_or(Detail::None, Detail::Screen),
        index: event.index,
        json: ByteString::from(Screen::new(event.timestamp_ms).full_snapshot()),
    })
}

/// The size of the screenshot that a mutation shows, if it does.
pub(super) fn screenshot_size(event: &Event) -> Option<Size> {
    size_of(&added_screenshot(event)?)
}

fn added_screenshot(event: &Event) -> Option<Value> {
    if !has_screenshot(event) {
        return None;
    }
    let mut value: Value = serde_json::from_str(&event.json).ok()?;
    let adds = value["data"]["adds"].as_array_mut()?;
    adds.iter_mut()
        .take(LOOKED_AT)
        .map(|add| add["node"].take())
        .find(is_screenshot)
}

fn is_screenshot(node: &Value) -> bool {
    node["tagName"] == "img" && !node["attributes"][SCREENSHOT_MARK].is_null()
}

fn first_screenshot(document: &Value) -> Option<&Value> {
    let mut waiting = vec![document];
    while let Some(node) = waiting.pop() {
        if is_screenshot(node) {
            return Some(node);
        }
        waiting.extend(node["childNodes"].as_array().into_iter().flatten().rev());
    }
    None
}

fn size_of(image: &Value) -> Option<Size> {
    let side = |name: &str| {
        let Number(side) = Number::deserialize(&image["attributes"][name]).ok()?;
        Some(side.round() as u32).filter(|side| *side > 0)
    };
    Some(Size::new(side("width")?, side("height")?))
}
