//! What a browser moves on its own clock stands still, whenever and however often it is looked at.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use image::{GenericImageView, RgbImage};
use serde_json::{Value, json};

use crate::common::asset_server::{Answer, AssetServer};
use crate::common::video::{Rendered, assert_color, render_recording};
use crate::common::{element, recording, text};
use crate::unrecorded::ink;
use crate::{BLUE, BOX, GREEN, MOVING_BOX, RED, WHITE, a_box, attribute, body, end, with};

/// What is looked at lies above the box that moves.
const ABOVE: (u32, u32, u32, u32) = (0, 0, 320, 90);

/// Each of the ways to take pictures, while something else changes all the time.
fn render_with(css: &str, children: &[Value], arguments: &str) -> Vec<Rendered> {
    let css = format!("{MOVING_BOX} {css}");
    let page = body(&css, &[&[a_box("")], children].concat());
    let mut events: Vec<Value> = (1..20)
        .map(|step| attribute(step * 100, BOX, "style", &format!("left: {}px", step * 10)))
        .collect();
    events.push(end(2000));
    ["every-frame", "framebuffer"]
        .map(|capture| {
            render_recording(
                &recording(&page, &events),
                &format!("--fps 10 --capture {capture} {arguments}"),
            )
        })
        .into()
}

/// Renders, and gives the picture of which nothing above the moving box ever changes.
#[track_caller]
fn standing(css: &str, children: &[Value], arguments: &str) -> RgbImage {
    let mut first: Option<RgbImage> = None;
    for rendered in render_with(css, children, arguments) {
        assert!(rendered.different_pictures() >= 19);
        for ms in (0..2000).step_by(100) {
            let picture = rendered.at(ms);
            let (x, y, width, height) = ABOVE;
            let shown = picture.view(x, y, width, height).to_image();
            let first = first.get_or_insert_with(|| shown.clone());
            assert!(*first == shown, "it has moved at {ms} ms");
        }
    }
    first.unwrap()
}

#[test]
fn a_progress_bar_without_a_value_stands_still() {
    let bar = |style: &str| {
        element(
            20,
            "progress",
            &json!({"style": format!("display: block; {style}")}),
            &[],
        )
    };
    let size = "width: 200px; height: 20px;";
    let picture = standing("", &[bar(size)], "");
    assert_color(&picture, (20, 10), [0, 117, 255]);
    assert_color(&picture, (120, 10), [239, 239, 239]);
    // What a page has styled is left to it.
    let styled = standing(
        "",
        &[bar(&format!("{size} appearance: none; border: 4px solid #00f"))],
        "",
    );
    assert_color(&styled, (100, 2), BLUE);
}

#[test]
fn a_progress_bar_shows_a_value_that_it_gets() {
    let bar = element(
        20,
        "progress",
        &json!({"style": "display: block; width: 200px; height: 20px"}),
        &[],
    );
    let rendered = render_recording(
        &recording(
            &body("", &[bar]),
            &[attribute(500, 20, "value", "0.75"), end(1000)],
        ),
        "--fps 10 --capture damage",
    );
    for (ms, color) in [(300, [239, 239, 239]), (700, [0, 117, 255])] {
        assert_color(&rendered.at(ms), (120, 10), color);
    }
}

#[test]
fn a_marquee_stands_still() {
    let style = json!({"style": "font: 30px monospace"});
    let picture = standing("", &[element(20, "marquee", &style, &[text(21, "The news")])], "");
    assert!(ink(&picture, (0, 0, 160, 40)) > 300);
}

/// An image of 40x40 pixels that is red first, and then for a part of its time green.
fn svg(animation: &str) -> String {
    format!(
        "<svg xmlns='http://www.w3.org/2000/svg' width='40' height='40'><style>@keyframes turn \
         {{ 50% {{ fill: green }} to {{ fill: green }} }} rect {{ animation: turn {animation} }}</style>\
         <rect width='40' height='40' fill='red'/></svg>"
    )
}

const ENDLESS: &str = "300ms step-end infinite";
const FINITE: &str = "300ms step-end forwards";

fn img(source: &str) -> Value {
    element(20, "img", &json!({"src": source, "style": "display: block"}), &[])
}

fn encoded(svg: &str) -> String {
    let encoded = svg
        .replace('%', "%25")
        .replace('<', "%3C")
        .replace('>', "%3E")
        .replace('#', "%23");
    format!("data:image/svg+xml;charset=utf-8,{encoded}")
}

