//! Animated images and the animation elements of SVG stand where session time says.

use serde_json::{Value, json};

use crate::animations::animated_svg;
use crate::common::video::{Color, Rendered, assert_color, render_recording};
use crate::common::{element, recording};
use crate::{BLUE, BODY, BOX, GREEN, RED, addition, assert_box_at, attribute, body, end, render, with};

/// Eight by eight pixels: red for 200 ms, green for 300 ms, blue for 100 ms.
const GIF: &str = "data:image/gif;base64,R0lGODlhCAAIAIEAAP8AAAAAAAAAAAAAACH/C05FVFNDQVBFMi4wAwEAAAAh+QQAFAAAACwAAAAACAAIAAAIDwABCBxIsKDBgwgTKkwYEAAh+QQBHgABACwAAAAACAAIAIEAgAAAAAAAAAAAAAAIDwABCBxIsKDBgwgTKkwYEAAh+QQBCgABACwAAAAACAAIAIEAAP8AAAAAAAAAAAAIDwABCBxIsKDBgwgTKkwYEAA7";
const GIF_ONCE: &str = "data:image/gif;base64,R0lGODlhCAAIAIEAAP8AAAAAAAAAAAAAACH5BAAUAAAALAAAAAAIAAgAAAgPAAEIHEiwoMGDCBMqTBgQACH5BAEeAAEALAAAAAAIAAgAgQCAAAAAAAAAAAAAAAgPAAEIHEiwoMGDCBMqTBgQACH5BAEKAAEALAAAAAAIAAgAgQAA/wAAAAAAAAAAAAgPAAEIHEiwoMGDCBMqTBgQADs=";
const WEBP: &str = "data:image/webp;base64,UklGRrQAAABXRUJQVlA4WAoAAAACAAAABwAABwAAQU5JTQYAAAAAAAAAAABBTk1GKAAAAAAAAAAAAAcAAAcAAMgAAAJWUDhMDwAAAC8HwAEABxD9j/4HIqL/AQBBTk1GKAAAAAAAAAAAAAcAAAcAACwBAABWUDhMDwAAAC8HwAEAB1DAiP4HIqL/AQBBTk1GKAAAAAAAAAAAAAcAAAcAAGQAAABWUDhMDwAAAC8HwAEABxDR//4HIqL/AQA=";
const APNG: &str = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAACGFjVEwAAAADAAAAAM7tusAAAAAaZmNUTAAAAAAAAAAIAAAACAAAAAAAAAAAAAEABQAA+RL9XwAAABJJREFUeJxj/M+AHTDhEB+kEgDNQQEP6EHibwAAABpmY1RMAAAAAQAAAAgAAAAIAAAAAAAAAAAAAwAKAAAT/QPWAAAAF2ZkQVQAAAACeJxjZGhgwAqYsAsPVgkAaggAkJAacpYAAAAaZmNUTAAAAAMAAAAIAAAACAAAAAAAAAAAAAEACgAAhKuDXwAAABhmZEFUAAAABHicY2Rg+M+ADTBhFR20EgDLQwEPfaN5agAAAABJRU5ErkJggg==";

fn image(source: &str) -> Value {
    let attributes = json!({"src": source, "style": "display: block; width: 80px; height: 80px"});
    element(BOX, "img", &attributes, &[])
}

#[track_caller]
fn assert_shows(rendered: &Rendered, at: &[(u64, Color)]) {
    for (ms, color) in at {
        assert_color(&rendered.at(*ms), (40, 40), *color);
    }
}

#[test]
fn animated_images_show_the_frame_that_is_due() {
    for source in [GIF, WEBP, APNG] {
        let rendered = render(&recording(&body("", &[image(source)]), &[end(1500)]));
        assert_shows(
            &rendered,
            &[(0, RED), (100, RED), (200, GREEN), (400, GREEN), (500, BLUE)],
        );
        // And again.
        assert_shows(&rendered, &[(600, RED), (800, GREEN), (1100, BLUE), (1200, RED)]);
        assert_eq!(rendered.different_pictures(), 3);
    }
}

#[test]
fn an_animated_image_begins_when_it_appears_and_stops_when_it_has_been_played() {
    let rendered = render_recording(
        &recording(
            &body("", &[]),
            &[
                addition(250, BODY, &image(GIF_ONCE)),
                attribute(500, BOX, "class", "a"),
                end(2000),
            ],
        ),
        "--fps 20 --capture damage",
    );
    assert_shows(
        &rendered,
        &[
            (250, RED),
            (400, RED),
            (450, GREEN),
            (700, GREEN),
            (750, BLUE),
            (1900, BLUE),
        ],
    );
    assert!(rendered.pictures_taken() <= 6, "{}", rendered.pictures_taken());
}

