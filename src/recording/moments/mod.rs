//! The moments of a recording that people speak of: clicks with what was clicked, pages, errors, custom events.
//! Clips are cut around them; whatever else tells a person what happens when starts from here too.

mod appearance;
mod document;
mod element;
mod faults;
mod field;
mod legible;
mod sights;
mod tree;
mod typing;

use document::Document;
pub use sights::sights;
pub use typing::{TypedText, Typing, typing};

use super::json_text::{integer, member, text};
use super::rrweb_types::{EventType, IncrementalSource, MouseInteraction};
use super::{Event, Recording, Window};

/// Something that happened in a window.
#[derive(Debug, Clone, PartialEq)]
pub struct Moment {
    /// Session time.
    pub session_ms: f64,
    /// The window's place in `Recording::windows`.
    pub window: usize,
    pub kind: MomentKind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MomentKind {
    /// A click, or a tap where nothing clicks. `text` is what the clicked element is called: the text on it, an attribute that
    /// names it, or that of the button or link that it is in. Empty if there is nothing.
    Click { text: String },
    /// Another page from here on. `url` is complete; tokens may stand in its query, which
    /// [`without_query`](super::without_query) cuts. `title` is that of the document as far as it is known then.
    Page { url: String, title: Option<String> },
    /// A console message of level error or assert, a failed request, or an exception; one line.
    Error { message: String },
    /// A custom event, whatever it is for.
    Custom { tag: String },
}

/// All moments of all windows, in order of time. Reads the whole text of documents and their changes once.
pub fn moments(recording: &Recording) -> Vec<Moment> {
    let mut moments: Vec<Moment> = Vec::new();
    for (place, window) in recording.windows.iter().enumerate() {
        let found = Reader::new(window).read(window).into_iter();
        moments.extend(found.map(|(timestamp_ms, kind)| Moment {
            session_ms: (timestamp_ms - recording.started_ms).max(0.0),
            window: place,
            kind,
        }));
    }
    moments.sort_by(|a, b| a.session_ms.total_cmp(&b.session_ms));
    moments
}

/// Goes through one window.
struct Reader {
    document: Document,
    /// What counts as a click: fingers do not click in an app.
    click: MouseInteraction,
    found: Vec<(f64, MomentKind)>,
    /// Which of the found is the page that is shown.
    page: Option<usize>,
}

impl Reader {
    fn new(window: &Window) -> Self {
        let clicks = window
            .events
            .iter()
            .any(|event| event.mouse_interaction() == Some(MouseInteraction::Click));
        Self {
            document: Document::default(),
            click: if clicks {
                MouseInteraction::Click
            } else {
                MouseInteraction::TouchStart
            },
            found: Vec::new(),
            page: None,
        }
    }

    fn read(mut self, window: &Window) -> Vec<(f64, MomentKind)> {
        for event in &window.events {
            self.look(event);
            self.document.apply(event);
            if event.kind == EventType::FullSnapshot {
                self.entitle();
            }
        }
        self.entitle();
        self.found
    }

    fn look(&mut self, event: &Event) {
        if event.kind == EventType::Custom || event.kind == EventType::Plugin || event.is_log() {
            let data = event.data().unwrap_or_default();
            let faults = faults::of(event, data);
            self.found.extend(
                faults
                    .into_iter()
                    .map(|(ms, message)| (ms, MomentKind::Error { message })),
            );
            if event.kind == EventType::Custom {
                self.custom(event, data);
            }
        }
        if let Some(href) = event.href() {
            self.turn_to(event, href);
        }
        if event.mouse_interaction() == Some(self.click) {
            let id = event.data().and_then(|data| integer(data, "id"));
            let text = id.map(|id| self.document.name(id)).unwrap_or_default();
            self.found.push((event.timestamp_ms, MomentKind::Click { text }));
        }
    }

    fn custom(&mut self, event: &Event, data: &str) {
        let Some(tag) = member(data, "tag").and_then(text) else {
            return;
        };
        // What PostHog records when a page changes its address without being loaded anew.
        if matches!(&*tag, "$pageview" | "$url_changed") {
            let href = member(data, "payload").and_then(|payload| {
                ["href", "$current_url", "url"]
                    .iter()
                    .find_map(|name| text(member(payload, name)?))
            });
            if let Some(href) = href {
                self.turn_to(event, &href);
            }
        }
        let tag = tag.into_owned();
        self.found.push((event.timestamp_ms, MomentKind::Custom { tag }));
    }

