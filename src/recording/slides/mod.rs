//! Windows of mobile apps that show nothing but screenshots, one after the other: what is shown from when on, and what
//! the finger did. Read from the events as a player gets them, so exports that hold nodes are known as well as
//! wireframes. `timeline` asks for the windows that a video shows.

mod actions;
mod document;
mod screenshot;
mod style_sheet;

use serde::Deserialize;

use super::event::Event;
use super::rrweb_types::{EventType, IncrementalSource, MouseInteraction};
use super::{Window, mobile};
use crate::frame::Size;
use actions::{What, actions};
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
            viewport: window.events.iter().find_map(Event::viewport)?,
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
            (EventType::IncrementalSnapshot, Some(Source::ViewportResize | Source::Scroll | Source::Log)) => {
            }
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
        use MouseInteraction as Mouse;
        let Some(touch) = event.data_as::<Interaction>() else {
            return;
        };
        let place = (touch.x.unwrap_or_default(), touch.y.unwrap_or_default());
        match Mouse::from_number(touch.kind) {
            Some(Mouse::MouseUp | Mouse::MouseDown) => {
                self.point(at_ms, touch.id, place, PointerAct::MouseMove);
            }
            Some(Mouse::Click) => self.point(at_ms, touch.id, place, PointerAct::Click),
            Some(Mouse::TouchStart) => self.point(at_ms, touch.id, place, PointerAct::TouchStart),
            Some(Mouse::TouchEnd) => self.point(at_ms, touch.id, place, PointerAct::TouchEnd),
            Some(Mouse::DblClick) => self.sample(at_ms, PointerAct::DblClick),
            Some(Mouse::TouchCancel) => self.sample(at_ms, PointerAct::TouchEnd),
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

#[derive(Deserialize)]
struct Interaction {
    #[serde(rename = "type")]
    kind: i64,
    id: i64,
    x: Option<f64>,
    y: Option<f64>,
}

#[cfg(test)]
mod tests {
    use base64::Engine;

    use super::*;
    use crate::recording;
    use crate::source::RawInput;

    const STARTED: u64 = 1_000_000;

    /// `event` without its braces, this many seconds after the start.
    fn at(second: f64, event: &str) -> String {
        let timestamp = STARTED as f64 + second * 1000.0;
        format!(r#"{{"timestamp":{timestamp},{event}}}"#)
    }

    fn base64(file: &[u8]) -> String {
        base64::engine::general_purpose::STANDARD.encode(file)
    }

    fn picture(file: &[u8]) -> String {
        format!(
            r#"{{"id":41,"type":"screenshot","x":0,"y":0,"width":30,"height":40,"base64":"{}"}}"#,
            base64(file)
        )
    }

    const META: &str = r#""type":4,"data":{"href":"Home","width":30,"height":40}"#;
    const FIXED: &str = "width: 30px;height: 40.5px;position: fixed;left: 0px;top: -2px;";
    const PNG: &[u8] = b"\x89PNG\r\n\x1a\nIHDR";

    fn full(wireframes: &str) -> String {
        format!(r#""type":2,"data":{{"wireframes":[{wireframes}]}}"#)
    }

    fn update(wireframe: &str) -> String {
        format!(r#""type":3,"data":{{"source":0,"updates":[{{"parentId":5,"wireframe":{wireframe}}}]}}"#)
    }

    fn change(lists: &str) -> String {
        format!(r#""type":3,"data":{{"source":0,{lists}}}"#)
    }

    fn keyboard(open: bool) -> String {
        format!(r#""type":5,"data":{{"tag":"keyboard","payload":{{"open":{open},"height":9}}}}"#)
    }

    /// The first window of a recording whose events, but for the first, are a second apart.
    fn read(events: &[String], is_seen: impl Fn(f64, f64) -> bool) -> Option<Slides> {
        let mut text = vec![at(0.0, META)];
        text.extend(
            events
                .iter()
                .zip(0..)
                .map(|(event, second)| at(second.into(), event)),
        );
        let input = RawInput {
            name: "test".to_owned(),
            bytes: format!("[{}]", text.join(",")).into(),
        };
        let recording = recording::open(input).unwrap();
        Slides::read(&recording.windows[0], recording.started_ms, is_seen)
    }

    /// From which second on a blank page (b), a screenshot (s) or something else (p) is shown.
    fn outline(events: &[String]) -> String {
        let slides = read(events, |_, _| false).unwrap().slides;
        assert!(slides[0].from_ms < -1e9);
        let letter = |slide: &Slide| {
            let letter = match slide.content {
                SlideContent::Blank => 'b',
                SlideContent::Screenshot(_) => 's',
                SlideContent::Page => 'p',
            };
            format!("{letter}{}", (slide.from_ms / 1000.0).max(0.0))
        };
        slides.iter().map(letter).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn only_screenshots_make_slides() {
        let one = || full(&picture(PNG));
        let two = || picture(b"\x89PNG\r\n\x1a\nother");
        let bar = r#"{"id":7,"type":"status_bar"}"#;
        let text = r#"{"id":42,"type":"text","text":"a"}"#;
        for (events, expected) in [
            (vec![one()], "s0"),
            (vec![one(), update(&two()), update(&two()), one()], "s0 s1 s3"),
            (
                vec![one(), change(r#""removes":[{"parentId":5,"id":41}]"#)],
                "s0 b1",
            ),
            (vec![one(), keyboard(true), keyboard(false)], "s0 p1 s2"),
            (vec![one(), keyboard(false)], "s0"),
            (
                vec![
                    one(),
                    update(text),
                    change(r#""removes":[{"parentId":5,"id":42}]"#),
                ],
                "s0 p1 s2",
            ),
            (vec![one(), update(text), one()], "s0 p1 s2"),
            (vec![full(&format!("{bar},{}", picture(PNG)))], "p0"),
            (vec![full(text), update(&picture(PNG)), one()], "p0 s2"),
            (vec![full(r#"{"id":41,"type":"screenshot"}"#), one()], "p0 s1"),
            // A new size is a new slide, what moves the pointer or tells of the network is none.
            (
                vec![
                    one(),
                    r#""type":3,"data":{"source":4,"width":40,"height":30}"#.to_owned(),
                ],
                "s0 s1",
            ),
            (
                vec![
                    one(),
                    r#""type":6,"data":{}"#.to_owned(),
                    r#""type":3,"data":{"source":2,"type":2,"id":5,"x":1,"y":1}"#.to_owned(),
                ],
                "s0",
            ),
            // A selection is seen, and nobody here knows until when.
            (
                vec![
                    one(),
                    r#""type":3,"data":{"source":14,"ranges":[]}"#.to_owned(),
                    update(&two()),
                    one(),
                ],
                "s0 p1 s3",
            ),
        ] {
            assert_eq!(outline(&events), expected, "{events:?}");
        }
        assert!(
            read(&[full(text)], |_, _| false).is_none(),
            "a recording without screenshots"
        );
    }

    #[test]
    fn nodes_are_known_as_well_as_wireframes() {
        let image = |id: u32, style: &str| {
            format!(
                r#"{{"type":2,"id":{id},"tagName":"img","childNodes":[],"attributes":{{"data-posthog-screenshot":true,
                "src":"data:image/png;base64,{}","width":30,"height":40,"style":"{style}"}}}}"#,
                base64(PNG)
            )
        };
        // As PostHog's exports have them, and with a text before the image.
        let document = |text: &str| {
            format!(
                r#""type":2,"data":{{"node":{{"type":0,"id":1,"childNodes":[{{"type":1,"name":"html","id":2}},
                {{"type":2,"tagName":"html","attributes":{{"style":"height: 100vh; width: 100vw;","data-rrweb-id":3}},"id":3,"childNodes":[
                {{"type":2,"tagName":"head","attributes":{{}},"id":4,"childNodes":[{{"type":2,"tagName":"style","attributes":{{}},"id":101,
                "childNodes":[{{"type":3,"textContent":"img {{ border-style: none; }}","id":100}}]}}]}},
                {{"type":2,"tagName":"body","attributes":{{"style":"height: 100vh; width: 100vw;","data-rrweb-id":5}},"id":5,
                "childNodes":[{{"type":3,"textContent":"{text}","id":6}},{},{{"type":2,"tagName":"div","attributes":{{"data-rrweb-id":9}},"id":9,"childNodes":[]}}]}}]}}]}}}}"#,
                image(41, FIXED)
            )
        };
        assert_eq!(outline(&[document(" "), document("a")]), "s0 p1");
        let shown = |removed: u32, id: u32, style: &str| {
            change(&format!(
                r#""texts":[],"attributes":[],"removes":[{{"parentId":5,"id":{removed}}}],
                "adds":[{{"parentId":5,"nextId":null,"node":{}}}]"#,
                image(id, style)
            ))
        };
        for (events, expected) in [
            (vec![shown(41, 41, FIXED), shown(41, 41, FIXED)], "b0 s0"),
            (
                vec![shown(41, 41, FIXED), shown(41, 42, FIXED), shown(42, 43, FIXED)],
                "b0 s0",
            ),
            // One over another, which may be seen through it.
            (vec![shown(41, 41, FIXED), shown(77, 42, FIXED)], "b0 s0 p1"),
            (vec![shown(41, 41, &FIXED.replace("fixed", "absolute"))], "b0 p0"),
            (vec![shown(41, 41, &format!("{FIXED}opacity: 0.5;"))], "b0 p0"),
            (vec![shown(41, 41, &FIXED.replace("30px", "50%"))], "b0 p0"),
            (
                vec![
                    shown(41, 41, FIXED),
                    change(
                        r#""texts":[],"adds":[],"removes":[],"attributes":[{"id":41,"attributes":{"width":7}}]"#,
                    ),
                ],
                "b0 s0 p1",
            ),
        ] {
            assert_eq!(outline(&events), expected, "{events:?}");
        }
        let slides = read(&[shown(41, 41, FIXED)], |_, _| true).unwrap();
        let SlideContent::Screenshot(screenshot) = &slides.slide(1).content else {
            panic!("{slides:?}");
        };
        let place = screenshot::Place {
            left: 0.0,
            top: -2.0,
            width: 30.0,
            height: 40.5,
        };
        assert_eq!(screenshot.place, place);
        assert_eq!(screenshot.bytes().unwrap(), PNG);
    }

    #[test]
    fn images_that_only_a_browser_shows_right_are_left_to_it() {
        for (file, expected) in [
            (b"\xff\xd8\xff\xe0\0\x10JFIF".as_slice(), "s0"),
            (b"\xff\xd8\xff\xe2\0\x10ICC_PROFILE\0 Display P3", "p0"),
            (b"\xff\xd8\xff\xe2\0\x10ICC_PROFILE\0 sRGB IEC61966-2.1", "s0"),
            (b"RIFF\x10\0\0\0WEBPVP8 ", "s0"),
            (b"RIFF\x10\0\0\0WEBPVP8X    ANIM", "p0"),
            (b"\x89PNG\r\n\x1a\nIHDR acTL", "p0"),
            (b"GIF89a", "p0"),
            (b" <svg xmlns='http://www.w3.org/2000/svg'/>", "p0"),
            (b"neither fish nor fowl", "s0"),
        ] {
            assert_eq!(outline(&[full(&picture(file))]), expected, "{file:?}");
        }
    }

    #[test]
    fn a_page_matters_only_where_it_is_seen() {
        let events = [
            full(&picture(PNG)),
            keyboard(true),
            update(&picture(PNG)),
            keyboard(false),
        ];
        let seen =
            |from: f64, until: f64| read(&events, move |begin, end| begin < until && from < end).is_some();
        for (from, until, is_slideshow) in [
            (0.0, 1000.0, true),
            (0.0, 1001.0, false),
            (2500.0, 2600.0, false),
            (2999.0, 9000.0, false),
            (3000.0, 9000.0, true),
        ] {
            assert_eq!(seen(from, until), is_slideshow, "{from}..{until}");
        }
    }

    #[test]
    fn touches_are_told_as_the_page_tells_them() {
        use PointerAct::{Click, MouseMove, TouchEnd, TouchMove, TouchStart};
        let touch = |kind: u8, id: i64| {
            format!(r#""type":3,"data":{{"source":2,"type":{kind},"id":{id},"x":{kind},"y":5}}"#)
        };
        let moves = |source: u8| {
            let positions = r#"{"id":0,"x":1,"y":2,"timeOffset":-400},{"id":0,"x":3,"y":4,"timeOffset":-20}"#;
            format!(r#""type":3,"data":{{"source":{source},"positions":[{positions}]}}"#)
        };
        let samples = |events: &[String]| -> Vec<(f64, f64, PointerAct)> {
            let all: Vec<String> = std::iter::once(full(&picture(PNG)))
                .chain(events.iter().cloned())
                .collect();
            let slides = read(&all, |_, _| true).unwrap();
            slides
                .pointer
                .iter()
                .map(|sample| (sample.time / 1000.0, sample.x, sample.act))
                .collect()
        };
        for (events, expected) in [
            (
                vec![touch(7, 0), moves(6), touch(9, 41), touch(2, -3)],
                vec![
                    (1.0, 7.0, TouchStart),
                    (1.6, 1.0, TouchMove),
                    (1.98, 3.0, TouchMove),
                    (3.0, 9.0, TouchEnd),
                    (4.0, 2.0, Click),
                ],
            ),
            // Each position has its own time; a cancelled touch ends where it was.
            (
                vec![moves(1)],
                vec![(0.6, 1.0, MouseMove), (0.98, 3.0, MouseMove)],
            ),
            (vec![touch(10, 0)], vec![]),
            (
                vec![touch(7, 0), touch(10, 0)],
                vec![(1.0, 7.0, TouchStart), (2.0, 7.0, TouchEnd)],
            ),
        ] {
            assert_eq!(samples(&events), expected, "{events:?}");
        }
    }
}
