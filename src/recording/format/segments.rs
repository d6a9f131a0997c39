//! Lists of events without a session's id: each is a session of its own, or a segment that goes on with the one before
//! it. `Sentry` keeps one session as many lists. [`super::collector`] calls [`join`] once all events are there.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::recording::Session;
use crate::recording::event::Event;
use crate::recording::json_text;
use crate::recording::rrweb_types::EventType;

/// Sessions with their segments put together.
pub(super) fn join(sessions: Vec<Session>) -> Vec<Session> {
    if sessions.len() < 2 {
        return sessions;
    }
    let unnamed = |session: &&Session| session.id.is_none();
    let of_sentry = sessions
        .iter()
        .filter(unnamed)
        .any(|session| any(session, is_of_sentry));
    let mut joined: Vec<Session> = Vec::new();
    // Where the windows of the last one are.
    let mut places: HashMap<String, usize> = HashMap::new();
    for session in sessions {
        let goes_on = session.id.is_none() && (of_sentry || !any(&session, Event::is_full_snapshot));
        let Some(before) = joined.last_mut().filter(|before| goes_on && before.id.is_none()) else {
            places = session
                .windows
                .iter()
                .map(|window| window.id.clone())
                .zip(0..)
                .collect();
            joined.push(session);
            continue;
        };
        for window in session.windows {
            if let Some(&place) = places.get(&window.id) {
                before.windows[place].events.extend(window.events);
            } else {
                places.insert(window.id.clone(), before.windows.len());
                before.windows.push(window);
            }
        }
    }
    joined
}

fn any(session: &Session, is: impl Fn(&Event) -> bool) -> bool {
    let mut events = session.windows.iter().flat_map(|window| &window.events);
    events.any(is)
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

    #[test]
    fn windows_of_segments_go_on() {
        let other = CHANGE.replacen('{', "{\"windowId\":\"b\",", 1);
        let text = format!("[[{META},{SNAPSHOT}],[{CHANGE},{other}],[{other}]]");
        let windows = [("main", 3), ("b", 2)].map(|(id, events)| (id.to_owned(), events));
        assert_eq!(found(&text).1, windows);
    }
}
