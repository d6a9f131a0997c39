//! Makes the events of one window playable from first to last, in steps that each have their own file. Pure;
//! `Archive::into_recording` calls [`window`] for each window.

mod clock;
mod extensions;
mod meta;
mod mutations;
mod nested;
mod order;
mod repeats;
mod snapshots;

use super::Window;
use super::event::Event;
use super::mobile;
use super::problem::{Place, ProblemKind, Problems};

pub(super) use clock::{pause_ms, right_times};

/// The window made playable, or nothing if it has no full snapshot. What came out goes in again without a change.
pub(super) fn window(window: Window, problems: &mut Problems) -> Option<Window> {
    let window = once(window, problems)?;
    if clock::counts_in_other_unit(&window.events) {
        return once(window, problems);
    }
    Some(window)
}

fn once(mut window: Window, problems: &mut Problems) -> Option<Window> {
    let events = &mut window.events;
    clock::set_right(events, problems);
    order::sort(events, problems);
    mutations::drop_damaged(events, problems);
    nested::unfold(events);
    extensions::strip(events, problems);
    repeats::drop_repeats(events, problems);
    // Before anything needs a size or a document: it may make the first full snapshot.
    mobile::to_web(events, problems);
    if !events.iter().any(Event::is_full_snapshot) {
        note_all(events.iter(), ProblemKind::WindowWithoutFullSnapshot, problems);
        return None;
    }
    order::drop_before_full_snapshot(events, problems);
    meta::repair(events, problems);
    snapshots::complete(events);
    // A repaired or moved event may be what another is already.
    repeats::drop_repeats(events, problems);
    mutations::split_huge(events);
    Some(window)
}

fn note_all<'a>(events: impl IntoIterator<Item = &'a Event>, kind: ProblemKind, problems: &mut Problems) {
    for event in events {
        problems.note(kind, Place::Event(event.index));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording::problem::Problem;

    pub(super) const SNAPSHOT: &str = r#""type":2,"data":{"node":{}}"#;
    pub(super) const META: &str = r#""type":4,"data":{"href":"a","width":800,"height":600}"#;
    pub(super) const CHANGE: &str = r#""type":3,"data":{"source":0}"#;
    pub(super) const OTHER_CHANGE: &str = r#""type":3,"data":{"source":0,"texts":[]}"#;

    /// Events from (timestamp, rest) pairs.
    pub(super) fn events<S: AsRef<str>>(events: &[(f64, S)]) -> Vec<Event> {
        let event = |((timestamp, rest), index): (&(f64, S), u64)| {
            let json = format!("{{\"timestamp\":{timestamp},{}}}", rest.as_ref());
            Event::parse(json.into(), index).unwrap().0
        };
        events.iter().zip(0..).map(event).collect()
    }

    /// All steps, on one window of such events.
    pub(super) fn tidied<S: AsRef<str>>(input: &[(f64, S)]) -> (Vec<Event>, Vec<Problem>) {
        let mut problems = Problems::default();
        let window = window(
            Window {
                id: "w".to_owned(),
                events: events(input),
            },
            &mut problems,
        );
        let events = window.map_or_else(Vec::new, |window| window.events);
        (events, problems.into_vec())
    }

    pub(super) fn order(events: &[Event]) -> Vec<u64> {
        events.iter().map(|event| event.index).collect()
    }

    pub(super) fn counts(problems: &[Problem]) -> Vec<(ProblemKind, u64, Place)> {
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
    fn a_window_without_snapshot_goes() {
        let (events, problems) = tidied(&[(1.0, META), (2.0, CHANGE)]);
        assert_eq!(events.len(), 0);
        assert_eq!(
            counts(&problems),
            [(ProblemKind::WindowWithoutFullSnapshot, 2, Place::Event(0))]
        );
    }

    fn texts(window: &Window) -> Vec<String> {
        window.events.iter().map(|event| event.json.to_string()).collect()
    }

    /// Thousands of small windows out of awkward parts, the same in each run of the test.
    #[test]
    fn what_came_out_goes_in_again_without_a_change() {
        let rests = [
            META,
            SNAPSHOT,
            CHANGE,
            OTHER_CHANGE,
            r#""type":4,"data":{"href":"b","width":0,"height":0}"#,
            r#""type":2,"data":{"node":{"childNodes":[{"tagName":"aitopia"},{"tagName":"p"}]}}"#,
            r#""type":3,"data":{"source":0,"adds":7}"#,
            r#""type":3,"data":{"source":0},"delay":3"#,
            r#""type":3,"data":{"source":0,"isMutationChunk":true}"#,
            r#""type":3,"data":{"source":15,"id":1,"styleIds":[]}"#,
            r#""type":5,"data":{}"#,
        ];
        let times = [
            -5.0,
            0.0,
            1.6e9,
            1.6e9 + 5.5,
            1.6e12,
            1.6e12 + 0.5,
            1.6e12 + 7.0,
            1.6e12 + 20_000.0,
            1.6e12 + 60_000.0,
            1.6e12 - 3_600_000.0,
            1.9e12,
            1.6e15,
            1.6e18,
            1e300,
        ];
        let mut seed = 1_u64;
        let mut any_of = |count: usize| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (seed >> 33) as usize % count
        };
        for round in 0..10_000 {
            let mut input = vec![([1.6e12, 1.6e9][round % 2], SNAPSHOT)];
            for _ in 0..any_of(10) {
                input.push((times[any_of(times.len())], rests[any_of(rests.len())]));
            }
            let first = any_of(input.len());
            input.swap(0, first);
            let id = "w".to_owned();
            let events = events(&input);
            let once = window(Window { id, events }, &mut Problems::default()).unwrap();
            let expected = texts(&once);
            let mut problems = Problems::default();
            let twice = window(once, &mut problems).unwrap();
            assert_eq!(texts(&twice), expected, "{input:?}");
            assert_eq!(problems.into_vec(), [], "{input:?}");
        }
    }
}
