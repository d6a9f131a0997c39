//! Walks the nodes that rrweb serialized, a [`Visitor`] being told of each, without building a tree: a page may be
//! large and, if somebody means harm, any number of levels deep.

use std::borrow::Cow;

use super::json_text::{self, Token, Tokens};
use super::rrweb_types::NodeType;

/// Is told of the nodes in the order in which they end, so children come before their parent: rrweb writes a node's
/// id after its children.
pub(super) trait Visitor {
    fn element(&mut self, _element: &Element<'_>) {}

    /// Text within a `style` element, a style sheet or a part of one.
    fn style_text(&mut self, _id: Option<i64>, _css: &str) {}

    /// Any node with an id, before what it is. `depth` is 0 for the node that is walked.
    fn node(&mut self, _id: i64, _depth: usize) {}

    /// Any text node with an id, also within a `style` element.
    fn text(&mut self, _id: i64, _text: &str) {}
}

#[derive(Debug)]
pub(super) struct Element<'a> {
    pub(super) id: Option<i64>,
    pub(super) tag: Cow<'a, str>,
    pub(super) attributes: Attributes<'a>,
    /// The recorder left the contents out, for privacy.
    pub(super) blocked: bool,
    /// Whether a document is among its children, which only an iframe can have.
    pub(super) holds_document: bool,
    /// Whether it is an element of SVG.
    pub(super) is_svg: bool,
}

/// The attributes of an element or of a change to it.
#[derive(Debug, Default)]
pub(super) struct Attributes<'a>(Vec<(Cow<'a, str>, &'a str)>);

impl<'a> Attributes<'a> {
    /// From the JSON text of an object.
    pub(super) fn of(json: &'a str) -> Self {
        Self(json_text::members(json).collect())
    }

    /// The JSON text of an attribute's value.
    pub(super) fn json(&self, name: &str) -> Option<&'a str> {
        self.0
            .iter()
            .find_map(|(key, value)| (key == name).then_some(*value))
    }

    pub(super) fn text(&self, name: &str) -> Option<Cow<'a, str>> {
        json_text::text(self.json(name)?)
    }
}

/// Walks a serialized node, given as JSON text; returns its type, if this version knows it.
pub(super) fn walk(json: &str, visitor: &mut impl Visitor) -> Option<NodeType> {
    let mut tokens = Tokens::new(json);
    let mut open: Vec<Open<'_>> = Vec::new();
    while let Some(token) = tokens.next() {
        match (token, open.last_mut()) {
            (Token::BeginObject, None | Some(Open::Children)) => open.push(Open::Node(Node::default())),
            (Token::Key(key), Some(Open::Node(node))) => {
                let begins_array = || tokens.clone().next() == Some(Token::BeginArray);
                if key == "\"childNodes\"" && begins_array() {
                    tokens.next();
                    open.push(Open::Children);
                } else if let Some(value) = tokens.value() {
                    node.set(key, value);
                }
            }
            (Token::EndArray, Some(Open::Children)) => {
                open.pop();
            }
            (Token::EndObject, Some(Open::Node(_))) => {
                if let Some(Open::Node(node)) = open.pop() {
                    if let Some(id) = node.id {
                        visitor.node(id, open.len() / 2);
                    }
                    let parent = match open.iter_mut().rev().nth(1) {
                        Some(Open::Node(parent)) => Some(parent),
                        _ => None,
                    };
                    node.end(parent, visitor);
                    if open.is_empty() {
                        return node.kind;
                    }
                }
            }
            _ => {}
        }
    }
    None
}

/// What has begun and not ended; a node and its children alternate.
enum Open<'a> {
    Node(Node<'a>),
    Children,
}

#[derive(Default)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is told by the recorder by itself"
)]
struct Node<'a> {
    kind: Option<NodeType>,
    id: Option<i64>,
    tag: Cow<'a, str>,
    attributes: Option<&'a str>,
    text: Option<&'a str>,
    is_style: bool,
    blocked: bool,
    holds_document: bool,
    is_svg: bool,
}

