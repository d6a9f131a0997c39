//! Apps that show screenshots, one after the other: as an SDK records them, and as the nodes that become of them.
#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use replaycast::recording::{Recording, SlideContent, Slides};
use replaycast_fuzz::{Damage, Many, MobileEvent, Rare, open};

#[derive(Debug, Arbitrary)]
struct Input {
    first: Picture,
    steps: Many<Step>,
    /// Session times between which somebody looks, in milliseconds.
    seen: (i16, i16),
    nodes: Damage,
}

#[derive(Debug, Arbitrary)]
struct Step {
    after_ms: u8,
    what: What,
    /// In place of that.
    other: Rare<MobileEvent>,
}

#[derive(Debug, Arbitrary)]
enum What {
    Screen(Picture),
    Next(Picture),
    Gone(u8),
    Window {
        width: u8,
        height: u8,
    },
    Touch {
        kind: u8,
        id: u8,
        x: i16,
        y: i16,
    },
    Moves {
        source: Moves,
        places: Vec<(u8, i16, i16)>,
    },
}

#[derive(Debug, Arbitrary)]
enum Moves {
    Mouse,
    Touch,
    Drag,
}

#[derive(Debug, Arbitrary)]
struct Picture {
    id: u8,
    place: (i8, i8, u8, u8),
    format: Format,
    bytes: Vec<u8>,
}

#[derive(Debug, Arbitrary)]
enum Format {
    Png,
    AnimatedPng,
    Jpeg,
    WebP,
    None,
}

impl Picture {
    fn wireframe(&self) -> String {
        const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let beginning = match self.format {
            Format::Png => "iVBORw0KGgoAAAANSUhEUgAA",
            Format::AnimatedPng => "iVBORw0KGgoAAAANSUhEUgAAAABhY1RM",
            Format::Jpeg => "/9j/4AAQSkZJRgABAQAA",
            Format::WebP => "UklGRiQAAABXRUJQVlA4",
            Format::None => "",
        };
        let letter = |byte: &u8| match byte {
            // What a browser passes over, what it does not know, and what changes the meaning.
            255 => '=',
            254 => '%',
            253 => ' ',
            _ => char::from(LETTERS[usize::from(byte % 64)]),
        };
        let rest: String = self.bytes.iter().map(letter).collect();
        let (x, y, width, height) = self.place;
        format!(
            r#"{{"id":{},"type":"screenshot","x":{x},"y":{y},"width":{width},"height":{height},"base64":"{beginning}{rest}"}}"#,
            self.id
        )
    }
}

impl What {
    /// The type and the data of an event.
    fn event(&self) -> (u8, String) {
        match self {
            Self::Screen(picture) => (2, format!(r#"{{"wireframes":[{}]}}"#, picture.wireframe())),
            Self::Next(picture) => {
                let update = format!(r#"{{"wireframe":{}}}"#, picture.wireframe());
                (3, format!(r#"{{"source":0,"updates":[{update}]}}"#))
            }
            Self::Gone(id) => (3, format!(r#"{{"source":0,"removes":[{{"id":{id}}}]}}"#)),
            Self::Window { width, height } => {
                (4, format!(r#"{{"href":"","width":{width},"height":{height}}}"#))
            }
            Self::Touch { kind, id, x, y } => {
                let kind = kind % 12;
                (
                    3,
                    format!(r#"{{"source":2,"type":{kind},"id":{id},"x":{x},"y":{y}}}"#),
                )
            }
            Self::Moves { source, places } => {
                let source = match source {
                    Moves::Mouse => 1,
                    Moves::Touch => 6,
                    Moves::Drag => 12,
                };
                let places: Vec<String> = places
                    .iter()
                    .map(|(id, x, offset)| format!(r#"{{"id":{id},"x":{x},"y":1,"timeOffset":{offset}}}"#))
                    .collect();
                (
                    3,
                    format!(r#"{{"source":{source},"positions":[{}]}}"#, places.join(",")),
                )
            }
        }
    }
}

fuzz_target!(|input: Input| {
    let mut time = 1_758_000_000_000_u64;
    let mut events = vec![
        format!(r#"{{"type":4,"timestamp":{time},"data":{{"href":"","width":90,"height":200}}}}"#),
        format!(
            r#"{{"type":2,"timestamp":{time},"data":{{"wireframes":[{}]}}}}"#,
            input.first.wireframe()
        ),
    ];
    for step in input.steps {
        time += u64::from(step.after_ms);
        events.push(match step.other.0 {
            Some(MobileEvent(event)) => event,
            None => {
                let (kind, data) = step.what.event();
                format!(r#"{{"type":{kind},"timestamp":{time},"data":{data}}}"#)
            }
        });
    }
    let Some(recording) = open(format!("[{}]", events.join(",")).as_bytes()) else {
        return;
    };
    look(&recording, input.seen);
    let events = recording.windows.iter().flat_map(|window| &window.events);
    let nodes: Vec<&str> = events.map(|event| &*event.json).collect();
    let mut nodes = format!("[{}]", nodes.join(",")).into_bytes();
    input.nodes.apply(&mut nodes);
    if let Some(recording) = open(&nodes) {
        look(&recording, input.seen);
    }
});

/// Reads the slides of each window as whoever looks between these session times sees them.
fn look(recording: &Recording, seen: (i16, i16)) {
    let (begun_ms, ended_ms) = (f64::from(seen.0), f64::from(seen.1));
    let is_seen = |from_ms: f64, until_ms: f64| from_ms.max(begun_ms) < until_ms.min(ended_ms);
    for window in &recording.windows {
        let Some(slides) = Slides::read(window, recording.started_ms, is_seen) else {
            continue;
        };
        for tenth in 0..=10 {
            let session_ms = begun_ms + (ended_ms - begun_ms) * f64::from(tenth) / 10.0;
            let slide = slides.slide(slides.place_at(session_ms));
            match &slide.content {
                SlideContent::Page => assert!(!is_seen(session_ms, session_ms + 1e-3), "a page is seen"),
                SlideContent::Screenshot(screenshot) => drop(screenshot.bytes()),
                SlideContent::Blank => {}
            }
        }
        assert!(slides.pointer().iter().all(|sample| sample.time.is_finite()));
        assert!(slides.pointer().is_sorted_by(|a, b| a.time <= b.time));
    }
}
