//! What `inspect` says to people: groups of aligned lines. What a recording says goes through
//! [`print::printable`].

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;

use jiff::Timestamp;

use super::text_table::Align::{Left, Right};
use super::text_table::{Table, labelled, line, shortened, wrapped};
use super::{lacks_text, print};
use crate::recording::{ACTIVITY_GAP_MS, EventType, Format, SessionEntry, Summary, WindowSummary};

/// As many lines of a list are shown; `--json` has all.
const MOST_LINES: usize = 12;
const MOST_SIZES: usize = 4;
const MOST_ID: usize = 40;

pub(super) fn of_sessions(name: &str, format: Format, sessions: &[SessionEntry]) -> String {
    let name = print::printable(name);
    let mut out = format!("{name}: {format}, {} sessions\n\n", sessions.len());
    let mut table = Table::new(
        &[
            ("number", Right),
            ("session", Left),
            ("started", Left),
            ("duration", Right),
            ("events", Right),
        ],
        usize::MAX,
    );
    for session in sessions {
        table.row([
            session.number.to_string(),
            shown_id(session.id.as_deref().unwrap_or_default()),
            moment(session.started_ms),
            print::seconds(session.duration_s),
            session.events.to_string(),
        ]);
    }
    table.write(&mut out);
    out.push_str("\nChoose one by its number or its id, for example with --session 1.\n");
    out
}

pub(super) fn of_recording(name: &str, summary: &Summary) -> String {
    let name = print::printable(name);
    let containers = summary
        .containers
        .iter()
        .map(|container| format!(" in {container}"));
    let containers: String = containers.rev().collect();
    let mut out = format!(
        "{name}: {}{containers}, {}\n\n",
        summary.format,
        print::counted(summary.events as u64, "event", "events")
    );
    overview(&mut out, summary);
    windows(&mut out, summary);
    pages(&mut out, summary);
    idle_gaps(&mut out, summary);
    counts(&mut out, summary);
    lacks_text::write(&mut out, &summary.lacks);
    if !summary.problems.is_empty() {
        out.push_str("\nProblems\n");
        for problem in &summary.problems {
            wrapped(&mut out, "  ", &problem.to_string());
        }
    }
    out
}

fn overview(out: &mut String, summary: &Summary) {
    if let Some(session) = &summary.session {
        labelled(out, "session", &shown_id(session));
    }
    labelled(out, "started", &moment(summary.started_ms));
    let duration = print::seconds(summary.duration_s);
    let active = print::seconds(summary.active_s);
    labelled(out, "duration", &format!("{duration}, {active} of it active"));
    match summary.mobile_events {
        _ if summary.screenshots_only => {
            labelled(
                out,
                "mobile app",
                "its screens are screenshots, which need no browser",
            );
        }
        0 => {}
        events => labelled(
            out,
            "mobile app",
            &format!(
                "{} its screens as wireframes",
                print::counted(events as u64, "event shows", "events show")
            ),
        ),
    }
}

/// Ids are often as long as a line has room, so several windows go by numbers.
fn windows(out: &mut String, summary: &Summary) {
    let several = summary.windows.len() > 1;
    if several {
        out.push_str("\nWindows\n");
    } else {
        line(out, "");
        line(out, &format!("Window {}", shown_id(&summary.windows[0].id)));
    }
    let columns = [
        ("window", Right),
        ("events", Right),
        ("snapshots", Right),
        ("from", Right),
        ("to", Right),
        ("active", Right),
        ("sizes", Left),
    ];
    let mut table = Table::new(&columns[usize::from(!several)..], MOST_LINES);
    for (window, number) in summary.windows.iter().zip(1..) {
        let number = several.then(|| number.to_string());
        table.row(number.into_iter().chain([
            window.events.to_string(),
            window.full_snapshots.to_string(),
            print::seconds(window.start_s),
            print::seconds(window.end_s),
            print::seconds(window.active_s),
            sizes(window),
        ]));
    }
    table.write(out);
    if several {
        for (window, number) in summary.windows.iter().zip(1..) {
            if number <= MOST_LINES {
                line(out, &format!("  {number} is {}", shown_id(&window.id)));
            }
        }
    }
}

fn sizes(window: &WindowSummary) -> String {
    let sizes: Vec<String> = window.sizes.iter().map(ToString::to_string).collect();
    match sizes.len().checked_sub(MOST_SIZES) {
        None | Some(0) => sizes.join(", "),
        Some(more) => format!("{} and {more} more", sizes[..MOST_SIZES].join(", ")),
    }
}

