//! A recorded document as far as naming its elements needs it, and telling whether it has something to be seen: who is
//! in whom, and what is written there. `moments` and `sights` feed it with the events of a window, in order.

use std::collections::HashMap;

use super::field::{Field, FieldKind};
use crate::recording::Event;
use crate::recording::event::{EventType, IncrementalSource};
use crate::recording::json_text;
use crate::recording::serialized_node::{Attributes, Element, Visitor, walk};

use super::appearance::Appearance;

/// What is longer than this is no name of an element: it is a part of the page.
const LONGEST_NAME: usize = 80;

/// So far up from what was clicked is the button or link around it.
const MOST_ANCESTORS: usize = 8;

/// What an element is called by where it holds no text, the best first.
const NAMING_ATTRIBUTES: [&str; 6] = ["aria-label", "alt", "title", "placeholder", "value", "name"];

/// The nodes of one window.
#[derive(Debug, Default)]
pub(super) struct Document {
    nodes: HashMap<i64, Node>,
    /// The node of the document itself.
    root: Option<i64>,
    title: Option<i64>,
    /// The `label` for the field with this attribute `id`.
    labels: HashMap<Box<str>, i64>,
}

#[derive(Debug, Default)]
struct Node {
    parent: Option<i64>,
    first_child: Option<i64>,
    last_child: Option<i64>,
    previous: Option<i64>,
    next: Option<i64>,
    kind: NodeKind,
}

#[derive(Debug, Default)]
enum NodeKind {
    Text(Box<str>),
    Element {
        acts: bool,
        /// By an attribute.
        name: Option<Box<str>>,
        appearance: Appearance,
        is_label: bool,
        field: Option<Box<Field>>,
    },
    /// `style` and `script`, whose text is not to be read by people.
    Code,
    #[default]
    Other,
}

impl Document {
    /// Takes what an event changes.
    pub(super) fn apply(&mut self, event: &Event) {
        match (event.kind, event.source) {
            (EventType::FullSnapshot, _) => {
                *self = Self::default();
                if let Some(node) = data(event).and_then(|data| json_text::member(data, "node")) {
                    self.root = self.build(node);
                }
            }
            (_, Some(IncrementalSource::Mutation)) => self.mutate(data(event).unwrap_or_default()),
            _ => {}
        }
    }

    /// The text of the page's `title`.
    pub(super) fn title(&self) -> Option<String> {
        let title = collapsed(&self.text_within(self.title?, 4 * LONGEST_NAME)?);
        (!title.is_empty()).then_some(title)
    }

    /// What a person would call the element: the label of a field; else the text on it, else an attribute that names it, else the same of the
    /// button or link that it is in. Empty if there is nothing.
    pub(super) fn name(&self, id: i64) -> String {
        if self.field(id).is_some() {
            return self.field_name(id);
        }
        if let Some(name) = self.own_name(id) {
            return name;
        }
        let mut at = id;
        for _ in 0..MOST_ANCESTORS {
            let Some(parent) = self.nodes.get(&at).and_then(|node| node.parent) else {
                break;
            };
            at = parent;
            let acts = matches!(
                self.nodes.get(&at).map(|node| &node.kind),
                Some(NodeKind::Element { acts: true, .. })
            );
            if acts {
                return self.own_name(at).unwrap_or_default();
            }
        }
        String::new()
    }

    /// None for what is no field of a form.
    pub(super) fn field_kind(&self, id: i64) -> Option<FieldKind> {
        self.field(id).map(|field| field.kind)
    }

    /// What a field is called: by its label, an attribute that people are told, or at last one that they are not. Never by
    /// what stands in it.
    pub(super) fn field_name(&self, id: i64) -> String {
        let Some(field) = self.field(id) else {
            return String::new();
        };
        let pointing = field.html_id.as_ref().and_then(|id| self.labels.get(id).copied());
        pointing
            .and_then(|label| self.label_text(label))
            .or_else(|| self.label_text(self.label_around(id)?))
            .or_else(|| field.name.as_deref().map(collapsed))
            .or_else(|| field.form_name.as_deref().map(collapsed))
            .unwrap_or_default()
    }

    fn label_around(&self, id: i64) -> Option<i64> {
        let parent = |id: &i64| self.nodes.get(id).and_then(|node| node.parent);
        let is_label = |id: &i64| {
            matches!(
                self.nodes.get(id).map(|node| &node.kind),
                Some(NodeKind::Element { is_label: true, .. })
            )
        };
        std::iter::successors(Some(id), parent)
            .take(MOST_ANCESTORS)
            .find(is_label)
    }

