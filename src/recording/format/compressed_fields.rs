//! `PostHog`'s per-event compression, marked `"cv":"2024-10"`: single fields of an event are strings, which are gzip or
//! zstd of their JSON with one character for each byte. [`super::collector`] decodes the events that have some.

use std::io::Read;
use std::ops::Range;

use bytestring::ByteString;
use flate2::bufread::GzDecoder;
use serde_json::value::RawValue;

use super::collector::Lost;
use super::{Fields, latin1};
use crate::recording::budget::Budget;
use crate::recording::event;
use crate::recording::problem::ProblemKind;

const VERSION: &str = "2024-10";

const DAMAGED: Lost = Lost::Dropped(ProblemKind::DamagedFields);

/// The event with its fields decoded, spliced into its text. It keeps its `cv`, as in `PostHog`'s exports.
pub(super) fn decode(json: &str, budget: &mut Budget) -> Result<ByteString, Lost> {
    let event = Fields::of(json).ok_or(DAMAGED)?;
    let version = event.get("cv").and_then(|version| event::unquoted(version.get()));
    if version.is_some_and(|version| version != VERSION) {
        return Err(Lost::Dropped(ProblemKind::UnknownCompression));
    }
    let data = event.get("data").ok_or(DAMAGED)?;
    let mut splices = Vec::new();
    if data.get().starts_with('"') {
        splices.push((range(json, data), field(data, '{', budget)?));
    } else {
        let fields = Fields::of(data.get()).ok_or(DAMAGED)?;
        let names = match fields.get("source").map(RawValue::get) {
            Some("8") => &["adds", "removes"][..],
            _ => &["adds", "removes", "texts", "attributes"],
        };
        for name in names {
            match fields.get(name) {
                None => {
                    let start = range(json, data).start + 1;
                    splices.push((start..start, format!("\"{name}\":[],")));
                }
                Some(value) if value.get().starts_with('"') || value.get() == "null" => {
                    splices.push((range(json, value), field(value, '[', budget)?));
                }
                Some(_) => {}
            }
        }
    }
    Ok(splice(json, splices))
}

/// The JSON of one field, which must begin as said. rrweb wants lists even where there is nothing in them.
fn field(value: &RawValue, begin: char, budget: &mut Budget) -> Result<String, Lost> {
    let string = event::unquoted(value.get()).unwrap_or_default();
    if string.is_empty() && begin == '[' {
        return Ok("[]".to_owned());
    }
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
    serde_json::from_str::<&RawValue>(&text).map_err(|_| DAMAGED)?;
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

/// Where in the text a value of it stands.
fn range(text: &str, value: &RawValue) -> Range<usize> {
    let start = value.get().as_ptr().addr() - text.as_ptr().addr();
    start..start + value.get().len()
}

fn splice(text: &str, mut splices: Vec<(Range<usize>, String)>) -> ByteString {
    splices.sort_by_key(|(range, _)| range.start);
    let decoded: usize = splices.iter().map(|(_, decoded)| decoded.len()).sum();
    let mut spliced = String::with_capacity(text.len() + decoded);
    let mut at = 0;
    for (range, decoded) in splices {
        spliced.push_str(&text[at..range.start]);
        spliced.push_str(&decoded);
        at = range.end;
    }
    spliced.push_str(&text[at..]);
    spliced.into()
}
