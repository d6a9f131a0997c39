//! Lines of JSON: events, PostHog's blocks in both versions, lists, and what does not belong there.
#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use replaycast_fuzz::{Damage, Event, Json, Many, Window, quoted, read};

#[derive(Debug, Arbitrary)]
enum Line {
    Event(Event),
    Pair(Window, Event),
    Block {
        window: Option<Window>,
        session: Option<Json>,
        events: Many<Event>,
    },
    List(Many<Event>),
    SegmentHeader(u8),
    Quoted(Event),
    Any(Json),
    Broken(Event, Damage),
    Empty,
}

#[derive(Debug, Arbitrary)]
enum End {
    Newline,
    Windows,
    Missing,
}

impl Line {
    fn bytes(self) -> Vec<u8> {
        let text = match self {
            Self::Event(Event(event)) => event,
            Self::Pair(Window(window), Event(event)) => format!("[{window},{event}]"),
            Self::Block {
                window,
                session,
                events,
            } => {
                let window = window.map(|Window(id)| format!("\"window_id\":{id},"));
                let session = session.map(|Json(id)| format!("\"session_id\":{id},"));
                let (window, session) = (window.unwrap_or_default(), session.unwrap_or_default());
                format!("{{{window}{session}\"data\":{}}}", events.json())
            }
            Self::List(events) => events.json(),
            Self::SegmentHeader(number) => format!("{{\"segment_id\":{number}}}"),
            Self::Quoted(Event(event)) => quoted(&event),
            Self::Any(Json(json)) => json,
            Self::Broken(Event(event), damage) => {
                let mut bytes = event.into_bytes();
                damage.apply(&mut bytes);
                return bytes;
            }
            Self::Empty => String::new(),
        };
        text.into_bytes()
    }
}

fuzz_target!(|lines: Many<(Line, End)>| {
    let mut bytes = Vec::new();
    for (line, end) in lines {
        bytes.extend(line.bytes());
        bytes.extend_from_slice(match end {
            End::Newline => b"\n",
            End::Windows => b" \r\n",
            End::Missing => b"",
        });
    }
    read(&bytes);
});
