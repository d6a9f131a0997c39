//! Takes what browser extensions put into the page out of full snapshots: it is not of the recorded site, and some of
//! it covers everything. `tidy` calls it.

use std::ops::Range;

use memchr::memmem::Finder;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::recording::event::Event;
use crate::recording::problem::{Place, ProblemKind, Problems};
use crate::recording::splice::{place, splice};

/// What the ids, classes, tags and styles of such nodes contain; the list is `PostHog`'s.
const MARKS: [&str; 6] = [
    "dji-sru",
    "mloajfnmjckfjbeeofcdaecbelnblden",
    "aitopia",
    "becfinhbfclcgokjlobojlnldbfillpf",
    "fnliebffpgomomjeflboommgbdnjadbh",
    "sublime-root",
];

/// Extensions put their nodes near the body. Each level that is looked at is read once more.
const DEEPEST: usize = 64;

pub(super) fn strip(events: &mut [Event], problems: &mut Problems) {
    let marks = Marks(MARKS.map(Finder::new));
    for event in events.iter_mut().filter(|event| event.is_full_snapshot()) {
        if !marks.are_in(&event.json) {
            continue;
        }
        let cuts = marks.cuts(&event.json).unwrap_or_default();
        if cuts.is_empty() {
            continue;
        }
        for _ in &cuts {
            problems.note(ProblemKind::ExtensionNode, Place::Event(event.index));
        }
        let json = splice(&event.json, cuts);
        event.json = json.into();
    }
}

struct Marks([Finder<'static>; MARKS.len()]);

#[derive(Deserialize)]
struct Snapshot<'a> {
    #[serde(borrow)]
    data: SnapshotData<'a>,
}

#[derive(Deserialize)]
struct SnapshotData<'a> {
    #[serde(borrow)]
    node: &'a RawValue,
}

#[derive(Deserialize)]
struct Node<'a> {
    #[serde(borrow, rename = "tagName")]
    tag: Option<&'a RawValue>,
    #[serde(borrow)]
    attributes: Option<&'a RawValue>,
    #[serde(borrow, rename = "childNodes")]
    children: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Attributes<'a> {
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    #[serde(borrow)]
    class: Option<&'a RawValue>,
    #[serde(borrow, rename = "_cssText")]
    css_text: Option<&'a RawValue>,
}

impl Marks {
    fn are_in(&self, text: &str) -> bool {
        self.0.iter().any(|mark| mark.find(text.as_bytes()).is_some())
    }

    /// One cut for each node that goes.
    fn cuts(&self, json: &str) -> Option<Vec<(Range<usize>, &'static str)>> {
        let Snapshot { data } = serde_json::from_str(json).ok()?;
        let mut cuts = Vec::new();
        let mut open = vec![(Node::parse(data.node)?, 0)];
        while let Some((node, depth)) = open.pop() {
            let children = node.children();
            let mut kept_until = None;
            for (index, child) in children.iter().enumerate() {
                let at = place(child.get(), json);
                let suspect = if self.are_in(child.get()) {
                    Node::parse(child)
                } else {
                    None
                };
                match suspect {
                    Some(node) if self.mark(&node) => {
                        // With the comma before it, or with the one after it if nothing is left before it.
                        let next = children.get(index + 1).map(|next| place(next.get(), json).start);
                        let cut = match kept_until {
                            Some(end) => end..at.end,
                            None => at.start..next.unwrap_or(at.end),
                        };
                        kept_until = kept_until.map(|_| at.end);
                        cuts.push((cut, ""));
                    }
                    suspect => {
                        kept_until = Some(at.end);
                        open.extend(suspect.filter(|_| depth < DEEPEST).map(|node| (node, depth + 1)));
                    }
                }
            }
        }
        Some(cuts)
    }

    /// Whether they mark this very node, which is no part of every page.
    fn mark(&self, node: &Node<'_>) -> bool {
        let tag = node.tag.map(RawValue::get).unwrap_or_default();
        let attributes = node
            .attributes
            .and_then(|attributes| serde_json::from_str(attributes.get()).ok());
        let told = attributes.map_or([None; 3], |Attributes { id, class, css_text }| {
            [id, class, css_text]
        });
        !["\"html\"", "\"head\"", "\"body\""].contains(&tag)
            && (self.are_in(tag) || told.into_iter().flatten().any(|value| self.are_in(value.get())))
    }
}

