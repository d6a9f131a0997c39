//! `PostHog`'s events as its recorder sends them: `{"event":"$snapshot","properties":{"$session_id":"…","$window_id":"…",
//! "$snapshot_items":[event, …]}}`, one or many, among events of other kinds.

use bytestring::ByteString;

use super::{Collector, Fields, elements};
use crate::error::Result;
use crate::recording::event;
use crate::recording::problem::ProblemKind;

/// A captured event of any kind.
pub(super) struct Capture<'a> {
    /// Only of a `$snapshot`.
    properties: Option<Fields<'a>>,
}

impl<'a> Capture<'a> {
    pub(super) fn of(fields: &Fields<'a>) -> Option<Self> {
        let name = event::unquoted(fields.get("event")?.get())?;
        let properties = Fields::of(fields.get("properties")?.get())?;
        Some(Self {
            properties: (name == "$snapshot").then_some(properties),
        })
    }

    pub(super) const fn is_snapshot(&self) -> bool {
        self.properties.is_some()
    }

    /// Whether a value is a `$snapshot`.
    pub(super) fn is_one(value: &'a str) -> bool {
        Fields::of(value)
            .and_then(|fields| Self::of(&fields))
            .is_some_and(|capture| capture.is_snapshot())
    }

    /// Takes the events of a `$snapshot` and passes over all else. `text` is what it is part of.
    pub(super) fn read(&self, text: &ByteString, collector: &mut Collector<'_>) -> Result<()> {
        let Some(properties) = &self.properties else {
            return Ok(());
        };
        let id = |name| event::window_id(properties.get(name));
        let window = id("$window_id");
        collector.session(id("$session_id").as_deref());
        let items = ["$snapshot_items", "$snapshot_data"].map(|name| properties.get(name));
        let Some(items) = items.into_iter().flatten().next() else {
            collector.lose(ProblemKind::NotAnEvent);
            return Ok(());
        };
        let Some(items) = elements(items.get()) else {
            return collector.event(window.as_deref(), text.slice_ref(items.get()));
        };
        for item in items {
            collector.event(window.as_deref(), text.slice_ref(item.get()))?;
        }
        Ok(())
    }
}
