//! Recordings of mobile apps (`PostHog`'s wireframe and screenshot modes) become web events, in one pass over a window
//! in order. `tidy` calls [`to_web`]; all that is remembered between events is in [`Pass`].

mod bars;
mod boxes;
mod changes;
mod inputs;
mod lenient;
mod node;
mod progress;
mod screen;
mod style;
mod transformed;
mod turning;
mod wireframe;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::event::{Detail, Event};
use super::problem::{Place, ProblemKind, Problems};
use super::rrweb_types::{EventType, IncrementalSource};
use crate::frame::Size;
use bars::Keyboard;
use changes::Changes;
use lenient::{WireframeId, or_default};
pub(super) use screen::STYLE_SHEETS;
use screen::Screen;
pub(super) use transformed::has_screenshot;

/// The attribute by which `PostHog` tells a picture of the whole screen from other images.
const SCREENSHOT_MARK: &str = "data-posthog-screenshot";

/// Rewrites what a mobile SDK recorded into what a web page would have recorded. Events are in order.
pub(super) fn to_web(events: &mut Vec<Event>, problems: &mut Problems) {
    let is_mobile = |event: &Event| event.detail == Detail::Wireframes || has_screenshot(event);
    if !events.iter().any(is_mobile) {
        return;
    }
    let mut pass = Pass {
        screen: None,
        has_snapshot: false,
        viewport: None,
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
    /// The size of the window that was told last.
    viewport: Option<Size>,
    /// What has been read.
    events: Vec<Event>,
    problems: &'a mut Problems,
}

impl Pass<'_> {
    fn read(&mut self, event: Event) {
        use IncrementalSource as Source;
        self.viewport = event.viewport().or(self.viewport);
        match (event.kind, event.source) {
            (EventType::FullSnapshot, _) if event.detail == Detail::Wireframes => self.full_snapshot(event),
            (EventType::FullSnapshot, _) => {
                self.screen = None;
                self.push_snapshot(transformed::with_size(event));
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
        let snapshot: Snapshot<'_> = event.data_as().unwrap_or_default();
        if let (Some(screen), [only]) = (self.screen.as_mut(), &*snapshot.wireframes)
            && screen.keeps_screenshot(only)
        {
            event.json = screen.at(event.timestamp_ms).mutation().into();
            event.kind = EventType::IncrementalSnapshot;
            event.source = Some(IncrementalSource::Mutation);
            event.detail = Detail::None;
            self.events.push(event);
            return;
        }
        let mut screen = Screen::new(event.timestamp_ms);
        for wireframe in &snapshot.wireframes {
            screen.put(wireframe, None);
        }
        event.detail = screen::size(&snapshot.wireframes).map_or(Detail::None, Detail::Screen);
        self.note_malformed(screen.take_malformed(), &event);
        event.json = screen.full_snapshot().into();
        self.screen = Some(screen);
        self.push_snapshot(event);
    }

    fn push_snapshot(&mut self, event: Event) {
        if let Detail::Screen(size) = event.detail {
            self.turn(Some(size), &event);
        }
        self.has_snapshot = true;
        self.events.push(event);
    }

    /// Turns the window to the screen that an event shows, if it shows one and that was turned.
    fn turn(&mut self, screen: Option<Size>, event: &Event) {
        let Some(screen) = screen else { return };
        let viewport = *self.viewport.get_or_insert(screen);
        // Before the first snapshot there is nothing to be turned.
        if self.has_snapshot && turning::is_turned(viewport, screen) {
            self.viewport = Some(screen);
            self.events.push(turning::resize(screen, event));
        }
    }

    fn mutation(&mut self, mut event: Event) {
        let is_wireframes = event.detail == Detail::Wireframes;
        if !is_wireframes && self.screen.is_none() {
            if self.has_snapshot {
                self.turn(transformed::screenshot_size(&event), &event);
            } else if let Some(snapshot) = transformed::snapshot_for(&event) {
                self.push_snapshot(snapshot);
            }
            self.events.push(event);
            return;
        }
        let recorded = event.clone();
        let changes: Changes<'_> = recorded.data_as().unwrap_or_default();
        if !is_wireframes && changes.are_of_nodes() {
            self.events.push(event);
            return;
        }
        self.turn(changes.screenshot_size(), &event);
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
        self.screen = Some(screen);
        self.push_snapshot(event);
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
            let custom: Custom = event.data_as().unwrap_or_default();
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

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::recording::problem::Problem;

    /// A full snapshot, a mutation, an event of another kind: `data` without its braces.
    fn full(data: &str) -> String {
        format!(r#""type":2,"data":{{"wireframes":[{data}]}}"#)
    }

    fn change(data: &str) -> String {
        format!(r#""type":3,"data":{{"source":0,{data}}}"#)
    }

    fn run(events: &[String]) -> (Vec<Event>, Vec<Problem>) {
        let mut events = events
            .iter()
            .zip(0..)
            .map(|(rest, index)| {
                let json = format!(r#"{{"timestamp":{index},{rest}}}"#);
                Event::parse(json.into(), index).unwrap().0
            })
            .collect();
        let mut problems = Problems::default();
        to_web(&mut events, &mut problems);
        (events, problems.into_vec())
    }

    /// What rrweb would have: the elements by id. Insists on what rrweb insists on.
    #[derive(Default)]
    struct Page {
        parents: HashMap<u64, u64>,
        children: HashMap<u64, Vec<u64>>,
        nodes: HashMap<u64, Value>,
    }

    impl Page {
        fn of(events: &[Event]) -> Self {
            let mut page = Self::default();
            for event in events {
                let value: Value = serde_json::from_str(&event.json).unwrap();
                match (event.kind, event.source) {
                    (EventType::FullSnapshot, _) => {
                        page = Self::default();
                        page.add(&value["data"]["node"], 0, None);
                    }
                    (_, Some(IncrementalSource::Mutation)) => page.change(&value["data"]),
                    _ => {}
                }
            }
            page
        }

        fn change(&mut self, data: &Value) {
            assert_eq!(
                (&data["texts"], &data["attributes"]),
                (&Value::Array(vec![]), &Value::Array(vec![]))
            );
            for removal in data["removes"].as_array().unwrap() {
                let (id, parent) = (
                    removal["id"].as_u64().unwrap(),
                    removal["parentId"].as_u64().unwrap(),
                );
                assert_eq!(self.parents.get(&id), Some(&parent));
                self.children
                    .get_mut(&parent)
                    .unwrap()
                    .retain(|child| *child != id);
                self.forget(id);
            }
            for add in data["adds"].as_array().unwrap() {
                assert_eq!(add["node"]["childNodes"].as_array().map_or(0, Vec::len), 0);
                self.add(
                    &add["node"],
                    add["parentId"].as_u64().unwrap(),
                    add["nextId"].as_u64(),
                );
            }
        }

        fn forget(&mut self, id: u64) {
            self.parents.remove(&id);
            self.nodes.remove(&id);
            for child in self.children.remove(&id).unwrap() {
                self.forget(child);
            }
        }

        fn add(&mut self, node: &Value, parent: u64, next: Option<u64>) {
            let id = node["id"].as_u64().unwrap();
            assert!(parent == 0 || self.nodes.contains_key(&parent));
            assert!(self.parents.insert(id, parent).is_none(), "{id} is there twice");
            let siblings = self.children.entry(parent).or_default();
            let at = next.map_or(siblings.len(), |next| {
                siblings
                    .iter()
                    .position(|sibling| *sibling == next)
                    .expect("the next sibling is there")
            });
            siblings.insert(at, id);
            self.children.insert(id, Vec::new());
            self.nodes.insert(id, node.clone());
            for child in node["childNodes"].as_array().into_iter().flatten() {
                self.add(child, id, None);
            }
        }

        /// The elements in a node, nested, those of the frame left out that are empty.
        fn outline(&self, id: u64) -> String {
            let inner = self.children[&id]
                .iter()
                .filter(|child| self.nodes[child]["type"] == 2)
                .map(|child| self.outline(*child))
                .filter(|outline| !["9", "7", "11"].contains(&outline.as_str()))
                .collect::<Vec<_>>()
                .join(" ");
            if inner.is_empty() {
                id.to_string()
            } else {
                format!("{id}({inner})")
            }
        }
    }

    const BOX: &str = r#"{"id":1041,"childWireframes":[{"id":1042,"type":"text","text":"a"},{"id":1043}]}"#;
    const OTHER: &str = r#"{"id":1050}"#;

    #[test]
    fn the_tree_follows_the_wireframes() {
        let start = format!("{BOX},{OTHER}");
        for (changes, outline) in [
            (vec![], "5(1041(1042 1043) 1050)"),
            // In place, with what is in it; the last of several holds.
            (
                vec![
                    r#""updates":[{"parentId":5,"wireframe":{"id":1041}},{"parentId":5,"wireframe":{"id":1041,"childWireframes":[{"id":1043}]}}]"#,
                ],
                "5(1041(1043) 1050)",
            ),
            (
                vec![
                    r#""adds":[{"parentId":1041,"wireframe":{"id":1044}}],"updates":[{"parentId":1041,"wireframe":{"id":1042}}]"#,
                ],
                "5(1041(1042 1043 1044) 1050)",
            ),
            // A new child, sent by itself and in its parent.
            (
                vec![
                    r#""adds":[{"parentId":1050,"wireframe":{"id":1051}}],"updates":[{"parentId":5,"wireframe":{"id":1050,"childWireframes":[{"id":1051}]}}]"#,
                ],
                "5(1041(1042 1043) 1050(1051))",
            ),
            // To another parent, and into what it held.
            (
                vec![r#""updates":[{"parentId":1050,"wireframe":{"id":1042}}]"#],
                "5(1041(1043) 1050(1042))",
            ),
            (
                vec![r#""updates":[{"parentId":1042,"wireframe":{"id":1041}}]"#],
                "5(1041 1050)",
            ),
            // Removed, alone; removed and come again; unknown.
            (vec![r#""removes":[{"id":1041,"parentId":5}]"#], "5(1050)"),
            (
                vec![
                    r#""adds":[{"parentId":5,"wireframe":{"id":1041}}],"removes":[{"id":1041},{"id":1042},{"id":77}]"#,
                ],
                "5(1050 1041)",
            ),
            (
                vec![r#""adds":[{"parentId":77,"wireframe":{"id":1060}},{"wireframe":{"id":1061}}]"#],
                "5(1041(1042 1043) 1050 1060 1061)",
            ),
            // Bars leave the tree, and there is one of each.
            (
                vec![
                    r#""adds":[{"parentId":1041,"wireframe":{"id":1070,"type":"status_bar"}},{"parentId":5,"wireframe":{"id":1071,"type":"status_bar"}}]"#,
                    r#""removes":[{"id":1050},{"id":1070}]"#,
                ],
                "5(1041(1042 1043) 11(12))",
            ),
            (
                vec![
                    r#""adds":[{"wireframe":{"id":1070,"type":"status_bar"}}]"#,
                    r#""removes":[{"id":1070}]"#,
                ],
                "5(1041(1042 1043) 1050)",
            ),
            // An image holds nothing, so what is in it follows it.
            (
                vec![
                    r#""adds":[{"wireframe":{"id":1080,"type":"image","base64":"AA","childWireframes":[{"id":1081}]}},{"parentId":1080,"wireframe":{"id":1082}}]"#,
                ],
                "5(1041(1042 1043) 1050 1080 1081 1082)",
            ),
            // The latest screenshot, in the body.
            (
                vec![
                    r#""adds":[{"parentId":1041,"wireframe":{"id":1090,"type":"screenshot","base64":"AA"}}]"#,
                    r#""updates":[{"parentId":1041,"wireframe":{"id":1091,"type":"screenshot","base64":"AA"}}]"#,
                ],
                "5(1041(1042 1043) 1050 1091)",
            ),
        ] {
            let mut events = vec![full(&start)];
            events.extend(changes.iter().map(|data| change(data)));
            let (events, problems) = run(&events);
            assert_eq!(Page::of(&events).outline(5), outline, "{changes:?}");
            assert!(problems.is_empty(), "{changes:?}: {problems:?}");
        }
    }

    #[test]
    fn ids_that_are_taken_are_replaced_and_found_again() {
        let (events, _) = run(&[
            full(r#"{"id":5},{"id":-8},{"id":100},{"id":105}"#),
            change(r#""updates":[{"parentId":-8,"wireframe":{"id":5}}]"#),
            change(r#""removes":[{"id":100}]"#),
            r#""type":3,"data":{"source":2,"type":7,"id":-8,"x":1,"y":2}"#.to_owned(),
            r#""type":3,"data":{"source":6,"positions":[{"id":0,"x":1},{"id":9999,"x":2},{"id":105}]}"#
                .to_owned(),
        ]);
        let page = Page::of(&events);
        let [outer, last] = [page.children[&5][0], page.children[&5][1]];
        let inner = page.children[&outer][0];
        assert_eq!(page.outline(5), format!("5({outer}({inner}) {last})"));
        let value = |index: usize| -> Value { serde_json::from_str(&events[index].json).unwrap() };
        assert_eq!(value(3)["data"]["id"], outer);
        assert_eq!(value(3)["data"]["y"], 2);
        let positions = &value(4)["data"]["positions"];
        assert_eq!(
            [&positions[0]["id"], &positions[1]["id"], &positions[2]["id"]],
            [5, 5, last]
        );
    }

    #[test]
    fn a_malformed_wireframe_costs_only_itself() {
        let mut deep = r#"{"id":1}"#.to_owned();
        for id in 1000..1300 {
            deep = format!(r#"{{"id":{id},"childWireframes":[{deep}]}}"#);
        }
        for (wireframes, outline, count) in [
            (r#"7,{"id":1041},{"type":"text"},null"#, "5(1041)", 3),
            (
                r#"{"id":1041,"type":"hologram","childWireframes":[{"id":1042},"x"]}"#,
                "5(1042)",
                2,
            ),
            (
                r#"{"id":1041,"childWireframes":[{"id":1042,"childWireframes":[{"id":1041}]}]}"#,
                "5(1041(1042))",
                1,
            ),
            (r#"{"id":1041},{"id":1042},{"id":1041}"#, "5(1041 1042)", 0),
        ] {
            let (events, problems) = run(&[full(wireframes)]);
            assert_eq!(Page::of(&events).outline(5), outline, "{wireframes}");
            let counted = problems.first().map(|problem| (problem.kind, problem.count));
            let expected = (count > 0).then_some((ProblemKind::MalformedWireframe, count));
            assert_eq!(counted, expected, "{wireframes}");
        }
        let (events, problems) = run(&[full(&deep)]);
        assert_eq!(events[0].json.matches("position: fixed").count(), 128);
        assert_eq!(problems[0].count, 1);
    }

    #[test]
    fn wireframes_put_into_each_other_later_nest_no_deeper() {
        let levels = 20_000;
        let add = |id: u32| format!(r#"{{"parentId":{},"wireframe":{{"id":{id}}}}}"#, id - 1);
        let screenshot = r#"{"wireframe":{"id":50,"type":"screenshot","width":9,"height":9}}"#;
        let adds: Vec<String> = (1001..=1000 + levels).map(add).collect();
        // Without a snapshot before it, all of it becomes one.
        let (events, problems) = run(&[change(&format!(r#""adds":[{screenshot},{}]"#, adds.join(",")))]);
        let placed = events[0].json.matches("position: fixed").count();
        assert_eq!((placed, problems), (1 + levels as usize, Vec::new()));
    }

    #[test]
    fn the_keyboard_comes_and_goes() {
        let keyboard = |open| {
            format!(r#""type":5,"data":{{"tag":"keyboard","payload":{{"open":{open},"height":300}}}}"#)
        };
        let other = r#""type":5,"data":{"tag":"other","payload":{"open":true}}"#.to_owned();
        for (events, outline) in [
            (vec![keyboard(true)], "5(1050 9(10))"),
            (vec![keyboard(true), keyboard(true)], "5(1050 9(10))"),
            (vec![keyboard(true), keyboard(false), keyboard(false)], "5(1050)"),
            (vec![keyboard(true), full(OTHER)], "5(1050)"),
            (vec![other], "5(1050)"),
        ] {
            let all: Vec<String> = std::iter::once(full(OTHER)).chain(events).collect();
            assert_eq!(Page::of(&run(&all).0).outline(5), outline, "{all:?}");
        }
    }

    #[test]
    fn radio_buttons_of_a_group_share_a_name() {
        let radio = |id| format!(r#"{{"id":{id},"type":"input","inputType":"radio"}}"#);
        let group = |id, radios: &str| {
            format!(
                r#"{{"id":{id},"type":"radio_group","childWireframes":[{{"id":{},"childWireframes":[{radios}]}}]}}"#,
                id + 1
            )
        };
        let (events, _) = run(&[
            full(&format!(
                "{},{}",
                group(1010, &radio(1012)),
                group(1020, &radio(1022))
            )),
            change(&format!(
                r#""adds":[{{"parentId":1011,"wireframe":{}}}]"#,
                radio(1013)
            )),
        ]);
        let page = Page::of(&events);
        let name = |id| page.nodes[&id]["attributes"]["name"].as_str().unwrap();
        assert_eq!(name(1012), name(1013));
        assert_ne!(name(1012), name(1022));
    }

    #[test]
    fn the_screen_tells_its_size() {
        for (wireframes, size) in [
            (
                r#"{"id":1,"width":390,"height":844.4}"#,
                Some(Size::new(390, 844)),
            ),
            (
                r#"{"id":1,"type":"status_bar","width":9,"height":9},{"id":2,"width":8,"height":8},{"id":3,"type":"screenshot","width":7,"height":6}"#,
                Some(Size::new(7, 6)),
            ),
            (r#"{"id":1,"width":"100vw","height":5}"#, None),
        ] {
            let (events, _) = run(&[full(wireframes)]);
            assert_eq!(
                events[0].detail,
                size.map_or(Detail::None, Detail::Screen),
                "{wireframes}"
            );
        }
    }

    const PICTURE: &str = r#""type":"screenshot","base64":"AA""#;

    #[test]
    fn a_screenshot_without_picture_leaves_the_one_before() {
        let update = |id, kind: &str| {
            change(&format!(
                r#""updates":[{{"parentId":5,"wireframe":{{"id":{id},{kind}}}}}]"#
            ))
        };
        let first = full(&format!(r#"{{"id":1041,{PICTURE}}}"#));
        for lost in [
            r#""type":"screenshot""#,
            r#""type":"screenshot","base64":null"#,
            r#""type":"screenshot","base64":"""#,
        ] {
            let (lost_full, lost_update) = (full(&format!(r#"{{"id":1042,{lost}}}"#)), update(1042, lost));
            for (events, outline) in [
                (vec![first.clone(), lost_update.clone()], "5(1041)"),
                (vec![first.clone(), lost_full.clone()], "5(1041)"),
                (
                    vec![first.clone(), lost_full.clone(), update(1043, PICTURE)],
                    "5(1043)",
                ),
                // There is none that could stay.
                (vec![lost_full.clone()], "5(1042)"),
                (vec![full(OTHER), lost_update.clone()], "5(1050 1042)"),
            ] {
                let (events, problems) = run(&events);
                assert_eq!(Page::of(&events).outline(5), outline, "{events:?}");
                assert!(problems.is_empty(), "{problems:?}");
            }
        }
    }

    #[test]
    fn the_parts_of_a_control_are_hidden_in_it() {
        let input = |kind: &str, inner: &str| {
            format!(r#"{{"id":1041,"type":"input","inputType":"{kind}","childWireframes":[{inner}]}}"#)
        };
        let label = r#"{"id":1042,"type":"text","text":"a","childWireframes":[{"id":1043}]}"#;
        let add = |parent: u32, id: u32| {
            change(&format!(
                r#""adds":[{{"parentId":{parent},"wireframe":{{"id":{id}}}}}]"#
            ))
        };
        for kind in ["select", "text_area", "toggle", "progress", "checkbox"] {
            for events in [
                vec![full(&input(kind, label))],
                vec![full(&input(kind, "")), add(1041, 1042), add(1042, 1043)],
                vec![
                    full(&input(kind, label)),
                    full(&input(kind, label)),
                    add(1041, 1042),
                    add(1042, 1043),
                ],
            ] {
                let page = Page::of(&run(&events).0);
                let hidden = page.parents[&1042];
                assert_eq!(page.nodes[&hidden]["attributes"]["style"], "display: none;");
                assert_eq!(
                    (page.parents[&hidden], page.parents[&1043]),
                    (1041, 1042),
                    "{kind}"
                );
            }
        }
        let removed = [
            full(&input("select", label)),
            change(r#""removes":[{"id":1041}]"#),
            change(&format!(r#""adds":[{{"wireframe":{}}}]"#, input("select", ""))),
            add(1041, 1042),
        ];
        let page = Page::of(&run(&removed).0);
        assert_eq!(page.parents[&page.parents[&1042]], 1041);
        let button = Page::of(&run(&[full(&input("button", label))]).0);
        assert_eq!(button.parents[&1042], 1041);
    }

    #[test]
    fn a_screenshot_drops_those_that_it_covers() {
        let update = |id, place: &str| {
            change(&format!(
                r#""updates":[{{"wireframe":{{"id":{id},{PICTURE},{place}}}}}]"#
            ))
        };
        let screen = r#""x":0,"y":0,"width":390,"height":844"#;
        let dialog = r#""x":40,"y":300,"width":310,"height":200"#;
        let toast = r#""x":40,"y":600,"width":310,"height":50"#;
        for (updates, outline) in [
            (vec![(1042, dialog)], "5(1041 1042)"),
            (vec![(1042, dialog), (1042, dialog)], "5(1041 1042)"),
            (vec![(1042, dialog), (1043, toast)], "5(1041 1042 1043)"),
            (vec![(1042, dialog), (1043, dialog)], "5(1041 1043)"),
            (vec![(1042, dialog), (1043, screen)], "5(1043)"),
            (vec![(1042, screen)], "5(1042)"),
        ] {
            let first = full(&format!(r#"{{"id":1041,{PICTURE},{screen}}}"#));
            let updates = updates.into_iter().map(|(id, place)| update(id, place));
            let events: Vec<String> = std::iter::once(first).chain(updates).collect();
            assert_eq!(Page::of(&run(&events).0).outline(5), outline, "{events:?}");
        }
        // The screen comes again above its dialog.
        let dialog = full(&format!(r#"{{"id":1042,{PICTURE},{dialog}}}"#));
        let events = run(&[dialog, update(1041, screen)]).0;
        assert_eq!(Page::of(&events).outline(5), "5(1041)");
    }

    #[test]
    fn a_phone_that_is_turned_turns_the_window() {
        let meta = r#""type":4,"data":{"href":"a","width":390,"height":844}"#.to_owned();
        let screenshot =
            |id, (width, height)| format!(r#"{{"id":{id},{PICTURE},"width":{width},"height":{height}}}"#);
        let shown = |size| full(&screenshot(1041, size));
        let updated = |size| {
            change(&format!(
                r#""updates":[{{"wireframe":{}}}]"#,
                screenshot(1041, size)
            ))
        };
        let (upright, turned) = ((390, 844), (844, 390));
        let wireframe = full(r#"{"id":1041,"width":844,"height":390}"#);
        let told = meta
            .replace("390", "0")
            .replace("844", "390")
            .replace("\"width\":0", "\"width\":844");
        // As after the work of another tool.
        let image = |(width, height)| {
            format!(
                r#"{{"type":2,"id":41,"tagName":"img","childNodes":[],"attributes":{{"{SCREENSHOT_MARK}":"true","width":{width},"height":{height}}}}}"#
            )
        };
        let document = |size| {
            format!(
                r#""type":2,"data":{{"node":{{"type":0,"id":1,"childNodes":[{}]}}}}"#,
                image(size)
            )
        };
        let added = |size| {
            change(&format!(
                r#""texts":[],"adds":[{{"parentId":5,"node":{}}}]"#,
                image(size)
            ))
        };
        for (events, sizes) in [
            (
                vec![
                    meta.clone(),
                    shown(upright),
                    shown(turned),
                    shown(turned),
                    shown(upright),
                ],
                &[turned, upright][..],
            ),
            (
                vec![meta.clone(), shown(upright), updated(turned), updated(upright)],
                &[turned, upright],
            ),
            (vec![meta.clone(), full(OTHER), wireframe], &[turned]),
            (vec![meta.clone(), document(upright), document(turned)], &[turned]),
            (vec![meta.clone(), document(upright), added(turned)], &[turned]),
            // Without a Meta, and with one.
            (vec![shown(upright), shown(turned)], &[turned]),
            (vec![added(upright), added(turned)], &[turned]),
            (vec![meta.clone(), shown(upright), told, shown(turned)], &[]),
            // A dialog.
            (vec![meta.clone(), shown(upright), shown((300, 200))], &[]),
        ] {
            let (events, _) = run(&events);
            let resized: Vec<(u32, u32)> = events
                .iter()
                .filter_map(|event| match event.detail {
                    Detail::Viewport(Size { width, height }) => Some((width, height)),
                    _ => None,
                })
                .collect();
            assert_eq!(resized, sizes, "{events:?}");
            for (event, next) in events.iter().zip(&events[1..]) {
                if event.viewport().is_some() && event.kind == EventType::IncrementalSnapshot {
                    let (parsed, _) = Event::parse(event.json.clone(), 0).unwrap();
                    assert_eq!((&parsed.detail, parsed.source), (&event.detail, event.source));
                    assert_eq!(event.timestamp_ms.to_bits(), next.timestamp_ms.to_bits());
                }
            }
        }
    }

    #[test]
    fn a_lost_beginning_is_made_up_from_the_first_screenshot() {
        let screenshot = |parent| {
            format!(
                r#""updates":[{{"parentId":{parent},"wireframe":{{"id":1041,"type":"screenshot","width":30,"height":40,"base64":"AA"}}}}]"#
            )
        };
        let (events, problems) = run(&[
            change(&format!(r#""adds":[{{"wireframe":{OTHER}}}]"#)),
            change(&screenshot(77)),
            change(&screenshot(5)),
        ]);
        assert_eq!(events[0].kind, EventType::FullSnapshot);
        assert_eq!(events[0].detail, Detail::Screen(Size::new(30, 40)));
        assert_eq!(Page::of(&events).outline(5), "5(1041)");
        assert_eq!(problems[0].kind, ProblemKind::BeforeFullSnapshot);

        let transformed = change(
            r#""removes":[],"texts":[],"attributes":[],"adds":[{"parentId":5,"nextId":null,"node":{"type":2,"id":41,"tagName":"img",
            "childNodes":[],"attributes":{"data-posthog-screenshot":"true","src":"","width":30,"height":"40"}}}]"#,
        );
        let (events, problems) = run(&[transformed.clone(), transformed.replace("41", "42")]);
        let kinds: Vec<EventType> = events.iter().map(|event| event.kind).collect();
        let [full, incremental] = [EventType::FullSnapshot, EventType::IncrementalSnapshot];
        assert_eq!(kinds, [full, incremental, incremental]);
        assert_eq!(events[0].detail, Detail::Screen(Size::new(30, 40)));
        assert_eq!(Page::of(&events).outline(5), "5(41 42)");
        assert!(problems.is_empty());
    }

    #[test]
    fn recordings_of_the_web_stay_as_they_are() {
        let events = [
            r#""type":2,"data":{"node":{"id":1}}"#.to_owned(),
            r#""type":5,"data":{"tag":"keyboard","payload":{"open":true}}"#.to_owned(),
            r#""type":3,"data":{"source":2,"id":0}"#.to_owned(),
            change(r#""texts":[],"adds":[]"#),
        ];
        let mixed: Vec<String> = std::iter::once(full(OTHER)).chain(events.clone()).collect();
        let (after, _) = run(&events);
        let (after_mobile, _) = run(&mixed);
        for (index, rest) in events.iter().enumerate() {
            assert!(after[index].json.ends_with(&format!("{rest}}}")));
            assert!(after_mobile[index + 1].json.ends_with(&format!("{rest}}}")));
        }
    }
}
