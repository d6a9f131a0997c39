//! What an event says beside its `data`: its type, its time, and whose it is. Also tells whether a piece of JSON is an
//! event at all.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::NotAnEvent;
use super::quoted::{is_date, quoted_time, quoted_type};
use super::raw::{is_object, is_string, number, whole};
use crate::recording::json_text::{self, exact_text};
use crate::recording::rrweb_types::EventType;

/// The session and the window that an event names: some recorders write the window, and a row of a table may have
/// both in columns beside the event's own.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::recording) struct Owner {
    pub(in crate::recording) session: Option<String>,
    pub(in crate::recording) window: Option<String>,
}

/// Whether a piece of JSON is an event, as far as its type and timestamp tell.
pub(in crate::recording) fn looks_like_event(json: &str) -> bool {
    has_header(json, |header| {
        header.kind().is_some() && header.timestamp_ms().is_some()
    })
}

/// Whether a piece of JSON is a full snapshot, as far as its type tells.
pub(in crate::recording) fn looks_like_full_snapshot(json: &str) -> bool {
    has_header(json, |header| header.kind() == Some(EventType::FullSnapshot))
}

fn has_header(json: &str, is_right: impl Fn(&Header<'_>) -> bool) -> bool {
    if let Ok(header) = Header::parse(json) {
        return is_right(&header);
    }
    with_single_names(json).is_some_and(|json| Header::parse(&json).is_ok_and(|header| is_right(&header)))
}

/// An object of which several members have one name, with the last of these only, which counts in JavaScript.
pub(super) fn with_single_names(json: &str) -> Option<String> {
    if !json.starts_with('{') {
        return None;
    }
    let last: BTreeMap<String, &RawValue> = serde_json::from_str(json).ok()?;
    let are_fewer = last.len() < json_text::members(json).count();
    are_fewer.then(|| serde_json::to_string(&last).ok())?
}

#[derive(Deserialize)]
pub(super) struct Header<'a> {
    #[serde(borrow, rename = "type")]
    kind: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) timestamp: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) data: Option<&'a RawValue>,
    #[serde(borrow, rename = "windowId")]
    window: Option<&'a RawValue>,
    #[serde(borrow, rename = "window_id")]
    window_column: Option<&'a RawValue>,
    #[serde(borrow, rename = "sessionId")]
    session: Option<&'a RawValue>,
    #[serde(borrow, rename = "session_id")]
    session_column: Option<&'a RawValue>,
}

impl<'a> Header<'a> {
    pub(super) fn parse(json: &'a str) -> Result<Self, NotAnEvent> {
        match json.as_bytes() {
            [b'{', ..] => serde_json::from_str(json).map_err(|_| NotAnEvent::Malformed),
            [b'"', ..] => Err(NotAnEvent::Packed),
            _ => Err(NotAnEvent::Malformed),
        }
    }

    /// A type in a string proves nothing, nor does a date: many other things have them. Then the data must fit.
    pub(super) fn kind(&self) -> Option<EventType> {
        let number = whole(self.kind).map(EventType::from_number);
        if number.is_some() && !self.timestamp.is_some_and(is_date) {
            return number;
        }
        let kind = number.or_else(|| quoted_type(self.kind?.get()));
        kind.filter(|kind| self.has_data_of(*kind))
    }

    /// Whether its data is what rrweb writes for this type.
    fn has_data_of(&self, kind: EventType) -> bool {
        let Some(data) = self.data else {
            return false;
        };
        let text = exact_text(data.get()).unwrap_or(Cow::Borrowed(data.get()));
        let has = |name| json_text::member(text.trim(), name).is_some();
        match kind {
            EventType::DomContentLoaded | EventType::Load => {
                text.trim() == "{}" || has("href") || has("width")
            }
            // Compressed, it is a string.
            EventType::FullSnapshot => has("node") || has("wireframes") || is_string(data),
            EventType::IncrementalSnapshot => has("source"),
            EventType::Meta => has("href"),
            EventType::Custom => has("tag"),
            EventType::Plugin => has("plugin"),
            EventType::Other(_) => false,
        }
    }

    pub(super) fn timestamp_ms(&self) -> Option<f64> {
        let timestamp = self.timestamp?.get();
        number(timestamp).or_else(|| quoted_time(timestamp))
    }

