//! Small recordings made by hand, rendered by the real program: each shows that one thing looks as it should, at
//! the session time at which it should.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

#[path = "../common/mod.rs"]
mod common;

mod animations;
mod canvases;
mod conformance;
mod documents;
mod fields;
mod focus;
mod hovering;
mod media;
mod media_queries;
mod moving_images;
mod pointer;
mod sameness;
mod scrolling;
mod skipping;
mod standing_still;
mod unrecorded;
mod window;

use base64::Engine;
use image::{Rgb, RgbImage};
use serde_json::{Value, json};

use common::video::{Color, Rendered, assert_middle, png, render_recording};
use common::{STARTED, attribute, element, end, event, mutation, resize, text, with};

const RED: Color = [255, 0, 0];
const BLUE: Color = [0, 0, 255];
const GREEN: Color = [0, 128, 0];
const WHITE: Color = [255, 255, 255];
/// Around the page, where it does not fill the picture.
const SURROUND: Color = [0x1b, 0x1d, 0x23];

const DOCUMENT: u64 = 1;
const BODY: u64 = 5;
const BOX: u64 = 10;

/// A box of 40x40 pixels whose left edge moves 100 pixels a second.
const MOVING_BOX: &str = "@keyframes move { from { left: 0 } to { left: 200px } }
    .box { position: absolute; left: 0; top: 100px; width: 40px; height: 40px; background: #f00 }
    .moving { animation: move 2s linear forwards }";

fn render(recording: &Value) -> Rendered {
    render_recording(recording, "--fps 10 --capture damage")
}

/// The body of a white page with one style sheet; ids from 10 on are free for its children.
fn body(css: &str, children: &[Value]) -> Value {
    let mut all = vec![style(6, css)];
    all.extend_from_slice(children);
    element(
        BODY,
        "body",
        &json!({"style": "margin: 0; background: #fff"}),
        &all,
    )
}

/// Takes the id after `id` too.
fn style(id: u64, css: &str) -> Value {
    let rules = with(text(id + 1, css), &json!({"isStyle": true}));
    element(id, "style", &json!({}), &[rules])
}

fn a_box(class: &str) -> Value {
    element(BOX, "div", &json!({"class": format!("box {class}")}), &[])
}

/// Adds a node and all below it, one by one, the way rrweb records it.
fn addition(at: u64, parent: u64, node: &Value) -> Value {
    let mut adds = Vec::new();
    one_by_one(parent, node, &mut adds);
    mutation(at, &json!({"adds": adds}))
}

fn one_by_one(parent: u64, node: &Value, adds: &mut Vec<Value>) {
    let alone = with(node.clone(), &json!({"childNodes": []}));
    adds.push(json!({"parentId": parent, "nextId": null, "node": alone}));
    for child in node["childNodes"].as_array().into_iter().flatten() {
        one_by_one(node["id"].as_u64().unwrap(), child, adds);
    }
}

fn scroll(at: u64, id: u64, y: u64) -> Value {
    event(at, &json!({"source": 3, "id": id, "x": 0, "y": y}))
}

fn mouse(at: u64, id: u64, x: u64, y: u64) -> Value {
    event(
        at,
        &json!({"source": 1, "positions": [{"x": x, "y": y, "id": id, "timeOffset": 0}]}),
    )
}

/// Checks where the moving box is: the middle of a box whose left edge is at `left`.
#[track_caller]
fn assert_box_at(rendered: &Rendered, ms: u64, left: f64) {
    assert_middle(&rendered.at(ms), RED, (left + 20.0, 120.0));
}

/// The nested document of an iframe, the way rrweb records it.
fn attach_document(at: u64, frame: u64, body: &Value) -> Value {
    let html = element(
        202,
        "html",
        &json!({}),
        &[element(203, "head", &json!({}), &[]), body.clone()],
    );
    let document = json!({"type": 0, "id": 201, "childNodes": [in_document(201, html)]});
    let adds = json!([{"parentId": frame, "nextId": null, "node": document}]);
    mutation(at, &json!({"adds": adds, "isAttachIframe": true}))
}

/// Marks a node and all below as part of a nested document.
fn in_document(root: u64, mut node: Value) -> Value {
    node["rootId"] = root.into();
    if let Some(children) = node["childNodes"].as_array_mut() {
        for child in children {
            *child = in_document(root, child.take());
        }
    }
    node
}

/// Noise that takes long to decode, with a blue left half, as a data URL.
fn large_image() -> String {
    let mut noise = 1_u32;
    let picture = RgbImage::from_fn(1600, 1200, |x, _| {
        noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        Rgb(if x < 800 { BLUE } else { [(noise >> 24) as u8; 3] })
    });
    let base64 = base64::engine::general_purpose::STANDARD.encode(png(&picture));
    format!("data:image/png;base64,{base64}")
}
