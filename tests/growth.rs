//! What reading and planning may cost in time: no more than the length of the recording, whatever its shape. Each recording
//! is made in two sizes, of which one is four times the other.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::time::Duration;

use replaycast::frame::Fps;
use replaycast::recording::{self, Summary};
use replaycast::source::RawInput;
use replaycast::story::{Script, ScriptOptions, Story};
use replaycast::timeline::{CapturePlan, SizeOption, Slideshow, Timeline, TimelineOptions, Workload};
use rustix::time::{ClockId, clock_gettime};

/// Of the larger recording, by the time of the smaller: four if it is the length that counts, sixteen if its square is.
const MOST_TIMES: u32 = 10;
/// Less than this may be anything.
const NOISE: Duration = Duration::from_millis(50);
const ATTEMPTS: usize = 3;

/// The events of a recording of this size, which is about their number.
type Shape = fn(usize) -> Vec<String>;

#[test]
fn the_time_of_web_pages_grows_with_their_length_alone() {
    insist(&[
        ("nodes added one in the other", nested_one_by_one),
        ("nodes with contents added one in the other", nested_with_contents),
        ("clicks on a page of empty elements", clicks_on_many),
        ("clicks on a long text", clicks_on_text),
        ("typing in a label of empty elements", typing_in_many),
        ("clicks in the depth", clicks_in_depth),
        ("nodes added in front", added_in_front),
        ("nodes removed one by one", removed_one_by_one),
        ("pages with an endless title", titles),
        ("windows", windows),
        ("sizes", sizes),
        ("pauses", pauses),
    ]);
}

#[test]
fn the_time_of_apps_grows_with_their_length_alone() {
    insist(&[
        ("wireframes added one by one", wireframes_added),
        ("wireframes added one in the other", wireframes_nested),
        ("wireframes removed one by one", wireframes_removed),
        ("wireframes changed one by one", wireframes_changed),
        ("screenshots among wireframes", screenshots_among_wireframes),
        ("screenshots among nodes", screenshots_among_nodes),
    ]);
}

fn insist(shapes: &[(&str, Shape)]) {
    const SIZE: usize = 3000;
    let is_too_slow = |shape: &Shape| {
        let (small, large) = (shape(SIZE).join("\n"), shape(4 * SIZE).join("\n"));
        // What a busy machine does to one attempt it does not do to all.
        (0..ATTEMPTS).all(|_| time(&large) > (time(&small) + NOISE) * MOST_TIMES)
    };
    let slow: Vec<&str> = shapes
        .iter()
        .filter(|(_, shape)| is_too_slow(shape))
        .map(|(name, _)| *name)
        .collect();
    assert_eq!(slow, Vec::<&str>::new());
}

/// What this thread needs for all that is done with a recording before the first picture.
fn time(text: &str) -> Duration {
    let now = || Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).unwrap();
    let begun = now();
    read_and_plan(text);
    now().saturating_sub(begun)
}

fn read_and_plan(text: &str) {
    let recording = recording::open(RawInput {
        name: "test".to_owned(),
        bytes: text.into(),
    })
    .unwrap();
    Summary::of(&recording);
    let moments = recording::moments(&recording);
    let timeline = Timeline::resolve(&recording, &TimelineOptions::default()).unwrap();
    let plan = CapturePlan::new(&[timeline], SizeOption::Native, 1.0, Fps::new(10, 1), |_| 0);
    let script = ScriptOptions {
        captions: true,
        keys: true,
        skipped: true,
        footer: true,
        ..ScriptOptions::default()
    };
    Script::new(&recording, &moments, &plan.videos[0], &script);
    Story::new(&recording, &moments, &plan.videos[0]).annotations(0);
    Workload::of(&plan, &recording);
    Slideshow::of(&plan, &recording);
}

const META: &str = r#""type":4,"data":{"href":"https://a.test/","width":800,"height":600}"#;

/// An event of the first window, this many milliseconds after its beginning.
fn at(ms: usize, event: &str) -> String {
    in_window("main", ms, event)
}

