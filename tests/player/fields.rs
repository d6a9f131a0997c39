//! Form fields look as they were when they were recorded, whatever the order of their attributes.

use serde_json::{Value, json};

use crate::common::video::{assert_color, middle_of};
use crate::common::{element, full_snapshot, recording, text};
use crate::unrecorded::ink;
use crate::{BLUE, BODY, GREEN, RED, STARTED, WHITE, addition, attribute, body, end, event, render};

fn input(id: u64, attributes: &Value) -> Value {
    element(id, "input", attributes, &[])
}

fn typed(at: u64, id: u64, text: &str) -> Value {
    event(
        at,
        &json!({"source": 5, "id": id, "text": text, "isChecked": false}),
    )
}

#[test]
fn what_somebody_has_switched_off_is_off_whatever_the_page_began_with() {
    let css =
        "input { display: block; appearance: none; margin: 0; width: 40px; height: 40px; background: #f00 }
        input:checked { background: #008000 }";
    // The page's own attribute is a text, the state `true`; a value comes after it.
    let field = |id: u64, kind: &str, checked: Value| {
        let mut field = input(id, &json!({"type": kind, "name": "group"}));
        field["attributes"]["checked"] = checked;
        field
    };
    let fields = || {
        [
            field(20, "checkbox", json!("")),
            field(21, "checkbox", json!(true)),
            field(22, "radio", json!(true)),
            field(23, "radio", json!("")),
            field(24, "radio", Value::Null),
        ]
    };
    let all = element(30, "div", &json!({}), &fields());
    for (page, then) in [
        (body(css, &fields()), end(100)),
        (body(css, &[]), addition(0, BODY, &all)),
    ] {
        let picture = render(&recording(&page, &[then, end(300)])).at(200);
        for (at, color) in (0..).zip([RED, GREEN, GREEN, RED, RED]) {
            assert_color(&picture, (20, at * 40 + 20), color);
        }
    }
}

#[test]
fn a_slider_stands_at_its_value_whatever_comes_first() {
    let css =
        "input { display: block; appearance: none; margin: 0; width: 300px; height: 20px; background: #fff }
        input::-webkit-slider-thumb { appearance: none; width: 20px; height: 20px; background: #00f }";
    // The order is that of the alphabet, capitals first.
    for attributes in [
        json!({"TYPE": "range", "VALUE": "500", "max": "1000"}),
        json!({"TYPE": "range", "VALUE": "0.5", "max": "1", "step": "0.1"}),
        json!({"VALUE": "-5", "max": "0", "min": "-10", "type": "range"}),
    ] {
        let page = body(css, &[input(20, &attributes)]);
        let picture = render(&recording(&page, &[end(200)])).at(0);
        let (x, _) = middle_of(&picture, BLUE).unwrap();
        assert!((x - 150.0).abs() < 3.0, "{attributes} {x}");
    }
}

#[test]
fn a_field_for_files_names_the_file_that_was_chosen() {
    let css = "input { display: block; font: 16px monospace; height: 40px; width: 320px }
        input::file-selector-button { display: none }";
    let path = r"C:\fakepath\a.pdf";
    let page = body(
        css,
        &[
            input(20, &json!({"type": "file"})),
            input(21, &json!({"type": "file", "value": path})),
        ],
    );
    let rendered = render(&recording(
        &page,
        &[
            typed(300, 20, path),
            typed(600, 20, ""),
            full_snapshot(STARTED + 900, &page),
            end(1200),
        ],
    ));
    let words = |ms: u64, top: u32| ink(&rendered.at(ms), (0, top, 320, 40));
    let (none, one) = (words(100, 0), words(100, 40));
    // "No file chosen" is longer.
    assert!(one > 30 && none > one * 3 / 2, "{none} {one}");
    assert_eq!(words(400, 0), one);
    assert_eq!(words(700, 0), none);
    assert_eq!((words(1000, 0), words(1000, 40)), (none, one));
}

#[test]
fn a_field_is_emptied_where_only_its_attribute_tells() {
    let css = "input, textarea { display: block; box-sizing: border-box; margin: 0; border: 0; width: 100px; height: 40px; background: #f00 }
        :placeholder-shown { background: #008000 }";
    let page = body(
        css,
        &[
            input(20, &json!({"placeholder": " "})),
            input(21, &json!({"placeholder": " "})),
            element(22, "textarea", &json!({"placeholder": " "}), &[]),
        ],
    );
    let rendered = render(&recording(
        &page,
        &[
            // As React does; to a field that it does not control, its attribute means nothing once something was typed.
            typed(200, 20, "a"),
            attribute(200, 20, "value", "a"),
            typed(200, 21, "a"),
            typed(200, 22, "a"),
            attribute(200, 22, "value", "a"),
            typed(300, 20, "ab"),
            attribute(600, 20, "value", ""),
            attribute(600, 21, "value", ""),
            attribute(600, 22, "value", ""),
            // It does not know of what somebody types later.
            typed(800, 20, "c"),
            end(1100),
        ],
    ));
    for (ms, colors) in [
        (100, [GREEN, GREEN, GREEN]),
        (500, [RED, RED, RED]),
        (700, [GREEN, RED, GREEN]),
        (900, [RED, RED, GREEN]),
    ] {
        let picture = rendered.at(ms);
        for (at, color) in (0..).zip(colors) {
            assert_color(&picture, (90, at * 40 + 20), color);
        }
    }
}

#[test]
fn only_what_somebody_filled_in_looks_invalid() {
    let css = "input { display: block; box-sizing: border-box; margin: 0; border: 0; outline: 0; width: 100px; height: 40px; background: #00f }
        button { display: block } input:user-invalid { background: #f00 } input:user-valid { background: #008000 }";
    let act = |at: u64, id: u64, kind: u64| {
        event(at, &json!({"source": 2, "type": kind, "id": id, "x": 5, "y": 5}))
    };
    let (click, focus, blur) = (2, 5, 6);
    let email = |id: u64| input(id, &json!({"type": "email", "required": ""}));
    let button = element(23, "button", &json!({}), &[text(24, "Send")]);
    let form = element(19, "form", &json!({}), &[email(20), email(21), email(22), button]);
    let rendered = render(&recording(
        &body(css, &[form]),
        &[
            act(100, 20, focus),
            typed(200, 20, "a"),
            act(400, 20, blur),
            // A script writes into others.
            typed(500, 21, "a@b"),
            act(600, 22, focus),
            act(800, 22, blur),
            act(1000, 23, click),
            end(1300),
        ],
    ));
    for (ms, colors) in [
        (300, [BLUE, BLUE, BLUE]),
        (500, [RED, BLUE, BLUE]),
        (900, [RED, BLUE, BLUE]),
        (1100, [RED, GREEN, RED]),
    ] {
        let picture = rendered.at(ms);
        for (at, color) in (0..).zip(colors) {
            assert_color(&picture, (90, at * 40 + 20), color);
        }
    }
}

#[test]
fn several_options_of_a_list_are_chosen() {
    let css = "select { display: block; border: 0; padding: 0; overflow: hidden; outline: 0 }
        option { width: 40px; height: 40px; padding: 0; background: #fff } option:checked { background: #00f linear-gradient(#00f, #00f) }";
    let option = |id: u64, chosen: bool| {
        let attributes = if chosen {
            json!({"selected": true})
        } else {
            json!({})
        };
        element(id, "option", &attributes, &[])
    };
    let options = [option(21, true), option(22, false), option(23, true)];
    let list = element(20, "select", &json!({"multiple": true, "size": 3}), &options);
    let picture = render(&recording(&body(css, &[list]), &[end(200)])).at(0);
    for (at, color) in (0..).zip([BLUE, WHITE, BLUE]) {
        assert_color(&picture, (20, at * 40 + 20), color);
    }
}
