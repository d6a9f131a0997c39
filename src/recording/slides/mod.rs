//! Windows of mobile apps that show nothing but screenshots, one after the other: what is shown from when on, and what
//! the finger did. Read from the events as a player gets them, so exports that hold nodes are known as well as
//! wireframes. `timeline` asks for the windows that a video shows.

mod document;
mod screenshot;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::event::{Event, EventType, IncrementalSource};
use super::{Window, mobile};
use crate::frame::Size;
use document::Document;
pub use screenshot::Screenshot;

/// What one window shows, and what is done in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Slides {
    /// In order of time; never empty. The first counts from the very beginning.
    slides: Vec<Slide>,
    /// In order of time.
    pointer: Vec<PointerSample>,
}

/// What a window shows until the next slide.
#[derive(Debug, Clone, PartialEq)]
pub struct Slide {
    /// Session time in milliseconds.
    pub from_ms: f64,
    /// Of the window, in its own pixels.
    pub viewport: Size,
    pub content: SlideContent,
}

#[derive(Debug, Clone, PartialEq)]
pub enum SlideContent {
    /// A white page.
    Blank,
    /// On a white page.
    Screenshot(Screenshot),
    /// What only a browser can draw.
    Page,
}

/// What the mouse or the finger did at a session time, in the window's pixels.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub struct PointerSample {
    pub time: f64,
    pub x: f64,
    pub y: f64,
    pub act: PointerAct,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PointerAct {
    MouseMove,
    Click,
    DblClick,
    TouchStart,
    TouchMove,
    TouchEnd,
}

impl Slides {
    /// Reads a window of a recording that began at `started_ms` since 1970. None as soon as it shows more than
    /// screenshots between two session times of which `is_seen` says that this is seen, the end not included.
    pub fn read(window: &Window, started_ms: f64, is_seen: impl Fn(f64, f64) -> bool) -> Option<Self> {
        if !window.events.iter().any(mobile::has_screenshot) {
            return None;
        }
        let mut reader = Reader::begin(window, started_ms)?;
        let mut page_since = reader.shows_page().then_some(f64::NEG_INFINITY);
        for action in actions(window) {
            let at_ms = (action.time - started_ms).max(reader.begun_ms);
            if let Some(since) = page_since
                && is_seen(since, at_ms)
            {
                return None;
            }
            reader.perform(at_ms, &action.what);
            page_since = reader.shows_page().then_some(at_ms);
        }
        if page_since.is_some_and(|since| is_seen(since, f64::INFINITY)) {
            return None;
        }
        Some(Self {
            slides: reader.slides,
            pointer: reader.pointer,
        })
    }

    /// The place of the slide that is shown at a session time.
    pub fn place_at(&self, session_ms: f64) -> usize {
        let begun = self.slides.partition_point(|slide| slide.from_ms <= session_ms);
        begun.saturating_sub(1)
    }

    pub fn slide(&self, place: usize) -> &Slide {
        &self.slides[place]
    }

    pub fn pointer(&self) -> &[PointerSample] {
        &self.pointer
    }
}

/// Something that rrweb's replayer does at a time since 1970.
struct Action<'a> {
    time: f64,
    what: What<'a>,
}

enum What<'a> {
    Event(&'a Event),
    /// One of the collected positions of an event.
    Move(Position, PointerAct),
}

/// What rrweb's replayer does and when, in order. Like it, this begins with the last `Meta` of the first moment, and
/// spreads only the mouse's positions over their own times: those of touches lie before their event, too late.
fn actions(window: &Window) -> Vec<Action<'_>> {
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
        let positions = data::<Moves>(event).unwrap_or_default().positions;
        let cast = match (event.source, positions.first()) {
            (Some(MouseMove), Some(first)) => event.timestamp_ms + first.time_offset,
            _ => event.timestamp_ms,
        };
        actions.extend(positions.into_iter().map(|position| Action {
            time: cast.max(event.timestamp_ms + position.time_offset),
            what: What::Move(position, act),
        }));
    }
    actions.sort_by(|a, b| a.time.total_cmp(&b.time));
    actions
}

struct Reader<'a> {
    begun_ms: f64,
    /// It is shown from the beginning, and not again at its own time.
    first_snapshot: &'a Event,
    viewport: Size,
    document: Document,
    slides: Vec<Slide>,
    /// Where the pointer is, once it is anywhere.
    at: Option<(f64, f64)>,
    pointer: Vec<PointerSample>,
}

