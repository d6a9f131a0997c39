//! What one document lacks, from a full snapshot to the next: which of its elements stay blank, and which assets it
//! names. `Survey` feeds it with the events of a window, in order.

use std::collections::{HashMap, HashSet};

use url::Url;

use super::address::{self, Addresses};
use super::css::{self, Asset, Found};
use crate::recording::Event;
use crate::recording::json_text;
use crate::recording::rrweb_types::{EventType, IncrementalSource, NodeType};
use crate::recording::serialized_node::{self, Attributes, Element, Visitor};

/// An element that shows nothing in a replay.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Blank {
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

/// One document with those within it, from a full snapshot to the next. Only elements that matter are remembered.
pub(super) struct Document<'s> {
    assets: &'s mut [Addresses; 3],
    rules_with_lost_values: &'s mut HashSet<blake3::Hash>,
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
    pub(super) fn new(
        assets: &'s mut [Addresses; 3],
        rules_with_lost_values: &'s mut HashSet<blake3::Hash>,
        href: &str,
    ) -> Self {
        Self {
            assets,
            rules_with_lost_values,
            base: Url::parse(href).ok(),
            tags: HashMap::new(),
            blanks: HashMap::new(),
            filled: HashSet::new(),
            links: HashMap::new(),
            style_texts: HashSet::new(),
        }
    }

    /// How many elements of each sort stayed blank.
    pub(super) fn into_blanks(mut self) -> HashMap<Blank, u64> {
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

    pub(super) fn event(&mut self, event: &Event) {
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
            ) => json_text::strings(data).for_each(|css| self.css(&css)),
            (_, Some(IncrementalSource::CanvasMutation)) => {
                self.filled.extend(json_text::integer(data, "id"));
            }
            (_, Some(IncrementalSource::Font)) if json_text::member(data, "buffer") != Some("true") => {
                let source = json_text::member(data, "fontSource").and_then(json_text::text);
                css::scan(&source.unwrap_or_default(), |found| {
                    if let Found::Address(_, address) = found {
                        self.note(Asset::Font, address);
                    }
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
            json_text::strings(style).for_each(|css| self.declarations(&css));
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

    /// A style sheet, or a rule of one.
    fn css(&mut self, css: &str) {
        css::scan(css, |found| match found {
            Found::Address(asset, address) => self.note(asset, address),
            Found::RuleWithLostValues(rule) => {
                self.rules_with_lost_values.insert(blake3::hash(rule.as_bytes()));
            }
        });
    }

    /// The text of a style attribute, or the value of one property.
    fn declarations(&mut self, css: &str) {
        css::scan(css, |found| {
            if let Found::Address(asset, address) = found {
                self.note(asset, address);
            }
        });
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
