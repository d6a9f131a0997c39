//! PostHog's export files, of both versions and of none.
#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use replaycast_fuzz::{Event, Json, Many, Text, quoted, read};

#[derive(Debug, Arbitrary)]
struct Input {
    version: Version,
    session: Option<Json>,
    parts: Many<Part>,
}

#[derive(Debug, Arbitrary)]
enum Version {
    InOrder,
    ByWindow,
    Date { year: u16, month: u8, day: u8 },
    Any(Json),
}

#[derive(Debug, Arbitrary)]
enum Part {
    Snapshots(Many<Event>),
    SnapshotsByWindowId(Many<(Text, Many<Event>)>),
    Member(Text, Json),
    WrongSnapshots(Json),
    WrongWindows(Json),
}

impl Part {
    fn json(self) -> String {
        match self {
            Self::Snapshots(events) => format!("\"snapshots\":{}", events.json()),
            Self::SnapshotsByWindowId(windows) => {
                let windows: Vec<String> = windows
                    .into_iter()
                    .map(|(Text(id), events)| format!("{}:{}", quoted(&id), events.json()))
                    .collect();
                format!("\"snapshotsByWindowId\":{{{}}}", windows.join(","))
            }
            Self::Member(Text(name), Json(json)) => format!("{}:{json}", quoted(&name)),
            Self::WrongSnapshots(Json(json)) => format!("\"snapshots\":{json}"),
            Self::WrongWindows(Json(json)) => format!("\"snapshotsByWindowId\":{json}"),
        }
    }
}

fuzz_target!(|input: Input| {
    let version = match input.version {
        Version::InOrder => quoted("2023-04-28"),
        Version::ByWindow => quoted("2022-12-02"),
        Version::Date { year, month, day } => quoted(&format!("{year:04}-{month:02}-{day:02}")),
        Version::Any(Json(json)) => json,
    };
    let mut members: Vec<String> = input.parts.into_iter().map(Part::json).collect();
    if let Some(Json(id)) = input.session {
        members.push(format!("\"id\":{id}"));
    }
    let data = members.join(",");
    read(format!("{{\"version\":{version},\"data\":{{{data}}}}}").as_bytes());
});
