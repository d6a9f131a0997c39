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
    /// Entries of a ZIP archive that might be recordings but cannot be read; passed over.
    UnreadableEntry,
    /// `PostHog`'s blocks that are missing, damaged or cut off; left out.
    UnreadableBlock,
    /// Entries without a numeric type and timestamp, or full snapshots without a tree; dropped.
    NotAnEvent,
    /// Events packed by rrweb that cannot be unpacked; dropped.
    DamagedPackedEvent,
    /// Events packed by a packer of another version than v1; dropped.
    UnknownPacker,
    /// Events with fields compressed by `PostHog` that cannot be decoded; dropped.
    DamagedFields,
    /// Events with fields compressed in another way than `cv=2024-10`; dropped.
    UnknownCompression,
    /// Events earlier than one before them in the input; sorted.
    OutOfOrder,
    /// Times in seconds, among others in milliseconds.
    TimeInSeconds,
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
    /// Times of a clock that was wrong for a while; shifted.
    ClockJump,
    /// Mutations and style sheet rules with something else in the place of a list; dropped.
    DamagedChange,
    /// Nodes that a browser extension put into the page; removed.
    ExtensionNode,
}

/// Where in the input something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// The place of an event, counted from 0.
    Event(u64),
    /// A byte offset.
    Byte(u64),
    /// The place of a `PostHog` block, counted from 0.
    Block(u64),
    /// The place of an entry of a ZIP archive, counted from 0.
    Entry(u64),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Event(index) => write!(f, "event {index}"),
            Self::Byte(offset) => write!(f, "byte {offset}"),
            Self::Block(index) => write!(f, "block {index}"),
            Self::Entry(index) => write!(f, "entry {index}"),
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
            Self::UnreadableEntry => (
                "entry of the ZIP archive is not a recording that can be read",
                "entries of the ZIP archive are not recordings that can be read",
                "passed over",
            ),
            Self::UnreadableBlock => (
                "PostHog block is missing, damaged or cut off",
                "PostHog blocks are missing, damaged or cut off",
                "left out",
            ),
            Self::NotAnEvent => (
                "entry is not an rrweb event",
                "entries are not rrweb events",
                "dropped",
            ),
            Self::DamagedPackedEvent => (
                "packed event cannot be unpacked",
                "packed events cannot be unpacked",
                "dropped",
            ),
            Self::UnknownPacker => (
                "packed event is of an unknown packer version",
                "packed events are of an unknown packer version",
                "dropped",
            ),
            Self::DamagedFields => (
                "event has compressed fields that cannot be decoded",
                "events have compressed fields that cannot be decoded",
                "dropped",
            ),
            Self::UnknownCompression => (
                "event is compressed in an unknown way",
                "events are compressed in an unknown way",
                "dropped",
            ),
            Self::OutOfOrder => (
                "event is out of order",
                "events are out of order",
                "sorted by time",
            ),
            Self::TimeInSeconds => (
                "event has its time in seconds",
                "events have their times in seconds",
                "turned into milliseconds",
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
                "event has the time of a wrong clock",
                "events have the times of a wrong clock",
                "shifted to the recording's clock",
            ),
            Self::DamagedChange => (
                "change has something else in the place of a list",
                "changes have something else in the place of a list",
                "dropped",
            ),
            Self::ExtensionNode => (
                "element is of a browser extension",
                "elements are of browser extensions",
                "removed",
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
        self.add(Problem {
            kind,
            count: 1,
            first: place,
        });
    }

    /// Counts the problems of a part as well.
    pub(super) fn add_all(&mut self, part: Self) {
        for problem in part.0 {
            self.add(problem);
        }
    }

    fn add(&mut self, problem: Problem) {
        match self.0.iter_mut().find(|known| known.kind == problem.kind) {
            Some(known) => known.count += problem.count,
            None => self.0.push(problem),
        }
    }

    /// Why some events could not be decoded, if there are such.
    pub(super) fn undecodable(&self) -> Option<ProblemKind> {
        let mut kinds = self.0.iter().map(|known| known.kind);
        kinds.find(|kind| {
            matches!(
                kind,
                ProblemKind::DamagedPackedEvent
                    | ProblemKind::UnknownPacker
                    | ProblemKind::DamagedFields
                    | ProblemKind::UnknownCompression
            )
        })
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
