//! Scrolling, between and at the positions that were recorded.

use serde_json::{Value, json};

use crate::common::video::{assert_color, assert_middle, render_recording};
use crate::common::{element, recording};
use crate::{
    BODY, BOX, DOCUMENT, RED, WHITE, addition, attach_document, body, end, event, large_image, render,
    scroll, style, with,
};

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
fn a_page_begins_where_it_was_scrolled_to_however_late_it_gets_its_height() {
    let image = element(
        11,
        "img",
        &json!({"src": large_image(), "style": "display: block"}),
        &[],
    );
    let mark = element(
        BOX,
        "div",
        &json!({"style": "height: 40px; background: #f00"}),
        &[],
    );
    let below = element(12, "div", &json!({"style": "height: 400px"}), &[]);
    let mut recording = recording(&body("", &[image, mark, below]), &[end(1000)]);
    recording[1]["data"]["initialOffset"]["top"] = 1100.into();
    let rendered = render(&recording);
    for ms in [0, 500] {
        assert_middle(&rendered.at(ms), RED, (160.0, 120.0));
    }
}

#[test]
fn what_is_built_is_scrolled_to_where_it_was() {
    let list = |id: u64| {
        let mark = element(id + 2, "p", &json!({}), &[]);
        let content = element(id + 1, "div", &json!({}), &[mark]);
        element(id, "section", &json!({"rr_scrollTop": 60}), &[content])
    };
    let css = "section { height: 200px; overflow: auto } section div { height: 1000px; padding-top: 100px }
        p { margin: 0; height: 40px; background: #f00 } ::-webkit-scrollbar { display: none }";
    let frame = json!({"width": 320, "height": 240, "style": "border: 0"});
    let nested = element(
        210,
        "body",
        &json!({"style": "margin: 0"}),
        &[style(211, css), list(220)],
    );
    for (page, then) in [
        (body(css, &[list(BOX)]), end(100)),
        (body(css, &[]), addition(0, BODY, &list(BOX))),
        (
            body("", &[element(BOX, "iframe", &frame, &[])]),
            attach_document(0, BOX, &nested),
        ),
    ] {
        let rendered = render(&recording(&page, &[then, end(1000)]));
        assert_middle(&rendered.at(500), RED, (160.0, 60.0));
    }
}

/// Two slides side by side that snap into place, the second of them red.
const SNAPPING: &str =
    "#row { display: flex; width: 320px; height: 200px; overflow-x: auto; scroll-snap-type: x mandatory }
    #row div { flex: none; width: 320px; height: 200px; scroll-snap-align: start; background: #fff }
    #row .red { background: #f00 } ::-webkit-scrollbar { display: none }";

fn slides() -> Value {
    let slide = |id: u64, class: &str| element(id, "div", &json!({"class": class}), &[]);
    element(
        BOX,
        "div",
        &json!({"id": "row"}),
        &[slide(11, ""), slide(12, "red")],
    )
}

#[test]
fn what_snaps_into_place_is_shown_on_its_way() {
    let is_shadow = json!({"isShadow": true});
    let inside = [with(style(31, SNAPPING), &is_shadow), with(slides(), &is_shadow)];
    let host = with(
        element(30, "div", &json!({}), &inside),
        &json!({"isShadowHost": true}),
    );
    let sheet = json!({"styleId": 1, "rules": [{"rule": "p { margin: 0 }"}]});
    let adopted = event(
        200,
        &json!({"source": 15, "id": 30, "styleIds": [1], "styles": [sheet]}),
    );
    let to = |at: u64, x: u64| event(at, &json!({"source": 3, "id": BOX, "x": x, "y": 0}));
    for (page, before) in [
        (body(SNAPPING, &[slides()]), end(200)),
        (body("", std::slice::from_ref(&host)), end(200)),
        (body("", &[host]), adopted),
    ] {
        let rendered = render(&recording(
            &page,
            &[before, to(400, 100), to(500, 200), to(600, 320), end(1000)],
        ));
        for (ms, left) in [(400, 220), (500, 120), (900, 0)] {
            assert_color(&rendered.at(ms), (left + 10, 100), RED);
            if left > 0 {
                assert_color(&rendered.at(ms), (left - 10, 100), WHITE);
            }
        }
    }
}
