//! Bytes become a [`Recording`]: events per window, in order, ready for a player, and what was wrong with them.
//! `container` unwraps them, `format` knows the formats, `tidy` makes events playable; `activity`, `lacks`, `moments`,
//! `slides` and `summary` look at the result.

pub mod activity;
mod budget;
mod choice;
mod container;
mod event;
mod format;
mod json_text;
mod lacks;
mod mobile;
mod moments;
mod problem;
mod rrweb_types;
mod serialized_node;
mod slides;
mod splice;
mod summary;
mod tidy;

use budget::Budget;
use problem::Problems;

use crate::error::{Error, Kind, Result};
use crate::source::RawInput;

pub use activity::{ACTIVITY_GAP_MS, Span};
pub use choice::{Unclear, choose, id_or_number_hint};
pub use container::Container;
pub use event::{Detail, Event, Meta};
pub use format::Format;
pub use lacks::{Elsewhere, HostCount, Iframes, Lacks};
pub use moments::{Moment, MomentKind, TypedText, Typing, moments, sights, typing};
pub use problem::{Place, Problem, ProblemKind};
pub use rrweb_types::{EventType, IncrementalSource};
pub use slides::{PointerAct, PointerSample, Screenshot, Slide, SlideContent, Slides};
pub use summary::{IdleGap, Page, Summary, WindowSummary, without_query};

/// A session replay. Every window has a full snapshot, and events that can be played from first to last.
#[derive(Debug, Clone)]
pub struct Recording {
    /// What messages call it.
    pub name: String,
    /// The session's id, where the input names one.
    pub session: Option<String>,
    pub format: Format,
    /// What the input was wrapped in, the outermost first.
    pub containers: Vec<Container>,
    /// In the order in which the input first names them; never empty.
    pub windows: Vec<Window>,
    /// The ids of those that the input has beside them, of which nothing can be drawn.
    pub windows_without_full_snapshot: Vec<String>,
    /// How many events of the input show a mobile app as wireframes; here they are nodes.
    pub mobile_events: usize,
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

/// As much text as `PostHog` itself decodes of one recording.
pub const DEFAULT_MAX_BYTES: u64 = 1 << 30;

/// Everything that one input holds: usually one session, sometimes several.
#[derive(Debug)]
pub struct Archive {
    name: String,
    format: Format,
    containers: Vec<Container>,
    /// Never empty.
    sessions: Vec<Session>,
    problems: Problems,
}

/// One visit, its windows as they came: not yet in order, not yet playable.
#[derive(Debug)]
struct Session {
    id: Option<String>,
    windows: Vec<Window>,
}

/// One of several sessions, as a list shows it.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct SessionEntry {
    /// Counted from 1.
    pub number: usize,
    pub id: Option<String>,
    pub events: usize,
    /// Milliseconds since 1970, of the earliest event.
    pub started_ms: f64,
    pub duration_s: f64,
}

