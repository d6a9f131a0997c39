//! Lists of events without a session's id: each is a session of its own, or a segment that goes on with the one before
//! it. `Sentry` keeps one session as many lists. [`super::collector`] calls [`join`] once all events are there.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::recording::Session;
use crate::recording::event::{self, Event, EventType};

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
        match joined.last_mut().filter(|before| goes_on && before.id.is_none()) {
            Some(before) => {
                for window in session.windows {
                    match places.get(&window.id) {
                        Some(&place) => before.windows[place].events.extend(window.events),
                        None => {
                            places.insert(window.id.clone(), before.windows.len());
                            before.windows.push(window);
                        }
                    }
                }
            }
            None => {
                places = session
                    .windows
                    .iter()
                    .map(|window| window.id.clone())
                    .zip(0..)
                    .collect();
                joined.push(session);
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
    struct Custom<'a> {
        #[serde(borrow)]
        data: Data<'a>,
    }
    #[derive(Deserialize)]
    struct Data<'a> {
        #[serde(borrow)]
        tag: &'a RawValue,
    }
    event.kind == EventType::Custom
        && serde_json::from_str(&event.json).is_ok_and(|Custom { data }| {
            let tag = event::unquoted(data.tag.get());
            matches!(tag.as_deref(), Some("options" | "breadcrumb" | "performanceSpan"))
        })
}
