//! The screen of an app as a web document: which nodes there are, and where. Wireframes are put into it; `events`
//! reads from it what changed, as a full snapshot or as a mutation. One lives from full snapshot to full snapshot.

mod events;

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;
use serde_json::value::RawValue;

use super::bars::{self, BarColors, Keyboard};
use super::lenient::WireframeId;
use super::node::{Element, Node};
use super::style::Css;
use super::wireframe::{Area, Header, Kind, Wireframe};
use super::{boxes, inputs, progress};
use crate::frame::Size;

/// The ids that the nodes of the frame always have, as `PostHog` gives them.
const DOCUMENT: u64 = 1;
const DOCUMENT_TYPE: u64 = 2;
const HTML: u64 = 3;
const HEAD: u64 = 4;
const BODY: u64 = 5;
const NAVIGATION_PARENT: u64 = 7;
const NAVIGATION_BAR: u64 = 8;
const KEYBOARD_PARENT: u64 = 9;
const KEYBOARD: u64 = 10;
const STATUS_PARENT: u64 = 11;
const STATUS_BAR: u64 = 12;
/// What has no id of its own is counted from here.
const FIRST_SYNTHETIC: u64 = 100;

/// In the order in which they follow the app's own nodes in the body; the later is on top.
const BAR_PARENTS: [u64; 3] = [KEYBOARD_PARENT, NAVIGATION_PARENT, STATUS_PARENT];

/// Native screens nest some dozens deep.
const MOST_NESTED: usize = 128;

const RESET: &str = "*, ::before, ::after { box-sizing: border-box; margin: 0; padding: 0; border: 0 solid; } \
    html, body { width: 100vw; height: 100vh; overflow: hidden; background: #ffffff; color: #000000; \
    font: 16px/1.25 sans-serif; } \
    button, input, select, textarea { font: inherit; } textarea { resize: none; } \
    label, button { line-height: 1.25; }";

/// What the head of every screen holds.
pub(in crate::recording) const STYLE_SHEETS: [&str; 2] = [RESET, progress::STYLES];

#[derive(Debug)]
pub(super) struct Screen {
    nodes: HashMap<u64, Placed>,
    /// Those that are screenshots, and where, as far as that is known.
    screenshots: BTreeMap<u64, Option<Area>>,
    /// Those that are controls, each with the node that hides its parts once there are any.
    controls: HashMap<u64, Option<u64>>,
    /// The nodes of wireframes whose own id was not to be had.
    aliases: HashMap<WireframeId, u64>,
    next_synthetic: u64,
    bar_colors: BarColors,
    /// Of the event that is being read, for the clock of the status bar.
    now_ms: f64,
    /// What the player does not know yet: nodes in the order in which they were put in.
    fresh: Vec<u64>,
    removed: Vec<Removal>,
    malformed: u64,
}

#[derive(Debug)]
struct Placed {
    parent: u64,
    first_child: Option<u64>,
    last_child: Option<u64>,
    previous: Option<u64>,
    next: Option<u64>,
    /// How many nodes it is in.
    depth: usize,
    holds_elements: bool,
    /// Of the outermost node of a wireframe: which one, and of what kind.
    wireframe: Option<(WireframeId, Kind)>,
    /// The node without its children, until the player knows it.
    node: Option<Node>,
    /// Its place in `fresh`.
    order: usize,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Removal {
    parent_id: u64,
    id: u64,
}

/// Where a wireframe belongs.
#[derive(Debug, Clone, Copy)]
enum Parent {
    /// In the wireframe that the recording names, or the body if it names none that is there.
    Recorded(Option<WireframeId>),
    Node(u64),
}

impl Screen {
    pub(super) fn new(now_ms: f64) -> Self {
        let mut screen = Self {
            nodes: HashMap::new(),
            screenshots: BTreeMap::new(),
            controls: HashMap::new(),
            aliases: HashMap::new(),
            next_synthetic: FIRST_SYNTHETIC,
            bar_colors: BarColors::default(),
            now_ms,
            fresh: Vec::new(),
            removed: Vec::new(),
            malformed: 0,
        };
        screen.insert(Node::Element(Element::new("html")), HTML, DOCUMENT, None, None);
        let style = Element {
            children: STYLE_SHEETS.map(Node::StyleSheet).to_vec(),
            ..Element::new("style")
        };
        let head = Element::new("head").child(style);
        screen.insert(Node::Element(head), HEAD, HTML, None, None);
        screen.insert(Node::Element(Element::new("body")), BODY, HTML, None, None);
        for id in BAR_PARENTS {
            let parent = Element::div(Css::default().set("display", "contents"));
            screen.insert(Node::Element(parent), id, BODY, None, None);
        }
        screen
    }

