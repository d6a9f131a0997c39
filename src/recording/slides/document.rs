//! The document of a window, as far as a slideshow needs it: which nodes there are, which of them are screenshots, and
//! whether anything else can be seen. `Reader` has full snapshots and mutations followed here.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use serde::Deserialize;
use serde_json::value::RawValue;

use super::style_sheet::leaves_slides_alone;
use super::{Screenshot, SlideContent};
use crate::recording::event::Event;
use crate::recording::json_text;
use crate::recording::rrweb_types::NodeType;

#[derive(Debug, Default)]
pub(super) struct Document {
    nodes: HashMap<i64, Placed>,
    /// The nodes that are screenshots.
    screenshots: BTreeSet<i64>,
    /// How many nodes are something else to be seen.
    others: usize,
    /// Something happened that this does not follow: only the next full snapshot tells what is shown.
    lost: bool,
}

#[derive(Debug)]
struct Placed {
    parent: i64,
    /// Those that were put into it; some may have gone.
    children: Vec<i64>,
    part: Part,
}

#[derive(Debug, PartialEq)]
enum Part {
    /// Without looks of its own; elements in it are seen as if they were in the body.
    Body,
    /// The document, its head and what is in that: never seen.
    Frame,
    Screenshot(Screenshot),
    /// Anything else, which may be seen.
    Other,
}

/// As rrweb serializes it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Node<'a> {
    #[serde(rename = "type")]
    kind: u8,
    id: i64,
    #[serde(borrow, default)]
    tag_name: Cow<'a, str>,
    #[serde(borrow)]
    attributes: Option<&'a RawValue>,
    #[serde(borrow, default)]
    text_content: Cow<'a, str>,
    #[serde(borrow, default)]
    child_nodes: Vec<Node<'a>>,
}

impl Node<'_> {
    const fn kind(&self) -> Option<NodeType> {
        NodeType::from_number(self.kind)
    }
}

#[derive(Deserialize)]
struct Snapshot<'a> {
    #[serde(borrow)]
    node: Node<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Mutation<'a> {
    removes: Vec<Removal>,
    #[serde(borrow)]
    adds: Vec<Addition<'a>>,
    #[serde(borrow)]
    texts: Vec<&'a RawValue>,
    #[serde(borrow)]
    attributes: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Removal {
    parent_id: i64,
    id: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Addition<'a> {
    parent_id: i64,
    #[serde(borrow)]
    node: Node<'a>,
}

/// What a node without a parent is in.
const NOTHING: i64 = 0;

impl Document {
    /// What a full snapshot shows.
    pub(super) fn of(event: &Event) -> Self {
        let mut document = Self::default();
        match event.data_as::<Snapshot<'_>>() {
            Some(Snapshot { node }) => document.insert_all(&node, event),
            None => document.lost = true,
        }
        document
    }

    /// From here on anything may be seen.
    pub(super) const fn give_up(&mut self) {
        self.lost = true;
    }

    /// Follows a mutation as rrweb's replayer does: first the removals.
    pub(super) fn change(&mut self, event: &Event) {
        let Some(mutation) = event.data_as::<Mutation<'_>>() else {
            self.lost = true;
            return;
        };
        for removal in &mutation.removes {
            self.remove(removal);
        }
        for addition in &mutation.adds {
            // What is in it comes by itself.
            self.insert(&addition.node, addition.parent_id, event);
        }
        if !mutation.texts.is_empty() || !mutation.attributes.is_empty() {
            self.lost = true;
        }
    }

    pub(super) fn has(&self, node: i64) -> bool {
        self.nodes.contains_key(&node)
    }

    pub(super) fn content(&self) -> SlideContent {
        if self.lost || self.others > 0 || self.screenshots.len() > 1 {
            return SlideContent::Page;
        }
        let only = self.screenshots.first().and_then(|id| self.nodes.get(id));
        match only.map(|placed| &placed.part) {
            Some(Part::Screenshot(screenshot)) => SlideContent::Screenshot(screenshot.clone()),
            _ => SlideContent::Blank,
        }
    }

    fn insert_all(&mut self, root: &Node<'_>, event: &Event) {
        let mut waiting = vec![(root, NOTHING)];
        while let Some((node, parent)) = waiting.pop() {
            self.insert(node, parent, event);
            waiting.extend(node.child_nodes.iter().map(|child| (child, node.id)));
        }
    }

    fn insert(&mut self, node: &Node<'_>, parent: i64, event: &Event) {
        let part = match self.nodes.get(&parent).map(|placed| &placed.part) {
            None if parent == NOTHING && node.kind() == Some(NodeType::Document) => Part::Frame,
            Some(Part::Frame) => frame_part(node),
            Some(Part::Body) => body_part(node, event),
            _ => Part::Other,
        };
        match part {
            Part::Screenshot(_) => _ = self.screenshots.insert(node.id),
            Part::Other => self.others += 1,
            Part::Body | Part::Frame => {}
        }
        if let Some(placed) = self.nodes.get_mut(&parent) {
            placed.children.push(node.id);
        }
        let placed = Placed {
            parent,
            children: Vec::new(),
            part,
        };
        if self.nodes.insert(node.id, placed).is_some() {
            // Two nodes of one id, of which the replayer knows only one.
            self.lost = true;
        }
    }

    fn remove(&mut self, removal: &Removal) {
        match self.nodes.get(&removal.id) {
            Some(placed) if placed.parent == removal.parent_id => {}
            Some(_) => {
                self.lost = true;
                return;
            }
            None => return,
        }
        let mut going = vec![(removal.id, removal.parent_id)];
        while let Some((id, parent)) = going.pop() {
            if self.nodes.get(&id).is_none_or(|placed| placed.parent != parent) {
                continue;
            }
            let Some(placed) = self.nodes.remove(&id) else {
                continue;
            };
            going.extend(placed.children.into_iter().map(|child| (child, id)));
            match placed.part {
                Part::Screenshot(_) => _ = self.screenshots.remove(&id),
                Part::Other => self.others -= 1,
                Part::Body | Part::Frame => {}
            }
        }
    }
}

