//! Recordings of mobile apps (`PostHog`'s wireframe and screenshot modes) become web events, in one pass over a window
//! in order. `tidy` calls [`to_web`]; all that is remembered between events is in [`Pass`].

mod bars;
mod boxes;
mod inputs;
mod lenient;
mod node;
mod progress;
mod screen;
mod style;
mod transformed;
mod wireframe;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::event::{Detail, Event, EventType, IncrementalSource};
use super::problem::{Place, ProblemKind, Problems};
use bars::Keyboard;
use lenient::{WireframeId, or_default};
use screen::Screen;
use wireframe::Kind;

/// The attribute by which `PostHog` tells a picture of the whole screen from other images.
const SCREENSHOT_MARK: &str = "data-posthog-screenshot";

/// Rewrites what a mobile SDK recorded into what a web page would have recorded. Events are in order.
pub(super) fn to_web(events: &mut Vec<Event>, problems: &mut Problems) {
    let is_mobile = |event: &Event| event.detail == Detail::Wireframes || transformed::has_screenshot(event);
    if !events.iter().any(is_mobile) {
        return;
    }
    let mut pass = Pass {
        screen: None,
        has_snapshot: false,
        events: Vec::with_capacity(events.len()),
        problems,
    };
    for event in events.drain(..) {
        pass.read(event);
    }
    *events = pass.events;
}

struct Pass<'a> {
    /// From the first full snapshot made of wireframes.
    screen: Option<Screen>,
    /// Whether there has been a full snapshot of either kind.
    has_snapshot: bool,
    /// What has been read.
    events: Vec<Event>,
    problems: &'a mut Problems,
}

impl Pass<'_> {
    fn read(&mut self, event: Event) {
        use IncrementalSource as Source;
        match (event.kind, event.source) {
            (EventType::FullSnapshot, _) if event.detail == Detail::Wireframes => self.full_snapshot(event),
            (EventType::FullSnapshot, _) => {
                self.has_snapshot = true;
                self.screen = None;
                self.events.push(transformed::with_size(event));
            }
            (_, Some(Source::Mutation)) => self.mutation(event),
            (EventType::Custom, _) => self.keyboard(event),
            (_, Some(Source::MouseInteraction | Source::MouseMove | Source::TouchMove | Source::Drag)) => {
                self.touch(event);
            }
            _ => self.events.push(event),
        }
    }

    fn full_snapshot(&mut self, mut event: Event) {
        #[derive(Deserialize, Default)]
        #[serde(default)]
        struct Snapshot<'a> {
            #[serde(borrow, deserialize_with = "or_default")]
            wireframes: Vec<&'a RawValue>,
        }
        let mut screen = Screen::new(event.timestamp_ms);
        let snapshot: Snapshot<'_> = data(&event.json);
        for wireframe in &snapshot.wireframes {
            screen.put(wireframe, None);
        }
        event.detail = screen::size(&snapshot.wireframes).map_or(Detail::None, Detail::Screen);
        self.note_malformed(screen.take_malformed(), &event);
        event.json = screen.full_snapshot().into();
        self.has_snapshot = true;
        self.screen = Some(screen);
        self.events.push(event);
    }

    fn mutation(&mut self, mut event: Event) {
        let is_wireframes = event.detail == Detail::Wireframes;
        if !is_wireframes && self.screen.is_none() {
            if !self.has_snapshot
                && let Some(snapshot) = transformed::snapshot_for(&event)
            {
                self.has_snapshot = true;
                self.events.push(snapshot);
            }
            self.events.push(event);
            return;
        }
        let json = event.json.clone();
        let changes: Changes<'_> = data(&json);
        if !is_wireframes && changes.are_of_nodes() {
            self.events.push(event);
            return;
        }
        let Some(screen) = self.screen.as_mut() else {
            self.begin_with(event, &changes);
            return;
        };
        let malformed = changes.apply(screen.at(event.timestamp_ms));
        event.json = screen.mutation().into();
        event.detail = Detail::None;
        self.note_malformed(malformed, &event);
        self.events.push(event);
    }

    /// A change without a screen to change. Where the beginning is lost, the first screenshot is one; all else
    /// cannot be drawn.
    fn begin_with(&mut self, mut event: Event, changes: &Changes<'_>) {
        let mut screen = Screen::new(event.timestamp_ms);
        let malformed = changes.apply(&mut screen);
        if !screen.shows_screenshot() {
            self.problems
                .note(ProblemKind::BeforeFullSnapshot, Place::Event(event.index));
            return;
        }
        let wireframes: Vec<&RawValue> = changes.wireframes().map(|(wireframe, _)| wireframe).collect();
        event.kind = EventType::FullSnapshot;
        event.source = None;
        event.detail = screen::size(&wireframes).map_or(Detail::None, Detail::Screen);
        event.json = screen.full_snapshot().into();
        self.note_malformed(malformed, &event);
        self.has_snapshot = true;
        self.screen = Some(screen);
        self.events.push(event);
    }

    fn keyboard(&mut self, mut event: Event) {
        #[derive(Deserialize, Default)]
        #[serde(default)]
        struct Custom {
            #[serde(deserialize_with = "or_default")]
            tag: String,
            #[serde(deserialize_with = "or_default")]
            payload: Keyboard,
        }
        if let Some(screen) = self.screen.as_mut() {
            let custom: Custom = data(&event.json);
            if custom.tag == "keyboard" {
                screen.at(event.timestamp_ms).set_keyboard(&custom.payload);
                event.kind = EventType::IncrementalSnapshot;
                event.source = Some(IncrementalSource::Mutation);
                event.json = screen.mutation().into();
            }
        }
        self.events.push(event);
    }

    /// rrweb ignores a touch of a node that it does not know, so each is given one that is there.
    fn touch(&mut self, mut event: Event) {
        if let Some(screen) = self.screen.as_ref()
            && let Ok(mut value) = serde_json::from_str::<Value>(&event.json)
        {
            let Some(data) = value.get_mut("data") else {
                self.events.push(event);
                return;
            };
            redirect(data, screen);
            if let Some(positions) = data.get_mut("positions").and_then(Value::as_array_mut) {
                for position in positions {
                    redirect(position, screen);
                }
            }
            event.json = value.to_string().into();
        }
        self.events.push(event);
    }

    fn note_malformed(&mut self, count: u64, event: &Event) {
        for _ in 0..count {
            self.problems
                .note(ProblemKind::MalformedWireframe, Place::Event(event.index));
        }
    }
}