    /// Begins to collect what an event changes.
    pub(super) fn at(&mut self, now_ms: f64) -> &mut Self {
        self.now_ms = now_ms;
        self
    }

    /// Puts a wireframe and all in it on the screen, in the place of the one with the same id if there is one.
    pub(super) fn put(&mut self, wireframe: &RawValue, parent: Option<WireframeId>) {
        self.place(wireframe, Parent::Recorded(parent), 0);
    }

    /// Takes a wireframe and all in it from the screen, if it is there.
    pub(super) fn take(&mut self, id: WireframeId) {
        if let Some(node) = self.node_of(id) {
            self.remove(node);
        }
    }

    /// A screenshot shows all there is in its place: drops those that the latest covers. Below one of a dialog there is
    /// that of the screen.
    pub(super) fn drop_covered_screenshots(&mut self, latest: WireframeId) {
        let Some(latest) = self.node_of(latest) else {
            return;
        };
        let area = self.screenshots.get(&latest).copied().flatten();
        let is_covered = |other: &Option<Area>| match (area, other) {
            (Some(area), Some(other)) => area.covers(other),
            _ => true,
        };
        let others = self.screenshots.iter().filter(|(id, _)| **id != latest);
        let covered: Vec<u64> = others
            .filter(|(_, other)| is_covered(other))
            .map(|(id, _)| *id)
            .collect();
        for id in covered {
            self.remove(id);
        }
    }

    pub(super) fn shows_screenshot(&self) -> bool {
        !self.screenshots.is_empty()
    }

    /// Whether this is a screenshot of which the app did not get the picture, so that the one before is better.
    pub(super) fn keeps_screenshot(&self, wireframe: &RawValue) -> bool {
        self.shows_screenshot()
            && Header::of_screenshot(wireframe).is_some_and(|header| !header.has_picture())
    }

    /// Opens the keyboard, or closes it.
    pub(super) fn set_keyboard(&mut self, keyboard: &Keyboard) {
        self.remove(KEYBOARD);
        if keyboard.open {
            let element = bars::keyboard(keyboard, &self.bar_colors);
            self.insert(Node::Element(element), KEYBOARD, KEYBOARD_PARENT, None, None);
        }
    }

    /// The node at which a touch of this recorded id is.
    pub(super) fn touched(&self, id: WireframeId) -> u64 {
        self.node_of(id).unwrap_or(BODY)
    }

    /// How many wireframes could not be read since this was asked last.
    pub(super) fn take_malformed(&mut self) -> u64 {
        std::mem::take(&mut self.malformed)
    }