/// What a node in the document, its root element or its head is.
fn frame_part(node: &Node<'_>) -> Part {
    match (node.kind(), &*node.tag_name) {
        (Some(NodeType::Element), "body") if is_plain(node) => Part::Body,
        (Some(NodeType::Element), "html" | "head") if is_plain(node) => Part::Frame,
        (Some(NodeType::DocumentType | NodeType::Comment), _) => Part::Frame,
        // With rules in the texts within it, not in an attribute.
        (Some(NodeType::Element), "style")
            if attribute_names(node).all(|name| name == "type" || name.starts_with("data-")) =>
        {
            Part::Frame
        }
        (Some(NodeType::Text), _) if leaves_slides_alone(&node.text_content) => Part::Frame,
        _ => Part::Other,
    }
}

/// What a node in the body is.
fn body_part(node: &Node<'_>, event: &Event) -> Part {
    match (node.kind(), &*node.tag_name) {
        (Some(NodeType::Comment), _) => Part::Frame,
        (Some(NodeType::Text), _) if is_white(node) => Part::Frame,
        (Some(NodeType::Element), "div") if is_plain(node) => Part::Body,
        (Some(NodeType::Element), "img") => node
            .attributes
            .and_then(|attributes| Screenshot::of(attributes.get(), event))
            .map_or(Part::Other, Part::Screenshot),
        _ => Part::Other,
    }
}

fn is_white(node: &Node<'_>) -> bool {
    node.text_content.trim().is_empty()
}

fn attribute_names<'a>(node: &Node<'a>) -> impl Iterator<Item = Cow<'a, str>> {
    let attributes = node.attributes.map_or("{}", RawValue::get);
    json_text::members(attributes).map(|(name, _)| name)
}

/// Whether its attributes give it no looks: an element without contents is then not seen.
fn is_plain(node: &Node<'_>) -> bool {
    let attributes = node.attributes.map_or("{}", RawValue::get);
    json_text::members(attributes).all(|(name, value)| {
        let is_plain_style =
            || json_text::text(value).is_some_and(|style| style.split(';').all(is_plain_declaration));
        name.starts_with("data-") || name == "lang" || name == "style" && is_plain_style()
    })
}

/// Without a background an element is not seen, however large it is.
fn is_plain_declaration(declaration: &str) -> bool {
    let mut sides = declaration.split(':').map(str::trim);
    matches!(
        (sides.next(), sides.next(), sides.next()),
        (Some(""), None, None)
            | (Some("display"), Some("contents"), None)
            | (Some("width"), Some("100vw"), None)
            | (Some("height"), Some("100vh"), None)
    )
}
