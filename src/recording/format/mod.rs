//! The formats that events come in: one file for each, and [`read`], which tells them apart by content.
//! `Archive::read` calls it. What a format reader finds goes, event by event, into a [`Collector`].

mod base64_text;
mod collector;
mod compressed_fields;
mod entries;
mod fields;
mod joined;
mod lines;
mod lost;
mod packed;
mod posthog_admin_zip;
mod posthog_block;
mod posthog_export;
mod posthog_snappy;
mod posthog_wire;
mod quoted_fields;
mod rrweb_wrapper;
mod segments;
mod table;
mod text;
mod unsupported;
mod value;

use std::fmt;

use bytestring::ByteString;
use serde::Serialize;
use serde_json::value::RawValue;

use super::Session;
use super::budget::Budget;
use super::container::{Container, Inside};
use super::event;
use super::problem::Problems;
use crate::error::{Error, Kind, Result};
use collector::Collector;
use fields::Fields;

/// How a recording came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// `[event, …]`
    RrwebArray,
    /// Objects in which there are arrays of events, whatever they are called, or an event each.
    RrwebWrapper,
    /// One event on each line, or one after the other.
    RrwebLines,
    /// Several lists of events: sessions, or the segments of one.
    RrwebLists,
    /// `PostHog`'s export file.
    PosthogExport,
    /// `PostHog`'s blocks: `["window", event]` or `{"window_id": …, "data": […]}` on each line.
    PosthogLines,
    /// The same blocks, compressed by Snappy: as `PostHog` stores them, or sends them if asked to.
    PosthogSnappy,
    /// The ZIP archive of a session that `PostHog`'s staff can export, with its blocks.
    PosthogAdminZip,
    /// `PostHog`'s `$snapshot` events, as its recorder sends them.
    PosthogWire,
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::RrwebArray => "rrweb events",
            Self::RrwebWrapper => "rrweb events in an object",
            Self::RrwebLines => "rrweb events, one a line",
            Self::RrwebLists => "lists of rrweb events",
            Self::PosthogExport => "PostHog export",
            Self::PosthogLines => "PostHog blocks, one a line",
            Self::PosthogSnappy => "PostHog blocks, compressed by Snappy",
            Self::PosthogAdminZip => "PostHog staff export",
            Self::PosthogWire => "PostHog $snapshot events",
        })
    }
}

/// Events as found, not yet in order.
#[derive(Debug)]
pub(super) struct Contents {
    pub(super) format: Format,
    /// The outermost first; where there are several recordings, those of the first.
    pub(super) containers: Vec<Container>,
    /// In the order in which the input first names them. Each has a window with an event.
    pub(super) sessions: Vec<Session>,
    pub(super) problems: Problems,
}

/// Tells the format by content, never by name, and reads it.
pub(super) fn read(bytes: Vec<u8>, budget: &mut Budget) -> Result<Contents> {
    // What is decoded counts when it is.
    if Container::of(&bytes).is_none() {
        budget.spend(bytes.len() as u64)?;
    }
    read_within(Vec::new(), bytes, budget)
}

/// `containers` are those that are open already.
fn read_within(mut containers: Vec<Container>, mut bytes: Vec<u8>, budget: &mut Budget) -> Result<Contents> {
    while let Some(container) = Container::of(&bytes) {
        let inside = container.open(bytes, &containers, budget)?;
        containers.push(container);
        bytes = match inside {
            Inside::Bytes(decoded) => decoded,
            Inside::Entries(found) => return entries::read(found, containers, budget),
        };
    }
    let mut collector = Collector::new(budget);
    let format = if let Some(lines) = posthog_snappy::decode(&bytes, &mut collector)? {
        drop(bytes);
        posthog_snappy::read(lines, &mut collector)?
    } else {
        unsupported::refuse_binary(&bytes)?;
        let text = text::decode(bytes, &mut collector)?;
        let read = read_text(&text, value::DEPTH, &mut collector);
        if collector.is_empty() {
            unsupported::refuse_extended_json(&text)?;
        }
        read?
    };
    collector.finish(format, containers)
}