    fn place(&mut self, raw: &RawValue, parent: Parent, nested: usize) {
        let wireframe = (nested < MOST_NESTED)
            .then(|| serde_json::from_str::<Wireframe<'_>>(raw.get()).ok())
            .flatten();
        let Some(mut wireframe) = wireframe else {
            self.malformed += 1;
            return;
        };
        if let Parent::Node(node) = parent
            && self.is_within(node, wireframe.id)
        {
            self.malformed += 1;
            return;
        }
        let before = self.node_of(wireframe.id).and_then(|node| self.remove(node));
        let host = match (wireframe.kind, parent) {
            (Kind::StatusBar, _) => STATUS_PARENT,
            (Kind::NavigationBar, _) => NAVIGATION_PARENT,
            (Kind::Screenshot, _) => BODY,
            (_, Parent::Node(node)) => node,
            (_, Parent::Recorded(parent)) => self.host(parent),
        };
        let Some(element) = self.element(&mut wireframe, host) else {
            self.malformed += 1;
            self.place_children(&wireframe, host, nested);
            return;
        };
        let id = match wireframe.kind {
            Kind::StatusBar => self.claim_bar(STATUS_BAR, wireframe.id),
            Kind::NavigationBar => self.claim_bar(NAVIGATION_BAR, wireframe.id),
            _ => self.claim(wireframe.id),
        };
        let next = match before {
            Some((parent, next @ Some(_))) if parent == host => next,
            // The bars come last.
            _ => (host == BODY).then_some(BAR_PARENTS[0]),
        };
        let holds_elements = element.holds_elements();
        let origin = Some((wireframe.id, wireframe.kind));
        self.insert(Node::Element(element), id, host, next, origin);
        if wireframe.kind == Kind::Screenshot {
            self.screenshots.insert(id, wireframe.area());
        }
        if wireframe.is_control() {
            self.controls.insert(id, None);
        }
        if wireframe.child_wireframes.is_empty() {
            return;
        }
        let inner_host = match (wireframe.is_control(), holds_elements) {
            (true, _) => self.parts_of(id),
            (false, true) => id,
            (false, false) => host,
        };
        self.place_children(&wireframe, inner_host, nested);
    }

    fn place_children(&mut self, wireframe: &Wireframe<'_>, host: u64, nested: usize) {
        for child in &wireframe.child_wireframes {
            self.place(child, Parent::Node(host), nested + 1);
        }
    }

    fn element(&mut self, wireframe: &mut Wireframe<'_>, host: u64) -> Option<Element> {
        Some(match wireframe.kind {
            Kind::Div | Kind::RadioGroup => boxes::div(wireframe),
            Kind::Rectangle => boxes::rectangle(wireframe),
            Kind::Text => boxes::text(wireframe),
            Kind::Image | Kind::Screenshot => boxes::image(wireframe),
            Kind::Placeholder | Kind::WebView => boxes::placeholder(wireframe),
            Kind::Input => inputs::input(wireframe, self.radio_group(host)),
            Kind::Progress => progress::progress(wireframe),
            Kind::StatusBar => bars::status_bar(wireframe, self.now_ms),
            Kind::NavigationBar => {
                self.bar_colors = BarColors::of(&wireframe.style);
                bars::navigation_bar(wireframe)
            }
            Kind::Unknown => return None,
        })
    }

    /// The name that the radio buttons share which are put into `host`.
    fn radio_group(&self, host: u64) -> Option<String> {
        let mut ancestors = self.with_ancestors(host);
        let group = ancestors.find(|id| self.kind(*id) == Some(Kind::RadioGroup))?;
        Some(format!("radio_group-{group}"))
    }

    fn with_ancestors(&self, node: u64) -> impl Iterator<Item = u64> {
        std::iter::successors(Some(node), |id| self.nodes.get(id).map(|placed| placed.parent))
    }

    fn is_within(&self, node: u64, wireframe: WireframeId) -> bool {
        self.with_ancestors(node).any(|id| {
            self.nodes
                .get(&id)
                .and_then(|placed| placed.wireframe)
                .map(|(id, _)| id)
                == Some(wireframe)
        })
    }

    fn children(&self, id: u64) -> impl Iterator<Item = u64> {
        let first = self.nodes.get(&id).and_then(|placed| placed.first_child);
        std::iter::successors(first, |id| self.nodes.get(id)?.next)
    }

    fn kind(&self, id: u64) -> Option<Kind> {
        self.nodes.get(&id)?.wireframe.map(|(_, kind)| kind)
    }

    /// The outermost node of a wireframe that is on the screen.
    fn node_of(&self, id: WireframeId) -> Option<u64> {
        let node = match self.aliases.get(&id) {
            Some(node) => *node,
            None => u64::try_from(id.0).ok()?,
        };
        let (wireframe, _) = self.nodes.get(&node)?.wireframe?;
        (wireframe == id).then_some(node)
    }

    /// The node that holds what is put into a wireframe. Beyond any depth of a real screen that is the body: wireframes have
    /// their place on the screen, whatever they are in, and each way up stays short.
    fn host(&mut self, parent: Option<WireframeId>) -> u64 {
        let node = parent.and_then(|parent| self.node_of(parent)).unwrap_or(BODY);
        let host = self
            .with_ancestors(node)
            .filter_map(|id| Some((id, self.nodes.get(&id)?)))
            .find(|(id, placed)| placed.holds_elements || self.controls.contains_key(id))
            .filter(|(_, placed)| placed.depth <= MOST_NESTED)
            .map_or(BODY, |(id, _)| id);
        if self.controls.contains_key(&host) {
            self.parts_of(host)
        } else {
            host
        }
    }

    /// The node in a control that hides its parts: the control is drawn as a whole.
    fn parts_of(&mut self, control: u64) -> u64 {
        if let Some(Some(parts)) = self.controls.get(&control) {
            return *parts;
        }
        let parts = self.synthetic();
        let hidden = Element::div(Css::default().set("display", "none"));
        self.insert(Node::Element(hidden), parts, control, None, None);
        self.controls.insert(control, Some(parts));
        parts
    }

    /// The id of a wireframe's node: its own, unless that is taken.
    fn claim(&mut self, wireframe: WireframeId) -> u64 {
        match u64::try_from(wireframe.0) {
            Ok(id) if id > STATUS_BAR && !self.nodes.contains_key(&id) => id,
            _ => {
                let id = self.synthetic();
                self.aliases.insert(wireframe, id);
                id
            }
        }
    }

    /// There is at most one of each bar.
    fn claim_bar(&mut self, bar: u64, wireframe: WireframeId) -> u64 {
        self.remove(bar);
        self.aliases.insert(wireframe, bar);
        bar
    }

    fn synthetic(&mut self) -> u64 {
        while self.nodes.contains_key(&self.next_synthetic) {
            self.next_synthetic += 1;
        }
        let id = self.next_synthetic;
        self.next_synthetic += 1;
        id
    }

    /// Puts a node into its parent, before the `next` of those that are in it, or at the end.
    fn insert(
        &mut self,
        mut node: Node,
        id: u64,
        parent: u64,
        next: Option<u64>,
        wireframe: Option<(WireframeId, Kind)>,
    ) {
        let inner = match &mut node {
            Node::Element(element) => std::mem::take(&mut element.children),
            Node::Text(_) | Node::StyleSheet(_) => Vec::new(),
        };
        let (previous, depth) = match (next, self.nodes.get(&parent)) {
            (Some(next), Some(host)) => (
                self.nodes.get(&next).and_then(|next| next.previous),
                host.depth + 1,
            ),
            (None, Some(host)) => (host.last_child, host.depth + 1),
            (_, None) => (None, 0),
        };
        self.link(parent, previous, Some(id));
        self.link_back(parent, next, Some(id));
        let holds_elements = matches!(&node, Node::Element(element) if element.holds_elements());
        let placed = Placed {
            parent,
            first_child: None,
            last_child: None,
            previous,
            next,
            depth,
            holds_elements,
            wireframe,
            node: Some(node),
            order: self.fresh.len(),
        };
        self.nodes.insert(id, placed);
        self.fresh.push(id);
        for node in inner {
            let child = self.synthetic();
            self.insert(node, child, id, None, None);
        }
    }

    /// What follows `previous` in its parent, or comes first there.
    fn link(&mut self, parent: u64, previous: Option<u64>, to: Option<u64>) {
        if let Some(placed) = self.nodes.get_mut(&previous.unwrap_or(parent)) {
            *match previous {
                Some(_) => &mut placed.next,
                None => &mut placed.first_child,
            } = to;
        }
    }

    /// What precedes `next` in its parent, or comes last there.
    fn link_back(&mut self, parent: u64, next: Option<u64>, to: Option<u64>) {
        if let Some(placed) = self.nodes.get_mut(&next.unwrap_or(parent)) {
            *match next {
                Some(_) => &mut placed.previous,
                None => &mut placed.last_child,
            } = to;
        }
    }

    /// Removes a node and all in it. Returns what it was in, and before which.
    fn remove(&mut self, id: u64) -> Option<(u64, Option<u64>)> {
        let Placed {
            parent,
            previous,
            next,
            ..
        } = *self.nodes.get(&id)?;
        self.link(parent, previous, next);
        self.link_back(parent, next, previous);
        let mut within = vec![id];
        while let Some(inner) = within.pop() {
            let children: Vec<u64> = self.children(inner).collect();
            let Some(placed) = self.nodes.remove(&inner) else {
                continue;
            };
            within.extend(children);
            self.screenshots.remove(&inner);
            self.controls.remove(&inner);
            if let Some((wireframe, _)) = placed.wireframe {
                self.aliases.remove(&wireframe);
            }
            // The player removes what is in the outermost node as well; what came in this very event it does not know.
            if inner == id && placed.node.is_none() {
                self.removed.push(Removal {
                    parent_id: parent,
                    id,
                });
            }
        }
        Some((parent, next))
    }

    /// From here on the player knows all there is.
    fn settle(&mut self) {
        for id in self.fresh.drain(..) {
            if let Some(placed) = self.nodes.get_mut(&id) {
                placed.node = None;
            }
        }
        self.removed.clear();
    }
}

/// The size of an app's screen: that of the first screenshot, or else of the first wireframe that is no bar.
pub(super) fn size(wireframes: &[&RawValue]) -> Option<Size> {
    let sizes: Vec<(Kind, Size)> = wireframes
        .iter()
        .filter_map(|raw| {
            let wireframe: Wireframe<'_> = serde_json::from_str(raw.get()).ok()?;
            let is_bar = matches!(wireframe.kind, Kind::StatusBar | Kind::NavigationBar);
            Some((wireframe.kind, wireframe.size().filter(|_| !is_bar)?))
        })
        .collect();
    let screenshot = sizes.iter().find(|(kind, _)| *kind == Kind::Screenshot);
    screenshot.or(sizes.first()).map(|(_, size)| *size)
}
