//! Recordings of several browser windows (tabs): the video follows the person from one to the other, or stays with
//! the one that was asked for.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod common;

use image::Rgb;
use serde_json::{Value, json};

use common::video::{Rendered, render_recording};
use common::{element, full_snapshot, replaycast, write};

const RED: [u8; 3] = [255, 0, 0];
const BLUE: [u8; 3] = [0, 0, 255];
const GREEN: [u8; 3] = [0, 160, 0];

/// Two windows, `red` (320x240) and `blue` (200x240). The person opens red at 0 s and blue at 1 s, and clicks in red
/// at 2 s and in blue at 3 s. Red turned green at 1.5 s, in the background. It all ends at 4 s.
fn two_windows() -> Value {
    let body = |color: &str| element(5, "body", &json!({"style": format!("background: {color}")}), &[]);
    let meta = |at: u64, width: u64| json!({"type": 4, "timestamp": at, "data": {"href": "https://a.test/", "width": width, "height": 240}});
    let click = |at: u64| json!({"type": 3, "timestamp": at, "data": {"source": 2, "type": 2, "id": 5, "x": 9, "y": 9}});
    let paint = |at: u64, color: &str| {
        json!({"type": 3, "timestamp": at, "data": {"source": 0, "texts": [], "removes": [], "adds": [],
            "attributes": [{"id": 5, "attributes": {"style": format!("background: {color}")}}]}})
    };
    let of = |window: &str, mut event: Value| {
        event["windowId"] = json!(window);
        event
    };
    json!([
        of("red", meta(1000, 320)),
        of("red", full_snapshot(1000, &body("#f00"))),
        of("blue", meta(2000, 200)),
        of("blue", full_snapshot(2000, &body("#00f"))),
        of("red", paint(2500, "#00a000")),
        of("red", click(3000)),
        of("blue", click(4000)),
        of(
            "blue",
            json!({"type": 5, "timestamp": 5000, "data": {"tag": "end", "payload": {}}})
        ),
    ])
}

fn render(arguments: &str) -> Rendered {
    render_recording(&two_windows(), &format!("--fps 10 --idle keep {arguments}"))
}

#[track_caller]
fn assert_shows(rendered: &Rendered, ms: u64, color: [u8; 3]) {
    let Rgb(found) = *rendered.at(ms).get_pixel(160, 200);
    let near = found.iter().zip(color).all(|(a, b)| a.abs_diff(b) <= 12);
    assert!(near, "{found:?} at {ms} ms, not {color:?}");
}

#[test]
fn the_video_follows_the_person_from_window_to_window() {
    let followed = render("");
    for (ms, color) in [(500, RED), (1500, BLUE), (2500, GREEN), (3500, BLUE)] {
        assert_shows(&followed, ms, color);
    }
    let shown = followed.report["shown_windows"].as_array().unwrap();
    let shown: Vec<_> = shown
        .iter()
        .map(|turn| turn["window"].as_str().unwrap())
        .collect();
    assert_eq!(shown, ["red", "blue", "red", "blue"]);
    followed.assert_equals(&render("--capture every-frame"));
}

/// Recorders tell of a page first, and then take a while to write down what stands on it.
#[test]
fn a_window_that_opens_shows_its_page_at_once() {
    let mut recording = two_windows();
    recording[3]["timestamp"] = json!(2400);
    let rendered = render_recording(&recording, "--fps 10 --idle keep");
    for (ms, color) in [(950, RED), (1050, BLUE), (1350, BLUE), (1450, BLUE)] {
        assert_shows(&rendered, ms, color);
    }
    rendered.assert_equals(&render_recording(
        &recording,
        "--fps 10 --idle keep --capture every-frame",
    ));
}

#[test]
fn one_window_is_shown_throughout_if_it_is_asked_for() {
    let red = render("--window red");
    for (ms, color) in [(500, RED), (1200, RED), (1800, GREEN)] {
        assert_shows(&red, ms, color);
    }
    // It ends with its own last event, and is as large as itself.
    assert_eq!(red.hashes.len(), 20);
    let blue = render("--window blue");
    assert_eq!(
        (blue.report["output"]["size"]["width"].as_u64(), blue.hashes.len()),
        (Some(200), 30)
    );
}

#[test]
fn an_unknown_window_is_refused_with_the_ones_there_are() {
    let folder = tempfile::tempdir().unwrap();
    let input = write(folder.path(), "session.json", &two_windows());
    let output = replaycast()
        .arg("render")
        .arg(input)
        .args(["--window", "green"])
        .output()
        .unwrap();
    let told = common::stderr(&output);
    assert_eq!(output.status.code(), Some(64), "{told}");
    assert!(told.contains("hint: Choose auto or one of: red, blue."), "{told}");
}
