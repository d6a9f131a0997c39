//! What the elements of a recorded document are called, and whether it has something to be seen. `moments` and `sights`
//! feed it with the events of a window, in order.

use std::cell::Cell;

use super::element::Element;
use super::field::{Field, FieldKind, names_secret};
use super::legible::{LONGEST_NAME, LONGEST_TITLE, collapsed};
use super::tree::{NodeKind, Tree};
use crate::recording::Event;

/// So far up from what was clicked is the button or link around it.
const MOST_ANCESTORS: usize = 8;

/// So far up from what was clicked an editor around it is looked for. Browsers nest no deeper what they read.
const MOST_LEVELS: usize = 512;

/// Names are asked for with each event, which would take as long as events times nodes. So once this many nodes have been
/// looked at for names, none is looked for in what has more nodes in it than that many: a part of the page rather than a
/// thing in it.
const MOST_LOOKS: usize = 2_000_000;
const MOST_NODES: usize = 500;

/// The nodes of one window, and their names.
#[derive(Debug, Default)]
pub(super) struct Document {
    tree: Tree,
    /// How many nodes have been looked at for names.
    looks: Cell<usize>,
}

impl Document {
    /// Takes what an event changes.
    pub(super) fn apply(&mut self, event: &Event) {
        self.tree.apply(event);
    }

    /// The text of the page's `title`.
    pub(super) fn title(&self) -> Option<String> {
        let title = self.text_within(self.tree.title()?, LONGEST_TITLE)?;
        (!title.is_empty()).then_some(title)
    }

    /// What a person would call the element: the label of a field; else the text on it, else an attribute that names
    /// it, else the same of the button or link that it is in. What people write is no name: where they do, it is an
    /// attribute of the editor. Empty if there is nothing.
    pub(super) fn name(&self, id: i64) -> String {
        if self.field(id).is_some() {
            return self.field_name(id);
        }
        if let Some(editor) = self.editor_around(id) {
            return self.attribute_name(editor).unwrap_or_default();
        }
        if let Some(name) = self.own_name(id) {
            return name;
        }
        let acts = |id: &i64| self.element(*id).is_some_and(|element| element.acts);
        let acting = self.tree.ancestors(id).take(MOST_ANCESTORS).find(acts);
        acting.and_then(|id| self.own_name(id)).unwrap_or_default()
    }

    /// None for what is no field of a form. A text field that is called as those for secrets are is one for them.
    pub(super) fn field_kind(&self, id: i64) -> Option<FieldKind> {
        let field = self.field(id)?;
        let is_called_secret = || field.is_called_secret() || names_secret(&self.field_name(id));
        Some(match field.kind {
            FieldKind::Text if is_called_secret() => FieldKind::Secret,
            kind => kind,
        })
    }

    /// What a field is called: by its label, an attribute that people are told, or at last one that they are not. Never by
    /// what stands in it.
    pub(super) fn field_name(&self, id: i64) -> String {
        let Some(field) = self.field(id) else {
            return String::new();
        };
        let pointing = field.html_id.as_ref().and_then(|id| self.tree.label_for(id));
        pointing
            .and_then(|label| self.label_text(label))
            .or_else(|| self.label_text(self.label_around(id)?))
            .or_else(|| field.name.as_deref().map(str::to_owned))
            .or_else(|| field.form_name.as_deref().map(str::to_owned))
            .unwrap_or_default()
    }

    fn label_around(&self, id: i64) -> Option<i64> {
        let is_label = |id: &i64| self.element(*id).is_some_and(|element| element.is_label);
        std::iter::once(id)
            .chain(self.tree.ancestors(id))
            .take(MOST_ANCESTORS)
            .find(is_label)
    }

    fn editor_around(&self, id: i64) -> Option<i64> {
        let is_editor = |id: &i64| self.element(*id).is_some_and(|element| element.is_editor);
        std::iter::once(id)
            .chain(self.tree.ancestors(id).take(MOST_LEVELS))
            .find(is_editor)
    }

