//! Changes that a player could not apply, or not without holding its breath. `tidy` calls both steps.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::splice::{place, splice};
use crate::recording::event::{Detail, Event, IncrementalSource};
use crate::recording::problem::{Place, ProblemKind, Problems};

/// As many nodes as `PostHog` adds at once.
const MOST_ADDS: usize = 5000;

/// No added node takes less text: `{"parentId":1,"node":{}}`.
const SHORTEST_ADD: usize = 24;

/// Drops the mutations and style sheet rules over which rrweb would throw: most are still compressed.
pub(super) fn drop_damaged(events: &mut Vec<Event>, problems: &mut Problems) {
    events.retain(|event| {
        let keep = event.detail != Detail::DamagedLists;
        if !keep {
            problems.note(ProblemKind::DamagedChange, Place::Event(event.index));
        }
        keep
    });
}

/// Splits mutations that add more than [`MOST_ADDS`] nodes into several of the same time: rrweb applies each in
/// one go. What they remove goes with the first, texts and attributes go with the last.
pub(super) fn split_huge(events: &mut Vec<Event>) {
    if !events.iter().any(may_be_huge) {
        return;
    }
    *events = std::mem::take(events)
        .into_iter()
        .flat_map(|event| match may_be_huge(&event).then(|| chunks(&event.json)) {
            Some(Some(chunks)) => chunks
                .into_iter()
                .map(|json| Event {
                    json: json.into(),
                    ..event.clone()
                })
                .collect(),
            _ => vec![event],
        })
        .collect();
}

fn may_be_huge(event: &Event) -> bool {
    event.source == Some(IncrementalSource::Mutation)
        && event.detail == Detail::None
        && event.json.len() > MOST_ADDS * SHORTEST_ADD
}

#[derive(Deserialize)]
struct Change<'a> {
    #[serde(borrow)]
    data: &'a RawValue,
}

#[derive(Deserialize)]
struct Lists<'a> {
    #[serde(borrow)]
    adds: &'a RawValue,
    #[serde(borrow)]
    removes: Option<&'a RawValue>,
    #[serde(borrow)]
    texts: Option<&'a RawValue>,
    #[serde(borrow)]
    attributes: Option<&'a RawValue>,
    #[serde(borrow, rename = "isMutationChunk")]
    is_chunk: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Add {
    #[serde(rename = "parentId")]
    parent: i64,
    #[serde(rename = "nextId")]
    next: Option<i64>,
    node: Node,
}

#[derive(Deserialize)]
struct Node {
    id: i64,
}

/// The JSON of the events that together do what this one does; nothing if it is small enough, or cannot be split.
fn chunks(json: &str) -> Option<Vec<String>> {
    let Change { data } = serde_json::from_str(json).ok()?;
    let lists: Lists<'_> = serde_json::from_str(data.get()).ok()?;
    let adds: Vec<&RawValue> = serde_json::from_str(lists.adds.get()).ok()?;
    if adds.len() <= MOST_ADDS || lists.is_chunk.is_some() || !can_be_split(&adds) {
        return None;
    }
    let inside = place(data.get(), json).start + 1;
    let last = (adds.len() - 1) / MOST_ADDS;
    let chunk = |(number, adds): (usize, &[&RawValue])| {
        let from = place(adds[0].get(), json).start;
        let to = place(adds[adds.len() - 1].get(), json).end;
        let adds = format!("[{}]", &json[from..to]);
        let mut edits = vec![
            (inside..inside, "\"isMutationChunk\":true,"),
            (place(lists.adds.get(), json), &adds),
        ];
        let emptied = [
            lists.removes.filter(|_| number > 0),
            lists.texts.filter(|_| number < last),
            lists.attributes.filter(|_| number < last),
        ];
        for list in emptied.into_iter().flatten() {
            edits.push((place(list.get(), json), "[]"));
        }
        splice(json, edits)
    };
    Some(adds.chunks(MOST_ADDS).enumerate().map(chunk).collect())
}

/// Whether no node is to be put into or before one that only a later chunk adds. Within one event rrweb waits for
/// that node, in another it has given up.
fn can_be_split(adds: &[&RawValue]) -> bool {
    let parsed: Result<Vec<Add>, _> = adds.iter().map(|add| serde_json::from_str(add.get())).collect();
    let Ok(adds) = parsed else { return false };
    let mut chunk_of = HashMap::new();
    for (index, add) in adds.iter().enumerate() {
        chunk_of.entry(add.node.id).or_insert(index / MOST_ADDS);
    }
    adds.iter().enumerate().all(|(index, add)| {
        let is_later = |id| chunk_of.get(&id).is_some_and(|&chunk| chunk > index / MOST_ADDS);
        !is_later(add.parent) && !add.next.is_some_and(is_later)
    })
}