fn in_window(window: &str, ms: usize, event: &str) -> String {
    let timestamp = 1_700_000_000_000 + ms;
    format!(r#"["{window}",{{"timestamp":{timestamp},{event}}}]"#)
}

/// A page with these nodes in its body, which is node 4, and then an event every 10 ms.
fn page(nodes: &str, then: impl Iterator<Item = String>) -> Vec<String> {
    let body = format!(r#"{{"type":2,"tagName":"body","attributes":{{}},"childNodes":[{nodes}],"id":4}}"#);
    let snapshot = format!(r#""type":2,"data":{{"node":{{"type":0,"childNodes":[{body}],"id":1}}}}"#);
    let later = then.zip(1..).map(|(event, number)| at(10 * number, &event));
    [at(0, META), at(0, &snapshot)].into_iter().chain(later).collect()
}

/// An app with these wireframes, and then an event every 10 ms.
fn app(wireframes: &[String], then: impl Iterator<Item = String>) -> Vec<String> {
    let snapshot = format!(r#""type":2,"data":{{"wireframes":[{}]}}"#, wireframes.join(","));
    let later = then.zip(1..).map(|(event, number)| at(10 * number, &event));
    [at(0, META), at(0, &snapshot)].into_iter().chain(later).collect()
}

fn element(id: usize, tag: &str, contents: &str) -> String {
    format!(r#"{{"type":2,"tagName":"{tag}","attributes":{{}},"childNodes":[{contents}],"id":{id}}}"#)
}

/// This many empty elements, the first of which is node 10.
fn empty_elements(count: usize) -> String {
    let elements: Vec<String> = (10..10 + count).map(|id| element(id, "div", "")).collect();
    elements.join(",")
}

fn text(id: usize, text: &str) -> String {
    format!(r#"{{"type":3,"textContent":"{text}","id":{id}}}"#)
}

fn change(lists: &str) -> String {
    format!(r#""type":3,"data":{{"source":0,{lists}}}"#)
}

fn added(parent: usize, next: Option<usize>, node: &str) -> String {
    let next = next.map_or("null".to_owned(), |next| next.to_string());
    let add = format!(r#"{{"parentId":{parent},"nextId":{next},"node":{node}}}"#);
    change(&format!(
        r#""adds":[{add}],"removes":[],"texts":[],"attributes":[]"#
    ))
}

fn removed(parent: usize, id: usize) -> String {
    change(&format!(
        r#""removes":[{{"parentId":{parent},"id":{id}}}],"adds":[],"texts":[],"attributes":[]"#
    ))
}

fn click(id: usize) -> String {
    format!(r#""type":3,"data":{{"source":2,"type":2,"id":{id},"x":1,"y":1}}"#)
}

fn nested_one_by_one(size: usize) -> Vec<String> {
    let parent = |id: usize| if id == 10 { 4 } else { id - 1 };
    page(
        "",
        (10..10 + size).map(|id| added(parent(id), None, &element(id, "div", ""))),
    )
}

fn nested_with_contents(size: usize) -> Vec<String> {
    let parent = |id: usize| if id == 10 { 4 } else { id - 2 };
    let add = |id| added(parent(id), None, &element(id, "div", &element(id + 1, "b", "")));
    page("", (10..10 + 2 * size).step_by(2).map(add))
}

fn clicks_on_many(size: usize) -> Vec<String> {
    page(&empty_elements(size), (0..size).map(|_| click(4)))
}

fn clicks_on_text(size: usize) -> Vec<String> {
    let long = element(5, "p", &text(6, &"x ".repeat(50 * size)));
    page(&long, (0..size).map(|_| click(5)))
}

fn typing_in_many(size: usize) -> Vec<String> {
    let field = element(6, "input", "");
    let label = element(5, "label", &format!("{field},{}", empty_elements(size)));
    let typed = |number: usize| format!(r#""type":3,"data":{{"source":5,"id":6,"text":"{number}"}}"#);
    page(&label, (0..size).map(typed))
}

fn clicks_in_depth(size: usize) -> Vec<String> {
    let open = r#"{"type":2,"tagName":"b","attributes":{},"childNodes":["#.repeat(size);
    let close: Vec<String> = (10..10 + size).map(|id| format!(r#"],"id":{id}}}"#)).collect();
    let nodes = format!("{open}{}", close.concat());
    page(&nodes, (10..10 + size).map(click))
}

fn added_in_front(size: usize) -> Vec<String> {
    let next = |id: usize| (id > 10).then(|| id - 1);
    page(
        "",
        (10..10 + size).map(|id| added(4, next(id), &element(id, "div", ""))),
    )
}

fn removed_one_by_one(size: usize) -> Vec<String> {
    page(&empty_elements(size), (10..10 + size).map(|id| removed(4, id)))
}

fn titles(size: usize) -> Vec<String> {
    let title = element(5, "title", &empty_elements(size));
    let turn = |number: usize| META.replace("a.test/", &format!("a.test/{number}"));
    page(&title, (0..size).map(turn))
}

fn windows(size: usize) -> Vec<String> {
    let window = |number: usize| {
        let id = format!("w{number}");
        let events = page("", std::iter::once(click(4)));
        events
            .into_iter()
            .map(move |event| event.replace(r#"["main""#, &format!(r#"["{id}""#)))
    };
    (0..size / 3).flat_map(window).collect()
}

fn sizes(size: usize) -> Vec<String> {
    let resize = |number: usize| {
        let (width, height) = (300 + number % 1000, 300 + number / 1000);
        format!(r#""type":3,"data":{{"source":4,"width":{width},"height":{height}}}"#)
    };
    page("", (0..2 * size).map(resize))
}

fn pauses(size: usize) -> Vec<String> {
    let mut events = page("", std::iter::empty());
    events.extend((1..=size).map(|number| at(10_000 * number, &click(4))));
    events
}

fn wireframe(id: usize, kind: &str, more: &str) -> String {
    format!(r#"{{"id":{id},"type":"{kind}","x":1,"y":1,"width":10,"height":10,"style":{{}}{more}}}"#)
}

fn wireframes(count: usize) -> Vec<String> {
    (1000..1000 + count)
        .map(|id| wireframe(id, "rectangle", ""))
        .collect()
}

fn wireframe_change(list: &str, parent: usize, wireframe: &str) -> String {
    change(&format!(
        r#""{list}":[{{"parentId":{parent},"wireframe":{wireframe}}}]"#
    ))
}

fn wireframes_added(size: usize) -> Vec<String> {
    let add = |id| wireframe_change("adds", 5, &wireframe(id, "rectangle", ""));
    app(&wireframes(1), (1001..1001 + size).map(add))
}

fn wireframes_nested(size: usize) -> Vec<String> {
    let add = |id| {
        let inner = wireframe(id + 1, "input", r#","inputType":"radio""#);
        let outer = wireframe(id, "div", &format!(r#","childWireframes":[{inner}]"#));
        wireframe_change("adds", id - 2, &outer)
    };
    app(
        &[wireframe(1000, "div", "")],
        (1002..1002 + 2 * size).step_by(2).map(add),
    )
}

fn wireframes_removed(size: usize) -> Vec<String> {
    let remove = |id| change(&format!(r#""removes":[{{"parentId":5,"id":{id}}}]"#));
    app(&wireframes(size), (1000..1000 + size).map(remove))
}

fn wireframes_changed(size: usize) -> Vec<String> {
    let update = |id| wireframe_change("updates", 5, &wireframe(id, "rectangle", ""));
    app(&wireframes(size), (1000..1000 + size).map(update))
}

fn screenshots_among_wireframes(size: usize) -> Vec<String> {
    let screenshot = wireframe(999, "screenshot", r#","base64":"AAAA""#);
    let update = |_| wireframe_change("updates", 5, &screenshot);
    app(&wireframes(size), (0..size).map(update))
}

fn screenshots_among_nodes(size: usize) -> Vec<String> {
    let style = "width: 9px;height: 9px;position: fixed;left: 0px;top: 0px;";
    let image = format!(
        r#"{{"type":2,"tagName":"img","childNodes":[],"id":9,"attributes":
        {{"data-posthog-screenshot":"true","src":"data:image/png;base64,{}","style":"{style}"}}}}"#,
        "A".repeat(100 * size)
    );
    let nodes = format!("{},{image}", empty_elements(size)).replace('\n', "");
    let add = |id| added(4, None, &element(id, "div", ""));
    page(&nodes, (10 + size..10 + 2 * size).map(add))
}
