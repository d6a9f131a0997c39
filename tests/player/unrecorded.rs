//! What was never recorded is a labelled box of its own size.

use image::RgbImage;
use serde_json::{Value, json};

use crate::common::video::{assert_color, assert_middle};
use crate::common::{element, recording};
use crate::{
    BODY, BOX, MOVING_BOX, RED, WHITE, a_box, addition, attach_document, attribute, body, end, mutation,
    render, resize,
};

type Area = (u32, u32, u32, u32);

fn pixels(picture: &RgbImage, (left, top, width, height): Area) -> impl Iterator<Item = [u8; 3]> + '_ {
    (top..top + height).flat_map(move |y| (left..left + width).map(move |x| picture.get_pixel(x, y).0))
}

/// Whether an area has the stripes of a label, from edge to edge.
pub(super) fn is_labelled(picture: &RgbImage, area: Area) -> bool {
    let (_, _, width, height) = area;
    let is_stripe = |pixel: &[u8; 3]| pixel.iter().all(|level| (205..250).contains(level));
    pixels(picture, area).filter(is_stripe).count() as f64 > f64::from(width * height) * 0.6
}

/// How many dark pixels an area has: its words.
pub(super) fn ink(picture: &RgbImage, area: Area) -> usize {
    pixels(picture, area)
        .filter(|pixel| pixel.iter().all(|level| *level < 150))
        .count()
}

fn missing_image(attributes: &Value) -> Value {
    let mut image = element(20, "img", attributes, &[]);
    image["attributes"]["src"] = "https://images.example/a.jpg?token=secret".into();
    image
}

#[test]
fn an_image_that_is_not_there_leaves_its_line_as_high_as_it_is_without_a_picture() {
    let image = missing_image(&json!({"alt": "Our logo"}));
    let line = element(
        22,
        "div",
        &json!({"style": "font: 20px/30px sans-serif"}),
        &[image],
    );
    let square = json!({"style": "width: 40px; height: 40px; background: #f00"});
    let below = element(21, "div", &square, &[]);
    let picture = render(&recording(&body("", &[line, below]), &[end(200)])).at(0);
    assert!(is_labelled(&picture, (2, 4, 16, 22)));
    assert_color(&picture, (20, 32), RED);
    assert_color(&picture, (20, 73), WHITE);
}

#[test]
fn an_image_that_is_not_there_is_a_labelled_box_of_its_size() {
    for attributes in [
        json!({"width": 200, "height": 100, "style": "display: block"}),
        json!({"width": 400, "height": 200, "style": "display: block; width: 200px; height: auto"}),
        json!({"style": "display: block; width: 200px; height: 100px", "alt": "A cat on a mat"}),
    ] {
        let below = element(
            21,
            "div",
            &json!({"style": "width: 40px; height: 40px; background: #f00"}),
            &[],
        );
        let picture = render(&recording(
            &body("", &[missing_image(&attributes), below]),
            &[end(200)],
        ))
        .at(0);
        assert!(is_labelled(&picture, (0, 0, 200, 100)), "{attributes}");
        assert!(ink(&picture, (1, 1, 198, 98)) > 50, "{attributes}");
        assert_middle(&picture, RED, (20.0, 120.0));
    }
}

#[test]
fn a_small_box_has_no_words() {
    let attributes = json!({"width": 40, "height": 40, "style": "display: block"});
    let picture = render(&recording(&body("", &[missing_image(&attributes)]), &[end(200)])).at(0);
    assert!(is_labelled(&picture, (0, 0, 40, 40)));
    assert_eq!(ink(&picture, (1, 1, 38, 38)), 0);
}

#[test]
fn a_label_goes_when_the_image_comes_and_stays_when_its_style_changes() {
    let red = "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' width='8' height='8'>\
        <rect width='8' height='8' fill='red'/></svg>";
    let attributes = json!({"width": 100, "height": 100, "style": "display: block"});
    let rendered = render(&recording(
        &body("", &[missing_image(&attributes)]),
        &[
            attribute(200, 20, "style", "display: block; margin-left: 150px"),
            attribute(500, 20, "src", red),
            attribute(800, 20, "src", "https://images.example/b.jpg"),
            end(1100),
        ],
    ));
    assert!(is_labelled(&rendered.at(100), (0, 0, 100, 100)));
    assert_color(&rendered.at(300), (50, 50), WHITE);
    assert!(is_labelled(&rendered.at(300), (150, 0, 100, 100)));
    assert_color(&rendered.at(500), (200, 50), RED);
    assert!(is_labelled(&rendered.at(900), (150, 0, 100, 100)));
}

