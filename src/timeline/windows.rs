//! Which browser window the video shows at each moment of the session: one of them throughout, or the one that the
//! person was in. Pure; `Timeline` makes the schedule, `capture` goes by it.

use std::convert::Infallible;
use std::str::FromStr;

use serde::Serialize;

use crate::error::{Error, Kind, Result};
use crate::recording::{
    Event, EventType, IncrementalSource, Recording, Unclear, activity, choose, id_or_number_hint,
};

/// The window that is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum WindowOption {
    /// From window to window, as the person went.
    #[default]
    Auto,
    /// One throughout: its id or its number, from 1; `id:1` and `number:1` say which.
    Id(String),
}

impl FromStr for WindowOption {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(match text {
            "auto" => Self::Auto,
            id => Self::Id(id.to_owned()),
        })
    }
}

/// The windows in the order in which they are shown.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub struct WindowSchedule {
    /// In order of time, each of another window than the one before, and never empty.
    turns: Vec<Turn>,
}

/// From a moment on until the next turn, one window is shown.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Turn {
    /// Session time in milliseconds. The first turn counts from the very beginning.
    pub start_ms: f64,
    /// The window's place in `Recording::windows`.
    pub window: usize,
}

impl WindowSchedule {
    pub(super) fn resolve(recording: &Recording, option: &WindowOption) -> Result<Self> {
        match option {
            WindowOption::Auto => Ok(Self::following(recording)),
            WindowOption::Id(wanted) => Ok(Self::only(find(recording, wanted)?)),
        }
    }

    pub(super) fn only(window: usize) -> Self {
        Self {
            turns: vec![Turn {
                start_ms: 0.0,
                window,
            }],
        }
    }

    /// A window is turned to when the person does something in it, and when it opens or goes to another page; before its
    /// first full snapshot it shows that one already. What a page in the background does by itself, and its repeated full
    /// snapshots, change nothing.
    fn following(recording: &Recording) -> Self {
        let mut turns: Vec<Turn> = Vec::new();
        for (window, events) in recording.windows.iter().map(|window| &window.events).enumerate() {
            let mut seen = false;
            let mut page = None;
            for event in events {
                let moved_on = event.href().is_some_and(|href| page.replace(href) != Some(href));
                let opened = event.kind == EventType::FullSnapshot && !std::mem::replace(&mut seen, true);
                if opened || moved_on || is_interaction(event) {
                    let start_ms = activity::extent(event, recording.started_ms).start_ms;
                    turns.push(Turn { start_ms, window });
                }
            }
        }
        turns.sort_by(|a, b| a.start_ms.total_cmp(&b.start_ms));
        turns.dedup_by_key(|turn| turn.window);
        Self { turns }
    }

    pub fn turns(&self) -> &[Turn] {
        &self.turns
    }

    /// The window that is shown at a moment.
    pub fn window_at(&self, session_ms: f64) -> usize {
        let begun = self.turns.partition_point(|turn| turn.start_ms <= session_ms);
        self.turns[begun.saturating_sub(1)].window
    }

    /// Whether a window is shown at or after a moment.
    pub fn comes_again(&self, window: usize, session_ms: f64) -> bool {
        let mut later = self
            .turns
            .iter()
            .rev()
            .take_while(|turn| turn.start_ms >= session_ms);
        later.any(|turn| turn.window == window) || self.window_at(session_ms) == window
    }

    /// The windows that are shown between two moments, each once.
    pub(super) fn shown_between(&self, start_ms: f64, end_ms: f64) -> Vec<usize> {
        let later = self
            .turns
            .iter()
            .filter(|turn| turn.start_ms > start_ms && turn.start_ms <= end_ms)
            .map(|turn| turn.window);
        let mut windows: Vec<usize> = std::iter::once(self.window_at(start_ms)).chain(later).collect();
        windows.sort_unstable();
        windows.dedup();
        windows
    }
}

/// The window with this id or number. One without a full snapshot is not among the recording's.
fn find(recording: &Recording, wanted: &str) -> Result<usize> {
    let ids: Vec<_> = recording.windows.iter().map(|window| &*window.id).collect();
    let known: Vec<_> = ids.iter().copied().map(Some).collect();
    choose(wanted, &known).map_err(|unclear| {
        let usage = |what: &str| Error::new(Kind::Usage, format!("--window {wanted}: {what}"));
        let ids = || format!("Choose auto or one of: {}.", ids.join(", "));
        let undrawn = &recording.windows_without_full_snapshot;
        match unclear {
            Unclear::IdOrNumber => usage("this is the id of one window and the number of another")
                .hint(id_or_number_hint("--window", wanted)),
            Unclear::NotThere if undrawn.iter().any(|id| id == wanted) => {
                usage("this window has no full snapshot, so there is nothing to draw").hint(ids())
            }
            Unclear::NotThere => usage("the recording has no such window").hint(ids()),
        }
    })
}

