//! Several JSON values, one on each line or one after the other: events, `PostHog`'s blocks, or whole recordings.
//! Those that cannot be read are counted and skipped.

use bytestring::ByteString;
use serde_json::value::RawValue;

use super::value::{self, Shape};
use super::{Collector, Format, byte_offset, is_json};
use crate::error::Result;
use crate::recording::problem::{Place, ProblemKind};

/// Whether the second line can be read by itself.
pub(super) fn is_second_whole(
    text: &ByteString,
    depth: usize,
    collector: &mut Collector<'_>,
) -> Result<bool> {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    match lines.nth(1) {
        Some(line) if is_json(line) => {
            Ok(Shape::of(&text.slice_ref(line), depth, collector.budget)?.is_some())
        }
        _ => Ok(false),
    }
}

pub(super) fn read(text: &ByteString, depth: usize, collector: &mut Collector<'_>) -> Result<Format> {
    let mut format = None;
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let json = line.trim();
        if is_json(json) {
            let read = value::read_next(&text.slice_ref(json), depth, collector)?;
            format = format.or(read);
        } else if let Some(values) = glued(json) {
            for value in values {
                let read = value::read_next(&text.slice_ref(value), depth, collector)?;
                format = format.or(read);
            }
        } else if !json.is_empty() {
            collector
                .problems
                .note(ProblemKind::UnreadableLine, Place::Byte(offset));
        }
        offset += line.len() as u64;
    }
    Ok(value::several(format))
}

/// The values of a line with several, as bodies are if they are stored one after the other.
fn glued(line: &str) -> Option<Vec<&str>> {
    if !line.starts_with(['{', '[']) {
        return None;
    }
    let values = serde_json::Deserializer::from_str(line).into_iter::<&RawValue>();
    values.map(|value| value.map(RawValue::get).ok()).collect()
}

/// Whether the text begins with a value that may hold events.
pub(super) fn begins_with_value(text: &str) -> bool {
    text.starts_with(['{', '[', '"']) && next_value(text).is_ok()
}

/// Reads values that may take several lines each, as `jq` prints them.
pub(super) fn read_values(text: &ByteString, depth: usize, collector: &mut Collector<'_>) -> Result<Format> {
    let mut format = None;
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        match next_value(rest) {
            Ok(json) => {
                let read = value::read_next(&text.slice_ref(json), depth, collector)?;
                format = format.or(read);
                rest = &rest[json.len()..];
            }
            Err(error) => {
                let place = Place::Byte((text.len() - rest.len()) as u64);
                collector.problems.note(ProblemKind::UnreadableLine, place);
                let end = byte_offset(rest, error.line(), error.column());
                let next = (!error.is_eof()).then(|| next_start(rest, end)).flatten();
                rest = &rest[next.unwrap_or(rest.len())..];
            }
        }
        rest = rest.trim_start();
    }
    Ok(value::several(format))
}

/// The value that the text begins with.
fn next_value(text: &str) -> serde_json::Result<&str> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<&RawValue>();
    match values.next() {
        Some(value) => value.map(RawValue::get),
        None => Ok(""),
    }
}

