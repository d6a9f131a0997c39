//! What a recording lacks: things that were on the recorded page and that no replay of it can show, or only by
//! fetching them. [`Summary`](super::Summary) calls [`Lacks::of`], which goes through the events' text once.

mod address;
mod css;

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::Serialize;
use url::Url;

use super::json_text;
use super::rrweb_types::NodeType;
use super::serialized_node::{self, Attributes, Element, Visitor};
use super::{Event, EventType, IncrementalSource, Window};
use address::Addresses;
use css::Asset;

pub use address::{Elsewhere, HostCount};

/// Elements are counted for each page of each window, and once for a page that was recorded anew in between.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Lacks {
    pub images: Elsewhere,
    pub fonts: Elsewhere,
    pub stylesheets: Elsewhere,
    /// Canvases of which neither a picture nor a drawing command was recorded.
    pub canvases: u64,
    /// Iframes whose document was not recorded, mostly those of other sites.
    pub iframes: Iframes,
    pub videos: u64,
    pub audios: u64,
    /// `embed` and `object` elements.
    pub embeds: u64,
    /// Elements whose contents the recorder left out, for privacy.
    pub blocked: u64,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Iframes {
    pub count: u64,
    /// Whose they are, where they had an address.
    pub hosts: Vec<HostCount>,
}

impl Lacks {
    pub(super) fn of(windows: &[Window]) -> Self {
        let mut survey = Survey::default();
        for window in windows {
            survey.window(window);
        }
        survey.into_lacks()
    }
}

/// An element that shows nothing in a replay.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Blank {
    Canvas,
    Iframe { host: Option<String> },
    Video,
    Audio,
    Embed,
    Blocked,
}

/// An element whose attributes may name an asset, now or when they change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tag {
    Image,
    /// A candidate for the image of a `picture`.
    Source,
    /// `image` and `use` of SVG.
    SvgImage,
    Video,
    Link,
    Canvas,
    Iframe,
}

impl Tag {
    fn of(name: &str) -> Option<Self> {
        Some(match name {
            "img" | "input" => Self::Image,
            "source" => Self::Source,
            "image" | "use" => Self::SvgImage,
            "video" => Self::Video,
            "link" => Self::Link,
            "canvas" => Self::Canvas,
            "iframe" => Self::Iframe,
            _ => return None,
        })
    }
}

#[derive(Default)]
struct Survey {
    assets: [Addresses; 3],
    blanks: HashMap<Blank, u64>,
}

impl Survey {
    fn window(&mut self, window: &Window) {
        let mut pages = Pages::default();
        let (mut page, mut href) = ("", "");
        let mut document = Document::new(&mut self.assets, page);
        for event in &window.events {
            // The address comes before the snapshot that it belongs to.
            href = event.href().unwrap_or(href);
            if event.is_full_snapshot() {
                pages.take(page, document.into_blanks());
                page = href;
                document = Document::new(&mut self.assets, page);
            }
            document.event(event);
        }
        pages.take(page, document.into_blanks());
        for ((_, blank), count) in pages.0 {
            *self.blanks.entry(blank).or_default() += count;
        }
    }

    fn into_lacks(self) -> Lacks {
        let [images, fonts, stylesheets] = self.assets.map(Addresses::into_elsewhere);
        let mut lacks = Lacks {
            images,
            fonts,
            stylesheets,
            ..Lacks::default()
        };
        let mut hosts = BTreeMap::new();
        for (blank, count) in self.blanks {
            *match blank {
                Blank::Canvas => &mut lacks.canvases,
                Blank::Video => &mut lacks.videos,
                Blank::Audio => &mut lacks.audios,
                Blank::Embed => &mut lacks.embeds,
                Blank::Blocked => &mut lacks.blocked,
                Blank::Iframe { host } => {
                    if let Some(host) = host {
                        hosts.insert(host, count);
                    }
                    &mut lacks.iframes.count
                }
            } += count;
        }
        lacks.iframes.hosts = address::by_count(hosts);
        lacks
    }
}

/// The most blank elements of a sort that any document of a page had: a page that is recorded anew repeats them.
#[derive(Default)]
struct Pages<'a>(HashMap<(&'a str, Blank), u64>);

