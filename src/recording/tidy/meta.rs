//! Sees to it that a player knows the size of the viewport before it draws. `tidy` calls it for each window.

use crate::frame::Size;
use crate::recording::event::{Detail, Event, Meta};
use crate::recording::problem::{Place, ProblemKind, Problems};
use crate::recording::rrweb_types::EventType;

/// A recorder that says no size is assumed to have had this one.
const ASSUMED_VIEWPORT: Size = Size::new(1280, 720);

/// Gives each `Meta` a usable size, and the first full snapshot a `Meta` before it.
pub(super) fn repair(events: &mut Vec<Event>, problems: &mut Problems) {
    let Some(first_snapshot) = events.iter().position(Event::is_full_snapshot) else {
        return;
    };
    let place = Place::Event(events[first_snapshot].index);
    let mut size = events.iter().find_map(told_size).unwrap_or_else(|| {
        problems.note(ProblemKind::UnknownViewport, place);
        ASSUMED_VIEWPORT
    });
    if !events[..first_snapshot]
        .iter()
        .any(|event| event.kind == EventType::Meta)
    {
        problems.note(ProblemKind::MissingMeta, place);
        let snapshot = &events[first_snapshot];
        let href = events.iter().find_map(Event::href).unwrap_or("about:blank");
        let meta = meta(snapshot.timestamp_ms, snapshot.index, href, size);
        // There may be as many windows as events, and each grows by this one only.
        events.reserve_exact(1);
        events.insert(first_snapshot, meta);
    }
    for event in events.iter_mut() {
        match event.viewport() {
            Some(viewport) => size = viewport,
            None if event.kind == EventType::Meta => {
                problems.note(ProblemKind::MissingMeta, Place::Event(event.index));
                *event = meta(
                    event.timestamp_ms,
                    event.index,
                    event.href().unwrap_or_default(),
                    size,
                );
            }
            None => {}
        }
    }
}

/// A size from any event that has one, pre-1.0 `Load` included.
fn told_size(event: &Event) -> Option<Size> {
    match event.detail {
        Detail::Page(ref meta) => meta.size,
        Detail::Viewport(size) | Detail::Screen(size) => Some(size),
        _ => None,
    }
}

fn meta(timestamp_ms: f64, index: u64, href: &str, size: Size) -> Event {
    let json = serde_json::json!({
        "type": 4,
        "timestamp": timestamp_ms,
        "data": { "href": href, "width": size.width, "height": size.height },
    });
    Event {
        timestamp_ms,
        kind: EventType::Meta,
        source: None,
        detail: Detail::Page(Box::new(Meta {
            href: Some(href.into()),
            size: Some(size),
        })),
        index,
        json: json.to_string().into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording::tidy::tests::{META, SNAPSHOT, counts, tidied};

    #[test]
    fn a_missing_meta_takes_its_size_from_what_there_is() {
        let old = [
            (1.0, r#""type":0,"data":{"href":"http://a.test/"}"#),
            (2.0, r#""type":1,"data":{"width":1440,"height":809}"#),
            (2.5, SNAPSHOT),
        ];
        let resized = [
            (2.5, SNAPSHOT),
            (3.0, r#""type":3,"data":{"source":4,"width":700,"height":300}"#),
        ];
        for (input, size, href, assumed) in [
            (&old[..], Size::new(1440, 809), "http://a.test/", false),
            (&resized[..], Size::new(700, 300), "about:blank", false),
            (&[(2.5, SNAPSHOT)][..], ASSUMED_VIEWPORT, "about:blank", true),
        ] {
            let (events, problems) = tidied(input);
            let at = events.iter().position(Event::is_full_snapshot).unwrap();
            let meta = &events[at - 1];
            assert_eq!(
                (meta.viewport(), meta.href(), meta.kind),
                (Some(size), Some(href), EventType::Meta)
            );
            // What the page gets says the same.
            let (parsed, _) = Event::parse(meta.json.clone(), 0).unwrap();
            assert_eq!(
                (&parsed.detail, parsed.timestamp_ms.to_bits()),
                (&meta.detail, 2.5_f64.to_bits())
            );
            let has = |kind| problems.iter().any(|problem| problem.kind == kind);
            assert!(has(ProblemKind::MissingMeta));
            assert_eq!(has(ProblemKind::UnknownViewport), assumed);
        }
    }

    #[test]
    fn a_meta_without_size_takes_the_size_in_force() {
        let empty = r#""type":4,"data":{"href":"b","width":0,"height":0}"#;
        let (events, problems) = tidied(&[(1.0, empty), (1.0, SNAPSHOT), (2.0, META), (3.0, empty)]);
        let metas: Vec<_> = events
            .iter()
            .filter_map(|event| Some((event.href()?, event.viewport()?)))
            .collect();
        let size = Size::new(800, 600);
        assert_eq!(metas, [("b", size), ("a", size), ("b", size)]);
        assert_eq!(
            counts(&problems),
            [(ProblemKind::MissingMeta, 2, Place::Event(0))]
        );
    }
}
