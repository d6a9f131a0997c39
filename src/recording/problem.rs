//! What was wrong with a recording and yet did not stop it: counted while reading and tidying, shown by
//! `inspect` and in reports.

use std::fmt;

use serde::{Serialize, Serializer};

/// One kind of fault, how often it was met, and where first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Problem {
    pub kind: ProblemKind,
    pub count: u64,
    pub first: Place,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ProblemKind {
    /// Text that is not UTF-8, with replacement characters in its place.
    NotUtf8,
    /// Lines of a JSONL input that are no JSON; skipped.
    UnreadableLine,
    /// Entries without a numeric type and timestamp, or full snapshots without a tree; dropped.
    NotAnEvent,
    /// Events earlier than one before them in the input; sorted.
    OutOfOrder,
    /// Exact repeats within one millisecond; dropped.
    Duplicate,
    /// Changes to a document that no full snapshot has shown yet; dropped.
    BeforeFullSnapshot,
    /// Events of windows that have no full snapshot; dropped.
    WindowWithoutFullSnapshot,
    /// Wireframes of a mobile app without an id, of an unknown type, or nested too deep; the others are drawn.
    MalformedWireframe,
    /// Full snapshots without a `Meta`, and `Meta` events without a usable size; the size comes from elsewhere.
    MissingMeta,
    /// No event tells the size of the viewport; a common one is assumed.
    UnknownViewport,
    /// More than thirty days between two neighbouring events, or a time before 1970: a wrong clock.
    ClockJump,
}

/// Where in the input something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// The place of an event, counted from 0.
    Event(u64),
    /// A byte offset.
    Byte(u64),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Event(index) => write!(f, "event {index}"),
            Self::Byte(offset) => write!(f, "byte {offset}"),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, count, first } = self;
        let (one, many, done) = kind.words();
        let what = if *count == 1 { one } else { many };
        write!(f, "{count} {what}; {done} (first at {first})")
    }
}

impl ProblemKind {
    /// What it is, in singular and plural, and what became of it.
    const fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::NotUtf8 => (
                "piece of text is not UTF-8",
                "pieces of text are not UTF-8",
                "replaced",
            ),
            Self::UnreadableLine => ("line is not JSON", "lines are not JSON", "skipped"),
            Self::NotAnEvent => (
                "entry is not an rrweb event",
                "entries are not rrweb events",
                "dropped",
            ),
            Self::OutOfOrder => (
                "event is out of order",
                "events are out of order",
                "sorted by time",
            ),
            Self::Duplicate => ("event is an exact repeat", "events are exact repeats", "dropped"),
            Self::BeforeFullSnapshot => (
                "change comes before the window's first full snapshot",
                "changes come before their window's first full snapshot",
                "dropped",
            ),
            Self::WindowWithoutFullSnapshot => (
                "event is of a window without a full snapshot",
                "events are of windows without a full snapshot",
                "dropped",
            ),
            Self::MalformedWireframe => (
                "wireframe of a mobile app cannot be read",
                "wireframes of a mobile app cannot be read",
                "dropped",
            ),
            Self::MissingMeta => (
                "Meta event is missing or has no usable size",
                "Meta events are missing or have no usable size",
                "the size is taken from other events",
            ),
            Self::UnknownViewport => (
                "window does not tell the size of its viewport",
                "windows do not tell the size of their viewport",
                "1280x720 is assumed",
            ),
            Self::ClockJump => (
                "event is at an absurd time",
                "events are at absurd times",
                "kept as they are",
            ),
        }
    }
}

impl Serialize for Problem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Fields {
            kind: ProblemKind,
            count: u64,
            first: Place,
            message: String,
        }
        Fields {
            kind: self.kind,
            count: self.count,
            first: self.first,
            message: self.to_string(),
        }
        .serialize(serializer)
    }
}

/// The problems met so far, one entry for each kind.
#[derive(Debug, Default)]
pub(super) struct Problems(Vec<Problem>);

impl Problems {
    /// Counts one more of `kind`; the first place noted is the one that is shown.
    pub(super) fn note(&mut self, kind: ProblemKind, place: Place) {
        match self.0.iter_mut().find(|known| known.kind == kind) {
            Some(known) => known.count += 1,
            None => self.0.push(Problem {
                kind,
                count: 1,
                first: place,
            }),
        }
    }

    pub(super) fn into_vec(self) -> Vec<Problem> {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn problems_of_a_kind_are_counted_together() {
        let mut problems = Problems::default();
        for index in [4, 7, 9] {
            problems.note(ProblemKind::NotAnEvent, Place::Event(index));
        }
        problems.note(ProblemKind::UnreadableLine, Place::Byte(120));
        let problems = problems.into_vec();
        let lines: Vec<String> = problems.iter().map(Problem::to_string).collect();
        assert_eq!(
            lines,
            [
                "3 entries are not rrweb events; dropped (first at event 4)",
                "1 line is not JSON; skipped (first at byte 120)"
            ]
        );
        assert_eq!(
            serde_json::to_string(&problems[1]).unwrap(),
            r#"{"kind":"unreadable_line","count":1,"first":{"byte":120},"message":"1 line is not JSON; skipped (first at byte 120)"}"#
        );
    }
}
