//! Images that take long, and the replayed window fitted into the picture.

use serde_json::{Value, json};

use crate::common::video::{assert_color, assert_middle, middle_of, render_recording};
use crate::common::{element, full_snapshot, recording, text};
use crate::{
    BLUE, BODY, BOX, GREEN, MOVING_BOX, RED, STARTED, SURROUND, WHITE, a_box, addition, assert_box_at,
    attribute, body, end, event, large_image, render, resize, scroll,
};

#[test]
fn an_image_is_there_on_the_first_frame_that_shows_it() {
    let attributes = json!({"src": large_image(), "style": "display: block; width: 320px; height: 240px"});
    let image = element(BOX, "img", &attributes, &[]);
    let rendered = render(&recording(
        &body("", &[]),
        &[addition(450, BODY, &image), end(1000)],
    ));
    assert_color(&rendered.at(400), (80, 120), WHITE);
    assert_color(&rendered.at(500), (80, 120), BLUE);
    assert_eq!(rendered.different_pictures(), 2);
}

#[test]
fn a_background_image_is_there_on_the_first_frame_that_shows_it() {
    let css = format!(
        ".box {{ height: 240px; background: url({}) 0 0 / 100% 100% }}",
        large_image()
    );
    let rendered = render(&recording(
        &body(&css, &[]),
        &[addition(450, BODY, &a_box("")), end(1000)],
    ));
    assert_color(&rendered.at(400), (80, 120), WHITE);
    assert_color(&rendered.at(500), (80, 120), BLUE);
    assert_eq!(rendered.different_pictures(), 2);
}

#[test]
fn another_window_size_is_fitted_into_the_middle_of_the_same_picture() {
    let rendered = render(&recording(
        &body(MOVING_BOX, &[a_box("")]),
        &[resize(500, 160, 240), resize(1000, 640, 240), end(1500)],
    ));
    assert_eq!(rendered.at(0).dimensions(), (640, 240));
    // 160 pixels to the left and the right of the window.
    assert_middle(&rendered.at(400), RED, (160.0 + 20.0, 120.0));
    for (x, color) in [(150, SURROUND), (170, WHITE), (470, WHITE), (490, SURROUND)] {
        assert_color(&rendered.at(400), (x, 50), color);
    }
    assert_middle(&rendered.at(900), RED, (240.0 + 20.0, 120.0));
    for (x, color) in [(230, SURROUND), (250, WHITE), (390, WHITE), (410, SURROUND)] {
        assert_color(&rendered.at(900), (x, 50), color);
    }
    assert_middle(&rendered.at(1400), RED, (20.0, 120.0));
    assert_color(&rendered.at(1400), (630, 50), WHITE);
}

#[test]
fn a_page_is_scaled_into_the_size_that_is_asked_for() {
    let rendered = render_recording(
        &recording(&body(MOVING_BOX, &[a_box("")]), &[end(200)]),
        "--fps 10 --size 160x160",
    );
    assert_eq!(rendered.at(0).dimensions(), (160, 160));
    assert_middle(&rendered.at(0), RED, (10.0, 20.0 + 60.0));
    assert_color(&rendered.at(0), (80, 8), SURROUND);
    assert_color(&rendered.at(0), (80, 28), WHITE);
}

#[test]
fn a_blurred_backdrop_of_a_scaled_page_shows_what_is_behind_it() {
    let css = "body { height: 240px; background: linear-gradient(90deg, #f00 50%, #00f 50%) !important }
        .glass { position: fixed; inset: 0; backdrop-filter: blur(3px) }";
    let glass = element(BOX, "div", &json!({"class": "glass"}), &[]);
    let rendered = render_recording(
        &recording(&body(css, &[glass]), &[end(200)]),
        "--fps 10 --size 160x120",
    );
    assert_color(&rendered.at(0), (40, 60), RED);
    assert_color(&rendered.at(0), (120, 60), BLUE);
}

#[test]
fn odd_windows_are_padded_and_not_scaled() {
    let mut odd = recording(
        &body(MOVING_BOX, &[a_box("")]),
        &[
            addition(100, BODY, &json!({"type": 3, "id": 90, "textContent": ""})),
            end(300),
        ],
    );
    odd[0]["data"]["width"] = 321.into();
    odd[0]["data"]["height"] = 241.into();
    let even = recording(&body(MOVING_BOX, &[a_box("")]), &[end(300)]);
    let [odd, even] = [odd, even].map(|recording| render(&recording));
    assert_eq!(odd.at(0).dimensions(), (322, 242));
    for (x, y) in [(0, 99), (0, 100), (39, 120), (40, 120), (20, 139), (20, 140)] {
        assert_color(&odd.at(0), (x, y), even.at(0).get_pixel(x, y).0);
    }
}

