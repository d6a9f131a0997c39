//! The mouse and fingers: drawn on the pictures, and what they are over looks hovered.

use image::{Rgb, RgbImage};
use serde_json::{Value, json};

use crate::common::recording;
use crate::common::video::{assert_color, render_recording};
use crate::{BODY, BOX, GREEN, MOVING_BOX, RED, a_box, attribute, body, end, event, mouse, render};

#[test]
fn the_cursor_is_where_the_mouse_was() {
    let rendered = render(&recording(
        &body("", &[]),
        &[mouse(300, BODY, 100, 80), mouse(900, BODY, 250, 200), end(1500)],
    ));
    let drawn = |(_, _, pixel): &(u32, u32, &Rgb<u8>)| pixel.0.iter().any(|channel| *channel < 200);
    let before = rendered.at(100);
    assert_eq!(
        before.enumerate_pixels().find(drawn),
        None,
        "a cursor before its first move"
    );
    for (ms, x, y) in [(500, 100.0, 80.0), (1200, 250.0, 200.0)] {
        let picture = rendered.at(ms);
        let marks: Vec<(u32, u32, &Rgb<u8>)> = picture.enumerate_pixels().filter(drawn).collect();
        assert!(!marks.is_empty(), "nothing is drawn at {ms} ms");
        for (mark_x, mark_y, _) in marks {
            let distance = (f64::from(mark_x) - x).hypot(f64::from(mark_y) - y);
            assert!(distance < 32.0, "{mark_x},{mark_y} is drawn at {ms} ms");
        }
    }
}

#[test]
fn a_mouse_that_only_moves_costs_no_capture() {
    let mut moves: Vec<Value> = (0..40)
        .map(|step| mouse(200 + step * 60, BODY, 20 + step * 5, 30 + step * step / 10))
        .collect();
    let click = json!({"source": 2, "type": 2, "id": BODY, "x": 215, "y": 182});
    moves.extend([event(2600, &click), end(3300)]);
    let recording = recording(&body("", &[]), &moves);
    for (method, reference) in [
        ("damage", "every-frame"),
        ("framebuffer", "framebuffer-every-frame"),
    ] {
        let [few, every, slow] = [(method, 30), (reference, 30), (method, 10)]
            .map(|(method, fps)| render_recording(&recording, &format!("--fps {fps} --capture {method}")));
        few.assert_equals(&every);
        few.assert_agrees_with(&slow, 30);
        assert!(few.pictures_taken() <= 2, "{} by {method}", few.pictures_taken());
        assert_eq!(every.pictures_taken(), every.hashes.len() as u64);
        assert!(few.different_pictures() > 70, "{}", few.different_pictures());
    }
}

#[test]
fn the_cursor_can_look_different_or_be_left_out() {
    let recording = recording(
        &body("", &[]),
        &[mouse(200, BODY, 100, 80), mouse(600, BODY, 200, 80), end(1200)],
    );
    let drawn = |options: &str| {
        let rendered = render_recording(&recording, &format!("--fps 10 {options}"));
        let is_drawn = |picture: &RgbImage| {
            let marks = picture
                .pixels()
                .filter(|pixel| pixel.0.iter().any(|level| *level < 240));
            marks.count()
        };
        [750, 1100].map(|ms| is_drawn(&rendered.at(ms)))
    };
    let [arrow, dot, large, none] =
        ["arrow", "dot", "large", "none"].map(|look| drawn(&format!("--cursor {look}")));
    let trail = drawn("--trail");
    assert_eq!(none, [0, 0]);
    assert!(
        dot[1] > 100 && large[1] > arrow[1] * 2,
        "{arrow:?} {dot:?} {large:?}"
    );
    // While it moves, and not much later.
    assert!(
        trail[0] > arrow[0] + 100 && trail[1].abs_diff(arrow[1]) < 20,
        "{arrow:?} {trail:?}"
    );
}

