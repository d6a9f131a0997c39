//! Plain rrweb: `[event, event, …]`. `PostHog`'s "rrweb" export is the same, with a `windowId` in each event.

use bytestring::ByteString;

use super::{Collector, Format, elements, is_event_list, unsupported};
use crate::error::{Error, Kind, Result};

pub(super) fn read(array: &ByteString, collector: &mut Collector<'_>) -> Result<Format> {
    let elements = elements(array)?;
    if !is_event_list(&elements) {
        return Err(match elements.first() {
            None => Error::new(Kind::InvalidRecording, "an empty list of events"),
            Some(first) if first.get().starts_with('[') => unsupported::several_sessions(elements.len()),
            Some(_) => Error::new(Kind::InvalidRecording, "a JSON list, but not one of rrweb events")
                .hint("An rrweb event is an object with a numeric type and timestamp."),
        });
    }
    for element in elements {
        collector.event(None, array.slice_ref(element.get()))?;
    }
    Ok(Format::RrwebArray)
}
