//! A body of several parts (RFC 7578, `multipart/form-data`), as a form sends files: some recorders do.

use std::ops::Range;

use memchr::memmem;

use crate::error::Result;
use crate::recording::budget::Budget;

#[derive(Debug)]
pub(in crate::recording) struct Form {
    bytes: Vec<u8>,
    parts: Vec<(String, Range<usize>)>,
}

/// The longest that RFC 2046 allows, with the hyphens before it.
const LONGEST_BOUNDARY: usize = 72;

impl Form {
    /// The line that begins each part, if the bytes begin with one and a header follows.
    fn boundary(bytes: &[u8]) -> Option<&[u8]> {
        let length = memchr::memchr(b'\n', bytes.get(..bytes.len().min(LONGEST_BOUNDARY + 2))?)?;
        let boundary = bytes[..length].strip_suffix(b"\r").unwrap_or(&bytes[..length]);
        let header = bytes.get(length + 1..length + 9)?;
        (boundary.len() > 2 && boundary.starts_with(b"--") && header.eq_ignore_ascii_case(b"content-"))
            .then_some(boundary)
    }

    pub(super) fn is_one(bytes: &[u8]) -> bool {
        Self::boundary(bytes).is_some()
    }

    /// A part that is cut off counts as well.
    pub(super) fn open(bytes: Vec<u8>) -> Self {
        let mut parts = Vec::new();
        if let Some(boundary) = Self::boundary(&bytes) {
            let separator = [b"\n", boundary].concat();
            let ends = memmem::find_iter(&bytes, &separator).chain([bytes.len()]);
            let mut start = boundary.len();
            for end in ends {
                parts.extend(part(&bytes, start..end));
                start = end + separator.len();
            }
        }
        Self { bytes, parts }
    }

    /// What the fields are called.
    pub(super) fn names(&self) -> Vec<String> {
        self.parts.iter().map(|(name, _)| name.clone()).collect()
    }

    /// The content of one part, counted from 0.
    pub(super) fn read(&self, index: usize, budget: &mut Budget) -> Result<Vec<u8>> {
        let content = &self.bytes[self.parts[index].1.clone()];
        budget.spend(content.len() as u64)?;
        Ok(content.to_vec())
    }
}

/// The field's name, and where its content is. `place` begins behind a boundary and ends at the line feed before the next.
fn part(bytes: &[u8], place: Range<usize>) -> Option<(String, Range<usize>)> {
    let part = bytes.get(place.clone())?;
    let header = [&b"\r\n\r\n"[..], b"\n\n"]
        .iter()
        .filter_map(|gap| Some((memmem::find(part, gap)?, gap.len())))
        .min()?;
    let (length, gap) = header;
    let header = String::from_utf8_lossy(&part[..length]);
    let name = header
        .split_once(" name=\"")
        .and_then(|(_, rest)| rest.split('"').next());
    let end = place.start + part.strip_suffix(b"\r").unwrap_or(part).len();
    let start = place.start + length + gap;
    Some((name.unwrap_or("part").to_owned(), start..end.max(start)))
}
