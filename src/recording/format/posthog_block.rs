//! One line of `PostHog`'s blocks: `["window", event]` (v2), or `{"window_id": "…", "data": [event, …]}` (v1 and before).

use std::borrow::Cow;

use bytestring::ByteString;

use super::{Collector, Fields, SessionId, WINDOW_NAMES, is_event};
use crate::error::Result;
use crate::recording::{event, json_text};

pub(super) struct Block<'a> {
    /// The session's, where a table has its id beside the window's.
    session: Option<SessionId>,
    window: Option<Cow<'a, str>>,
    /// An event, or the list of them.
    events: &'a str,
}

impl<'a> Block<'a> {
    /// A list of two is one, unless the first is an event itself or something else with parts.
    pub(super) fn of_pair(list: &'a str) -> Option<Self> {
        let mut elements = json_text::elements(list);
        let (window, event) = (elements.next()?, elements.next()?);
        let is_one = elements.next().is_none()
            && !window.starts_with(['{', '['])
            && !is_event(window)
            && is_event(event);
        is_one.then(|| Self {
            session: None,
            window: event::id(Some(window)),
            events: event,
        })
    }

    /// An object with a window's id and a list of events; the id may be missing, unless the object has another.
    pub(super) fn of_object(fields: &Fields<'a>) -> Option<Self> {
        let window = WINDOW_NAMES.into_iter().find_map(|name| fields.get(name));
        let events = fields.get("data").filter(|data| data.starts_with('['))?;
        let is_one =
            window.is_some() || SessionId::of(fields).is_none() && json_text::elements(events).any(is_event);
        let window = event::id(window);
        is_one.then(|| Self {
            session: SessionId::named(fields),
            window,
            events,
        })
    }

    /// `text` is what the block is part of.
    pub(super) fn read(self, text: &ByteString, collector: &mut Collector<'_>) -> Result<()> {
        if let Some(id) = &self.session {
            collector.session(Some(&id.text));
        }
        let window = self.window.as_deref();
        if !self.events.starts_with('[') {
            return collector.event(window, text.slice_ref(self.events));
        }
        for event in json_text::elements(self.events) {
            collector.event(window, text.slice_ref(event))?;
        }
        Ok(())
    }
}