/// `depth` is how many values within values are looked into.
fn read_text(text: &ByteString, depth: usize, collector: &mut Collector<'_>) -> Result<Format> {
    let text = &text.slice_ref(text.trim_start_matches('\u{feff}'));
    // Nearly all are one value, or one on each line.
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<&RawValue>();
    let first = match values.next() {
        Some(Ok(first)) => first.get(),
        // A damaged line costs no other, not even the first.
        Some(Err(_)) if lines::is_second_whole(text, depth, collector)? => {
            return lines::read(text, depth, collector);
        }
        Some(Err(error)) => return Err(broken_json(text, &error)),
        None => {
            return Err(Error::new(
                Kind::InvalidRecording,
                "there is nothing in it but white space",
            ));
        }
    };
    let rest = &text[values.byte_offset()..];
    let after = rest.trim_start();
    if after.is_empty() {
        let value = &text.slice_ref(first);
        return match value::read(value, depth, collector)? {
            Some(format) => Ok(format),
            None => Err(without_events(value)),
        };
    }
    let gap = &rest[..rest.len() - after.len()];
    if gap.contains('\n') && !first.contains('\n') {
        return lines::read(text, depth, collector);
    }
    if lines::begins_with_value(after) {
        return lines::read_values(text, depth, collector);
    }
    let offset = text.len() - after.len();
    Err(Error::new(
        Kind::InvalidRecording,
        format!("unexpected text after the end of the JSON, at byte {offset}"),
    )
    .hint("Several values are best written one a line, as jq -c '.[]' does."))
}

fn without_events(value: &str) -> Error {
    let message = match value.as_bytes()[0] {
        b'[' if value[1..].trim_start().starts_with(']') => "an empty list of events",
        b'[' => "a JSON list, but not one of rrweb events",
        b'{' => "a JSON object without a list of rrweb events in it",
        _ => "a single JSON value, and no list of rrweb events",
    };
    Error::new(Kind::InvalidRecording, message)
        .hint("An rrweb event is an object with a type, a timestamp and data.")
}

/// Says where JSON ends or breaks, as a byte offset into the input.
fn broken_json(text: &str, error: &serde_json::Error) -> Error {
    if !text.trim_start().starts_with(['[', '{']) {
        return unsupported::not_json(text);
    }
    let offset = byte_offset(text, error.line(), error.column());
    if error.is_eof() {
        Error::new(
            Kind::InvalidRecording,
            format!("the JSON ends too early, at byte {offset}"),
        )
        .hint("The file was cut off: download or export it again, and wait until it has loaded to the end.")
    } else {
        Error::new(Kind::InvalidRecording, format!("invalid JSON at byte {offset}"))
            .hint("The file is damaged or was edited: download or export it again.")
    }
}

/// From `serde_json`'s line and column, which count from 1 and in bytes.
fn byte_offset(text: &str, line: usize, column: usize) -> usize {
    let before: usize = text
        .split_inclusive('\n')
        .take(line.saturating_sub(1))
        .map(str::len)
        .sum();
    (before + column.saturating_sub(1)).min(text.len())
}

/// Whether a text is one JSON value. Only then may `json_text` and [`Fields`] look into it.
fn is_json(text: &str) -> bool {
    serde_json::from_str::<&RawValue>(text).is_ok()
}

/// Whether a value may stand in a list of events.
fn is_event(json: &str) -> bool {
    event::looks_like_event(json) || packed::looks_packed(json)
}

/// What an object calls the session whose events it holds.
#[derive(Clone)]
struct SessionId {
    text: String,
    naming: Naming,
}

/// What the id of a window is called.
const WINDOW_NAMES: [&str; 3] = ["window_id", "windowId", "$window_id"];

/// How sure it is that an id is a session's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Naming {
    /// It is called so.
    Session,
    /// It is only called `id`.
    Id,
    /// A number that is only called `id`: perhaps that of a row in a table.
    Number,
}

