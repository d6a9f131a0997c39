//! rrweb's events, nearly as a recorder writes them.

use arbitrary::{Arbitrary, Result, Unstructured};

use crate::encode::quoted;
use crate::json::{id, list, number, object, string, value, word};
use crate::odds::{Many, maybe, rarely};
use crate::wireframe;

/// When sessions begin, in milliseconds since 1970.
const CLOCK_MS: f64 = 1.758e12;

/// The JSON of one event.
#[derive(Debug, Clone)]
pub struct Event(pub String);

impl<'a> Arbitrary<'a> for Event {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let time = u.arbitrary()?;
        Self::at(u, &time)
    }
}

impl Many<Event> {
    /// The JSON of a list of them.
    pub fn json(self) -> String {
        let events: Vec<String> = self.into_iter().map(|Event(json)| json).collect();
        format!("[{}]", events.join(","))
    }
}

impl Event {
    pub(crate) fn at(u: &mut Unstructured<'_>, time: &Time) -> Result<Self> {
        let kind = u.int_in_range(0..=9_u8)?;
        let (kind, data) = match kind {
            0 | 1 | 4 => {
                let address = maybe(u, string)?;
                let (width, height) = (maybe(u, number)?, maybe(u, number)?);
                (
                    kind,
                    object(u, vec![("href", address), ("width", width), ("height", height)])?,
                )
            }
            2 => (2, snapshot(u)?),
            5 => {
                let tags = [
                    "keyboard",
                    "options",
                    "breadcrumb",
                    "performanceSpan",
                    "$pageview",
                ];
                let (tag, payload) = (Some(word(u, &tags)?), Some(value(u)?));
                (5, object(u, vec![("tag", tag), ("payload", payload)])?)
            }
            6 => (u.int_in_range(0..=20)?, value(u)?),
            _ => (3, change(u)?),
        };
        let window = if rarely(u, 8)? { Some(string(u)?) } else { None };
        let session = if rarely(u, 16)? { Some(string(u)?) } else { None };
        let delay = if rarely(u, 8)? { Some(number(u)?) } else { None };
        let kind = if rarely(u, 8)? {
            quoted(&kind.to_string())
        } else {
            kind.to_string()
        };
        let members = vec![
            ("type", Some(kind)),
            ("data", Some(data)),
            ("timestamp", Some(time.0.clone())),
            ("windowId", window),
            ("session_id", session),
            ("delay", delay),
        ];
        object(u, members).map(Self)
    }
}

/// The JSON of an event's timestamp.
#[derive(Debug, Clone)]
pub struct Time(pub String);

impl<'a> Arbitrary<'a> for Time {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let after_ms = f64::from(u.arbitrary::<u16>()?);
        Ok(Self(match u.int_in_range(0..=15_u8)? {
            // Seconds, hours and years after the beginning, and before.
            0 => (CLOCK_MS + after_ms * 1000.0).to_string(),
            1 => (CLOCK_MS + after_ms * 3_600_000.0).to_string(),
            2 => (CLOCK_MS - after_ms * 1e8).to_string(),
            // Written in seconds.
            3 => ((CLOCK_MS + after_ms) / 1000.0).to_string(),
            4 => number(u)?,
            // In a string, as a date or as a number.
            9 => {
                let ms = after_ms as u32;
                let (minutes, seconds) = (ms / 60_000, ms / 1000 % 60);
                format!("\"2025-09-16T05:2{minutes}:{seconds:02}.{:03}Z\"", ms % 1000)
            }
            10 => quoted(&(CLOCK_MS + after_ms).to_string()),
            // Many of the same.
            5..=8 => (CLOCK_MS + (after_ms % 8.0) * 1000.0).to_string(),
            _ => (CLOCK_MS + after_ms).to_string(),
        }))
    }
}

/// What names a window, in JSON.
#[derive(Debug, Clone)]
pub struct Window(pub String);

impl<'a> Arbitrary<'a> for Window {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        if rarely(u, 8)? {
            value(u)
        } else {
            word(u, &["a", "b", "main"])
        }
        .map(Self)
    }
}

/// The JSON of the data of a full snapshot.
#[derive(Debug, Clone)]
pub struct Snapshot(pub String);

impl AsRef<str> for Snapshot {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl<'a> Arbitrary<'a> for Snapshot {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        snapshot(u).map(Self)
    }
}

/// The JSON of one list of a mutation.
#[derive(Debug, Clone)]
pub struct Changes(pub String);

