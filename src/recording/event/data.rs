//! What planning takes from an event's `data`, whatever the event's type.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::raw::{is_list, is_object, is_string, number};
use super::{Detail, Meta};
use crate::frame::Size;
use crate::recording::json_text::{self, exact_text};
use crate::recording::rrweb_types::{EventType, IncrementalSource};

/// The fields of `data` that matter here, whichever type of event they belong to.
#[derive(Deserialize, Default)]
pub(super) struct Data<'a> {
    #[serde(borrow)]
    pub(super) source: Option<&'a RawValue>,
    #[serde(borrow)]
    href: Option<&'a RawValue>,
    #[serde(borrow)]
    width: Option<&'a RawValue>,
    #[serde(borrow)]
    height: Option<&'a RawValue>,
    #[serde(borrow)]
    positions: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) node: Option<&'a RawValue>,
    #[serde(borrow)]
    wireframes: Option<&'a RawValue>,
    #[serde(borrow)]
    updates: Option<&'a RawValue>,
    #[serde(borrow)]
    adds: Option<&'a RawValue>,
    #[serde(borrow)]
    removes: Option<&'a RawValue>,
    #[serde(borrow)]
    texts: Option<&'a RawValue>,
    #[serde(borrow)]
    attributes: Option<&'a RawValue>,
}

impl<'a> Data<'a> {
    pub(super) fn of(data: Option<&'a RawValue>) -> Self {
        data.filter(|data| is_object(data))
            .and_then(|data| serde_json::from_str(data.get()).ok())
            .unwrap_or_default()
    }

    /// The lists that rrweb wants of such a change, as far as they are there.
    fn lists(&self, source: Option<IncrementalSource>) -> impl Iterator<Item = &'a RawValue> {
        let lists = match source {
            Some(IncrementalSource::Mutation) => [self.adds, self.removes, self.texts, self.attributes],
            Some(IncrementalSource::StyleSheetRule) => [self.adds, self.removes, None, None],
            _ => [None; 4],
        };
        lists.into_iter().flatten()
    }

    /// Events decoded by an earlier tool keep their `cv`, so the field decides and not the mark.
    pub(super) fn has_compressed_field(&self, source: Option<IncrementalSource>) -> bool {
        self.lists(source).any(is_string)
    }

    /// Lists may be missing, but not be something else.
    fn has_damaged_lists(&self, source: Option<IncrementalSource>) -> bool {
        self.lists(source).any(|list| !is_list(list))
    }

    /// The first change of a list tells for all of it.
    pub(super) fn has_wireframes(&self) -> bool {
        let of_wireframes = |changes: &RawValue| {
            // Nearly all mutations are a document's; searching them is cheaper than reading them.
            if memchr::memmem::find(changes.get().as_bytes(), b"\"wireframe\"").is_none() {
                return false;
            }
            json_text::elements(changes.get())
                .next()
                .and_then(|first| json_text::member(first, "wireframe"))
                .is_some_and(|wireframe| wireframe != "null")
        };
        self.wireframes.is_some_and(is_list)
            || [self.adds, self.updates].into_iter().flatten().any(of_wireframes)
    }

    pub(super) fn detail(&self, kind: EventType, source: Option<IncrementalSource>) -> Detail {
        match (kind, source) {
            (EventType::DomContentLoaded | EventType::Load | EventType::Meta, _) => {
                Detail::Page(Box::new(Meta {
                    href: self.href.and_then(|href| exact_text(href.get())).map(Into::into),
                    size: self.size(),
                }))
            }
            (EventType::FullSnapshot, _) | (_, Some(IncrementalSource::Mutation))
                if self.has_wireframes() =>
            {
                Detail::Wireframes
            }
            _ if self.has_damaged_lists(source) => Detail::DamagedLists,
            (_, Some(IncrementalSource::ViewportResize)) => {
                self.size().map_or(Detail::None, Detail::Viewport)
            }
            (
                _,
                Some(IncrementalSource::MouseMove | IncrementalSource::TouchMove | IncrementalSource::Drag),
            ) => Detail::Moves {
                first_offset_ms: self.first_offset_ms(),
            },
            _ => Detail::None,
        }
    }

    /// Nothing for 0x0 and other sizes that cannot be shown.
    fn size(&self) -> Option<Size> {
        let side = |raw: Option<&RawValue>| {
            number(raw?.get())
                .map(|side| side.round() as u32)
                .filter(|&side| side > 0)
        };
        Some(Size::new(side(self.width)?, side(self.height)?))
    }

    fn first_offset_ms(&self) -> f64 {
        json_text::elements(self.positions.map_or("", RawValue::get))
            .filter_map(|position| number(json_text::member(position, "timeOffset")?))
            .fold(0.0, f64::min)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Event;
    use super::*;

    fn event(json: &str) -> Event {
        Event::parse(json.into(), 0).unwrap().0
    }

    #[test]
    fn lists_that_are_none_are_damaged() {
        for (data, damaged) in [
            (r#"{"source":0,"adds":[],"removes":null}"#, false),
            (r#"{"source":0,"texts":{}}"#, true),
            (r#"{"source":0,"attributes":{}}"#, true),
            (r#"{"source":8,"adds":7}"#, true),
            (r#"{"source":5,"texts":"x"}"#, false),
            (r#"{"source":77,"adds":"x"}"#, false),
        ] {
            let event = event(&format!(r#"{{"type":3,"timestamp":1,"data":{data}}}"#));
            assert_eq!(event.detail == Detail::DamagedLists, damaged, "{data}");
        }
    }

    #[test]
    fn sizes_and_addresses() {
        let meta = event(
            r#"{"type":4,"timestamp":1,"data":{"href":"https:\/\/a.test\/","width":390.4,"height":844}}"#,
        );
        assert_eq!(
            (meta.viewport(), meta.href()),
            (Some(Size::new(390, 844)), Some("https://a.test/"))
        );
        for data in [
            r#"{"width":0,"height":0}"#,
            r#"{"width":-5,"height":9}"#,
            "{}",
            "null",
            "7",
        ] {
            let meta = event(&format!(r#"{{"type":4,"timestamp":1,"data":{data}}}"#));
            assert_eq!(meta.viewport(), None, "{data}");
        }
        let resize = event(r#"{"type":3,"timestamp":1,"data":{"source":4,"width":1e12,"height":700}}"#);
        assert_eq!(resize.viewport(), Some(Size::new(u32::MAX, 700)));
    }
}
