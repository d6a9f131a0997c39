//! Lists of events in objects, in lists, and in strings, of one session or several.
#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use replaycast_fuzz::{Event, Json, Many, Text, quoted, read};

#[derive(Debug, Arbitrary)]
enum Core {
    Events(Many<Event>),
    Lists(Many<Many<Event>>),
    Event(Event),
    Any(Json),
}

/// What is put around it, from the inside out.
#[derive(Debug, Arbitrary)]
enum Layer {
    Member {
        key: Text,
        session: Option<Json>,
        before: Option<Json>,
    },
    Element {
        before: Option<Json>,
        after: Option<Json>,
    },
    Twice,
    /// Beside other events in one object.
    Sibling {
        key: Text,
        sibling: Text,
        events: Many<Event>,
    },
    Quoted,
    Line,
    /// In the rows of a table, whose columns may have names.
    Table {
        names: Option<Text>,
        session: Json,
        rows: u8,
    },
}

/// Strings in strings double at each layer.
const MOST_BYTES: usize = 1 << 20;

fuzz_target!(|input: (Core, Vec<Layer>)| {
    let (core, layers) = input;
    let mut json = match core {
        Core::Events(events) => events.json(),
        Core::Lists(lists) => {
            let lists: Vec<String> = lists.into_iter().map(Many::json).collect();
            format!("[{}]", lists.join(","))
        }
        Core::Event(Event(event)) => event,
        Core::Any(Json(json)) => json,
    };
    for layer in layers {
        if json.len() > MOST_BYTES {
            break;
        }
        json = match layer {
            Layer::Member {
                key: Text(key),
                session,
                before,
            } => {
                let session = session.map(|Json(id)| format!("\"session_id\":{id},"));
                let before = before.map(|Json(other)| format!("\"before\":{other},"));
                let (session, before) = (session.unwrap_or_default(), before.unwrap_or_default());
                format!("{{{session}{before}{}:{json}}}", quoted(&key))
            }
            Layer::Element { before, after } => {
                let before = before.map(|Json(other)| format!("{other},"));
                let after = after.map(|Json(other)| format!(",{other}"));
                format!(
                    "[{}{json}{}]",
                    before.unwrap_or_default(),
                    after.unwrap_or_default()
                )
            }
            Layer::Twice => format!("[{json},{json}]"),
            Layer::Sibling {
                key: Text(key),
                sibling: Text(sibling),
                events,
            } => format!(
                "{{{}:{json},{}:{}}}",
                quoted(&key),
                quoted(&sibling),
                events.json()
            ),
            Layer::Quoted => quoted(&json),
            Layer::Line => format!("{json}\n{json}\n"),
            Layer::Table {
                names,
                session: Json(session),
                rows,
            } => {
                let rows = vec![format!("[{session},null,{json}]"); usize::from(rows % 4)].join(",");
                let name = names.map(|Text(name)| quoted(&name));
                let columns = name.map(|name| format!("\"columns\":[\"session_id\",\"x\",{name}],"));
                format!("{{{}\"results\":[{rows}]}}", columns.unwrap_or_default())
            }
        };
    }
    read(json.as_bytes());
});
