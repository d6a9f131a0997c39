//! What `inspect` shows: a [`Summary`] of a recording, made from the facts that reading left behind.
//! Its field names are a contract of `inspect --json`.

use std::collections::{BTreeMap, HashSet};

use serde::Serialize;

use super::activity::{self, ACTIVITY_GAP_MS, Span};
use super::{Container, Event, Format, Lacks, Problem, Recording, Slides, Window};
use crate::frame::Size;

/// All times are seconds of session time.
#[derive(Debug, Clone, Serialize)]
pub struct Summary {
    pub format: Format,
    /// What the text was wrapped in, outermost first.
    pub containers: Vec<Container>,
    /// The session's id, where the input names one.
    pub session: Option<String>,
    /// Milliseconds since 1970.
    pub started_ms: f64,
    pub duration_s: f64,
    /// How long the user was active, in any window.
    pub active_s: f64,
    pub events: usize,
    /// How many of them show the screen of a mobile app as wireframes.
    pub mobile_events: usize,
    /// Whether nothing but screenshots of a mobile app is ever shown, so that no browser is needed.
    pub screenshots_only: bool,
    pub windows: Vec<WindowSummary>,
    pub idle_gaps: Vec<IdleGap>,
    pub pages: Vec<Page>,
    pub events_by_type: BTreeMap<String, u64>,
    pub events_by_source: BTreeMap<String, u64>,
    pub lacks: Lacks,
    pub problems: Vec<Problem>,
}

#[derive(Debug, Clone, Serialize)]
pub struct WindowSummary {
    pub id: String,
    pub events: usize,
    pub full_snapshots: usize,
    pub start_s: f64,
    pub end_s: f64,
    pub active_s: f64,
    /// Each size once, in the order in which they appear.
    pub sizes: Vec<Size>,
}

/// A pause of the user, longer than five seconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct IdleGap {
    pub start_s: f64,
    pub end_s: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Page {
    pub window: String,
    pub time_s: f64,
    /// When the window went on to the next page, or its last event.
    pub end_s: f64,
    /// Without the query and anything like it: tokens stand there.
    pub href: String,
}

impl Summary {
    pub fn of(recording: &Recording) -> Self {
        let events = || recording.windows.iter().flat_map(|window| &window.events);
        let spans = activity::spans(events(), recording.started_ms, ACTIVITY_GAP_MS);
        Self {
            format: recording.format,
            containers: recording.containers.clone(),
            session: recording.session.clone(),
            started_ms: recording.started_ms,
            duration_s: seconds(recording.duration_ms()),
            active_s: seconds(activity::total_ms(&spans)),
            events: events().count(),
            mobile_events: recording.mobile_events,
            screenshots_only: recording
                .windows
                .iter()
                .all(|window| Slides::read(window, recording.started_ms, |_, _| true).is_some()),
            windows: recording
                .windows
                .iter()
                .map(|window| window_summary(recording, window))
                .collect(),
            idle_gaps: idle_gaps(&spans, recording.duration_ms()),
            pages: pages(recording),
            events_by_type: tally(events().map(|event| event.kind.name())),
            events_by_source: tally(
                events()
                    .filter_map(|event| event.source)
                    .map(super::IncrementalSource::name),
            ),
            lacks: Lacks::of(&recording.windows),
            problems: recording.problems.clone(),
        }
    }
}

fn window_summary(recording: &Recording, window: &Window) -> WindowSummary {
    let mut known = HashSet::new();
    let mut sizes: Vec<Size> = window.events.iter().filter_map(Event::viewport).collect();
    sizes.retain(|size| known.insert(*size));
    let at = |ms: Option<f64>| seconds(ms.unwrap_or(recording.started_ms) - recording.started_ms);
    let spans = activity::spans(&window.events, recording.started_ms, ACTIVITY_GAP_MS);
    WindowSummary {
        id: window.id.clone(),
        events: window.events.len(),
        full_snapshots: window
            .events
            .iter()
            .filter(|event| event.is_full_snapshot())
            .count(),
        start_s: at(window.first_ms()),
        end_s: at(window.last_ms()),
        active_s: seconds(activity::total_ms(&spans)),
        sizes,
    }
}

/// The pauses between, before and after spans, which are merged across shorter ones already.
fn idle_gaps(spans: &[Span], duration_ms: f64) -> Vec<IdleGap> {
    let starts = std::iter::once(0.0).chain(spans.iter().map(|span| span.end_ms));
    let ends = spans
        .iter()
        .map(|span| span.start_ms)
        .chain(std::iter::once(duration_ms));
    starts
        .zip(ends)
        .filter(|(start, end)| end - start > ACTIVITY_GAP_MS)
        .map(|(start, end)| IdleGap {
            start_s: seconds(start),
            end_s: seconds(end),
        })
        .collect()
}

