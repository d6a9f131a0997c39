//! What `inspect` says to people: groups of aligned lines, at most 100 columns wide. What a
//! recording says goes through [`print::printable`].

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;

use jiff::Timestamp;

use super::print;
use crate::recording::{
    ACTIVITY_GAP_MS, Elsewhere, EventType, Format, HostCount, Lacks, SessionEntry, Summary, WindowSummary,
};

const COLUMNS: usize = 100;
/// Where the text after a label begins.
const LABEL: usize = 14;
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
        "{name}: {}{containers}, {} events\n\n",
        summary.format, summary.events
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
            &format!("{events} events show its screens as wireframes"),
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
    let many = match gaps.len() {
        1 => "1 gap".to_owned(),
        count => format!("{count} gaps"),
    };
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
    for (label, elsewhere, advice) in [
        (
            "images",
            &lacks.images,
            "Record with rrweb's inlineImages to have them inside.",
        ),
        (
            "fonts",
            &lacks.fonts,
            "Only those that scripts load (collectFonts) or CSS holds as data: can be inside.",
        ),
        (
            "stylesheets",
            &lacks.stylesheets,
            "Record with inlineStylesheet; other hosts' need crossorigin=\"anonymous\" and CORS.",
        ),
    ] {
        if elsewhere.count > 0 {
            labelled(out, label, &addresses(elsewhere));
            labelled(out, "", advice);
        }
    }
    let iframes = &lacks.iframes;
    if iframes.count > 0 {
        let what = format!("{} without a document", iframes.count);
        labelled(out, "iframes", &with_hosts(&what, &iframes.hosts));
        labelled(
            out,
            "",
            "Record with recordCrossOriginIframes, and with the recorder inside of them as well.",
        );
    }
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
            let what = if count == 1 { one } else { many };
            labelled(out, label, &format!("{count} {what}"));
            labelled(out, "", advice);
        }
    }
}

fn addresses(elsewhere: &Elsewhere) -> String {
    let what = match elsewhere.count {
        1 => "1 address".to_owned(),
        count => format!("{count} addresses"),
    };
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
        let rest = format!(" and {more} more hosts");
        let room = COLUMNS - LABEL - if more == 1 { 0 } else { rest.len() };
        if text.chars().count() + entry.chars().count() > room && index > 0 {
            text.push_str(&rest);
            break;
        }
        text.push_str(&entry);
    }
    text
}

fn labelled(out: &mut String, label: &str, text: &str) {
    wrapped(out, &format!("  {label:<width$}", width = LABEL - 2), text);
}

/// Text after a label, on as many lines as it needs, each beginning below the first.
fn wrapped(out: &mut String, label: &str, text: &str) {
    let mut current = label.to_owned();
    let mut empty = true;
    for word in text.split(' ') {
        if !empty && current.chars().count() + 1 + word.chars().count() > COLUMNS {
            line(out, &current);
            current = " ".repeat(label.chars().count());
            empty = true;
        }
        if !empty {
            current.push(' ');
        }
        current.push_str(word);
        empty = false;
    }
    line(out, &current);
}

/// A line of its own, cut where it would become too long.
fn line(out: &mut String, text: &str) {
    out.push_str(&shortened(text.trim_end(), COLUMNS));
    out.push('\n');
}

fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most - 1).collect();
    format!("{kept}…")
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

#[derive(Clone, Copy, PartialEq)]
enum Align {
    Left,
    Right,
}
use Align::{Left, Right};

/// Columns as wide as their widest cell; the last may be cut at the edge.
struct Table {
    align: Vec<Align>,
    /// The first has the titles.
    rows: Vec<Vec<String>>,
    /// As many rows are shown below the titles.
    most: usize,
    /// How many there would be beyond these.
    more: usize,
}

impl Table {
    fn new(columns: &[(&str, Align)], most: usize) -> Self {
        Self {
            align: columns.iter().map(|(_, align)| *align).collect(),
            rows: vec![columns.iter().map(|(title, _)| (*title).to_owned()).collect()],
            most,
            more: 0,
        }
    }

    fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        if self.rows.len() > self.most {
            self.more += 1;
        } else {
            self.rows.push(cells.into_iter().collect());
        }
    }

    fn write(&self, out: &mut String) {
        let rows = &self.rows;
        let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
        let widths: Vec<usize> = (0..self.align.len()).filter_map(width).collect();
        for row in rows {
            let mut text = String::from("  ");
            for ((cell, width), align) in row.iter().zip(&widths).zip(&self.align) {
                let padding = " ".repeat(width - cell.chars().count());
                match align {
                    Left => text.extend([cell, &*padding, "   "]),
                    Right => text.extend([&*padding, cell, "   "]),
                }
            }
            line(out, &text);
        }
        if self.more > 0 {
            line(out, &format!("  … and {} more; --json has all", self.more));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(write: impl FnOnce(&mut String)) -> Vec<String> {
        let mut out = String::new();
        write(&mut out);
        out.lines().map(str::to_owned).collect()
    }

    #[test]
    fn tables_are_aligned_and_shortened() {
        let mut table = Table::new(&[("name", Left), ("count", Right), ("note", Left)], 3);
        for (name, count) in [
            ("a", 1),
            ("longer", 1_000_000),
            ("é", 20),
            ("never shown, however long", 3),
        ] {
            table.row([name.to_owned(), count.to_string(), "x".repeat(count.min(90))]);
        }
        let lines = said(|out| table.write(out));
        assert_eq!(lines[0], "  name       count   note");
        assert_eq!(lines[1], "  a              1   x");
        assert!(lines[2].starts_with("  longer   1000000   xxx") && lines[2].ends_with("x…"));
        assert_eq!(lines[2].chars().count(), COLUMNS);
        assert_eq!(lines[3], format!("  é             20   {}", "x".repeat(20)));
        assert_eq!(lines[4..], ["  … and 1 more; --json has all"]);
    }

    #[test]
    fn long_text_goes_on_below_its_beginning() {
        let words = "word ".repeat(25);
        let lines = said(|out| labelled(out, "label", words.trim()));
        assert_eq!(lines[0], format!("  label       {}", "word ".repeat(17).trim()));
        assert_eq!(lines[1], format!("              {}", "word ".repeat(8).trim()));
        let lines = said(|out| labelled(out, "x", &"y".repeat(200)));
        assert_eq!((lines.len(), lines[0].chars().count()), (1, COLUMNS));
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
