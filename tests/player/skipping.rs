//! A part deep in a session, of which the page plays only what can still be seen: the same pictures as in the whole.

use serde_json::{Value, json};

use crate::animations::animated_svg;
use crate::common::video::{Rendered, render_recording};
use crate::common::{element, full_snapshot, recording, text};
use crate::{
    BODY, BOX, DOCUMENT, MOVING_BOX, STARTED, a_box, addition, attach_document, attribute, body, end, event,
    mouse, mutation, resize, scroll, with,
};

/// From one full snapshot to the next, in milliseconds.
const CHAPTER: u64 = 6000;
const CHAPTERS: u64 = 5;
/// Amid what happens in the last chapter, when its page still has the size that it began with; on the grid of frames.
const PART: u64 = (CHAPTERS - 1) * CHAPTER + 200;

const BUTTON: u64 = 12;
const FIELD: u64 = 16;
const FRAME: u64 = 17;

/// A page on which everything that one chapter does looks another way than in the others.
fn page(chapter: u64) -> Value {
    let css = format!(
        "{MOVING_BOX}
        body {{ height: {}px }}
        @keyframes spin {{ to {{ transform: rotate(360deg) }} }}
        .spinner {{ position: fixed; left: 240px; top: 20px; width: 40px; height: 40px; border: 6px solid #ddd;
            border-top-color: #00f; border-radius: 50%; animation: spin {}s linear infinite }}
        button {{ position: absolute; left: {}px; top: 180px; background: #eee; transition: background 0.4s }}
        button:hover {{ background: #0a0 }}
        input {{ position: absolute; top: 210px; left: 100px }}
        iframe {{ position: absolute; top: 100px; left: 200px; width: 60px; height: 60px }}",
        1000 + chapter * 100,
        1.3 + chapter as f64 / 5.0,
        chapter * 20,
    );
    let children = [
        a_box("moving"),
        element(11, "div", &json!({"class": "spinner"}), &[]),
        element(BUTTON, "button", &json!({}), &[text(13, "Press")]),
        element(FIELD, "input", &json!({"value": "none"}), &[]),
        element(FRAME, "iframe", &json!({}), &[]),
    ];
    body(&css, &children)
}

/// What happens in a chapter that begins at `at`: things that move, warn, stay where they are put or are lost.
fn happenings(at: u64, chapter: u64) -> Vec<Value> {
    let missing = json!([{"parentId": BODY, "id": 7000 + chapter}]);
    vec![
        mouse(at + 100, BODY, 30 + chapter * 10, 40),
        mouse(at + 150, BUTTON, 20 + chapter * 20, 190),
        addition(at + 200, BODY, &animated_svg()),
        scroll(at + 250, DOCUMENT, 40 + chapter * 30),
        resize(at + 300, 300 + chapter * 4, 240),
        mutation(at + 350, &json!({"removes": missing})),
        event(
            at + 400,
            &json!({"source": 2, "type": 2, "id": BUTTON, "x": 40, "y": 190}),
        ),
        event(at + 450, &json!({"source": 2, "type": 5, "id": FIELD})),
        event(
            at + 500,
            &json!({"source": 5, "id": FIELD, "text": format!("typed {chapter}"), "isChecked": false}),
        ),
        attribute(
            at + 600,
            BOX,
            "style",
            &format!("background: rgb(200, {}, 0)", chapter * 40),
        ),
        // The mouse rests on what comes later, and on what it has left.
        addition(at + 900, BODY, &element(70, "p", &json!({}), &[text(71, "late")])),
        mouse(
            at + 2000,
            if chapter.is_multiple_of(2) { 70 } else { BUTTON },
            50,
            150,
        ),
    ]
}

/// Chapters of such a page, in which `more` happens besides.
fn session(more: &[Value]) -> Value {
    let mut then = Vec::new();
    for chapter in 0..CHAPTERS {
        let at = chapter * CHAPTER;
        if chapter > 0 {
            then.push(json!({"type": 4, "timestamp": STARTED + at,
                "data": {"href": "https://page.example/", "width": 320, "height": 240}}));
            then.push(full_snapshot(STARTED + at, &page(chapter)));
        }
        then.extend(happenings(at, chapter));
    }
    then.push(end(CHAPTERS * CHAPTER));
    then.extend_from_slice(more);
    then.sort_by_key(|event| event["timestamp"].as_u64());
    recording(&page(0), &then)
}

fn render(recording: &Value, arguments: &str) -> Rendered {
    render_recording(
        recording,
        &format!("--fps 5 --idle keep --size 320x240 {arguments}"),
    )
}

/// How many changes to nodes that are not there were told: one is made in each chapter.
fn told(rendered: &Rendered) -> u64 {
    let warnings = rendered.report["player_warnings"].as_array().unwrap();
    warnings
        .iter()
        .filter(|warning| warning["message"].as_str().unwrap().contains("Node with id"))
        .map(|warning| warning["count"].as_u64().unwrap())
        .sum()
}

/// A part from amid what happens in the last chapter.
fn part(recording: &Value, arguments: &str) -> Rendered {
    let seconds = PART as f64 / 1000.0;
    render(recording, &format!("{arguments} --start {seconds}"))
}

/// Checks that a part plays two chapters of them all, and shows what the whole does there, also from several browsers.
fn assert_skipped_unseen(recording: &Value, capture: &str) {
    let whole = render(recording, capture);
    let alone = part(recording, capture);
    alone.assert_agrees_with(&whole, 25);
    assert_eq!((told(&whole), told(&alone)), (CHAPTERS, 2));
    assert_eq!(
        part(recording, &format!("{capture} --jobs 2")).hashes,
        alone.hashes
    );
}

#[test]
fn a_part_skips_what_full_snapshots_have_made_void() {
    let recording = session(&[]);
    assert_skipped_unseen(&recording, "--capture damage");
    assert_skipped_unseen(&recording, "--capture framebuffer");
}

#[test]
fn a_mouse_that_rests_for_long_is_where_it_was() {
    let mut recording = session(&[]);
    let events = recording.as_array_mut().unwrap();
    let quiet = STARTED + CHAPTER..STARTED + PART + 1000;
    events.retain(|event| {
        let moves = event["data"]["source"] == 1 || event["data"]["source"] == 2;
        !(moves && quiet.contains(&event["timestamp"].as_u64().unwrap()))
    });
    assert_skipped_unseen(&recording, "--capture damage");
}

#[test]
fn what_lasts_beyond_a_full_snapshot_is_played() {
    let at = CHAPTER + 3000;
    let add = |node: Value| addition(at, BODY, &node);
    let font =
        json!({"source": 10, "family": "Late", "buffer": false, "fontSource": "local('Liberation Mono')"});
    let canvas = json!({"rr_dataURL": "data:image/png;base64,AA"});
    let custom = with(element(80, "x-y", &json!({}), &[]), &json!({"isCustom": true}));
    let language = json!({"http-equiv": "content-language", "content": "ja"});
    let touch = json!({"source": 2, "type": 7, "id": BODY, "x": 9, "y": 9});
    let adopted = json!({"source": 15, "id": DOCUMENT, "styleIds": [44]});
    let command = json!({"source": 9, "id": 80, "type": 0, "property": "fill", "args": []});
    let last = (CHAPTERS - 1) * CHAPTER;
    for (name, lasting) in [
        ("a font", event(at, &font)),
        ("a drawing", add(element(80, "canvas", &canvas, &[]))),
        ("a command of a canvas", event(at, &command)),
        ("a custom element", add(custom)),
        (
            "a custom element's definition",
            event(at, &json!({"source": 16, "define": {"name": "x-y"}})),
        ),
        (
            "a nested document",
            attach_document(at, FRAME, &element(204, "body", &json!({}), &[])),
        ),
        (
            "a named style sheet",
            add(element(80, "style", &json!({"title": "A"}), &[])),
        ),
        ("a language", add(element(80, "meta", &language, &[]))),
        (
            "a frame's focus",
            event(at, &json!({"source": 2, "type": 5, "id": FRAME})),
        ),
        ("a finger", event(at, &touch)),
        ("a sheet to come", event(last - 1000, &adopted)),
    ] {
        let played = told(&part(&session(&[lasting]), "--capture damage"));
        assert_eq!(played, CHAPTERS, "{name}");
    }
}
