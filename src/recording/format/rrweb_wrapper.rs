//! rrweb events somewhere in an object: `{"events":[…]}`, `{"result":[…]}`, `{"data":{"snapshots":[…]}}` and
//! whatever else tools write, also as JSON in a string. The first value that holds events is taken, the shallowest first.

use bytestring::ByteString;

use super::value::{self, Shape};
use super::{Collector, Fields, Format, session_id};
use crate::error::Result;
use crate::recording::budget::Budget;

/// The value within an object in which the events are.
pub(super) struct Wrapped {
    /// The session's, from the object that has the value, or from one around it.
    id: Option<String>,
    value: ByteString,
}

/// Looks through the object, down to `depth` objects within each other.
pub(super) fn find(object: &ByteString, depth: usize, budget: &mut Budget) -> Result<Option<Wrapped>> {
    let mut level = vec![(object.clone(), None)];
    for _ in 0..depth {
        let mut next = Vec::new();
        for (object, outer_id) in level {
            // Keys that are no text, and the like, make an object unreadable; the events may be in another.
            let Some(fields) = Fields::of(&object) else {
                continue;
            };
            let id = session_id(&fields).or(outer_id);
            for (_, value) in fields.iter() {
                let value = object.slice_ref(value.get());
                match value.as_bytes()[0] {
                    b'[' | b'"' if Shape::of(&value, depth, budget)?.is_some() => {
                        return Ok(Some(Wrapped { id, value }));
                    }
                    b'{' => next.push((value, id.clone())),
                    _ => {}
                }
            }
        }
        level = next;
    }
    Ok(None)
}

impl Wrapped {
    pub(super) fn read(&self, depth: usize, collector: &mut Collector<'_>) -> Result<Format> {
        match &self.id {
            Some(id) => collector.session(Some(id)),
            None => collector.begin_session(),
        }
        Ok(match value::read(&self.value, depth, collector)? {
            Some(format @ (Format::PosthogLines | Format::PosthogWire | Format::PosthogExport)) => format,
            _ => Format::RrwebWrapper,
        })
    }
}