/// The addresses in each window as they change; a checkpoint repeats the one in force.
fn pages(recording: &Recording) -> Vec<Page> {
    let mut pages = Vec::new();
    for window in &recording.windows {
        let first = pages.len();
        for event in &window.events {
            let Some(href) = event.href().map(without_query) else {
                continue;
            };
            let time_s = seconds(recording.session_ms(event));
            match pages[first..].last_mut() {
                Some(Page { href: last, .. }) if last == href => continue,
                Some(last) => last.end_s = time_s,
                None => {}
            }
            pages.push(Page {
                window: window.id.clone(),
                time_s,
                end_s: seconds(window.last_ms().unwrap_or_default() - recording.started_ms),
                href: href.to_owned(),
            });
        }
    }
    pages.sort_by(|a, b| a.time_s.total_cmp(&b.time_s));
    pages
}

/// Cuts the query, and a fragment that is made like one (`#access_token=…`).
pub fn without_query(href: &str) -> &str {
    let href = href.split('?').next().unwrap_or(href);
    match href.split_once('#') {
        Some((page, fragment)) if fragment.contains('=') => page,
        _ => href,
    }
}

fn tally<'a>(names: impl Iterator<Item = std::borrow::Cow<'a, str>>) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for name in names {
        *counts.entry(name.into_owned()).or_default() += 1;
    }
    counts
}

/// To whole milliseconds, so that no rounding noise gets into reports.
fn seconds(ms: f64) -> f64 {
    ms.round() / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording;
    use crate::source::RawInput;

    fn summary(text: &str) -> Summary {
        let input = RawInput {
            name: "test".to_owned(),
            bytes: text.into(),
        };
        Summary::of(&recording::open(input).unwrap())
    }

    #[test]
    fn a_session_at_a_glance() {
        let summary = summary(
            r#"[{"type":4,"timestamp":1000,"data":{"href":"https://a.test/x?token=1#y","width":800,"height":600}},
            {"type":2,"timestamp":1000,"data":{"node":{}}},
            {"type":3,"timestamp":4000,"data":{"source":3}},
            {"type":3,"timestamp":31000,"data":{"source":0}},
            {"type":4,"timestamp":61000,"data":{"href":"https://a.test/#access_token=1","width":400,"height":600}},
            {"type":4,"timestamp":61000,"data":{"href":"https://a.test/?again","width":800,"height":600}},
            {"type":99,"timestamp":61500,"data":{}}, 7]"#,
        );
        let json = serde_json::to_value(&summary).unwrap();
        let expected = serde_json::json!({
            "format": "rrweb-array",
            "containers": [],
            "session": null,
            "started_ms": 1000.0,
            "duration_s": 60.5,
            "active_s": 3.0,
            "events": 7,
            "mobile_events": 0,
            "screenshots_only": false,
            "windows": [{
                "id": "main", "events": 7, "full_snapshots": 1, "start_s": 0.0, "end_s": 60.5, "active_s": 3.0,
                "sizes": [{"width": 800, "height": 600}, {"width": 400, "height": 600}],
            }],
            "idle_gaps": [{"start_s": 3.0, "end_s": 60.0}],
            "pages": [
                {"window": "main", "time_s": 0.0, "end_s": 60.0, "href": "https://a.test/x"},
                {"window": "main", "time_s": 60.0, "end_s": 60.5, "href": "https://a.test/"},
            ],
            "events_by_type": {"FullSnapshot": 1, "IncrementalSnapshot": 2, "Meta": 3, "Other(99)": 1},
            "events_by_source": {"Mutation": 1, "Scroll": 1},
            "lacks": {
                "images": {"count": 0, "blobs": 0, "hosts": []},
                "fonts": {"count": 0, "blobs": 0, "hosts": []},
                "stylesheets": {"count": 0, "blobs": 0, "hosts": []},
                "canvases": 0, "iframes": {"count": 0, "hosts": []},
                "videos": 0, "audios": 0, "embeds": 0, "blocked": 0, "rules_with_lost_values": 0,
            },
            "problems": [{
                "kind": "not_an_event", "count": 1, "first": {"event": 7},
                "message": "1 entry is not an rrweb event; dropped (first at event 7)",
            }],
        });
        assert_eq!(json, expected);
    }

    #[test]
    fn addresses_lose_what_may_be_secret() {
        for (href, shown) in [
            ("https://a.test/b?c#d", "https://a.test/b"),
            ("https://a.test/#/route", "https://a.test/#/route"),
            ("https://a.test/#id_token=x", "https://a.test/"),
            ("", ""),
        ] {
            assert_eq!(without_query(href), shown);
        }
    }
}