impl SessionId {
    fn of(fields: &Fields<'_>) -> Option<Self> {
        Self::named(fields).or_else(|| {
            let bare = fields.get("id");
            let is_text = bare.is_some_and(|id| id.starts_with('"'));
            Some(Self {
                text: event::id(bare)?.into_owned(),
                naming: if is_text { Naming::Id } else { Naming::Number },
            })
        })
    }

    /// The id of a session that is called so.
    fn named(fields: &Fields<'_>) -> Option<Self> {
        let names = [
            "session_id",
            "sessionId",
            "$session_id",
            "replay_id",
            "replayId",
            "recording_id",
            "recordingId",
            "session_secure_id",
        ];
        let mut ids = names.into_iter().filter_map(|name| event::id(fields.get(name)));
        Some(Self {
            text: ids.next()?.into_owned(),
            naming: Naming::Session,
        })
    }
}

/// Bytes that JavaScript made a string of, one character for each.
fn latin1(string: &str) -> Option<Vec<u8>> {
    string.chars().map(|c| u8::try_from(c).ok()).collect()
}

#[cfg(test)]
pub(super) mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::{GzEncoder, ZlibEncoder};

    use super::*;
    use crate::recording::Archive;
    use crate::recording::problem::{Place, ProblemKind};

    pub(in crate::recording) const META: &str =
        r#"{"type":4,"timestamp":1,"data":{"href":"","width":8,"height":6}}"#;
    pub(in crate::recording) const SNAPSHOT: &str = r#"{"type":2,"timestamp":2,"data":{"node":{}}}"#;

    pub(super) fn read_whole(bytes: impl Into<Vec<u8>>) -> Result<Contents> {
        read(bytes.into(), &mut Budget::new(1 << 30))
    }

    /// The format, and each window's id and number of events.
    pub(super) fn found(text: &str) -> (Format, Vec<(String, usize)>) {
        let contents = read_whole(text).unwrap_or_else(|error| panic!("{error}: {text}"));
        let windows = contents
            .sessions
            .into_iter()
            .flat_map(|session| session.windows)
            .map(|window| (window.id, window.events.len()));
        (contents.format, windows.collect())
    }

    /// Each session's id, or a dash, and number of events, as in `a:2 -:1`.
    pub(super) fn sessions(text: &str) -> String {
        let contents = read_whole(text).unwrap_or_else(|error| panic!("{error}: {text}"));
        let sessions = contents.sessions.iter().map(|session| {
            let events: usize = session.windows.iter().map(|window| window.events.len()).sum();
            format!("{}:{events}", session.id.as_deref().unwrap_or("-"))
        });
        sessions.collect::<Vec<_>>().join(" ")
    }

    /// The JSON of each event, in the order of the windows.
    pub(super) fn events(text: &str) -> Vec<String> {
        let contents = read_whole(text).unwrap_or_else(|error| panic!("{error}: {text}"));
        let windows = contents.sessions.into_iter().flat_map(|session| session.windows);
        let events = windows.flat_map(|window| window.events);
        events.map(|event| event.json.to_string()).collect()
    }

    /// What was met, how often, and where first.
    pub(super) fn problems(text: &str) -> Vec<(ProblemKind, u64, Place)> {
        let problems = read_whole(text).unwrap().problems.into_vec();
        let problems = problems
            .iter()
            .map(|problem| (problem.kind, problem.count, problem.first));
        problems.collect()
    }

    pub(super) fn failure(bytes: impl Into<Vec<u8>>) -> String {
        let error = read_whole(bytes).unwrap_err();
        assert_eq!(error.kind(), Kind::InvalidRecording);
        format!("{error} | {}", error.hint_text().unwrap_or_default())
    }

    /// JSON in a JSON string.
    pub(super) fn quoted(json: &str) -> String {
        serde_json::to_string(json).unwrap()
    }

    /// Bytes as JavaScript puts them into JSON.
    pub(super) fn latin1_quoted(bytes: &[u8]) -> String {
        quoted(&bytes.iter().copied().map(char::from).collect::<String>())
    }

    /// As rrweb's `pack` does it.
    pub(super) fn pack(json: &str) -> String {
        let marked = json.replacen('{', "{\"v\":\"v1\",", 1);
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(marked.as_bytes()).unwrap();
        latin1_quoted(&encoder.finish().unwrap())
    }

    pub(super) fn gzip(json: &str) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(json.as_bytes()).unwrap();
        encoder.finish().unwrap()
    }

    /// `SNAPSHOT` as `PostHog` compresses it.
    pub(super) fn compressed_snapshot() -> String {
        let data = latin1_quoted(&gzip(r#"{"node":{}}"#));
        format!(r#"{{"type":2,"timestamp":2,"cv":"2024-10","data":{data}}}"#)
    }

    #[test]
    fn every_container_is_told_by_its_content() {
        let one = |id: &str| vec![(id.to_owned(), 2)];
        let events = format!("{META},{SNAPSHOT}");
        for (text, format, windows) in [
            (format!("[{events}]"), Format::RrwebArray, one("main")),
            (
                format!("\u{feff} \n[{events}]\n"),
                Format::RrwebArray,
                one("main"),
            ),
            (
                format!(r#"{{"events":[{events}]}}"#),
                Format::RrwebWrapper,
                one("main"),
            ),
            (
                format!(
                    r#"{{"n":1,"x":[],"y":[1,2],"z":[{{"type":"click"}}],"data":{{"deep":[{events}]}}}}"#
                ),
                Format::RrwebWrapper,
                one("main"),
            ),
            (format!("{META}\n{SNAPSHOT}\n"), Format::RrwebLines, one("main")),
            (
                format!("[\"w1\",{META}]\r\n\r\n[\"w2\",{META}]\n[\"w1\",{SNAPSHOT}]"),
                Format::PosthogLines,
                vec![("w1".to_owned(), 2), ("w2".to_owned(), 1)],
            ),
            (
                format!("[null,{META}]\n[null,{SNAPSHOT}]"),
                Format::PosthogLines,
                one("main"),
            ),
            (
                format!("{{\"window_id\":\"w\",\"data\":[{events}]}}"),
                Format::PosthogLines,
                one("w"),
            ),
            (
                format!(r#"{{"version":"2023-04-28","data":{{"id":"s","snapshots":[{events}]}}}}"#),
                Format::PosthogExport,
                one("main"),
            ),
        ] {
            assert_eq!(found(&text), (format, windows), "{text}");
        }
    }

    #[test]
    fn events_may_name_their_own_window() {
        let event = |window: &str| META.replacen('{', &format!("{{\"windowId\":{window},"), 1);
        let text = format!("[{},{},{META}]", event("1"), event("\"b\""));
        let windows = [("1", 1), ("b", 1), ("main", 1)].map(|(id, events)| (id.to_owned(), events));
        assert_eq!(found(&text), (Format::RrwebArray, windows.to_vec()));
    }

    #[test]
    fn what_cannot_be_read_yet_is_named() {
        let mut tar = vec![0; 512];
        tar[257..262].copy_from_slice(b"ustar");
        let cases: [(Vec<u8>, &str); 17] = [
            (b"BZh91AY&SY".to_vec(), "bzip2"),
            (b"PAR1\x15\x04\x15\0".to_vec(), "a Parquet file"),
            (b"Obj\x01\x04\x14avro.codec".to_vec(), "an Avro file"),
            (tar, "a tar archive"),
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec(), "a picture"),
            (b"\xff\xd8\xff\xe0\0\x10JFIF".to_vec(), "a picture"),
            (b"\0\0\0\x20ftypisom".to_vec(), "a video"),
            (
                b"\n\x30\n\x2e\n\x15telemetry.sdk.version\x12\x08".to_vec(),
                "OpenTelemetry data",
            ),
            (b"\0\0\x01\0snappy".to_vec(), "binary"),
            (b"<!doctype html>".to_vec(), "HTML"),
            (b"hello".to_vec(), "not JSON"),
            (b"hello".to_vec(), "| A recording is"),
            (
                r#"{"_id":{"$oid":"a"},"type":{"$numberInt":"4"},"timestamp":{"$numberLong":"1"},"data":{}}"#
                    .into(),
                "MongoDB's canonical JSON",
            ),
            (
                [r#"{"type":{"$numberInt":"4"},"timestamp":{"$numberDouble":"1.5"}}"#; 2]
                    .join("\n")
                    .into(),
                "--jsonFormat relaxed",
            ),
            ("[\"x\u{9c}abc\"]".into(), "rrweb-packed events"),
            (
                r#"["w",{"type":2,"timestamp":1,"cv":"2024-10","data":"\u001f\u008b"}]"#.into(),
                "compressed by PostHog",
            ),
            (
                r#"["w",{"type":2,"timestamp":1,"cv":"2031-01","data":"\u001f\u008b"}]"#.into(),
                "another way than cv=2024-10",
            ),
        ];
        for (bytes, name) in cases {
            let message = failure(bytes);
            assert!(message.contains(name), "{name}: {message}");
        }
    }

    #[test]
    fn full_snapshots_of_another_format_are_named() {
        let records = format!(
            r##"{{"records":[{META},{{"type":2,"timestamp":2,"data":[[0,"#document"],[1,[null,0]]]}},
            {{"type":12,"timestamp":3,"data":[[3,[51,[72,3]]]]}}]}}"##
        );
        let name = "a".to_owned();
        let input = crate::source::RawInput {
            name,
            bytes: records.into_bytes(),
        };
        let archive = Archive::read(input, 1 << 20).unwrap();
        let error = archive.into_recording(None).unwrap_err();
        assert_eq!(error.kind(), Kind::NoFullSnapshot);
        assert!(error.to_string().contains("Datadog's own format"), "{error}");
    }

    #[test]
    fn what_is_no_recording_says_so() {
        for text in ["[]", "{}", "  ", "[1,2]", "{\"a\":{\"b\":[{}]}}", "7", "null"] {
            failure(text);
        }
        let trailing = failure(format!("[{META}] x"));
        assert!(
            trailing.contains(&format!("at byte {}", META.len() + 3)),
            "{trailing}"
        );
    }

    #[test]
    fn broken_json_names_the_byte() {
        let text = format!("[\n{META},\n{{\"type\":2,\"time");
        let message = failure(text.as_str());
        let end = text.len();
        assert!(message.contains("ends too early"), "{message}");
        let offset: usize = message
            .split("byte ")
            .nth(1)
            .unwrap()
            .split(' ')
            .next()
            .unwrap()
            .parse()
            .unwrap();
        assert!((end - 1..=end).contains(&offset), "{message}");

        let message = failure(format!("[{META};{META}]"));
        assert!(
            message.contains(&format!("invalid JSON at byte {}", META.len() + 1)),
            "{message}"
        );
    }

    /// One small recording in each shape there is.
    fn every_shape() -> Vec<String> {
        let events = format!("{META},{SNAPSHOT}");
        let (packed, compressed) = (pack(SNAPSHOT), compressed_snapshot());
        vec![
            format!("[{events}]"),
            format!(r#"{{"id":"s","events":[{events}]}}"#),
            format!(r#"{{"events":{}}}"#, quoted(&format!("[{events}]"))),
            quoted(&format!("[{events}]")),
            format!("{META}\n{SNAPSHOT}\n"),
            format!("{{\"event\":{META}}}\n{{\"event\":{SNAPSHOT}}}"),
            format!("[\"w1\",{META}]\n[\"é\",{SNAPSHOT}]"),
            format!(r#"{{"window_id":"w","data":[{events}]}}"#),
            format!(r#"{{"version":"2023-04-28","data":{{"id":"s","snapshots":[{events}]}}}}"#),
            format!(r#"{{"version":"2022-12-02","data":{{"snapshotsByWindowId":{{"w":[{events}]}}}}}}"#),
            format!(
                r#"{{"event":"$snapshot","properties":{{"$session_id":"s","$snapshot_items":[{events}]}}}}"#
            ),
            format!("[[{events}],[{events}]]"),
            format!("{{\"segment_id\":0}}\n[{events}]"),
            format!("[{},{packed}]", pack(META)),
            format!("[{META},{}]", quoted(SNAPSHOT)),
            format!("[\"w\",{META}]\n[\"w\",{compressed}]"),
            format!("[{META},{}]", pack(&compressed)),
            format!(
                "[{META},{}]",
                SNAPSHOT.replace(r#"{"node":{}}"#, &quoted(r#"{"node":{}}"#))
            ),
        ]
    }

    /// Reads an input to the end, whatever is in it.
    fn kind_of_failure(bytes: Vec<u8>) -> Option<Kind> {
        let name = "a".to_owned();
        let archive = Archive::read(crate::source::RawInput { name, bytes }, 1 << 20);
        let recording = archive.and_then(|archive| archive.into_recording(Some("1")));
        recording.err().map(|error| error.kind())
    }

    const OF_DAMAGE: [Option<Kind>; 4] = [
        None,
        Some(Kind::InvalidRecording),
        Some(Kind::NoFullSnapshot),
        Some(Kind::RecordingTooLarge),
    ];

    #[test]
    fn no_truncation_panics() {
        for text in every_shape() {
            assert_eq!(kind_of_failure(text.clone().into_bytes()), None, "{text}");
            for end in 0..text.len() {
                let kind = kind_of_failure(text.as_bytes()[..end].to_vec());
                assert!(OF_DAMAGE.contains(&kind), "{kind:?} at {end}: {text}");
            }
        }
    }

    #[test]
    fn no_flipped_bit_panics() {
        for text in every_shape() {
            for at in 0..text.len() * 8 {
                let mut bytes = text.clone().into_bytes();
                bytes[at / 8] ^= 1 << (at % 8);
                let kind = kind_of_failure(bytes);
                assert!(OF_DAMAGE.contains(&kind), "{kind:?} at bit {at}: {text}");
            }
        }
    }

    #[test]
    fn depth_does_not_reach_the_stack() {
        let depth = 5000;
        let tree = format!("{}{}", r#"{"childNodes":["#.repeat(depth), "]}".repeat(depth));
        let snapshot = format!(r#"{{"type":2,"timestamp":2,"data":{{"node":{tree}}}}}"#);
        assert_eq!(found(&format!("[{META},{snapshot}]")).1, [("main".to_owned(), 2)]);
        assert_eq!(found(&format!("[\"w\",{snapshot}]")).1, [("w".to_owned(), 1)]);
        let wrapped = format!("{}[{META}]{}", r#"{"a":"#.repeat(depth), "}".repeat(depth));
        failure(wrapped);
        failure("[".repeat(100_000));
    }

    #[test]
    fn damage_costs_only_what_is_damaged() {
        let mut bytes =
            format!("[\"w\",{META}]\n[\"w\",{{oops\n[\"w\",{SNAPSHOT}]\n[\"w\",7]\n").into_bytes();
        let at = META.len() + 10;
        bytes[2] = 0xff;
        let contents = read_whole(bytes).unwrap();
        let problems = contents.problems.into_vec();
        let met: Vec<_> = problems
            .iter()
            .map(|problem| (problem.kind, problem.first))
            .collect();
        assert_eq!(contents.sessions[0].windows.len(), 2);
        let [utf8, line, entry] = met[..] else {
            panic!("{met:?}")
        };
        assert_eq!(utf8, (ProblemKind::NotUtf8, Place::Byte(2)));
        assert_eq!(line.0, ProblemKind::UnreadableLine);
        assert!(
            matches!(line.1, Place::Byte(byte) if byte as usize >= at - 5),
            "{line:?}"
        );
        assert_eq!(entry, (ProblemKind::NotAnEvent, Place::Event(2)));
    }
}
