//! Canvases: what was drawn on them is shown in their place.

use serde_json::{Value, json};

use crate::common::video::{assert_color, render_recording};
use crate::common::{element, full_snapshot, recording};
use crate::unrecorded::is_labelled;
use crate::{
    BLUE, BODY, BOX, GREEN, RED, STARTED, WHITE, addition, attach_document, attribute, body, end, event,
    render, with,
};

/// Ten by ten pixels.
const BLUE_SQUARE: &str = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAIAAAACUFjqAAAAFElEQVR4nGNkYPjPgBsw4ZEbwdIAPy4BE1xg8ZcAAAAASUVORK5CYII=";
const TWO_D: u64 = 0;
const WEBGL: u64 = 1;

fn canvas(attributes: &Value) -> Value {
    let usual = json!({"width": 100, "height": 50, "style": "display: block"});
    element(BOX, "canvas", &with(usual, attributes), &[])
}

fn draw(at: u64, context: u64, commands: &Value) -> Value {
    event(
        at,
        &json!({"source": 9, "id": BOX, "type": context, "commands": commands}),
    )
}

fn call(property: &str, args: &Value) -> Value {
    json!({"property": property, "args": args})
}

fn fill(color: &str, rectangle: [i32; 4]) -> [Value; 2] {
    [
        json!({"property": "fillStyle", "args": [color], "setter": true}),
        call("fillRect", &json!(rectangle)),
    ]
}

#[test]
fn commands_are_drawn_in_the_place_of_the_canvas() {
    let style = "display: block; width: 200px; height: 100px; margin-left: 20px; border: 5px solid #000";
    let rendered = render(&recording(
        &body("", &[canvas(&json!({"style": style}))]),
        &[
            draw(300, TWO_D, &json!(fill("#f00", [0, 0, 50, 50]))),
            draw(600, TWO_D, &json!(fill("#00f", [50, 0, 50, 50]))),
            end(1000),
        ],
    ));
    // Twice as large as what is drawn, beside the margin and the border.
    for (ms, left, right) in [(200, WHITE, WHITE), (300, RED, WHITE), (600, RED, BLUE)] {
        let picture = rendered.at(ms);
        assert_color(&picture, (30, 50), left);
        assert_color(&picture, (120, 100), left);
        assert_color(&picture, (130, 50), right);
        assert_color(&picture, (220, 100), right);
        assert_color(&picture, (22, 50), [0, 0, 0]);
    }
}

#[test]
fn a_canvas_begins_with_its_recorded_picture() {
    let recorded = canvas(&json!({"width": 10, "height": 10, "rr_dataURL": BLUE_SQUARE,
        "style": "display: block; width: 100px; height: 100px"}));
    let rendered = render(&recording(
        &body("", std::slice::from_ref(&recorded)),
        &[draw(500, TWO_D, &json!(fill("#f00", [0, 0, 5, 10]))), end(1000)],
    ));
    assert_color(&rendered.at(0), (20, 50), BLUE);
    assert_color(&rendered.at(500), (20, 50), RED);
    assert_color(&rendered.at(500), (80, 50), BLUE);
    let added = render(&recording(
        &body("", &[]),
        &[addition(250, BODY, &recorded), end(600)],
    ));
    assert_color(&added.at(200), (20, 50), WHITE);
    assert_color(&added.at(300), (20, 50), BLUE);
    assert_eq!(added.different_pictures(), 2);
}