impl<'a> Pages<'a> {
    fn take(&mut self, href: &'a str, blanks: HashMap<Blank, u64>) {
        for (blank, count) in blanks {
            let most = self.0.entry((href, blank)).or_default();
            *most = count.max(*most);
        }
    }
}

/// One document with those within it, from a full snapshot to the next. Only elements that matter are remembered.
struct Document<'s> {
    assets: &'s mut [Addresses; 3],
    /// Addresses in the page are relative to it.
    base: Option<Url>,
    tags: HashMap<i64, Tag>,
    blanks: HashMap<i64, Blank>,
    /// Canvases and iframes that turned out not to be blank.
    filled: HashSet<i64>,
    /// The addresses of style sheets whose text has not come yet.
    links: HashMap<i64, String>,
    style_texts: HashSet<i64>,
}

impl<'s> Document<'s> {
    fn new(assets: &'s mut [Addresses; 3], href: &str) -> Self {
        Self {
            assets,
            base: Url::parse(href).ok(),
            tags: HashMap::new(),
            blanks: HashMap::new(),
            filled: HashSet::new(),
            links: HashMap::new(),
            style_texts: HashSet::new(),
        }
    }

    /// How many elements of each sort stayed blank.
    fn into_blanks(mut self) -> HashMap<Blank, u64> {
        for address in std::mem::take(&mut self.links).into_values() {
            self.note(Asset::Stylesheet, &address);
        }
        let mut counts = HashMap::new();
        for (id, blank) in self.blanks {
            if !self.filled.contains(&id) {
                *counts.entry(blank).or_default() += 1;
            }
        }
        counts
    }

    fn event(&mut self, event: &Event) {
        let Some(data) = event.data() else {
            return;
        };
        match (event.kind, event.source) {
            (EventType::FullSnapshot, _) => {
                if let Some(node) = json_text::member(data, "node") {
                    serialized_node::walk(node, self);
                }
            }
            (_, Some(IncrementalSource::Mutation)) => self.mutation(data),
            // Whatever else their strings are, they are no addresses.
            (
                _,
                Some(
                    IncrementalSource::StyleSheetRule
                    | IncrementalSource::StyleDeclaration
                    | IncrementalSource::AdoptedStyleSheet,
                ),
            ) => self.css_strings(data),
            (_, Some(IncrementalSource::CanvasMutation)) => {
                self.filled.extend(json_text::integer(data, "id"));
            }
            (_, Some(IncrementalSource::Font)) if json_text::member(data, "buffer") != Some("true") => {
                let source = json_text::member(data, "fontSource").and_then(json_text::text);
                css::addresses(&source.unwrap_or_default(), |_, address| {
                    self.note(Asset::Font, address);
                });
            }
            _ => {}
        }
    }

    fn mutation(&mut self, data: &str) {
        for (name, list) in json_text::members(data) {
            match &*name {
                "adds" => json_text::elements(list).for_each(|add| self.add(add)),
                "attributes" => json_text::elements(list).for_each(|change| self.attribute_change(change)),
                "texts" => json_text::elements(list).for_each(|change| self.text_change(change)),
                _ => {}
            }
        }
    }

    fn add(&mut self, add: &str) {
        let Some(node) = json_text::member(add, "node") else {
            return;
        };
        // The document of an iframe comes as its child.
        if serialized_node::walk(node, self) == Some(NodeType::Document) {
            self.filled.extend(json_text::integer(add, "parentId"));
        }
    }

    fn attribute_change(&mut self, change: &str) {
        let id = json_text::integer(change, "id");
        if let Some(attributes) = json_text::member(change, "attributes") {
            let tag = id.and_then(|id| self.tags.get(&id).copied());
            self.attributes(id, tag, &Attributes::of(attributes));
        }
    }

    fn text_change(&mut self, change: &str) {
        if json_text::integer(change, "id").is_some_and(|id| self.style_texts.contains(&id)) {
            let css = json_text::member(change, "value").and_then(json_text::text);
            self.css(&css.unwrap_or_default());
        }
    }

