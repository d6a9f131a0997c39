//! Drops what was delivered twice. `tidy` calls it on the sorted events of a window.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::note_all;
use crate::recording::event::Event;
use crate::recording::problem::{Place, ProblemKind, Problems};

/// Drops immediate repeats, and runs of one millisecond that are one block over and over. A change and its later
/// undoing look alike but are neither, and stay.
pub(super) fn drop_repeats(events: &mut Vec<Event>, problems: &mut Problems) {
    let (mut kept, mut start) = (0, 0);
    while start < events.len() {
        let time = events[start].timestamp_ms;
        let goes_on = events[start..]
            .iter()
            .take_while(|event| event.timestamp_ms <= time);
        let end = start + goes_on.count();
        for at in start..start + reduce(&mut events[start..end], problems) {
            events.swap(kept, at);
            kept += 1;
        }
        start = end;
    }
    events.truncate(kept);
}

/// Moves the repeats in a run of one millisecond to its end, until there are none among the others; returns how many
/// those are.
fn reduce(run: &mut [Event], problems: &mut Problems) -> usize {
    let mut length = run.len();
    loop {
        let block = block_length(&run[..length]);
        note_all(&run[block..length], ProblemKind::Duplicate, problems);
        let mut kept = 1;
        for next in 1..block {
            if is_repeat(&run[next], &run[kept - 1]) && !is_mutation_chunk(&run[next]) {
                problems.note(ProblemKind::Duplicate, Place::Event(run[next].index));
            } else {
                run.swap(kept, next);
                kept += 1;
            }
        }
        if kept == length {
            return length;
        }
        length = kept;
    }
}

/// The length of the block that a run repeats, which is the whole run if it does not.
fn block_length(run: &[Event]) -> usize {
    let repeats = |block: &usize| {
        run.len().is_multiple_of(*block)
            && run[*block..]
                .iter()
                .zip(run)
                .all(|(event, before)| is_repeat(event, before))
    };
    (1..=run.len() / 2)
        .find(repeats)
        .filter(|_| !run.iter().any(is_mutation_chunk))
        .unwrap_or(run.len())
}

/// `PostHog` splits huge mutations into chunks, which may be alike without being repeats.
fn is_mutation_chunk(event: &Event) -> bool {
    memchr::memmem::find(event.json.as_bytes(), b"\"isMutationChunk\"").is_some()
}

/// `delay` says how far a player had come, nothing about the session.
fn is_repeat(event: &Event, other: &Event) -> bool {
    let played = |event: &Event| memchr::memmem::find(event.json.as_bytes(), b"\"delay\"").is_some();
    event.json == other.json
        || (event.kind == other.kind
            && event.source == other.source
            && (played(event) || played(other))
            && without_delay(event).is_some_and(|fields| Some(fields) == without_delay(other)))
}

fn without_delay(event: &Event) -> Option<BTreeMap<String, &str>> {
    let fields: BTreeMap<String, &RawValue> = serde_json::from_str(&event.json).ok()?;
    let fields = fields.into_iter().filter(|(name, _)| name != "delay");
    Some(fields.map(|(name, value)| (name, value.get())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording::tidy::tests::{
        CHANGE, META, OTHER_CHANGE, SNAPSHOT, counts, events, order, tidied,
    };

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
    fn a_doubled_recording_is_the_recording() {
        let clean = [
            (1.0, META),
            (1.0, SNAPSHOT),
            (1.0, CHANGE),
            (20_000.0, CHANGE),
            (20_000.0, OTHER_CHANGE),
            (20_000.0, CHANGE),
            (40_000.5, OTHER_CHANGE),
        ];
        let each_twice: Vec<_> = clean.iter().flat_map(|event| [*event, *event]).collect();
        let all_twice = [clean, clean].concat();
        let texts =
            |events: &[Event]| -> Vec<String> { events.iter().map(|event| event.json.to_string()).collect() };
        let expected = texts(&events(&clean));
        for doubled in [each_twice, all_twice] {
            let (events, problems) = tidied(&doubled);
            assert_eq!(texts(&events), expected);
            let of = |wanted| {
                let mut counts = counts(&problems).into_iter();
                counts.find_map(|(kind, count, _)| (kind == wanted).then_some(count))
            };
            assert_eq!(
                (of(ProblemKind::Duplicate), of(ProblemKind::ClockJump)),
                (Some(7), None)
            );
        }
    }

    #[test]
    fn the_delay_of_a_player_makes_no_difference() {
        for (rest, other, repeats) in [
            (
                r#""type":3,"data":{"id":1},"delay":5"#,
                r#""type":3,"data":{"id":1},"delay":7"#,
                true,
            ),
            (
                r#""type":3,"data":{"id":1},"delay":5"#,
                r#""type":3,"data":{"id":1}"#,
                true,
            ),
            (
                r#""type":3,"delay":-1,"data":{"id":1}"#,
                r#""type":3,"data":{"id":2}"#,
                false,
            ),
            (
                r#""type":3,"data":{"delay":5}"#,
                r#""type":3,"data":{"delay":7}"#,
                false,
            ),
        ] {
            let (events, _) = tidied(&[(1.0, META), (1.0, SNAPSHOT), (2.0, rest), (2.0, other)]);
            assert_eq!(events.len(), if repeats { 3 } else { 4 }, "{rest} {other}");
        }
    }
}