impl<'a> Reader<'a> {
    fn begin(window: &'a Window, started_ms: f64) -> Option<Self> {
        let first_snapshot = window.events.iter().find(|event| event.is_full_snapshot())?;
        let mut reader = Self {
            begun_ms: window.first_ms()? - started_ms,
            first_snapshot,
            viewport: window.events.iter().find_map(|event| event.viewport())?,
            document: Document::of(first_snapshot),
            slides: Vec::new(),
            at: None,
            pointer: Vec::new(),
        };
        reader.show(f64::NEG_INFINITY);
        Some(reader)
    }

    fn shows_page(&self) -> bool {
        self.slides
            .last()
            .is_some_and(|slide| slide.content == SlideContent::Page)
    }

    fn perform(&mut self, at_ms: f64, what: &What<'_>) {
        match what {
            What::Move(position, act) => self.point(at_ms, position.id, (position.x, position.y), *act),
            What::Event(event) => self.apply(at_ms, event),
        }
    }

    fn apply(&mut self, at_ms: f64, event: &Event) {
        use IncrementalSource as Source;
        if let Some(viewport) = event.viewport() {
            self.viewport = viewport;
        }
        match (event.kind, event.source) {
            (EventType::FullSnapshot, _) if std::ptr::eq(event, self.first_snapshot) => return,
            (EventType::FullSnapshot, _) => self.document = Document::of(event),
            (EventType::IncrementalSnapshot, Some(Source::Mutation)) => self.document.change(event),
            (EventType::IncrementalSnapshot, Some(Source::MouseInteraction)) => {
                return self.interact(at_ms, event);
            }
            // What scrolls moves nothing that is fixed.
            (EventType::IncrementalSnapshot, Some(Source::ViewportResize | Source::Scroll | Source::Log)) => {}
            (EventType::IncrementalSnapshot, _) => self.document.give_up(),
            _ => {}
        }
        self.show(at_ms);
    }

    /// Begins a slide if what is shown now is something else.
    fn show(&mut self, from_ms: f64) {
        let slide = Slide {
            from_ms,
            viewport: self.viewport,
            content: self.document.content(),
        };
        let is_same = |last: &Slide| last.viewport == slide.viewport && last.content == slide.content;
        if !self.slides.last().is_some_and(is_same) {
            self.slides.push(slide);
        }
    }

    /// What the page's `pointer.ts` reports of it.
    fn interact(&mut self, at_ms: f64, event: &Event) {
        let Some(touch) = data::<Interaction>(event) else {
            return;
        };
        let place = (touch.x.unwrap_or_default(), touch.y.unwrap_or_default());
        match touch.kind {
            MOUSE_UP | MOUSE_DOWN => self.point(at_ms, touch.id, place, PointerAct::MouseMove),
            CLICK => self.point(at_ms, touch.id, place, PointerAct::Click),
            TOUCH_START => self.point(at_ms, touch.id, place, PointerAct::TouchStart),
            TOUCH_END => self.point(at_ms, touch.id, place, PointerAct::TouchEnd),
            DBL_CLICK => self.sample(at_ms, PointerAct::DblClick),
            TOUCH_CANCEL => self.sample(at_ms, PointerAct::TouchEnd),
            _ => {}
        }
    }

    /// Moves the pointer, if it points at a node that is there.
    fn point(&mut self, at_ms: f64, node: i64, place: (f64, f64), act: PointerAct) {
        if self.document.has(node) {
            self.at = Some(place);
            self.sample(at_ms, act);
        }
    }

    fn sample(&mut self, time: f64, act: PointerAct) {
        if let Some((x, y)) = self.at {
            self.pointer.push(PointerSample { time, x, y, act });
        }
    }
}

/// rrweb's `MouseInteractions`, as far as they do something.
const MOUSE_UP: u8 = 0;
const MOUSE_DOWN: u8 = 1;
const CLICK: u8 = 2;
const DBL_CLICK: u8 = 4;
const TOUCH_START: u8 = 7;
const TOUCH_END: u8 = 9;
const TOUCH_CANCEL: u8 = 10;

#[derive(Deserialize, Default)]
struct Moves {
    #[serde(default)]
    positions: Vec<Position>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Position {
    id: i64,
    x: f64,
    y: f64,
    #[serde(default)]
    time_offset: f64,
}

#[derive(Deserialize)]
struct Interaction {
    #[serde(rename = "type")]
    kind: u8,
    id: i64,
    x: Option<f64>,
    y: Option<f64>,
}

/// The `data` of an event, unless it is not of this shape.
fn data<'a, T: Deserialize<'a>>(event: &'a Event) -> Option<T> {
    #[derive(Deserialize)]
    struct Envelope<'a> {
        #[serde(borrow)]
        data: &'a RawValue,
    }
    let envelope: Envelope<'_> = serde_json::from_str(&event.json).ok()?;
    serde_json::from_str(envelope.data.get()).ok()
}