    fn attributes(&mut self, id: Option<i64>, tag: Option<Tag>, attributes: &Attributes<'_>) {
        let inlined = attributes.json("rr_dataURL").is_some();
        match tag {
            Some(Tag::Image | Tag::Source) if !inlined => {
                // The `src` of a `source` is a video's or a sound's.
                if tag == Some(Tag::Image) {
                    self.note_attribute(attributes, "src");
                }
                if let Some(srcset) = attributes.text("srcset") {
                    for address in address::srcset(&srcset) {
                        self.note(Asset::Image, address);
                    }
                }
            }
            Some(Tag::SvgImage) => {
                self.note_attribute(attributes, "href");
                self.note_attribute(attributes, "xlink:href");
            }
            Some(Tag::Video) => self.note_attribute(attributes, "poster"),
            Some(Tag::Canvas) if inlined => self.filled.extend(id),
            Some(Tag::Link) => self.link(id, attributes),
            _ => {}
        }
        if let Some(css) = attributes.text("_cssText") {
            self.css(&css);
        }
        // A text in a snapshot; in a mutation also an object of properties.
        if let Some(style) = attributes.json("style") {
            self.css_strings(style);
        }
    }

    fn link(&mut self, id: Option<i64>, attributes: &Attributes<'_>) {
        let Some(id) = id else {
            return;
        };
        if attributes.json("_cssText").is_some() {
            self.links.remove(&id);
        } else if let (Some(rel), Some(href)) = (attributes.text("rel"), attributes.text("href"))
            && rel
                .split_ascii_whitespace()
                .any(|word| word.eq_ignore_ascii_case("stylesheet"))
        {
            self.links.insert(id, href.into_owned());
        }
    }

    fn note_attribute(&mut self, attributes: &Attributes<'_>, name: &str) {
        if let Some(address) = attributes.text(name) {
            self.note(Asset::Image, &address);
        }
    }

    fn css_strings(&mut self, json: &str) {
        json_text::strings(json).for_each(|css| self.css(&css));
    }

    fn css(&mut self, css: &str) {
        css::addresses(css, |asset, address| self.note(asset, address));
    }

    fn note(&mut self, asset: Asset, address: &str) {
        let [images, fonts, stylesheets] = &mut *self.assets;
        let addresses = match asset {
            Asset::Image => images,
            Asset::Font => fonts,
            Asset::Stylesheet => stylesheets,
        };
        addresses.note(self.base.as_ref(), address);
    }

    fn blank(&self, element: &Element<'_>) -> Option<Blank> {
        if element.blocked {
            return Some(Blank::Blocked);
        }
        Some(match &*element.tag {
            "canvas" => Blank::Canvas,
            "iframe" if !element.holds_document => {
                // rrweb's recorder renames the address of a document that it may not read.
                let address = ["rr_src", "src"]
                    .into_iter()
                    .find_map(|name| element.attributes.text(name));
                let address = address.filter(|address| !address.is_empty());
                Blank::Iframe {
                    host: address.map(|address| address::host_of(self.base.as_ref(), &address)),
                }
            }
            "video" => Blank::Video,
            "audio" => Blank::Audio,
            "embed" | "object" => Blank::Embed,
            _ => return None,
        })
    }
}

