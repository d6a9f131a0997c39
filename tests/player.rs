//! Small recordings made by hand, rendered by the real program: each shows that one thing looks as it should, at
//! the session time at which it should.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod common;

use base64::Engine;
use common::video::{Color, Rendered, assert_color, assert_middle, middle_of, render_recording};
use common::{element, full_snapshot, recording, text};
use image::{Rgb, RgbImage};
use serde_json::{Value, json};

const RED: Color = [255, 0, 0];
const BLUE: Color = [0, 0, 255];
const GREEN: Color = [0, 128, 0];
const WHITE: Color = [255, 255, 255];
/// Around the page, where it does not fill the picture.
const SURROUND: Color = [0x1b, 0x1d, 0x23];

/// Session time 0, as epoch time.
const STARTED: u64 = 1000;
const DOCUMENT: u64 = 1;
const BODY: u64 = 5;
const BOX: u64 = 10;

/// A box of 40x40 pixels whose left edge moves 100 pixels a second.
const MOVING_BOX: &str = "@keyframes move { from { left: 0 } to { left: 200px } }
    .box { position: absolute; left: 0; top: 100px; width: 40px; height: 40px; background: #f00 }
    .moving { animation: move 2s linear forwards }";

fn render(recording: &Value) -> Rendered {
    render_recording(recording, "--fps 10 --capture damage")
}

/// The body of a white page with one style sheet; ids from 10 on are free for its children.
fn body(css: &str, children: &[Value]) -> Value {
    let mut all = vec![style(6, css)];
    all.extend_from_slice(children);
    element(
        BODY,
        "body",
        &json!({"style": "margin: 0; background: #fff"}),
        &all,
    )
}

/// Takes the id after `id` too.
fn style(id: u64, css: &str) -> Value {
    let rules = with(text(id + 1, css), &json!({"isStyle": true}));
    element(id, "style", &json!({}), &[rules])
}

fn a_box(class: &str) -> Value {
    element(BOX, "div", &json!({"class": format!("box {class}")}), &[])
}

fn with(mut node: Value, more: &Value) -> Value {
    for (name, value) in more.as_object().unwrap() {
        node[name] = value.clone();
    }
    node
}

/// An incremental event at a session time.
fn event(at: u64, data: &Value) -> Value {
    json!({"type": 3, "timestamp": STARTED + at, "data": data})
}

fn mutation(at: u64, changes: &Value) -> Value {
    let nothing = json!({"source": 0, "adds": [], "removes": [], "texts": [], "attributes": []});
    event(at, &with(nothing, changes))
}

/// Adds a node and all below it, one by one, the way rrweb records it.
fn addition(at: u64, parent: u64, node: &Value) -> Value {
    let mut adds = Vec::new();
    one_by_one(parent, node, &mut adds);
    mutation(at, &json!({"adds": adds}))
}

fn one_by_one(parent: u64, node: &Value, adds: &mut Vec<Value>) {
    let alone = with(node.clone(), &json!({"childNodes": []}));
    adds.push(json!({"parentId": parent, "nextId": null, "node": alone}));
    for child in node["childNodes"].as_array().into_iter().flatten() {
        one_by_one(node["id"].as_u64().unwrap(), child, adds);
    }
}

fn attribute(at: u64, id: u64, name: &str, value: &str) -> Value {
    mutation(
        at,
        &json!({"attributes": [{"id": id, "attributes": {name: value}}]}),
    )
}

fn scroll(at: u64, id: u64, y: u64) -> Value {
    event(at, &json!({"source": 3, "id": id, "x": 0, "y": y}))
}

fn mouse(at: u64, id: u64, x: u64, y: u64) -> Value {
    event(
        at,
        &json!({"source": 1, "positions": [{"x": x, "y": y, "id": id, "timeOffset": 0}]}),
    )
}

fn resize(at: u64, width: u64, height: u64) -> Value {
    event(at, &json!({"source": 4, "width": width, "height": height}))
}

/// Something that draws nothing: it makes the recording last until then.
fn end(at: u64) -> Value {
    json!({"type": 5, "timestamp": STARTED + at, "data": {"tag": "end", "payload": {}}})
}

/// Checks where the moving box is: the middle of a box whose left edge is at `left`.
#[track_caller]
fn assert_box_at(rendered: &Rendered, ms: u64, left: f64) {
    assert_middle(&rendered.at(ms), RED, (left + 20.0, 120.0));
}

/// The nested document of an iframe, the way rrweb records it.
fn attach_document(at: u64, frame: u64, body: &Value) -> Value {
    let html = element(
        202,
        "html",
        &json!({}),
        &[element(203, "head", &json!({}), &[]), body.clone()],
    );
    let document = json!({"type": 0, "id": 201, "childNodes": [in_document(201, html)]});
    let adds = json!([{"parentId": frame, "nextId": null, "node": document}]);
    mutation(at, &json!({"adds": adds, "isAttachIframe": true}))
}

/// Marks a node and all below as part of a nested document.
fn in_document(root: u64, mut node: Value) -> Value {
    node["rootId"] = root.into();
    if let Some(children) = node["childNodes"].as_array_mut() {
        for child in children {
            *child = in_document(root, child.take());
        }
    }
    node
}

#[test]
fn a_change_beside_a_node_that_never_came_does_not_hang_the_page() {
    // rrweb looks for the missing neighbour until half a second has passed, by a clock that stands still.
    let lost = json!({"parentId": BODY, "nextId": 999, "node": element(50, "p", &json!({}), &[])});
    let recording = recording(
        &body(MOVING_BOX, &[a_box("")]),
        &[mutation(500, &json!({"adds": [lost]})), mouse(1000, BODY, 5, 5)],
    );
    assert_box_at(&render(&recording), 800, 0.0);
}

#[test]
fn an_animation_stands_where_session_time_says() {
    let rendered = render(&recording(&body(MOVING_BOX, &[a_box("moving")]), &[end(2500)]));
    for (ms, left) in [(0, 0.0), (100, 10.0), (1000, 100.0), (1900, 190.0), (2300, 200.0)] {
        assert_box_at(&rendered, ms, left);
    }
}

#[test]
fn an_animation_starts_at_its_own_event_also_between_two_frames() {
    let rendered = render(&recording(
        &body(MOVING_BOX, &[]),
        &[addition(230, BODY, &a_box("moving")), end(2500)],
    ));
    assert_eq!(middle_of(&rendered.at(200), RED), None);
    for (ms, left) in [(300, 7.0), (1000, 77.0), (2200, 197.0), (2300, 200.0)] {
        assert_box_at(&rendered, ms, left);
    }
}

#[test]
fn a_paused_animation_stands_still_and_goes_on_later() {
    let rendered = render(&recording(
        &body(MOVING_BOX, &[a_box("moving")]),
        &[
            attribute(550, BOX, "style", "animation-play-state: paused"),
            attribute(1250, BOX, "style", "animation-play-state: running"),
            end(2000),
        ],
    ));
    for (ms, left) in [
        (500, 50.0),
        (600, 55.0),
        (1200, 55.0),
        (1300, 60.0),
        (1800, 110.0),
    ] {
        assert_box_at(&rendered, ms, left);
    }
}

#[test]
fn a_transition_is_half_way_at_half_its_time() {
    let css = format!("{MOVING_BOX} .box {{ transition: left 1s linear }} .moved {{ left: 200px }}");
    let rendered = render(&recording(
        &body(&css, &[a_box("")]),
        &[attribute(300, BOX, "class", "box moved"), end(1600)],
    ));
    for (ms, left) in [(200, 0.0), (300, 0.0), (800, 100.0), (1300, 200.0), (1500, 200.0)] {
        assert_box_at(&rendered, ms, left);
    }
}

#[test]
fn a_transition_turns_back_from_where_it_stands_also_between_two_frames() {
    let css = format!("{MOVING_BOX} .box {{ transition: left 1s linear }} .moved {{ left: 200px }}");
    let rendered = render_recording(
        &recording(
            &body(&css, &[a_box("")]),
            &[
                attribute(210, BOX, "class", "box moved"),
                attribute(710, BOX, "class", "box"),
                end(3000),
            ],
        ),
        "--fps 1 --capture damage",
    );
    // It had come half of its way, and so takes half its time to go back.
    assert_box_at(&rendered, 1000, 42.0);
}

#[test]
fn an_endless_spinner_never_stops() {
    let css = "@keyframes spin { to { transform: rotate(360deg) } }
        .spinner { margin: 50px; width: 60px; height: 60px; border: 8px solid #ddd;
            border-top-color: #00f; border-radius: 50%; animation: spin 2.9s linear infinite }";
    let spinner = element(BOX, "div", &json!({"class": "spinner"}), &[]);
    let rendered = render(&recording(&body(css, &[spinner]), &[end(2500)]));
    assert_eq!(rendered.different_pictures(), 25);
}

#[test]
fn an_idle_page_is_captured_once() {
    let rendered = render(&recording(&body(MOVING_BOX, &[a_box("")]), &[end(3000)]));
    assert_eq!(rendered.different_pictures(), 1);
    assert_eq!(rendered.hashes.len(), 30);
    // The browser takes the first picture itself for damage, once.
    assert!(rendered.pictures_taken() <= 2, "{}", rendered.pictures_taken());
}

fn animated_svg() -> Value {
    let motion = json!({"attributeName": "x", "from": "0", "to": "200", "dur": "2s", "fill": "freeze"});
    let is_svg = json!({"isSVG": true});
    let motion = with(element(42, "animate", &motion, &[]), &is_svg);
    let shape = json!({"y": 100, "width": 40, "height": 40, "fill": "#f00"});
    let shape = with(element(41, "rect", &shape, &[motion]), &is_svg);
    let size = json!({"width": 320, "height": 200, "style": "display: block"});
    with(element(40, "svg", &size, &[shape]), &is_svg)
}

/// An element whose shadow root holds the box that moves.
fn shadow_host() -> Value {
    let is_shadow = json!({"isShadow": true});
    let inside = [
        with(style(31, MOVING_BOX), &is_shadow),
        with(with(a_box("moving"), &json!({"id": 33})), &is_shadow),
    ];
    let host = element(30, "div", &json!({}), &inside);
    with(host, &json!({"isShadowHost": true}))
}

#[test]
fn animations_in_shadow_roots_run_on_session_time() {
    let from_the_start = render(&recording(&body("", &[shadow_host()]), &[end(1500)]));
    let added = render(&recording(
        &body("", &[]),
        &[addition(230, BODY, &shadow_host()), end(1500)],
    ));
    assert_box_at(&from_the_start, 1000, 100.0);
    assert_box_at(&added, 1000, 77.0);
}

#[test]
fn animations_in_nested_documents_run_on_session_time() {
    let frame = element(
        200,
        "iframe",
        &json!({"width": "320", "height": "200", "style": "border: 0"}),
        &[],
    );
    let content = [style(205, MOVING_BOX), a_box("moving")];
    let inside = element(204, "body", &json!({"style": "margin: 0"}), &content);
    let rendered = render(&recording(
        &body("", &[]),
        &[
            addition(200, BODY, &frame),
            attach_document(330, 200, &inside),
            end(1500),
        ],
    ));
    assert_eq!(middle_of(&rendered.at(300), RED), None);
    assert_box_at(&rendered, 1000, 67.0);
}

/// A page of 2000 pixels with a mark 300 below its top.
fn long_page() -> Value {
    let css = "body { height: 2000px } .mark { position: absolute; top: 300px; width: 320px; height: 40px;
        background: #f00 }";
    body(css, &[element(BOX, "div", &json!({"class": "mark"}), &[])])
}

#[test]
fn scrolling_glides_between_the_positions_of_one_gesture() {
    let rendered = render_recording(
        &recording(
            &long_page(),
            &[
                scroll(500, DOCUMENT, 100),
                scroll(600, DOCUMENT, 160),
                scroll(700, DOCUMENT, 240),
                end(1500),
            ],
        ),
        "--fps 20 --capture damage",
    );
    for (ms, y) in [
        (500, 100.0),
        (550, 130.0),
        (600, 160.0),
        (650, 200.0),
        (700, 240.0),
        (1400, 240.0),
    ] {
        assert_middle(&rendered.at(ms), RED, (160.0, 320.0 - y));
    }
}

#[test]
fn scrolling_jumps_from_one_gesture_to_the_next() {
    let rendered = render(&recording(
        &long_page(),
        &[scroll(500, DOCUMENT, 100), scroll(1500, DOCUMENT, 240), end(2000)],
    ));
    for (ms, y) in [(500, 100.0), (1000, 100.0), (1400, 100.0), (1500, 240.0)] {
        assert_middle(&rendered.at(ms), RED, (160.0, 320.0 - y));
    }
}

#[test]
fn elements_scroll_too() {
    let css = "#list { height: 200px; overflow: auto } #list div { height: 1000px; padding-top: 100px }
        #list p { margin: 0; height: 40px; background: #f00 } ::-webkit-scrollbar { display: none }";
    let mark = element(12, "p", &json!({}), &[]);
    let content = element(11, "div", &json!({}), &[mark]);
    let list = element(BOX, "div", &json!({"id": "list"}), &[content]);
    let rendered = render(&recording(
        &body(css, &[list]),
        &[scroll(450, BOX, 20), scroll(550, BOX, 80), end(1000)],
    ));
    assert_middle(&rendered.at(400), RED, (160.0, 120.0));
    assert_middle(&rendered.at(500), RED, (160.0, 70.0));
    assert_middle(&rendered.at(600), RED, (160.0, 40.0));
}

#[test]
fn the_cursor_is_where_the_mouse_was() {
    let rendered = render(&recording(
        &body("", &[]),
        &[mouse(300, BODY, 100, 80), mouse(900, BODY, 250, 200), end(1500)],
    ));
    let drawn = |(_, _, pixel): &(u32, u32, &Rgb<u8>)| pixel.0.iter().any(|channel| *channel < 200);
    let before = rendered.at(100);
    assert_eq!(
        before.enumerate_pixels().find(drawn),
        None,
        "a cursor before its first move"
    );
    for (ms, x, y) in [(500, 100.0, 80.0), (1200, 250.0, 200.0)] {
        let picture = rendered.at(ms);
        let marks: Vec<(u32, u32, &Rgb<u8>)> = picture.enumerate_pixels().filter(drawn).collect();
        assert!(!marks.is_empty(), "nothing is drawn at {ms} ms");
        for (mark_x, mark_y, _) in marks {
            let distance = (f64::from(mark_x) - x).hypot(f64::from(mark_y) - y);
            assert!(distance < 32.0, "{mark_x},{mark_y} is drawn at {ms} ms");
        }
    }
}

#[test]
fn a_mouse_that_only_moves_costs_no_capture() {
    let mut moves: Vec<Value> = (0..40)
        .map(|step| mouse(200 + step * 60, BODY, 20 + step * 5, 30 + step * step / 10))
        .collect();
    let click = json!({"source": 2, "type": 2, "id": BODY, "x": 215, "y": 182});
    moves.extend([event(2600, &click), end(3300)]);
    let recording = recording(&body("", &[]), &moves);
    for (method, reference) in [
        ("damage", "every-frame"),
        ("framebuffer", "framebuffer-every-frame"),
    ] {
        let [few, every, slow] = [(method, 30), (reference, 30), (method, 10)]
            .map(|(method, fps)| render_recording(&recording, &format!("--fps {fps} --capture {method}")));
        few.assert_equals(&every);
        few.assert_agrees_with(&slow, 30);
        assert!(few.pictures_taken() <= 2, "{} by {method}", few.pictures_taken());
        assert_eq!(every.pictures_taken(), every.hashes.len() as u64);
        assert!(few.different_pictures() > 70, "{}", few.different_pictures());
    }
}

#[test]
fn the_cursor_can_look_different_or_be_left_out() {
    let recording = recording(
        &body("", &[]),
        &[mouse(200, BODY, 100, 80), mouse(600, BODY, 200, 80), end(1200)],
    );
    let drawn = |options: &str| {
        let rendered = render_recording(&recording, &format!("--fps 10 {options}"));
        let is_drawn = |picture: &RgbImage| {
            let marks = picture
                .pixels()
                .filter(|pixel| pixel.0.iter().any(|level| *level < 240));
            marks.count()
        };
        [750, 1100].map(|ms| is_drawn(&rendered.at(ms)))
    };
    let [arrow, dot, large, none] =
        ["arrow", "dot", "large", "none"].map(|look| drawn(&format!("--cursor {look}")));
    let trail = drawn("--trail");
    assert_eq!(none, [0, 0]);
    assert!(
        dot[1] > 100 && large[1] > arrow[1] * 2,
        "{arrow:?} {dot:?} {large:?}"
    );
    // While it moves, and not much later.
    assert!(
        trail[0] > arrow[0] + 100 && trail[1].abs_diff(arrow[1]) < 20,
        "{arrow:?} {trail:?}"
    );
}

#[test]
fn clicks_and_touches_are_shown() {
    let act = |at: u64, act: u64, x: u64, y: u64| {
        event(at, &json!({"source": 2, "type": act, "id": BODY, "x": x, "y": y}))
    };
    let (click, touch_start, touch_end) = (2, 7, 9);
    let blueish = |picture: &RgbImage| {
        let blue = picture
            .pixels()
            .filter(|pixel| pixel.0[2] > pixel.0[0].saturating_add(30));
        blue.count()
    };
    let clicked = render(&recording(
        &body("", &[]),
        &[mouse(100, BODY, 60, 60), act(500, click, 60, 60), end(1200)],
    ));
    let touched = render(&recording(
        &body("", &[]),
        &[
            act(500, touch_start, 60, 60),
            act(800, touch_end, 60, 60),
            end(1200),
        ],
    ));
    for (ms, is_click, is_touch) in [
        (400, false, false),
        (600, true, true),
        (700, true, true),
        (1100, false, false),
    ] {
        let [click, touch] = [&clicked, &touched].map(|rendered| blueish(&rendered.at(ms)));
        assert_eq!(
            (click > 50, touch > 50),
            (is_click, is_touch),
            "{click} and {touch} at {ms} ms"
        );
    }
    // A finger leaves no cursor behind.
    assert_eq!(touched.hashes[11].hash, touched.hashes[0].hash);
}

#[test]
fn what_the_mouse_is_over_looks_hovered() {
    let css = format!("{MOVING_BOX} .box:hover {{ background: #008000 }}");
    let rendered = render(&recording(
        &body(&css, &[a_box("")]),
        &[mouse(500, BOX, 30, 130), mouse(1000, BODY, 200, 20), end(1500)],
    ));
    // Away from the cursor.
    for (ms, color) in [(400, RED), (700, GREEN), (1200, RED)] {
        assert_color(&rendered.at(ms), (4, 104), color);
    }
}

/// Noise that takes long to decode, with a blue left half, as a data URL.
fn large_image() -> String {
    let mut noise = 1_u32;
    let picture = RgbImage::from_fn(1600, 1200, |x, _| {
        noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        Rgb(if x < 800 { BLUE } else { [(noise >> 24) as u8; 3] })
    });
    let mut png = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut png, image::ImageFormat::Png).unwrap();
    let base64 = base64::engine::general_purpose::STANDARD.encode(png.into_inner());
    format!("data:image/png;base64,{base64}")
}

#[test]
fn an_image_is_there_on_the_first_frame_that_shows_it() {
    let attributes = json!({"src": large_image(), "style": "display: block; width: 320px; height: 240px"});
    let image = element(BOX, "img", &attributes, &[]);
    let rendered = render(&recording(
        &body("", &[]),
        &[addition(450, BODY, &image), end(1000)],
    ));
    assert_color(&rendered.at(400), (80, 120), WHITE);
    assert_color(&rendered.at(500), (80, 120), BLUE);
    assert_eq!(rendered.different_pictures(), 2);
}

#[test]
fn a_background_image_is_there_on_the_first_frame_that_shows_it() {
    let css = format!(
        ".box {{ height: 240px; background: url({}) 0 0 / 100% 100% }}",
        large_image()
    );
    let rendered = render(&recording(
        &body(&css, &[]),
        &[addition(450, BODY, &a_box("")), end(1000)],
    ));
    assert_color(&rendered.at(400), (80, 120), WHITE);
    assert_color(&rendered.at(500), (80, 120), BLUE);
    assert_eq!(rendered.different_pictures(), 2);
}

#[test]
fn another_window_size_is_fitted_into_the_middle_of_the_same_picture() {
    let rendered = render(&recording(
        &body(MOVING_BOX, &[a_box("")]),
        &[resize(500, 160, 240), resize(1000, 640, 240), end(1500)],
    ));
    assert_eq!(rendered.at(0).dimensions(), (640, 240));
    // 160 pixels to the left and the right of the window.
    assert_middle(&rendered.at(400), RED, (160.0 + 20.0, 120.0));
    for (x, color) in [(150, SURROUND), (170, WHITE), (470, WHITE), (490, SURROUND)] {
        assert_color(&rendered.at(400), (x, 50), color);
    }
    assert_middle(&rendered.at(900), RED, (240.0 + 20.0, 120.0));
    for (x, color) in [(230, SURROUND), (250, WHITE), (390, WHITE), (410, SURROUND)] {
        assert_color(&rendered.at(900), (x, 50), color);
    }
    assert_middle(&rendered.at(1400), RED, (20.0, 120.0));
    assert_color(&rendered.at(1400), (630, 50), WHITE);
}

#[test]
fn a_page_is_scaled_into_the_size_that_is_asked_for() {
    let rendered = render_recording(
        &recording(&body(MOVING_BOX, &[a_box("")]), &[end(200)]),
        "--fps 10 --size 160x160",
    );
    assert_eq!(rendered.at(0).dimensions(), (160, 160));
    assert_middle(&rendered.at(0), RED, (10.0, 20.0 + 60.0));
    assert_color(&rendered.at(0), (80, 8), SURROUND);
    assert_color(&rendered.at(0), (80, 28), WHITE);
}

#[test]
#[ignore = "the browser draws mirrored tiles of the page behind a blurred backdrop when the page is scaled"]
fn a_blurred_backdrop_of_a_scaled_page_shows_what_is_behind_it() {
    let css = "body { height: 240px; background: linear-gradient(90deg, #f00 50%, #00f 50%) !important }
        .glass { position: fixed; inset: 0; backdrop-filter: blur(3px) }";
    let glass = element(BOX, "div", &json!({"class": "glass"}), &[]);
    let rendered = render_recording(
        &recording(&body(css, &[glass]), &[end(200)]),
        "--fps 10 --size 160x120",
    );
    assert_color(&rendered.at(0), (40, 60), RED);
    assert_color(&rendered.at(0), (120, 60), BLUE);
}

#[test]
fn odd_windows_are_padded_and_not_scaled() {
    let mut odd = recording(
        &body(MOVING_BOX, &[a_box("")]),
        &[
            addition(100, BODY, &json!({"type": 3, "id": 90, "textContent": ""})),
            end(300),
        ],
    );
    odd[0]["data"]["width"] = 321.into();
    odd[0]["data"]["height"] = 241.into();
    let even = recording(&body(MOVING_BOX, &[a_box("")]), &[end(300)]);
    let [odd, even] = [odd, even].map(|recording| render(&recording));
    assert_eq!(odd.at(0).dimensions(), (322, 242));
    for (x, y) in [(0, 99), (0, 100), (39, 120), (40, 120), (20, 139), (20, 140)] {
        assert_color(&odd.at(0), (x, y), even.at(0).get_pixel(x, y).0);
    }
}

#[test]
fn a_full_snapshot_alone_is_a_picture() {
    let rendered = render(&json!([full_snapshot(STARTED, &body(MOVING_BOX, &[a_box("")]))]));
    assert_eq!(rendered.hashes.len(), 1);
    let middle = middle_of(&rendered.at(0), RED);
    assert!(middle.is_some(), "the page is not there");
}

#[test]
fn a_late_full_snapshot_shows_from_the_first_frame_on() {
    let page = body(MOVING_BOX, &[a_box("")]);
    let mut late = recording(&page, &[end(2000)]);
    late[1]["timestamp"] = (STARTED + 1000).into();
    let rendered = render(&late);
    for ms in [0, 500, 1000, 1900] {
        assert_box_at(&rendered, ms, 0.0);
    }
}

/// Nearly everything that moves, on one page.
fn lively_recording() -> Value {
    let css = format!(
        "{MOVING_BOX}
        body {{ height: 1500px }}
        @keyframes spin {{ to {{ transform: rotate(360deg) }} }}
        .spinner {{ position: fixed; left: 240px; top: 20px; width: 40px; height: 40px; border: 6px solid #ddd;
            border-top-color: #00f; border-radius: 50%; animation: spin 1.7s ease-in-out infinite }}
        button {{ position: absolute; top: 180px; background: #eee; transition: background 0.4s }}
        button:hover {{ background: #0a0 }}
        .panel {{ position: absolute; top: 260px; width: 0; height: 60px; background: #fc0;
            transition: width 0.6s ease-out }}
        .open {{ width: 300px }}"
    );
    let children = [
        a_box("moving"),
        element(11, "div", &json!({"class": "spinner"}), &[]),
        element(12, "button", &json!({}), &[text(13, "Press")]),
        element(14, "div", &json!({"class": "panel"}), &[]),
    ];
    let image = json!({"src": large_image(), "width": 80, "style": "position: absolute; top: 20px"});
    recording(
        &body(&css, &children),
        &[
            mouse(210, BODY, 200, 30),
            mouse(330, 12, 20, 190),
            addition(410, BODY, &animated_svg()),
            attribute(550, 14, "class", "panel open"),
            attribute(700, BOX, "style", "animation-play-state: paused"),
            scroll(820, DOCUMENT, 20),
            scroll(920, DOCUMENT, 80),
            scroll(1030, DOCUMENT, 90),
            addition(1110, BODY, &element(60, "img", &image, &[])),
            attribute(1180, BOX, "style", "animation-play-state: running"),
            resize(1350, 200, 240),
            mouse(1430, BODY, 60, 60),
            addition(1490, BODY, &shadow_host()),
            end(2000),
        ],
    )
}

#[test]
fn a_lively_page_is_the_same_in_every_frame_and_by_damage() {
    let recording = lively_recording();
    let [damage, every, again] = ["damage", "every-frame", "damage"]
        .map(|method| render_recording(&recording, &format!("--fps 10 --capture {method}")));
    damage.assert_equals(&every);
    damage.assert_equals(&again);
    assert!(
        damage.different_pictures() >= 18,
        "{}",
        damage.different_pictures()
    );
}

#[test]
fn a_page_does_not_depend_on_the_frame_rate() {
    let recording = lively_recording();
    let [five, ten] =
        ["5", "10"].map(|fps| render_recording(&recording, &format!("--fps {fps} --capture damage")));
    five.assert_agrees_with(&ten, 10);
}

#[test]
fn a_start_in_the_middle_shows_what_the_whole_does() {
    let recording = lively_recording();
    let whole = render(&recording);
    let part = render_recording(
        &recording,
        "--fps 10 --capture damage --start 1.5 --end 1.9 --size 320x240",
    );
    part.assert_agrees_with(&whole, 3);

    let settled = recording_with_late_change();
    let whole = render(&settled);
    let part = render_recording(&settled, "--fps 10 --capture damage --start 0.8 --end 1.4");
    part.assert_agrees_with(&whole, 5);
}

fn recording_with_late_change() -> Value {
    recording(
        &body(MOVING_BOX, &[a_box("")]),
        &[
            attribute(300, BOX, "style", "background: #00f"),
            attribute(1100, BOX, "style", "background: #008000"),
            end(2000),
        ],
    )
}

#[test]
fn behind_an_idle_cut_the_page_is_as_if_nothing_was_cut() {
    let css = "@keyframes spin { to { transform: rotate(360deg) } }
        .box { margin: 80px; width: 60px; height: 30px; background: #00f; animation: spin 7.3s linear infinite }";
    let recording = recording(
        &body(css, &[a_box("")]),
        &[
            mouse(400, BODY, 100, 30),
            addition(5000, BODY, &element(11, "p", &json!({}), &[text(12, "Later")])),
            mouse(12_000, BODY, 200, 60),
            end(13_000),
        ],
    );
    let [whole, cut] = ["keep", "skip:2:1"]
        .map(|idle| render_recording(&recording, &format!("--fps 5 --capture damage --idle {idle}")));
    assert_eq!(cut.report["time_map"].as_array().unwrap().len(), 2);
    assert!(cut.hashes.len() < whole.hashes.len() / 3, "{}", cut.hashes.len());
    // The cut ends half a second before the mouse moves.
    let behind = cut.hashes.iter().filter(|frame| frame.session_ms >= 11_500.0);
    assert!(behind.count() >= 7);
    cut.assert_agrees_with(&whole, 8);
}

#[test]
fn screenshots_show_the_same_page() {
    let recording = recording_with_late_change();
    let [damage, screenshot] = ["damage", "screenshot"]
        .map(|method| render_recording(&recording, &format!("--fps 10 --capture {method}")));
    screenshot.assert_equals(&damage);
}
