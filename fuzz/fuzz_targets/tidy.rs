//! Windows of events at any times, in any order and more than once. What was made playable of them is playable.
#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use replaycast::recording::Recording;
use replaycast_fuzz::{Event, Many, MobileEvent, Snapshot, Time, open};

#[derive(Debug, Arbitrary)]
struct Delivery {
    window: Window,
    events: Many<Recorded>,
    times: Times,
}

#[derive(Debug, Arbitrary)]
enum Window {
    A,
    B,
}

#[derive(Debug, Arbitrary)]
enum Recorded {
    Any(Event),
    Snapshot(Time, Snapshot),
    Touch(Time),
    Mobile(MobileEvent),
}

#[derive(Debug, Arbitrary)]
enum Times {
    Once,
    Twice,
    /// Each event more than once, before the next.
    EachTwice,
}

impl Recorded {
    fn json(self) -> String {
        match self {
            Self::Any(Event(json)) | Self::Mobile(MobileEvent(json)) => json,
            Self::Snapshot(Time(time), Snapshot(data)) => {
                format!("{{\"type\":2,\"timestamp\":{time},\"data\":{data}}}")
            }
            Self::Touch(Time(time)) => {
                format!("{{\"type\":3,\"timestamp\":{time},\"data\":{{\"source\":2,\"id\":1}}}}")
            }
        }
    }
}

/// One window as `PostHog` would store it: the id outside of the event counts, not one in it.
fn lines(recording: &Recording, window: usize) -> String {
    let events = recording.windows[window].events.iter();
    events.map(|event| format!("[\"w\",{}]\n", event.json)).collect()
}

fuzz_target!(|deliveries: Many<Delivery>| {
    let mut text = String::new();
    for Delivery {
        window,
        events,
        times,
    } in deliveries
    {
        let window = match window {
            Window::A => "a",
            Window::B => "b",
        };
        let lines: Vec<String> = events
            .into_iter()
            .map(|event| format!("[\"{window}\",{}]\n", event.json()))
            .collect();
        match times {
            Times::Once => text.extend(lines),
            Times::Twice => text += &lines.concat().repeat(2),
            Times::EachTwice => text.extend(lines.into_iter().map(|line| line.repeat(2))),
        }
    }
    let Some(recording) = open(text.as_bytes()) else {
        return;
    };
    for window in 0..recording.windows.len() {
        let expected = lines(&recording, window);
        let again = open(expected.as_bytes()).expect("what is playable is a recording");
        assert!(again.problems.is_empty(), "{:?}\n{expected}", again.problems);
        assert_eq!(lines(&again, 0), expected);
    }
});
