//! What a browser moves on its own clock stands still, whenever and however often it is looked at.

use image::{GenericImageView, RgbImage};
use serde_json::{Value, json};

use crate::common::video::{Rendered, assert_color, render_recording};
use crate::common::{element, recording, text};
use crate::unrecorded::ink;
use crate::{BLUE, BOX, MOVING_BOX, a_box, attribute, body, end};

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
