//! Videos and sounds: a recorded video's picture at its time, and the state of those that were not recorded.

use serde_json::{Value, json};

use crate::common::video::{assert_color, render_recording};
use crate::common::{element, recording};
use crate::unrecorded::{ink, is_labelled};
use crate::{BLUE, BOX, GREEN, RED, body, end, event, large_image, render, with};

/// Two seconds, 80x60 pixels: red, then blue.
const WEBM: &str = "data:video/webm;base64,GkXfo59ChoEBQveBAULygQRC84EIQoKEd2VibUKHgQJChYECGFOAZwEAAAAAAANtEU2bdLpNu4tTq4QVSalmU6yBoU27i1OrhBZUrmtTrIHGTbuMU6uEElTDZ1OsggEMTbuMU6uEHFO7a1OsggNX7AEAAAAAAABZAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAVSalmoCrXsYMPQkBNgIRMYXZmV0GETGF2ZkSJiECfQAAAAAAAFlSua8GuAQAAAAAAADjXgQFzxYgAAAAAAAAAAZyBACK1nIN1bmSIgQCGhVZfVlA5g4EBI+ODhAX14QDgibCBULqBPJqBAhJUw2fVc3PSY8CLY8WIAAAAAAAAAAFnyJxFo4dFTkNPREVSRIePTGF2YyBsaWJ2cHgtdnA5Z8iiRaOIRFVSQVRJT05Eh5QwMDowMDowMi4wMDAwMDAwMDAAAB9DtnVB6+eBAKOvgQAAgIJJg0IABPADtgA4JBwYQgAAMGAAAGc///5plf////6Za/////9imB1E1ACjlIEAZACGAECSnABJQAADIAAAVQoAo5SBAMgAhgBAkpwASsAAAyAAAFUKAKOUgQEsAIYAQJKcAEnAAAMgAABVCgCjlIEBkACGAECSnABIoAADIAAAVQoAo5SBAfQAhgBAkpwAR4AAAyAAAFUKAKOUgQJYAIYAQJKcAEbgAAMgAABVCgCjlIECvACGAECSnABGQAADIAAAVQoAo5SBAyAAhgBAkpwARcAAAyAAAFUKAKOUgQOEAIYAQJKcAEVAAAMgAABVCgCjqYED6ACGAMCS8AEEAAAMYAAAATP//+fo+AABH////9vEB/////oD0LQAo5SBBEwAhgBAkpwAROAAAyAAAFUKAKOUgQSwAIYAQJKcAERgAAMgAABVCgCjlIEFFACGAECSnABEAAADIAAAVQoAo5SBBXgAhgBAkpwAQ6AAAyAAAFUKAKOUgQXcAIYAQJKcAENAAAMgAABVCgCjlIEGQACGAECSnABDAAADIAAAVQoAo5SBBqQAhgBAkpwAQsAAAyAAAFUKAKOUgQcIAIYAQJKcAEKAAAMgAABVCgCjlIEHbACGAECSnABCQAADIAAAVQoAHFO7a5G7j7OBALeK94EB8YIBZvCBAw==";

fn video(attributes: &Value) -> Value {
    let style = json!({"style": "display: block", "rr_mediaState": "paused", "rr_mediaCurrentTime": 0});
    element(BOX, "video", &with(style, attributes), &[])
}

/// What rrweb records of a media element; the numbers are its `MediaInteractions`.
fn interaction(at: u64, kind: u64, current_time: f64) -> Value {
    event(
        at,
        &json!({"source": 7, "type": kind, "id": BOX, "currentTime": current_time}),
    )
}

const PLAY: u64 = 0;
const PAUSE: u64 = 1;
const SEEKED: u64 = 2;

#[test]
fn a_recorded_video_shows_the_picture_of_its_time() {
    let recording = recording(
        &body("", &[video(&json!({"src": WEBM}))]),
        &[
            interaction(250, SEEKED, 1.5),
            interaction(450, SEEKED, 0.5),
            interaction(650, PLAY, 0.5),
            interaction(1450, PAUSE, 1.3),
            end(2000),
        ],
    );
    let rendered = render(&recording);
    for (ms, color) in [
        (200, RED),
        (300, BLUE),
        (500, RED),
        (1000, RED),
        (1300, BLUE),
        (1900, BLUE),
    ] {
        assert_color(&rendered.at(ms), (40, 30), color);
    }
    rendered.assert_equals(&render_recording(&recording, "--fps 10 --capture every-frame"));
}

#[test]
fn a_video_in_a_loop_begins_anew() {
    let attributes =
        json!({"src": WEBM, "rr_mediaState": "played", "rr_mediaCurrentTime": 0.5, "rr_mediaLoop": true});
    let rendered = render(&recording(&body("", &[video(&attributes)]), &[end(3000)]));
    for (ms, color) in [
        (0, RED),
        (400, RED),
        (600, BLUE),
        (1400, BLUE),
        (1600, RED),
        (2400, RED),
        (2600, BLUE),
    ] {
        assert_color(&rendered.at(ms), (40, 30), color);
    }
}

#[test]
fn a_video_that_was_not_recorded_says_whether_it_plays() {
    let attributes = json!({"src": "https://video.example/trailer.mp4?token=1", "width": 240, "height": 120});
    let rendered = render(&recording(
        &body("", &[video(&attributes)]),
        &[
            interaction(300, PLAY, 0.0),
            interaction(600, PAUSE, 0.3),
            end(1000),
        ],
    ));
    let all = (0, 0, 240, 120);
    assert!(is_labelled(&rendered.at(0), all) && ink(&rendered.at(0), all) > 50);
    // Paused, playing, paused.
    assert_eq!(rendered.different_pictures(), 2);
    assert_eq!(rendered.hashes[0].hash, rendered.hashes[9].hash);
    assert_ne!(rendered.hashes[0].hash, rendered.hashes[4].hash);
}

#[test]
fn a_video_that_was_not_recorded_shows_its_poster() {
    let poster = "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' width='8' height='6'>\
        <rect width='8' height='6' fill='green'/></svg>";
    let attributes =
        json!({"src": "https://video.example/a.mp4", "poster": poster, "width": 80, "height": 60});
    let rendered = render(&recording(&body("", &[video(&attributes)]), &[end(300)]));
    assert_color(&rendered.at(0), (40, 30), GREEN);
}

#[test]
fn a_video_that_is_refused_in_the_first_moment_is_told() {
    let address = "https://media.test/film.mp4";
    let image = element(20, "img", &json!({"src": large_image(), "width": 100}), &[]);
    let video = element(BOX, "video", &json!({"src": address}), &[]);
    let rendered = render(&recording(&body("", &[image, video]), &[end(500)]));
    let missing = rendered.report["missing_assets"].as_array().unwrap();
    assert!(missing.iter().any(|asset| asset["url"] == address), "{missing:?}");
}
