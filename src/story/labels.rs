//! The words that stand on the picture for a while: title, notes, captions, what is typed, idle time that was skipped. Each
//! with the frames that show it; `Script` lays them side by side.

use std::ops::Range;
use std::sync::Arc;

use super::Story;
use super::words::{lasting, shortened};
use crate::recording::{Recording, TypedText, typing};
use crate::timeline::RenderPlan;

const TITLE_MS: f64 = 3500.0;
/// A note stays as long as it takes to read, within these bounds.
const NOTE_MS: (f64, f64) = (4000.0, 10_000.0);
const NOTE_MS_PER_LETTER: f64 = 70.0;
/// What was typed stays so long after the last letter.
const TYPED_MS: f64 = 1500.0;
const SKIPPED_MS: f64 = 2000.0;
/// What is cut must be so long to be told: less would be 0 s.
const LEAST_SKIPPED_MS: f64 = 500.0;

/// Of a password neither the letters nor their number are shown.
const SECRET: &str = "••••••••";

/// Something that is told on the picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    pub kind: LabelKind,
    /// At least one.
    pub lines: Vec<Line>,
}

/// In the order in which they lie upon each other, the lowest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LabelKind {
    /// How much idle time was cut here.
    Skipped,
    Caption,
    /// What is typed; its end matters most.
    Typing,
    /// What the person who renders has to say.
    Note,
    Title,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line {
    /// What the line is about: `Click`, or the name of a field. May be empty.
    pub head: String,
    pub text: String,
}

/// A label and the frames that show it.
pub(super) type TimedLabel = (Range<u64>, Arc<Label>);

fn label(kind: LabelKind, lines: Vec<Line>) -> Arc<Label> {
    Arc::new(Label { kind, lines })
}

fn plain(text: &str) -> Vec<Line> {
    vec![Line {
        head: String::new(),
        text: text.to_owned(),
    }]
}

/// The frames that begin within this video time, at least one; the last of the video for what comes after it.
fn frames_between(plan: &RenderPlan, start_ms: f64, end_ms: f64) -> Range<u64> {
    let first = plan.fps.frames_before(start_ms).min(plan.frame_count - 1);
    first..plan.fps.frames_before(end_ms).max(first + 1)
}

pub(super) fn title(plan: &RenderPlan, text: &str) -> TimedLabel {
    (
        frames_between(plan, 0.0, TITLE_MS),
        label(LabelKind::Title, plain(text)),
    )
}

/// From a moment of the session on.
pub(super) fn note(plan: &RenderPlan, session_ms: f64, text: &str) -> TimedLabel {
    let start_ms = plan.clock.video_ms(session_ms);
    let lasts_ms = (text.chars().count() as f64 * NOTE_MS_PER_LETTER).clamp(NOTE_MS.0, NOTE_MS.1);
    let frames = frames_between(plan, start_ms, start_ms + lasts_ms);
    (frames, label(LabelKind::Note, plain(text)))
}

/// The subtitles, word for word.
pub(super) fn captions(story: &Story<'_>) -> Vec<TimedLabel> {
    let line = |line: &str| {
        let (head, text) = line.split_once(": ").unwrap_or(("", line));
        Line {
            head: head.to_owned(),
            text: text.to_owned(),
        }
    };
    let cues = story.cues().into_iter();
    cues.map(|cue| {
        let frames = frames_between(story.plan, cue.start_ms, cue.end_ms);
        let lines = cue.text.lines().map(line).collect();
        (frames, label(LabelKind::Caption, lines))
    })
    .collect()
}

/// What is typed in the window that is shown, each change until the next.
pub(super) fn typed(recording: &Recording, plan: &RenderPlan) -> Vec<TimedLabel> {
    let mut labels: Vec<TimedLabel> = Vec::new();
    for typing in typing(recording) {
        if plan.windows.window_at(typing.session_ms) != typing.window || !plan.shows(typing.session_ms) {
            continue;
        }
        let start_ms = plan.clock.video_ms(typing.session_ms);
        let frames = frames_between(plan, start_ms, start_ms + TYPED_MS);
        if let Some((last, _)) = labels.last_mut() {
            last.end = last.end.min(frames.start);
        }
        let text = match typing.text {
            TypedText::Plain(text) => text,
            TypedText::Masked(letters) => "•".repeat(letters),
            TypedText::Secret => SECRET.to_owned(),
        };
        if text.is_empty() {
            continue;
        }
        let line = Line {
            head: shortened(&typing.field),
            text,
        };
        labels.push((frames, label(LabelKind::Typing, vec![line])));
    }
    labels
}

/// The idle time that was cut out, from each cut on.
pub(super) fn skipped(plan: &RenderPlan) -> Vec<TimedLabel> {
    let pieces = plan.clock.pieces();
    let mut labels: Vec<TimedLabel> = Vec::new();
    for pair in pieces.windows(2) {
        let cut_ms = pair[1].session_start_ms - pair[0].session_end_ms;
        if cut_ms < LEAST_SKIPPED_MS {
            continue;
        }
        let start_ms = pair[1].video_start_ms;
        let frames = frames_between(plan, start_ms, start_ms + SKIPPED_MS);
        if let Some((last, _)) = labels.last_mut() {
            last.end = last.end.min(frames.start);
        }
        let text = format!("idle {} skipped", lasting(cut_ms));
        labels.push((frames, label(LabelKind::Skipped, plain(&text))));
    }
    labels
}
