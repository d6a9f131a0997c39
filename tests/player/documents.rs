//! What a page is made of beside plain elements: style sheets that scripts wrote, custom elements, dialogs, inputs,
//! selections and boxes that stick.

use serde_json::{Value, json};

use crate::animations::shadow_host;
use crate::common::video::{assert_color, assert_middle, middle_of, render_recording};
use crate::common::{element, full_snapshot, recording, text};
use crate::unrecorded::ink;
use crate::{
    BLUE, BODY, BOX, DOCUMENT, GREEN, MOVING_BOX, RED, STARTED, WHITE, a_box, addition, assert_box_at,
    attach_document, attribute, body, end, event, in_document, mouse, mutation, render, scroll, style, with,
};

/// A box of 40x40 pixels in the corner.
const SQUARE: &str = ".box { width: 40px; height: 40px; background: #f00 }";

#[test]
fn adopted_style_sheets_apply_and_change() {
    let sheet = json!({"styleId": 1, "rules": [{"rule": ".box { background: #00f !important }"}]});
    let rendered = render(&recording(
        &body(SQUARE, &[a_box("")]),
        &[
            event(
                300,
                &json!({"source": 15, "id": DOCUMENT, "styleIds": [1], "styles": [sheet]}),
            ),
            event(
                600,
                &json!({"source": 8, "styleId": 1, "replaceSync": ".box { background: green !important }"}),
            ),
            event(900, &json!({"source": 15, "id": DOCUMENT, "styleIds": []})),
            end(1200),
        ],
    ));
    for (ms, color) in [(200, RED), (300, BLUE), (600, GREEN), (900, RED)] {
        assert_color(&rendered.at(ms), (20, 20), color);
    }
}

/// Recorders write them some milliseconds later.
#[test]
fn what_completes_a_full_snapshot_is_there_with_it() {
    let sheet = json!({"styleId": 1, "rules": [{"rule": ".box { background: #00f !important }"}]});
    let frame = element(20, "iframe", &json!({"style": "border: 0; height: 40px"}), &[]);
    let inside = element(204, "body", &json!({"style": "background: green"}), &[]);
    let css = format!("{SQUARE} .box {{ transition: background 5s }}");
    let page = body(&css, &[a_box(""), frame]);
    let complete = |at: u64| {
        [
            attach_document(at, 20, &inside),
            event(
                at + 1,
                &json!({"source": 15, "id": DOCUMENT, "styleIds": [1], "styles": [sheet]}),
            ),
        ]
    };
    let mut events = complete(9).to_vec();
    events.push(full_snapshot(STARTED + 500, &page));
    events.extend(complete(511));
    events.push(end(900));
    let rendered = render(&recording(&page, &events));
    for ms in [0, 100, 500, 600] {
        assert_color(&rendered.at(ms), (20, 20), BLUE);
        assert_color(&rendered.at(ms), (20, 60), GREEN);
    }
}

#[test]
fn style_sheets_of_shadow_roots_apply_there_only() {
    let sheet = json!({"styleId": 1, "rules": [{"rule": ".box { background: #00f !important }"}]});
    let outside = with(a_box(""), &json!({"id": 11}));
    let css = "div.box { position: absolute; left: 200px; width: 40px; height: 40px; background: #f00 }";
    let rendered = render(&recording(
        &body(css, &[outside, shadow_host()]),
        &[
            event(
                300,
                &json!({"source": 15, "id": 30, "styleIds": [1], "styles": [sheet]}),
            ),
            end(1000),
        ],
    ));
    assert_color(&rendered.at(0), (20, 120), RED);
    assert_middle(&rendered.at(500), BLUE, (70.0, 120.0));
    assert_color(&rendered.at(500), (220, 20), RED);
}

