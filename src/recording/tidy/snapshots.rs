//! What belongs to a full snapshot, but is told at other times: recorders write the documents of frames and adopted style
//! sheets when they are done with the page itself. `tidy` calls it for each window.

use serde::Deserialize;

use super::order;
use crate::recording::event::Event;
use crate::recording::rrweb_types::{EventType, IncrementalSource};

/// A page takes no longer to be written.
const LONGEST_SNAPSHOT_MS: f64 = 1000.0;

/// What follows later than this after what came before is news, such as a frame that has loaded.
const LONGEST_PAUSE_MS: f64 = 100.0;

/// Gives what completes a full snapshot the snapshot's own time, so that no frame shows the page without it. The first
/// snapshot, which a player shows from the beginning on, gets the time of its `Meta`: until it was written, the page was as
/// it is in it.
pub(super) fn complete(events: &mut [Event]) {
    let mut moved = false;
    let mut is_first = true;
    for at in 0..events.len() {
        if !events[at].is_full_snapshot() {
            continue;
        }
        let time = if is_first { begun(&events[..=at]) } else { None };
        let time = time.unwrap_or(events[at].timestamp_ms);
        moved |= complete_one(&mut events[at..], time);
        is_first = false;
    }
    if moved {
        order::by_time(events);
    }
}

/// When the full snapshot that these events end with was begun, if they tell it.
fn begun(events: &[Event]) -> Option<f64> {
    let [.., meta, snapshot] = events else {
        return None;
    };
    let is_begin =
        meta.kind == EventType::Meta && snapshot.timestamp_ms - meta.timestamp_ms <= LONGEST_SNAPSHOT_MS;
    is_begin.then_some(meta.timestamp_ms)
}

/// Gives the full snapshot that these events begin with, and what completes it, this time. Says whether anything was moved.
fn complete_one(events: &mut [Event], time: f64) -> bool {
    let Some(snapshot) = events.first() else {
        return false;
    };
    let mut latest = snapshot.timestamp_ms;
    let mut moved = false;
    for (nth, event) in events.iter_mut().enumerate() {
        if event.timestamp_ms - latest > LONGEST_PAUSE_MS {
            break;
        }
        if nth == 0 || completes_snapshot(event) {
            latest = event.timestamp_ms;
            if latest > time {
                event.set_timestamp(time);
                moved = true;
            }
        } else if changes_page(event) {
            break;
        }
    }
    moved
}

fn completes_snapshot(event: &Event) -> bool {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Mutation {
        is_attach_iframe: bool,
    }
    match event.source {
        Some(IncrementalSource::AdoptedStyleSheet) => true,
        Some(IncrementalSource::Mutation) => event
            .data_as::<Mutation>()
            .is_some_and(|mutation| mutation.is_attach_iframe),
        _ => false,
    }
}

/// Whether the page may be another after the event.
const fn changes_page(event: &Event) -> bool {
    match event.kind {
        EventType::Custom | EventType::Plugin => false,
        EventType::IncrementalSnapshot => !matches!(
            event.source,
            Some(
                IncrementalSource::MouseMove
                    | IncrementalSource::TouchMove
                    | IncrementalSource::Drag
                    | IncrementalSource::Log
                    | IncrementalSource::CustomElement
            )
        ),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording::tidy::tests::{CHANGE, META, SNAPSHOT, events, tidied};

    const SHEET: &str = r#""type":3,"data":{"source":15,"id":1,"styles":[],"styleIds":[2]}"#;
    const OTHER_SHEET: &str = r#""type":3,"data":{"source":15,"id":5,"styles":[],"styleIds":[2]}"#;
    const FRAME: &str = r#""type":3,"data":{"source":0,"adds":[],"isAttachIframe":true}"#;
    const MOVE: &str = r#""type":3,"data":{"source":1,"positions":[{"x":1,"y":1,"id":1,"timeOffset":0}]}"#;
    const CUSTOM: &str = r#""type":5,"data":{"tag":"a","payload":{}}"#;

    /// Milliseconds after the first snapshot at which the events are played that follow it at these.
    fn times(after: &[(f64, &str)]) -> Vec<f64> {
        let start = 1.6e12;
        let mut input = vec![(start, META), (start, SNAPSHOT)];
        input.extend(after.iter().map(|(ms, rest)| (start + ms, *rest)));
        let (events, problems) = tidied(&input);
        assert_eq!(problems, []);
        events[2..]
            .iter()
            .map(|event| event.timestamp_ms - start)
            .collect()
    }

    #[test]
    fn what_completes_a_snapshot_gets_its_time() {
        for (after, expected) in [
            (&[(9.0, FRAME), (10.0, SHEET)][..], vec![0.0, 0.0]),
            (
                &[(90.0, FRAME), (180.0, SHEET), (290.0, OTHER_SHEET)],
                vec![0.0, 0.0, 290.0],
            ),
            (&[(5.0, MOVE), (6.0, CUSTOM), (9.0, FRAME)], vec![0.0, 5.0, 6.0]),
            (&[(5.0, CHANGE), (9.0, FRAME)], vec![5.0, 9.0]),
            (&[(2000.0, FRAME), (2010.0, SHEET)], vec![2000.0, 2010.0]),
            (&[(400.0, SNAPSHOT), (409.0, FRAME)], vec![400.0, 400.0]),
        ] {
            assert_eq!(times(after), expected, "{after:?}");
        }
    }

    #[test]
    fn the_first_snapshot_gets_the_time_of_its_meta() {
        for (snapshots, expected) in [
            ([30.0, 90.0], [0.0, 0.0, 90.0]),
            ([1500.0, 1600.0], [0.0, 1500.0, 1600.0]),
        ] {
            let start = 1.6e12;
            let [first, second] = snapshots.map(|ms| (start + ms, SNAPSHOT));
            let (events, _) = tidied(&[(start, META), first, second]);
            let times: Vec<f64> = events.iter().map(|event| event.timestamp_ms - start).collect();
            assert_eq!(times, expected);
        }
    }

    #[test]
    fn the_page_gets_the_time_as_well() {
        let mut events = events(&[(1000.0, SNAPSHOT), (1007.0, SHEET)]);
        complete(&mut events);
        assert!(
            events[1].json.contains(r#""timestamp":1000,"#),
            "{}",
            events[1].json
        );
    }
}
