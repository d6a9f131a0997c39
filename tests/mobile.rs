//! Recordings of mobile apps, made here, rendered by the real program: screens of wireframes as they change, and
//! screenshots, which must come out as the pictures that went in.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod common;

use base64::Engine;
use common::video::{Color, Rendered, assert_color, middle_of, png, render, render_recording};
use common::{fixture, replaycast, succeed, write};
use image::{Rgb, RgbImage};
use serde_json::{Value, json};

/// Session time 0, as epoch time.
const STARTED: u64 = 1_758_000_000_000;
const WIDTH: u32 = 160;
const HEIGHT: u32 = 240;

const BLUE: Color = [0x1d, 0x4a, 0xff];
const GREY: Color = [0xb6, 0xb7, 0xaf];
const RED: Color = [200, 30, 30];
const GREEN: Color = [30, 160, 60];
const WHITE: Color = [255, 255, 255];

fn render_at_10_fps(recording: &Value) -> Rendered {
    render_recording(recording, "--fps 10 --capture damage")
}

fn meta() -> Value {
    json!({"type": 4, "timestamp": STARTED, "data": {"href": "Home", "width": WIDTH, "height": HEIGHT}})
}

fn full_snapshot(wireframes: &Value) -> Value {
    json!({"type": 2, "timestamp": STARTED, "data": {"wireframes": wireframes, "initialOffset": {"top": 0, "left": 0}}})
}

fn change(after_ms: u64, data: &Value) -> Value {
    let mut data = data.clone();
    data["source"] = json!(0);
    json!({"type": 3, "timestamp": STARTED + after_ms, "data": data})
}

fn keyboard(after_ms: u64, open: bool) -> Value {
    let payload = json!({"open": open, "height": 79.6, "styles": {"backgroundColor": "#1ea03c"}});
    json!({"type": 5, "timestamp": STARTED + after_ms, "data": {"tag": "keyboard", "payload": payload}})
}

fn touch(after_ms: u64, id: i64, x: u32, y: u32) -> Value {
    json!({"type": 3, "timestamp": STARTED + after_ms, "data": {"source": 2, "type": 7, "id": id, "x": x, "y": y}})
}

/// A finger's way, as its positions were collected until then.
fn swipe(after_ms: u64, positions: &[(u32, u32, i32)]) -> Value {
    let positions: Vec<Value> = positions
        .iter()
        .map(|(x, y, offset)| json!({"id": 0, "x": x, "y": y, "timeOffset": offset}))
        .collect();
    json!({"type": 3, "timestamp": STARTED + after_ms, "data": {"source": 6, "positions": positions}})
}

fn interaction(after_ms: u64, kind: u8, x: u32, y: u32) -> Value {
    let mut event = touch(after_ms, 0, x, y);
    event["data"]["type"] = json!(kind);
    event
}

/// Something that does nothing, so that the recording lasts until then.
fn end(after_ms: u64) -> Value {
    json!({"type": 5, "timestamp": STARTED + after_ms, "data": {"tag": "end", "payload": {}}})
}

fn rectangle(id: u64, y: u32, color: &str) -> Value {
    json!({"id": id, "type": "rectangle", "x": 0, "y": y, "width": "100vw", "height": 40, "style": {"backgroundColor": color}})
}

/// A picture in which every place differs from its neighbours, but smoothly, as video wants it.
fn picture(phase: u32) -> RgbImage {
    RgbImage::from_fn(WIDTH, HEIGHT, |x, y| {
        let [red, blue] = [x / 2 + 50 * phase, (x + y) / 4 + 60 * (2 - phase)];
        Rgb([red as u8, y as u8, blue as u8])
    })
}

fn base64_png(picture: &RgbImage) -> String {
    base64::engine::general_purpose::STANDARD.encode(png(picture))
}