    fn field(&self, id: i64) -> Option<&Field> {
        match &self.nodes.get(&id)?.kind {
            NodeKind::Element { field, .. } => field.as_deref(),
            _ => None,
        }
    }

    fn label_text(&self, id: i64) -> Option<String> {
        let text = collapsed(&self.text_within(id, LONGEST_NAME)?);
        (!text.is_empty()).then_some(text)
    }

    fn own_name(&self, id: i64) -> Option<String> {
        let text = match self.text_within(id, LONGEST_NAME) {
            Some(text) => collapsed(&text),
            // A large part of the page, of which only the text that is directly in it may be its name.
            None => collapsed(&self.text_directly_in(id)),
        };
        if !text.is_empty() && text.chars().count() <= LONGEST_NAME {
            return Some(text);
        }
        match &self.nodes.get(&id)?.kind {
            NodeKind::Element { name: Some(name), .. } => Some(collapsed(name)),
            _ => None,
        }
    }

    /// Whether there is something to be seen: text, or an element that is seen by itself, in nothing that is hidden. Style
    /// sheets are not asked. Counts the nodes that were looked at in `looks`.
    pub(super) fn shows_something(&self, looks: &mut u64) -> bool {
        let Some(root) = self.root else {
            return false;
        };
        let mut at = Some(root);
        while let Some(current) = at {
            *looks += 1;
            let Some(node) = self.nodes.get(&current) else {
                return false;
            };
            let inside = match &node.kind {
                NodeKind::Text(text) if !text.trim().is_empty() => return true,
                NodeKind::Element { appearance, .. } if appearance.is_hidden() => None,
                NodeKind::Element { appearance, .. } if appearance.is_seen() => return true,
                NodeKind::Code => None,
                _ => node.first_child,
            };
            at = inside.or_else(|| self.after(current, root));
        }
        false
    }

    /// All text in an element but for what stands in fields, or none if it is longer than this many characters without its white space.
    fn text_within(&self, id: i64, most: usize) -> Option<String> {
        let mut text = String::new();
        let mut length = 0;
        let mut at = Some(id);
        while let Some(current) = at {
            let Some(node) = self.nodes.get(&current) else {
                break;
            };
            if let NodeKind::Text(piece) = &node.kind {
                length += piece.chars().filter(|c| !c.is_whitespace()).count();
                if length > most {
                    return None;
                }
                text.push_str(piece);
                text.push(' ');
            }
            let is_read = !matches!(
                node.kind,
                NodeKind::Code | NodeKind::Element { field: Some(_), .. }
            );
            let inside = node.first_child.filter(|_| is_read);
            at = inside.or_else(|| self.after(current, id));
        }
        Some(text)
    }

    /// The node that follows the whole of this one, within `root`.
    fn after(&self, mut id: i64, root: i64) -> Option<i64> {
        while id != root {
            let node = self.nodes.get(&id)?;
            if node.next.is_some() {
                return node.next;
            }
            id = node.parent?;
        }
        None
    }

    fn text_directly_in(&self, id: i64) -> String {
        let mut text = String::new();
        let mut child = self.nodes.get(&id).and_then(|node| node.first_child);
        while let Some(node) = child.and_then(|id| self.nodes.get(&id)) {
            if let NodeKind::Text(piece) = &node.kind {
                text.push_str(piece);
                text.push(' ');
            }
            child = node.next;
        }
        text
    }

    fn mutate(&mut self, data: &str) {
        let list = |name: &str| json_text::member(data, name).unwrap_or_default();
        for removed in json_text::elements(list("removes")) {
            if let Some(id) = number(removed, "id") {
                self.remove(id);
            }
        }
        for added in json_text::elements(list("adds")) {
            if let (Some(parent), Some(node)) = (number(added, "parentId"), json_text::member(added, "node"))
                && let Some(id) = self.build(node)
            {
                self.attach(id, parent, number(added, "nextId"));
            }
        }
        for change in json_text::elements(list("texts")) {
            if let (Some(id), Some(value)) = (number(change, "id"), json_text::member(change, "value"))
                && let Some(Node {
                    kind: NodeKind::Text(text),
                    ..
                }) = self.nodes.get_mut(&id)
                && let Some(value) = json_text::text(value)
            {
                *text = value.into();
            }
        }
        for change in json_text::elements(list("attributes")) {
            if let (Some(id), Some(attributes)) =
                (number(change, "id"), json_text::member(change, "attributes"))
                && let Some(Node {
                    kind:
                        NodeKind::Element {
                            name,
                            appearance,
                            field,
                            ..
                        },
                    ..
                }) = self.nodes.get_mut(&id)
            {
                let attributes = Attributes::of(attributes);
                appearance.change(&attributes);
                if let Some(new) = naming(&attributes) {
                    *name = Some(new);
                }
                if let Some(field) = field {
                    field.change(&attributes);
                }
            }
        }
    }

