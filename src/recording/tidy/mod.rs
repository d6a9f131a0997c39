//! Repairs the events of one window so that a player can run them from first to last: order, repeats, what comes
//! before the first full snapshot, missing `Meta` events. Pure; `recording::open` calls [`window`] for each window.

use std::cmp::Ordering;

use super::Window;
use super::event::{Detail, Event, EventType};
use super::mobile;
use super::problem::{Place, ProblemKind, Problems};
use crate::frame::Size;

/// A recorder that says no size is assumed to have had this one.
const ASSUMED_VIEWPORT: Size = Size::new(1280, 720);

/// No session lasts this long: rrweb's users cut them after a day.
const LONGEST_PAUSE_MS: f64 = 30.0 * 24.0 * 3_600_000.0;

/// The window made playable, or nothing if it has no full snapshot.
pub(super) fn window(mut window: Window, problems: &mut Problems) -> Option<Window> {
    let events = &mut window.events;
    sort(events, problems);
    drop_repeats(events, problems);
    mobile::to_web(events, problems);
    if !events.iter().any(Event::is_full_snapshot) {
        note_all(&*events, ProblemKind::WindowWithoutFullSnapshot, problems);
        return None;
    }
    drop_before_full_snapshot(events, problems);
    repair_meta(events, problems);
    note_clock_jumps(events, problems);
    Some(window)
}

fn note_all<'a>(events: impl IntoIterator<Item = &'a Event>, kind: ProblemKind, problems: &mut Problems) {
    for event in events {
        problems.note(kind, Place::Event(event.index));
    }
}

