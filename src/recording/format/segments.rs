//! Lists of events without a session's id: each is a session of its own, or a segment that goes on with the one before
//! it, as databases keep a session in rows and `Sentry` in lists. [`super::collector`] calls [`join`] once all events
//! are there.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::recording::Session;
use crate::recording::event::Event;
use crate::recording::json_text;
use crate::recording::rrweb_types::EventType;
use crate::recording::tidy;

/// Between the end of a segment and the beginning of the next; a person who comes back later begins a session.
const LONGEST_PAUSE_MS: f64 = 60_000.0;

/// The events of a session, or of a part of it. Not empty.
#[derive(Debug)]
pub(super) struct Segment {
    pub(super) session: Session,
    /// Whether its id may be the number of a row, and no session's.
    pub(super) is_numbered: bool,
}

impl Segment {
    fn may_go_on(&self) -> bool {
        self.is_numbered || self.session.id.is_none()
    }

    fn events(&self) -> impl Iterator<Item = &Event> {
        self.session.windows.iter().flat_map(|window| &window.events)
    }

    pub(super) fn has_full_snapshot(&self) -> bool {
        self.events().any(Event::is_full_snapshot)
    }

    /// The times of the earliest and of the latest event.
    pub(super) fn extent(&self) -> (f64, f64) {
        let times = || self.events().map(|event| event.timestamp_ms);
        (
            times().fold(f64::INFINITY, f64::min),
            times().fold(f64::NEG_INFINITY, f64::max),
        )
    }

    /// Whether it can follow what ended then. What happens in the same millisecond does, unless a page begins with it.
    pub(super) fn adjoins(&self, end_ms: f64) -> bool {
        let pause_ms = tidy::pause_ms(end_ms, self.extent().0);
        let begins_page = || {
            self.events()
                .next()
                .is_some_and(|event| event.kind == EventType::Meta)
        };
        (0.0..=LONGEST_PAUSE_MS).contains(&pause_ms) && (pause_ms > 0.0 || !begins_page())
    }
}

/// Puts the segments of each session together: those of `Sentry`, and those that cannot be played alone. Where all came in
/// order, or all in the opposite order, and no two overlap, also those that adjoin; numbers of rows do not keep these
/// apart.
pub(super) fn join(mut segments: Vec<Segment>) -> Vec<Session> {
    if segments.len() < 2 {
        return segments.into_iter().map(|segment| segment.session).collect();
    }
    let newest_first = are_newest_first(&segments);
    if newest_first {
        segments.reverse();
    }
    let of_sentry = segments
        .iter()
        .any(|segment| segment.session.id.is_none() && segment.events().any(is_of_sentry));
    let in_order = are_in_order(&segments);
    let mut joined: Vec<Session> = Vec::new();
    // When the last one ends, if another may go on with it, and where its windows are.
    let mut end_ms = None;
    let mut places: HashMap<String, usize> = HashMap::new();
    for segment in segments {
        let (_, segment_end_ms) = segment.extent();
        let may_go_on = segment.may_go_on();
        let goes_on = |before: &Session| {
            let are_unnamed = before.id.is_none() && segment.session.id.is_none();
            let is_part = of_sentry || !segment.has_full_snapshot();
            are_unnamed && is_part
                || may_go_on
                    && in_order
                    && end_ms.is_some_and(|end_ms| !segment.has_full_snapshot() || segment.adjoins(end_ms))
        };
        if let Some(before) = joined.last_mut().filter(|before| goes_on(before)) {
            before.id = None;
            append(before, &mut places, segment.session);
        } else {
            places = places_of(&segment.session);
            joined.push(segment.session);
        }
        end_ms = may_go_on.then_some(segment_end_ms);
    }
    if newest_first {
        joined.reverse();
    }
    joined
}

/// Whether these are rows of a table that goes back in time. Sessions may be listed so as well, but those can each be
/// played alone; and of two, nobody knows.
fn are_newest_first(segments: &[Segment]) -> bool {
    let go_back = || {
        let mut start_ms = f64::INFINITY;
        segments.iter().map(Segment::extent).all(|extent| {
            let (next_start_ms, end_ms) = extent;
            end_ms <= std::mem::replace(&mut start_ms, next_start_ms)
        })
    };
    segments.len() > 2
        && segments.iter().all(Segment::may_go_on)
        && !segments.iter().all(Segment::has_full_snapshot)
        && go_back()
}

