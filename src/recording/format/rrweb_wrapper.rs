//! rrweb events somewhere in an object: `{"events":[…]}`, `{"result":[…]}`, `{"data":{"snapshots":[…]}}` and
//! whatever else tools write. The first list that looks like rrweb events is taken, the shallowest first.

use std::fmt;

use bytestring::ByteString;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::{Collector, Format, elements, is_event_list};
use crate::error::{Error, Kind, Result};

/// No tool hides its events deeper than this.
const DEPTH: usize = 8;

pub(super) fn read(text: &ByteString, collector: &mut Collector<'_>) -> Result<Format> {
    let mut level = vec![&**text];
    for _ in 0..DEPTH {
        let mut next = Vec::new();
        for object in level {
            // Keys that are no text, and the like, make an object unreadable; the events may be in another.
            let Ok(Values(values)) = serde_json::from_str(object) else {
                continue;
            };
            for value in values {
                match value.get().as_bytes()[0] {
                    b'[' => {
                        let elements = elements(value.get())?;
                        if is_event_list(&elements) {
                            for element in elements {
                                collector.event(None, text.slice_ref(element.get()))?;
                            }
                            return Ok(Format::RrwebWrapper);
                        }
                    }
                    b'{' => next.push(value.get()),
                    _ => {}
                }
            }
        }
        level = next;
    }
    Err(Error::new(
        Kind::InvalidRecording,
        "a JSON object without a list of rrweb events in it",
    )
    .hint("An rrweb event is an object with a numeric type and timestamp."))
}

/// The values of an object in the order of the text, unread.
struct Values<'a>(Vec<&'a RawValue>);

impl<'de> Deserialize<'de> for Values<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;
        impl<'de> Visitor<'de> for Collect {
            type Value = Values<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut values = Vec::new();
                while let Some((_, value)) = map.next_entry::<serde::de::IgnoredAny, &RawValue>()? {
                    values.push(value);
                }
                Ok(Values(values))
            }
        }
        deserializer.deserialize_map(Collect)
    }
}
