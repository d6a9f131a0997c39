//! One rrweb event: its JSON text, untouched, and the few facts that planning needs.
//! `format` makes events with [`Event::parse`]. Planning reads the facts; only who needs more looks into the text again.

use std::borrow::Cow;
use std::collections::BTreeMap;

use bytestring::ByteString;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::json_text::{self, exact_text};
use super::rrweb_types::{EventType, IncrementalSource, MouseInteraction};
use super::splice::{place, splice};
use crate::frame::Size;

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

/// The session and the window that an event names: some recorders write the window, and a row of a table may have
/// both in columns beside the event's own.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Owner {
    pub(super) session: Option<String>,
    pub(super) window: Option<String>,
}

/// Why a piece of JSON did not become an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NotAnEvent {
    /// No object, no type or timestamp, a full snapshot without a tree, or a change without data.
    Malformed,
    /// rrweb's packer made a string of it.
    Packed,
    /// `PostHog` compressed fields of it.
    Compressed,
    /// Its data is JSON in a string, or its type or timestamp is a string.
    Quoted,
}

/// Whether a piece of JSON is an event, as far as its type and timestamp tell.
pub(super) fn looks_like_event(json: &str) -> bool {
    has_header(json, |header| {
        header.kind().is_some() && header.timestamp_ms().is_some()
    })
}

/// Whether a piece of JSON is a full snapshot, as far as its type tells.
pub(super) fn looks_like_full_snapshot(json: &str) -> bool {
    has_header(json, |header| header.kind() == Some(EventType::FullSnapshot))
}

