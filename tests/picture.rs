//! How the page lies in the picture, rendered by the real program: its scale, its fit, what surrounds it; and what is
//! said of pictures that cannot be right.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod common;

use std::fs;
use std::path::Path;
use std::process::Output;

use common::video::{Color, Rendered, assert_color, assert_middle, render, render_recording};
use common::{element, end, read_json, recording, replaycast, resize, stderr, text, write};
use serde_json::{Value, json};

const RED: Color = [255, 0, 0];
const WHITE: Color = [255; 3];
const BLACK: Color = [0; 3];
const DARK: Color = [0x1b, 0x1d, 0x23];
const LIGHT: Color = [0xe6, 0xe8, 0xec];

fn body(children: &[Value]) -> Value {
    let style = json!({"style": "margin: 0; background: #fff"});
    element(10, "body", &style, children)
}

fn a_box(id: u64, style: &str) -> Value {
    element(
        id,
        "div",
        &json!({"style": format!("position: absolute; {style}")}),
        &[],
    )
}

/// A page of 320x240 with a red box and a line of half a pixel.
fn page(then: &[Value]) -> Value {
    let red = a_box(
        11,
        "left: 100px; top: 80px; width: 40px; height: 40px; background: #f00",
    );
    let line = a_box(
        12,
        "left: 0; top: 20.5px; width: 320px; height: .5px; background: #000",
    );
    recording(&body(&[red, line]), then)
}

fn shown(recording: &Value, arguments: &str) -> Rendered {
    render_recording(recording, &format!("--fps 10 {arguments}"))
}

#[test]
fn a_scale_gives_more_pixels_and_the_same_layout() {
    let recording = page(&[end(100)]);
    let rendered = shown(&recording, "--capture damage --scale 2");
    let picture = rendered.at(0);
    assert_eq!(picture.dimensions(), (640, 480));
    assert_middle(&picture, RED, (240.0, 200.0));
    assert_color(&picture, (500, 40), WHITE);
    assert_color(&picture, (500, 41), BLACK);
    assert_color(&picture, (500, 42), WHITE);
    for other in [
        "--capture screenshot --scale 2",
        "--capture framebuffer --scale 2",
    ] {
        assert_eq!(shown(&recording, other).hashes, rendered.hashes, "{other}");
    }
    // A given size is the video's.
    let sized = shown(&recording, "--capture damage --scale 1.5 --size 322x242").at(0);
    assert_eq!(sized.dimensions(), (322, 242));
}

#[test]
fn the_page_is_fitted_whole_or_by_its_width() {
    let recording = page(&[end(100)]);
    let whole = shown(&recording, "--capture damage --size 400x120 --theme light").at(0);
    assert_middle(&whole, RED, (180.0, 50.0));
    assert_color(&whole, (60, 60), LIGHT);
    assert_color(&whole, (340, 60), LIGHT);
    let cut = shown(&recording, "--capture damage --size 320x120 --fit width").at(0);
    assert_middle(&cut, RED, (120.0, 100.0));
    assert_color(&cut, (2, 118), WHITE);
    let padded = shown(
        &recording,
        "--capture damage --size 320x300 --fit width --background #0000ff",
    )
    .at(0);
    assert_middle(&padded, RED, (120.0, 130.0));
    assert_color(&padded, (160, 10), [0, 0, 255]);
    assert_color(&padded, (160, 290), [0, 0, 255]);
}

#[test]
fn a_window_that_is_resized_leaves_nothing_behind() {
    let recording = page(&[resize(500, 160, 240), resize(1000, 320, 100), end(1500)]);
    for capture in ["damage", "framebuffer"] {
        let rendered = shown(&recording, &format!("--capture {capture}"));
        assert_middle(&rendered.at(300), RED, (120.0, 100.0));
        let narrow = rendered.at(800);
        assert_middle(&narrow, RED, (200.0, 100.0));
        for x in [10, 70, 250, 310] {
            assert_color(&narrow, (x, 120), DARK);
        }
        let low = rendered.at(1300);
        assert_color(&low, (120, 160), RED);
        assert_color(&low, (10, 72), WHITE);
        for y in [10, 66, 174, 230] {
            assert_color(&low, (160, y), DARK);
        }
    }
}

/// Renders within a folder, in which the old video is a word.
fn render_over_old(folder: &Path, recording: &Value, arguments: &str) -> Output {
    let input = write(folder, "recording.json", recording);
    fs::write(folder.join("video.mp4"), "old").unwrap();
    let mut command = replaycast();
    command.arg("render").arg(input).arg("--force");
    command.arg("--output").arg(folder.join("video.mp4"));
    command.arg("--report").arg(folder.join("report.json"));
    command.args(["--fps=10", "--capture=damage", "--size=400x240"]);
    command.args(arguments.split_whitespace()).output().unwrap()
}