impl AsRef<str> for Changes {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl<'a> Arbitrary<'a> for Changes {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let name = u.choose(&["adds", "removes", "texts", "attributes"])?;
        changes(u, name).map(Self)
    }
}

fn snapshot(u: &mut Unstructured<'_>) -> Result<String> {
    let (tree, wireframes) = if rarely(u, 8)? {
        (None, Some(list(u, |u| wireframe::wireframe(u, 2))?))
    } else {
        (Some(node(u, 4)?), None)
    };
    object(u, vec![("node", tree), ("wireframes", wireframes)])
}

/// The data of an incremental snapshot.
fn change(u: &mut Unstructured<'_>) -> Result<String> {
    let source = u.int_in_range(0..=18_u8)?;
    let mut members = vec![("source", Some(source.to_string()))];
    match source {
        0 | 17 => {
            members[0].1 = Some("0".to_owned());
            for name in ["adds", "removes", "texts", "attributes"] {
                members.push((name, maybe(u, |u| changes(u, name))?));
            }
            if rarely(u, 8)? {
                members.push(("isMutationChunk", Some("true".to_owned())));
            }
        }
        1 | 6 | 12 => {
            let position = |u: &mut Unstructured<'_>| {
                let members = vec![
                    ("x", maybe(u, number)?),
                    ("y", maybe(u, number)?),
                    ("id", Some(id(u)?)),
                    ("timeOffset", maybe(u, number)?),
                ];
                object(u, members)
            };
            members.push(("positions", Some(list(u, position)?)));
        }
        4 => members.extend([("width", Some(number(u)?)), ("height", Some(number(u)?))]),
        8 => members.extend([("adds", maybe(u, value)?), ("removes", maybe(u, value)?)]),
        18 => return value(u),
        _ => members.extend([
            ("id", Some(id(u)?)),
            ("text", maybe(u, string)?),
            ("args", maybe(u, value)?),
        ]),
    }
    object(u, members)
}

/// One list of a mutation.
fn changes(u: &mut Unstructured<'_>, name: &str) -> Result<String> {
    list(u, |u| {
        let mut members = vec![("id", Some(id(u)?)), ("parentId", maybe(u, id)?)];
        match name {
            "adds" => members.extend([("nextId", maybe(u, id)?), ("node", Some(node(u, 1)?))]),
            "texts" => members.push(("value", Some(string(u)?))),
            "attributes" => members.push(("attributes", Some(attributes(u)?))),
            _ => {}
        }
        object(u, members)
    })
}

/// A serialized node with at most `depth` nodes within each other.
fn node(u: &mut Unstructured<'_>, depth: usize) -> Result<String> {
    const TAGS: &[&str] = &[
        "div",
        "html",
        "head",
        "body",
        "img",
        "link",
        "style",
        "iframe",
        "canvas",
        "video",
        "audio",
        "embed",
        "object",
        "source",
        "svg",
        "image",
        "input",
        "sublime-root",
    ];
    let kind = match u.int_in_range(0..=7)? {
        kind @ 0..=5 => kind,
        _ => 2,
    };
    let tag = if kind == 2 { Some(word(u, TAGS)?) } else { None };
    let attributes = if kind == 2 { Some(attributes(u)?) } else { None };
    let content = if kind > 2 { Some(string(u)?) } else { None };
    let children = if depth > 0 {
        Some(list(u, |u| node(u, depth - 1))?)
    } else {
        None
    };
    let members = vec![
        ("type", Some(kind.to_string())),
        ("id", Some(id(u)?)),
        ("tagName", tag),
        ("attributes", attributes),
        ("textContent", content),
        ("childNodes", children),
    ];
    object(u, members)
}

fn attributes(u: &mut Unstructured<'_>) -> Result<String> {
    const NAMES: &[&str] = &[
        "src",
        "srcset",
        "href",
        "xlink:href",
        "rel",
        "style",
        "_cssText",
        "rr_dataURL",
        "rr_src",
        "class",
        "id",
        "poster",
        "data",
        "rr_width",
        "rr_height",
        "data-posthog-screenshot",
        "width",
        "height",
        "type",
    ];
    let mut members = Vec::new();
    while u.arbitrary()? && members.len() < 6 {
        members.push((
            *u.choose(NAMES)?,
            Some(if rarely(u, 8)? { value(u)? } else { string(u)? }),
        ));
    }
    object(u, members)
}
