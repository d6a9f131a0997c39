//! Nodes as rrweb serializes them (`serializedNodeWithId`), before `screen` gives them ids and places.

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::style::Css;

/// What the elements of this pass are made of.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    Element(Element),
    Text(String),
    /// The text of a `<style>`.
    StyleSheet(&'static str),
}

/// An element and what is in it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Element {
    pub(super) tag: &'static str,
    pub(super) attributes: Attributes,
    pub(super) is_svg: bool,
    pub(super) children: Vec<Node>,
}

/// Without order in rrweb, in ours always the same. What is true by being there is recorded as true: a text would be the
/// page's own.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Attributes(Vec<(&'static str, String)>);

impl Serialize for Attributes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            match value.as_str() {
                "" => map.serialize_entry(name, &true)?,
                value => map.serialize_entry(name, value)?,
            }
        }
        map.end()
    }
}

impl Element {
    pub(super) const fn new(tag: &'static str) -> Self {
        Self {
            tag,
            attributes: Attributes(Vec::new()),
            is_svg: false,
            children: Vec::new(),
        }
    }

    pub(super) fn div(css: Css) -> Self {
        Self::new("div").style(css)
    }

    pub(super) fn svg(tag: &'static str) -> Self {
        Self {
            is_svg: true,
            ..Self::new(tag)
        }
    }

    pub(super) fn style(self, css: Css) -> Self {
        self.attribute("style", css.into_string())
    }

    pub(super) fn attribute(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.attributes.0.push((name, value.into()));
        self
    }

    pub(super) fn maybe(self, name: &'static str, value: Option<impl Into<String>>) -> Self {
        match value {
            Some(value) => self.attribute(name, value),
            None => self,
        }
    }

    /// An attribute that is true by being there.
    pub(super) fn flag(self, name: &'static str, set: bool) -> Self {
        self.maybe(name, set.then_some(""))
    }

    pub(super) fn child(mut self, child: Self) -> Self {
        self.children.push(Node::Element(child));
        self
    }

    pub(super) fn text(mut self, text: impl Into<String>) -> Self {
        self.children.push(Node::Text(text.into()));
        self
    }

    /// Whether elements may be put into it and are drawn there.
    pub(super) fn holds_elements(&self) -> bool {
        !matches!(
            self.tag,
            "img" | "input" | "textarea" | "select" | "progress" | "option"
        )
    }
}
