//! What media queries ask for and the browser of a replay would answer otherwise than that of the recorded page.

use serde_json::{Value, json};

use crate::common::asset_server::{Answer, AssetServer};
use crate::common::video::{Color, Rendered, assert_color, render_recording};
use crate::common::{element, recording};
use crate::{BOX, DOCUMENT, GREEN, RED, attach_document, body, end, event, render, style, with};

/// Boxes of 40x40 pixels, one beside the other, red unless other rules say something else.
const ROW: &str = "i { float: left; width: 40px; height: 40px; background: #f00 }";

/// With the classes `a`, `b` and so on.
fn row(boxes: u8) -> Value {
    let classes = (b'a'..).take(boxes.into()).map(char::from);
    let boxes: Vec<Value> = (11..)
        .zip(classes)
        .map(|(id, class)| element(id, "i", &json!({"class": class}), &[]))
        .collect();
    element(BOX, "div", &json!({}), &boxes)
}

/// The next box in green for each of these queries.
fn rules(queries: &[&str]) -> String {
    let rule = |(class, query): (u8, &&str)| {
        let class = char::from(class);
        format!("@media {query} {{ .{class} {{ background: #008000 }} }}")
    };
    let rules: Vec<String> = (b'a'..).zip(queries).map(rule).collect();
    rules.concat()
}

#[track_caller]
fn assert_row(rendered: &Rendered, ms: u64, colors: &[Color]) {
    for (left, color) in (0..).step_by(40).zip(colors) {
        assert_color(&rendered.at(ms), (left + 20, 20), *color);
    }
}

#[test]
fn every_way_of_capture_has_a_mouse() {
    let css = rules(&[
        "(hover: hover)",
        "(any-hover: hover)",
        "(pointer: fine)",
        "(any-pointer: fine)",
        "not all and (hover: none)",
    ]);
    let recording = recording(&body(ROW, &[style(40, &css), row(5)]), &[end(500)]);
    let ways = ["damage", "framebuffer", "screenshot"]
        .map(|way| render_recording(&recording, &format!("--fps 10 --capture {way}")));
    for rendered in &ways {
        assert_row(rendered, 0, &[GREEN; 5]);
        rendered.assert_equals(&ways[0]);
    }
}

#[test]
fn scripts_ran_on_the_recorded_page() {
    let css = rules(&[
        "(scripting: enabled)",
        "(scripting)",
        "(scripting: none)",
        "(scripting: initial-only)",
        "not (scripting: none)",
        "screen and (scripting: none)",
        "print, (scripting: ENABLED) and (min-width: 1px)",
    ]);
    let lone = |id, css: &str, media: &str| with(style(id, css), &json!({"attributes": {"media": media}}));
    let adopted = json!({"styleId": 1, "rules": []});
    let page = body(
        ROW,
        &[
            style(40, &css),
            lone(42, ".h { background: #008000 }", "(scripting: none)"),
            style(44, "@media all { }"),
            row(10),
        ],
    );
    let written =
        |class: &str| format!("@media (scripting: enabled) {{ .{class} {{ background: #008000 }} }}");
    let rendered = render(&recording(
        &page,
        &[
            event(
                100,
                &json!({"source": 15, "id": DOCUMENT, "styleIds": [1], "styles": [adopted]}),
            ),
            event(
                200,
                &json!({"source": 8, "styleId": 1, "replaceSync": written("i")}),
            ),
            event(
                200,
                &json!({"source": 8, "id": 44, "adds": [{"rule": written("j"), "index": [0, 0]}]}),
            ),
            end(500),
        ],
    ));
    assert_row(&rendered, 0, &[GREEN, GREEN, RED, RED, GREEN, RED, GREEN, RED]);
    // Those that do not fit into the first row.
    assert_color(&rendered.at(400), (20, 60), GREEN);
    assert_color(&rendered.at(400), (60, 60), GREEN);
}

#[test]
fn style_sheets_that_others_import_from_other_hosts_know_that_scripts_ran() {
    let queries = rules(&["(scripting: enabled)", "(scripting: none)"]);
    let server = AssetServer::start(move |visit| match visit.target.as_str() {
        "/first.css" => Answer::new(
            "text/css",
            format!("@import '/third.css' (scripting: none); @import '/fourth.css' (scripting); {queries}"),
        ),
        "/third.css" => Answer::new("text/css", ".c { background: #008000 }"),
        _ => Answer::new("text/css", ".d { background: #008000 }"),
    });
    let importing = format!("@import url({});", server.url("/first.css"));
    let page = body(ROW, &[style(40, &importing), row(4)]);
    let rendered = render_recording(
        &recording(&page, &[end(500)]),
        &format!("--fps 10 --capture damage --allow-host {}", server.host),
    );
    assert_row(&rendered, 0, &[GREEN, RED, RED, GREEN]);
}

#[test]
fn pages_prefer_light_colors_unless_the_person_preferred_dark_ones() {
    let css = rules(&["(prefers-color-scheme: light)", "(prefers-color-scheme: dark)"]);
    let frame = element(
        20,
        "iframe",
        &json!({"style": "position: absolute; top: 100px; left: 0; border: 0; width: 200px"}),
        &[],
    );
    let page = body(ROW, &[style(40, &css), row(2), frame]);
    let nested_box = |id, class: &str| element(id, "i", &json!({"class": class}), &[]);
    let nested = element(
        204,
        "body",
        &json!({"style": "margin: 0"}),
        &[
            style(210, ROW),
            style(212, &css),
            nested_box(214, "a"),
            nested_box(215, "b"),
        ],
    );
    let recording = recording(&page, &[attach_document(100, 20, &nested), end(500)]);
    for (arguments, colors) in [
        ("", [GREEN, RED]),
        ("--color-scheme light", [GREEN, RED]),
        ("--color-scheme dark", [RED, GREEN]),
    ] {
        for way in ["damage", "framebuffer"] {
            let rendered = render_recording(&recording, &format!("--fps 10 --capture {way} {arguments}"));
            assert_row(&rendered, 0, &colors);
            for (left, color) in [(20, colors[0]), (60, colors[1])] {
                assert_color(&rendered.at(400), (left, 120), color);
            }
        }
    }
}
