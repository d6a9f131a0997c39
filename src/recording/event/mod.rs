//! One rrweb event: its JSON text, untouched, and the few facts that planning needs.
//! `format` makes events with [`Event::parse`]. Planning reads the facts; only who needs more looks into the text again.

mod data;
mod header;
mod quoted;
mod raw;

use bytestring::ByteString;
use serde::Deserialize;

use super::json_text;
use super::rrweb_types::{EventType, IncrementalSource, MouseInteraction};
use super::splice::{place, splice};
use crate::frame::Size;
use data::Data;
use header::{Header, with_single_names};
use raw::{is_list, is_object, is_string, whole};

pub(super) use header::{Owner, id, looks_like_event, looks_like_full_snapshot};
pub(super) use quoted::{quoted_time, quoted_type};

/// An event of the recording. Its JSON goes to the page as it came, and is a part of the input's text where that
/// was not compressed.
#[derive(Debug, Clone)]
pub struct Event {
    /// Milliseconds since 1970 by the recorded machine's clock; finite, nothing more is sure.
    pub timestamp_ms: f64,
    pub kind: EventType,
    /// Only of an `IncrementalSnapshot`, and only if it names one.
    pub source: Option<IncrementalSource>,
    pub detail: Detail,
    /// Its place in the input, counted from 0. An event that we add has the place of the one it precedes.
    pub index: u64,
    pub json: ByteString,
}

/// What planning needs to know beyond the type of an event.
#[derive(Debug, Clone, PartialEq)]
pub enum Detail {
    None,
    /// A `Meta`; in pre-1.0 recordings `DomContentLoaded` has the address and `Load` the size.
    Page(Box<Meta>),
    /// A `ViewportResize` to a size that can be shown.
    Viewport(Size),
    /// A screen of a mobile app, or a change to one, made of wireframes instead of nodes.
    Wireframes,
    /// A change with something else in the place of a list; rrweb would throw.
    DamagedLists,
    /// A full snapshot of a mobile app, which tells the size of its screen where no `Meta` does.
    Screen(Size),
    /// Collected pointer positions: how long before the timestamp the first was (at most 0).
    Moves {
        first_offset_ms: f64,
    },
}

/// What the event of a page tells. Boxed: there are few of them among very many others.
#[derive(Debug, Clone, PartialEq)]
pub struct Meta {
    pub href: Option<Box<str>>,
    pub size: Option<Size>,
}

impl Event {
    /// The viewport from this event on, if it sets one.
    pub fn viewport(&self) -> Option<Size> {
        match (&self.detail, self.kind) {
            (Detail::Page(meta), EventType::Meta) => meta.size,
            (Detail::Viewport(size), _) => Some(*size),
            _ => None,
        }
    }

    /// The address of the page from this event on, if it says so.
    pub fn href(&self) -> Option<&str> {
        match &self.detail {
            Detail::Page(meta) => meta.href.as_deref(),
            _ => None,
        }
    }

    /// The JSON text of its `data`, which is looked for anew each time.
    pub(super) fn data(&self) -> Option<&str> {
        json_text::member(&self.json, "data")
    }

    /// Its `data`, unless that is not of this shape.
    pub(super) fn data_as<'a, T: Deserialize<'a>>(&'a self) -> Option<T> {
        serde_json::from_str(self.data()?).ok()
    }

    /// What the mouse or a finger does, of a `MouseInteraction` only.
    pub(super) fn mouse_interaction(&self) -> Option<MouseInteraction> {
        match self.source {
            Some(IncrementalSource::MouseInteraction) => {
                MouseInteraction::from_number(json_text::integer(self.data()?, "type")?)
            }
            _ => None,
        }
    }

    pub(super) fn is_full_snapshot(&self) -> bool {
        self.kind == EventType::FullSnapshot
    }

