//! JSON of any shape, mostly with the keys and words of recordings. The models beside this file are made of it.

use arbitrary::{Arbitrary, Result, Unstructured};

use crate::encode::quoted;
use crate::odds::rarely;

/// How deep values lie within each other, but for [`tower`].
const DEPTH: usize = 4;

/// The most elements of a list and members of an object.
const MOST: usize = 12;

const KEYS: &[&str] = &[
    "type",
    "timestamp",
    "data",
    "windowId",
    "window_id",
    "cv",
    "v",
    "delay",
    "events",
    "snapshots",
    "result",
    "source",
    "node",
    "id",
    "parentId",
    "nextId",
    "previousId",
    "adds",
    "removes",
    "texts",
    "attributes",
    "updates",
    "wireframe",
    "wireframes",
    "childNodes",
    "tagName",
    "textContent",
    "isMutationChunk",
    "href",
    "width",
    "height",
    "positions",
    "timeOffset",
    "tag",
    "payload",
    "open",
    "event",
    "properties",
    "$session_id",
    "$window_id",
    "$snapshot_items",
    "$snapshot_data",
    "session_id",
    "sessionId",
    "replay_id",
    "segment_id",
    "version",
    "snapshotsByWindowId",
    "snapshot_data_by_window_id",
    "rules",
    "block_urls",
    "block_first_timestamps",
];

const WORDS: &[&str] = &[
    "",
    "main",
    "a",
    "w1",
    "v1",
    "2024-10",
    "2023-04-28",
    "2022-12-02",
    "$snapshot",
    "$pageview",
    "keyboard",
    "options",
    "breadcrumb",
    "https://a.example/?b#c",
    "data:image/png;base64,AA",
    "blob:https://a.example/1",
    "//b.example/c.css",
    "body{background:url(http://c.example/d.png)}",
    "@import 'e.css'",
    "sublime-root",
    "true",
    "1e5",
    "-1",
    "12px",
    "100vw",
    "NaN",
    "é\u{1f600}\u{2028}",
    "\u{feff}",
    "x\u{9c}",
    "{\"type\":4,\"timestamp\":1}",
];

const NUMBERS: &[&str] = &[
    "0",
    "1",
    "2",
    "3",
    "4",
    "5",
    "8",
    "-1",
    "-0",
    "0.5",
    "1e3",
    "1E+2",
    "1e308",
    "-1e308",
    "1e999",
    "5e-324",
    "4294967296",
    "9007199254740993",
    "18446744073709551616",
    "1758000000000",
    "1758000000.5",
];

/// A JSON value.
#[derive(Debug, Clone)]
pub struct Json(pub String);

impl<'a> Arbitrary<'a> for Json {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        value(u).map(Self)
    }
}

/// What a JSON string says.
#[derive(Debug, Clone)]
pub struct Text(pub String);

impl<'a> Arbitrary<'a> for Text {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        text(u).map(Self)
    }
}

pub(crate) fn value(u: &mut Unstructured<'_>) -> Result<String> {
    value_within(u, DEPTH)
}

fn value_within(u: &mut Unstructured<'_>, depth: usize) -> Result<String> {
    Ok(match u.int_in_range(0..=if depth == 0 { 3 } else { 8 })? {
        0 => number(u)?,
        1 => (*u.choose(&["null", "true", "false", "[]", "{}", "\"\""])?).to_owned(),
        2 | 3 => string(u)?,
        4 => tower(u)?,
        5 | 6 => list(u, |u| value_within(u, depth - 1))?,
        _ => {
            let mut members = Vec::new();
            while members.len() < MOST && !rarely(u, 3)? && !u.is_empty() {
                let key = if rarely(u, 8)? {
                    string(u)?
                } else {
                    quoted(u.choose(KEYS)?)
                };
                members.push(format!("{key}:{}", value_within(u, depth - 1)?));
            }
            format!("{{{}}}", members.join(","))
        }
    })
}