impl Visitor for Document<'_> {
    fn element(&mut self, element: &Element<'_>) {
        let tag = Tag::of(&element.tag);
        if let Some(id) = element.id {
            if let Some(tag) = tag {
                self.tags.insert(id, tag);
            }
            if let Some(blank) = self.blank(element) {
                self.blanks.insert(id, blank);
            }
        }
        self.attributes(element.id, tag, &element.attributes);
    }

    fn style_text(&mut self, id: Option<i64>, css: &str) {
        self.style_texts.extend(id);
        self.css(css);
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    /// What a window with these events lacks: (type, data) each.
    fn lacks_of(events: &[(u8, &str)]) -> Lacks {
        let event = |((kind, data), index): (&(u8, &str), u64)| {
            let json = format!(r#"{{"type":{kind},"timestamp":{index},"data":{data}}}"#);
            Event::parse(json.into(), index).unwrap().0
        };
        let events = events.iter().zip(0..).map(event).collect();
        let id = String::new();
        Lacks::of(&[Window { id, events }])
    }

    fn snapshot(nodes: &str) -> String {
        format!(r#"{{"node":{{"type":0,"childNodes":[{nodes}],"id":1}}}}"#)
    }

    fn lacks(nodes: &str, then: &[&str]) -> Lacks {
        let snapshot = snapshot(nodes);
        let mut events = vec![(4, r#"{"href":"https://page.test/a/"}"#), (2, &*snapshot)];
        events.extend(then.iter().map(|data| (3, *data)));
        lacks_of(&events)
    }

    fn element(id: u32, tag: &str, attributes: &str) -> String {
        format!(r#"{{"type":2,"tagName":"{tag}","attributes":{{{attributes}}},"childNodes":[],"id":{id}}}"#)
    }

    /// `image host 2, font blob 1`
    fn said(lacks: &Lacks) -> String {
        let mut words = Vec::new();
        for (kind, elsewhere) in [
            ("image", &lacks.images),
            ("font", &lacks.fonts),
            ("sheet", &lacks.stylesheets),
        ] {
            for HostCount { host, count } in &elsewhere.hosts {
                words.push(format!("{kind} {host} {count}"));
            }
            if elsewhere.blobs > 0 {
                words.push(format!("{kind} blob {}", elsewhere.blobs));
            }
        }
        words.join(", ")
    }

    #[test]
    fn assets_in_elements() {
        for (tag, attributes, expected) in [
            ("img", r#""src":"https://a.test/1.png""#, "image a.test 1"),
            (
                "img",
                r#""src":"/1.png","srcset":"2.png 1x, https://a.test/3.png 2x""#,
                "image page.test 2, image a.test 1",
            ),
            (
                "img",
                r#""src":"https://a.test/1.png","rr_dataURL":"data:image/png;base64,A""#,
                "",
            ),
            ("img", r#""src":"data:image/png;base64,A""#, ""),
            ("img", r#""src":"blob:https://page.test/1""#, "image blob 1"),
            ("source", r#""src":"https:\/\/a.test/1.mp4""#, ""),
            ("source", r#""srcset":"https:\/\/a.test/1.png""#, "image a.test 1"),
            ("use", r##""href":"#icon""##, ""),
            ("use", r#""xlink:href":"/icons.svg#icon""#, "image page.test 1"),
            ("video", r#""poster":"p.png""#, "image page.test 1"),
            (
                "div",
                r#""style":"background: url(\"https://a.test/b.png\")""#,
                "image a.test 1",
            ),
            (
                "link",
                r#""rel":"stylesheet","href":"https://a.test/a.css""#,
                "sheet a.test 1",
            ),
            ("link", r#""rel":"icon","href":"https://a.test/a.ico""#, ""),
            (
                "style",
                r#""_cssText":"@font-face { src: url(\"https://f.test/f.woff2\"); }""#,
                "font f.test 1",
            ),
        ] {
            let case = format!("{tag} {attributes}");
            assert_eq!(
                said(&lacks(&element(2, tag, attributes), &[])),
                expected,
                "{case}"
            );
            let add = format!(
                r#"{{"source":0,"adds":[{{"parentId":1,"node":{}}}]}}"#,
                element(2, tag, attributes)
            );
            assert_eq!(said(&lacks("", &[&add])), expected, "added {case}");
            let change = format!(r#"{{"source":0,"attributes":[{{"id":2,"attributes":{{{attributes}}}}}]}}"#);
            assert_eq!(
                said(&lacks(&element(2, tag, ""), &[&change])),
                expected,
                "changed {case}"
            );
        }
    }

    #[test]
    fn assets_in_other_events() {
        let style = r#"{"type":2,"tagName":"style","attributes":{},"childNodes":[{"type":3,"textContent":"a{}","id":3}],"id":2}"#;
        let link = element(4, "link", r#""rel":"stylesheet","href":"https://a.test/a.css""#);
        let nodes = format!("{style},{link}");
        let kept = "sheet a.test 1";
        for (event, expected) in [
            (
                r#"{"source":8,"adds":[{"rule":"a { mask: url(m.svg); }"}]}"#,
                "image page.test 1, sheet a.test 1",
            ),
            (
                r#"{"source":15,"styles":[{"rules":[{"rule":"a { mask: url(m.svg); }"}]}]}"#,
                "image page.test 1, sheet a.test 1",
            ),
            (
                r#"{"source":13,"set":{"property":"mask","value":"url(m.svg)"}}"#,
                "image page.test 1, sheet a.test 1",
            ),
            (
                r#"{"source":0,"texts":[{"id":3,"value":"a { mask: url(m.svg); }"}]}"#,
                "image page.test 1, sheet a.test 1",
            ),
            (
                r#"{"source":0,"attributes":[{"id":9,"attributes":{"style":{"mask":["url(m.svg)","important"]}}}]}"#,
                "image page.test 1, sheet a.test 1",
            ),
            (
                r#"{"source":10,"family":"F","fontSource":"url(f.woff)","buffer":false}"#,
                "font page.test 1, sheet a.test 1",
            ),
            (
                r#"{"source":10,"family":"F","fontSource":"[1]","buffer":true}"#,
                kept,
            ),
            (r#"{"source":0,"texts":[{"id":7,"value":"url(m.svg)"}]}"#, kept),
            (
                r#"{"source":0,"attributes":[{"id":4,"attributes":{"_cssText":"a{}"}}]}"#,
                "",
            ),
            (
                r#"{"source":0,"adds":7,"attributes":[7,{"id":"x"}],"texts":null}"#,
                kept,
            ),
        ] {
            assert_eq!(said(&lacks(&nodes, &[event])), expected, "{event}");
        }
    }

    #[test]
    fn canvases_and_iframes_may_be_filled_later() {
        let nodes = [
            element(2, "canvas", ""),
            element(3, "canvas", r#""rr_dataURL":"data:image/png;base64,A""#),
            element(4, "iframe", r#""rr_src":"https://other.test/x""#),
            element(5, "iframe", ""),
            element(6, "canvas", r#""rr_width":"9px""#),
        ]
        .join(",");
        let lacking = lacks(&nodes, &[]);
        assert_eq!(
            (lacking.canvases, lacking.iframes.count, lacking.blocked),
            (1, 2, 1)
        );
        assert_eq!(lacking.iframes.hosts[0].host, "other.test");
        let filled = lacks(
            &nodes,
            &[
                r#"{"source":9,"id":2,"commands":[]}"#,
                r#"{"source":0,"adds":[{"parentId":4,"node":{"type":0,"childNodes":[],"id":9}}],"isAttachIframe":true}"#,
            ],
        );
        assert_eq!((filled.canvases, filled.iframes.count), (0, 1));
        assert_eq!(filled.iframes.hosts, []);
    }

    #[test]
    fn a_page_recorded_anew_lacks_nothing_twice() {
        let page = |name: &str| format!(r#"{{"href":"https://a.test/{name}"}}"#);
        let media = [
            element(2, "video", ""),
            element(3, "audio", ""),
            element(4, "object", ""),
        ];
        let (one, two) = (page("one"), page("two"));
        let (full, less) = (snapshot(&media.join(",")), snapshot(&media[0]));
        let lacking = lacks_of(&[
            (4, &one),
            (2, &full),
            (4, &one),
            (2, &less),
            (4, &two),
            (2, &less),
        ]);
        assert_eq!((lacking.videos, lacking.audios, lacking.embeds), (2, 1, 1));
    }

    #[test]
    fn the_time_grows_with_the_length_and_not_with_the_depth() {
        let took = |levels: usize| {
            let open = r#"{"type":2,"tagName":"b","attributes":{"style":"a:url(x.png)"},"childNodes":["#;
            let nodes = open.repeat(levels) + &r#"],"id":2}"#.repeat(levels);
            let begun = Instant::now();
            assert_eq!(lacks(&nodes, &[]).images.count, 1);
            begun.elapsed()
        };
        let (short, long) = (took(50_000), took(200_000));
        // Four times as much; sixteen times as long if it were quadratic.
        assert!(
            long < short * 10 + Duration::from_millis(500),
            "{short:?} and {long:?}"
        );
    }
}
