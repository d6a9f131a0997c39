//! `PostHog`'s per-event compression, marked `"cv":"2024-10"`: single fields of an event are strings, which are gzip or
//! zstd of their JSON with one character for each byte. [`super::collector`] decodes the events that have some.

use std::io::Read;

use bytestring::ByteString;
use flate2::bufread::GzDecoder;

use super::lost::Lost;
use super::{Fields, is_json, latin1};
use crate::recording::budget::Budget;
use crate::recording::json_text::exact_text;
use crate::recording::problem::ProblemKind;
use crate::recording::splice::{place, splice};

const VERSION: &str = "2024-10";

const DAMAGED: Lost = Lost::Dropped(ProblemKind::DamagedFields);

/// The event with its fields decoded, spliced into its text. It keeps its `cv`, as in `PostHog`'s exports.
pub(super) fn decode(json: &str, budget: &mut Budget) -> Result<ByteString, Lost> {
    let event = Fields::of(json).ok_or(DAMAGED)?;
    let version = event.get("cv").and_then(exact_text);
    if version.is_some_and(|version| version != VERSION) {
        return Err(Lost::Dropped(ProblemKind::UnknownCompression));
    }
    let data = event.get("data").ok_or(DAMAGED)?;
    let mut edits = Vec::new();
    if data.starts_with('"') {
        edits.push((place(data, json), field(data, '{', budget)?));
    } else {
        let fields = Fields::of(data).ok_or(DAMAGED)?;
        let names = match fields.get("source") {
            Some("8") => &["adds", "removes"][..],
            _ => &["adds", "removes", "texts", "attributes"],
        };
        for name in names {
            match fields.get(name) {
                None => {
                    let start = place(data, json).start + 1;
                    edits.push((start..start, format!("\"{name}\":[],")));
                }
                Some(value) if value.starts_with('"') || value == "null" => {
                    edits.push((place(value, json), field(value, '[', budget)?));
                }
                Some(_) => {}
            }
        }
    }
    Ok(splice(json, edits).into())
}

/// The JSON of one field, which must begin as said. rrweb wants lists even where there is nothing in them.
fn field(value: &str, begin: char, budget: &mut Budget) -> Result<String, Lost> {
    if begin == '[' && ["null", "\"\""].contains(&value) {
        return Ok("[]".to_owned());
    }
    let string = exact_text(value).ok_or(DAMAGED)?;
    let bytes = latin1(&string).ok_or(DAMAGED)?;
    let decoded = match &*bytes {
        [0x1f, 0x8b, ..] => read(GzDecoder::new(&*bytes), budget)?,
        [0x28, 0xb5, 0x2f, 0xfd, ..] => {
            let decoder = zstd::Decoder::with_buffer(&*bytes).map_err(|_| DAMAGED)?;
            read(decoder.single_frame(), budget)?
        }
        _ => return Err(DAMAGED),
    };
    let mut text = String::from_utf8(decoded).map_err(|_| DAMAGED)?;
    // Text that is no value of its own would change the event around it.
    if !is_json(&text) {
        return Err(DAMAGED);
    }
    text.drain(..text.len() - text.trim_start().len());
    if text.starts_with(begin) {
        Ok(text)
    } else {
        Err(DAMAGED)
    }
}

