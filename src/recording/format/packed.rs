//! rrweb's packer: an event as a string, which is zlib of its JSON with one character for each byte, or that JSON
//! itself. After `pack.ts` and `unpack.ts` of rrweb. [`super::collector`] unpacks what stands in an event's place.

use bytestring::ByteString;
use flate2::bufread::ZlibDecoder;

use super::collector::Lost;
use super::{Fields, latin1};
use crate::recording::budget::Budget;
use crate::recording::event;
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
                && event::unquoted(json).is_some_and(|text| event::looks_like_event(text.trim()))
        }
    }
}

/// The JSON of a packed event: always an object.
pub(super) fn unpack(json: &str, budget: &mut Budget) -> Result<ByteString, Lost> {
    let damaged = || Lost::Dropped(ProblemKind::DamagedPackedEvent);
    let string = event::unquoted(json).ok_or_else(damaged)?;
    if string.trim_start().starts_with('{') {
        budget.spend(string.len() as u64)?;
        return Ok(string.trim().into());
    }
    if !string.starts_with('x') {
        return Err(Lost::Dropped(ProblemKind::NotAnEvent));
    }
    let bytes = latin1(&string).ok_or_else(damaged)?;
    let decoded = budget
        .read(ZlibDecoder::new(&*bytes), "packed event")
        .map_err(|error| Lost::in_decoding(error, ProblemKind::DamagedPackedEvent))?;
    let text = ByteString::try_from(decoded).map_err(|_| damaged())?;
    let fields = Fields::of(&text).ok_or_else(damaged)?;
    if fields
        .get("v")
        .and_then(|version| event::unquoted(version.get()))
        .as_deref()
        != Some(VERSION)
    {
        return Err(Lost::Dropped(ProblemKind::UnknownPacker));
    }
    Ok(text.slice_ref(text.trim()))
}