#[test]
fn an_image_that_is_shown_later_has_its_box_then() {
    let hidden = json!({"style": "display: none", "alt": "A picture of something"});
    let rendered = render(&recording(
        &body("", &[missing_image(&hidden)]),
        &[
            attribute(300, 20, "style", "display: block; width: 120px; height: 60px"),
            end(600),
        ],
    ));
    assert_color(&rendered.at(200), (60, 30), WHITE);
    assert!(is_labelled(&rendered.at(400), (0, 0, 120, 60)));
}

#[test]
fn a_page_of_another_site_is_labelled_and_a_recorded_one_is_not() {
    let frame = |id: u64| {
        let attributes = json!({"rr_src": "https://other.example/page?id=1", "width": 240, "height": 100,
            "style": "display: block; border: 0"});
        element(id, "iframe", &attributes, &[])
    };
    let inside = element(204, "body", &json!({}), &[]);
    let rendered = render(&recording(
        &body("", &[frame(199), frame(200)]),
        &[attach_document(300, 200, &inside), end(600)],
    ));
    for ms in [0, 500] {
        let picture = rendered.at(ms);
        assert!(is_labelled(&picture, (0, 0, 240, 100)));
        assert!(ink(&picture, (1, 1, 238, 98)) > 50);
        // Its document comes later: until then it was loading.
        assert!(!is_labelled(&picture, (0, 100, 240, 100)));
    }
}

#[test]
fn plug_ins_are_labelled() {
    for (tag, address) in [("embed", "src"), ("object", "data")] {
        let attributes = json!({address: "https://other.example/a.pdf", "width": 240, "height": 100, "style": "display: block"});
        let picture = render(&recording(
            &body("", &[element(20, tag, &attributes, &[])]),
            &[end(200)],
        ))
        .at(0);
        assert!(is_labelled(&picture, (0, 0, 240, 100)), "{tag}");
        assert!(ink(&picture, (1, 1, 238, 98)) > 50, "{tag}");
    }
}

#[test]
fn what_was_left_out_for_privacy_is_a_box_of_its_size() {
    let blocked = |id: u64, tag: &str| {
        element(
            id,
            tag,
            &json!({"class": "rr-block", "rr_width": "200px", "rr_height": "60px"}),
            &[],
        )
    };
    let css = ".rr-block { display: block }";
    let picture = render(&recording(
        &body(css, &[blocked(20, "div"), blocked(21, "canvas")]),
        &[end(200)],
    ))
    .at(0);
    for top in [0, 60] {
        assert!(is_labelled(&picture, (0, top, 200, 60)));
        assert!(ink(&picture, (1, top + 1, 198, 58)) > 50);
    }
}

#[test]
fn what_is_recorded_beside_a_label_finds_its_place() {
    let image = json!({"width": 100, "height": 100, "style": "display: block"});
    let adds = json!([{"parentId": BODY, "nextId": 20, "node": a_box("")}]);
    let rendered = render(&recording(
        &body(
            &format!("{MOVING_BOX} .box {{ position: static }}"),
            &[missing_image(&image)],
        ),
        &[
            mutation(300, &json!({"adds": adds})),
            mutation(600, &json!({"removes": [{"parentId": BODY, "id": 20}]})),
            addition(
                800,
                BODY,
                &element(22, "img", &json!({"src": "", "style": "width: 9px"}), &[]),
            ),
            resize(900, 300, 240),
            attribute(1000, BOX, "style", "margin-left: 100px"),
            end(1200),
        ],
    ));
    assert_middle(&rendered.at(400), RED, (20.0, 20.0));
    assert!(is_labelled(&rendered.at(400), (0, 40, 100, 100)));
    assert_color(&rendered.at(700), (50, 90), WHITE);
    assert_middle(&rendered.at(1100), RED, (10.0 + 120.0, 20.0));
}
