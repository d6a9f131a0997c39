//! Whole recordings through the real program: two runs give the same pictures, damage capture gives those of
//! capturing every frame, and the video is as long as planned.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod common;

use std::ops::Range;
use std::path::Path;

use common::video::{Rendered, render, render_to};
use common::{fixture, shared};

/// What other hosts have today is not what matters here.
const SMALL: &str = "--size 640x360 --fps 10 --offline";

/// Checks that damage capture gives the pictures of capturing every frame.
fn assert_damage_misses_nothing(input: &Path, arguments: &str) -> Rendered {
    let [damage, every] = ["damage", "every-frame"]
        .map(|method| render(input, &format!("{SMALL} {arguments} --capture {method}")));
    damage.assert_equals(&every);
    assert!(damage.pictures_taken() <= every.pictures_taken());
    damage
}

/// Checks that taking only what changed from the display gives the pictures of taking every frame from it.
fn assert_framebuffer_misses_nothing(input: &Path, arguments: &str) -> Rendered {
    let [changed, every] = ["framebuffer", "framebuffer-every-frame"]
        .map(|method| render(input, &format!("{SMALL} {arguments} --capture {method}")));
    changed.assert_equals(&every);
    changed
}

/// Checks the same of both ways to take pictures, and that another run gives the same pictures again.
fn assert_reproducible(name: &str, arguments: &str) -> Rendered {
    let input = fixture(name);
    let damage = assert_damage_misses_nothing(&input, arguments);
    let framebuffer = assert_framebuffer_misses_nothing(&input, arguments);
    framebuffer.assert_equals(&render(
        &input,
        &format!("{SMALL} {arguments} --capture framebuffer"),
    ));
    damage.assert_equals(&render(&input, &format!("{SMALL} {arguments} --capture damage")));
    damage
}

/// Checks that the video lasts as long as the report says, and that the file has the frames it says.
fn assert_as_planned(rendered: &Rendered, fps: f64) {
    let output = &rendered.report["output"];
    let planned = output["frames"].as_u64().unwrap();
    assert_eq!(rendered.hashes.len() as u64, planned);
    assert_eq!(
        rendered.video.frames.len() as u64,
        output["encoded_frames"].as_u64().unwrap()
    );
    let capture = &rendered.report["capture"];
    assert!(capture["browser"]["calls"].as_u64() > capture["advances"].as_u64());
    let planned_ms = planned as f64 * 1000.0 / fps;
    let found_ms = rendered.video.duration_ms;
    assert!(
        (found_ms - planned_ms).abs() <= 1.0,
        "{found_ms} ms instead of {planned_ms}"
    );
}

#[test]
fn the_busy_checkout_is_reproducible() {
    // A form, a spinner, a dialog, transitions.
    let checkout = assert_reproducible("shop-checkout.json", "--start 26 --end 34");
    assert!(checkout.different_pictures() > 10, "that part should be busy");
}

#[test]
fn the_phone_menu_is_reproducible() {
    assert_reproducible("phone-menu.json", "--end 5");
}

/// Whether the phone's menu, on its way at a time, has this colour in a column of it, whichever way it is captured.
fn assert_menu_edge(video_ms: u64, x: u32, rows: Range<u32>, expected: [u8; 3]) {
    for capture in ["damage", "framebuffer"] {
        let arguments = format!("--fps 24 --idle keep --end 5.5 --capture {capture}");
        let picture = render(&fixture("phone-menu.json"), &arguments).at(video_ms);
        for y in rows.clone() {
            let edge = picture.get_pixel(x, y).0;
            let mut channels = edge.iter().zip(expected);
            let is_expected = channels.all(|(channel, expected)| channel.abs_diff(expected) <= 1);
            assert!(is_expected, "{capture}, {y}: {edge:?}");
        }
    }
}

#[test]
fn the_edge_of_a_moving_menu_is_mixed_with_what_is_below_it() {
    // A browser that moves the menu as a layer of its own mixes it with what memory held before.
    assert_menu_edge(5170, 22, 280..700, [254; 3]);
}

#[test]
fn the_last_column_of_a_moving_menu_has_nothing_of_what_memory_held() {
    // 98% of it is the white menu, the rest the dark header behind it.
    assert_menu_edge(4042, 291, 0..53, [250, 251, 251]);
}

#[test]
fn the_resized_window_is_reproducible() {
    assert_reproducible("window-resize.json", "--end 5");
}

#[test]
fn videos_are_as_long_as_planned() {
    for name in ["video.mp4", "video.webm"] {
        let rendered = render_to(name, &fixture("phone-menu.json"), "--size 320x320 --fps 5");
        assert_as_planned(&rendered, 5.0);
        assert!(
            rendered.video.frames.len() < rendered.hashes.len(),
            "{name}: stills cost frames"
        );
    }
}

#[test]
fn a_constant_rate_has_a_frame_at_every_place_of_the_grid() {
    for name in ["video.mp4", "video.webm"] {
        let arguments = "--size 320x320 --fps 5 --end 5 --cfr";
        let rendered = render_to(name, &fixture("phone-menu.json"), arguments);
        assert_as_planned(&rendered, 5.0);
        for (index, frame) in rendered.video.frames.iter().enumerate() {
            let start_ms = frame.start_ms;
            assert!(
                (start_ms - index as f64 * 200.0).abs() <= 1.0,
                "{name}: frame {index} is at {start_ms} ms"
            );
        }
        assert_eq!(rendered.video.frames.len(), rendered.hashes.len());
    }
}

#[test]
fn damage_capture_of_the_busiest_recording_misses_nothing() {
    let Some(input) = shared("expect-demo-1280x720.json") else {
        return;
    };
    assert_damage_misses_nothing(&input, "--end 10");
    assert_framebuffer_misses_nothing(&input, "--end 10");
}

#[test]
fn what_is_drawn_after_a_long_pause_does_not_depend_on_the_frames_before() {
    let Some(input) = shared("posthog-site-homepage.json") else {
        return;
    };
    // At full size: it was the edges of letters that differed, by one level.
    let [damage, every] = ["damage", "every-frame"]
        .map(|method| render(&input, &format!("--idle keep --end 30.5 --capture {method}")));
    damage.assert_equals(&every);
}

#[test]
fn damage_capture_of_clicks_and_animations_misses_nothing() {
    let Some(input) = shared("steel-example.json") else {
        return;
    };
    assert_damage_misses_nothing(&input, "--end 10");
}

#[test]
fn looking_at_every_frame_of_a_display_changes_nothing() {
    // A cursor blinks far from a box whose round corners depend on how much is drawn anew.
    let Some(input) = shared("rrweb-player-react-hooks.json") else {
        return;
    };
    let arguments = "--fps 24 --offline --idle keep --start 65 --end 73";
    let [changed, every] = ["framebuffer", "framebuffer-every-frame"]
        .map(|method| render(&input, &format!("{arguments} --capture {method}")));
    changed.assert_equals(&every);
}