/// Whether no segment begins before another ends that came before it.
fn are_in_order(segments: &[Segment]) -> bool {
    let mut extents = segments
        .iter()
        .filter(|segment| segment.may_go_on())
        .map(Segment::extent);
    let mut last_end_ms = f64::NEG_INFINITY;
    extents.all(|(start_ms, end_ms)| start_ms >= std::mem::replace(&mut last_end_ms, end_ms))
}

/// The place of each of its windows.
pub(super) fn places_of(session: &Session) -> HashMap<String, usize> {
    let ids = session.windows.iter().map(|window| window.id.clone());
    ids.zip(0..).collect()
}

/// Adds the events of what goes on with the session to its windows, which are at these places.
pub(super) fn append(session: &mut Session, places: &mut HashMap<String, usize>, next: Session) {
    for window in next.windows {
        if let Some(&place) = places.get(&window.id) {
            session.windows[place].events.extend(window.events);
        } else {
            places.insert(window.id.clone(), session.windows.len());
            session.windows.push(window);
        }
    }
}

/// `Sentry` adds events of its own to those of rrweb, at least one in each session.
fn is_of_sentry(event: &Event) -> bool {
    #[derive(Deserialize)]
    struct Data<'a> {
        #[serde(borrow)]
        tag: &'a RawValue,
    }
    event.kind == EventType::Custom
        && event.data_as().is_some_and(|Data { tag }| {
            let tag = json_text::exact_text(tag.get());
            matches!(tag.as_deref(), Some("options" | "breadcrumb" | "performanceSpan"))
        })
}

#[cfg(test)]
mod tests {
    use super::super::Format;
    use super::super::tests::{META, SNAPSHOT, found, problems, sessions};

    const CHANGE: &str = r#"{"type":3,"timestamp":9,"data":{"source":0}}"#;