fn pages(out: &mut String, summary: &Summary) {
    if summary.pages.is_empty() {
        return;
    }
    out.push_str("\nPages\n");
    let several_windows = summary.windows.len() > 1;
    let mut columns = vec![("from", Right), ("to", Right), ("address", Left)];
    if several_windows {
        columns.insert(0, ("window", Right));
    }
    let mut table = Table::new(&columns, MOST_LINES);
    let ids = summary.windows.iter().map(|window| window.id.as_str());
    let numbers: HashMap<&str, usize> = ids.zip(1..).collect();
    for page in &summary.pages {
        let times = [print::seconds(page.time_s), print::seconds(page.end_s)];
        let window = several_windows.then(|| {
            let number = numbers.get(page.window.as_str());
            number.map_or_else(String::new, ToString::to_string)
        });
        let href = print::printable(&page.href);
        table.row(window.into_iter().chain(times).chain([href]));
    }
    table.write(out);
}

fn idle_gaps(out: &mut String, summary: &Summary) {
    let gaps = &summary.idle_gaps;
    if gaps.is_empty() {
        return;
    }
    let total: f64 = gaps.iter().map(|gap| gap.end_s - gap.start_s).sum();
    let total = print::seconds(total);
    let many = print::counted(gaps.len() as u64, "gap", "gaps");
    let gap = ACTIVITY_GAP_MS / 1000.0;
    // Writing to a String cannot fail.
    let _ = writeln!(out, "\nIdle for more than {gap} s: {many}, {total} in all");
    let mut table = Table::new(&[("from", Right), ("to", Right), ("length", Right)], MOST_LINES);
    for gap in gaps {
        table.row([gap.start_s, gap.end_s, gap.end_s - gap.start_s].map(print::seconds));
    }
    table.write(out);
}

/// The types of events, with the sources of incremental snapshots below theirs.
fn counts(out: &mut String, summary: &Summary) {
    out.push_str("\nEvents\n");
    // There are about as many types and sources as this.
    let mut table = Table::new(&[("type", Left), ("count", Right)], 2 * MOST_LINES);
    for (name, count) in by_count(&summary.events_by_type) {
        table.row([name.to_owned(), count.to_string()]);
        if name == EventType::IncrementalSnapshot.name() {
            for (name, count) in by_count(&summary.events_by_source) {
                table.row([format!("  {name}"), count.to_string()]);
            }
        }
    }
    table.write(out);
}

fn by_count(counts: &BTreeMap<String, u64>) -> Vec<(&str, u64)> {
    let mut counts: Vec<(&str, u64)> = counts
        .iter()
        .map(|(name, count)| (name.as_str(), *count))
        .collect();
    counts.sort_by_key(|(_, count)| Reverse(*count));
    counts
}

fn shown_id(id: &str) -> String {
    match id {
        "" => "(unnamed)".to_owned(),
        id => shortened(&print::printable(id), MOST_ID),
    }
}

/// A date and time in UTC, to the second.
fn moment(epoch_ms: f64) -> String {
    let time = Timestamp::from_second((epoch_ms / 1000.0).floor() as i64);
    time.map_or_else(|_| "at no date".to_owned(), |time| time.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_sessions_are_a_list_to_choose_from() {
        let session = |number, id: Option<&str>, duration_s| SessionEntry {
            number,
            id: id.map(str::to_owned),
            events: 700 * number,
            started_ms: 1_605_000_000_123.0,
            duration_s,
        };
        let sessions = [session(1, Some("a\u{1b}b"), 2.5), session(2, None, 61.0)];
        let text = of_sessions("visits.json", Format::RrwebArray, &sessions);
        assert_eq!(
            text.lines().collect::<Vec<_>>(),
            [
                "visits.json: rrweb events, 2 sessions",
                "",
                "  number   session     started                 duration   events",
                "       1   a\\u{1b}b    2020-11-10T09:20:00Z       2.5 s      700",
                "       2   (unnamed)   2020-11-10T09:20:00Z   1 min 1 s     1400",
                "",
                "Choose one by its number or its id, for example with --session 1.",
            ]
        );
    }

    #[test]
    fn moments_are_dates_where_there_is_one() {
        assert_eq!(moment(1_605_000_000_123.0), "2020-11-10T09:20:00Z");
        assert_eq!(moment(-1500.0), "1969-12-31T23:59:58Z");
        for absurd in [1e300, f64::INFINITY, -1e300] {
            assert_eq!(moment(absurd), "at no date");
        }
    }
}
