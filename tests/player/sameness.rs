//! Nearly everything that moves, on one page: the same pictures by every way, rate and start.

use serde_json::{Value, json};

use crate::animations::{animated_svg, shadow_host};
use crate::common::video::render_recording;
use crate::common::{element, recording, text};
use crate::{
    BODY, BOX, DOCUMENT, MOVING_BOX, a_box, addition, attribute, body, end, large_image, mouse, render,
    resize, scroll,
};

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
    let [whole, cut] = ["keep", "skip:2:1"].map(|idle| {
        render_recording(
            &recording,
            &format!("--fps 5 --capture damage --no-idle-mark --idle {idle}"),
        )
    });
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
