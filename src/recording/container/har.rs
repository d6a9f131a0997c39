//! A HAR file (HTTP Archive 1.2), as browsers' developer tools save it: the bodies that a recorder sent, and those that
//! a server replied.

use std::ops::Range;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::Container;
use crate::error::{Error, Kind, Result};
use crate::har::{Entry, entries};
use crate::recording::budget::Budget;
use crate::recording::json_text;
use crate::recording::splice::place;

#[derive(Debug)]
pub(in crate::recording) struct Har {
    text: String,
    bodies: Vec<Body>,
}

#[derive(Debug)]
struct Body {
    /// The address it went to or came from, without query.
    address: String,
    /// Where its JSON string stands.
    place: Range<usize>,
    is_base64: bool,
}

impl Har {
    /// Whether the first bytes may be those of a HAR file, which has all it holds in a `log`.
    pub(super) fn may_begin(bytes: &[u8]) -> bool {
        let mut rest = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
        [&b"{"[..], b"\"log\"", b":", b"{"].iter().all(|token| {
            let behind = rest.trim_ascii_start().strip_prefix(*token);
            rest = behind.unwrap_or_default();
            behind.is_some()
        })
    }

    /// Whether it is one: its entries have a request each.
    pub(super) fn is_one(bytes: &[u8]) -> bool {
        Self::may_begin(bytes)
            && entries(bytes).is_ok_and(|entries| entries.first().copied().and_then(Entry::parse).is_some())
    }

    pub(super) fn open(bytes: Vec<u8>) -> Result<Self> {
        let damaged = || Error::new(Kind::InvalidRecording, "a HAR file without an entry");
        let text = String::from_utf8(bytes).map_err(|_| damaged())?;
        let mut bodies = Vec::new();
        let entries = entries(text.as_bytes()).map_err(|_| damaged())?;
        for Entry { request, response } in entries.into_iter().filter_map(Entry::parse) {
            let address = request.url.split(['?', '#']).next().unwrap_or_default();
            let reply = response.and_then(|response| response.content);
            bodies.extend(
                [request.post_data, reply]
                    .into_iter()
                    .flatten()
                    .filter_map(|content| {
                        let body = content.text?.get();
                        // An empty one is `""`.
                        (body.starts_with('"') && body.len() > 2).then(|| Body {
                            address: address.to_owned(),
                            place: place(body, &text),
                            is_base64: content.is_base64(),
                        })
                    }),
            );
        }
        Ok(Self { text, bodies })
    }

    /// The addresses of the bodies, in the order of the file.
    pub(super) fn names(&self) -> Vec<String> {
        self.bodies.iter().map(|body| body.address.clone()).collect()
    }

    /// One body as it was, counted from 0.
    pub(super) fn read(&self, index: usize, budget: &mut Budget) -> Result<Vec<u8>> {
        let Body { place, is_base64, .. } = &self.bodies[index];
        let text = json_text::text(&self.text[place.clone()]).unwrap_or_default();
        budget.spend(text.len() as u64)?;
        if *is_base64 {
            return BASE64
                .decode(&*text)
                .map_err(|_| Error::new(Kind::InvalidRecording, "a body that is not base64"));
        }
        if was_compressed(&text) {
            return Err(destroyed());
        }
        Ok(compressed(&text).unwrap_or_else(|| text.into_owned().into_bytes()))
    }
}

/// The bytes of a compressed body, where each is a character: so Chrome saves what is no text. In text with such
/// characters nothing is compressed.
fn compressed(text: &str) -> Option<Vec<u8>> {
    if text.is_ascii() {
        return None;
    }
    let bytes: Vec<u8> = text
        .chars()
        .map(|c| u8::try_from(c).ok())
        .collect::<Option<_>>()?;
    Container::of(&bytes)?;
    str::from_utf8(&bytes).is_err().then_some(bytes)
}

/// Whether bytes that are no text were replaced: those of a container, also behind the lines of an envelope or a form.
fn was_compressed(text: &str) -> bool {
    let begins = |text: &str| {
        [
            "\u{1f}\u{fffd}\u{8}",
            "x\u{fffd}",
            "x^\u{fffd}",
            "x\u{1}\u{fffd}",
            "(\u{fffd}/\u{fffd}",
        ]
        .iter()
        .any(|start| text.starts_with(start))
    };
    begins(text) || text.starts_with(['{', '-']) && text.lines().take(16).any(begins)
}

fn destroyed() -> Error {
    Error::new(
        Kind::InvalidRecording,
        "a compressed body that the browser saved as text, which destroys it",
    )
    .hint(
        "Turn the recorder's compression off while the HAR file is saved, or keep the bodies where they arrive, or where a \
         proxy sees them.",
    )
}