impl Archive {
    /// Reads an input in any format we know, decoding at most `max_bytes`.
    pub fn read(input: RawInput, max_bytes: u64) -> Result<Self> {
        let RawInput { name, bytes } = input;
        let contents =
            format::read(bytes, &mut Budget::new(max_bytes)).map_err(|error| error.during(&name))?;
        Ok(Self {
            name,
            format: contents.format,
            containers: contents.containers,
            sessions: contents.sessions,
            problems: contents.problems,
        })
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub const fn format(&self) -> Format {
        self.format
    }

    /// What the input was wrapped in, the outermost first; of several recordings, the first of them.
    pub fn containers(&self) -> &[Container] {
        &self.containers
    }

    /// The sessions in it, their times put right as [`into_recording`](Self::into_recording) does.
    pub fn sessions(&self) -> Vec<SessionEntry> {
        let entry = |(index, session): (usize, &Session)| {
            let times: Vec<f64> = session
                .windows
                .iter()
                .flat_map(|window| tidy::right_times(&window.events))
                .collect();
            let started_ms = times.iter().copied().fold(f64::INFINITY, f64::min);
            let ended_ms = times.iter().copied().fold(started_ms, f64::max);
            SessionEntry {
                number: index + 1,
                id: session.id.clone(),
                events: times.len(),
                started_ms,
                duration_s: (ended_ms - started_ms).round() / 1000.0,
            }
        };
        self.sessions.iter().enumerate().map(entry).collect()
    }

    /// Makes one session playable: the one with this id or number (from 1), or the only one. What is the id of one
    /// session and the number of another is an error; `id:1` and `number:1` are clear.
    pub fn into_recording(mut self, session: Option<&str>) -> Result<Recording> {
        let index = self.choose(session)?;
        let mut session = self.sessions.swap_remove(index);
        let mut problems = self.problems;
        let mobile_events = session
            .windows
            .iter()
            .flat_map(|window| &window.events)
            .filter(|event| event.detail == Detail::Wireframes)
            .count();
        let mut windows_without_full_snapshot = Vec::new();
        let mut tidied = |window: Window| {
            let id = window.id.clone();
            let tidied = tidy::window(window, &mut problems);
            if tidied.is_none() {
                windows_without_full_snapshot.push(id);
            }
            tidied
        };
        session.windows = session.windows.into_iter().filter_map(&mut tidied).collect();
        let started_ms = session
            .windows
            .iter()
            .filter_map(Window::first_ms)
            .fold(f64::INFINITY, f64::min);
        if session.windows.is_empty() {
            return Err(no_full_snapshot(&problems).during(self.name));
        }
        Ok(Recording {
            name: self.name,
            session: session.id,
            format: self.format,
            containers: self.containers,
            windows: session.windows,
            windows_without_full_snapshot,
            mobile_events,
            problems: problems.into_vec(),
            started_ms,
        })
    }

    fn choose(&self, wanted: Option<&str>) -> Result<usize> {
        let count = self.sessions.len();
        let usage = |message: String| Error::new(Kind::Usage, format!("{}: {message}", self.name));
        let Some(wanted) = wanted else {
            return match count {
                1 => Ok(0),
                _ => Err(usage(format!("there are {count} sessions in it"))
                    .hint("`replaycast inspect` lists them; choose one with --session NUMBER.")),
            };
        };
        let ids: Vec<_> = self
            .sessions
            .iter()
            .map(|session| session.id.as_deref())
            .collect();
        choose(wanted, &ids).map_err(|unclear| match unclear {
            Unclear::NotThere => usage(format!(
                "there is no session '{wanted}' in it, only {count}, numbered from 1"
            ))
            .hint("`replaycast inspect` lists them."),
            Unclear::IdOrNumber => usage(format!(
                "'{wanted}' is the id of one session and the number of another"
            ))
            .hint(id_or_number_hint("--session", wanted)),
        })
    }
}

/// Reads the only session of an input.
pub fn open(input: RawInput) -> Result<Recording> {
    Archive::read(input, DEFAULT_MAX_BYTES)?.into_recording(None)
}

fn no_full_snapshot(problems: &Problems) -> Error {
    let error = Error::new(
        Kind::NoFullSnapshot,
        "the recording has no full snapshot, so there is nothing to draw",
    );
    if problems.of_kind(ProblemKind::ListSnapshot).is_some() {
        return Error::new(
            Kind::NoFullSnapshot,
            "its full snapshots are in Datadog's own format, which this version cannot read, and not rrweb's",
        )
        .hint(
            "The recorders of Datadog, and those made from them, write it since one of their later versions; what version 5 \
             writes can be read.",
        );
    }
    if let Some(unreadable) = problems.of_kind(ProblemKind::UnreadableLine) {
        return error.hint(format!(
            "It may have been in what cannot be read: {unreadable}. Look at that, or export it again; Postgres's COPY doubles \
             backslashes, psql -At -c 'SELECT …' does not."
        ));
    }
    error.hint(match problems.undecodable() {
        Some(_) => "It may have been in events that cannot be decoded: use PostHog's export to a file, or download it again.",
        None => "Its beginning is missing: export it again after it has loaded to the end, or record with full snapshots.",
    })
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
}

impl Window {
    pub fn first_ms(&self) -> Option<f64> {
        self.events.first().map(|event| event.timestamp_ms)
    }

    pub fn last_ms(&self) -> Option<f64> {
        self.events.last().map(|event| event.timestamp_ms)
    }
}

/// The least that is measured of a few times: a busy machine makes any of them longer.
#[cfg(test)]
fn least_time(measure: impl FnMut() -> std::time::Duration) -> std::time::Duration {
    std::iter::repeat_with(measure).take(3).min().unwrap_or_default()
}