#[test]
fn clicks_and_touches_are_shown() {
    let act = |at: u64, act: u64, x: u64, y: u64| {
        event(at, &json!({"source": 2, "type": act, "id": BODY, "x": x, "y": y}))
    };
    let (click, touch_start, touch_end) = (2, 7, 9);
    let blueish = |picture: &RgbImage| {
        let blue = picture
            .pixels()
            .filter(|pixel| pixel.0[2] > pixel.0[0].saturating_add(30));
        blue.count()
    };
    let clicked = render(&recording(
        &body("", &[]),
        &[mouse(100, BODY, 60, 60), act(500, click, 60, 60), end(1200)],
    ));
    let touched = render(&recording(
        &body("", &[]),
        &[
            act(500, touch_start, 60, 60),
            act(800, touch_end, 60, 60),
            end(1200),
        ],
    ));
    for (ms, is_click, is_touch) in [
        (400, false, false),
        (600, true, true),
        (700, true, true),
        (1100, false, false),
    ] {
        let [click, touch] = [&clicked, &touched].map(|rendered| blueish(&rendered.at(ms)));
        assert_eq!(
            (click > 50, touch > 50),
            (is_click, is_touch),
            "{click} and {touch} at {ms} ms"
        );
    }
    // A finger leaves no cursor behind.
    assert_eq!(touched.hashes[11].hash, touched.hashes[0].hash);
}

#[test]
fn what_the_mouse_is_over_looks_hovered() {
    let css = format!("{MOVING_BOX} .box:hover {{ background: #008000 }}");
    let rendered = render(&recording(
        &body(&css, &[a_box("")]),
        &[mouse(500, BOX, 30, 130), mouse(1000, BODY, 200, 20), end(1500)],
    ));
    // Away from the cursor.
    for (ms, color) in [(400, RED), (700, GREEN), (1200, RED)] {
        assert_color(&rendered.at(ms), (4, 104), color);
    }
}

#[test]
fn fingers_and_what_is_dragged_are_where_they_were_at_the_time() {
    // Recorders collect positions for half a second, and count them back from the time at which they send them.
    let along = |source: u64, y: u64| {
        let positions: Vec<Value> = (0..24)
            .map(|step: i64| json!({"x": 20 + step * 10, "y": y, "id": BODY, "timeOffset": step * 20 - 480}))
            .collect();
        event(1500, &json!({"source": source, "positions": positions}))
    };
    let act = |at: u64, act: u64, x: u64| {
        event(
            at,
            &json!({"source": 2, "type": act, "id": BODY, "x": x, "y": 60}),
        )
    };
    let touched = [act(1000, 7, 20), along(6, 60), act(1520, 9, 250), end(2500)];
    let dragged = [mouse(900, BODY, 20, 60), along(12, 60), end(2500)];
    // The last event of all may be the one whose positions lie before it.
    let cut_off = [mouse(900, BODY, 20, 60), along(12, 60)];
    for then in [&touched[..], &dragged, &cut_off] {
        let rendered = render_recording(&recording(&body("", &[]), then), "--fps 20 --capture damage");
        for (ms, x) in [(1250, 130), (1400, 210)] {
            let picture = rendered.at(ms);
            let drawn = picture
                .enumerate_pixels()
                .filter(|(_, _, pixel)| pixel.0 != [255; 3]);
            let foremost = drawn.map(|(x, _, _)| x).max().unwrap_or_default();
            assert!(foremost.abs_diff(x) < 30, "{foremost} instead of {x} at {ms} ms");
        }
    }
}

#[test]
fn positions_that_are_no_numbers_cost_only_themselves() {
    for positions in [
        json!([]),
        json!([{"x": 5, "y": 5, "id": BODY}]),
        json!([{"x": 5, "y": 5, "id": BODY, "timeOffset": null}, null]),
    ] {
        let rendered = render(&recording(
            &body(MOVING_BOX, &[a_box("")]),
            &[
                event(300, &json!({"source": 1, "positions": positions})),
                event(400, &json!({"source": 6, "positions": positions})),
                attribute(600, BOX, "style", "background: #008000"),
                end(1000),
            ],
        ));
        for (ms, color) in [(500, RED), (800, GREEN)] {
            assert_color(&rendered.at(ms), (20, 120), color);
        }
    }
}
