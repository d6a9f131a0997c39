//! What has the focus, and whether it looks so.

use serde_json::{Value, json};

use crate::common::video::assert_color;
use crate::common::{element, full_snapshot, recording};
use crate::{BLUE, BODY, BOX, GREEN, RED, STARTED, WHITE, addition, body, end, event, mutation, render};

#[test]
fn what_has_the_focus_looks_focused() {
    let css = "input { display: block; margin: 0; width: 100px; height: 40px; border: 0; outline: 0; background: #f00 }
        input:focus { background: #00f }";
    let focus = |at: u64, kind: u64| event(at, &json!({"source": 2, "type": kind, "id": BOX}));
    let input = element(BOX, "input", &json!({"type": "text"}), &[]);
    let rendered = render(&recording(
        &body(css, &[input]),
        &[focus(300, 5), focus(600, 6), end(900)],
    ));
    for (ms, color) in [(200, RED), (300, BLUE), (600, RED)] {
        assert_color(&rendered.at(ms), (50, 20), color);
    }
}

#[test]
fn only_keys_and_fields_give_the_focus_a_ring() {
    let css =
        "button, input { display: block; margin: 0; width: 100px; height: 40px; border: 0; background: #f00 }
        :focus-visible { outline: 0; background: #00f }";
    let act = |at: u64, id: u64, kind: u64| {
        event(at, &json!({"source": 2, "type": kind, "id": id, "x": 5, "y": 5}))
    };
    let (down, up, focus, blur, touched) = (1, 0, 5, 6, 7);
    let press = |at: u64, id: u64, how: u64| [act(at, id, how), act(at, id, focus), act(at + 60, id, up)];
    let page = body(
        css,
        &[
            element(20, "button", &json!({}), &[]),
            element(21, "input", &json!({"type": "text"}), &[]),
            element(22, "button", &json!({}), &[]),
        ],
    );
    let mut events = press(300, 20, down).to_vec();
    // The window loses the focus and gets it again.
    events.extend([act(1500, 20, blur), act(2500, 20, focus)]);
    events.extend(press(3000, 21, down));
    // By the tab key, and back by a finger.
    events.extend([act(4500, 22, focus)]);
    events.extend(press(5500, 20, touched));
    events.push(end(6000));
    let rendered = render(&recording(&page, &events));
    for (ms, visible) in [(400, 0), (2700, 0), (3200, 21), (4700, 22), (5700, 0)] {
        for (id, y) in [(20, 20), (21, 60), (22, 100)] {
            let color = if id == visible { BLUE } else { RED };
            assert_color(&rendered.at(ms), (90, y), color);
        }
    }
}

#[test]
fn a_dialog_gives_the_focus_as_it_was_given() {
    let css = "dialog { inset: 0 auto auto 0; margin: 0; padding: 0; border: 0 }
        button { display: block; width: 100px; height: 40px; border: 0; background: #f00 }
        :focus { outline: 0; background: #00f } :focus-visible { background: #008000 }";
    for (pressed, color) in [(true, BLUE), (false, GREEN)] {
        let dialog = element(
            20,
            "dialog",
            &json!({}),
            &[element(21, "button", &json!({}), &[])],
        );
        let act = |kind: u64, id: u64| {
            event(
                300,
                &json!({"source": 2, "type": kind, "id": id, "x": 200, "y": 200}),
            )
        };
        let open = json!({"attributes": [{"id": 20, "attributes": {"open": "", "rr_open_mode": "modal"}}]});
        let mut events = Vec::new();
        if pressed {
            events.push(act(1, BODY));
        }
        events.extend([act(5, 21), mutation(300, &open), end(900)]);
        let rendered = render(&recording(&body(css, &[dialog]), &events));
        assert_color(&rendered.at(500), (90, 20), color);
    }
}

#[test]
fn a_page_takes_the_focus_again_after_a_modal_dialog() {
    let css = "dialog { width: 0; height: 0; margin: 0; padding: 0; border: 0 }
        input { display: block; margin: 0; width: 100px; height: 40px; border: 0; outline: 0; background: #f00 }
        input:focus { background: #00f }";
    let children = [
        element(BOX, "input", &json!({"type": "text"}), &[]),
        element(20, "dialog", &json!({}), &[]),
    ];
    let attributes =
        |at: u64, values: Value| mutation(at, &json!({"attributes": [{"id": 20, "attributes": values}]}));
    let focus = |at: u64| event(at, &json!({"source": 2, "type": 5, "id": BOX}));
    let rendered = render(&recording(
        &body(css, &children),
        &[
            attributes(200, json!({"open": "", "rr_open_mode": "modal"})),
            attributes(400, json!({"open": null, "rr_open_mode": "non-modal"})),
            focus(600),
            attributes(800, json!({"open": "", "rr_open_mode": "modal"})),
            attributes(1000, json!({"open": null})),
            focus(1100),
            end(1300),
        ],
    ));
    for (ms, color) in [(500, RED), (700, BLUE), (1200, BLUE)] {
        assert_color(&rendered.at(ms), (50, 20), color);
    }
}

#[test]
fn what_loses_the_focus_had_it_since_the_page_was_recorded() {
    let css = "input { display: block; margin: 0; width: 100px; height: 40px; border: 0; outline: 0; background: #f00 }
        input:focus { background: #00f }";
    let act = |at: u64, id: i64, kind: u64| event(at, &json!({"source": 2, "type": kind, "id": id}));
    let (focus, blur) = (5, 6);
    let field = |id: u64| element(id, "input", &json!({"type": "text"}), &[]);
    let page = body(css, &[field(BOX)]);
    // Another page.
    let again = body(css, &[field(30), field(31)]);
    let rendered = render(&recording(
        &page,
        &[
            // It had the focus before the recording began.
            act(300, 10, blur),
            full_snapshot(STARTED + 900, &again),
            act(1200, 31, blur),
            // Nothing tells what that was.
            act(1400, -1, focus),
            act(1600, 30, focus),
            end(1800),
        ],
    ));
    for (ms, colors) in [
        (100, [BLUE, WHITE]),
        (400, [RED, WHITE]),
        (800, [RED, WHITE]),
        (1000, [RED, BLUE]),
        (1300, [RED, RED]),
        (1500, [RED, RED]),
        (1700, [BLUE, RED]),
    ] {
        let picture = rendered.at(ms);
        for (at, color) in (0..).zip(colors) {
            assert_color(&picture, (50, at * 40 + 20), color);
        }
    }
}

#[test]
fn a_field_that_gets_the_focus_as_it_is_built_has_it() {
    let css = "input { display: block; margin: 0; width: 100px; height: 40px; border: 0; outline: 0; background: #f00 }
        input:focus { background: #00f }";
    let act = |at: u64, id: i64, kind: u64| event(at, &json!({"source": 2, "type": kind, "id": id}));
    let field = element(BOX, "input", &json!({"type": "text"}), &[]);
    let rendered = render(&recording(
        &body(css, &[]),
        &[
            act(200, -1, 5),
            addition(210, BODY, &field),
            act(600, 10, 6),
            end(900),
        ],
    ));
    for (ms, color) in [(400, BLUE), (700, RED)] {
        assert_color(&rendered.at(ms), (50, 20), color);
    }
}

#[test]
fn what_has_the_focus_keeps_it_at_full_snapshots_of_its_page() {
    let css = "input { display: block; margin: 0; width: 100px; height: 40px; border: 0; outline: 0; background: #f00 }
        input:focus { background: #00f }";
    let act = |at: u64, id: u64, kind: u64| event(at, &json!({"source": 2, "type": kind, "id": id}));
    let field = |id: u64| element(id, "input", &json!({"type": "text"}), &[]);
    let page = body(css, &[field(BOX), field(20)]);
    let again = |at: u64| full_snapshot(STARTED + at, &page);
    let typed = event(
        1700,
        &json!({"source": 5, "id": 20, "text": "a", "isChecked": false}),
    );
    let (focus, blur) = (5, 6);
    let rendered = render(&recording(
        &page,
        &[
            act(200, BOX, focus),
            again(400),
            again(600),
            act(800, BOX, blur),
            again(1000),
            act(1200, 20, focus),
            again(1400),
            typed,
            end(2000),
        ],
    ));
    for (ms, colors) in [
        (300, [BLUE, RED]),
        (500, [BLUE, RED]),
        (700, [BLUE, RED]),
        (900, [RED, RED]),
        (1100, [RED, RED]),
        (1300, [RED, BLUE]),
        (1500, [RED, BLUE]),
        (1900, [RED, BLUE]),
    ] {
        let picture = rendered.at(ms);
        for (at, color) in (0..).zip(colors) {
            assert_color(&picture, (90, at * 40 + 20), color);
        }
    }
}
