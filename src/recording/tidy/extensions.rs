//! Takes what browser extensions put into the page out of full snapshots: it is not of the recorded site, and some of
//! it covers everything. `tidy` calls it.

use memchr::memmem::Finder;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::splice::{Edit, place, splice};
use crate::recording::event::Event;
use crate::recording::problem::{Place, ProblemKind, Problems};

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
    fn cuts<'a>(&self, json: &'a str) -> Option<Vec<Edit<'a>>> {
        let Snapshot { data } = serde_json::from_str(json).ok()?;
        let mut cuts = Vec::new();
        let mut open = vec![(data.node, 0)];
        while let Some((node, depth)) = open.pop() {
            let children = children(node);
            let mut kept_until = None;
            for (index, child) in children.iter().enumerate() {
                let at = place(child.get(), json);
                if self.are_in(child.get()) {
                    if self.mark(child) {
                        // With the comma before it, or with the one after it if nothing is left before it.
                        let next = children.get(index + 1).map(|next| place(next.get(), json).start);
                        let cut = match kept_until {
                            Some(end) => end..at.end,
                            None => at.start..next.unwrap_or(at.end),
                        };
                        kept_until = kept_until.map(|_| at.end);
                        cuts.push((cut, ""));
                        continue;
                    }
                    if depth < DEEPEST {
                        open.push((child, depth + 1));
                    }
                }
                kept_until = Some(at.end);
            }
        }
        Some(cuts)
    }

    /// Whether they mark this very node, which is no part of every page.
    fn mark(&self, node: &RawValue) -> bool {
        let Ok(Node { tag, attributes, .. }) = serde_json::from_str(node.get()) else {
            return false;
        };
        let tag = tag.map(RawValue::get).unwrap_or_default();
        let attributes = attributes.and_then(|attributes| serde_json::from_str(attributes.get()).ok());
        let told = attributes.map_or([None; 3], |Attributes { id, class, css_text }| {
            [id, class, css_text]
        });
        !["\"html\"", "\"head\"", "\"body\""].contains(&tag)
            && (self.are_in(tag) || told.into_iter().flatten().any(|value| self.are_in(value.get())))
    }
}

fn children(node: &RawValue) -> Vec<&RawValue> {
    serde_json::from_str(node.get())
        .ok()
        .and_then(|node: Node<'_>| serde_json::from_str(node.children?.get()).ok())
        .unwrap_or_default()
}