impl<'a> Node<'a> {
    fn set(&mut self, key: &str, value: &'a str) {
        match key {
            "\"type\"" => self.kind = value.parse().ok().and_then(NodeType::from_number),
            "\"id\"" => self.id = value.parse().ok(),
            "\"tagName\"" => self.tag = json_text::text(value).unwrap_or_default(),
            "\"attributes\"" => self.attributes = Some(value),
            "\"textContent\"" => self.text = Some(value),
            "\"isSVG\"" => self.is_svg = value == "true",
            "\"isStyle\"" => self.is_style = value == "true",
            "\"needBlock\"" => self.blocked = value == "true",
            _ => {}
        }
    }

    fn end(&self, parent: Option<&mut Node<'_>>, visitor: &mut impl Visitor) {
        if let (Some(NodeType::Text), Some(id)) = (self.kind, self.id)
            && let Some(text) = self.text.and_then(json_text::text)
        {
            visitor.text(id, &text);
        }
        match self.kind {
            Some(NodeType::Element) => {
                let attributes = self.attributes.map(Attributes::of).unwrap_or_default();
                visitor.element(&Element {
                    id: self.id,
                    tag: Cow::Borrowed(&self.tag),
                    blocked: self.blocked || attributes.json("rr_width").is_some(),
                    attributes,
                    holds_document: self.holds_document,
                    is_svg: self.is_svg,
                });
            }
            Some(NodeType::Text)
                if self.is_style || parent.as_ref().is_some_and(|parent| parent.tag == "style") =>
            {
                if let Some(css) = self.text.and_then(json_text::text) {
                    visitor.style_text(self.id, &css);
                }
            }
            Some(NodeType::Document) => {
                if let Some(parent) = parent {
                    parent.holds_document = true;
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Seen(Vec<String>);

    impl Visitor for Seen {
        fn element(&mut self, element: &Element<'_>) {
            let Element {
                id,
                tag,
                attributes,
                blocked,
                holds_document,
                ..
            } = element;
            self.0.push(format!(
                "{} {tag} src={} blocked={blocked} document={holds_document}",
                id.unwrap_or(-1),
                attributes.text("src").unwrap_or_default()
            ));
        }

        fn style_text(&mut self, id: Option<i64>, css: &str) {
            self.0.push(format!("{} text {css}", id.unwrap_or(-1)));
        }
    }

    fn seen(json: &str) -> (Option<NodeType>, Vec<String>) {
        let mut seen = Seen::default();
        let kind = walk(json, &mut seen);
        (kind, seen.0)
    }

    #[test]
    fn every_node_is_told_with_what_it_has() {
        let (kind, seen) = seen(
            r#"{"type":0,"childNodes":[
                {"type":2,"tagName":"style","attributes":{},"childNodes":[{"type":3,"textContent":"a{}","id":3}],"id":2},
                {"type":2,"tagName":"p","attributes":{},"childNodes":[{"type":3,"textContent":"no style","id":5}],"id":4},
                {"id":6,"type":2,"attributes":{"src":"a\/b","x":{"src":"no"}},"childNodes":[{"type":0,"childNodes":[],"id":7}],"tagName":"iframe"},
                {"type":2,"tagName":"div","attributes":{"rr_width":"1px"},"id":8},
                {"type":3,"textContent":"b{}","isStyle":true,"id":9}],"id":1}"#,
        );
        assert_eq!(kind, Some(NodeType::Document));
        assert_eq!(
            seen,
            [
                "3 text a{}",
                "2 style src= blocked=false document=false",
                "4 p src= blocked=false document=false",
                "6 iframe src=a/b blocked=false document=true",
                "8 div src= blocked=true document=false",
                "9 text b{}",
            ]
        );
    }

    #[test]
    fn what_is_no_node_says_nothing() {
        for json in [
            "null",
            "[]",
            "{}",
            r#"{"childNodes":7}"#,
            r#"{"childNodes":[7,"x",[]]}"#,
            r#"{"type":2,"childNodes":{"a":[]}"#,
        ] {
            assert_eq!(seen(json), (None, Vec::new()), "{json}");
        }
    }

    #[test]
    fn depth_needs_no_stack() {
        let levels = 100_000;
        let json = r#"{"type":2,"tagName":"b","attributes":{},"childNodes":["#.repeat(levels)
            + &r#"],"id":1}"#.repeat(levels);
        let (kind, seen) = seen(&json);
        assert_eq!((kind, seen.len()), (Some(NodeType::Element), levels));
    }
}