#[test]
fn pictures_that_are_drawn_are_decoded_first() {
    let (_, base64) = BLUE_SQUARE.split_once(',').unwrap();
    let blob = json!({"rr_type": "Blob", "type": "image/png", "data": [{"rr_type": "ArrayBuffer", "base64": base64}]});
    let bitmap = json!({"rr_type": "ImageBitmap", "args": [blob]});
    let image = json!({"rr_type": "HTMLImageElement", "src": BLUE_SQUARE});
    let rendered = render(&recording(
        &body("", &[canvas(&json!({}))]),
        &[
            draw(
                300,
                TWO_D,
                &json!([call("drawImage", &json!([bitmap, 0, 0, 50, 50]))]),
            ),
            draw(
                600,
                TWO_D,
                &json!([call("drawImage", &json!([image, 50, 0, 50, 50]))]),
            ),
            end(900),
        ],
    ));
    for (ms, left, right) in [(200, WHITE, WHITE), (300, BLUE, WHITE), (600, BLUE, BLUE)] {
        assert_color(&rendered.at(ms), (25, 25), left);
        assert_color(&rendered.at(ms), (75, 25), right);
    }
}

#[test]
fn another_size_empties_a_canvas_and_another_style_does_not() {
    let rendered = render(&recording(
        &body("", &[canvas(&json!({}))]),
        &[
            draw(100, TWO_D, &json!(fill("#f00", [0, 0, 100, 50]))),
            attribute(300, BOX, "style", "display: block; margin-left: 100px"),
            attribute(600, BOX, "width", "200"),
            draw(800, TWO_D, &json!(fill("#00f", [100, 0, 100, 50]))),
            end(1000),
        ],
    ));
    assert_color(&rendered.at(200), (50, 25), RED);
    assert_color(&rendered.at(300), (50, 25), WHITE);
    assert_color(&rendered.at(300), (150, 25), RED);
    assert_color(&rendered.at(600), (150, 25), WHITE);
    assert_color(&rendered.at(800), (150, 25), WHITE);
    assert_color(&rendered.at(800), (250, 25), BLUE);
}

#[test]
fn webgl_is_drawn() {
    let clear = |red: u64, green: f64| {
        json!([
            call("clearColor", &json!([red, green, 0, 1])),
            call("clear", &json!([16384]))
        ])
    };
    let recording = recording(
        &body("", &[canvas(&json!({}))]),
        &[
            draw(300, WEBGL, &clear(1, 0.0)),
            draw(600, WEBGL, &clear(0, 0.5)),
            end(900),
        ],
    );
    for capture in ["damage", "framebuffer"] {
        let rendered = render_recording(&recording, &format!("--fps 10 --capture {capture}"));
        for (ms, color) in [(200, WHITE), (300, RED), (700, GREEN)] {
            assert_color(&rendered.at(ms), (50, 25), color);
        }
    }
}

#[test]
fn canvases_in_nested_documents_are_drawn() {
    let frame = element(
        200,
        "iframe",
        &json!({"style": "border: 0; width: 320px; height: 200px"}),
        &[],
    );
    let inside = element(204, "body", &json!({"style": "margin: 0"}), &[canvas(&json!({}))]);
    let rendered = render(&recording(
        &body("", &[frame]),
        &[
            attach_document(200, 200, &inside),
            draw(200, TWO_D, &json!(fill("#f00", [0, 0, 100, 50]))),
            end(600),
        ],
    ));
    assert_color(&rendered.at(100), (50, 25), WHITE);
    assert_color(&rendered.at(200), (50, 25), RED);
}

#[test]
fn a_page_that_is_recorded_anew_keeps_what_was_drawn() {
    let page = body("", &[canvas(&json!({}))]);
    let meta = |at: u64, href: &str| json!({"type": 4, "timestamp": STARTED + at, "data": {"href": href, "width": 320, "height": 240}});
    let rendered = render(&recording(
        &page,
        &[
            draw(200, TWO_D, &json!(fill("#f00", [0, 0, 100, 50]))),
            meta(400, "https://page.example/"),
            full_snapshot(STARTED + 400, &page),
            meta(800, "https://page.example/other"),
            full_snapshot(STARTED + 800, &page),
            end(1100),
        ],
    ));
    for (ms, color) in [(300, RED), (500, RED), (700, RED), (900, WHITE)] {
        assert_color(&rendered.at(ms), (50, 25), color);
    }
}

