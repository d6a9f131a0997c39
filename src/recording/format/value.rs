//! What one JSON value is, told by its content: an event, a list of events, an object that holds some, or several of
//! these. `read_text` calls [`read`] for a whole input, `lines` for each line; values within values come back here.

use bytestring::ByteString;
use serde_json::value::RawValue;

use super::collector::unquote;
use super::posthog_block::Block;
use super::posthog_wire::Capture;
use super::rrweb_wrapper::Wrapped;
use super::{Collector, Fields, Format, elements, is_event, posthog_export, read_text, rrweb_wrapper};
use crate::error::Result;
use crate::recording::budget::Budget;

/// Values within values: no tool goes deeper than this.
pub(super) const DEPTH: usize = 8;

/// The elements of a list that are looked at to tell what it is.
const SAMPLE: usize = 5;

pub(super) enum Shape<'a> {
    Event,
    /// rrweb's own form: `[event, event, …]`.
    Events(Vec<&'a RawValue>),
    /// Each of any shape, all of the same as a rule.
    Values(Vec<&'a RawValue>),
    /// JSON in a string.
    Quoted(ByteString),
    Block(Block<'a>),
    Capture(Capture<'a>),
    Export,
    Wrapper(Wrapped),
    /// What `Sentry` writes in front of each segment: `{"segment_id":0}`.
    SegmentHeader,
}

impl<'a> Shape<'a> {
    /// Nothing for a value in which there are no events.
    pub(super) fn of(value: &'a ByteString, depth: usize, budget: &mut Budget) -> Result<Option<Self>> {
        if is_event(value) {
            return Ok(Some(Self::Event));
        }
        if depth == 0 {
            return Ok(None);
        }
        match value.as_bytes().first() {
            Some(b'[') => Self::of_list(value, depth, budget),
            Some(b'{') => Self::of_object(value, depth, budget),
            Some(b'"') => Self::of_string(value, depth, budget),
            _ => Ok(None),
        }
    }

    fn of_list(list: &'a ByteString, depth: usize, budget: &mut Budget) -> Result<Option<Self>> {
        if let Some(block) = Block::of_pair(list) {
            return Ok(Some(Self::Block(block)));
        }
        let Some(elements) = elements(list) else {
            return Ok(None);
        };
        if elements
            .iter()
            .take(SAMPLE)
            .any(|element| is_event(element.get()))
        {
            return Ok(Some(Self::Events(elements)));
        }
        for element in elements.iter().take(SAMPLE) {
            let element = list.slice_ref(element.get());
            let found = match Shape::of(&element, depth - 1, budget)? {
                None => false,
                // The captured events of a product are of many kinds.
                Some(Shape::Capture(capture)) => {
                    capture.is_snapshot() || elements.iter().any(|element| Capture::is_one(element.get()))
                }
                Some(_) => true,
            };
            if found {
                return Ok(Some(Self::Values(elements)));
            }
        }
        Ok(None)
    }

    fn of_object(object: &'a ByteString, depth: usize, budget: &mut Budget) -> Result<Option<Self>> {
        let Some(fields) = Fields::of(object) else {
            return Ok(None);
        };
        if let Some(capture) = Capture::of(&fields) {
            return Ok(Some(Self::Capture(capture)));
        }
        if posthog_export::is_one(&fields) {
            return Ok(Some(Self::Export));
        }
        if let Some(block) = Block::of_object(&fields) {
            return Ok(Some(Self::Block(block)));
        }
        let mut names = fields.iter().map(|(name, _)| name);
        if names.next() == Some("segment_id") && names.next().is_none() {
            return Ok(Some(Self::SegmentHeader));
        }
        Ok(rrweb_wrapper::find(object, depth - 1, budget)?.map(Self::Wrapper))
    }

    fn of_string(string: &'a ByteString, depth: usize, budget: &mut Budget) -> Result<Option<Self>> {
        if !string.starts_with("\"[") && !string.starts_with("\"{") {
            return Ok(None);
        }
        let Some(text) = unquote(string, budget)? else {
            return Ok(None);
        };
        let Some(Ok(first)) = serde_json::Deserializer::from_str(&text)
            .into_iter::<&RawValue>()
            .next()
        else {
            return Ok(None);
        };
        let first = text.slice_ref(first.get());
        let holds_events = Shape::of(&first, depth - 1, budget)?.is_some();
        Ok(holds_events.then_some(Self::Quoted(text)))
    }
}

/// Reads a value of any shape; what there are no events in gives nothing.
pub(super) fn read(
    value: &ByteString,
    depth: usize,
    collector: &mut Collector<'_>,
) -> Result<Option<Format>> {
    let Some(shape) = Shape::of(value, depth, collector.budget)? else {
        return Ok(None);
    };
    let format = match shape {
        Shape::Event => {
            collector.event(None, value.clone())?;
            Format::RrwebLines
        }
        Shape::Events(events) => {
            collector.begin_session();
            read_events(value, events, collector)?;
            Format::RrwebArray
        }
        Shape::Values(values) => {
            let mut format = None;
            for element in values {
                let element = value.slice_ref(element.get());
                match read(&element, depth - 1, collector)? {
                    Some(read) => format = format.or(Some(read)),
                    None => collector.event(None, element)?,
                }
            }
            several(format)
        }
        Shape::Quoted(text) => read_text(&text, depth - 1, collector)?,
        Shape::Block(block) => {
            block.read(value, collector)?;
            Format::PosthogLines
        }
        Shape::Capture(capture) => {
            capture.read(value, collector)?;
            Format::PosthogWire
        }
        Shape::Export => {
            posthog_export::read(value, collector)?;
            Format::PosthogExport
        }
        Shape::Wrapper(wrapped) => rrweb_wrapper::read(&wrapped, depth - 1, collector)?,
        Shape::SegmentHeader => {
            collector.begin_segments();
            Format::RrwebLists
        }
    };
    Ok(Some(format))
}

pub(super) fn read_events(
    text: &ByteString,
    events: Vec<&RawValue>,
    collector: &mut Collector<'_>,
) -> Result<()> {
    for event in events {
        collector.event(None, text.slice_ref(event.get()))?;
    }
    Ok(())
}

/// The format of several values, from that of the first.
pub(super) fn several(format: Option<Format>) -> Format {
    match format {
        Some(Format::RrwebArray) => Format::RrwebLists,
        Some(format) => format,
        None => Format::RrwebLines,
    }
}
