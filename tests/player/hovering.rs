//! What the mouse is over looks hovered, whatever kind of style sheet says how, and so does all that holds it.

use serde_json::{Value, json};

use crate::common::asset_server::{Answer, AssetServer};
use crate::common::video::{Color, Rendered, assert_color, render_recording};
use crate::common::{element, recording};
use crate::{
    BLUE, BODY, BOX, DOCUMENT, GREEN, RED, attach_document, attribute, body, end, event, mouse, render,
    style, with,
};

/// Boxes of 40x40 pixels, one beside the other, red unless other rules say something else.
const ROW: &str =
    "#row { height: 100px } #row i { float: left; width: 40px; height: 40px; background: #f00 }";

fn row(classes: &[&str]) -> Value {
    let boxes: Vec<Value> = (11..)
        .zip(classes)
        .map(|(id, class)| element(id, "i", &json!({"class": class}), &[]))
        .collect();
    element(BOX, "div", &json!({"id": "row"}), &boxes)
}

/// Checks the boxes before the mouse is over their row, while it is, and after it.
#[track_caller]
fn assert_row(rendered: &Rendered, boxes: u32) {
    for (ms, color) in [(400, RED), (700, GREEN), (1300, RED)] {
        for at in 0..boxes {
            assert_color(&rendered.at(ms), (at * 40 + 20, 20), color);
        }
    }
}

/// The mouse comes at 500 ms, and leaves at 1000 ms.
fn passing_by() -> [Value; 3] {
    [mouse(500, BOX, 300, 80), mouse(1000, BODY, 300, 200), end(1500)]
}

#[test]
fn rules_that_scripts_wrote_see_what_is_hovered() {
    let rule = |class: &str| format!("#row:hover .{class} {{ background: #008000 }}");
    let page = body(
        "@media all { }",
        &[style(40, ROW), row(&["a", "b", "c", "d", "e"])],
    );
    let sheets = json!([
        {"styleId": 1, "rules": [{"rule": rule("a")}]},
        {"styleId": 2, "rules": []},
        {"styleId": 3, "rules": []},
    ]);
    let mut events = vec![
        event(
            100,
            &json!({"source": 15, "id": DOCUMENT, "styleIds": [1, 2, 3], "styles": sheets}),
        ),
        event(200, &json!({"source": 8, "styleId": 2, "replaceSync": rule("b")})),
        event(200, &json!({"source": 8, "styleId": 3, "replace": rule("c")})),
        event(
            200,
            &json!({"source": 8, "id": 6, "adds": [{"rule": rule("d"), "index": 0}]}),
        ),
        event(
            200,
            &json!({"source": 8, "id": 6, "adds": [{"rule": rule("e"), "index": [1, 0]}]}),
        ),
    ];
    events.extend(passing_by());
    assert_row(&render(&recording(&page, &events)), 5);
}

#[test]
fn selectors_that_say_more_than_hover_see_what_is_hovered() {
    let css = format!(
        "{ROW} #row.dark\\:hover\\:a:hover .a, #row:is(:hover, :focus) .b, body:has(#row:hover) .c {{ background: #008000 }}
        #row {{ &:hover .d {{ background: #008000 }} }}
        #row .e {{ background: #008000 }} #row:not(:hover) .e {{ background: #f00 }}"
    );
    let mut row = row(&["a", "b", "c", "d", "e"]);
    row["attributes"]["class"] = "dark:hover:a".into();
    assert_row(&render(&recording(&body(&css, &[row]), &passing_by())), 5);
}

#[test]
fn style_sheets_at_addresses_see_what_is_hovered() {
    let sheet =
        "#row:hover .a { background: #008000 } @layer { #row:hover .b { background: #008000 !important } }";
    let server = AssetServer::start(move |_| Answer::new("text/css", sheet));
    let link = element(
        40,
        "link",
        &json!({"rel": "stylesheet", "href": server.url("/sheet.css")}),
        &[],
    );
    let rendered = render_recording(
        &recording(&body(ROW, &[link, row(&["a", "b"])]), &passing_by()),
        &format!("--fps 10 --capture damage --allow-host {}", server.host),
    );
    assert_row(&rendered, 2);
}