    /// Moves the event to another time, in what the page gets as well.
    pub(super) fn set_timestamp(&mut self, timestamp_ms: f64) {
        if let Some(told) = Header::parse(&self.json).ok().and_then(|header| header.timestamp) {
            let edit = (place(told.get(), &self.json), timestamp_ms.to_string());
            self.json = splice(&self.json, vec![edit]).into();
        }
        self.timestamp_ms = timestamp_ms;
    }

    /// Reads the JSON text of one event; also says whose it is, as far as the event itself names that.
    pub(super) fn parse(json: ByteString, index: u64) -> Result<(Self, Owner), NotAnEvent> {
        let header = match Header::parse(&json) {
            Ok(header) => header,
            Err(error) => {
                let json = with_single_names(&json).ok_or(error)?;
                return Self::parse(json.into(), index);
            }
        };
        let kind = header.kind().ok_or(NotAnEvent::Malformed)?;
        let timestamp_ms = header.timestamp_ms().ok_or(NotAnEvent::Malformed)?;
        if header.is_quoted() {
            return Err(NotAnEvent::Quoted);
        }
        let data = Data::of(header.data);
        let source = match kind {
            EventType::IncrementalSnapshot => whole(data.source).map(IncrementalSource::from_number),
            _ => None,
        };
        if data.has_compressed_field(source)
            || kind == EventType::FullSnapshot && header.data.is_some_and(is_string)
        {
            return Err(NotAnEvent::Compressed);
        }
        // rrweb throws on a change without data, and on a snapshot without a tree.
        let can_be_played = match kind {
            EventType::IncrementalSnapshot => header.data.is_some_and(is_object),
            EventType::FullSnapshot => data.node.is_some_and(is_object) || data.has_wireframes(),
            _ => true,
        };
        if kind == EventType::FullSnapshot && header.data.is_some_and(is_list) {
            return Err(NotAnEvent::ListSnapshot);
        }
        if !can_be_played {
            return Err(NotAnEvent::Malformed);
        }
        let detail = data.detail(kind, source);
        let owner = header.owner();
        let event = Self {
            timestamp_ms,
            kind,
            source,
            detail,
            index,
            json,
        };
        Ok((event, owner))
    }
}