/// `base64` with its lines wrapped, as some encoders write it.
fn screenshot(picture: &RgbImage) -> Value {
    let mut base64 = base64_png(picture);
    base64.insert(76, '\n');
    json!({"id": 1041, "type": "screenshot", "x": 0, "y": 0, "width": WIDTH, "height": HEIGHT, "base64": base64})
}

#[track_caller]
fn assert_shows(rendered: &Rendered, video_ms: u64, expected: &RgbImage) {
    let shown = rendered.at(video_ms);
    assert_eq!(shown.dimensions(), expected.dimensions());
    let furthest = |shown: &Rgb<u8>, expected: &Rgb<u8>| {
        let channels = shown.0.into_iter().zip(expected.0);
        channels.map(|(a, b)| a.abs_diff(b)).max().unwrap()
    };
    let wrong: Vec<(u32, u32)> = shown
        .enumerate_pixels()
        .filter(|(x, y, pixel)| furthest(pixel, expected.get_pixel(*x, *y)) > 24)
        .map(|(x, y, _)| (x, y))
        .collect();
    // A page that ends within a pixel covers it once with us; in a browser, as many times as clips end there.
    let is_edge = wrong.iter().all(|at| at.0 == wrong[0].0) || wrong.iter().all(|at| at.1 == wrong[0].1);
    let pixels = expected.pixels().len();
    assert!(
        is_edge && wrong.len() * 100 < pixels,
        "{} of {pixels} pixels are off at {video_ms} ms, the first at {:?}",
        wrong.len(),
        wrong[0]
    );
}

/// The hash of the frame at a session time, in whole tenths of a second.
fn hash_at(rendered: &Rendered, session_ms: f64) -> &str {
    let frame = rendered
        .hashes
        .iter()
        .find(|frame| (frame.session_ms - session_ms).abs() < 1.0);
    &frame.unwrap().hash
}

#[test]
fn wireframes_change_in_place() {
    let rendered = render_at_10_fps(&json!([
        meta(),
        full_snapshot(&json!([
            rectangle(1001, 0, "#c81e1e"),
            rectangle(1002, 60, "#c81e1e"),
            rectangle(1003, 60, "#1ea03c")
        ])),
        change(
            1000,
            &json!({"updates": [
                {"parentId": 5, "wireframe": rectangle(1001, 120, "#1d4aff")},
                // It stays below the rectangle that covers it.
                {"parentId": 5, "wireframe": rectangle(1002, 60, "#1d4aff")},
            ]})
        ),
        change(2000, &json!({"removes": [{"parentId": 5, "id": 1003}]})),
        end(3000),
    ]));
    for (video_ms, colors) in [
        (500, [RED, GREEN, WHITE]),
        (1500, [WHITE, GREEN, BLUE]),
        (2500, [WHITE, BLUE, BLUE]),
    ] {
        let shown = rendered.at(video_ms);
        for (y, color) in [20, 80, 140].into_iter().zip(colors) {
            assert_color(&shown, (80, y), color);
        }
    }
}

#[test]
fn the_keyboard_rises_from_the_lower_edge_and_goes() {
    let rendered = render_at_10_fps(&json!([
        meta(),
        full_snapshot(&json!([rectangle(1001, 0, "#c81e1e")])),
        keyboard(1000, true),
        keyboard(2000, false),
        end(3000),
    ]));
    let green_rows = |video_ms| {
        let shown = rendered.at(video_ms);
        // The stripes of a placeholder darken it, but it stays green.
        let is_green = |y: &u32| {
            let [red, green, _] = shown.get_pixel(2, *y).0;
            green > 100 && red < 60
        };
        (0..HEIGHT).filter(is_green).count()
    };
    assert_eq!(green_rows(500), 0);
    assert!((78..=82).contains(&green_rows(1500)), "{}", green_rows(1500));
    assert_eq!(green_rows(2500), 0);
}