    pub(super) fn owner(&self) -> Owner {
        let id = |names: [Option<&RawValue>; 2]| {
            let mut ids = names.into_iter().flatten().map(RawValue::get);
            ids.find_map(|json| id(Some(json))).map(Cow::into_owned)
        };
        Owner {
            session: id([self.session_column, self.session]),
            window: id([self.window, self.window_column]),
        }
    }

    /// Whether a database has made strings of the data, if that is an object, of the type or of the timestamp, or an object of
    /// that.
    pub(super) fn is_quoted(&self) -> bool {
        let begins_object = |data: &RawValue| {
            let string = data.get().strip_prefix('"');
            string.is_some_and(|text| text.trim_start().starts_with('{'))
        };
        self.data.is_some_and(begins_object)
            || [self.kind, self.timestamp].into_iter().flatten().any(is_string)
            || self.timestamp.is_some_and(is_object)
    }
}

/// A window's or session's id as text: `PostHog` writes strings, numbers, and sometimes null.
pub(in crate::recording) fn id(json: Option<&str>) -> Option<Cow<'_, str>> {
    let json = json?;
    let id = exact_text(json).or_else(|| number(json).map(|_| Cow::Borrowed(json)))?;
    (!id.is_empty()).then_some(id)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::super::Event;
    use super::*;

    #[test]
    fn the_window_may_be_a_string_or_a_number() {
        for (id, expected) in [
            (r#""w""#, Some("w")),
            ("7", Some("7")),
            ("null", None),
            (r#""""#, None),
            (r#""\ud83d""#, None),
        ] {
            let json = format!(r#"{{"type":4,"timestamp":1,"windowId":{id}}}"#);
            assert_eq!(
                Event::parse(json.into(), 0).unwrap().1.window.as_deref(),
                expected,
                "{id}"
            );
        }
    }

    #[test]
    fn a_row_may_name_session_and_window() {
        for (columns, session, window) in [
            (r#""session_id":"s","window_id":"w""#, Some("s"), Some("w")),
            (r#""sessionId":7,"windowId":8"#, Some("7"), Some("8")),
            (
                r#""session_id":null,"sessionId":"s","window_id":"w","windowId":"own""#,
                Some("s"),
                Some("own"),
            ),
            (r#""id":"row","session_id":"","windowId":{}"#, None, None),
        ] {
            let json = format!(r#"{{{columns},"type":4,"timestamp":1}}"#);
            let (_, owner) = Event::parse(json.into(), 0).unwrap();
            let named = (owner.session.as_deref(), owner.window.as_deref());
            assert_eq!(named, (session, window), "{columns}");
        }
    }

    #[test]
    fn a_type_in_a_string_or_a_date_wants_the_data_of_that_type() {
        for (kind, data, is_event) in [
            ("3", r#"{"source":0}"#, true),
            ("IncrementalSnapshot", r#""{\"source\":0}""#, true),
            ("2", r#"{"node":{}}"#, true),
            ("FullSnapshot", r#"{"wireframes":[]}"#, true),
            ("Meta", r#"{"href":""}"#, true),
            ("Load", "{}", true),
            ("1", r#"{"width":1,"height":1}"#, true),
            ("Custom", r#"{"tag":"a"}"#, true),
            ("Plugin", r#"{"plugin":"a"}"#, true),
            ("Custom", r#"{"user":7}"#, false),
            ("Load", r#"{"file":"a"}"#, false),
            ("click", r#"{"source":0}"#, false),
            ("incrementalsnapshot", r#"{"source":0}"#, false),
            ("99", r#"{"source":0}"#, false),
            ("-3", r#"{"source":0}"#, false),
            ("", "{}", false),
            ("3", "null", false),
            ("4", r#""href""#, false),
        ] {
            let json = format!(r#"{{"type":"{kind}","timestamp":1,"data":{data}}}"#);
            assert_eq!(looks_like_event(&json), is_event, "{json}");
            let dated = json.replacen(":1,", ":\"2024-05-01T10:00:00Z\",", 1).replacen(
                &format!("\"{kind}\""),
                kind,
                1,
            );
            if serde_json::from_str::<Value>(&dated).is_ok() {
                assert_eq!(looks_like_event(&dated), is_event, "{dated}");
            }
            let expected = if is_event {
                NotAnEvent::Quoted
            } else {
                NotAnEvent::Malformed
            };
            assert_eq!(
                Event::parse(json.as_str().into(), 0).unwrap_err(),
                expected,
                "{json}"
            );
        }
    }
}
