//! rrweb events somewhere in an object: `{"events":[…]}`, `{"result":[…]}`, `{"data":{"snapshots":[…]}}` and
//! whatever else tools write, also as JSON in a string. The first object with events in it is taken, the shallowest
//! first; where it has several lists of them, they are its windows or belong together. Only where there is no list, a
//! single event is taken: the row of a table, `{"session_id":"…","event":event}`.

use std::borrow::Cow;
use std::collections::HashSet;

use bytestring::ByteString;

use super::{Collector, Fields, Format, SessionId, WINDOW_NAMES, is_event, read_text};
use crate::error::Result;
use crate::recording::problem::ProblemKind;
use crate::recording::{event, json_text};

/// What `PostHog` calls an object in which each list is a window's.
const BY_WINDOW: [&str; 2] = ["snapshotsByWindowId", "snapshot_data_by_window_id"];

/// Reads a value within which at most this many others are looked into; gives nothing if there are no events in it.
type ReadValue = fn(&ByteString, usize, &mut Collector<'_>) -> Result<Option<Format>>;

/// The values of one object in which the events are.
pub(super) struct Wrapped {
    /// The session's, from the object that has the values, or from one around it.
    id: Option<SessionId>,
    /// With their keys, lists first.
    places: Vec<(String, Place)>,
    /// Whether the keys are the windows' ids.
    is_by_window: bool,
}

pub(super) enum Place {
    /// A list of events.
    List(ByteString),
    /// Anything else that holds some.
    Value(ByteString),
    /// The text that a string holds.
    Quoted(ByteString),
    /// A single event, and the window that the object around it names.
    Event(ByteString, Option<String>),
}

/// Looks through the object, down to `depth` objects within each other. Each level is gone through anew, which needs no
/// list of the objects in it. `place` says of a value that is no object whether it is a place of several events.
pub(super) fn find(
    object: &ByteString,
    depth: usize,
    mut place: impl FnMut(ByteString) -> Result<Option<Place>>,
) -> Result<Option<Wrapped>> {
    for single_events in [false, true] {
        let mut search = Search {
            place: &mut place,
            single_events,
            goes_deeper: true,
        };
        for level in 0..depth {
            if !std::mem::take(&mut search.goes_deeper) {
                break;
            }
            if let Some(found) = search.level(level, "", object, None)? {
                return Ok(Some(found));
            }
        }
    }
    Ok(None)
}

struct Search<'a, P> {
    place: &'a mut P,
    /// Whether it is for single events, else for all that holds several.
    single_events: bool,
    /// Whether there are objects in those of the level.
    goes_deeper: bool,
}

impl<P: FnMut(ByteString) -> Result<Option<Place>>> Search<'_, P> {
    /// Looks at the values in those objects that are `level` objects further in.
    fn level(
        &mut self,
        level: usize,
        name: &str,
        object: &ByteString,
        outer_id: Option<&SessionId>,
    ) -> Result<Option<Wrapped>> {
        let own_id = Fields::of(object).and_then(|fields| SessionId::of(&fields));
        let id = own_id.as_ref().or(outer_id);
        if level == 0 && self.single_events {
            return Ok(self.single_event(object, id));
        }
        if level == 0 {
            return self.values(name, object, id);
        }
        for (name, value) in json_text::members(object) {
            if value.starts_with('{') {
                let found = self.level(level - 1, &name, &object.slice_ref(value), id)?;
                if found.is_some() {
                    return Ok(found);
                }
            }
        }
        Ok(None)
    }

    /// Looks at the values of the object itself.
    fn values(&mut self, name: &str, object: &ByteString, id: Option<&SessionId>) -> Result<Option<Wrapped>> {
        let (mut lists, mut others, mut quoted) = (Vec::new(), Vec::new(), Vec::new());
        let mut are_all_lists = true;
        for (key, value) in json_text::members(object) {
            if value.starts_with('{') {
                self.goes_deeper = true;
                are_all_lists = false;
                continue;
            }
            let place = (self.place)(object.slice_ref(value))?;
            let is_empty_list = value.starts_with('[') && json_text::elements(value).next().is_none();
            are_all_lists &= is_empty_list || matches!(place, Some(Place::List(_)));
            match place {
                Some(place @ Place::List(_)) => lists.push((key.into_owned(), place)),
                Some(place @ Place::Value(_)) => others.push((key.into_owned(), place)),
                Some(place @ Place::Quoted(_)) => quoted.push((key.into_owned(), place)),
                Some(Place::Event(..)) | None => {}
            }
        }
        let is_by_window = BY_WINDOW.contains(&name) || are_all_lists && are_windows(&lists);
        let mut places = lists;
        places.append(&mut others);
        // A string beside them is what they were read from, or a copy.
        if places.is_empty() {
            places = quoted;
        }
        if places.is_empty() {
            return Ok(None);
        }
        Ok(Some(Wrapped {
            id: id.cloned(),
            places,
            is_by_window,
        }))
    }

    /// Looks for an event among the values of the object itself.
    fn single_event(&mut self, object: &ByteString, id: Option<&SessionId>) -> Option<Wrapped> {
        self.goes_deeper |= json_text::members(object).any(|(_, value)| value.starts_with('{'));
        let (key, event) = json_text::members(object).find(|(_, value)| is_event(value))?;
        let window = WINDOW_NAMES
            .into_iter()
            .find_map(|name| event::id(json_text::member(object, name)))
            .map(Cow::into_owned);
        Some(Wrapped {
            id: id.cloned(),
            places: vec![(key.into_owned(), Place::Event(object.slice_ref(event), window))],
            is_by_window: false,
        })
    }
}