#[test]
fn a_toggle_that_is_updated_changes_its_colour() {
    let toggle = |checked| json!({"id": 1001, "type": "input", "inputType": "toggle", "x": 20, "y": 20, "width": 100, "height": 40, "checked": checked});
    let rendered = render_at_10_fps(&json!([
        meta(),
        full_snapshot(&json!([toggle(false)])),
        change(
            1000,
            &json!({"updates": [{"parentId": 5, "wireframe": toggle(true)}]})
        ),
        end(2000),
    ]));
    assert!(middle_of(&rendered.at(500), GREY).is_some());
    assert!(middle_of(&rendered.at(500), BLUE).is_none());
    assert!(middle_of(&rendered.at(1500), BLUE).is_some());
}

#[test]
fn touches_reach_the_body_and_wireframes() {
    let start = [meta(), full_snapshot(&json!([rectangle(1001, 0, "#c81e1e")]))];
    let with = |touches: &[Value]| {
        let events = start.iter().chain(touches).cloned().chain([end(2000)]).collect();
        render_at_10_fps(&Value::Array(events))
    };
    let untouched = with(&[]);
    for id in [0, 1001, 4242] {
        let touched = with(&[touch(1000, id, 80, 120)]);
        assert_eq!(hash_at(&touched, 500.0), hash_at(&untouched, 500.0), "before it");
        assert_ne!(
            hash_at(&touched, 1500.0),
            hash_at(&untouched, 1500.0),
            "a touch of {id}"
        );
    }
}

#[test]
fn screenshots_come_out_as_they_went_in() {
    let pictures: Vec<RgbImage> = (0..3).map(picture).collect();
    let update = |after_ms, picture| {
        change(
            after_ms,
            &json!({"updates": [{"parentId": 77, "wireframe": screenshot(picture)}]}),
        )
    };
    let recording = json!([
        meta(),
        full_snapshot(&json!([screenshot(&pictures[0])])),
        update(1000, &pictures[1]),
        update(2000, &pictures[2]),
        update(3000, &pictures[0]),
        end(3500),
    ]);
    let rendered = render_at_10_fps(&recording);
    for (video_ms, picture) in [
        (0, 0),
        (900, 0),
        (1000, 1),
        (1900, 1),
        (2000, 2),
        (3000, 0),
        (3400, 0),
    ] {
        assert_shows(&rendered, video_ms, &pictures[picture]);
    }
    // Before encoding: three pictures, and the first again to the last bit.
    assert_eq!(rendered.different_pictures(), 3);
    assert_eq!(hash_at(&rendered, 0.0), hash_at(&rendered, 3000.0));

    // Without its beginning it is the same from the first screenshot on, and knows its size.
    let late = Value::Array(recording.as_array().unwrap()[2..].to_vec());
    let late = render_at_10_fps(&late);
    assert_eq!(hash_at(&late, 0.0), hash_at(&rendered, 1000.0));
    assert_eq!(hash_at(&late, 1000.0), hash_at(&rendered, 2000.0));
    assert_eq!(hash_at(&late, 2000.0), hash_at(&rendered, 3000.0));
}

/// Screenshots in a window of another size than theirs at the end, with taps and swipes.
fn touched_screenshots(file: impl Fn(&RgbImage) -> Value) -> Value {
    let update = |after_ms, file: &Value| {
        change(
            after_ms,
            &json!({"updates": [{"parentId": 5, "wireframe": file}]}),
        )
    };
    let files: Vec<Value> = (0..3).map(|phase| file(&picture(phase))).collect();
    json!([
        meta(),
        full_snapshot(&json!([files[0]])),
        interaction(210, 7, 40, 60),
        interaction(280, 9, 40, 60),
        interaction(290, 2, 40, 60),
        update(400, &files[1]),
        interaction(700, 7, 100, 200),
        swipe(900, &[(100, 180, -150), (110, 140, -100), (115, 120, -40)]),
        interaction(950, 9, 118, 100),
        interaction(1300, 7, 20, 20),
        interaction(1350, 10, 20, 20),
        update(1400, &files[2]),
        end(1600),
    ])
}

