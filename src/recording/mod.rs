//! Bytes become a [`Recording`]: events per window, in order, ready for a player, and what was wrong with them.
//! `format` knows the containers, `tidy` repairs the order of events, `activity` and `summary` look at the result.

pub mod activity;
mod event;
mod format;
mod problem;
mod summary;
mod tidy;

use crate::error::{Error, Kind, Result};
use crate::source::RawInput;

pub use activity::{ACTIVITY_GAP_MS, Span};
pub use event::{Detail, Event, EventType, IncrementalSource};
pub use format::Format;
pub use problem::{Place, Problem, ProblemKind};
pub use summary::{IdleGap, Page, Summary, WindowSummary};

/// A session replay. Every window has a full snapshot, and events that can be played from first to last.
#[derive(Debug, Clone)]
pub struct Recording {
    /// What messages call it.
    pub name: String,
    pub format: Format,
    /// In the order in which the input first names them; never empty.
    pub windows: Vec<Window>,
    pub problems: Vec<Problem>,
    /// The time of the earliest event, in milliseconds since 1970. Session time counts from here.
    pub started_ms: f64,
}

/// A browser tab: its own document, its own node ids.
#[derive(Debug, Clone)]
pub struct Window {
    pub id: String,
    /// Sorted by time. A single event, the full snapshot, is possible, though rrweb's player wants two.
    pub events: Vec<Event>,
}

/// Reads a recording in any format we know.
pub fn open(input: RawInput) -> Result<Recording> {
    let RawInput { name, bytes } = input;
    let contents = format::read(bytes).map_err(|error| error.during(&name))?;
    let had_events = contents.windows.iter().any(|window| !window.events.is_empty());
    let mut problems = contents.problems;
    let windows: Vec<Window> = contents
        .windows
        .into_iter()
        .filter_map(|window| tidy::window(window, &mut problems))
        .collect();
    let started_ms = windows
        .iter()
        .filter_map(Window::first_ms)
        .fold(f64::INFINITY, f64::min);
    match windows.is_empty() {
        false => Ok(Recording {
            name,
            format: contents.format,
            windows,
            problems: problems.into_vec(),
            started_ms,
        }),
        true if had_events => Err(no_full_snapshot().during(name)),
        true => Err(Error::new(
            Kind::InvalidRecording,
            format!("{name}: no rrweb event in it"),
        )),
    }
}

fn no_full_snapshot() -> Error {
    Error::new(
        Kind::NoFullSnapshot,
        "the recording has no full snapshot, so there is nothing to draw",
    )
    .hint("Its beginning is missing: export it again after it has loaded to the end, or record with full snapshots.")
}

impl Recording {
    /// The session time of the last event.
    pub fn duration_ms(&self) -> f64 {
        let ends = self.windows.iter().filter_map(Window::last_ms);
        ends.fold(self.started_ms, f64::max) - self.started_ms
    }

    /// When an event happens, in session time: milliseconds since the recording's first event.
    pub fn session_ms(&self, event: &Event) -> f64 {
        event.timestamp_ms - self.started_ms
    }

    pub fn window(&self, id: &str) -> Option<&Window> {
        self.windows.iter().find(|window| window.id == id)
    }

    /// The window in which the user was active for longest; the first of equals.
    ///
    /// # Panics
    /// Only for a recording without windows, which [`open`] never makes.
    pub fn busiest_window(&self) -> &Window {
        let activity = |window: &Window| {
            let spans = activity::spans(&window.events, self.started_ms, ACTIVITY_GAP_MS);
            (activity::total_ms(&spans), activity::count(&window.events))
        };
        let mut busiest = (&self.windows[0], activity(&self.windows[0]));
        for window in &self.windows[1..] {
            let active = activity(window);
            if active > busiest.1 {
                busiest = (window, active);
            }
        }
        busiest.0
    }
}

impl Window {
    pub fn first_ms(&self) -> Option<f64> {
        self.events.first().map(|event| event.timestamp_ms)
    }

    pub fn last_ms(&self) -> Option<f64> {
        self.events.last().map(|event| event.timestamp_ms)
    }
}
