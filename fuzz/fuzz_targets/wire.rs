//! PostHog's captured events, with `$snapshot` events among them.
#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use replaycast_fuzz::{Event, Json, Many, Text, Window, quoted, read};

#[derive(Debug, Arbitrary)]
struct Capture {
    name: Name,
    session: Option<Window>,
    window: Option<Window>,
    items: Items,
    other: Option<(Text, Json)>,
}

#[derive(Debug, Arbitrary)]
enum Name {
    Snapshot,
    SnapshotItems,
    Other(Json),
}

#[derive(Debug, Arbitrary)]
enum Items {
    Several(Many<Event>),
    SeveralAsData(Many<Event>),
    OneAsData(Event),
    Any(Json),
    None,
}

#[derive(Debug, Arbitrary)]
enum Frame {
    List,
    Lines,
    Batch,
    One,
}

impl Capture {
    fn json(self) -> String {
        let name = match self.name {
            Name::Snapshot => quoted("$snapshot"),
            Name::SnapshotItems => quoted("$snapshot_items"),
            Name::Other(Json(json)) => json,
        };
        let mut properties = Vec::new();
        properties.extend(self.session.map(|Window(id)| format!("\"$session_id\":{id}")));
        properties.extend(self.window.map(|Window(id)| format!("\"$window_id\":{id}")));
        properties.extend(match self.items {
            Items::Several(events) => Some(format!("\"$snapshot_items\":{}", events.json())),
            Items::SeveralAsData(events) => Some(format!("\"$snapshot_data\":{}", events.json())),
            Items::OneAsData(Event(event)) => Some(format!("\"$snapshot_data\":{event}")),
            Items::Any(Json(json)) => Some(format!("\"$snapshot_items\":{json}")),
            Items::None => None,
        });
        properties.extend(
            self.other
                .map(|(Text(name), Json(json))| format!("{}:{json}", quoted(&name))),
        );
        format!("{{\"event\":{name},\"properties\":{{{}}}}}", properties.join(","))
    }
}

fuzz_target!(|input: (Frame, Many<Capture>)| {
    let (frame, captures) = input;
    let captures: Vec<String> = captures.into_iter().map(Capture::json).collect();
    let text = match frame {
        Frame::List => format!("[{}]", captures.join(",")),
        Frame::Lines => captures.join("\n"),
        Frame::Batch => format!("{{\"api_key\":\"a\",\"batch\":[{}]}}", captures.join(",")),
        Frame::One => captures.join(""),
    };
    read(text.as_bytes());
});
