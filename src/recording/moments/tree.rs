//! The nodes of one window's document and how they are linked, kept up with its events. `document` tells from it what
//! elements are called.

use std::collections::HashMap;

use super::element::Element;
use super::legible::legible;
use crate::recording::Event;
use crate::recording::json_text::{elements, integer, member, text};
use crate::recording::rrweb_types::{EventType, IncrementalSource};
use crate::recording::serialized_node::{self, Attributes, Visitor, walk};

#[derive(Debug, Default)]
pub(super) struct Tree {
    nodes: HashMap<i64, Node>,
    /// The node of the document itself.
    root: Option<i64>,
    title: Option<i64>,
    /// The `label` for the field with this attribute `id`.
    labels: HashMap<Box<str>, i64>,
}

#[derive(Debug, Default)]
pub(super) struct Node {
    parent: Option<i64>,
    pub(super) first_child: Option<i64>,
    last_child: Option<i64>,
    previous: Option<i64>,
    pub(super) next: Option<i64>,
    pub(super) kind: NodeKind,
}

#[derive(Debug, Default)]
pub(super) enum NodeKind {
    /// What is [`legible`] of it.
    Text(Box<str>),
    Element(Element),
    /// `style` and `script`, whose text is not to be read by people.
    Code,
    #[default]
    Other,
}

/// What there is to know of it.
impl Tree {
    pub(super) fn node(&self, id: i64) -> Option<&Node> {
        self.nodes.get(&id)
    }

    pub(super) const fn root(&self) -> Option<i64> {
        self.root
    }

    /// The first `title`.
    pub(super) const fn title(&self) -> Option<i64> {
        self.title
    }

    /// The `label` that points at the field with this attribute `id`.
    pub(super) fn label_for(&self, html_id: &str) -> Option<i64> {
        self.labels.get(html_id).copied()
    }

    /// What a node is in, from the inside out.
    pub(super) fn ancestors(&self, id: i64) -> impl Iterator<Item = i64> {
        let parent = |id: i64| self.node(id)?.parent;
        std::iter::successors(parent(id), move |&id| parent(id))
    }

    /// The node that follows the whole of this one, within `root`.
    pub(super) fn after(&self, mut id: i64, root: i64) -> Option<i64> {
        while id != root {
            let node = self.node(id)?;
            if node.next.is_some() {
                return node.next;
            }
            id = node.parent?;
        }
        None
    }

    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }
}

/// What events change.
impl Tree {
    pub(super) fn apply(&mut self, event: &Event) {
        match (event.kind, event.source) {
            (EventType::FullSnapshot, _) => {
                *self = Self::default();
                if let Some(node) = event.data().and_then(|data| member(data, "node")) {
                    self.root = self.build(node).map(|built| built.id);
                }
            }
            (_, Some(IncrementalSource::Mutation)) => self.mutate(event.data().unwrap_or_default()),
            _ => {}
        }
    }

    /// In the order of rrweb's replayer, whatever that of the lists in the text.
    fn mutate(&mut self, data: &str) {
        let list = |name: &str| elements(member(data, name).unwrap_or_default());
        list("removes").for_each(|removed| self.removal(removed));
        list("adds").for_each(|added| self.addition(added));
        list("texts").for_each(|change| self.text_change(change));
        list("attributes").for_each(|change| self.attribute_change(change));
    }

    fn removal(&mut self, removed: &str) {
        if let Some(id) = integer(removed, "id") {
            self.remove(id);
        }
    }

    fn addition(&mut self, added: &str) {
        if let (Some(parent), Some(node)) = (integer(added, "parentId"), member(added, "node"))
            && let Some(Built { id, nodes }) = self.build(node)
            && !self.is_within(parent, id, nodes)
        {
            self.attach(id, parent, integer(added, "nextId"));
        }
    }

    fn text_change(&mut self, change: &str) {
        if let (Some(id), Some(value)) = (integer(change, "id"), member(change, "value"))
            && let Some(NodeKind::Text(now)) = self.nodes.get_mut(&id).map(|node| &mut node.kind)
            && let Some(value) = text(value)
        {
            *now = legible(&value);
        }
    }

    fn attribute_change(&mut self, change: &str) {
        if let (Some(id), Some(attributes)) = (integer(change, "id"), member(change, "attributes"))
            && let Some(NodeKind::Element(element)) = self.nodes.get_mut(&id).map(|node| &mut node.kind)
        {
            element.change(&Attributes::of(attributes));
        }
    }

    /// Takes in a node with all that is in it; it is not yet in any other.
    fn build(&mut self, node: &str) -> Option<Built> {
        let mut builder = Builder {
            tree: self,
            nodes: 0,
            ended: Vec::new(),
        };
        walk(node, &mut builder);
        let (id, depth) = builder.ended.pop()?;
        let nodes = builder.nodes;
        (depth == 0).then_some(Built { id, nodes })
    }