    /// Takes in a node with all that is in it, and gives its id; it is not yet in any other.
    fn build(&mut self, node: &str) -> Option<i64> {
        let mut builder = Builder {
            document: self,
            ended: Vec::new(),
        };
        walk(node, &mut builder);
        builder
            .ended
            .pop()
            .filter(|(_, depth)| *depth == 0)
            .map(|(id, _)| id)
    }

    /// Puts a node into this one, before the `next`, or at the end; unless it is in one already, as where two have its id.
    fn attach(&mut self, id: i64, parent: i64, next: Option<i64>) {
        let is_free = self.nodes.get(&id).is_some_and(|node| node.parent.is_none());
        if !is_free || !self.nodes.contains_key(&parent) || self.is_within(parent, id) {
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

    /// Whether a node is this one or in it.
    fn is_within(&self, id: i64, root: i64) -> bool {
        let mut at = Some(id);
        while let Some(id) = at {
            if id == root {
                return true;
            }
            at = self.nodes.get(&id).and_then(|node| node.parent);
        }
        false
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

/// Puts nodes into each other as they end: children before what they are in.
struct Builder<'a> {
    document: &'a mut Document,
    /// Nodes that are in none yet, with their depths.
    ended: Vec<(i64, usize)>,
}

impl Visitor for Builder<'_> {
    fn node(&mut self, id: i64, depth: usize) {
        // An id that is there already is a node that was moved, or a mistake.
        self.document.remove(id);
        self.document.nodes.insert(id, Node::default());
        let first = self
            .ended
            .iter()
            .rposition(|(_, other)| *other <= depth)
            .map_or(0, |at| at + 1);
        for (child, _) in self.ended.split_off(first) {
            self.document.attach(child, id, None);
        }
        self.ended.push((id, depth));
    }

    fn text(&mut self, id: i64, text: &str) {
        self.document
            .change(id, |node| node.kind = NodeKind::Text(text.into()));
    }

    fn element(&mut self, element: &Element<'_>) {
        let Some(id) = element.id else {
            return;
        };
        let tag = &*element.tag;
        if tag == "title" && self.document.title.is_none() {
            self.document.title = Some(id);
        }
        if tag == "label"
            && let Some(field) = element.attributes.text("for")
        {
            self.document.labels.insert(field.into(), id);
        }
        self.document.change(id, |node| {
            node.kind = match tag {
                "style" | "script" | "noscript" => NodeKind::Code,
                _ => NodeKind::Element {
                    acts: matches!(tag, "a" | "button" | "label" | "summary" | "option")
                        || element.attributes.json("role").is_some(),
                    name: naming(&element.attributes),
                    appearance: Appearance::of(element),
                    is_label: tag == "label",
                    field: Field::of(tag, &element.attributes).map(Box::new),
                },
            };
        });
    }
}

fn naming(attributes: &Attributes<'_>) -> Option<Box<str>> {
    NAMING_ATTRIBUTES.iter().find_map(|name| {
        let text = attributes.text(name)?;
        let fits = !text.trim().is_empty() && text.chars().count() <= LONGEST_NAME;
        fits.then(|| text.into())
    })
}

/// With one blank for any white space, and none at the ends.
pub(super) fn collapsed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The JSON text of an event's `data`.
pub(super) fn data(event: &Event) -> Option<&str> {
    json_text::member(&event.json, "data")
}

pub(super) fn number(json: &str, name: &str) -> Option<i64> {
    json_text::member(json, name)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use super::*;

    fn apply(document: &mut Document, kind: u8, data: &str) {
        let json = format!(r#"{{"type":{kind},"timestamp":1,"data":{data}}}"#);
        document.apply(&Event::parse(json.into(), 0).unwrap().0);
    }

    fn document() -> Document {
        let mut document = Document::default();
        let text = |id: u32, text: &str| format!(r#"{{"type":3,"textContent":"{text}","id":{id}}}"#);
        let element = |id: u32, tag: &str, attributes: &str, children: &[String]| {
            format!(
                r#"{{"type":2,"tagName":"{tag}","attributes":{{{attributes}}},"childNodes":[{}],"id":{id}}}"#,
                children.join(",")
            )
        };
        let long = "a long text that tells of many things ".repeat(4);
        let page = [
            element(2, "title", "", &[text(3, " A \\n page ")]),
            element(
                4,
                "button",
                r#""aria-label":"Close""#,
                &[element(5, "svg", "", &[element(6, "path", "", &[])])],
            ),
            element(
                7,
                "button",
                "",
                &[element(8, "b", "", &[text(9, "Add")]), text(10, " to basket")],
            ),
            element(
                11,
                "div",
                "",
                &[element(12, "p", "", &[text(13, &long)]), text(14, "Own")],
            ),
            element(15, "input", r#""placeholder":"Your name""#, &[]),
            element(16, "div", "", &[element(17, "script", "", &[text(18, "code()")])]),
        ];
        apply(
            &mut document,
            2,
            &format!(
                r#"{{"node":{{"type":0,"childNodes":[{}],"id":1}}}}"#,
                page.join(",")
            ),
        );
        document
    }

    #[test]
    fn elements_are_called_by_what_is_on_them() {
        let document = document();
        assert_eq!(document.title().as_deref(), Some("A page"));
        for (id, name) in [
            (4, "Close"),
            (6, "Close"),
            (7, "Add to basket"),
            (8, "Add"),
            (9, "Add"),
            (11, "Own"),
            (12, ""),
            (15, "Your name"),
            (16, ""),
            (99, ""),
        ] {
            assert_eq!(document.name(id), name, "{id}");
        }
    }

    #[test]
    fn two_nodes_of_one_id_are_one() {
        let text = |words: &str| format!(r#"{{"type":3,"textContent":"{words}","id":2}}"#);
        let (one, two) = (text("one"), text("two"));
        for children in [
            format!("{one},{two}"),
            format!(r#"{one},{{"type":2,"tagName":"b","attributes":{{}},"childNodes":[{two}],"id":3}}"#),
        ] {
            let mut document = Document::default();
            let button = r#""type":2,"tagName":"button","attributes":{}"#;
            let page = format!(r#"{{"node":{{{button},"childNodes":[{children}],"id":1}}}}"#);
            apply(&mut document, 2, &page);
            assert_eq!(document.name(1), "two", "{children}");
            apply(
                &mut document,
                3,
                r#"{"source":0,"removes":[{"parentId":0,"id":1}]}"#,
            );
            assert!(document.nodes.is_empty(), "{children}");
        }
    }

    #[test]
    fn names_follow_the_mutations() {
        let mut document = document();
        for (change, id, name) in [
            (
                r#"{"source":0,"texts":[{"id":9,"value":"Put"}]}"#,
                7,
                "Put to basket",
            ),
            (
                r#"{"source":0,"removes":[{"parentId":7,"id":8}]}"#,
                7,
                "to basket",
            ),
            (
                r#"{"source":0,"adds":[{"parentId":7,"nextId":10,"node":{"type":3,"textContent":"Back","id":8}}]}"#,
                7,
                "Back to basket",
            ),
            (
                r#"{"source":0,"adds":[{"parentId":7,"nextId":null,"node":{"type":3,"textContent":"!","id":20}}]}"#,
                7,
                "Back to basket !",
            ),
            // Moved without having been removed.
            (
                r#"{"source":0,"adds":[{"parentId":4,"nextId":null,"node":{"type":3,"textContent":"X","id":20}}]}"#,
                4,
                "X",
            ),
            (r#"{"source":0}"#, 7, "Back to basket"),
            (
                r#"{"source":0,"attributes":[{"id":15,"attributes":{"placeholder":"First name"}}]}"#,
                15,
                "First name",
            ),
            // Into itself, into nothing, and no changes at all.
            (
                r#"{"source":0,"adds":[{"parentId":7,"node":{"type":2,"tagName":"i","attributes":{},"childNodes":[],"id":7}}]}"#,
                7,
                "",
            ),
            (
                r#"{"source":0,"adds":[{"parentId":99,"node":{"type":3,"textContent":"X","id":30}},7],"removes":[{}],"texts":null}"#,
                15,
                "First name",
            ),
        ] {
            apply(&mut document, 3, change);
            assert_eq!(document.name(id), name, "{change}");
        }
    }

    #[test]
    fn depth_needs_no_stack() {
        let levels = 50_000;
        let mut nodes = r#"{"type":2,"tagName":"b","attributes":{},"childNodes":["#.repeat(levels);
        nodes.push_str(r#"{"type":3,"textContent":"deep","id":0}"#);
        for id in 1..=levels {
            write!(nodes, r#"],"id":{id}}}"#).unwrap();
        }
        let mut document = Document::default();
        apply(&mut document, 2, &format!(r#"{{"node":{nodes}}}"#));
        assert_eq!(document.name(50_000), "deep");
        apply(
            &mut document,
            3,
            &format!(r#"{{"source":0,"removes":[{{"id":{levels}}}]}}"#),
        );
        assert!(document.nodes.is_empty());
    }
}