impl<'a> Node<'a> {
    fn parse(json: &'a RawValue) -> Option<Self> {
        serde_json::from_str(json.get()).ok()
    }

    fn children(&self) -> Vec<&'a RawValue> {
        self.children
            .and_then(|children| serde_json::from_str(children.get()).ok())
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording::tidy::tests::{META, counts, tidied};

    /// The children of the body after the step, and how many nodes were taken out.
    fn stripped(body: &str) -> (String, u64) {
        let before = r#"{"type":2,"data":{"node":{"type":0,"childNodes":[{"type":2,"tagName":"html","attributes":{"class":"aitopia"},"childNodes":["#;
        let body_tag = r#"{"type":2,"tagName":"body","attributes":{"id":"sublime-root"},"childNodes":["#;
        let snapshot = format!("{}{body_tag}{body}]}}]}}]}}}}", &before[1..]);
        let (events, problems) = tidied(&[(1.0, META), (1.0, &snapshot)]);
        let (_, rest) = events[1].json.split_once(body_tag).unwrap();
        serde_json::from_str::<&RawValue>(&events[1].json).unwrap();
        let count = counts(&problems).into_iter().map(|(kind, count, place)| {
            assert_eq!((kind, place), (ProblemKind::ExtensionNode, Place::Event(1)));
            count
        });
        (rest.strip_suffix("]}]}]}}}").unwrap().to_owned(), count.sum())
    }

    #[test]
    fn marked_nodes_go_and_the_rest_stays() {
        let id = r#"{"type":2,"tagName":"div","attributes":{"id":"x-aitopia-y"},"childNodes":[{"type":3}]}"#;
        let class = r#"{"type":2,"tagName":"div","attributes":{"class":"a dji-sru"}}"#;
        let tag = r#"{"type":2,"tagName":"sublime-root","attributes":{}}"#;
        let css = r#"{"type":2,"tagName":"style","attributes":{"_cssText":"url(chrome-extension://becfinhbfclcgokjlobojlnldbfillpf)"}}"#;
        let a = r#"{"type":2,"tagName":"p","attributes":{"title":"aitopia"}}"#;
        let b = r#"{"type":3,"textContent":"about aitopia"}"#;
        let within =
            |child: &str| format!(r#"{{"type":2,"tagName":"div","attributes":{{}},"childNodes":[{child}]}}"#);
        for (body, left, count) in [
            (format!("{a},{b}"), format!("{a},{b}"), 0),
            (id.to_owned(), String::new(), 1),
            (format!("{id},{a}"), a.to_owned(), 1),
            (format!("{a}, {class}"), a.to_owned(), 1),
            (format!("{a},{tag},{b}"), format!("{a},{b}"), 1),
            (
                format!("{id},{css},{a},{tag},{class},{b},{id}"),
                format!("{a},{b}"),
                5,
            ),
            (format!("{id},{class}"), String::new(), 2),
            (
                within(&format!("{a},{}", within(css))),
                within(&format!("{a},{}", within(""))),
                1,
            ),
        ] {
            assert_eq!(stripped(&body), (left, count), "{body}");
        }
    }

    #[test]
    fn depth_and_nonsense_are_left_alone() {
        let levels = 10_000;
        let deep = r#"{"tagName":"b","childNodes":["#.repeat(levels)
            + r#"{"tagName":"aitopia"}"#
            + &"]}".repeat(levels);
        assert_eq!(stripped(&deep), (deep, 0));
        for body in [
            r#""aitopia""#,
            r#"{"tagName":7,"attributes":"aitopia","childNodes":"aitopia"}"#,
            r#"{"attributes":{"id":null,"class":{"a":"b"},"title":"aitopia"},"childNodes":{"a":[]}}"#,
        ] {
            assert_eq!(stripped(body), (body.to_owned(), 0));
        }
    }
}