fn read(decoder: impl Read, budget: &mut Budget) -> Result<Vec<u8>, Lost> {
    budget
        .read(decoder, "compressed field")
        .map_err(|error| Lost::in_decoding(error, ProblemKind::DamagedFields))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{
        META, SNAPSHOT, compressed_snapshot, events, gzip, latin1_quoted, problems, read_whole,
    };
    use super::*;
    use crate::error::Kind;
    use crate::recording::format;
    use crate::recording::problem::Place;

    fn gz(json: &str) -> String {
        latin1_quoted(&gzip(json))
    }

    fn zst(json: &str) -> String {
        latin1_quoted(&zstd::encode_all(json.as_bytes(), 3).unwrap())
    }

    fn change(cv: &str, data: &str) -> String {
        format!(r#"{{"type":3,"timestamp":3,"cv":"{cv}","data":{{{data}}},"delay":7}}"#)
    }

    #[test]
    fn fields_are_decoded_in_their_place() {
        let (adds, texts) = (r#"[{"parentId":1,"node":{"é":[]}}]"#, r#"[{"id":2,"value":"x"}]"#);
        for (data, expected) in [
            (
                format!(
                    r#""source":0,"adds":{},"removes":{},"texts":{},"attributes":{}"#,
                    gz(adds),
                    gz("[]"),
                    zst(texts),
                    zst("[]")
                ),
                format!(r#""source":0,"adds":{adds},"removes":[],"texts":{texts},"attributes":[]"#),
            ),
            // Not all of them there, in another order, one plain, one empty.
            (
                format!(
                    r#""texts":{},"adds":"","isMutationChunk":true,"source":0,"removes":[{{"id":1}}]"#,
                    gz(texts)
                ),
                format!(
                    r#""attributes":[],"texts":{texts},"adds":[],"isMutationChunk":true,"source":0,"removes":[{{"id":1}}]"#
                ),
            ),
            (
                format!(
                    r#""source":0,"removes":null,"texts":{},"attributes":[],"adds":[]"#,
                    gz(texts)
                ),
                format!(r#""source":0,"removes":[],"texts":{texts},"attributes":[],"adds":[]"#),
            ),
            (
                format!(r#""source":8,"id":4,"adds":{}"#, gz(r#"[{"rule":"a{}"}]"#)),
                r#""removes":[],"source":8,"id":4,"adds":[{"rule":"a{}"}]"#.to_owned(),
            ),
            // White space around the value, and fields decoded before.
            (
                format!(r#""source":8,"adds":{},"removes":[]"#, zst("\n [] ")),
                r#""source":8,"adds":[] ,"removes":[]"#.to_owned(),
            ),
            (
                r#""source":0,"adds":[]"#.to_owned(),
                r#""source":0,"adds":[]"#.to_owned(),
            ),
        ] {
            let text = format!("[{SNAPSHOT},{}]", change("2024-10", &data));
            assert_eq!(events(&text), [SNAPSHOT, &change("2024-10", &expected)], "{data}");
        }
        // A mark that is no text is no other version.
        let marked = |texts: &str| change(r"\ud83d", &format!(r#""source":8,"adds":{texts},"removes":[]"#));
        let text = format!("[{SNAPSHOT},{}]", marked(&gz("[]")));
        assert_eq!(events(&text), [SNAPSHOT, &marked("[]")]);
        let decoded = r#"{"type":2,"timestamp":2,"cv":"2024-10","data":{"node":{}}}"#;
        assert_eq!(
            events(&format!("[{META},{}]", compressed_snapshot())),
            [META, decoded]
        );
    }

    #[test]
    fn what_cannot_be_decoded_is_dropped_and_counted() {
        let damaged = ProblemKind::DamagedFields;
        let cut = |field: &str| {
            let mut bytes = gzip(field);
            bytes.pop();
            latin1_quoted(&bytes)
        };
        let snapshot = |data: &str| format!(r#"{{"type":2,"timestamp":2,"cv":"2024-10","data":{data}}}"#);
        let texts = |cv: &str, texts: &str| change(cv, &format!(r#""source":0,"texts":{texts}"#));
        for (event, kind) in [
            (texts("2024-10", "\"abc\""), damaged),
            (texts("2024-10", "\"\\u001f\u{8b}\u{100}\""), damaged),
            (texts("2024-10", "\"\\ud800\u{8b}\""), damaged),
            (texts("2024-10", "\"(\u{b5}/\u{fd}\""), damaged),
            (texts("2024-10", &cut("[]")), damaged),
            (texts("2024-10", &gz("{}")), damaged),
            (texts("2024-10", &gz("[],\"adds\":[]")), damaged),
            (texts("2024-10", &gz("[")), damaged),
            (texts("2024-10", &gz(&gz("[]"))), damaged),
            (texts("2031-01", &gz("[]")), ProblemKind::UnknownCompression),
            (snapshot("\"\""), damaged),
            (snapshot(&gz("[]")), damaged),
            (snapshot(&gz("{}")), ProblemKind::NotAnEvent),
        ] {
            let met = problems(&format!("[{META},{event},{SNAPSHOT},{event}]"));
            assert_eq!(met, [(kind, 2, Place::Event(1))], "{event}");
        }
    }

    #[test]
    fn a_bomb_stops_at_the_budget() {
        let bomb = format!("[{}]", " ".repeat(64 << 10));
        for field in [gz(&bomb), zst(&bomb)] {
            let event = change("2024-10", &format!(r#""source":0,"adds":{field}"#));
            // One fits; together they do not.
            let text = format!("[{}]", [&*event; 20].join(","));
            assert_eq!(read_whole(&*text).unwrap().sessions.len(), 1);
            let error = format::read(text.into_bytes(), &mut Budget::new(1 << 20)).unwrap_err();
            assert_eq!(error.kind(), Kind::RecordingTooLarge);
        }
    }
}