    fn element(&self, id: i64) -> Option<&Element> {
        match &self.tree.node(id)?.kind {
            NodeKind::Element(element) => Some(element),
            _ => None,
        }
    }

    fn field(&self, id: i64) -> Option<&Field> {
        self.element(id)?.field.as_deref()
    }

    fn label_text(&self, id: i64) -> Option<String> {
        let text = self.text_within(id, LONGEST_NAME)?;
        (!text.is_empty()).then_some(text)
    }

    fn own_name(&self, id: i64) -> Option<String> {
        let text = self
            .text_within(id, LONGEST_NAME)
            // A large part of the page, of which only the text that is directly in it may be its name.
            .or_else(|| self.text_directly_in(id, LONGEST_NAME));
        let is_name = |text: &String| !text.is_empty() && text.chars().count() <= LONGEST_NAME;
        text.filter(is_name).or_else(|| self.attribute_name(id))
    }

    fn attribute_name(&self, id: i64) -> Option<String> {
        self.element(id)?.name.as_deref().map(collapsed)
    }

    /// Whether there is something to be seen: text, or an element that is seen by itself, in nothing that is hidden. Style
    /// sheets are not asked. Counts the nodes that were looked at in `looks`.
    pub(super) fn shows_something(&self, looks: &mut u64) -> bool {
        let Some(root) = self.tree.root() else {
            return false;
        };
        let mut at = Some(root);
        while let Some(current) = at {
            *looks += 1;
            let Some(node) = self.tree.node(current) else {
                return false;
            };
            let inside = match &node.kind {
                NodeKind::Text(text) if !text.is_empty() => return true,
                NodeKind::Element(element) if element.appearance.is_hidden() => None,
                NodeKind::Element(element) if element.appearance.is_seen() => return true,
                NodeKind::Code => None,
                _ => node.first_child,
            };
            at = inside.or_else(|| self.tree.after(current, root));
        }
        false
    }

    /// All text in an element but for what stands in fields and editors, or none if it is longer than this many
    /// characters without its white space, or in a large part of the page.
    fn text_within(&self, id: i64, most: usize) -> Option<String> {
        let next = |&at: &i64| {
            let node = self.tree.node(at)?;
            let is_read = match &node.kind {
                NodeKind::Code => false,
                NodeKind::Element(element) => element.field.is_none() && !element.is_editor,
                _ => true,
            };
            let inside = node.first_child.filter(|_| is_read);
            inside.or_else(|| self.tree.after(at, id))
        };
        self.text_of(std::iter::successors(Some(id), next), most)
    }

    /// The same of its children that are text.
    fn text_directly_in(&self, id: i64, most: usize) -> Option<String> {
        let first = self.tree.node(id)?.first_child;
        self.text_of(std::iter::successors(first, |&at| self.tree.node(at)?.next), most)
    }