#[test]
fn an_animated_image_that_gets_another_source_shows_that() {
    let rendered = render(&recording(
        &body("", &[image(GIF)]),
        &[
            attribute(250, BOX, "src", BLUE_SQUARE),
            attribute(650, BOX, "src", GIF),
            end(1200),
        ],
    ));
    assert_shows(
        &rendered,
        &[
            (200, GREEN),
            (300, BLUE),
            (600, BLUE),
            (700, RED),
            (800, RED),
            (900, GREEN),
        ],
    );
}

const BLUE_SQUARE: &str = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAIAAAACUFjqAAAAFElEQVR4nGNkYPjPgBsw4ZEbwdIAPy4BE1xg8ZcAAAAASUVORK5CYII=";

#[test]
fn animated_images_are_the_same_by_every_way_and_rate() {
    let recording = recording(
        &body("", &[image(GIF), with(image(WEBP), &json!({"id": 11}))]),
        &[
            addition(330, BODY, &with(image(APNG), &json!({"id": 12}))),
            end(1500),
        ],
    );
    let [damage, every, shown, slow] = [
        "10 --capture damage",
        "10 --capture every-frame",
        "10 --capture framebuffer",
        "5 --capture damage",
    ]
    .map(|arguments| render_recording(&recording, &format!("--fps {arguments}")));
    damage.assert_equals(&every);
    damage.assert_agrees_with(&shown, 14);
    slow.assert_agrees_with(&damage, 7);
}

#[test]
fn svg_animation_elements_run_on_session_time() {
    let from_the_start = render(&recording(&body("", &[animated_svg()]), &[end(2500)]));
    let added = render(&recording(
        &body("", &[]),
        &[addition(230, BODY, &animated_svg()), end(2500)],
    ));
    for (ms, left) in [(0, 0.0), (500, 50.0), (1900, 190.0), (2300, 200.0)] {
        assert_box_at(&from_the_start, ms, left);
    }
    for (ms, left) in [(300, 7.0), (1000, 77.0), (2300, 200.0)] {
        assert_box_at(&added, ms, left);
    }
}

/// A box of 40x40 pixels in a drawing, with an animation element in it.
fn moving_shape(tag: &str, animation: &Value) -> Value {
    let is_svg = json!({"isSVG": true});
    let motion = with(element(42, tag, animation, &[]), &is_svg);
    let shape = json!({"x": 0, "y": 100, "width": 40, "height": 40, "fill": "#f00"});
    let shape = with(element(41, "rect", &shape, &[motion]), &is_svg);
    let size = json!({"width": 320, "height": 200, "style": "display: block"});
    with(element(40, "svg", &size, &[shape]), &is_svg)
}

#[test]
fn svg_animations_follow_their_timing() {
    for (tag, animation, places) in [
        (
            "animateTransform",
            json!({"attributeName": "transform", "type": "translate", "values": "0 0; 100 0; 0 0", "dur": "1s",
                "repeatCount": "indefinite"}),
            [(300, 60.0), (500, 100.0), (1800, 40.0)],
        ),
        (
            "animate",
            json!({"attributeName": "x", "values": "0; 50; 200", "keyTimes": "0; 0.8; 1", "begin": "0.5s", "dur": "1s",
                "fill": "freeze"}),
            [(400, 0.0), (900, 25.0), (1600, 200.0)],
        ),
        (
            "animate",
            json!({"attributeName": "x", "values": "0; 80", "calcMode": "discrete", "dur": "1s"}),
            [(400, 0.0), (600, 80.0), (1200, 0.0)],
        ),
        (
            "set",
            json!({"attributeName": "x", "to": "80", "begin": "700ms"}),
            [(0, 0.0), (600, 0.0), (800, 80.0)],
        ),
        // Nobody has clicked.
        (
            "animate",
            json!({"attributeName": "x", "to": "80", "begin": "click", "dur": "1s"}),
            [(0, 0.0), (600, 0.0), (800, 0.0)],
        ),
    ] {
        let rendered = render(&recording(
            &body("", &[moving_shape(tag, &animation)]),
            &[end(2000)],
        ));
        for (ms, left) in places {
            assert_box_at(&rendered, ms, left);
        }
    }
}