#[test]
fn an_image_that_style_sheets_in_it_animate_stands_still() {
    let addresses = |svg: &str| {
        [
            format!("data:image/svg+xml,{svg}"),
            encoded(svg),
            format!("data:image/svg+xml;base64,{}", BASE64.encode(svg)),
        ]
    };
    for (animation, color) in [(ENDLESS, RED), (FINITE, GREEN)] {
        for address in addresses(&svg(animation)) {
            let picture = standing("", &[img(&address)], "");
            assert_color(&picture, (20, 20), color);
            let background = element(20, "div", &json!({"class": "drawn"}), &[]);
            let css = format!(".drawn {{ width: 40px; height: 40px; background: url(\"{address}\") }}");
            assert_color(&standing(&css, &[background], ""), (20, 20), color);
        }
    }
}

#[test]
fn an_image_at_an_address_that_style_sheets_in_it_animate_stands_still() {
    for (animation, color) in [(ENDLESS, RED), (FINITE, GREEN)] {
        let server = AssetServer::start(move |visit| match visit.target.as_str() {
            "/drawn.css" => Answer::new(
                "text/css",
                format!(
                    ".drawn {{ width: 40px; height: 40px; background: url(\"{}\") }}",
                    encoded(&svg(animation))
                ),
            ),
            _ => Answer::new("image/svg+xml", svg(animation)),
        });
        let sheet = json!({"rel": "stylesheet", "href": server.url("/drawn.css")});
        let children = [
            img(&server.url("/image.svg")),
            element(21, "link", &sheet, &[]),
            element(22, "div", &json!({"class": "drawn"}), &[]),
        ];
        let picture = standing("", &children, &format!("--allow-host {}", server.host));
        assert_color(&picture, (20, 20), color);
        assert_color(&picture, (20, 60), color);
        assert_color(&picture, (60, 20), WHITE);
    }
}

/// They cannot be found, so what would move in them is over at once.
#[test]
fn parts_that_the_browser_builds_do_not_move_on_its_clock() {
    let css = "* { margin: 0 } input, details, svg { display: block; height: 40px; width: 200px; border: 0; padding: 0 }
        summary { display: none }
        ::details-content { background: #f00; height: 0; overflow: clip; transition: height 60s, background 60s }
        [open]::details-content { background: #008000; height: 40px }
        [type=range] { appearance: none }
        ::-webkit-slider-thumb { appearance: none; width: 200px; height: 40px; background: #f00; transition: background 60s }
        .on::-webkit-slider-thumb { background: #008000 }
        ::placeholder { background: #f00; opacity: 1; transition: background 60s }
        .on::placeholder { background: #008000 }
        rect { fill: #f00; transition: fill 60s } .on rect { fill: #008000 }";
    let svg = |id: u64, tag: &str, attributes: Value, children: &[Value]| {
        with(element(id, tag, &attributes, children), &json!({"isSVG": true}))
    };
    let rect = |id: u64| svg(id, "rect", json!({"width": 200, "height": 40}), &[]);
    let parts = [
        element(20, "details", &json!({}), &[]),
        element(21, "input", &json!({"type": "range"}), &[]),
        element(22, "input", &json!({"placeholder": "words"}), &[]),
        svg(
            30,
            "svg",
            json!({}),
            &[
                svg(
                    31,
                    "symbol",
                    json!({"id": "one"}),
                    &[svg(23, "g", json!({}), &[rect(32)])],
                ),
                svg(33, "use", json!({"href": "#one"}), &[]),
            ],
        ),
        svg(
            40,
            "svg",
            json!({}),
            &[
                svg(
                    41,
                    "defs",
                    json!({}),
                    &[svg(24, "g", json!({"id": "two"}), &[rect(42)])],
                ),
                svg(43, "use", json!({"href": "#two"}), &[]),
            ],
        ),
    ];
    let mut events: Vec<Value> = (21..=24).map(|id| attribute(300, id, "class", "on")).collect();
    events.extend([attribute(300, 20, "open", ""), end(600)]);
    let rendered = render_recording(&recording(&body(css, &parts), &events), "--fps 10");
    let (before, after) = (rendered.at(200), rendered.at(300));
    for y in [60, 100, 140, 180] {
        assert_color(&before, (2, y), RED);
    }
    for y in [20, 60, 100, 140, 180] {
        assert_color(&after, (2, y), GREEN);
    }
}
