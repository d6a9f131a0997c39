//! Recordings of mobile apps: wireframes that come, change, move and go.
#![no_main]

use libfuzzer_sys::fuzz_target;
use replaycast_fuzz::{Many, MobileEvent, Wireframe, read};

fuzz_target!(|input: (Many<Wireframe>, Many<MobileEvent>)| {
    let (wireframes, events) = input;
    let wireframes: Vec<String> = wireframes.into_iter().map(|Wireframe(json)| json).collect();
    let first = format!(
        "{{\"type\":2,\"timestamp\":1,\"data\":{{\"wireframes\":[{}]}}}}",
        wireframes.join(",")
    );
    let events = events.into_iter().map(|MobileEvent(json)| json);
    let events: Vec<String> = std::iter::once(first).chain(events).collect();
    read(format!("[{}]", events.join(",")).as_bytes());
});
