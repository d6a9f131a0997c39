//! rrweb's packer: an event as a string, which is zlib of its JSON with one character for each byte, or that JSON
//! itself. After `pack.ts` and `unpack.ts` of rrweb. [`super::collector`] unpacks what stands in an event's place.

use bytestring::ByteString;
use flate2::bufread::ZlibDecoder;

use super::lost::Lost;
use super::{Fields, is_json, latin1};
use crate::recording::budget::Budget;
use crate::recording::event;
use crate::recording::json_text::exact_text;
use crate::recording::problem::ProblemKind;

/// The only version there has been since 2019.
const VERSION: &str = "v1";

/// Whether a JSON value is a packed event. Its first two characters are those of zlib at one of its four levels.
pub(super) fn looks_packed(json: &str) -> bool {
    let Some(string) = json.strip_prefix('"') else {
        return false;
    };
    match string.strip_prefix('x') {
        Some(rest) => {
            let level = rest.get(..6).unwrap_or_default().to_ascii_lowercase();
            rest.starts_with(['^', '\u{9c}', '\u{da}'])
                || ["\\u0001", "\\u005e", "\\u009c", "\\u00da"].contains(&&*level)
        }
        None => {
            string.starts_with('{')
                && exact_text(json).is_some_and(|text| event::looks_like_event(text.trim()))
        }
    }
}

/// The JSON of a packed event: always an object.
pub(super) fn unpack(json: &str, budget: &mut Budget) -> Result<ByteString, Lost> {
    let damaged = || Lost::Dropped(ProblemKind::DamagedPackedEvent);
    let string = exact_text(json).ok_or_else(damaged)?;
    if string.trim_start().starts_with('{') {
        budget.spend(string.len() as u64)?;
        return Ok(string.trim().into());
    }
    if !string.starts_with('x') {
        return Err(Lost::Dropped(ProblemKind::NotAnEvent));
    }
    let bytes = latin1(&string).ok_or_else(damaged)?;
    let mut decoded = budget
        .read(ZlibDecoder::new(&*bytes), "packed event")
        .map_err(|error| Lost::in_decoding(error, ProblemKind::DamagedPackedEvent))?;
    // It stays for as long as the recording.
    decoded.shrink_to_fit();
    let text = ByteString::try_from(decoded).map_err(|_| damaged())?;
    let json = text.slice_ref(text.trim());
    if !is_json(&json) {
        return Err(damaged());
    }
    let fields = Fields::of(&json).ok_or_else(damaged)?;
    if fields.get("v").and_then(exact_text).as_deref() != Some(VERSION) {
        return Err(Lost::Dropped(ProblemKind::UnknownPacker));
    }
    Ok(json)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::ZlibEncoder;

    use super::super::Format;
    use super::super::tests::{
        META, SNAPSHOT, compressed_snapshot, events, failure, found, latin1_quoted, pack, problems, quoted,
    };
    use super::*;
    use crate::recording::problem::Place;

    #[test]
    fn packed_events_stand_wherever_events_do() {
        let (meta, snapshot) = (pack(META), pack(SNAPSHOT));
        let main = |count| vec![("main".to_owned(), count)];
        for (text, format, windows) in [
            (format!("[{meta},{snapshot}]"), Format::RrwebArray, main(2)),
            (
                format!("[{},{}]", quoted(META), quoted(SNAPSHOT)),
                Format::RrwebArray,
                main(2),
            ),
            (format!("[{META},{snapshot}]"), Format::RrwebArray, main(2)),
            (
                format!(r#"{{"events":[{meta},{snapshot}]}}"#),
                Format::RrwebWrapper,
                main(2),
            ),
            (format!("{meta}\n{snapshot}\n"), Format::RrwebLines, main(2)),
            (
                format!("{}\n{snapshot}", quoted(META)),
                Format::RrwebLines,
                main(2),
            ),
            (quoted(META), Format::RrwebLines, main(1)),
            (
                format!("[\"w\",{meta}]\n[\"w\",{snapshot}]"),
                Format::PosthogLines,
                vec![("w".to_owned(), 2)],
            ),
            (
                format!(r#"{{"version":"2023-04-28","data":{{"snapshots":[{meta},{snapshot}]}}}}"#),
                Format::PosthogExport,
                main(2),
            ),
            (
                format!("[{meta},{}]", pack(&compressed_snapshot())),
                Format::RrwebArray,
                main(2),
            ),
        ] {
            assert_eq!(found(&text), (format, windows), "{text}");
        }
        assert_eq!(
            events(&format!("[{snapshot}]")),
            [SNAPSHOT.replacen('{', "{\"v\":\"v1\",", 1)]
        );
        assert_eq!(events(&format!("[{}]", quoted(SNAPSHOT))), [SNAPSHOT]);
        // Escapes instead of the characters themselves.
        let escaped: String = snapshot
            .chars()
            .map(|c| {
                if c.is_ascii() {
                    c.to_string()
                } else {
                    format!("\\u{:04X}", u32::from(c))
                }
            })
            .collect();
        assert_eq!(events(&format!("[{escaped}]")).len(), 1);
    }

    #[test]
    fn what_cannot_be_unpacked_is_dropped_and_counted() {
        let zlib = |json: &str| {
            let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
            encoder.write_all(json.as_bytes()).unwrap();
            latin1_quoted(&encoder.finish().unwrap())
        };
        let damaged = ProblemKind::DamagedPackedEvent;
        for (entry, kind) in [
            (pack(SNAPSHOT).replacen("x\u{9c}", "x\u{9c}x", 1), damaged),
            ("\"x\u{9c}\u{100}\"".to_owned(), damaged),
            (zlib("[1]"), damaged),
            (zlib("{\"v\":\"v1\""), damaged),
            (zlib(SNAPSHOT), ProblemKind::UnknownPacker),
            (
                zlib(r#"{"v":"v2","type":4,"timestamp":1}"#),
                ProblemKind::UnknownPacker,
            ),
            (zlib(r#"{"v":"v1","type":4}"#), ProblemKind::NotAnEvent),
            (quoted("{\"type\":4}"), ProblemKind::NotAnEvent),
            (quoted("hello"), ProblemKind::NotAnEvent),
        ] {
            let met = problems(&format!("[{META},{entry},{SNAPSHOT},{entry}]"));
            assert_eq!(met, [(kind, 2, Place::Event(1))], "{entry}");
        }
        let message = failure(format!("[{}]", zlib(SNAPSHOT)));
        assert!(message.contains("another packer version than v1"), "{message}");
    }

    #[test]
    fn words_that_begin_like_packed_events_are_none() {
        for word in ["\"xyz\"", "\"x\"", "\"\"", "\"{}\"", "\"x\u{e9}\"", "7", "\"x"] {
            assert!(!looks_packed(word), "{word}");
        }
        let text = format!(r#"{{"tags":["xyz","xylophone"],"events":[{META}]}}"#);
        assert_eq!(events(&text), [META]);
    }
}