#[test]
fn rules_that_scripts_wrote_apply() {
    let rules = with(style(6, SQUARE), &json!({}));
    let page = element(BODY, "body", &json!({"style": "margin: 0"}), &[rules, a_box("")]);
    let rendered = render(&recording(
        &page,
        &[
            event(
                200,
                &json!({"source": 8, "id": 6, "adds": [{"rule": ".box { background: #00f }", "index": 1}]}),
            ),
            event(
                400,
                &json!({"source": 13, "id": 6, "index": [1], "set": {"property": "background", "value": "green"}}),
            ),
            event(
                600,
                &json!({"source": 13, "id": 6, "index": [1], "remove": {"property": "background"}}),
            ),
            event(800, &json!({"source": 8, "id": 6, "removes": [{"index": 0}]})),
            end(1000),
        ],
    ));
    for (ms, color) in [(100, RED), (200, BLUE), (400, GREEN), (600, RED), (800, WHITE)] {
        assert_color(&rendered.at(ms), (20, 20), color);
    }
}

#[test]
fn custom_elements_are_defined() {
    let css = "x-box { display: block; width: 40px; height: 40px; background: #f00 } x-box:defined { background: #00f }";
    let custom = with(element(BOX, "x-box", &json!({}), &[]), &json!({"isCustom": true}));
    let unknown = element(11, "x-box-too", &json!({}), &[]);
    let picture = render(&recording(&body(css, &[custom, unknown]), &[end(200)])).at(0);
    assert_color(&picture, (20, 20), BLUE);
}

#[test]
fn custom_elements_that_are_defined_later_are_so() {
    let css = "x-box { display: block; width: 40px; height: 40px; background: #00f } x-box:not(:defined) { background: #f00 }";
    let frame = element(20, "iframe", &json!({"style": "border: 0; height: 40px"}), &[]);
    let custom = |id: u64| element(id, "x-box", &json!({}), &[]);
    let inside = element(
        204,
        "body",
        &json!({"style": "margin: 0"}),
        &[style(205, css), custom(207)],
    );
    let rendered = render(&recording(
        &body(css, &[custom(BOX), frame]),
        &[
            attach_document(10, 20, &inside),
            event(300, &json!({"source": 16, "define": {"name": "x-box"}})),
            // The page keeps what it was told, and names that are none are ignored.
            event(400, &json!({"source": 16, "define": {"name": "x-box"}})),
            event(400, &json!({"source": 16, "define": {"name": "box"}})),
            end(700),
        ],
    ));
    for (ms, color) in [(200, RED), (300, BLUE), (600, BLUE)] {
        let picture = rendered.at(ms);
        assert_color(&picture, (20, 20), color);
        assert_color(&picture, (20, 60), color);
    }
}

/// The recorder makes addresses of them.
#[test]
fn svg_elements_take_parts_of_others_by_href() {
    let page = "http://localhost/page#";
    let svg = |id: u64, tag: &str, attributes: Value, children: &[Value]| {
        with(element(id, tag, &attributes, children), &json!({"isSVG": true}))
    };
    let blue = svg(22, "stop", json!({"stop-color": "#00f"}), &[]);
    let green = svg(27, "stop", json!({"stop-color": "green"}), &[]);
    let drawing = svg(
        20,
        "svg",
        json!({"style": "display: block; width: 100px; height: 40px"}),
        &[
            svg(21, "linearGradient", json!({"id": "first"}), &[blue]),
            svg(26, "linearGradient", json!({"id": "second"}), &[green]),
            svg(
                23,
                "linearGradient",
                json!({"id": "same", "href": format!("{page}first")}),
                &[],
            ),
            svg(
                24,
                "rect",
                json!({"width": 40, "height": 40, "fill": "url(#same)"}),
                &[],
            ),
        ],
    );
    let rendered = render(&recording(
        &body("", &[drawing]),
        &[attribute(300, 23, "href", &format!("{page}second")), end(600)],
    ));
    for (ms, color) in [(200, BLUE), (300, GREEN)] {
        assert_color(&rendered.at(ms), (20, 20), color);
    }
}

