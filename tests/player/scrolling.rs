//! Scrolling, between and at the positions that were recorded.

use serde_json::{Value, json};

use crate::common::video::{assert_middle, render_recording};
use crate::common::{element, recording};
use crate::{BOX, DOCUMENT, RED, body, end, render, scroll};

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