fn has_header(json: &str, is_right: impl Fn(&Header<'_>) -> bool) -> bool {
    if let Ok(header) = Header::parse(json) {
        return is_right(&header);
    }
    with_single_names(json).is_some_and(|json| Header::parse(&json).is_ok_and(|header| is_right(&header)))
}

/// An object of which several members have one name, with the last of these only, which counts in JavaScript.
fn with_single_names(json: &str) -> Option<String> {
    if !json.starts_with('{') {
        return None;
    }
    let last: BTreeMap<String, &RawValue> = serde_json::from_str(json).ok()?;
    let are_fewer = last.len() < json_text::members(json).count();
    are_fewer.then(|| serde_json::to_string(&last).ok())?
}

#[derive(Deserialize)]
struct Header<'a> {
    #[serde(borrow, rename = "type")]
    kind: Option<&'a RawValue>,
    #[serde(borrow)]
    timestamp: Option<&'a RawValue>,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
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
    fn parse(json: &'a str) -> Result<Self, NotAnEvent> {
        match json.as_bytes() {
            [b'{', ..] => serde_json::from_str(json).map_err(|_| NotAnEvent::Malformed),
            [b'"', ..] => Err(NotAnEvent::Packed),
            _ => Err(NotAnEvent::Malformed),
        }
    }

    /// A type in a string proves nothing, nor does a date: many other things have them. Then the data must fit.
    fn kind(&self) -> Option<EventType> {
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

    fn timestamp_ms(&self) -> Option<f64> {
        let timestamp = self.timestamp?.get();
        number(timestamp).or_else(|| quoted_time(timestamp))
    }

    fn owner(&self) -> Owner {
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
    fn is_quoted(&self) -> bool {
        let begins_object = |data: &RawValue| {
            let string = data.get().strip_prefix('"');
            string.is_some_and(|text| text.trim_start().starts_with('{'))
        };
        self.data.is_some_and(begins_object)
            || [self.kind, self.timestamp].into_iter().flatten().any(is_string)
            || self.timestamp.is_some_and(is_object)
    }
}

/// The fields of `data` that matter here, whichever type of event they belong to.
#[derive(Deserialize, Default)]
struct Data<'a> {
    #[serde(borrow)]
    source: Option<&'a RawValue>,
    #[serde(borrow)]
    href: Option<&'a RawValue>,
    #[serde(borrow)]
    width: Option<&'a RawValue>,
    #[serde(borrow)]
    height: Option<&'a RawValue>,
    #[serde(borrow)]
    positions: Option<&'a RawValue>,
    #[serde(borrow)]
    node: Option<&'a RawValue>,
    #[serde(borrow)]
    wireframes: Option<&'a RawValue>,
    #[serde(borrow)]
    updates: Option<&'a RawValue>,
    #[serde(borrow)]
    adds: Option<&'a RawValue>,
    #[serde(borrow)]
    removes: Option<&'a RawValue>,
    #[serde(borrow)]
    texts: Option<&'a RawValue>,
    #[serde(borrow)]
    attributes: Option<&'a RawValue>,
}

impl<'a> Data<'a> {
    fn of(data: Option<&'a RawValue>) -> Self {
        data.filter(|data| is_object(data))
            .and_then(|data| serde_json::from_str(data.get()).ok())
            .unwrap_or_default()
    }

    /// The lists that rrweb wants of such a change, as far as they are there.
    fn lists(&self, source: Option<IncrementalSource>) -> impl Iterator<Item = &'a RawValue> {
        let lists = match source {
            Some(IncrementalSource::Mutation) => [self.adds, self.removes, self.texts, self.attributes],
            Some(IncrementalSource::StyleSheetRule) => [self.adds, self.removes, None, None],
            _ => [None; 4],
        };
        lists.into_iter().flatten()
    }

    /// Events decoded by an earlier tool keep their `cv`, so the field decides and not the mark.
    fn has_compressed_field(&self, source: Option<IncrementalSource>) -> bool {
        self.lists(source).any(is_string)
    }

    /// Lists may be missing, but not be something else.
    fn has_damaged_lists(&self, source: Option<IncrementalSource>) -> bool {
        self.lists(source).any(|list| !list.get().starts_with('['))
    }

    /// The first change of a list tells for all of it.
    fn has_wireframes(&self) -> bool {
        let of_wireframes = |changes: &RawValue| {
            // Nearly all mutations are a document's; searching them is cheaper than reading them.
            if memchr::memmem::find(changes.get().as_bytes(), b"\"wireframe\"").is_none() {
                return false;
            }
            json_text::elements(changes.get())
                .next()
                .and_then(|first| json_text::member(first, "wireframe"))
                .is_some_and(|wireframe| wireframe != "null")
        };
        self.wireframes
            .is_some_and(|wireframes| wireframes.get().starts_with('['))
            || [self.adds, self.updates].into_iter().flatten().any(of_wireframes)
    }

    fn detail(&self, kind: EventType, source: Option<IncrementalSource>) -> Detail {
        match (kind, source) {
            (EventType::DomContentLoaded | EventType::Load | EventType::Meta, _) => {
                Detail::Page(Box::new(Meta {
                    href: self.href.and_then(|href| exact_text(href.get())).map(Into::into),
                    size: self.size(),
                }))
            }
            (EventType::FullSnapshot, _) | (_, Some(IncrementalSource::Mutation))
                if self.has_wireframes() =>
            {
                Detail::Wireframes
            }
            _ if self.has_damaged_lists(source) => Detail::DamagedLists,
            (_, Some(IncrementalSource::ViewportResize)) => {
                self.size().map_or(Detail::None, Detail::Viewport)
            }
            (
                _,
                Some(IncrementalSource::MouseMove | IncrementalSource::TouchMove | IncrementalSource::Drag),
            ) => Detail::Moves {
                first_offset_ms: self.first_offset_ms(),
            },
            _ => Detail::None,
        }
    }

    /// Nothing for 0x0 and other sizes that cannot be shown.
    fn size(&self) -> Option<Size> {
        let side = |raw: Option<&RawValue>| {
            number(raw?.get())
                .map(|side| side.round() as u32)
                .filter(|&side| side > 0)
        };
        Some(Size::new(side(self.width)?, side(self.height)?))
    }

    fn first_offset_ms(&self) -> f64 {
        json_text::elements(self.positions.map_or("", RawValue::get))
            .filter_map(|position| number(json_text::member(position, "timeOffset")?))
            .fold(0.0, f64::min)
    }
}

/// A window's or session's id as text: `PostHog` writes strings, numbers, and sometimes null.
pub(super) fn id(json: Option<&str>) -> Option<Cow<'_, str>> {
    let json = json?;
    let id = exact_text(json).or_else(|| number(json).map(|_| Cow::Borrowed(json)))?;
    (!id.is_empty()).then_some(id)
}

fn is_object(raw: &RawValue) -> bool {
    raw.get().starts_with('{')
}

fn is_string(raw: &RawValue) -> bool {
    raw.get().starts_with('"')
}

/// Whether a timestamp is text or an object, and no number in a string.
fn is_date(timestamp: &RawValue) -> bool {
    is_object(timestamp) || is_string(timestamp) && quoted_number(timestamp.get()).is_none()
}

/// JSON knows no NaN and no infinity, but `1e999` is valid and becomes one.
fn number(json: &str) -> Option<f64> {
    json.parse().ok().filter(|number: &f64| number.is_finite())
}

/// The type that a string says by its number or by the name in rrweb's source.
pub(super) fn quoted_type(json: &str) -> Option<EventType> {
    let text = exact_text(json)?;
    let number = text.parse().ok().map(EventType::from_number);
    number.or_else(|| EventType::from_name(&text))
}