#[test]
fn texts_lie_along_paths() {
    let svg = |id: u64, tag: &str, attributes: Value, children: &[Value]| {
        with(element(id, tag, &attributes, children), &json!({"isSVG": true}))
    };
    // The recorder writes names of elements in small letters.
    let words = svg(23, "textpath", json!({"href": "#line"}), &[text(24, "words")]);
    let drawing = svg(
        20,
        "svg",
        json!({"style": "display: block; width: 200px; height: 100px; font: 30px monospace"}),
        &[
            svg(21, "path", json!({"id": "line", "d": "M 10 80 h 190"}), &[]),
            svg(22, "text", json!({}), &[words]),
        ],
    );
    let picture = render(&recording(&body("", &[drawing]), &[end(200)])).at(0);
    assert!(ink(&picture, (0, 50, 200, 40)) > 200);
}

#[test]
fn dialogs_are_in_the_top_layer_while_they_are_modal() {
    let css = "dialog { inset: 0 auto auto 0; margin: 0; padding: 0; border: 0; width: 100px; height: 100px;
            background: #00f } dialog::backdrop { background: green }
        .over { position: fixed; z-index: 99; inset: 0; background: #f00 }";
    let over = element(11, "div", &json!({"class": "over"}), &[]);
    let dialog = element(BOX, "dialog", &json!({}), &[]);
    let open = |at: u64, mode: &Value, open: &Value| {
        let attributes = json!({"rr_open_mode": mode, "open": open});
        mutation(
            at,
            &json!({"attributes": [{"id": BOX, "attributes": attributes}]}),
        )
    };
    let rendered = render(&recording(
        &body(css, &[dialog, over]),
        &[
            open(200, &json!("modal"), &json!("")),
            open(500, &json!(null), &json!(null)),
            open(800, &json!("non-modal"), &json!("")),
            end(1100),
        ],
    ));
    for (ms, inside, outside) in [
        (100, RED, RED),
        (300, BLUE, GREEN),
        (600, RED, RED),
        (900, RED, RED),
    ] {
        assert_color(&rendered.at(ms), (50, 50), inside);
        assert_color(&rendered.at(ms), (200, 150), outside);
    }
}

#[test]
fn inputs_show_what_was_typed_and_chosen() {
    let css = "input, select { display: block; margin: 0; border: 0; width: 300px; height: 50px; padding: 0;
            font: 30px monospace; outline: 0; background: #fff; color: #000; appearance: none }
        #box:checked { background: #00f }";
    let page = body(
        css,
        &[
            element(20, "input", &json!({"type": "text"}), &[]),
            element(21, "input", &json!({"type": "password"}), &[]),
            element(22, "input", &json!({"type": "checkbox", "id": "box"}), &[]),
        ],
    );
    let input = |at: u64, id: u64, text: &str, checked: bool| {
        event(
            at,
            &json!({"source": 5, "id": id, "text": text, "isChecked": checked}),
        )
    };
    let rendered = render(&recording(
        &page,
        &[
            input(200, 20, "typed text", false),
            input(400, 21, "*****", false),
            input(600, 22, "on", true),
            end(900),
        ],
    ));
    let words = |ms: u64, top: u32| ink(&rendered.at(ms), (0, top, 300, 50));
    assert_eq!((words(100, 0), words(300, 50)), (0, 0));
    assert!(words(200, 0) > 300 && words(500, 50) > 50);
    assert_color(&rendered.at(500), (100, 125), WHITE);
    assert_color(&rendered.at(600), (100, 125), BLUE);
}

#[test]
fn selected_text_is_marked() {
    let line = element(
        20,
        "p",
        &json!({"style": "margin: 0; font: 30px monospace"}),
        &[text(21, "0123456789")],
    );
    let select = |at: u64, ranges: &Value| event(at, &json!({"source": 14, "ranges": ranges}));
    let marked = json!([{"start": 21, "startOffset": 2, "end": 21, "endOffset": 6}]);
    let rendered = render(&recording(
        &body("::selection { background: #00f; color: #00f }", &[line]),
        &[select(300, &marked), select(600, &json!([])), end(900)],
    ));
    assert_eq!(middle_of(&rendered.at(200), BLUE), None);
    // The middle of the third to the sixth letter, each about 18 pixels wide.
    let (x, _) = middle_of(&rendered.at(400), BLUE).unwrap();
    assert!((60.0..85.0).contains(&x), "{x}");
    assert_eq!(rendered.hashes[5].hash, rendered.hashes[4].hash);
}

#[test]
fn boxes_stick_while_the_page_scrolls_smoothly() {
    let css = format!(
        "html {{ scroll-behavior: smooth }} body {{ height: 2000px }} {SQUARE}
        .box {{ position: sticky; top: 20px; margin-top: 100px }}"
    );
    let rendered = render(&recording(
        &body(&css, &[a_box("")]),
        &[scroll(300, DOCUMENT, 50), scroll(900, DOCUMENT, 500), end(1300)],
    ));
    for (ms, top) in [(200, 100.0), (300, 50.0), (800, 50.0), (900, 20.0), (1200, 20.0)] {
        assert_middle(&rendered.at(ms), RED, (20.0, top + 20.0));
    }
}

/// What a document begins with, as it is recorded.
fn with_doctype(document: &Value, public: &str, system: &str, mode: Option<&str>) -> Value {
    let mut document = document.clone();
    let doctype = json!({"type": 1, "id": 90, "name": "html", "publicId": public, "systemId": system});
    let children = document["childNodes"].as_array_mut().unwrap();
    children.retain(|child| child["type"] != 1);
    children.insert(0, doctype);
    if let Some(mode) = mode {
        document["compatMode"] = mode.into();
    }
    document
}

#[test]
fn pages_are_laid_out_by_the_rules_that_their_doctype_chose() {
    // A share of a page's height is something in quirks mode only, and images in cells stand on a line of text in
    // standards mode only.
    let css =
        "table { border-spacing: 0 } td { padding: 0 } .share { height: 50%; width: 40px; background: #f00 }
        .end { height: 40px; width: 40px; background: #008000 }";
    let picture = json!({"width": 40, "height": 40, "src": "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'/>"});
    let cell = element(22, "td", &json!({}), &[element(23, "img", &picture, &[])]);
    let children = [
        element(20, "table", &json!({}), &[element(21, "tr", &json!({}), &[cell])]),
        element(24, "div", &json!({"class": "share"}), &[]),
        element(25, "div", &json!({"class": "end"}), &[]),
    ];
    let page = recording(&body(css, &children), &[end(300)]);
    let frame = json!({"width": 320, "height": 240, "style": "border: 0; display: block"});
    let outer = recording(
        &element(
            BODY,
            "body",
            &json!({"style": "margin: 0"}),
            &[element(BOX, "iframe", &frame, &[])],
        ),
        &[
            attach_document(0, BOX, &with(body(css, &children), &json!({"id": 204}))),
            end(300),
        ],
    );
    let transitional = "-//W3C//DTD XHTML 1.0 Transitional//EN";
    let system = "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd";
    let quirks = Some("BackCompat");
    for (public, system, mode, color) in [
        ("", "", None, WHITE),
        ("-//W3C//DTD XHTML 1.0 Strict//EN", system, None, WHITE),
        (transitional, system, None, GREEN),
        ("-//W3C//DTD HTML 4.01 Transitional//EN", system, None, GREEN),
        ("-//W3C//DTD HTML 4.01 Transitional//EN", "", quirks, RED),
    ] {
        let mut page = page.clone();
        let document = &mut page[1]["data"]["node"];
        *document = with_doctype(document, public, system, mode);
        let mut outer = outer.clone();
        let document = &mut outer[2]["data"]["adds"][0]["node"];
        *document = with_doctype(document, public, system, mode);
        for recording in [page, outer] {
            let picture = render(&recording).at(0);
            assert_color(&picture, (20, 41), color);
        }
    }
    let mut page = page;
    let document = &mut page[1]["data"]["node"];
    document["compatMode"] = "BackCompat".into();
    document["childNodes"].as_array_mut().unwrap().remove(0);
    document["childNodes"][0]["attributes"]["xmlns"] = "http://www.w3.org/1999/xhtml".into();
    assert_color(&render(&page).at(0), (20, 41), RED);
}

#[test]
fn a_nested_document_that_is_written_anew_shows_the_new_one() {
    let frame = json!({"width": 320, "height": 240, "style": "border: 0; display: block"});
    let page = element(
        BODY,
        "body",
        &json!({"style": "margin: 0"}),
        &[element(BOX, "iframe", &frame, &[])],
    );
    let nested = |at: u64, first: u64, color: &str| {
        let style = json!({"style": format!("background: {color}")});
        let html = element(
            first,
            "html",
            &json!({}),
            &[element(first + 1, "body", &style, &[])],
        );
        let document = json!({"type": 0, "id": 201, "childNodes": [in_document(201, html)]});
        let adds = json!([{"parentId": BOX, "nextId": null, "node": document}]);
        mutation(at, &json!({"adds": adds, "isAttachIframe": true}))
    };
    let rendered = render(&recording(
        &page,
        &[nested(100, 210, "#f00"), nested(500, 220, "#00f"), end(900)],
    ));
    for (ms, color) in [(300, RED), (700, BLUE)] {
        assert_color(&rendered.at(ms), (20, 20), color);
    }
}

#[test]
fn formulas_are_laid_out_as_such() {
    let space = |id: u64, color: &str| {
        let attributes = json!({"width": "40px", "height": "40px", "style": format!("background: {color}")});
        element(id, "mspace", &attributes, &[])
    };
    let formula = |id: u64| {
        let fraction = element(
            id + 1,
            "mfrac",
            &json!({}),
            &[space(id + 2, "#f00"), space(id + 3, "#00f")],
        );
        element(id, "math", &json!({}), &[fraction])
    };
    for (page, then) in [
        (body("", &[formula(20)]), end(100)),
        (body("", &[]), addition(0, BODY, &formula(20))),
    ] {
        let picture = render(&recording(&page, &[then, end(300)])).at(100);
        let above = middle_of(&picture, RED).unwrap();
        let below = middle_of(&picture, BLUE).unwrap();
        assert!((above.0 - below.0).abs() < 1.0 && below.1 - above.1 > 30.0);
    }
}

#[test]
fn a_link_to_a_style_sheet_can_be_switched_off_and_on() {
    let link = |id: u64| {
        element(
            id,
            "link",
            &json!({"_cssText": ".box { background: #00f !important }"}),
            &[],
        )
    };
    let styled = |at: u64, id: u64, value: Option<&str>| {
        mutation(
            at,
            &json!({"attributes": [{"id": id, "attributes": {"disabled": value}}]}),
        )
    };
    let own = with(
        style(30, ""),
        &json!({"attributes": {"_cssText": "body { background: green !important }"}}),
    );
    let rendered = render(&recording(
        &body(SQUARE, &[link(20), own, a_box("")]),
        &[
            styled(300, 20, Some("")),
            // It does nothing on these.
            styled(300, 30, Some("")),
            styled(600, 20, None),
            end(900),
        ],
    ));
    for (ms, color) in [(100, BLUE), (400, RED), (700, BLUE)] {
        assert_color(&rendered.at(ms), (20, 20), color);
        assert_color(&rendered.at(ms), (100, 100), GREEN);
    }
}

#[test]
fn a_document_that_is_replaced_shows_the_new_one() {
    let html = element(
        70,
        "html",
        &json!({}),
        &[element(71, "body", &json!({"style": "background: #00f"}), &[])],
    );
    let rendered = render(&recording(
        &body(MOVING_BOX, &[a_box("")]),
        &[
            addition(300, DOCUMENT, &html),
            mouse(400, 71, 9, 9),
            attribute(600, 71, "style", "background: #f00"),
            end(900),
        ],
    ));
    for (ms, color) in [(200, WHITE), (350, BLUE), (600, RED)] {
        assert_color(&rendered.at(ms), (200, 200), color);
    }
}

#[test]
fn adopted_style_sheets_stay_with_their_page() {
    let sheet = json!({"styleId": 1, "rules": [{"rule": "body { background: #00f !important }"}]});
    let rendered = render(&recording(
        &body("", &[]),
        &[
            event(
                200,
                &json!({"source": 15, "id": DOCUMENT, "styleIds": [1], "styles": [sheet]}),
            ),
            full_snapshot(STARTED + 600, &body("", &[])),
            end(1000),
        ],
    ));
    for (ms, color) in [(100, WHITE), (400, BLUE), (800, WHITE)] {
        assert_color(&rendered.at(ms), (20, 20), color);
    }
}

#[test]
fn media_rules_outside_the_body_are_those_of_the_page() {
    let rules = style(
        20,
        "@media (min-width: 1px) { body { background: #00f !important } }
        @media print { body { background: #f00 !important } }",
    );
    let mut recording = recording(&body("", &[]), &[end(400)]);
    let html = &mut recording[1]["data"]["node"]["childNodes"][1]["childNodes"];
    html.as_array_mut().unwrap().push(rules);
    for size in ["native", "160x120"] {
        let rendered = render_recording(&recording, &format!("--fps 10 --capture damage --size {size}"));
        assert_color(&rendered.at(0), (20, 20), BLUE);
    }
}

#[test]
fn names_of_elements_that_hide_those_of_the_document_do_no_harm() {
    let named = |id: u64, tag: &str, name: &str| element(id, tag, &json!({"name": name}), &[]);
    let hiding = [
        named(20, "form", "images"),
        named(21, "img", "getAnimations"),
        named(22, "img", "querySelectorAll"),
        named(23, "form", "fonts"),
        named(24, "form", "defaultView"),
    ];
    let rendered = render(&recording(
        &body(MOVING_BOX, &[&[a_box("moving")], &hiding[..]].concat()),
        &[end(1500)],
    ));
    assert_box_at(&rendered, 1000, 100.0);
}

#[test]
fn a_nested_document_that_comes_with_its_frame_is_on_our_clock_too() {
    let frame = json!({"width": 320, "height": 240, "style": "border: 0; display: block"});
    let nested = element(210, "body", &json!({"style": "margin: 0"}), &[shadow_host()]);
    let rendered = render(&recording(
        &body("", &[]),
        &[
            full_snapshot(STARTED + 500, &body("", &[element(20, "iframe", &frame, &[])])),
            attach_document(500, 20, &nested),
            end(3000),
        ],
    ));
    for (ms, left) in [(500, 0.0), (1000, 50.0), (2000, 150.0), (2800, 200.0)] {
        assert_box_at(&rendered, ms, left);
    }
}

#[test]
fn elements_of_the_page_that_say_that_they_are_loading_look_so() {
    let css = format!("{SQUARE} .box[loading] {{ background: #00f }}");
    let rendered = render(&recording(
        &body(&css, &[a_box("")]),
        &[attribute(300, BOX, "loading", "lazy"), end(600)],
    ));
    for (ms, color) in [(100, RED), (400, BLUE)] {
        assert_color(&rendered.at(ms), (20, 20), color);
    }
}

#[test]
fn what_a_page_allowed_itself_does_not_hold_for_its_replay() {
    let policy = |written: &str| {
        let attributes = json!({"http-equiv": written, "content": "style-src 'none'"});
        element(30, "meta", &attributes, &[])
    };
    for written in ["content-security-policy", "Content-Security-Policy"] {
        let mut recording = recording(&body(SQUARE, &[a_box("")]), &[end(200)]);
        let head = &mut recording[1]["data"]["node"]["childNodes"][1]["childNodes"][0];
        assert_eq!(head["tagName"], "head");
        head["childNodes"].as_array_mut().unwrap().push(policy(written));
        assert_color(&render(&recording).at(0), (20, 20), RED);
    }
}