fn is_interaction(event: &Event) -> bool {
    use IncrementalSource as Source;
    matches!(
        event.source,
        Some(
            Source::MouseMove
                | Source::MouseInteraction
                | Source::Scroll
                | Source::Input
                | Source::TouchMove
                | Source::Drag
        )
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording;
    use crate::source::RawInput;

    /// Lines of (window, second, source): source 97 stands for a full snapshot, 98 for a Meta, 99 for both.
    fn recording(events: &[(&str, f64, u8)]) -> Recording {
        let mut lines = Vec::new();
        for (window, second, source) in events {
            let timestamp = 1_000_000.0 + second * 1000.0;
            if matches!(source, 98 | 99) {
                lines.push(format!(
                    r#"["{window}",{{"type":4,"timestamp":{timestamp},"data":{{"href":"https://{window}.test/","width":800,"height":600}}}}]"#
                ));
            }
            if matches!(source, 97 | 99) {
                lines.push(format!(
                    r#"["{window}",{{"type":2,"timestamp":{timestamp},"data":{{"node":{{}}}}}}]"#
                ));
            }
            if *source < 97 {
                lines.push(format!(
                    r#"["{window}",{{"type":3,"timestamp":{timestamp},"data":{{"source":{source},"positions":[{{"timeOffset":-400}}]}}}}]"#
                ));
            }
        }
        let input = RawInput {
            name: "test".to_owned(),
            bytes: lines.join("\n").into(),
        };
        recording::open(input).unwrap()
    }

    fn turns(events: &[(&str, f64, u8)]) -> Vec<(f64, usize)> {
        let schedule = WindowSchedule::following(&recording(events));
        let turns = schedule.turns().iter();
        turns.map(|turn| (turn.start_ms / 1000.0, turn.window)).collect()
    }

    #[test]
    fn the_window_is_the_one_that_the_person_is_in() {
        let opened = [("a", 0.0, 99), ("b", 5.0, 99)];
        let then = |more: &[(&'static str, f64, u8)]| turns(&[&opened[..], more].concat());
        assert_eq!(then(&[]), [(0.0, 0), (5.0, 1)]);
        // A click, and a move that began before it was told.
        assert_eq!(then(&[("a", 8.0, 2)]), [(0.0, 0), (5.0, 1), (8.0, 0)]);
        assert_eq!(then(&[("a", 8.0, 1)]), [(0.0, 0), (5.0, 1), (7.6, 0)]);
        // A change, and another snapshot of the same page, in the background.
        assert_eq!(then(&[("a", 8.0, 0), ("a", 9.0, 99)]), [(0.0, 0), (5.0, 1)]);
    }

    /// Recorders tell of a page first, and then of what stands on it, which takes them a while to write down.
    #[test]
    fn a_window_opens_when_its_page_is_told() {
        let then = |more: &[(&'static str, f64, u8)]| turns(&[&[("a", 0.0, 99)][..], more].concat());
        let opened = [("b", 5.0, 98), ("b", 5.25, 97)];
        assert_eq!(then(&opened), [(0.0, 0), (5.0, 1)]);
        // The person went on elsewhere until there was something to be seen.
        let late = [("b", 5.0, 98), ("a", 6.0, 2), ("b", 8.0, 97)];
        assert_eq!(then(&late), [(0.0, 0), (5.0, 1), (6.0, 0), (8.0, 1)]);
    }

    #[test]
    fn a_schedule_knows_what_comes() {
        let events = [("a", 0.0, 99), ("b", 5.0, 99), ("a", 8.0, 2), ("b", 9.0, 2)];
        let schedule = WindowSchedule::following(&recording(&events));
        for (ms, window) in [
            (-1.0, 0),
            (0.0, 0),
            (4999.0, 0),
            (5000.0, 1),
            (8000.0, 0),
            (1e9, 1),
        ] {
            assert_eq!(schedule.window_at(ms), window, "{ms}");
        }
        assert!(schedule.comes_again(0, 6000.0) && schedule.comes_again(0, 8500.0));
        assert!(!schedule.comes_again(0, 9000.0) && schedule.comes_again(1, 9000.0));
        assert_eq!(schedule.shown_between(1.0, 4.0), [0]);
        assert_eq!(schedule.shown_between(1.0, 5000.0), [0, 1]);
    }

    #[test]
    fn an_unknown_window_is_a_wrong_command() {
        let recording = recording(&[("a", 0.0, 99), ("b", 5.0, 99)]);
        let by_id = |id: &str| WindowSchedule::resolve(&recording, &id.parse().unwrap());
        assert_eq!(by_id("b").unwrap().window_at(0.0), 1);
        let error = by_id("c").unwrap_err();
        assert_eq!(error.kind(), Kind::Usage);
        assert_eq!(error.hint_text(), Some("Choose auto or one of: a, b."));
    }

    #[test]
    fn a_window_is_known_by_its_number_too() {
        let chosen = |recording: &Recording, wanted: &str| {
            let schedule = WindowSchedule::resolve(recording, &wanted.parse().unwrap())?;
            Ok::<_, Error>(schedule.window_at(0.0))
        };
        let named = recording(&[("a", 0.0, 99), ("b", 5.0, 99)]);
        assert_eq!(chosen(&named, "2").unwrap(), 1);
        assert!(chosen(&named, "3").is_err());
        let numbered = recording(&[("2", 0.0, 99), ("1", 5.0, 99)]);
        assert_eq!(
            (
                chosen(&numbered, "id:2").unwrap(),
                chosen(&numbered, "number:2").unwrap()
            ),
            (0, 1)
        );
        let error = chosen(&numbered, "2").unwrap_err();
        assert_eq!(
            (error.kind(), &*error.to_string()),
            (
                Kind::Usage,
                "--window 2: this is the id of one window and the number of another"
            )
        );
    }

    #[test]
    fn a_window_without_a_full_snapshot_says_so() {
        let recording = recording(&[("a", 0.0, 2), ("b", 5.0, 99)]);
        let by_id = |id: &str| WindowSchedule::resolve(&recording, &id.parse().unwrap());
        assert_eq!(by_id("1").unwrap(), by_id("b").unwrap());
        let error = by_id("a").unwrap_err();
        assert_eq!(
            (&*error.to_string(), error.hint_text()),
            (
                "--window a: this window has no full snapshot, so there is nothing to draw",
                Some("Choose auto or one of: b.")
            )
        );
    }
}
