//! The order of a window's events, and where they may begin. `tidy` calls it once the clock is right.

use std::cmp::Ordering;

use super::note_all;
use crate::recording::event::Event;
use crate::recording::problem::{Place, ProblemKind, Problems};
use crate::recording::rrweb_types::EventType;

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
    by_time(events);
}

/// The same without a word, for what was moved on purpose.
pub(super) fn by_time(events: &mut [Event]) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording::tidy::tests::{CHANGE, META, OTHER_CHANGE, SNAPSHOT, counts, order, tidied};

    #[test]
    fn time_orders_and_the_input_breaks_ties() {
        let (events, problems) = tidied(&[
            (5.0, CHANGE),
            (5.0, OTHER_CHANGE),
            (1.0, META),
            (1.0, SNAPSHOT),
            (5.0, CHANGE),
        ]);
        assert_eq!(order(&events), [2, 3, 0, 1, 4]);
        assert_eq!(counts(&problems), [(ProblemKind::OutOfOrder, 2, Place::Event(2))]);
    }

    #[test]
    fn changes_before_the_first_snapshot_go() {
        let load = r#""type":1,"data":{}"#;
        let (events, problems) = tidied(&[
            (1.0, CHANGE),
            (1.5, load),
            (2.0, META),
            (2.0, OTHER_CHANGE),
            (3.0, SNAPSHOT),
            (4.0, CHANGE),
        ]);
        assert_eq!(order(&events), [1, 2, 4, 5]);
        assert_eq!(
            counts(&problems),
            [(ProblemKind::BeforeFullSnapshot, 2, Place::Event(0))]
        );
    }

    #[test]
    fn unknown_types_and_sources_stay() {
        let unknown = r#""type":3,"data":{"source":77}"#;
        let (events, problems) = tidied(&[
            (1.0, META),
            (1.0, SNAPSHOT),
            (1.5, r#""type":99,"data":7"#),
            (2.0, unknown),
            (3.0, r#""type":6"#),
        ]);
        assert_eq!((order(&events), problems.len()), (vec![0, 1, 2, 3, 4], 0));
    }
}