/// Whether there are several lists that can each be played alone. One that cannot goes on where another ends, and one
/// with the snapshot of another is the same once more.
fn are_windows(lists: &[(String, Place)]) -> bool {
    let mut snapshots = HashSet::new();
    lists.len() > 1
        && lists.iter().all(|(_, place)| {
            let Place::List(list) = place else { return false };
            // Packed, it may be any of them.
            let is_snapshot = |event: &&str| event.starts_with('"') || event::looks_like_full_snapshot(event);
            json_text::elements(list)
                .find(is_snapshot)
                .is_some_and(|snapshot| snapshots.insert(snapshot))
        })
}

impl Wrapped {
    pub(super) fn read(
        &self,
        depth: usize,
        collector: &mut Collector<'_>,
        read_value: ReadValue,
    ) -> Result<Format> {
        if let Some(id) = &self.id {
            let around = collector.enter(id);
            let format = self.read_places(depth, collector, read_value)?;
            collector.leave(around);
            return Ok(format);
        }
        if matches!(self.places[..], [(_, Place::Event(..))]) {
            collector.session(None);
        } else {
            collector.begin_session();
        }
        self.read_places(depth, collector, read_value)
    }

    fn read_places(
        &self,
        depth: usize,
        collector: &mut Collector<'_>,
        read_value: ReadValue,
    ) -> Result<Format> {
        let mut known = HashSet::new();
        let mut formats = Vec::new();
        for (key, place) in &self.places {
            formats.extend(match place {
                Place::List(list) if self.is_by_window => {
                    for event in json_text::elements(list) {
                        collector.event(Some(key), list.slice_ref(event))?;
                    }
                    None
                }
                Place::List(list) => {
                    self.read_list(list, &mut known, collector)?;
                    None
                }
                Place::Value(value) => read_value(value, depth, collector)?,
                Place::Quoted(text) => Some(read_text(text, depth, collector)?),
                Place::Event(event, window) => {
                    collector.event(window.as_deref(), event.clone())?;
                    None
                }
            });
        }
        let is_of_posthog = |format: &Format| {
            matches!(
                format,
                Format::PosthogLines | Format::PosthogWire | Format::PosthogExport
            )
        };
        Ok(formats
            .into_iter()
            .find(is_of_posthog)
            .unwrap_or(Format::RrwebWrapper))
    }

