//! JSON lines: plain rrweb events, and `PostHog`'s blocks as `["window", event]` (v2) or
//! `{"window_id": "…", "data": [event, …]}` (v1). Lines that cannot be read are counted and skipped.

use std::borrow::Cow;

use bytestring::ByteString;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Collector, Format};
use crate::error::Result;
use crate::recording::event;
use crate::recording::problem::{Place, ProblemKind};

/// What one line holds.
enum Line<'a> {
    Event(&'a str),
    WindowEvent(Option<Cow<'a, str>>, &'a RawValue),
    WindowEvents(Option<Cow<'a, str>>, Vec<&'a RawValue>),
}

/// Whether a JSON value can only be a line, even if it is the only one.
pub(super) fn holds_line(value: &str) -> bool {
    parse(value).is_some_and(|line| match line {
        Line::Event(json) => event::looks_like_event(json),
        Line::WindowEvent(_, json) => event::looks_like_event(json.get()),
        Line::WindowEvents(_, events) => super::is_event_list(&events),
    })
}

pub(super) fn read(text: &ByteString, collector: &mut Collector<'_>) -> Result<Format> {
    let mut format = Format::RrwebLines;
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        match parse(line.trim()) {
            _ if line.trim().is_empty() => {}
            Some(Line::Event(json)) => collector.event(None, text.slice_ref(json))?,
            Some(Line::WindowEvent(window, json)) => {
                format = Format::PosthogLines;
                collector.event(window.as_deref(), text.slice_ref(json.get()))?;
            }
            Some(Line::WindowEvents(window, events)) => {
                format = Format::PosthogLines;
                for json in events {
                    collector.event(window.as_deref(), text.slice_ref(json.get()))?;
                }
            }
            None => collector
                .problems
                .note(ProblemKind::UnreadableLine, Place::Byte(offset)),
        }
        offset += line.len() as u64;
    }
    Ok(format)
}

fn parse(line: &str) -> Option<Line<'_>> {
    #[derive(Deserialize)]
    struct Block<'a> {
        #[serde(borrow, alias = "windowId")]
        window_id: Option<&'a RawValue>,
        #[serde(borrow)]
        data: Vec<&'a RawValue>,
    }
    match line.as_bytes().first()? {
        b'{' => match serde_json::from_str(line) {
            Ok(Block { window_id, data }) => Some(Line::WindowEvents(event::window_id(window_id), data)),
            Err(_) => serde_json::from_str::<&RawValue>(line)
                .ok()
                .map(|event| Line::Event(event.get())),
        },
        b'[' => {
            let (window, json): (Option<&RawValue>, &RawValue) = serde_json::from_str(line).ok()?;
            // A list of two events is no line.
            let named = window.is_none_or(|window| !window.get().starts_with(['{', '[']));
            named.then(|| Line::WindowEvent(event::window_id(window), json))
        }
        b'"' => Some(Line::Event(line)),
        _ => None,
    }
}
