//! One line of `PostHog`'s blocks: `["window", event]` (v2), or `{"window_id": "…", "data": [event, …]}` (v1 and before).

use std::borrow::Cow;

use bytestring::ByteString;
use serde_json::value::RawValue;

use super::{Collector, Fields, elements, is_event, session_id};
use crate::error::Result;
use crate::recording::event;

pub(super) struct Block<'a> {
    window: Option<Cow<'a, str>>,
    events: Vec<&'a RawValue>,
}

impl<'a> Block<'a> {
    /// A list of two is one, unless the first is an event itself or something else with parts.
    pub(super) fn of_pair(list: &'a str) -> Option<Self> {
        let (window, event): (Option<&RawValue>, &RawValue) = serde_json::from_str(list).ok()?;
        let named =
            window.is_none_or(|window| !window.get().starts_with(['{', '[']) && !is_event(window.get()));
        (named && is_event(event.get())).then(|| Self {
            window: event::id(window),
            events: vec![event],
        })
    }

    /// An object with a window's id and a list of events; the id may be missing, unless the object has another.
    pub(super) fn of_object(fields: &Fields<'a>) -> Option<Self> {
        let window = fields.get("window_id").or_else(|| fields.get("windowId"));
        let events = elements(fields.get("data")?.get())?;
        let is_one = window.is_some()
            || session_id(fields).is_none() && events.iter().any(|element| is_event(element.get()));
        let window = event::id(window);
        is_one.then_some(Self { window, events })
    }

    /// `text` is what the block is part of.
    pub(super) fn read(self, text: &ByteString, collector: &mut Collector<'_>) -> Result<()> {
        for event in self.events {
            collector.event(self.window.as_deref(), text.slice_ref(event.get()))?;
        }
        Ok(())
    }
}
