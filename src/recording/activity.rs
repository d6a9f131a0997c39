//! When the user did something: the spans that idle cuts and the choice of a window go by.
//! What only the page does (mutations, styles, canvas, console) is no activity.

use serde::Serialize;

use super::event::{Detail, Event};
use super::rrweb_types::{EventType, IncrementalSource};

/// Activity that pauses no longer than this is one span, unless a caller says otherwise.
pub const ACTIVITY_GAP_MS: f64 = 5000.0;

/// A stretch of session time, both ends in it; a single click is a span without length.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Span {
    pub start_ms: f64,
    pub end_ms: f64,
}

/// The active spans of some events, in order, those merged that are at most `gap_ms` apart.
pub fn spans<'a>(events: impl IntoIterator<Item = &'a Event>, started_ms: f64, gap_ms: f64) -> Vec<Span> {
    let mut spans: Vec<Span> = events
        .into_iter()
        .filter(|event| is_active(event))
        .map(|event| extent(event, started_ms))
        .collect();
    // Collected moves reach back in front of the events before them.
    spans.sort_by(|a, b| a.start_ms.total_cmp(&b.start_ms));
    spans.dedup_by(|next, merged| {
        let close = next.start_ms - merged.end_ms <= gap_ms;
        if close {
            merged.end_ms = merged.end_ms.max(next.end_ms);
        }
        close
    });
    spans
}

pub(super) fn total_ms(spans: &[Span]) -> f64 {
    spans.iter().map(|span| span.end_ms - span.start_ms).sum()
}

fn is_active(event: &Event) -> bool {
    use IncrementalSource as Source;
    match event.kind {
        // PostHog counts them as well: a person may have opened the page.
        EventType::FullSnapshot | EventType::Meta => true,
        EventType::IncrementalSnapshot => matches!(
            event.source,
            Some(
                Source::MouseMove
                    | Source::MouseInteraction
                    | Source::Scroll
                    | Source::ViewportResize
                    | Source::Input
                    | Source::TouchMove
                    | Source::MediaInteraction
                    | Source::Drag
            )
        ),
        _ => false,
    }
}

/// Pointer positions are collected for a while and sent with the time of the last.
pub(crate) fn extent(event: &Event, started_ms: f64) -> Span {
    let end_ms = event.timestamp_ms - started_ms;
    let start_ms = match event.detail {
        Detail::Moves { first_offset_ms } => (end_ms + first_offset_ms).max(0.0),
        _ => end_ms,
    };
    Span { start_ms, end_ms }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(timestamp: u32, kind: u8, source: u8, offset: i32) -> Event {
        let json = format!(
            r#"{{"type":{kind},"timestamp":{timestamp},"data":{{"source":{source},"node":{{}},"positions":[{{"timeOffset":{offset}}}]}}}}"#
        );
        Event::parse(json.into(), 0).unwrap().0
    }

    fn ms(spans: &[Span]) -> Vec<(f64, f64)> {
        spans.iter().map(|span| (span.start_ms, span.end_ms)).collect()
    }

    #[test]
    fn only_what_the_user_does_is_activity() {
        let active: Vec<u8> = (0..=17)
            .filter(|&source| is_active(&event(0, 3, source, 0)))
            .collect();
        assert_eq!(active, [1, 2, 3, 4, 5, 6, 7, 12]);
        let active: Vec<u8> = (0..=7)
            .filter(|&kind| is_active(&event(0, kind, 99, 0)))
            .collect();
        assert_eq!(active, [2, 4]);
    }

    #[test]
    fn moves_reach_back_and_close_spans_merge() {
        let events = [
            event(1000, 4, 0, 0),
            event(6000, 3, 2, 0),
            event(12_000, 3, 1, -1500),
            event(11_000, 3, 3, 0),
            event(12_500, 3, 0, 0),
        ];
        assert_eq!(ms(&spans(&events, 1000.0, 5000.0)), [(0.0, 11_000.0)]);
        let spans = spans(&events, 1000.0, 4000.0);
        assert_eq!(ms(&spans), [(0.0, 0.0), (5000.0, 5000.0), (9500.0, 11_000.0)]);
        assert!((total_ms(&spans) - 1500.0).abs() < f64::EPSILON);
    }

    #[test]
    fn an_absurd_offset_stays_within_the_session() {
        let spans = spans(&[event(5000, 3, 1, -1_000_000)], 2000.0, 0.0);
        assert_eq!(ms(&spans), [(0.0, 3000.0)]);
    }
}
