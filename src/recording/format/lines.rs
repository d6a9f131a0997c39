//! Several JSON values, one on each line: events, `PostHog`'s blocks, or whole recordings.
//! Lines that cannot be read are counted and skipped.

use bytestring::ByteString;

use super::value::{self, Shape};
use super::{Collector, Format, is_json};
use crate::error::Result;
use crate::recording::problem::{Place, ProblemKind};

/// Whether the second line can be read by itself.
pub(super) fn is_second_whole(
    text: &ByteString,
    depth: usize,
    collector: &mut Collector<'_>,
) -> Result<bool> {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    match lines.nth(1) {
        Some(line) if is_json(line) => {
            Ok(Shape::of(&text.slice_ref(line), depth, collector.budget)?.is_some())
        }
        _ => Ok(false),
    }
}

pub(super) fn read(text: &ByteString, depth: usize, collector: &mut Collector<'_>) -> Result<Format> {
    let mut format = None;
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let json = line.trim();
        if is_json(json) {
            let read = value::read_next(&text.slice_ref(json), depth, collector)?;
            format = format.or(read);
        } else if !json.is_empty() {
            collector
                .problems
                .note(ProblemKind::UnreadableLine, Place::Byte(offset));
        }
        offset += line.len() as u64;
    }
    Ok(value::several(format))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{META, SNAPSHOT, failure, problems, sessions};
    use super::*;

    #[test]
    fn any_line_may_be_damaged() {
        let lines = ["", META, SNAPSHOT].map(|json| format!("[\"w\",{json}]\n"));
        for at in 0..3 {
            let mut text = lines.clone();
            text[0] = lines[1].clone();
            let before: usize = text[..at].iter().map(String::len).sum();
            text[at] = "[\"w\",{\"type\":4,\n".to_owned();
            let text = text.concat();
            assert_eq!(sessions(&text), "-:2", "{text}");
            let place = Place::Byte(before as u64);
            assert_eq!(problems(&text), [(ProblemKind::UnreadableLine, 1, place)]);
        }
        // A list over several lines is none of lines.
        failure(format!("[\n{META},\n{SNAPSHOT},\n"));
    }

    #[test]
    fn lines_of_anything_else_are_counted() {
        let text = format!("{{\"format\":1}}\n{META}\n\n7\n{SNAPSHOT}");
        assert_eq!(sessions(&text), "-:2");
        assert_eq!(problems(&text), [(ProblemKind::NotAnEvent, 2, Place::Event(0))]);
    }
}
