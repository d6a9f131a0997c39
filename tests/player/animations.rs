//! Animations, transitions and the time at which they stand.

use serde_json::{Value, json};

use crate::common::video::{assert_color, middle_of, render_recording};
use crate::common::{STARTED, element, full_snapshot, recording};
use crate::{
    BODY, BOX, DOCUMENT, MOVING_BOX, RED, WHITE, a_box, addition, assert_box_at, attach_document, attribute,
    body, end, mouse, mutation, render, scroll, style, with,
};

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

/// The same page under other ids, as a recorder gives them: it goes on counting for as long as a page is there.
fn numbered_on(mut node: Value, by: u64) -> Value {
    if let Some(id) = node["id"].as_u64() {
        node["id"] = (id + by).into();
    }
    if let Some(children) = node["childNodes"].as_array_mut() {
        for child in children {
            *child = numbered_on(child.take(), by);
        }
    }
    node
}

#[test]
fn a_page_that_is_recorded_again_does_not_begin_anew() {
    let css = format!("{MOVING_BOX} .turning {{ animation: move 2s linear infinite }}");
    let snapshot = |at: u64, class: &str, by: u64| {
        let mut snapshot = full_snapshot(STARTED + at, &body(&css, &[a_box(class)]));
        snapshot["data"]["node"] = numbered_on(snapshot["data"]["node"].take(), by);
        snapshot
    };
    let all = |snapshots: &[Value]| {
        let mut events = recording(&body(&css, &[a_box("moving")]), &[end(7000)]);
        let rest = events.as_array_mut().unwrap();
        rest.splice(2..2, snapshots.iter().cloned());
        events
    };
    let rendered = render(&all(&[
        snapshot(2500, "moving", 100),
        snapshot(4000, "turning", 200),
        // Another page: its recorder begins to count.
        snapshot(5500, "moving", 0),
    ]));
    for (ms, left) in [
        (1000, 100.0),
        (2400, 200.0),
        (2500, 200.0),
        (3000, 200.0),
        (5000, 100.0),
        (6500, 100.0),
    ] {
        assert_box_at(&rendered, ms, left);
    }
    // The recording begins in the middle of a page.
    let mut events = all(&[]);
    events[1] = snapshot(0, "moving", 100);
    let rendered = render(&events);
    for ms in [0, 1000] {
        assert_box_at(&rendered, ms, 200.0);
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
fn a_shadow_that_a_fixed_element_gets_after_it_has_moved_is_seen() {
    let css =
        "body { margin: 0 } .moved { transform: translateX(100px) } .lit { box-shadow: 0 0 0 20px #00f }
        .box { position: fixed; left: 50px; top: 50px; width: 40px; height: 40px; background: #f00;
            transition: transform 0.3s linear }";
    let rendered = render(&recording(
        &body(css, &[a_box("")]),
        &[
            attribute(200, BOX, "class", "box moved"),
            attribute(1000, BOX, "class", "box moved lit"),
            end(1500),
        ],
    ));
    for (ms, beside) in [(900, [255, 255, 255]), (1200, [0, 0, 255])] {
        assert_eq!(rendered.at(ms).get_pixel(140, 70).0, beside, "{ms}");
    }
}

#[test]
fn an_animation_that_follows_scrolling_stands_where_the_page_is_scrolled_to() {
    let css = "body { height: 1240px } @keyframes grow { from { transform: scaleX(0) } }
        .bar { position: fixed; left: 0; top: 0; width: 320px; height: 40px; background: #f00; transform-origin: 0 0;
            animation: grow linear; animation-timeline: scroll() }";
    let bar = element(BOX, "div", &json!({"class": "bar"}), &[]);
    let rendered = render(&recording(
        &body(css, &[bar]),
        &[scroll(500, DOCUMENT, 500), end(1500)],
    ));
    for (ms, near, far) in [(200, WHITE, WHITE), (1000, RED, WHITE)] {
        assert_color(&rendered.at(ms), (140, 20), near);
        assert_color(&rendered.at(ms), (180, 20), far);
    }
}

#[test]
fn an_animation_that_gets_another_length_goes_on_with_it() {
    let css = "@keyframes move { from { left: 0 } to { left: 200px } }
        .box { position: absolute; left: 0; top: 100px; width: 40px; height: 40px; background: #f00 }
        .moving { animation: move 1s linear forwards } .slow { animation-duration: 2s }
        .endless { animation-iteration-count: infinite }";
    let with_class_at = |at: u64, class: &str| {
        let change = attribute(at, BOX, "class", &format!("box moving {class}"));
        render(&recording(&body(css, &[a_box("moving")]), &[change, end(3000)]))
    };
    for (at, class, places) in [
        (500, "endless", [(400, 80.0), (1500, 100.0), (2500, 100.0)]),
        (500, "slow", [(400, 80.0), (1500, 150.0), (2500, 200.0)]),
        // It is over, and begins again where it would be.
        (1500, "slow", [(1400, 200.0), (1600, 160.0), (2500, 200.0)]),
    ] {
        let rendered = with_class_at(at, class);
        for (ms, left) in places {
            assert_box_at(&rendered, ms, left);
        }
    }
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

pub(super) fn animated_svg() -> Value {
    let motion = json!({"attributeName": "x", "from": "0", "to": "200", "dur": "2s", "fill": "freeze"});
    let is_svg = json!({"isSVG": true});
    let motion = with(element(42, "animate", &motion, &[]), &is_svg);
    let shape = json!({"y": 100, "width": 40, "height": 40, "fill": "#f00"});
    let shape = with(element(41, "rect", &shape, &[motion]), &is_svg);
    let size = json!({"width": 320, "height": 200, "style": "display: block"});
    with(element(40, "svg", &size, &[shape]), &is_svg)
}

/// An element whose shadow root holds the box that moves.
pub(super) fn shadow_host() -> Value {
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
