//! Changes that a player could not apply, or not without holding its breath. `tidy` calls both steps.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::recording::event::{Detail, Event};
use crate::recording::json_text;
use crate::recording::problem::{Place, ProblemKind, Problems};
use crate::recording::rrweb_types::IncrementalSource;
use crate::recording::splice::{place, splice};

/// As many nodes as `PostHog` adds at once.
const MOST_ADDS: usize = 5000;

/// No added node takes less text: `{"parentId":1,"node":{}}`.
const SHORTEST_ADD: usize = 24;

/// What stands beside the lists is repeated in each chunk; more of it than this would multiply.
const MOST_REPEATED: usize = 4096;

/// Drops the mutations and style sheet rules over which rrweb would throw.
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
    let mut split = Vec::with_capacity(events.len() + 1);
    for event in events.drain(..) {
        match may_be_huge(&event).then(|| chunks(&event)).flatten() {
            Some(chunks) => split.extend(chunks.into_iter().map(|json| Event {
                json: json.into(),
                ..event.clone()
            })),
            None => split.push(event),
        }
    }
    *events = split;
}

fn may_be_huge(event: &Event) -> bool {
    event.source == Some(IncrementalSource::Mutation)
        && event.detail == Detail::None
        && event.json.len() > MOST_ADDS * SHORTEST_ADD
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
fn chunks(event: &Event) -> Option<Vec<String>> {
    let json = &*event.json;
    let data = event.data()?;
    let lists: Lists<'_> = serde_json::from_str(data).ok()?;
    let adds = lists.adds.get();
    let count = json_text::elements(adds).count();
    let others = [lists.removes, lists.texts, lists.attributes];
    let listed: usize = others.iter().flatten().map(|list| list.get().len()).sum();
    let repeated = json.len() - adds.len() - listed;
    if count <= MOST_ADDS || repeated > MOST_REPEATED || lists.is_chunk.is_some() || !can_be_split(adds) {
        return None;
    }
    let inside = place(data, json).start + 1;
    let last = (count - 1) / MOST_ADDS;
    let mut rest = json_text::elements(adds);
    let chunk = |number| {
        let mut adds = rest.by_ref().take(MOST_ADDS);
        let first = place(adds.next()?, json);
        let end = adds.last().map_or(first.end, |add| place(add, json).end);
        let adds = format!("[{}]", &json[first.start..end]);
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
        Some(splice(json, edits))
    };
    (0..=last).map(chunk).collect()
}

/// Whether no node is to be put into or before one that only a later chunk adds. Within one event rrweb waits for
/// that node, in another it has given up.
fn can_be_split(adds: &str) -> bool {
    let parsed = || json_text::elements(adds).map(serde_json::from_str::<Add>);
    let mut chunk_of = HashMap::new();
    for (index, add) in parsed().enumerate() {
        let Ok(add) = add else { return false };
        chunk_of.entry(add.node.id).or_insert(index / MOST_ADDS);
    }
    parsed().flatten().enumerate().all(|(index, add)| {
        let is_later = |id| chunk_of.get(&id).is_some_and(|&chunk| chunk > index / MOST_ADDS);
        !is_later(add.parent) && !add.next.is_some_and(is_later)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording::tidy::tests::{META, SNAPSHOT, counts, order, tidied};

    #[test]
    fn damaged_changes_go() {
        let (events, problems) = tidied(&[
            (1.0, META),
            (1.0, SNAPSHOT),
            (2.0, r#""type":3,"data":{"source":0,"adds":{"0":1}}"#),
            (3.0, r#""type":3,"data":{"source":8,"adds":[],"removes":{}}"#),
            (4.0, r#""type":3,"data":{"source":8,"adds":[]}"#),
        ]);
        assert_eq!(order(&events), [0, 1, 4]);
        assert_eq!(
            counts(&problems),
            [(ProblemKind::DamagedChange, 2, Place::Event(2))]
        );
    }

    /// A mutation that adds nodes with ids from 1, each into the parent and before the sibling that these say.
    fn mutation(adds: usize, parent: impl Fn(usize) -> usize, next: impl Fn(usize) -> usize) -> String {
        let add = |id| {
            let (parent, next) = (parent(id), next(id));
            format!(
                r#"{{"parentId":{parent},"nextId":{next}, "node":{{"type":3,"textContent":"","id":{id}}}}}"#
            )
        };
        let adds: Vec<String> = (1..=adds).map(add).collect();
        format!(
            r#""type":3,"delay":4,"data":{{"source":0,"texts":[7],"removes":[8],"adds":[{}],"attributes":[9]}}"#,
            adds.join(", ")
        )
    }

    fn split(change: String) -> Vec<String> {
        let (events, problems) = tidied(&[(1.0, META.to_owned()), (1.0, SNAPSHOT.to_owned()), (2.0, change)]);
        assert_eq!(problems, []);
        assert!(events[2..].iter().all(|event| event.index == 2));
        let texts = |events: &[Event]| -> Vec<String> {
            events[2..].iter().map(|event| event.json.to_string()).collect()
        };
        let mut again = events.clone();
        split_huge(&mut again);
        assert_eq!(texts(&again), texts(&events));
        texts(&events)
    }

    #[test]
    fn huge_mutations_are_split_where_nothing_waits() {
        let none = |_| 0;
        for (adds, sizes) in [
            (5000, &[5000][..]),
            (5001, &[5000, 1]),
            (12_000, &[5000, 5000, 2000]),
        ] {
            let chunks = split(mutation(adds, |id| id - 1, none));
            let chunks: Vec<serde_json::Value> = chunks
                .iter()
                .map(|chunk| serde_json::from_str(chunk).unwrap())
                .collect();
            let mut ids = Vec::new();
            for (number, chunk) in chunks.iter().enumerate() {
                let data = &chunk["data"];
                let count = |list: &str| data[list].as_array().unwrap().len();
                let (first, last) = (number == 0, number + 1 == sizes.len());
                assert_eq!(
                    [
                        count("adds"),
                        count("removes"),
                        count("texts"),
                        count("attributes")
                    ],
                    [sizes[number], first.into(), last.into(), last.into()]
                );
                assert_eq!(data["isMutationChunk"] == true, sizes.len() > 1);
                assert_eq!([&chunk["delay"], &chunk["timestamp"]], [4, 2]);
                let adds = data["adds"].as_array().unwrap();
                ids.extend(adds.iter().map(|add| add["node"]["id"].as_u64().unwrap()));
            }
            assert!(ids.into_iter().eq(1..=adds as u64));
        }
        // The first node waits for the last, as its parent or as its sibling.
        let waits = |id| if id == 1 { 5001 } else { 0 };
        for change in [mutation(5001, waits, none), mutation(5001, none, waits)] {
            assert_eq!(split(change).len(), 1);
        }
        // Much beside the lists would be in each of the chunks.
        let beside = format!(r#""delay":"{}""#, "4".repeat(MOST_REPEATED));
        assert_eq!(
            split(mutation(5001, none, none).replace(r#""delay":4"#, &beside)).len(),
            1
        );
        // So many small parts of something else are no adds.
        assert_eq!(
            split(mutation(1, none, none).replace("[7]", &format!("[{}7]", "7,".repeat(99_999)))).len(),
            1
        );
    }
}