/// Sorts by time. Events of one millisecond keep the order of the input: in another, rrweb puts text into the
/// wrong nodes.
fn sort(events: &mut [Event], problems: &mut Problems) {
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

/// Drops what was delivered twice: immediate repeats, and runs of one millisecond that are one block over and over.
/// A change and its later undoing look alike but are neither, and stay.
fn drop_repeats(events: &mut Vec<Event>, problems: &mut Problems) {
    let mut kept: Vec<Event> = Vec::with_capacity(events.len());
    let mut rest = std::mem::take(events).into_iter().peekable();
    let mut run: Vec<Event> = Vec::new();
    while let Some(event) = rest.next() {
        let goes_on = rest
            .peek()
            .is_some_and(|next| next.timestamp_ms <= event.timestamp_ms);
        run.push(event);
        if !goes_on {
            let block = block_length(&run);
            note_all(&run[block..], ProblemKind::Duplicate, problems);
            run.truncate(block);
            run.dedup_by(|next, event| {
                let repeat = next.json == event.json && !is_mutation_chunk(next);
                if repeat {
                    problems.note(ProblemKind::Duplicate, Place::Event(next.index));
                }
                repeat
            });
            kept.append(&mut run);
        }
    }
    *events = kept;
}

/// The length of the block that a run repeats, which is the whole run if it does not.
fn block_length(run: &[Event]) -> usize {
    if run.iter().any(is_mutation_chunk) {
        return run.len();
    }
    let repeats = |block: &usize| {
        run.len().is_multiple_of(*block)
            && run[*block..]
                .iter()
                .zip(run)
                .all(|(event, before)| event.json == before.json)
    };
    (1..=run.len() / 2).find(repeats).unwrap_or(run.len())
}

/// `PostHog` splits huge mutations into chunks, which may be alike without being repeats.
fn is_mutation_chunk(event: &Event) -> bool {
    event.json.contains("\"isMutationChunk\"")
}

/// The player has no document yet that these could change.
fn drop_before_full_snapshot(events: &mut Vec<Event>, problems: &mut Problems) {
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

/// Gives each `Meta` a usable size, and the first full snapshot a `Meta` before it.
fn repair_meta(events: &mut Vec<Event>, problems: &mut Problems) {
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
        events.insert(
            first_snapshot,
            meta(snapshot.timestamp_ms, snapshot.index, href, size),
        );
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
        Detail::Page { size, .. } => size,
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
        detail: Detail::Page {
            href: Some(href.into()),
            size: Some(size),
        },
        index,
        json: json.to_string().into(),
    }
}

fn note_clock_jumps(events: &[Event], problems: &mut Problems) {
    let before_1970 = events.iter().filter(|event| event.timestamp_ms < 0.0);
    let jumps = events
        .windows(2)
        .filter(|pair| pair[1].timestamp_ms - pair[0].timestamp_ms > LONGEST_PAUSE_MS)
        .map(|pair| &pair[1]);
    note_all(before_1970.chain(jumps), ProblemKind::ClockJump, problems);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording::problem::Problem;

    const SNAPSHOT: &str = r#""type":2,"data":{"node":{}}"#;
    const META: &str = r#""type":4,"data":{"href":"a","width":800,"height":600}"#;
    const CHANGE: &str = r#""type":3,"data":{"source":0}"#;
    const OTHER_CHANGE: &str = r#""type":3,"data":{"source":0,"texts":[]}"#;

    /// Events from (timestamp, rest) pairs, tidied.
    fn tidied(events: &[(f64, &str)]) -> (Vec<Event>, Vec<Problem>) {
        let events = events
            .iter()
            .zip(0..)
            .map(|((timestamp, rest), index)| {
                let json = format!("{{\"timestamp\":{timestamp},{rest}}}");
                Event::parse(json.into(), index).unwrap().0
            })
            .collect();
        let mut problems = Problems::default();
        let id = "w".to_owned();
        let events =
            window(Window { id, events }, &mut problems).map_or_else(Vec::new, |window| window.events);
        (events, problems.into_vec())
    }

    fn order(events: &[Event]) -> Vec<u64> {
        events.iter().map(|event| event.index).collect()
    }

    fn counts(problems: &[Problem]) -> Vec<(ProblemKind, u64, Place)> {
        problems
            .iter()
            .map(|problem| (problem.kind, problem.count, problem.first))
            .collect()
    }

    #[test]
    fn a_clean_window_stays_as_it_is() {
        let (events, problems) = tidied(&[(1.0, META), (1.0, SNAPSHOT), (1.0, CHANGE), (2.0, CHANGE)]);
        assert_eq!((order(&events), problems.len()), (vec![0, 1, 2, 3], 0));
    }

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
    fn repeats_go_and_undone_changes_stay() {
        let (events, problems) = tidied(&[
            (1.0, META),
            (1.0, SNAPSHOT),
            (1.0, META),
            (1.0, SNAPSHOT),
            (2.0, CHANGE),
            (2.0, CHANGE),
            (2.0, OTHER_CHANGE),
            (3.0, CHANGE),
            (3.0, OTHER_CHANGE),
            (3.0, CHANGE),
        ]);
        assert_eq!(order(&events), [0, 1, 4, 6, 7, 8, 9]);
        assert_eq!(counts(&problems), [(ProblemKind::Duplicate, 3, Place::Event(2))]);
        let chunk = r#""type":3,"data":{"source":0,"isMutationChunk":true}"#;
        let (events, _) = tidied(&[(1.0, META), (1.0, SNAPSHOT), (2.0, chunk), (2.0, chunk)]);
        assert_eq!(events.len(), 4);
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
    fn a_window_without_snapshot_goes() {
        let (events, problems) = tidied(&[(1.0, META), (2.0, CHANGE)]);
        assert_eq!(events.len(), 0);
        assert_eq!(
            counts(&problems),
            [(ProblemKind::WindowWithoutFullSnapshot, 2, Place::Event(0))]
        );
    }

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

    #[test]
    fn absurd_times_are_kept_and_reported() {
        let (events, problems) = tidied(&[(-5.0, META), (1.0, SNAPSHOT), (1e13, CHANGE)]);
        assert_eq!(events.len(), 3);
        assert_eq!(counts(&problems), [(ProblemKind::ClockJump, 2, Place::Event(0))]);
    }
}
