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
    /// Files in a ZIP archive, and parts of a form, that might be recordings but cannot be read; passed over.
    UnreadableEntry,
    /// `PostHog`'s blocks that are missing, damaged or cut off; left out.
    UnreadableBlock,
    /// Entries without a type and timestamp, full snapshots without a tree, changes without data; dropped.
    NotAnEvent,
    /// Full snapshots in a format of Datadog's, lists of changes in place of rrweb's trees; dropped.
    ListSnapshot,
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
    /// Times in seconds, or in another unit than milliseconds.
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
    /// The place of an entry of a ZIP archive or a form, counted from 0.
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
        let what = if *count == 1 {
            kind.singular()
        } else {
            kind.plural()
        };
        write!(f, "{count} {what}; {} (first at {first})", kind.outcome())
    }
}

impl ProblemKind {
    /// What one of them is.
    const fn singular(self) -> &'static str {
        match self {
            Self::NotUtf8 => "piece of text is not UTF-8",
            Self::UnreadableLine => "line is not JSON",
            Self::UnreadableEntry => "file or body among others is not a recording that can be read",
            Self::UnreadableBlock => "PostHog block is missing, damaged or cut off",
            Self::NotAnEvent => "entry is not an rrweb event",
            Self::ListSnapshot => "full snapshot is in Datadog's own format",
            Self::DamagedPackedEvent => "packed event cannot be unpacked",
            Self::UnknownPacker => "packed event is of an unknown packer version",
            Self::DamagedFields => "event has compressed fields that cannot be decoded",
            Self::UnknownCompression => "event is compressed in an unknown way",
            Self::OutOfOrder => "event is out of order",
            Self::TimeInSeconds => "event has its time in seconds or another unit than milliseconds",
            Self::Duplicate => "event is an exact repeat",
            Self::BeforeFullSnapshot => "change comes before the window's first full snapshot",
            Self::WindowWithoutFullSnapshot => "event is of a window without a full snapshot",
            Self::MalformedWireframe => "wireframe of a mobile app cannot be read",
            Self::MissingMeta => "Meta event is missing or has no usable size",
            Self::UnknownViewport => "window does not tell the size of its viewport",
            Self::ClockJump => "event has the time of a wrong clock",
            Self::DamagedChange => "change has something else in the place of a list",
            Self::ExtensionNode => "element is of a browser extension",
        }
    }

    /// What several of them are.
    const fn plural(self) -> &'static str {
        match self {
            Self::NotUtf8 => "pieces of text are not UTF-8",
            Self::UnreadableLine => "lines are not JSON",
            Self::UnreadableEntry => "files or bodies among others are not recordings that can be read",
            Self::UnreadableBlock => "PostHog blocks are missing, damaged or cut off",
            Self::NotAnEvent => "entries are not rrweb events",
            Self::ListSnapshot => "full snapshots are in Datadog's own format",
            Self::DamagedPackedEvent => "packed events cannot be unpacked",
            Self::UnknownPacker => "packed events are of an unknown packer version",
            Self::DamagedFields => "events have compressed fields that cannot be decoded",
            Self::UnknownCompression => "events are compressed in an unknown way",
            Self::OutOfOrder => "events are out of order",
            Self::TimeInSeconds => "events have their times in seconds or another unit than milliseconds",
            Self::Duplicate => "events are exact repeats",
            Self::BeforeFullSnapshot => "changes come before their window's first full snapshot",
            Self::WindowWithoutFullSnapshot => "events are of windows without a full snapshot",
            Self::MalformedWireframe => "wireframes of a mobile app cannot be read",
            Self::MissingMeta => "Meta events are missing or have no usable size",
            Self::UnknownViewport => "windows do not tell the size of their viewport",
            Self::ClockJump => "events have the times of a wrong clock",
            Self::DamagedChange => "changes have something else in the place of a list",
            Self::ExtensionNode => "elements are of browser extensions",
        }
    }

    /// What became of it.
    const fn outcome(self) -> &'static str {
        match self {
            Self::NotUtf8 => "replaced",
            Self::UnreadableLine => "skipped",
            Self::UnreadableEntry => "passed over",
            Self::UnreadableBlock => "left out",
            Self::NotAnEvent
            | Self::ListSnapshot
            | Self::DamagedPackedEvent
            | Self::UnknownPacker
            | Self::DamagedFields
            | Self::UnknownCompression
            | Self::Duplicate
            | Self::BeforeFullSnapshot
            | Self::WindowWithoutFullSnapshot
            | Self::MalformedWireframe
            | Self::DamagedChange => "dropped",
            Self::OutOfOrder => "sorted by time",
            Self::TimeInSeconds => "turned into milliseconds",
            Self::MissingMeta => "the size is taken from other events",
            Self::UnknownViewport => "1280x720 is assumed",
            Self::ClockJump => "shifted to the recording's clock",
            Self::ExtensionNode => "removed",
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

    pub(super) fn of_kind(&self, kind: ProblemKind) -> Option<&Problem> {
        self.0.iter().find(|known| known.kind == kind)
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