fn redirect(touch: &mut Value, screen: &Screen) {
    if let Some(id) = touch.get_mut("id") {
        let touched = WireframeId(id.as_i64().unwrap_or_default());
        *id = screen.touched(touched).into();
    }
}

/// The `data` of an event, or nothing where it is none.
fn data<'a, T: Deserialize<'a> + Default>(json: &'a str) -> T {
    #[derive(Deserialize)]
    struct Envelope<'a> {
        #[serde(borrow)]
        data: &'a RawValue,
    }
    serde_json::from_str(json)
        .and_then(|envelope: Envelope<'a>| serde_json::from_str(envelope.data.get()))
        .unwrap_or_default()
}

/// A mutation of wireframes.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Changes<'a> {
    #[serde(borrow, deserialize_with = "or_default")]
    removes: Vec<&'a RawValue>,
    #[serde(borrow, deserialize_with = "or_default")]
    adds: Vec<&'a RawValue>,
    #[serde(borrow, deserialize_with = "or_default")]
    updates: Vec<&'a RawValue>,
    #[serde(borrow, deserialize_with = "or_default")]
    texts: Vec<&'a RawValue>,
    #[serde(borrow, deserialize_with = "or_default")]
    attributes: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Change<'a> {
    #[serde(default, deserialize_with = "or_default")]
    parent_id: Option<WireframeId>,
    #[serde(borrow)]
    wireframe: Option<&'a RawValue>,
    #[serde(borrow)]
    node: Option<&'a RawValue>,
}

impl<'a> Changes<'a> {
    fn wireframes(&self) -> impl Iterator<Item = (&'a RawValue, Option<WireframeId>)> {
        self.adds.iter().chain(&self.updates).filter_map(|raw| {
            let change: Change<'a> = serde_json::from_str(raw.get()).ok()?;
            Some((change.wireframe?, change.parent_id))
        })
    }

    /// Whether it changes a document, as after the work of another tool.
    fn are_of_nodes(&self) -> bool {
        let has_node = |raw: &&RawValue| {
            serde_json::from_str(raw.get()).is_ok_and(|change: Change<'_>| change.node.is_some())
        };
        !self.texts.is_empty() || !self.attributes.is_empty() || self.adds.iter().any(has_node)
    }

    /// Removes first; of several changes to one wireframe the last holds. Returns how many were malformed.
    fn apply(&self, screen: &mut Screen) -> u64 {
        #[derive(Deserialize)]
        struct Removed {
            id: WireframeId,
        }
        #[derive(Deserialize)]
        struct Header {
            id: WireframeId,
            #[serde(rename = "type", default, deserialize_with = "or_default")]
            kind: Kind,
        }
        for raw in &self.removes {
            if let Ok(Removed { id }) = serde_json::from_str(raw.get()) {
                screen.take(id);
            }
        }
        let mut read = 0;
        for (wireframe, parent) in self.wireframes() {
            read += 1;
            screen.put(wireframe, parent);
            if let Ok(Header { id, kind }) = serde_json::from_str(wireframe.get())
                && kind == Kind::Screenshot
            {
                screen.keep_latest_screenshot(id);
            }
        }
        screen.take_malformed() + (self.adds.len() + self.updates.len()) as u64 - read
    }
}
