//! The order of a window's events, and where they may begin. `tidy` calls it once the clock is right.

use std::cmp::Ordering;

use super::note_all;
use crate::recording::event::{Event, EventType};
use crate::recording::problem::{Place, ProblemKind, Problems};

/// Sorts by time. Events of one millisecond keep the order of the input: in another, rrweb puts text into the
/// wrong nodes.
pub(super) fn sort(events: &mut [Event], problems: &mut Problems) {
    let mut latest = f64::NEG_INFINITY;
    let late = events.iter().filter(|event| {
        let late = event.timestamp_ms < latest;
        latest = latest.max(event.timestamp_ms);
        late
    });
    note_all(late, ProblemKind::OutOfOrder, problems);
    events.sort_by(|a, b| {
        a.timestamp_ms
            .partial_cmp(&b.timestamp_ms)
            .unwrap_or(Ordering::Equal)
    });
}

/// The player has no document yet that these could change.
pub(super) fn drop_before_full_snapshot(events: &mut Vec<Event>, problems: &mut Problems) {
    let mut seen = false;
    events.retain(|event| {
        seen |= event.is_full_snapshot();
        let keep = seen || event.kind != EventType::IncrementalSnapshot;
        if !keep {
            problems.note(ProblemKind::BeforeFullSnapshot, Place::Event(event.index));
        }
        keep
    });
}