/// Where the value after a broken one begins: at the beginning of a line, where nothing within a value does.
fn next_start(text: &str, broken_at: usize) -> Option<usize> {
    let from = broken_at.saturating_sub(1).max(1);
    memchr::memchr_iter(b'\n', &text.as_bytes()[from..])
        .map(|newline| from + newline + 1)
        .find(|&start| matches!(text.as_bytes().get(start), Some(b'{' | b'[' | b'"')))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{META, SNAPSHOT, failure, problems, sessions};
    use super::*;

    #[test]
    fn any_line_may_be_damaged() {
        let lines = ["", META, SNAPSHOT].map(|json| format!("[\"w\",{json}]\n"));
        for at in 0..3 {
            let mut text = lines.clone();
            text[0] = lines[1].clone();
            let before: usize = text[..at].iter().map(String::len).sum();
            text[at] = "[\"w\",{\"type\":4,\n".to_owned();
            let text = text.concat();
            assert_eq!(sessions(&text), "-:2", "{text}");
            let place = Place::Byte(before as u64);
            assert_eq!(problems(&text), [(ProblemKind::UnreadableLine, 1, place)]);
        }
        // A list over several lines is none of lines.
        failure(format!("[\n{META},\n{SNAPSHOT},\n"));
    }

    #[test]
    fn bodies_may_be_stored_without_a_line_feed_between_them() {
        let body = |event: &str| format!("{{\"event_id\":1}}\n{{\"segment_id\":0}}\n[{event}]");
        let text = [body(META), body(SNAPSHOT)].concat();
        assert_eq!(sessions(&text), "-:2");
        assert_eq!(problems(&text), [(ProblemKind::NotAnEvent, 2, Place::Event(0))]);
        // What only begins with a value is no line of several.
        let text = format!("{META}\n{META}{META} oops\n{SNAPSHOT}");
        assert_eq!(sessions(&text), "-:2");
    }

    #[test]
    fn lines_of_anything_else_are_counted() {
        let text = format!("{{\"format\":1}}\n{META}\n\n7\n{SNAPSHOT}");
        assert_eq!(sessions(&text), "-:2");
        assert_eq!(problems(&text), [(ProblemKind::NotAnEvent, 2, Place::Event(0))]);
        // Without an event among them, what would be read is told.
        assert!(failure("{\"format\":1}\n7").contains("no rrweb event in it | A recording is"));
    }

    #[test]
    fn values_may_take_several_lines() {
        let pretty = |json: &str| {
            json.replacen('{', "{\n  ", 1)
                .replace(",\"data\"", ",\n  \"data\"")
        };
        let (meta, snapshot) = (pretty(META), pretty(SNAPSHOT));
        let block = format!("[\n  \"w\",\n  {META}\n]");
        for (text, expected) in [
            (format!("{meta}\n{snapshot}\n"), "-:2"),
            (format!("{meta}\n{META}\n{SNAPSHOT}"), "-:3"),
            (format!("{meta}\n{{}}\n7\n{snapshot}"), "-:2"),
            (format!("{META}{SNAPSHOT} {meta}"), "-:3"),
            (format!("{block}\n{block}"), "-:2"),
            (format!("[\n{META}\n]\n[\n{META},{SNAPSHOT}\n]"), "-:1 -:2"),
        ] {
            assert_eq!(sessions(&text), expected, "{text}");
        }
        // What is broken costs no other value, unless that goes on with it.
        let start = format!("{meta}\n{snapshot}\n");
        for (broken, rest, expected) in [
            ("{\n  \"type\": 3,\n", &*snapshot, "-:3"),
            ("{\n  \"type\": 3,,\n  \"data\": {\n  }\n}\n", &snapshot, "-:3"),
            ("oops\n", &snapshot, "-:3"),
            ("[\n  \"w\",\n", &meta, "-:2"),
            ("{\n  \"type\": 2, \"time", "", "-:2"),
        ] {
            let text = format!("{start}{broken}{rest}");
            assert_eq!(sessions(&text), expected, "{text}");
            let place = Place::Byte(start.len() as u64);
            assert_eq!(
                problems(&text),
                [(ProblemKind::UnreadableLine, 1, place)],
                "{text}"
            );
        }
        let message = failure(format!("{meta}\noops\n"));
        assert!(message.contains("jq -c '.[]'"), "{message}");
    }

    #[test]
    fn broken_values_cost_no_more_than_the_text_is_long() {
        let start = format!("{{\n\"events\":[{META}]}}\n{SNAPSHOT}\n");
        for broken in ["[\n", "{\n", "\"\n", "{\"a\":\n", "]\n"] {
            let text = format!("{start}{}", broken.repeat(1 << 20));
            assert!(!problems(&text).is_empty());
        }
    }
}
