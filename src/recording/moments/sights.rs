//! When a window has something to be seen: `--trim-start` leaves out what comes before.

use super::document::Document;
use crate::recording::rrweb_types::{EventType, IncrementalSource};
use crate::recording::{Span, Window};

/// Whoever hides so much has something else in mind than a page that loads.
const MOST_LOOKS: u64 = 20_000_000;

/// The spans of session time in which a window has something to be seen, in order. Each begins with the event after
/// which its document has text, an image, a form field or the like that is not hidden, and ends with the next full
/// snapshot that has none; the last has no end. What a page takes away again ends nothing.
pub fn sights(window: &Window, started_ms: f64) -> Vec<Span> {
    let mut sights: Vec<Span> = Vec::new();
    let mut document = Document::default();
    let mut is_blank = true;
    let mut looks = 0;
    for event in &window.events {
        let is_snapshot = event.kind == EventType::FullSnapshot;
        // Until the next snapshot nothing more has to be known of a page that shows something.
        if !is_snapshot && (!is_blank || event.source != Some(IncrementalSource::Mutation)) {
            continue;
        }
        document.apply(event);
        let shows = looks > MOST_LOOKS || document.shows_something(&mut looks);
        if shows == is_blank {
            let session_ms = (event.timestamp_ms - started_ms).max(0.0);
            if shows {
                sights.push(Span {
                    start_ms: session_ms,
                    end_ms: f64::INFINITY,
                });
            } else if let Some(last) = sights.last_mut() {
                last.end_ms = session_ms;
            }
            is_blank = !shows;
        }
    }
    sights
}

#[cfg(test)]
mod tests {
    use super::super::tests::recording_of;
    use super::*;

    /// Seconds of the sights of a window with these events: (second, type, data).
    fn seconds(events: &[(u32, u8, &str)]) -> Vec<(f64, f64)> {
        let recording = recording_of(events);
        let found = sights(&recording.windows[0], recording.started_ms);
        found
            .iter()
            .map(|span| (span.start_ms / 1000.0, span.end_ms / 1000.0))
            .collect()
    }

    const META: (u32, u8, &str) = (0, 4, r#"{"href":"https://a.test/","width":800,"height":600}"#);
    const BLANK: &str = r#"{"node":{"type":0,"childNodes":[{"type":2,"tagName":"html","attributes":{},"childNodes":[
        {"type":2,"tagName":"head","attributes":{},"childNodes":[
            {"type":2,"tagName":"title","attributes":{},"childNodes":[{"type":3,"textContent":"Shop","id":3}],"id":2}],"id":4},
        {"type":2,"tagName":"body","attributes":{},"childNodes":[{"type":3,"textContent":"\n ","id":6},
            {"type":2,"tagName":"noscript","attributes":{},"childNodes":[{"type":3,"textContent":"No!","id":8}],"id":7},
            {"type":2,"tagName":"div","attributes":{"hidden":""},"childNodes":[{"type":3,"textContent":"x","id":10}],"id":9}
        ],"id":5}],"id":11}],"id":1}}"#;
    const ADD: &str = r#"{"source":0,"texts":[],"removes":[],"attributes":[],"adds":[
        {"parentId":5,"nextId":null,"node":{"type":3,"textContent":"Welcome","id":20}}]}"#;
    const REMOVE: &str =
        r#"{"source":0,"texts":[],"adds":[],"attributes":[],"removes":[{"parentId":5,"id":20}]}"#;
    const REVEAL: &str = r#"{"source":0,"texts":[],"adds":[],"removes":[],"attributes":[{"id":9,"attributes":{"hidden":null}}]}"#;
    const MOVE: &str = r#"{"source":1,"positions":[{"x":1,"y":1,"id":5,"timeOffset":0}]}"#;

    #[test]
    fn a_page_is_seen_from_its_first_contents_on() {
        let end = f64::INFINITY;
        for (events, expected) in [
            (&[META, (1, 2, BLANK), (2, 3, MOVE)][..], vec![]),
            (
                &[META, (1, 2, BLANK), (2, 3, MOVE), (3, 3, ADD)],
                vec![(3.0, end)],
            ),
            (&[META, (1, 2, BLANK), (4, 3, REVEAL)], vec![(4.0, end)]),
            (
                &[META, (1, 2, BLANK), (3, 3, ADD), (4, 3, REMOVE)],
                vec![(3.0, end)],
            ),
            (
                &[META, (1, 2, BLANK), (3, 3, ADD), (9, 2, BLANK), (12, 3, REVEAL)],
                vec![(3.0, 9.0), (12.0, end)],
            ),
        ] {
            assert_eq!(seconds(events), expected, "{events:?}");
        }
    }
}