    #[test]
    fn lists_are_sessions_or_their_segments() {
        let whole = format!("{META},{SNAPSHOT}");
        let sentry =
            |tag: &str| format!(r#"{{"type":5,"timestamp":3,"data":{{"tag":"{tag}","payload":{{}}}}}}"#);
        for (text, expected) in [
            (format!("[[{whole}]]"), "-:2"),
            (format!("[[{whole}],[{whole},{CHANGE}]]"), "-:2 -:3"),
            (format!("[[],[{whole}],[]]"), "-:2"),
            (
                format!("[[{whole}],[{CHANGE}],[{whole}],[{CHANGE}],[{CHANGE}]]"),
                "-:3 -:4",
            ),
            (format!("[[{CHANGE}],[{whole}]]"), "-:1 -:2"),
            (format!("[[{whole}],[{whole},{}]]", sentry("mine")), "-:2 -:3"),
            (
                format!("[[{whole},{}],[{whole}],[{CHANGE}]]", sentry("options")),
                "-:6",
            ),
            (format!("[[{whole}],[{whole},{}]]", sentry("breadcrumb")), "-:5"),
            (
                format!("[{whole}]\n[{whole},{}]", sentry("performanceSpan")),
                "-:5",
            ),
            (format!("{{\"segment_id\":0}}\n[{whole}]"), "-:2"),
            (
                format!("{{\"segment_id\":0}}\n[{whole}]\n{{\"segment_id\":1}}\n[{whole}]"),
                "-:4",
            ),
            (format!("[{whole}]\n[{whole}]\n[{CHANGE}]"), "-:2 -:3"),
        ] {
            assert_eq!(sessions(&text), expected, "{text}");
            assert_eq!(found(&text).0, Format::RrwebLists, "{text}");
            assert_eq!(problems(&text), [], "{text}");
        }
    }

    /// A change, a `Meta` and a full snapshot at these seconds.
    fn at(kind: char, second: f64) -> String {
        let json = match kind {
            'c' => CHANGE.replace(":9,", ":TIME,"),
            'm' => META.replace(":1,", ":TIME,"),
            _ => SNAPSHOT.replace(":2,\"data", ":TIME,\"data"),
        };
        json.replace("TIME", &(1.6e12 + second * 1000.0).to_string())
    }

    /// Lists of events as in `m0 s0.1, c7`.
    fn lists(text: &str) -> Vec<String> {
        let event = |event: &str| at(event.chars().next().unwrap(), event[1..].parse().unwrap());
        let list = |list: &str| list.split_whitespace().map(event).collect::<Vec<_>>().join(",");
        text.split(',').map(list).collect()
    }

    #[test]
    fn lists_that_adjoin_are_of_one_session() {
        for (text, expected) in [
            ("m0 s0.1 c5, m7 s7.1 c9, c10", "-:7"),
            // Where a list ends, a page may have begun.
            ("m0, s0.1, c5", "-:3"),
            ("m0, s0, c0", "-:3"),
            ("m0 s0 c5 m6, s6 c7", "-:6"),
            ("m0 s0 c5, c5 m6 s6", "-:6"),
            ("m0 s0 c5, c65 m66 s66", "-:6"),
            // Another begins later, at the same time, or before.
            ("m0 s0 c5, m70 s70", "-:3 -:2"),
            ("m0 s0 c5, m5 s5", "-:3 -:2"),
            ("m0 s0 c5, m4 s5", "-:3 -:2"),
            ("m0 s0 c5, m6 s6 c9, m8 s8", "-:3 -:3 -:2"),
            ("m10 s10, m0 s0", "-:2 -:2"),
            // From the last to the first.
            ("c10 c11, c9, m0 s0 c5", "-:6"),
            ("c5, s0.1, m0", "-:3"),
            ("c80 c81, m20 s20 c21, c10, m0 s0", "-:8"),
            ("c99, m90 s90, c10, m0 s0", "-:3 -:3"),
            ("m80 s80, m40 s40, m0 s0", "-:2 -:2 -:2"),
            ("c9, m0 s0, c8", "-:1 -:3"),
        ] {
            let lists = lists(text);
            let of_lists = format!("[[{}]]", lists.join("],["));
            assert_eq!(sessions(&of_lists), expected, "{text}");
            let row = |(number, list): (usize, &String)| format!(r#"{{"seq":{number},"events":[{list}]}}"#);
            let rows: Vec<String> = lists.iter().enumerate().map(row).collect();
            assert_eq!(sessions(&rows.join("\n")), expected, "{text}");
            assert_eq!(sessions(&format!("[{}]", rows.join(","))), expected, "{text}");
        }
        // The same in seconds.
        let text = format!("[[{}]]", lists("m0 s0.5 c5.5, m70 s70.5").join("],["));
        let in_seconds = text
            .replace("1600000000000", "1600000000")
            .replace("1600000000500", "1600000000.5")
            .replace("1600000005500", "1600000005.5")
            .replace("1600000070000", "1600000070")
            .replace("1600000070500", "1600000070.5");
        assert_eq!(sessions(&in_seconds), "-:3 -:2", "{in_seconds}");
    }

    #[test]
    fn numbers_of_rows_are_no_sessions() {
        let numbered = |lists: &[String], numbers: &[&str]| {
            let row = |(list, number): (&String, &&str)| format!(r#"{{"id":{number},"events":[{list}]}}"#);
            let rows: Vec<String> = lists.iter().zip(numbers).map(row).collect();
            rows.join("\n")
        };
        for (text, numbers, expected) in [
            ("m0 s0 c5, c6, c7", ["0", "1", "2"], "-:5"),
            ("m0 s0 c5, c600, m601 s601", ["0", "1", "2"], "-:6"),
            ("m0, s0, c7", ["5", "9", "7"], "-:3"),
            // Of other sessions, or the session's own.
            ("m0 s0 c5, m600 s600, m1200 s1200", ["0", "1", "2"], "0:3 1:2 2:2"),
            ("m0 s0 c5, m600 s600, c601", ["0", "1", "2"], "0:3 -:3"),
            ("m0 s0 c5, c2, m3 s3", ["0", "1", "2"], "0:3 1:1 2:2"),
            ("m0 s0 c5, m6 s6, c7", ["1", "2", "1"], "1:4 2:2"),
            ("m0 s0 c5, c6, c7", ["\"0\"", "\"1\"", "\"2\""], "0:3 1:1 2:1"),
        ] {
            assert_eq!(sessions(&numbered(&lists(text), &numbers)), expected, "{text}");
        }
        assert_eq!(
            sessions(&numbered(&lists("c7, c6, m0 s0 c5"), &["9", "8", "7"])),
            "-:5"
        );
        let one = numbered(&lists("m0 s0"), &["3"]);
        assert_eq!(sessions(&one), "3:2");
    }

    #[test]
    fn windows_of_segments_go_on() {
        let other = CHANGE.replacen('{', "{\"windowId\":\"b\",", 1);
        let text = format!("[[{META},{SNAPSHOT}],[{CHANGE},{other}],[{other}]]");
        let windows = [("main", 3), ("b", 2)].map(|(id, events)| (id.to_owned(), events));
        assert_eq!(found(&text).1, windows);
    }
}
