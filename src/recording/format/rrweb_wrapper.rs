//! rrweb events somewhere in an object: `{"events":[…]}`, `{"result":[…]}`, `{"data":{"snapshots":[…]}}` and
//! whatever else tools write, also as JSON in a string. The first value that holds events is taken, the shallowest first.

use bytestring::ByteString;

use super::value::{self, Shape};
use super::{Collector, Fields, Format, read_text, session_id};
use crate::error::Result;
use crate::recording::budget::Budget;

/// The value within an object in which the events are.
pub(super) struct Wrapped {
    /// The session's, from the object that has the value, or from one around it.
    id: Option<String>,
    place: Place,
}

enum Place {
    Value(ByteString),
    /// The text that a string holds.
    Quoted(ByteString),
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
                if value.starts_with('{') {
                    next.push((value, id.clone()));
                    continue;
                }
                let place = match Shape::of(&value, depth, budget)? {
                    // A string alone is no list of events, packed or not.
                    None | Some(Shape::Event) => continue,
                    Some(Shape::Quoted(text)) => Place::Quoted(text),
                    Some(_) => Place::Value(value),
                };
                return Ok(Some(Wrapped { id, place }));
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
        let format = match &self.place {
            Place::Value(value) => value::read(value, depth, collector)?,
            Place::Quoted(text) => Some(read_text(text, depth, collector)?),
        };
        Ok(match format {
            Some(format @ (Format::PosthogLines | Format::PosthogWire | Format::PosthogExport)) => format,
            _ => Format::RrwebWrapper,
        })
    }
}