    /// Puts a node into this one, which must not be in it, before the `next`, or at the end; unless it is in one already,
    /// as where two have its id.
    fn attach(&mut self, id: i64, parent: i64, next: Option<i64>) {
        let is_free = self.nodes.get(&id).is_some_and(|node| node.parent.is_none());
        if !is_free || id == parent || !self.nodes.contains_key(&parent) {
            return;
        }
        let is_child = |next: &i64| {
            self.nodes
                .get(next)
                .is_some_and(|node| node.parent == Some(parent))
        };
        let next = next.filter(is_child);
        let previous = match next {
            Some(next) => self.nodes[&next].previous,
            None => self.nodes[&parent].last_child,
        };
        if let Some(node) = self.nodes.get_mut(&id) {
            (node.parent, node.previous, node.next) = (Some(parent), previous, next);
        }
        self.link(parent, previous, Some(id));
        self.link_back(parent, next, Some(id));
    }

    /// Whether a node is this one or in it. `nodes` says how many are in it at most: the way up to it is no longer, however
    /// deep the page is.
    fn is_within(&self, id: i64, root: i64, nodes: usize) -> bool {
        id == root || self.ancestors(id).take(nodes).any(|ancestor| ancestor == root)
    }

    /// Forgets a node and all that is in it.
    fn remove(&mut self, id: i64) {
        let Some(node) = self.nodes.get(&id) else {
            return;
        };
        if let Some(parent) = node.parent {
            let (previous, next) = (node.previous, node.next);
            self.link(parent, previous, next);
            self.link_back(parent, next, previous);
        }
        let mut doomed = vec![id];
        while let Some(id) = doomed.pop() {
            let mut child = self.nodes.remove(&id).and_then(|node| node.first_child);
            while let Some(id) = child {
                doomed.push(id);
                child = self.nodes.get(&id).and_then(|node| node.next);
            }
        }
    }

    /// What follows `previous` in its parent, or comes first there.
    fn link(&mut self, parent: i64, previous: Option<i64>, to: Option<i64>) {
        match previous {
            Some(previous) => self.change(previous, |node| node.next = to),
            None => self.change(parent, |node| node.first_child = to),
        }
    }

    /// What precedes `next` in its parent, or comes last there.
    fn link_back(&mut self, parent: i64, next: Option<i64>, to: Option<i64>) {
        match next {
            Some(next) => self.change(next, |node| node.previous = to),
            None => self.change(parent, |node| node.last_child = to),
        }
    }

    fn change(&mut self, id: i64, change: impl FnOnce(&mut Node)) {
        if let Some(node) = self.nodes.get_mut(&id) {
            change(node);
        }
    }
}

/// A node that was taken in with all that is in it.
struct Built {
    id: i64,
    /// How many they are, or more where some have the same id.
    nodes: usize,
}

/// Puts nodes into each other as they end: children before what they are in.
struct Builder<'a> {
    tree: &'a mut Tree,
    nodes: usize,
    /// Nodes that are in none yet, with their depths.
    ended: Vec<(i64, usize)>,
}

impl Visitor for Builder<'_> {
    fn node(&mut self, id: i64, depth: usize) {
        self.nodes += 1;
        // An id that is there already is a node that was moved, or a mistake.
        self.tree.remove(id);
        self.tree.nodes.insert(id, Node::default());
        let first = self
            .ended
            .iter()
            .rposition(|(_, other)| *other <= depth)
            .map_or(0, |at| at + 1);
        // The node is new, so in none of them.
        for (child, _) in self.ended.split_off(first) {
            self.tree.attach(child, id, None);
        }
        self.ended.push((id, depth));
    }

    fn text(&mut self, id: i64, text: &str) {
        self.tree
            .change(id, |node| node.kind = NodeKind::Text(legible(text)));
    }

    fn element(&mut self, element: &serialized_node::Element<'_>) {
        let Some(id) = element.id else {
            return;
        };
        let tag = &*element.tag;
        // Of several the first, as long as it is there; drawings have titles of their own.
        let is_titled = self
            .tree
            .title
            .is_some_and(|title| self.tree.nodes.contains_key(&title));
        if tag == "title" && !element.is_svg && !is_titled {
            self.tree.title = Some(id);
        }
        if tag == "label"
            && let Some(field) = element.attributes.text("for")
        {
            self.tree.labels.insert(field.into(), id);
        }
        self.tree.change(id, |node| {
            node.kind = match tag {
                "style" | "script" | "noscript" => NodeKind::Code,
                _ => NodeKind::Element(Element::of(element)),
            };
        });
    }
}