    /// Nothing if that is the page already: recorders repeat it.
    fn turn_to(&mut self, event: &Event, href: &str) {
        let shown = self.page.and_then(|page| match &self.found[page].1 {
            MomentKind::Page { url, .. } => Some(&**url),
            _ => None,
        });
        if shown == Some(href) {
            return;
        }
        self.entitle();
        self.page = Some(self.found.len());
        let page = MomentKind::Page {
            url: href.to_owned(),
            title: None,
        };
        self.found.push((event.timestamp_ms, page));
    }

    /// Gives the page that is shown the title of the document, unless it has one: the document comes after the address.
    fn entitle(&mut self) {
        if let Some((
            _,
            MomentKind::Page {
                title: title @ None, ..
            },
        )) = self.page.and_then(|page| self.found.get_mut(page))
        {
            *title = self.document.title();
        }
    }
}

impl Event {
    fn is_log(&self) -> bool {
        self.source == Some(IncrementalSource::Log)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording;
    use crate::source::RawInput;

    /// Of one window with these events: (second, type, data).
    pub(super) fn recording_of(events: &[(u32, u8, &str)]) -> Recording {
        let events: Vec<String> = events
            .iter()
            .map(|(second, kind, data)| {
                format!(
                    r#"{{"type":{kind},"timestamp":{},"data":{data}}}"#,
                    1_000_000 + second * 1000
                )
            })
            .collect();
        recording::open(RawInput {
            name: "test".to_owned(),
            bytes: format!("[{}]", events.join(",")).into(),
        })
        .unwrap()
    }

    /// The moments of a window with these events.
    fn told(events: &[(u32, u8, &str)]) -> Vec<String> {
        let recording = recording_of(events);
        let line = |moment: Moment| {
            let what = match moment.kind {
                MomentKind::Click { text } => format!("click {text}"),
                MomentKind::Page { url, title } => format!("page {url} {}", title.unwrap_or_default()),
                MomentKind::Error { message } => format!("error {message}"),
                MomentKind::Custom { tag } => format!("custom {tag}"),
            };
            format!("{} {what}", moment.session_ms / 1000.0)
        };
        moments(&recording).into_iter().map(line).collect()
    }

    const META: (u32, u8, &str) = (0, 4, r#"{"href":"https://a.test/","width":800,"height":600}"#);
    const SNAPSHOT: (u32, u8, &str) = (
        0,
        2,
        r#"{"node":{"type":0,"childNodes":[
            {"type":2,"tagName":"title","attributes":{},"childNodes":[{"type":3,"textContent":"Shop","id":3}],"id":2},
            {"type":2,"tagName":"button","attributes":{},"childNodes":[{"type":3,"textContent":"Pay","id":5}],"id":4}],"id":1}}"#,
    );

    #[test]
    fn moments_come_in_order_with_what_they_are_about() {
        let told = told(&[
            META,
            SNAPSHOT,
            (1, 3, r#"{"source":2,"type":1,"id":4}"#),
            (1, 3, r#"{"source":2,"type":2,"id":4}"#),
            (1, 3, r#"{"source":2,"type":7,"id":4}"#),
            (
                2,
                3,
                r#"{"source":0,"texts":[{"id":5,"value":"Paying"},{"id":3,"value":"Till"}],"adds":[],"removes":[],"attributes":[]}"#,
            ),
            (3, 3, r#"{"source":2,"type":2,"id":4}"#),
            (
                4,
                5,
                r#"{"tag":"$pageview","payload":{"href":"https://a.test/thanks"}}"#,
            ),
            (
                5,
                5,
                r#"{"tag":"$url_changed","payload":{"href":"https://a.test/thanks"}}"#,
            ),
            (
                6,
                6,
                r#"{"plugin":"rrweb/console@1","payload":{"level":"error","payload":["\"late\""]}}"#,
            ),
            (7, 5, r#"{"tag":"note","payload":null}"#),
        ]);
        assert_eq!(
            told,
            [
                "0 page https://a.test/ Shop",
                "1 click Pay",
                "3 click Paying",
                "4 page https://a.test/thanks Till",
                "4 custom $pageview",
                "5 custom $url_changed",
                "6 error late",
                "7 custom note",
            ]
        );
    }

    #[test]
    fn taps_count_where_nothing_clicks() {
        let told = told(&[
            META,
            SNAPSHOT,
            (1, 3, r#"{"source":2,"type":7,"id":4}"#),
            (2, 3, r#"{"source":2,"type":9,"id":99}"#),
        ]);
        assert_eq!(told, ["0 page https://a.test/ Shop", "1 click Pay"]);
    }
}