#[test]
fn a_full_snapshot_alone_is_a_picture() {
    let rendered = render(&json!([full_snapshot(STARTED, &body(MOVING_BOX, &[a_box("")]))]));
    assert_eq!(rendered.hashes.len(), 1);
    let middle = middle_of(&rendered.at(0), RED);
    assert!(middle.is_some(), "the page is not there");
}

#[test]
fn a_late_full_snapshot_shows_from_the_first_frame_on() {
    let page = body(MOVING_BOX, &[a_box("")]);
    let mut late = recording(&page, &[end(2000)]);
    late[1]["timestamp"] = (STARTED + 1000).into();
    let rendered = render(&late);
    for ms in [0, 500, 1000, 1900] {
        assert_box_at(&rendered, ms, 0.0);
    }
}

#[test]
fn a_long_way_to_the_first_frame_is_gone_in_parts() {
    // One call of the page ends after a second; this takes several.
    let mut changes: Vec<Value> = (0..12_000)
        .map(|step| attribute(10 + step, BOX, "style", &format!("left: {}px", step % 200)))
        .collect();
    changes.push(attribute(
        12_500,
        BOX,
        "style",
        "left: 150px; background: #008000",
    ));
    changes.push(end(14_000));
    let recording = recording(&body(MOVING_BOX, &[a_box("")]), &changes);
    let rendered = render_recording(&recording, "--fps 10 --capture damage --start 12.4");
    assert_middle(&rendered.at(0), RED, (199.0 + 20.0, 120.0));
    assert_middle(&rendered.at(500), GREEN, (150.0 + 20.0, 120.0));
}

#[test]
fn a_window_without_a_size_stays_as_it_was() {
    let rendered = render(&recording(
        &body(MOVING_BOX, &[a_box("")]),
        &[
            resize(300, 0, 0),
            attribute(600, BOX, "style", "background: #008000"),
            end(1000),
        ],
    ));
    for (ms, color) in [(200, RED), (500, RED), (800, GREEN)] {
        assert_color(&rendered.at(ms), (20, 120), color);
    }
}

#[test]
fn what_rrweb_fails_on_costs_only_itself() {
    // Positions of a text, a document without elements, a second one that was scrolled to nowhere, lists that are missing.
    let mut empty = full_snapshot(STARTED + 600, &body("", &[]));
    empty["data"]["node"] = json!({"type": 0, "id": 1, "childNodes": []});
    let mut nowhere = full_snapshot(STARTED + 1000, &body(MOVING_BOX, &[a_box("")]));
    nowhere["data"].as_object_mut().unwrap().remove("initialOffset");
    let rendered = render(&recording(
        &body(MOVING_BOX, &[a_box(""), text(40, "text")]),
        &[
            scroll(200, 40, 10),
            scroll(300, 40, 20),
            empty,
            nowhere,
            event(
                1400,
                &json!({"source": 0, "adds": [], "attributes": [{"id": BOX, "attributes": {"style": "background: #008000"}}]}),
            ),
            event(
                1500,
                &json!({"source": 0, "removes": null, "texts": null, "attributes": null,
                "adds": [{"parentId": BODY, "nextId": null, "node": element(50, "div", &json!({"style": "position: absolute; left: 100px; top: 10px; width: 20px; height: 20px; background: #00f"}), &[])}]}),
            ),
            end(2000),
        ],
    ));
    assert_color(&rendered.at(500), (20, 120), RED);
    assert_color(&rendered.at(800), (20, 120), WHITE);
    assert_color(&rendered.at(1200), (20, 120), RED);
    assert_color(&rendered.at(1800), (20, 120), GREEN);
    assert_color(&rendered.at(1800), (110, 20), BLUE);
}

#[test]
fn a_first_document_without_elements_is_blank() {
    let mut recording = recording(
        &body("", &[]),
        &[
            full_snapshot(STARTED + 500, &body(MOVING_BOX, &[a_box("")])),
            end(1000),
        ],
    );
    recording[1]["data"]["node"] = json!({"type": 0, "id": 1, "childNodes": []});
    let rendered = render(&recording);
    assert_color(&rendered.at(300), (20, 120), WHITE);
    assert_color(&rendered.at(800), (20, 120), RED);
}