/// The time that a string says: a number of whatever the recorder counts in, or date and time, in milliseconds. Or an
/// object of a database's: `{"$date":"…"}`, `{"$date":{"$numberLong":"…"}}`, `{"$numberLong":"…"}`.
pub(super) fn quoted_time(json: &str) -> Option<f64> {
    let told = |json| quoted_number(json).or_else(|| date_and_time(json));
    if !json.starts_with('{') {
        return told(json);
    }
    let date = json_text::member(json, "$date").unwrap_or(json);
    let time = json_text::member(date, "$numberLong").unwrap_or(date);
    number(time).or_else(|| told(time))
}

/// The number that a string of digits says.
fn quoted_number(json: &str) -> Option<f64> {
    let digits = json.strip_prefix('"')?.strip_suffix('"')?;
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    number(digits).filter(|_| is_number)
}

/// The milliseconds since 1970 of a date with a time as ISO 8601 and databases write it: with `T` or a space between them, and
/// `Z`, an offset or ` UTC` behind them. Without a zone it is UTC, which no time within the recording depends on.
fn date_and_time(json: &str) -> Option<f64> {
    let text = json.strip_prefix('"')?.strip_suffix('"')?;
    if !matches!(text.as_bytes().get(10), Some(b'T' | b' ')) {
        return None;
    }
    let text = text.strip_suffix(" UTC").unwrap_or(text);
    let in_utc = |time: DateTime| Offset::UTC.to_timestamp(time).ok();
    let time: Timestamp = text.parse().ok().or_else(|| in_utc(text.parse().ok()?))?;
    Some(time.as_microsecond() as f64 / 1e3)
}

/// The number of a type or source.
fn whole(raw: Option<&RawValue>) -> Option<u32> {
    let number = number(raw?.get())?;
    let possible = 0.0..=f64::from(u32::MAX);
    (possible.contains(&number) && number.fract() == 0.0).then_some(number as u32)
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
    fn lists_that_are_none_are_damaged() {
        for (data, damaged) in [
            (r#"{"source":0,"adds":[],"removes":null}"#, false),
            (r#"{"source":0,"texts":{}}"#, true),
            (r#"{"source":0,"attributes":{}}"#, true),
            (r#"{"source":8,"adds":7}"#, true),
            (r#"{"source":5,"texts":"x"}"#, false),
            (r#"{"source":77,"adds":"x"}"#, false),
        ] {
            let event = event(&format!(r#"{{"type":3,"timestamp":1,"data":{data}}}"#));
            assert_eq!(event.detail == Detail::DamagedLists, damaged, "{data}");
        }
    }

    #[test]
    fn sizes_and_addresses() {
        let meta = event(
            r#"{"type":4,"timestamp":1,"data":{"href":"https:\/\/a.test\/","width":390.4,"height":844}}"#,
        );
        assert_eq!(
            (meta.viewport(), meta.href()),
            (Some(Size::new(390, 844)), Some("https://a.test/"))
        );
        for data in [
            r#"{"width":0,"height":0}"#,
            r#"{"width":-5,"height":9}"#,
            "{}",
            "null",
            "7",
        ] {
            let meta = event(&format!(r#"{{"type":4,"timestamp":1,"data":{data}}}"#));
            assert_eq!(meta.viewport(), None, "{data}");
        }
        let resize = event(r#"{"type":3,"timestamp":1,"data":{"source":4,"width":1e12,"height":700}}"#);
        assert_eq!(resize.viewport(), Some(Size::new(u32::MAX, 700)));
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
    fn a_time_in_a_string_is_a_number_or_a_date() {
        const EXPECTED: f64 = 1_714_557_600_123.0;
        for (text, expected) in [
            ("1714557600123", Some(EXPECTED)),
            ("2024-05-01T10:00:00.123Z", Some(EXPECTED)),
            ("2024-05-01T12:00:00.123+02:00", Some(EXPECTED)),
            ("2024-05-01T10:00:00.123+0000", Some(EXPECTED)),
            ("2024-05-01 10:00:00.123+00", Some(EXPECTED)),
            ("2024-05-01 10:00:00.123 UTC", Some(EXPECTED)),
            ("2024-05-01 10:00:00.123", Some(EXPECTED)),
            ("2024-05-01T10:00:00.123456", Some(EXPECTED + 0.456)),
            ("2024-05-01T10:00:00.123456789Z", Some(EXPECTED + 0.456)),
            ("1970-01-01T00:00:00Z", Some(0.0)),
            ("0001-01-01T00:00:00Z", Some(-62_135_596_800_000.0)),
            ("2024-05-01", None),
            ("2024-05-01T", None),
            ("2024-13-01T10:00:00Z", None),
            ("2024-05-01T25:00:00Z", None),
            ("10:00:00 in the morning", None),
            ("2024-05-01é10:00:00", None),
            ("", None),
        ] {
            assert_eq!(quoted_time(&format!("\"{text}\"")), expected, "{text}");
        }
        assert_eq!(quoted_time("\""), None);
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
            assert_eq!(refusal(&json), expected, "{json}");
        }
    }
}
