//! What `inspect` says to people: groups of aligned lines. What a recording says goes through
//! [`print::printable`].

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;

use jiff::Timestamp;

use super::print;
use super::text_table::Align::{Left, Right};
use super::text_table::{COLUMNS, LABEL, Table, labelled, line, shortened, wrapped};
use crate::recording::{
    ACTIVITY_GAP_MS, Elsewhere, EventType, Format, HostCount, Iframes, Lacks, SessionEntry, Summary,
    WindowSummary,
};

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
        counted(summary.events as u64, "event", "events")
    );
    overview(&mut out, summary);
    windows(&mut out, summary);
    pages(&mut out, summary);
    idle_gaps(&mut out, summary);
    counts(&mut out, summary);
    lacks(&mut out, &summary.lacks);
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
                counted(events as u64, "event shows", "events show")
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
    let many = counted(gaps.len() as u64, "gap", "gaps");
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

/// What is missing, each with what the one who records can do about it.
fn lacks(out: &mut String, lacks: &Lacks) {
    out.push_str("\nNot in the recording\n");
    if *lacks == Lacks::default() {
        out.push_str("  nothing: all that was looked for is inside\n");
        return;
    }
    elsewhere(
        out,
        "images",
        &lacks.images,
        "Record with rrweb's inlineImages to have them inside.",
    );
    elsewhere(
        out,
        "fonts",
        &lacks.fonts,
        "Only those that scripts load (collectFonts) or CSS holds as data: can be inside.",
    );
    elsewhere(
        out,
        "stylesheets",
        &lacks.stylesheets,
        "Record with inlineStylesheet; other hosts' need crossorigin=\"anonymous\" and CORS.",
    );
    rules(out, lacks.rules_with_lost_values);
    iframes(out, &lacks.iframes);
    elements(out, lacks);
}

/// What the recording names by address only.
fn elsewhere(out: &mut String, label: &str, elsewhere: &Elsewhere, advice: &str) {
    if elsewhere.count > 0 {
        labelled(out, label, &addresses(elsewhere));
        labelled(out, "", advice);
    }
}

fn rules(out: &mut String, with_lost_values: u64) {
    if with_lost_values > 0 {
        let what = counted(
            with_lost_values,
            "in style sheets lost values when it was recorded",
            "in style sheets lost values when they were recorded",
        );
        labelled(out, "rules", &what);
        labelled(
            out,
            "",
            "A fault of Chromium: it loses a shorthand with var() if its rule also sets a part of it.",
        );
    }
}

fn iframes(out: &mut String, iframes: &Iframes) {
    if iframes.count > 0 {
        let what = format!("{} without a document", iframes.count);
        labelled(out, "iframes", &with_hosts(&what, &iframes.hosts));
        labelled(
            out,
            "",
            "Record with recordCrossOriginIframes, and with the recorder inside of them as well.",
        );
    }
}

/// Elements that are in the recording, but not what they show or play.
fn elements(out: &mut String, lacks: &Lacks) {
    for (label, count, (one, many), advice) in [
        (
            "canvases",
            lacks.canvases,
            ("without a picture", "without a picture"),
            "Record with recordCanvas (PostHog: captureCanvas).",
        ),
        (
            "videos",
            lacks.videos,
            ("element", "elements"),
            "Their frames are never recorded.",
        ),
        (
            "audio",
            lacks.audios,
            ("element", "elements"),
            "Their sound is never recorded.",
        ),
        (
            "plug-ins",
            lacks.embeds,
            ("embed or object element", "embed and object elements"),
            "What they show is never recorded.",
        ),
        (
            "blocked",
            lacks.blocked,
            ("element", "elements"),
            "The recorder left them out, for privacy: see blockClass and blockSelector.",
        ),
    ] {
        if count > 0 {
            labelled(out, label, &counted(count, one, many));
            labelled(out, "", advice);
        }
    }
}

fn addresses(elsewhere: &Elsewhere) -> String {
    let what = counted(elsewhere.count, "address", "addresses");
    let what = match elsewhere.blobs {
        0 => what,
        blobs => format!("{what}, {blobs} of them lost (blob:)"),
    };
    with_hosts(&what, &elsewhere.hosts)
}

/// As many hosts as fit on the line.
fn with_hosts(what: &str, hosts: &[HostCount]) -> String {
    let mut text = what.to_owned();
    for (index, host) in hosts.iter().enumerate() {
        let separator = if index == 0 { ": " } else { ", " };
        let entry = format!("{separator}{} ({})", print::printable(&host.host), host.count);
        let more = hosts.len() - index;
        let rest = format!(" and {}", counted(more as u64, "more host", "more hosts"));
        let room = COLUMNS - LABEL - if more == 1 { 0 } else { rest.len() };
        if text.chars().count() + entry.chars().count() > room && index > 0 {
            text.push_str(&rest);
            break;
        }
        text.push_str(&entry);
    }
    text
}

fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
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
    fn one_is_not_many() {
        assert_eq!(counted(1, "event", "events"), "1 event");
        assert_eq!(counted(0, "event", "events"), "0 events");
        assert_eq!(counted(2, "event shows", "events show"), "2 events show");
    }

    #[test]
    fn hosts_fill_one_line() {
        let hosts: Vec<HostCount> = (1..=9)
            .map(|number| HostCount {
                host: format!("{}.test", "h".repeat(number)),
                count: 10 - number as u64,
            })
            .collect();
        assert_eq!(
            with_hosts("3 addresses", &hosts[..2]),
            "3 addresses: h.test (9), hh.test (8)"
        );
        let text = with_hosts("45 addresses", &hosts);
        assert!(
            text.ends_with(" more hosts") && text.chars().count() <= COLUMNS - LABEL,
            "{text}"
        );
        let all: Vec<&str> = text.split(", ").collect();
        assert!(all.len() >= 4, "{text}");
    }

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