/// Why a piece of JSON did not become an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NotAnEvent {
    /// No object, no type or timestamp, a full snapshot without a tree, or a change without data.
    Malformed,
    /// A full snapshot that is a list of changes, as newer recorders of Datadog's write it, and no tree.
    ListSnapshot,
    /// rrweb's packer made a string of it.
    Packed,
    /// `PostHog` compressed fields of it.
    Compressed,
    /// Its data is JSON in a string, or its type or timestamp is a string.
    Quoted,
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn event(json: &str) -> Event {
        Event::parse(json.into(), 0).unwrap().0
    }

    fn refusal(json: &str) -> NotAnEvent {
        Event::parse(json.into(), 0).unwrap_err()
    }

    #[test]
    fn the_header_is_read_and_the_text_kept() {
        let json = r#"{"type":3,"timestamp":12.5,"data":{"source":1,"positions":[{"timeOffset":-450},{"timeOffset":0}]}}"#;
        let event = event(json);
        assert_eq!(event.kind, EventType::IncrementalSnapshot);
        assert_eq!(event.source, Some(IncrementalSource::MouseMove));
        assert_eq!(
            event.detail,
            Detail::Moves {
                first_offset_ms: -450.0
            }
        );
        assert_eq!(
            (&*event.json, event.timestamp_ms.to_bits()),
            (json, 12.5_f64.to_bits())
        );
    }

    #[test]
    fn a_new_time_is_in_the_text_too() {
        for (json, expected) in [
            (
                r#"{"timestamp":12,"type":4}"#,
                r#"{"timestamp":1605819569274.5,"type":4}"#,
            ),
            (
                r#"{"type":4, "timestamp" : -1.5e3 ,"data":{"timestamp":7}}"#,
                r#"{"type":4, "timestamp" : 1605819569274.5 ,"data":{"timestamp":7}}"#,
            ),
        ] {
            let mut event = event(json);
            event.set_timestamp(1_605_819_569_274.5);
            assert_eq!(&*event.json, expected);
            let (read_again, _) = Event::parse(event.json, 0).unwrap();
            assert_eq!(read_again.timestamp_ms.to_bits(), event.timestamp_ms.to_bits());
        }
        let mut whole = event(r#"{"type":4,"timestamp":1.25}"#);
        whole.set_timestamp(1e12);
        assert_eq!(&*whole.json, r#"{"type":4,"timestamp":1000000000000}"#);
    }

    #[test]
    fn unknown_types_and_sources_are_kept() {
        let json = r#"{"type":99,"timestamp":-3,"data":{}}"#;
        assert_eq!(event(json).kind, EventType::Other(99));
        let json = r#"{"type":3,"timestamp":0,"data":{"source":77}}"#;
        assert_eq!(event(json).source, Some(IncrementalSource::Other(77)));
        assert_eq!(IncrementalSource::Other(77).name(), "Other(77)");
    }

    #[test]
    fn what_is_no_event_says_why() {
        for json in [
            "7",
            "null",
            "[4,1,{}]",
            r#"{"type":"4","timestamp":1}"#,
            r#"{"type":4}"#,
            r#"{"type":-1,"timestamp":1}"#,
            r#"{"type":4,"timestamp":1e999}"#,
            r#"{"type":2,"timestamp":1,"data":{"node":"x"}}"#,
            r#"{"type":3,"timestamp":1}"#,
            r#"{"type":3,"timestamp":1,"data":null}"#,
            r#"{"type":3,"timestamp":1,"data":7}"#,
            r#"{"type":3,"timestamp":1,"data":true}"#,
            r#"{"type":3,"timestamp":1,"data":[{"source":0}]}"#,
            r#"{"type":3,"timestamp":1,"data":"x"}"#,
        ] {
            assert_eq!(refusal(json), NotAnEvent::Malformed, "{json}");
        }
        assert_eq!(refusal("\"x\u{9c}abc\""), NotAnEvent::Packed);
        let mobile = r#"{"type":2,"timestamp":1,"data":{"wireframes":[]}}"#;
        assert_eq!(event(mobile).detail, Detail::Wireframes);
        let compressed = r#"{"type":3,"timestamp":1,"cv":"2024-10","data":{"source":0,"texts":"\u001f"}}"#;
        assert_eq!(refusal(compressed), NotAnEvent::Compressed);
        let decoded = r#"{"type":3,"timestamp":1,"cv":"2024-10","data":{"source":0,"texts":[]}}"#;
        assert_eq!(event(decoded).source, Some(IncrementalSource::Mutation));
    }

    #[test]
    fn the_last_of_a_doubled_name_counts() {
        let data = r#""data":{"source":2,"id":1,"type":2}"#;
        let json = format!(
            r#"{{"type":4,"timestamp":1,"timestamp":5,{data},"windowId":"a","type":3,"windowId":"b"}}"#
        );
        assert!(looks_like_event(&json));
        let (mut found, owner) = Event::parse(json.into(), 0).unwrap();
        assert_eq!(
            (found.kind, found.source, owner.window.as_deref()),
            (
                EventType::IncrementalSnapshot,
                Some(IncrementalSource::MouseInteraction),
                Some("b")
            )
        );
        assert_eq!(found.timestamp_ms.to_bits(), 5_f64.to_bits());
        found.set_timestamp(7.0);
        let json: Value = serde_json::from_str(&found.json).unwrap();
        assert_eq!((&json["timestamp"], &json["type"]), (&7.into(), &3.into()));
        assert_eq!(
            refusal(r#"{"type":4,"type":4,"timestamp":"#),
            NotAnEvent::Malformed
        );
    }
}
