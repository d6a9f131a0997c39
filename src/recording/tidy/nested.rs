//! Changes that add nodes with their children inside, as Datadog's recorder writes them. rrweb's adds each node by
//! itself, and its player does not look for children there.

use std::fmt::Write as _;
use std::ops::Range;

use memchr::memmem;

use crate::recording::event::{Detail, Event};
use crate::recording::json_text::{self, Token, Tokens};
use crate::recording::rrweb_types::IncrementalSource;
use crate::recording::splice::{place, splice};

/// Has each node added by itself, parents first. What is in a document of its own stays: it is attached as a whole.
pub(super) fn unfold(events: &mut [Event]) {
    for event in events.iter_mut().filter(|event| may_be_nested(event)) {
        if let Some(json) = unfolded(event) {
            event.json = json.into();
        }
    }
}

fn may_be_nested(event: &Event) -> bool {
    const NAME: &[u8] = b"\"childNodes\"";
    let json = event.json.as_bytes();
    event.source == Some(IncrementalSource::Mutation)
        && event.detail == Detail::None
        && memmem::find_iter(json, NAME).any(|at| {
            let mut value = json[at + NAME.len()..]
                .iter()
                .filter(|c| !c.is_ascii_whitespace());
            value.by_ref().take(3).eq(b":[{")
        })
}

fn unfolded(event: &Event) -> Option<String> {
    let json = &*event.json;
    let adds = json_text::member(event.data()?, "adds")?;
    let mut edits = Vec::new();
    for add in json_text::elements(adds) {
        let Some(tree) = json_text::member(add, "node") else {
            continue;
        };
        let (Some(nodes), start) = (nodes(tree), place(tree, json).start) else {
            continue;
        };
        let [root, descendants @ ..] = &*nodes else {
            continue;
        };
        let Some(children) = root.children.as_ref().filter(|_| !descendants.is_empty()) else {
            continue;
        };
        edits.push((start + children.start..start + children.end, String::new()));
        let mut behind = String::new();
        for node in descendants {
            let parent = nodes[node.parent?].id?;
            let (before, after) = match &node.children {
                Some(children) => (&tree[node.start..children.start], &tree[children.end..node.end]),
                None => (&tree[node.start..node.end], ""),
            };
            let added = write!(
                behind,
                r#",{{"parentId":{parent},"nextId":null,"node":{before}{after}}}"#
            );
            added.ok()?;
        }
        let end = place(add, json).end;
        edits.push((end..end, behind));
    }
    (!edits.is_empty()).then(|| splice(json, edits))
}

/// A node and where it stands in the text of the tree.
#[derive(Default)]
struct Node<'a> {
    start: usize,
    end: usize,
    /// Where its children are, without the brackets.
    children: Option<Range<usize>>,
    /// The place of the node that it is a child of.
    parent: Option<usize>,
    id: Option<&'a str>,
}

