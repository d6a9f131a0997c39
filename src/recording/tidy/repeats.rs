//! Drops what was delivered twice. `tidy` calls it on the sorted events of a window.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::note_all;
use crate::recording::event::Event;
use crate::recording::problem::{Place, ProblemKind, Problems};

/// Drops immediate repeats, and runs of one millisecond that are one block over and over. A change and its later
/// undoing look alike but are neither, and stay.
pub(super) fn drop_repeats(events: &mut Vec<Event>, problems: &mut Problems) {
    let mut kept: Vec<Event> = Vec::with_capacity(events.len());
    let mut rest = std::mem::take(events).into_iter().peekable();
    let mut run: Vec<Event> = Vec::new();
    while let Some(event) = rest.next() {
        let goes_on = rest
            .peek()
            .is_some_and(|next| next.timestamp_ms <= event.timestamp_ms);
        run.push(event);
        if !goes_on {
            run.dedup_by(|next, event| {
                let repeat = is_repeat(next, event) && !is_mutation_chunk(next);
                if repeat {
                    problems.note(ProblemKind::Duplicate, Place::Event(next.index));
                }
                repeat
            });
            let block = block_length(&run);
            note_all(&run[block..], ProblemKind::Duplicate, problems);
            run.truncate(block);
            kept.append(&mut run);
        }
    }
    *events = kept;
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
