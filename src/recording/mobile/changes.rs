//! A mutation of wireframes, as a mobile SDK records it, and what it does to the screen.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::lenient::{WireframeId, or_default};
use super::screen::Screen;
use super::wireframe::Header;
use crate::frame::Size;

/// A mutation of wireframes.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Changes<'a> {
    #[serde(borrow, deserialize_with = "or_default")]
    removes: Vec<&'a RawValue>,
    #[serde(borrow, deserialize_with = "or_default")]
    adds: Vec<&'a RawValue>,
    #[serde(borrow, deserialize_with = "or_default")]
    updates: Vec<&'a RawValue>,
    #[serde(borrow, deserialize_with = "or_default")]
    texts: Vec<&'a RawValue>,
    #[serde(borrow, deserialize_with = "or_default")]
    attributes: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Change<'a> {
    #[serde(default, deserialize_with = "or_default")]
    parent_id: Option<WireframeId>,
    #[serde(borrow)]
    wireframe: Option<&'a RawValue>,
    #[serde(borrow)]
    node: Option<&'a RawValue>,
}

impl<'a> Changes<'a> {
    pub(super) fn wireframes(&self) -> impl Iterator<Item = (&'a RawValue, Option<WireframeId>)> {
        self.adds.iter().chain(&self.updates).filter_map(|raw| {
            let change: Change<'a> = serde_json::from_str(raw.get()).ok()?;
            Some((change.wireframe?, change.parent_id))
        })
    }

    /// Whether it changes a document, as after the work of another tool.
    pub(super) fn are_of_nodes(&self) -> bool {
        let has_node = |raw: &&RawValue| {
            serde_json::from_str(raw.get()).is_ok_and(|change: Change<'_>| change.node.is_some())
        };
        !self.texts.is_empty() || !self.attributes.is_empty() || self.adds.iter().any(has_node)
    }

    /// The size of the screenshot that is shown after them, if they bring one.
    pub(super) fn screenshot_size(&self) -> Option<Size> {
        let screenshots = self
            .wireframes()
            .filter_map(|(raw, _)| Header::of_screenshot(raw));
        screenshots.filter(Header::has_picture).last()?.size()
    }

    /// Removes first; of several changes to one wireframe the last holds. Returns how many were malformed.
    pub(super) fn apply(&self, screen: &mut Screen) -> u64 {
        #[derive(Deserialize)]
        struct Removed {
            id: WireframeId,
        }
        for raw in &self.removes {
            if let Ok(Removed { id }) = serde_json::from_str(raw.get()) {
                screen.take(id);
            }
        }
        let mut read = 0;
        for (wireframe, parent) in self.wireframes() {
            read += 1;
            if screen.keeps_screenshot(wireframe) {
                continue;
            }
            screen.put(wireframe, parent);
            if let Some(Header { id, .. }) = Header::of_screenshot(wireframe) {
                screen.drop_covered_screenshots(id);
            }
        }
        screen.take_malformed() + (self.adds.len() + self.updates.len()) as u64 - read
    }
}
