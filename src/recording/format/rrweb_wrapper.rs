//! rrweb events somewhere in an object: `{"events":[…]}`, `{"result":[…]}`, `{"data":{"snapshots":[…]}}` and
//! whatever else tools write, also as JSON in a string. The first value that holds events is taken, the shallowest first.

use bytestring::ByteString;

use super::value::{self, Shape};
use super::{Collector, Fields, Format, read_text, session_id};
use crate::error::Result;
use crate::recording::budget::Budget;
use crate::recording::json_text;

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

/// Looks through the object, down to `depth` objects within each other. Each level is gone through anew, which needs no
/// list of the objects in it.
pub(super) fn find(object: &ByteString, depth: usize, budget: &mut Budget) -> Result<Option<Wrapped>> {
    let mut search = Search {
        depth,
        budget,
        goes_deeper: true,
    };
    for level in 0..depth {
        if !std::mem::take(&mut search.goes_deeper) {
            break;
        }
        if let Some(found) = search.level(level, object, None)? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

struct Search<'b> {
    /// Of the values that may hold events.
    depth: usize,
    budget: &'b mut Budget,
    /// Whether there are objects in those of the level.
    goes_deeper: bool,
}

impl Search<'_> {
    /// Looks at the values in those objects that are `level` objects further in.
    fn level(
        &mut self,
        level: usize,
        object: &ByteString,
        outer_id: Option<&str>,
    ) -> Result<Option<Wrapped>> {
        let own_id = Fields::of(object).and_then(|fields| session_id(&fields));
        let id = own_id.as_deref().or(outer_id);
        for (_, value) in json_text::members(object) {
            let value = object.slice_ref(value);
            let found = match (level, value.starts_with('{')) {
                (0, true) => {
                    self.goes_deeper = true;
                    None
                }
                (0, false) => self.place(value)?.map(|place| Wrapped {
                    id: id.map(str::to_owned),
                    place,
                }),
                (1.., true) => self.level(level - 1, &value, id)?,
                (1.., false) => None,
            };
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// The place of the events, if they are in this value.
    fn place(&mut self, value: ByteString) -> Result<Option<Place>> {
        Ok(match Shape::of(&value, self.depth, self.budget)? {
            // A string alone is no list of events, packed or not.
            None | Some(Shape::Event) => None,
            Some(Shape::Quoted(text)) => Some(Place::Quoted(text)),
            Some(_) => Some(Place::Value(value)),
        })
    }
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