    /// Takes the events that are in none of the lists before: some tools write all of them, and a choice.
    fn read_list<'a>(
        &self,
        list: &'a ByteString,
        known: &mut HashSet<&'a str>,
        collector: &mut Collector<'_>,
    ) -> Result<()> {
        for event in json_text::elements(list) {
            if known.contains(event) {
                collector.lose(ProblemKind::Duplicate);
            } else {
                collector.event(None, list.slice_ref(event))?;
            }
        }
        if self.places.len() > 1 {
            known.extend(json_text::elements(list));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{META, SNAPSHOT, found, pack, problems, quoted, sessions};
    use super::*;

    const CHANGE: &str = r#"{"type":3,"timestamp":9,"data":{"source":0}}"#;
    const CONSOLE: &str = r#"{"type":6,"timestamp":5,"data":{"plugin":"rrweb/console@1"}}"#;

    fn windows(expected: &[(&str, usize)]) -> Vec<(String, usize)> {
        expected
            .iter()
            .map(|&(id, events)| (id.to_owned(), events))
            .collect()
    }

    #[test]
    fn several_lists_are_windows_or_belong_together() {
        let (whole, other) = (
            format!("{META},{SNAPSHOT}"),
            format!("{META},{}", SNAPSHOT.replace(":2,\"data", ":3,\"data")),
        );
        let both = format!(r#""w1":[{whole},{CHANGE}],"w2":[{other}]"#);
        let packed = format!(r#""w1":[{}],"w2":[{}]"#, pack(META), pack(SNAPSHOT));
        let by_window: &[_] = &[("w1", 3), ("w2", 2)];
        for (text, expected) in [
            (format!("{{{both}}}"), by_window),
            (format!(r#"{{{both},"w3":[]}}"#), by_window),
            (format!(r#"{{"id":"s","snapshots":{{{both}}}}}"#), by_window),
            (
                format!(r#"{{"data":{{"snapshotsByWindowId":{{{both}}}}}}}"#),
                by_window,
            ),
            (
                format!(
                    r#"{{"result":{{"next":null,"snapshot_data_by_window_id":{{"w1":[{whole},{CHANGE}],"w2":[{META},{CHANGE}]}}}}}}"#
                ),
                by_window,
            ),
            (
                format!(r#"{{"snapshotsByWindowId":{{"w1":[{whole}]}}}}"#),
                &[("w1", 2)],
            ),
            (format!("{{{packed}}}"), &[("w1", 1), ("w2", 1)]),
            // None of these can be played alone.
            (
                format!(r#"{{"events":[{whole}],"moreEvents":[{CHANGE}]}}"#),
                &[("main", 3)],
            ),
            (
                format!(r#"{{"consoleEvents":[{CONSOLE}],"events":[{whole}]}}"#),
                &[("main", 3)],
            ),
            (format!(r#"{{"n":1,{both}}}"#), &[("main", 4)]),
            (
                format!(r#"{{"a":[{whole}],"b":[["w",{CHANGE}],["w",{CONSOLE}]]}}"#),
                &[("main", 2), ("w", 2)],
            ),
        ] {
            assert_eq!(found(&text).1, windows(expected), "{text}");
            assert_eq!(sessions(&text).split(' ').count(), 1, "{text}");
        }
    }

    #[test]
    fn rows_hold_an_event_each() {
        let events = [META, SNAPSHOT, CHANGE];
        let rows = |row: &dyn Fn(&str) -> String| events.map(row).join("\n");
        for (text, expected) in [
            (rows(&|event| format!(r#"{{"row_to_json":{event}}}"#)), "-:3"),
            (
                rows(&|event| format!(r#"{{"session_id":"a","ts":1,"event":{event}}}"#)),
                "a:3",
            ),
            (
                rows(&|event| format!(r#"{{"session_id":"a","event":{}}}"#, quoted(event))),
                "a:3",
            ),
            (
                rows(&|event| format!(r#"{{"session_id":"a","event":{}}}"#, pack(event))),
                "a:3",
            ),
            (
                rows(&|event| format!(r#"{{"n":1,"_source":{{"sessionId":"b","event":{event}}}}}"#)),
                "b:3",
            ),
        ] {
            assert_eq!(
                found(&text),
                (Format::RrwebWrapper, windows(&[("main", 3)])),
                "{text}"
            );
            assert_eq!(sessions(&text), expected, "{text}");
            assert_eq!(problems(&text), [], "{text}");
        }
        let of_two = format!(
            r#"{{"session_id":"a","event":{META}}}{{"session_id":"b","event":{META}}}{{"session_id":"a","event":{SNAPSHOT}}}"#
        );
        assert_eq!(sessions(&of_two), "a:2 b:1");
        let with_windows = rows(&|event| format!(r#"{{"session_id":"a","window_id":"w","event":{event}}}"#));
        assert_eq!(found(&with_windows).1, windows(&[("w", 3)]));
        // A list further in is the recording.
        let last = format!(r#"{{"last":{CHANGE},"data":{{"events":[{META},{SNAPSHOT}]}}}}"#);
        assert_eq!(found(&last).1, windows(&[("main", 2)]));
    }

    #[test]
    fn what_is_there_twice_is_read_once() {
        let list = format!("[{META},{SNAPSHOT},{CHANGE},{CONSOLE}]");
        for (text, repeats) in [
            (format!(r#"{{"events":{list},"all":{list}}}"#), 4),
            (
                format!(r#"{{"events":{list},"changes":[{SNAPSHOT},{CHANGE}]}}"#),
                2,
            ),
            (format!(r#"{{"first":[{META},{SNAPSHOT}],"events":{list}}}"#), 2),
            (format!(r#"{{"raw":{},"events":{list}}}"#, quoted(&list)), 0),
        ] {
            assert_eq!(found(&text).1, windows(&[("main", 4)]), "{text}");
            let problems = problems(&text);
            assert!(problems.iter().all(|(kind, ..)| *kind == ProblemKind::Duplicate));
            let count: u64 = problems.iter().map(|(_, count, _)| count).sum();
            assert_eq!(count, repeats, "{text}");
        }
        // Within one list it is for others to tell.
        let text = format!(r#"{{"events":[{META},{META}]}}"#);
        assert_eq!(
            (found(&text).1, problems(&text)),
            (windows(&[("main", 2)]), vec![])
        );
    }
}