    fn text_of(&self, nodes: impl Iterator<Item = i64>, most: usize) -> Option<String> {
        let mut text = String::new();
        let mut length = 0;
        let is_bounded = self.looks.get() >= MOST_LOOKS;
        for (before, id) in nodes.enumerate() {
            if is_bounded && before == MOST_NODES {
                return None;
            }
            self.looks.set(self.looks.get() + 1);
            if let Some(NodeKind::Text(piece)) = self.tree.node(id).map(|node| &node.kind) {
                length += piece.chars().filter(|c| !c.is_whitespace()).count();
                if length > most {
                    return None;
                }
                text.push_str(piece);
                text.push(' ');
            }
        }
        Some(collapsed(&text))
    }
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
    fn what_people_write_is_no_name() {
        let text = |id: u32, text: &str| format!(r#"{{"type":3,"textContent":"{text}","id":{id}}}"#);
        let element = |id: u32, tag: &str, attributes: &str, child: &str| {
            format!(
                r#"{{"type":2,"tagName":"{tag}","attributes":{{{attributes}}},"childNodes":[{child}],"id":{id}}}"#
            )
        };
        let editor = element(
            2,
            "div",
            r#""contenteditable":"true","aria-label":"Message""#,
            &element(3, "p", "", &text(4, "dear diary")),
        );
        let nameless = element(5, "div", r#""contenteditable":"""#, &text(6, "my secret"));
        let around = element(
            7,
            "button",
            "",
            &[
                text(8, "Subject"),
                element(
                    9,
                    "span",
                    r#""contenteditable":"plaintext-only""#,
                    &text(10, "secret"),
                ),
            ]
            .join(","),
        );
        let fixed = element(11, "p", r#""contenteditable":"false""#, &text(12, "Help"));
        let mut document = Document::default();
        let page = [editor, nameless, around, fixed].join(",");
        apply(
            &mut document,
            2,
            &format!(r#"{{"node":{{"type":0,"childNodes":[{page}],"id":1}}}}"#),
        );
        for (id, name) in [
            (2, "Message"),
            (3, "Message"),
            (4, "Message"),
            (5, ""),
            (6, ""),
            (7, "Subject"),
            (9, ""),
            (11, "Help"),
            (12, "Help"),
        ] {
            assert_eq!(document.name(id), name, "{id}");
        }
        for (value, name) in [(r#""true""#, ""), ("null", "Help")] {
            let change = format!(
                r#"{{"source":0,"attributes":[{{"id":11,"attributes":{{"contenteditable":{value}}}}}]}}"#
            );
            apply(&mut document, 3, &change);
            assert_eq!(document.name(12), name, "{value}");
        }
    }

    #[test]
    fn the_title_is_the_one_that_the_page_has_now() {
        let title = |id: u32, text: &str, more: &str| {
            format!(
                r#"{{"type":2,"tagName":"title","attributes":{{}},"childNodes":[{{"type":3,"textContent":"{text}","id":{}}}],"id":{id}{more}}}"#,
                id + 1
            )
        };
        let icon = title(10, "Close", r#","isSVG":true"#);
        let mut document = Document::default();
        apply(
            &mut document,
            2,
            &format!(r#"{{"node":{{"type":0,"childNodes":[{icon}],"id":1}}}}"#),
        );
        assert_eq!(document.title(), None);
        for (id, text) in [(2, "One"), (4, "Two")] {
            let change = format!(
                r#"{{"source":0,"removes":[{{"parentId":1,"id":2}}],"adds":[{{"parentId":1,"nextId":null,"node":{}}}]}}"#,
                title(id, text, "")
            );
            apply(&mut document, 3, &change);
            assert_eq!(document.title().as_deref(), Some(text));
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
            assert!(document.tree.is_empty(), "{children}");
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
            // Into itself and into what is in it, into nothing, and no changes at all.
            (
                r#"{"source":0,"adds":[{"parentId":7,"node":{"type":2,"tagName":"i","attributes":{},"childNodes":[],"id":7}}]}"#,
                7,
                "",
            ),
            (
                r#"{"source":0,"adds":[{"parentId":8,"node":{"type":2,"tagName":"i","attributes":{},"childNodes":[
                    {"type":2,"tagName":"b","attributes":{},"childNodes":[{"type":3,"textContent":"in","id":9}],"id":8}],"id":7}}]}"#,
                7,
                "in",
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
        while document.looks.get() < MOST_LOOKS {
            assert_eq!(document.name(50_000), "deep");
        }
        // With its text as many nodes as are looked at from then on; one more; far more.
        for (id, name) in [(499, "deep"), (500, ""), (50_000, "")] {
            assert_eq!(document.name(id), name, "{id}");
        }
        apply(
            &mut document,
            3,
            &format!(r#"{{"source":0,"removes":[{{"id":{levels}}}]}}"#),
        );
        assert!(document.tree.is_empty());
    }
}