/// One value in so many lists or objects that a reader that recurses would run out of stack.
fn tower(u: &mut Unstructured<'_>) -> Result<String> {
    let height = usize::from(u.int_in_range(1..=300_u16)?);
    let (open, close) = u.choose(&[("[", "]"), ("{\"data\":", "}"), ("{\"childNodes\":[", "]}")])?;
    Ok(format!(
        "{}{}{}",
        open.repeat(height),
        number(u)?,
        close.repeat(height)
    ))
}

pub(crate) fn list(
    u: &mut Unstructured<'_>,
    mut element: impl FnMut(&mut Unstructured<'_>) -> Result<String>,
) -> Result<String> {
    let mut elements = Vec::new();
    while elements.len() < MOST && !rarely(u, 3)? && !u.is_empty() {
        elements.push(element(u)?);
    }
    let mut elements = elements.join(",");
    // Makes a long list of few bytes, unless the element is one.
    if !elements.is_empty() && elements.len() < 100 && rarely(u, 16)? {
        let times = usize::from(u.int_in_range(1..=200_u8)?);
        elements = vec![elements; times].join(",");
    }
    Ok(format!("[{elements}]"))
}

/// An object with these members, of which one may be missing, doubled, or anything. Nothing becomes no member.
pub(crate) fn object(u: &mut Unstructured<'_>, members: Vec<(&str, Option<String>)>) -> Result<String> {
    let mut members: Vec<(&str, String)> = members
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect();
    if !members.is_empty() && rarely(u, 12)? {
        let at = u.choose_index(members.len())?;
        match u.int_in_range(0..=3)? {
            0 => drop(members.remove(at)),
            1 => members.push(members[at].clone()),
            2 => members[at].1 = value_within(u, 1)?,
            _ => members.push((u.choose(KEYS)?, value_within(u, 1)?)),
        }
    }
    let member = |(name, value): (&str, String)| format!("{}:{value}", quoted(name));
    let members: Vec<String> = members.into_iter().map(member).collect();
    Ok(format!("{{{}}}", members.join(",")))
}

pub(crate) fn number(u: &mut Unstructured<'_>) -> Result<String> {
    Ok(match u.int_in_range(0..=3)? {
        0 => (*u.choose(NUMBERS)?).to_owned(),
        1 => u.arbitrary::<u8>()?.to_string(),
        2 => u.arbitrary::<i32>()?.to_string(),
        _ => {
            let number: f64 = u.arbitrary()?;
            if number.is_finite() {
                number.to_string()
            } else {
                "0".to_owned()
            }
        }
    })
}

/// A small number, as ids are.
pub(crate) fn id(u: &mut Unstructured<'_>) -> Result<String> {
    Ok(u.int_in_range(0..=30_u8)?.to_string())
}

pub(crate) fn text(u: &mut Unstructured<'_>) -> Result<String> {
    if !rarely(u, 4)? {
        return Ok((*u.choose(WORDS)?).to_owned());
    }
    let length = u.int_in_range(0..=24)?;
    Ok(String::from_utf8_lossy(u.bytes(length.min(u.len()))?).into_owned())
}

pub(crate) fn string(u: &mut Unstructured<'_>) -> Result<String> {
    if rarely(u, 16)? {
        // Half of a surrogate pair, and other escapes.
        let escaped = [
            "\"\\ud83d\"",
            "\"\\u0000\"",
            "\"\\u005e\\/\"",
            "\"x\\u009c\"",
            "\"\\ud83d\\ude00\"",
        ];
        return Ok((*u.choose(&escaped)?).to_owned());
    }
    Ok(quoted(&text(u)?))
}

/// One of these words as a string, or any value.
pub(crate) fn word(u: &mut Unstructured<'_>, words: &[&str]) -> Result<String> {
    if rarely(u, 12)? {
        value_within(u, 1)
    } else {
        Ok(quoted(u.choose(words)?))
    }
}