/// All nodes, parents first; nothing if one has no id, or two lists of children, or is a document.
fn nodes(tree: &str) -> Option<Vec<Node<'_>>> {
    let mut tokens = Tokens::new(tree);
    let mut nodes: Vec<Node<'_>> = Vec::new();
    // The node that is open, and whether its children are.
    let mut open: Option<(usize, bool)> = None;
    while let Some(token) = tokens.next() {
        let at = tokens.offset();
        match (token, open) {
            (Token::BeginObject, None | Some((_, true))) => {
                nodes.push(Node {
                    start: at - 1,
                    parent: open.map(|(parent, _)| parent),
                    ..Node::default()
                });
                open = Some((nodes.len() - 1, false));
            }
            (Token::Key("\"childNodes\""), Some((node, false)))
                if tokens.clone().next() == Some(Token::BeginArray) =>
            {
                tokens.next();
                // Two lists of them would be doubled at each level.
                if nodes[node].children.is_some() {
                    return None;
                }
                nodes[node].children = Some(tokens.offset()..tokens.offset());
                open = Some((node, true));
            }
            (Token::Key(key), Some((node, false))) => {
                let value = tokens.value()?;
                match key {
                    "\"id\"" => nodes[node].id = Some(value),
                    "\"type\"" if value == "0" => return None,
                    _ => {}
                }
            }
            (Token::EndArray, Some((node, true))) => {
                nodes[node].children.as_mut()?.end = at - 1;
                open = Some((node, false));
            }
            (Token::EndObject, Some((node, false))) => {
                nodes[node].end = at;
                nodes[node].id?;
                open = match nodes[node].parent {
                    Some(parent) => Some((parent, true)),
                    None => return Some(nodes),
                };
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording::tidy::tests::{META, SNAPSHOT, tidied};

    fn after(change: &str) -> String {
        let (events, problems) = tidied(&[(1.0, META), (1.0, SNAPSHOT), (2.0, change)]);
        assert_eq!(problems, []);
        let data = events[2].data().unwrap();
        json_text::member(data, "adds").unwrap().to_owned()
    }

    #[test]
    fn children_are_added_after_their_parent() {
        let tree = r#"{"type":2,"tagName":"p","id":5,"childNodes":[
            {"type":2,"attributes":{"childNodes":[]},"childNodes" : [ {"type":3,"textContent":"a","id":7}], "id":6},
            {"type":3,"textContent":"b","id":8}],"isSVG":true}"#;
        let change = format!(
            r#""type":3,"data":{{"source":0,"removes":[],"adds":[
            {{"parentId":1,"node":{tree},"nextId":2}},{{"parentId":1,"nextId":null,"node":{{"type":3,"id":9}}}}]}}"#
        );
        let adds = after(&change);
        let told = json_text::elements(&adds).map(|add| {
            let number = |json, name| json_text::integer(json, name).unwrap_or(-1);
            let node = json_text::member(add, "node").unwrap();
            let children = json_text::member(node, "childNodes").unwrap_or("[]");
            assert_eq!(json_text::elements(children).count(), 0, "{add}");
            (number(add, "parentId"), number(add, "nextId"), number(node, "id"))
        });
        let expected = [(1, 2, 5), (5, -1, 6), (6, -1, 7), (5, -1, 8), (1, -1, 9)];
        assert_eq!(told.collect::<Vec<_>>(), expected);
        assert!(serde_json::from_str::<serde_json::Value>(&adds).is_ok(), "{adds}");
        assert!(adds.contains(r#""isSVG":true"#), "{adds}");
    }

    #[test]
    fn documents_and_what_is_odd_stay() {
        for node in [
            r#"{"type":0,"childNodes":[{"type":2,"id":6,"childNodes":[]}],"id":5}"#,
            r#"{"type":2,"childNodes":[{"type":0,"id":6,"childNodes":[]}],"id":5}"#,
            r#"{"type":2,"childNodes":[{"type":3}],"id":5}"#,
            r#"{"type":2,"childNodes":[{"type":3,"id":6}]}"#,
            r#"{"type":2,"childNodes":[{"type":3,"id":6}],"id":5,"childNodes":[]}"#,
            r#"{"type":2,"childNodes":[],"id":5}"#,
        ] {
            let adds = format!(r#"[{{"parentId":1,"nextId":null,"node":{node}}}]"#);
            assert_eq!(
                after(&format!(r#""type":3,"data":{{"source":0,"adds":{adds}}}"#)),
                adds
            );
        }
    }

    #[test]
    fn depth_costs_no_more_than_length() {
        let depth = 200_000;
        let tree = format!(
            "{}{}",
            r#"{"id":1,"childNodes":["#.repeat(depth),
            "]}".repeat(depth)
        );
        let adds = after(&format!(
            r#""type":3,"data":{{"source":0,"adds":[{{"parentId":1,"nextId":null,"node":{tree}}}]}}"#
        ));
        assert!(!adds.contains(r#"[{"id""#));
    }
}