#[test]
fn a_canvas_without_data_is_labelled_unless_canvases_were_recorded() {
    let blank = canvas(&json!({"width": 200, "height": 100}));
    let page = |children: &[Value]| body("canvas { background: #fff }", children);
    let unrecorded = render(&recording(&page(std::slice::from_ref(&blank)), &[end(200)]));
    assert!(is_labelled(&unrecorded.at(0), (0, 0, 200, 100)));
    let other = with(
        canvas(&json!({"width": 10, "height": 10, "rr_dataURL": BLUE_SQUARE,
        "style": "display: block; width: 100px; height: 100px"})),
        &json!({"id": 11}),
    );
    let recorded = render(&recording(&page(&[blank, other]), &[end(200)]));
    assert!(!is_labelled(&recorded.at(0), (0, 0, 200, 100)));
    assert_color(&recorded.at(0), (50, 150), BLUE);
}

#[test]
fn commands_that_no_recorder_writes_are_not_played() {
    let script = json!({"rr_type": "Function", "args": ["document.body.remove()"]});
    let rendered = render(&recording(
        &body("", &[canvas(&json!({}))]),
        &[
            draw(
                100,
                TWO_D,
                &json!([
                    call("constructor", &json!([])),
                    call("toString", &json!([])),
                    call("__proto__", &json!([])),
                    call("fillRect", &json!([script, 0, 0, 0])),
                    call("fillRect", &json!({"length": 4})),
                    {"property": 7},
                ]),
            ),
            draw(300, TWO_D, &json!(fill("#f00", [0, 0, 100, 50]))),
            end(600),
        ],
    ));
    assert_color(&rendered.at(400), (50, 25), RED);
}

/// JSON writes null for what is undefined, not a number or infinite.
#[test]
fn what_json_cannot_write_is_drawn_as_it_was() {
    let set = |property: &str, value: Value| json!({"property": property, "args": [value], "setter": true});
    let rendered = render(&recording(
        &body("", &[canvas(&json!({}))]),
        &[
            draw(
                200,
                TWO_D,
                &json!([
                    set("font", json!("bold 60px sans-serif")),
                    set("fillStyle", json!("#f00")),
                    call("fillText", &json!(["■■", 0, 45, null])),
                ]),
            ),
            draw(
                400,
                TWO_D,
                &json!([
                    set("fillStyle", json!("#00f")),
                    set("globalAlpha", Value::Null),
                    call("translate", &json!([null, 20])),
                    call("clearRect", &json!([0, 0, null, 50])),
                    call("fillRect", &json!([0, 0, 5, 5])),
                    set("lineWidth", json!(10)),
                    call("moveTo", &json!([100, 25])),
                    call("lineTo", &json!([null, 25])),
                    call("lineTo", &json!([90, 25])),
                    call("stroke", &json!([])),
                ]),
            ),
            end(600),
        ],
    ));
    let (written, drawn) = (rendered.at(300), rendered.at(500));
    assert_color(&written, (20, 27), RED);
    assert_color(&drawn, (2, 2), BLUE);
    // Neither cleared nor crossed by a line.
    assert_color(&drawn, (20, 27), RED);
    assert_color(&drawn, (95, 25), [0, 0, 0]);
}

#[test]
fn canvases_are_the_same_by_every_way_and_from_any_start() {
    let frames = (0..8).map(|frame| {
        draw(
            130 * frame,
            TWO_D,
            &json!(fill("#f00", [10 * frame as i32, 0, 10, 50])),
        )
    });
    let mut events: Vec<Value> = frames.collect();
    events.push(end(1500));
    let recording = recording(&body("", &[canvas(&json!({}))]), &events);
    let [damage, every, shown, part] = [
        "damage",
        "every-frame",
        "framebuffer",
        "damage --start 0.8 --end 1.4",
    ]
    .map(|capture| render_recording(&recording, &format!("--fps 10 --capture {capture}")));
    damage.assert_equals(&every);
    damage.assert_agrees_with(&shown, 14);
    part.assert_agrees_with(&damage, 5);
}