#[test]
fn screenshots_need_no_browser() {
    let recording = touched_screenshots(screenshot);
    let through_browser = render_recording(&recording, "--fps 20 --capture damage");
    // No browser is looked for, and the pictures are the same to the last bit, touches and all.
    let arguments = "--fps 20 --quality lossless --browser /no/such";
    let itself = render_recording(&recording, arguments);
    assert_eq!(itself.report["capture"]["method"], "slideshow");
    assert!(itself.report["capture"]["browser"].is_null());
    assert_eq!(itself.pictures_taken(), 3);
    itself.assert_equals(&through_browser);
    assert!(itself.different_pictures() > 10, "touches are seen");
    itself.assert_equals(&render_recording(&recording, arguments));
}

#[test]
fn a_screenshot_without_picture_leaves_the_one_before_and_needs_no_browser() {
    let lost = |mut wireframe: Value| {
        wireframe.as_object_mut().unwrap().remove("base64");
        json!({"updates": [{"parentId": 5, "wireframe": wireframe}]})
    };
    let recording = json!([
        meta(),
        full_snapshot(&json!([screenshot(&picture(0))])),
        change(500, &lost(screenshot(&picture(1)))),
        change(
            1000,
            &json!({"updates": [{"parentId": 5, "wireframe": screenshot(&picture(1))}]})
        ),
        end(1500),
    ]);
    let rendered = render_recording(&recording, "--fps 10 --browser /no/such");
    assert_shows(&rendered, 700, &picture(0));
    assert_shows(&rendered, 1200, &picture(1));
}

#[test]
fn the_screen_of_a_turned_phone_is_shown_whole() {
    // The SDKs tell its size only once.
    let turned = image::imageops::rotate90(&picture(1));
    let mut wireframe = screenshot(&turned);
    (wireframe["width"], wireframe["height"]) = (json!(HEIGHT), json!(WIDTH));
    let mut snapshot = full_snapshot(&json!([wireframe]));
    snapshot["timestamp"] = json!(STARTED + 1000);
    let recording = json!([
        meta(),
        full_snapshot(&json!([screenshot(&picture(0))])),
        snapshot,
        end(2000)
    ]);
    let rendered = render_recording(&recording, "--fps 10 --size 240x160 --browser /no/such");
    assert_shows(&rendered, 1500, &turned);
}

#[test]
fn screenshots_in_their_own_size_keep_every_pixel() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    let run = |arguments: &[&str]| {
        let mut command = replaycast();
        command.current_dir(folder.path()).args(arguments);
        succeed(command.args(["--quiet", "--browser", "/no/such"]))
    };
    let recording = json!([meta(), full_snapshot(&json!([screenshot(&picture(1))])), end(500)]);
    write(folder.path(), "app.json", &recording);
    run(&["render", "app.json", "-o", "frames", "--format", "png"]);
    let shown = image::open(place("frames").join("000000.png")).unwrap();
    assert!(shown.into_rgb8() == picture(1));

    run(&["render", "app.json", "-o", "app.mp4"]);
    run(&["verify", "app.mp4", "app.json"]);
}

#[test]
fn screenshots_are_scaled_as_a_browser_scales_them() {
    // Twice as large as its place, and in the end in a window on its side.
    let large = |picture: &RgbImage| {
        let (width, height) = (WIDTH * 2, HEIGHT * 2);
        let large = image::imageops::resize(picture, width, height, image::imageops::FilterType::Triangle);
        let mut wireframe = screenshot(&large);
        (wireframe["width"], wireframe["height"]) = (json!(WIDTH), json!(HEIGHT));
        wireframe
    };
    let mut recording = touched_screenshots(large);
    let turned = json!({"type": 3, "timestamp": STARTED + 1500, "data": {"source": 4, "width": HEIGHT, "height": WIDTH}});
    recording.as_array_mut().unwrap().insert(12, turned);
    for options in [
        "--fps 10 --quality lossless --background white",
        "--fps 10 --quality lossless --size 100x180 --theme light",
        "--fps 10 --quality lossless --size 100x90 --fit width --scale 1.5",
    ] {
        let itself = render_recording(&recording, options);
        assert_eq!(itself.report["capture"]["method"], "slideshow");
        let through_browser = render_recording(&recording, &format!("{options} --capture damage"));
        for video_ms in [0, 300, 500, 900, 1450, 1550] {
            assert_shows(&itself, video_ms, &through_browser.at(video_ms));
        }
    }
}

