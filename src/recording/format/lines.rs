//! Several JSON values, one on each line: events, `PostHog`'s blocks, or whole recordings.
//! Lines that cannot be read are counted and skipped.

use bytestring::ByteString;
use serde_json::value::RawValue;

use super::{Collector, Format, value};
use crate::error::Result;
use crate::recording::problem::{Place, ProblemKind};

pub(super) fn read(text: &ByteString, depth: usize, collector: &mut Collector<'_>) -> Result<Format> {
    let mut format = None;
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let json = text.slice_ref(line.trim());
        match value::read(&json, depth, collector)? {
            Some(read) => format = format.or(Some(read)),
            None if json.is_empty() => {}
            None if serde_json::from_str::<&RawValue>(&json).is_ok() => collector.event(None, json)?,
            None => collector
                .problems
                .note(ProblemKind::UnreadableLine, Place::Byte(offset)),
        }
        offset += line.len() as u64;
    }
    Ok(value::several(format))
}
