//! What one JSON value is, told by its content: an event, a list of events, an object that holds some, or several of
//! these. `read_text` calls [`read`] for a whole input, `lines` for each line; values within values come back here.

use bytestring::ByteString;
use serde_json::value::RawValue;

use super::posthog_block::Block;
use super::posthog_wire::Capture;
use super::rrweb_wrapper::{Place, Wrapped};
use super::table::Table;
use super::{Collector, Fields, Format, base64_text, is_event, posthog_export, read_text, rrweb_wrapper};
use crate::error::Result;
use crate::recording::budget::Budget;
use crate::recording::json_text;

/// Values within values: no tool goes deeper than this. The bodies of OpenTelemetry's logs are 9 deep.
pub(super) const DEPTH: usize = 12;

/// The elements of a list that are looked at to tell what it is.
const SAMPLE: usize = 5;

pub(super) enum Shape<'a> {
    Event,
    /// rrweb's own form: `[event, event, …]`.
    Events,
    /// A list of values of any shape, all of the same as a rule.
    Values,
    /// The event in a list of cells without names.
    Row(&'a str),
    /// JSON in a string, perhaps compressed and in base64.
    Quoted(ByteString),
    Block(Block<'a>),
    Table(Table<'a>),
    Capture(Capture<'a>),
    Export,
    Wrapper(Wrapped),
    /// What `Sentry` writes in front of each segment: `{"segment_id":0}`.
    SegmentHeader,
}

impl<'a> Shape<'a> {
    /// Nothing for a value in which there are no events. The text must be JSON.
    pub(super) fn of(value: &'a ByteString, depth: usize, budget: &mut Budget) -> Result<Option<Self>> {
        if is_event(value) {
            return Ok(Some(Self::Event));
        }
        if depth == 0 {
            return Ok(None);
        }
        match value.as_bytes().first() {
            Some(b'[') => Self::of_list(value, depth, budget),
            Some(b'{') => Self::of_object(value, depth, budget),
            Some(b'"') => Self::of_string(value, depth, budget),
            _ => Ok(None),
        }
    }

    fn of_list(list: &'a ByteString, depth: usize, budget: &mut Budget) -> Result<Option<Self>> {
        if let Some(block) = Block::of_pair(list) {
            return Ok(Some(Self::Block(block)));
        }
        if json_text::elements(list).take(SAMPLE).any(is_event) {
            return Ok(Some(event_of_row(list).map_or(Self::Events, Self::Row)));
        }
        for element in json_text::elements(list).take(SAMPLE) {
            let element = list.slice_ref(element);
            let found = match Shape::of(&element, depth - 1, budget)? {
                None => false,
                // The captured events of a product are of many kinds.
                Some(Shape::Capture(capture)) => {
                    capture.is_snapshot() || json_text::elements(list).any(Capture::is_one)
                }
                Some(_) => true,
            };
            if found {
                return Ok(Some(Self::Values));
            }
        }
        Ok(None)
    }

    fn of_object(object: &'a ByteString, depth: usize, budget: &mut Budget) -> Result<Option<Self>> {
        let Some(fields) = Fields::of(object) else {
            return Ok(None);
        };
        if let Some(capture) = Capture::of(&fields) {
            return Ok(Some(Self::Capture(capture)));
        }
        if posthog_export::is_one(&fields) {
            return Ok(Some(Self::Export));
        }
        if let Some(block) = Block::of_object(&fields) {
            return Ok(Some(Self::Block(block)));
        }
        let mut rows = None;
        if let Some(table) = Table::of(&fields) {
            if holds_events(&table, depth - 1, budget)? {
                return Ok(Some(Self::Table(table)));
            }
            rows = Some(table.rows_text().as_ptr());
        }
        let mut names = json_text::members(object).map(|(name, _)| name);
        if names.next().is_some_and(|name| name == "segment_id") && names.next().is_none() {
            return Ok(Some(Self::SegmentHeader));
        }
        let place = |value: ByteString| {
            // What was looked through once, at each level, would be looked through many times.
            if rows.is_some_and(|rows| rows == value.as_bytes().as_ptr()) {
                return Ok(None);
            }
            place_in_wrapper(value, depth - 1, budget)
        };
        Ok(rrweb_wrapper::find(object, depth - 1, place)?.map(Self::Wrapper))
    }

    fn of_string(string: &'a ByteString, depth: usize, budget: &mut Budget) -> Result<Option<Self>> {
        // Most strings are no JSON, and not worth decoding.
        let is_json = ["\"[", "\"{", "\"\\\""]
            .iter()
            .any(|start| string.starts_with(start));
        let text = if is_json {
            json_text::exact_text(string).map(|text| ByteString::from(text.into_owned()))
        } else {
            base64_text::decode(string, budget)?
        };
        let Some(text) = text else {
            return Ok(None);
        };
        if is_json {
            budget.spend(text.len() as u64)?;
        }
        // Lines that say something of the others may come first.
        let values = serde_json::Deserializer::from_str(&text).into_iter::<&RawValue>();
        for value in values.map_while(Result::ok).take(SAMPLE) {
            let value = text.slice_ref(value.get());
            if Shape::of(&value, depth - 1, budget)?.is_some() {
                return Ok(Some(Self::Quoted(text)));
            }
        }
        Ok(None)
    }

    /// `value` is the text that the shape was told from.
    fn read(self, value: &ByteString, depth: usize, collector: &mut Collector<'_>) -> Result<Format> {
        Ok(match self {
            Self::Event => {
                collector.event(None, value.clone())?;
                Format::RrwebLines
            }
            Self::Events => {
                for event in json_text::elements(value) {
                    collector.event(None, value.slice_ref(event))?;
                }
                Format::RrwebArray
            }
            Self::Values => {
                let mut format = None;
                for element in json_text::elements(value) {
                    let read = read_next(&value.slice_ref(element), depth - 1, collector)?;
                    format = format.or(read);
                }
                several(format)
            }
            Self::Row(event) => {
                collector.session(None);
                collector.event(None, value.slice_ref(event))?;
                Format::RrwebLines
            }
            Self::Table(table) => {
                for row in table.rows() {
                    collector.budget.spend(row.len() as u64)?;
                    read_next(&row, depth - 1, collector)?;
                }
                Format::RrwebWrapper
            }
            Self::Quoted(text) => read_text(&text, depth - 1, collector)?,
            Self::Block(block) => {
                block.read(value, collector)?;
                Format::PosthogLines
            }
            Self::Capture(capture) => {
                capture.read(value, collector)?;
                Format::PosthogWire
            }
            Self::Export => {
                posthog_export::read(value, collector)?;
                Format::PosthogExport
            }
            Self::Wrapper(wrapped) => wrapped.read(depth - 1, collector, read)?,
            Self::SegmentHeader => {
                collector.begin_segments();
                Format::RrwebLists
            }
        })
    }
}

/// The place of several events, if they are in this value of an object.
fn place_in_wrapper(value: ByteString, depth: usize, budget: &mut Budget) -> Result<Option<Place>> {
    Ok(match Shape::of(&value, depth, budget)? {
        None | Some(Shape::Event) => None,
        Some(Shape::Quoted(text)) => Some(Place::Quoted(text)),
        Some(Shape::Events) => Some(Place::List(value)),
        Some(_) => Some(Place::Value(value)),
    })
}

/// Whether there are events in one of a table's first rows.
fn holds_events(table: &Table<'_>, depth: usize, budget: &mut Budget) -> Result<bool> {
    for row in table.rows().take(SAMPLE) {
        if Shape::of(&row, depth, budget)?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The event in a row: unlike a list of events, a row begins with something else and has but one.
fn event_of_row(list: &str) -> Option<&str> {
    let first = json_text::elements(list).next()?;
    if first.starts_with(['{', '[']) || is_event(first) {
        return None;
    }
    let mut events = json_text::elements(list).filter(|cell| is_event(cell));
    let event = events.next()?;
    events.next().is_none().then_some(event)
}

/// Reads a value of any shape; what there are no events in gives nothing.
pub(super) fn read(
    value: &ByteString,
    depth: usize,
    collector: &mut Collector<'_>,
) -> Result<Option<Format>> {
    let shape = Shape::of(value, depth, collector.budget)?;
    shape.map(|shape| shape.read(value, depth, collector)).transpose()
}

/// Reads the next of several values. Where that is a list, it may be of another session. What there are no events in
/// gives nothing, and counts as no event, unless it is an empty list.
pub(super) fn read_next(
    value: &ByteString,
    depth: usize,
    collector: &mut Collector<'_>,
) -> Result<Option<Format>> {
    let shape = Shape::of(value, depth, collector.budget)?;
    let Some(shape) = shape else {
        let is_empty_list = value.starts_with('[') && json_text::elements(value).next().is_none();
        if !is_empty_list {
            collector.event(None, value.clone())?;
        }
        return Ok(None);
    };
    if matches!(shape, Shape::Events | Shape::Values | Shape::Quoted(_)) {
        collector.begin_session();
    }
    shape.read(value, depth, collector).map(Some)
}

/// The format of several values, from that of the first.
pub(super) fn several(format: Option<Format>) -> Format {
    match format {
        Some(Format::RrwebArray) => Format::RrwebLists,
        Some(format) => format,
        None => Format::RrwebLines,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::super::tests::{META, SNAPSHOT, failure, found, problems, quoted, sessions};
    use super::*;
    use crate::recording::least_time;

    #[test]
    fn the_bodies_of_logs_are_found() {
        let record = |event: &str| {
            format!(
                r#"{{"timeUnixNano":"1","body":{{"stringValue":{}}},"attributes":[{{"key":"rr-web.offset","value":{{"doubleValue":1}}}}]}}"#,
                quoted(event)
            )
        };
        let logs = format!(
            r#"{{"resourceLogs":[{{"resource":{{"attributes":[]}},"scopeLogs":[{{"scope":{{"name":"rum.rr-web"}},"logRecords":[{},{}]}}]}}]}}"#,
            record(META),
            record(SNAPSHOT)
        );
        for text in [
            &logs,
            &format!("[{logs}]"),
            &format!(r#"{{"request":{{"body":{}}}}}"#, quoted(&logs)),
        ] {
            assert_eq!(sessions(text), "-:2", "{text}");
        }
    }

    #[test]
    fn a_string_of_lines_may_begin_with_others() {
        let lines = |events: &str| {
            quoted(&format!(
                "{{\"event_id\":\"e\"}}\n{{\"type\":\"replay_recording\",\"length\":9}}\n{{\"segment_id\":0}}\n[{events}]"
            ))
        };
        let text = format!("[{},{}]", lines(META), lines(SNAPSHOT));
        assert_eq!(sessions(&text), "-:2");
    }

    #[test]
    fn several_recordings_are_several_sessions() {
        let whole = format!("{META},{SNAPSHOT}");
        let wrapped = |id: &str| format!(r#"{{{id}"user":{{"id":9}},"events":[{whole}]}}"#);
        let (a, b, none) = (
            wrapped("\"id\":\"a\","),
            wrapped("\"sessionId\":\"b\",\"id\":3,"),
            wrapped(""),
        );
        for (text, expected) in [
            (format!("[{a},{b}]"), "a:2 b:2"),
            (format!("{a}\n{b}\n"), "a:2 b:2"),
            (format!("[{a},{b},{a}]"), "a:4 b:2"),
            (format!("[{none},{none}]"), "-:2 -:2"),
            (format!("{none}\n{a}\n{none}"), "-:2 a:2 -:2"),
            (format!(r#"{{"count":2,"results":[{a},{b}]}}"#), "a:2 b:2"),
            (format!(r#"{{"sessions":[[{whole}],[{whole}]]}}"#), "-:2 -:2"),
            (
                format!(r#"[{{"id":7,"data":[{whole}]}},{{"id":8,"data":[{whole}]}}]"#),
                "7:2 8:2",
            ),
            (format!(r#"{{"replayId":"r","data":{{"rec":[{whole}]}}}}"#), "r:2"),
            (a.clone(), "a:2"),
        ] {
            assert_eq!(sessions(&text), expected, "{text}");
            assert_eq!(found(&text).0, Format::RrwebWrapper, "{text}");
            assert_eq!(problems(&text), [], "{text}");
        }
        // What is within an object that names its session is of that one.
        let rows = format!(r#"[{{"node":{META}}},{{"node":{SNAPSHOT}}}]"#);
        let lists = format!("[[{META}],[{SNAPSHOT}]]");
        for (inner, expected) in [
            (format!(r#"{{"session_id":"a","rows":{rows}}}"#), "a:2 b:2"),
            (format!(r#"{{"id":"a","events":{{"edges":{rows}}}}}"#), "a:2 b:2"),
            (format!(r#"{{"session_id":"a","chunks":{lists}}}"#), "a:2 b:2"),
            (
                format!(r#"{{"session_id":"a","chunks":[{}]}}"#, quoted(&lists)),
                "a:2 b:2",
            ),
            (
                format!(r#"{{"session_id":"a","window_id":"w","data":[{whole}]}}"#),
                "a:2 b:2",
            ),
        ] {
            let text = format!("{inner}\n{}", inner.replacen("\"a\"", "\"b\"", 1));
            assert_eq!(sessions(&text), expected, "{text}");
            assert_eq!(
                sessions(&format!("[{}]", text.replace('\n', ","))),
                expected,
                "{text}"
            );
            assert_eq!(problems(&text), [], "{text}");
        }
        let export =
            |id: &str| format!(r#"{{"version":"2023-04-28","data":{{"id":"{id}","snapshots":[{whole}]}}}}"#);
        let exports = format!("[{},{}]", export("a"), export("b"));
        assert_eq!(
            (sessions(&exports), found(&exports).0),
            ("a:2 b:2".into(), Format::PosthogExport)
        );
    }

    #[test]
    fn events_may_name_their_own_session() {
        let of = |columns: &str, event: &str| event.replacen('{', &format!("{{{columns},"), 1);
        let (a, b) = (r#""session_id":"a""#, r#""sessionId":"b""#);
        let (of_a, of_b) = (
            [META, SNAPSHOT].map(|event| of(a, event)),
            [META, SNAPSHOT].map(|event| of(b, event)),
        );
        for (events, expected) in [
            (vec![&*of_a[0], &of_a[1]], "a:2"),
            (vec![&of_a[0], &of_b[0], &of_a[1], &of_b[1]], "a:2 b:2"),
            // What names none is of the same session as what is beside it.
            (vec![META, &of_a[1], SNAPSHOT], "a:3"),
            (vec![META, &of_a[1], &of_b[1], SNAPSHOT, &of_a[1]], "a:3 b:2"),
        ] {
            for text in [
                events.join("\n"),
                format!("[{}]", events.join(",")),
                format!(r#"{{"rows":[{}]}}"#, events.join(",")),
            ] {
                assert_eq!(
                    (sessions(&text), problems(&text)),
                    (expected.to_owned(), vec![]),
                    "{text}"
                );
            }
        }
        let lists = format!("[[{}],[{}],[{}]]", of_a.join(","), of_b.join(","), of_a[1]);
        assert_eq!(sessions(&lists), "a:3 b:2");
        // What the events are in says more.
        let named = format!(r#"{{"session_id":"c","events":[{},{}]}}"#, of_a[0], of_b[1]);
        assert_eq!(sessions(&named), "c:2");
        // A row's number says less.
        let numbered = |number: u8, event: &str| format!(r#"{{"id":{number},"events":[{event}]}}"#);
        let rows = [numbered(1, &of_a[0]), numbered(2, &of_a[1])].join("\n");
        assert_eq!(sessions(&rows), "a:2");
        let windows = of(r#""session_id":"a","window_id":"w""#, META);
        assert_eq!(
            found(&format!("{windows}\n{SNAPSHOT}")).1,
            [("w".to_owned(), 1), ("main".to_owned(), 1)]
        );
    }

    #[test]
    fn json_in_strings_is_read() {
        let list = format!("[{META},{SNAPSHOT}]");
        let object = format!(r#"{{"id":"a","events":{list}}}"#);
        let line = format!("[\"w\",{META}]\n[\"w\",{SNAPSHOT}]\n");
        for (text, format) in [
            (quoted(&list), Format::RrwebArray),
            (quoted(&quoted(&list)), Format::RrwebArray),
            (quoted(&object), Format::RrwebWrapper),
            (quoted(&line), Format::PosthogLines),
            (
                format!(r#"{{"n":"[1]","events":{}}}"#, quoted(&list)),
                Format::RrwebWrapper,
            ),
            (format!(r#"{{"body":{}}}"#, quoted(&line)), Format::PosthogLines),
            (
                format!(r#"{{"data":{{"json":{}}}}}"#, quoted(&object)),
                Format::RrwebWrapper,
            ),
        ] {
            let (found, windows) = found(&text);
            assert_eq!((found, windows[0].1), (format, 2), "{text}");
        }
        for text in [&list, &line] {
            let with_id = format!(
                r#"[{{"id":"a","events":{0}}},{{"id":"b","events":{0}}}]"#,
                quoted(text)
            );
            assert_eq!(sessions(&with_id), "a:2 b:2", "{text}");
        }
        // Decoded once, and counted once.
        let text = format!(
            r#"{{"events":{}}}"#,
            quoted(&format!("[{}]", [META; 1000].join(",")))
        );
        let size = text.len() as u64;
        let contents = super::super::read(text.into(), &mut Budget::new(2 * size)).unwrap();
        assert_eq!(contents.sessions[0].windows[0].events.len(), 1000);
        // Each level doubles the backslashes; a few are enough.
        let deep = (0..12).fold(list, |json, _| quoted(&json));
        failure(deep);
    }

    #[test]
    fn block_lines_may_be_of_all_ages() {
        let text = format!(
            "[\"a\",{META}]\n{{\"window_id\":\"a\",\"data\":[{META}]}}\n{{\"windowId\":\"b\",\"data\":[{META}]}}\n\
             {{\"windowId\":null,\"data\":[{META}]}}\n[null,{META}]\n[\"\",{META}]\n[3,{META}]\n{}\n{}\n",
            META.replacen('{', "{\"windowId\":3,", 1),
            META.replacen('{', "{\"windowId\":\"b\",", 1),
        );
        let windows = [("a", 2), ("b", 2), ("main", 3), ("3", 2)].map(|(id, events)| (id.to_owned(), events));
        assert_eq!(found(&text), (Format::PosthogLines, windows.to_vec()));
        assert_eq!((sessions(&text), problems(&text)), ("-:9".into(), vec![]));
        // The lines as elements of a list.
        let list = format!("[{}]", text.trim().replace('\n', ","));
        assert_eq!(found(&list).1, windows);
    }

    #[test]
    fn tables_in_tables_are_looked_through_once() {
        // Without names it is no table.
        let took = |names: &str| {
            let text = (0..8).fold("[1]".to_owned(), |cell, _| {
                let rows = vec![format!(r#"["s",{cell}]"#); 3].join(",");
                format!(r#"{{"columns":{names},"results":[{rows}]}}"#)
            });
            least_time(|| {
                let begun = Instant::now();
                failure(text.clone());
                begun.elapsed()
            })
        };
        let (lists, tables) = (took("[17,171]"), took(r#"["a","b"]"#));
        assert!(tables < lists * 4, "{lists:?} and {tables:?}");
    }
}