#[test]
fn style_sheets_that_others_import_from_other_hosts_see_what_is_hovered() {
    let server = AssetServer::start(move |visit| match visit.target.as_str() {
        "/first.css" => Answer::new(
            "text/css",
            "@import '/second.css'; #row:hover .a { background: #008000 }",
        ),
        _ => Answer::new(
            "text/css",
            "#row:not(:hover) .b { background: #f00 } #row .b { background: #008000 }",
        ),
    });
    let importing = format!("@import url({});", server.url("/first.css"));
    let children = [style(40, &importing), row(&["a", "b"])];
    let rendered = render_recording(
        &recording(&body(ROW, &children), &passing_by()),
        &format!("--fps 10 --capture damage --allow-host {}", server.host),
    );
    assert_row(&rendered, 2);
}

/// A box that is red, or green while it is hovered.
fn holder(id: u64, tag: &str, children: &[Value]) -> Value {
    element(id, tag, &json!({"class": "holder"}), children)
}

const HOLDER: &str = ".holder { display: block; width: 300px; height: 100px; border: 0; background: #f00 }
    .holder:hover { background: #008000 }
    .small { display: block; width: 50px; height: 50px; margin-left: 60px }";

fn small(id: u64) -> Value {
    element(id, "div", &json!({"class": "small"}), &[])
}

#[track_caller]
fn assert_held(page: &Value, then: &[Value], hovered: u64) {
    let mut events = then.to_vec();
    events.extend([
        mouse(500, hovered, 20, 20),
        mouse(1000, BODY, 300, 200),
        end(1500),
    ]);
    let rendered = render(&recording(page, &events));
    for (ms, color) in [(400, RED), (700, GREEN), (1300, RED)] {
        assert_color(&rendered.at(ms), (20, 80), color);
    }
}

#[test]
fn what_holds_the_hovered_in_a_shadow_root_is_hovered_too() {
    let inside = with(small(31), &json!({"isShadow": true}));
    let host = with(holder(30, "x-host", &[inside]), &json!({"isShadowHost": true}));
    assert_held(&body(HOLDER, &[host]), &[], 31);
}

#[test]
fn what_a_shadow_root_has_around_its_slot_is_hovered_too() {
    let is_shadow = json!({"isShadow": true});
    let slot = element(33, "slot", &json!({}), &[]);
    let inside = [
        with(style(34, HOLDER), &is_shadow),
        with(holder(32, "div", &[slot]), &is_shadow),
    ];
    let mut children = vec![small(31)];
    children.extend(inside);
    let host = with(
        element(30, "x-host", &json!({}), &children),
        &json!({"isShadowHost": true}),
    );
    assert_held(&body(HOLDER, &[host]), &[], 31);
}

#[test]
fn the_frame_of_what_is_hovered_is_hovered_too() {
    let nested = element(210, "body", &json!({"style": "margin: 0"}), &[]);
    let page = body(HOLDER, &[holder(BOX, "iframe", &[])]);
    assert_held(&page, &[attach_document(0, BOX, &nested)], 210);
}

#[test]
fn what_gets_another_class_stays_hovered() {
    let css = ".box { width: 40px; height: 40px; background: #f00 } .box:hover { background: #008000 }
        .box.on { margin-left: 100px } .box.off:hover { background: #00f }";
    let square = element(BOX, "div", &json!({"class": "box"}), &[]);
    let rendered = render(&recording(
        &body(css, &[square]),
        &[
            mouse(300, BOX, 30, 30),
            attribute(600, BOX, "class", "box on"),
            attribute(1000, BOX, "class", "box on off"),
            end(1500),
        ],
    ));
    let places: [(u64, u32, Color); 3] = [(400, 4, GREEN), (700, 104, GREEN), (1300, 104, BLUE)];
    for (ms, x, color) in places {
        assert_color(&rendered.at(ms), (x, 4), color);
    }
}
