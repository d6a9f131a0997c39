//! What rrweb's replayer does in a window, and when: an event as a rule, or one of the positions that an event collects.

use serde::Deserialize;

use super::PointerAct;
use crate::recording::Window;
use crate::recording::event::Event;
use crate::recording::rrweb_types::{EventType, IncrementalSource};

/// Something that rrweb's replayer does at a time since 1970.
pub(super) struct Action<'a> {
    pub(super) time: f64,
    pub(super) what: What<'a>,
}

pub(super) enum What<'a> {
    Event(&'a Event),
    /// One of the collected positions of an event.
    Move(Position, PointerAct),
}

/// What rrweb's replayer does and when, in order. Like it, this begins with the last `Meta` of the first moment, and
/// plays the positions that an event collects from the first one's time on, those of fingers as `playable.ts` has it done.
pub(super) fn actions(window: &Window) -> Vec<Action<'_>> {
    let first_ms = window.first_ms().unwrap_or_default();
    let is_first_page = |event: &Event| event.kind == EventType::Meta && event.timestamp_ms <= first_ms;
    let begin = window.events.iter().rposition(is_first_page).unwrap_or_default();
    let mut actions = Vec::new();
    for event in &window.events[begin..] {
        use IncrementalSource::{Drag, MouseMove, TouchMove};
        let act = match event.source {
            Some(MouseMove | Drag) => PointerAct::MouseMove,
            Some(TouchMove) => PointerAct::TouchMove,
            _ => {
                actions.push(Action {
                    time: event.timestamp_ms,
                    what: What::Event(event),
                });
                continue;
            }
        };
        let positions = event.data_as::<Moves>().unwrap_or_default().positions;
        let cast = event.timestamp_ms + positions.first().map_or(0.0, |first| first.time_offset);
        actions.extend(positions.into_iter().map(|position| Action {
            time: cast.max(event.timestamp_ms + position.time_offset),
            what: What::Move(position, act),
        }));
    }
    actions.sort_by(|a, b| a.time.total_cmp(&b.time));
    actions
}

#[derive(Deserialize, Default)]
struct Moves {
    #[serde(default)]
    positions: Vec<Position>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Position {
    pub(super) id: i64,
    pub(super) x: f64,
    pub(super) y: f64,
    #[serde(default)]
    time_offset: f64,
}