#[test]
fn a_damaged_screenshot_leaves_the_one_before() {
    let mut recording = touched_screenshots(screenshot);
    let damaged = &mut recording[5]["data"]["updates"][0]["wireframe"]["base64"];
    let file = damaged.as_str().unwrap();
    *damaged = json!(file[..file.len() / 2 / 4 * 4].to_owned());
    // It counts once, in however many sizes of the window it is seen.
    let resized = json!({"type": 3, "timestamp": STARTED + 500, "data": {"source": 4, "width": WIDTH, "height": HEIGHT - 2}});
    let back = json!({"type": 3, "timestamp": STARTED + 550, "data": {"source": 4, "width": WIDTH, "height": HEIGHT}});
    recording.as_array_mut().unwrap().splice(7..7, [resized, back]);
    let rendered = render_recording(&recording, "--fps 20 --idle keep");
    assert_shows(&rendered, 600, &picture(0));
    assert_shows(&rendered, 1550, &picture(2));
    let warning = &rendered.report["player_warnings"][0];
    assert_eq!(warning["count"], 1);
    assert!(warning["message"].as_str().unwrap().contains("damaged"));
}

#[test]
fn what_is_more_than_screenshots_takes_a_browser() {
    let mut recording = touched_screenshots(screenshot);
    recording.as_array_mut().unwrap().insert(11, keyboard(1360, true));
    let method = |options: &str| {
        let rendered = render_recording(&recording, options);
        rendered.report["capture"]["method"].as_str().unwrap().to_owned()
    };
    assert_ne!(method("--fps 10"), "slideshow");
    // It is not seen there.
    assert_eq!(method("--fps 10 --end 1.3"), "slideshow");
}

#[test]
fn screenshots_that_were_made_nodes_already_are_shown() {
    let pictures: Vec<RgbImage> = (0..2).map(picture).collect();
    let image = |after_ms, id: u64, picture| {
        let attributes = json!({
            "src": format!("data:image/png;base64,{}", base64_png(picture)),
            "width": WIDTH, "height": HEIGHT, "data-posthog-screenshot": true,
            "style": format!("position: fixed; left: 0px; top: 0px; width: {WIDTH}px; height: {HEIGHT}px;"),
        });
        let node = json!({"type": 2, "id": id, "tagName": "img", "attributes": attributes, "childNodes": []});
        change(
            after_ms,
            &json!({
                "texts": [], "attributes": [],
                "removes": [{"parentId": 5, "id": id}], "adds": [{"parentId": 5, "nextId": null, "node": node}],
            }),
        )
    };
    let rendered = render_at_10_fps(&json!([
        image(0, 1041, &pictures[0]),
        image(1000, 1041, &pictures[1]),
        end(1500)
    ]));
    assert_shows(&rendered, 500, &pictures[0]);
    assert_shows(&rendered, 1200, &pictures[1]);
}

#[test]
fn an_app_is_drawn_the_same_each_time() {
    let once = render(
        &fixture("mobile-wireframes.json"),
        "--fps 5 --size 195x422 --capture damage",
    );
    let every_frame = render(
        &fixture("mobile-wireframes.json"),
        "--fps 5 --size 195x422 --capture every-frame",
    );
    once.assert_equals(&every_frame);
}