fn report(folder: &Path) -> Value {
    read_json(&folder.join("report.json"))
}

#[test]
fn a_blank_video_is_told_from_a_blank_page() {
    let folder = tempfile::tempdir().unwrap();
    let invisible = element(
        11,
        "p",
        &json!({"style": "color: #fff"}),
        &[text(12, "white on white")],
    );
    let blank = recording(&body(&[invisible]), &[end(300)]);
    let output = render_over_old(folder.path(), &blank, "");
    assert!(output.status.success());
    let says = "every frame is blank (white), although the page has text";
    assert!(
        stderr(&output).contains(&format!("warning: {says}")),
        "{}",
        stderr(&output)
    );
    assert!(report(folder.path())["doubt"].as_str().unwrap().starts_with(says));

    let output = render_over_old(folder.path(), &blank, "--strict");
    assert_eq!(output.status.code(), Some(70), "{}", stderr(&output));
    assert!(stderr(&output).contains(says), "{}", stderr(&output));
    assert_eq!(fs::read(folder.path().join("video.mp4")).unwrap(), b"old");

    let empty = recording(&body(&[]), &[end(300)]);
    let output = render_over_old(folder.path(), &empty, "--strict");
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(stderr(&output).contains("and so is the recorded page"));

    let output = render_over_old(folder.path(), &page(&[end(300)]), "--strict");
    assert!(output.status.success() && !stderr(&output).contains("blank"));
    assert_eq!(report(folder.path())["doubt"], Value::Null);
}

#[test]
fn a_picture_that_never_changes_is_doubted() {
    let folder = tempfile::tempdir().unwrap();
    let word = element(11, "p", &json!({}), &[text(12, "always the same")]);
    let attribute = |at: u64| {
        json!({"type": 3, "timestamp": 1000 + 50 * at, "data": {
            "source": 0, "adds": [], "removes": [], "texts": [],
            "attributes": [{"id": 11, "attributes": {"data-count": at.to_string()}}],
        }})
    };
    let changes: Vec<Value> = (1..=30).map(attribute).collect();
    let frozen = recording(&body(&[word]), &changes);
    let output = render_over_old(folder.path(), &frozen, "");
    assert!(output.status.success());
    assert!(
        stderr(&output).contains("warning: the picture never changes, although 30 events"),
        "{}",
        stderr(&output)
    );
    let output = render_over_old(folder.path(), &frozen, "--strict");
    assert_eq!(output.status.code(), Some(70));
    assert_eq!(fs::read(folder.path().join("video.mp4")).unwrap(), b"old");
}

#[test]
fn fonts_that_the_machine_lacks_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let word = |id: u64, family: &str| {
        let style = json!({"style": format!("font-family: {family}")});
        element(id, "p", &style, &[text(id + 1, "a word")])
    };
    let hidden = element(
        90,
        "p",
        &json!({"style": "font-family: Hidden; display: none"}),
        &[text(91, "nowhere")],
    );
    let families = [
        word(20, "'No Such \"Sans\"', Arial"),
        word(30, "Nowhere, sans-serif"),
        word(40, "'Liberation Sans', 'Also Nowhere'"),
        word(50, "system-ui, 'Segoe UI'"),
        hidden,
    ];
    let output = render_over_old(folder.path(), &recording(&body(&families), &[end(300)]), "");
    let line = "Fonts not on this machine: No Such \"Sans\", Nowhere (drawn with others)";
    assert!(stderr(&output).contains(line), "{}", stderr(&output));
    assert_eq!(
        report(folder.path())["missing_fonts"],
        json!(["No Such \"Sans\"", "Nowhere"])
    );
}

#[test]
fn half_a_character_in_the_name_of_a_font_ends_no_render() {
    let folder = tempfile::tempdir().unwrap();
    let style = json!({"style": "font-family: 'caf?'"});
    let page = recording(
        &body(&[element(20, "p", &style, &[text(21, "a word")])]),
        &[end(300)],
    );
    // Half of a surrogate pair, which no text of Rust's can hold.
    let input = folder.path().join("input.json");
    fs::write(&input, page.to_string().replace("caf?", r"caf\ud83d")).unwrap();
    let rendered = render(&input, "--fps 10");
    assert_eq!(rendered.report["missing_fonts"], json!(["caf\u{fffd}"]));
}
