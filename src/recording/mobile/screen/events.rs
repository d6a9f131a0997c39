//! What rrweb gets of a screen: the JSON of its events, written from the nodes that the player does not know yet.

use std::collections::HashMap;

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use super::super::node::Node;
use super::{DOCUMENT, DOCUMENT_TYPE, HTML, Removal, Screen};
use crate::recording::rrweb_types::NodeType;

impl Screen {
    /// The whole screen as the JSON of a `FullSnapshot` event.
    pub(in super::super) fn full_snapshot(&mut self) -> String {
        let html = Serialized {
            screen: self,
            id: HTML,
            with_children: true,
        };
        let json = json(&Event {
            kind: 2,
            timestamp: self.now_ms,
            data: FullSnapshot {
                node: Document {
                    kind: NodeType::Document.number(),
                    id: DOCUMENT,
                    child_nodes: (DocumentType::default(), html),
                },
                initial_offset: Offset::default(),
            },
        });
        self.settle();
        json
    }

    /// What has changed as the JSON of an `IncrementalSnapshot` event.
    pub(in super::super) fn mutation(&mut self) -> String {
        let next = self.next_siblings();
        let adds: Vec<_> = self
            .fresh
            .iter()
            .enumerate()
            .filter_map(|(order, id)| {
                let placed = self.nodes.get(id).filter(|placed| placed.order == order)?;
                Some(Addition {
                    parent_id: placed.parent,
                    next_id: next.get(id).copied().flatten(),
                    node: Serialized {
                        screen: self,
                        id: *id,
                        with_children: false,
                    },
                })
            })
            .collect();
        let json = json(&Event {
            kind: 3,
            timestamp: self.now_ms,
            data: Mutation {
                source: 0,
                texts: [],
                attributes: [],
                removes: &self.removed,
                adds,
            },
        });
        self.settle();
        json
    }

    /// For each new node the sibling that the player knows already and before which it belongs. Looks at new nodes alone:
    /// there may be few among very many.
    fn next_siblings(&self) -> HashMap<u64, Option<u64>> {
        let mut next: HashMap<u64, Option<u64>> = HashMap::new();
        for id in &self.fresh {
            let mut passed = Vec::new();
            let mut at = Some(*id);
            let known = loop {
                let placed = at.and_then(|at| self.nodes.get(&at));
                match (at, placed.filter(|placed| placed.node.is_some())) {
                    (Some(fresh), Some(_)) if next.contains_key(&fresh) => break next[&fresh],
                    (Some(fresh), Some(placed)) => {
                        passed.push(fresh);
                        at = placed.next;
                    }
                    _ => break at,
                }
            };
            next.extend(passed.into_iter().map(|fresh| (fresh, known)));
        }
        next
    }
}

/// Serializing these types cannot fail: their keys are strings.
fn json(event: &impl Serialize) -> String {
    serde_json::to_string(event).unwrap_or_default()
}

#[derive(Serialize)]
struct Event<D> {
    #[serde(rename = "type")]
    kind: u8,
    timestamp: f64,
    data: D,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FullSnapshot<'a> {
    node: Document<'a>,
    initial_offset: Offset,
}

#[derive(Serialize, Default)]
struct Offset {
    left: u8,
    top: u8,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    #[serde(rename = "type")]
    kind: u8,
    id: u64,
    child_nodes: (DocumentType, Serialized<'a>),
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DocumentType {
    #[serde(rename = "type")]
    kind: u8,
    id: u64,
    name: &'static str,
    public_id: &'static str,
    system_id: &'static str,
}

impl Default for DocumentType {
    fn default() -> Self {
        Self {
            kind: NodeType::DocumentType.number(),
            id: DOCUMENT_TYPE,
            name: "html",
            public_id: "",
            system_id: "",
        }
    }
}

#[derive(Serialize)]
struct Mutation<'a> {
    source: u8,
    texts: [u8; 0],
    attributes: [u8; 0],
    removes: &'a [Removal],
    adds: Vec<Addition<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Addition<'a> {
    parent_id: u64,
    next_id: Option<u64>,
    node: Serialized<'a>,
}

/// A node that the player does not know yet, as rrweb writes it.
struct Serialized<'a> {
    screen: &'a Screen,
    id: u64,
    with_children: bool,
}

impl Serialize for Serialized<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let placed = self.screen.nodes.get(&self.id);
        match placed.and_then(|placed| placed.node.as_ref()) {
            Some(Node::Element(element)) => {
                let children: Vec<Self> = self
                    .screen
                    .children(self.id)
                    .filter(|_| self.with_children)
                    .map(|id| Self { id, ..*self })
                    .collect();
                map.serialize_entry("type", &NodeType::Element.number())?;
                map.serialize_entry("tagName", element.tag)?;
                map.serialize_entry("attributes", &element.attributes)?;
                map.serialize_entry("childNodes", &children)?;
                if element.is_svg {
                    map.serialize_entry("isSVG", &true)?;
                }
            }
            Some(Node::Text(text)) => {
                map.serialize_entry("type", &NodeType::Text.number())?;
                map.serialize_entry("textContent", text)?;
            }
            Some(Node::StyleSheet(css)) => {
                map.serialize_entry("type", &NodeType::Text.number())?;
                map.serialize_entry("textContent", css)?;
                map.serialize_entry("isStyle", &true)?;
            }
            None => {}
        }
        map.serialize_entry("id", &self.id)?;
        map.end()
    }
}
