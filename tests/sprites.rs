//! Drawings that show parts of another file by `use`, such as icons of a sprite sheet, rendered by the real program: which are
//! shown, from when on, and that nothing in the file does anything.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod common;

use std::fs;
use std::time::Duration;

use common::asset_server::{Answer, AssetServer};
use common::video::{Color, Rendered, assert_color, render_recording};
use common::{attribute, element, end, full_snapshot, mutation, recording};
use serde_json::{Value, json};

const WHITE: Color = [255, 255, 255];
const RED: Color = [255, 0, 0];
const GREEN: Color = [0, 128, 0];
const BLUE: Color = [0, 0, 255];

const BODY: u64 = 10;

/// An icon of each colour, called by its name.
fn sprite() -> String {
    let icon = |name: &str| {
        format!("<symbol id='{name}' viewBox='0 0 4 4'><rect width='4' height='4' fill='{name}'/></symbol>")
    };
    let icons: String = ["red", "green", "blue"].map(icon).concat();
    format!("<svg xmlns='http://www.w3.org/2000/svg'>{icons}</svg>")
}

/// A drawing of 40x40 pixels and the `use` in it, which has the next id.
fn drawing(id: u64, left: u64, top: u64, attribute: &str, href: &str) -> Value {
    let of_svg = |mut node: Value| {
        node["isSVG"] = json!(true);
        node
    };
    let style = format!("position:absolute;left:{left}px;top:{top}px;width:40px;height:40px");
    let part = of_svg(element(id + 1, "use", &json!({attribute: href}), &[]));
    of_svg(element(id, "svg", &json!({"style": style}), &[part]))
}

/// Adds nodes, each below the one before.
fn add(at: u64, parent: u64, nodes: &[Value]) -> Value {
    let mut adds = Vec::new();
    let mut parent = parent;
    for node in nodes {
        let mut alone = node.clone();
        alone["childNodes"] = json!([]);
        adds.push(json!({"parentId": parent, "nextId": null, "node": alone}));
        parent = node["id"].as_u64().unwrap();
    }
    mutation(at, &json!({"adds": adds}))
}

/// A page of this address, 1.5 seconds long.
fn page(address: &str, children: &[Value], events: &[Value]) -> Value {
    let body = element(
        BODY,
        "body",
        &json!({"style": "margin:0;background:#fff"}),
        children,
    );
    let mut recording = recording(&body, &[events, &[end(1500)]].concat());
    recording[0]["data"]["href"] = json!(address);
    recording
}

fn render(recording: &Value, more: &str) -> Rendered {
    render_recording(recording, &format!("--fps 10 --idle keep {more}"))
}

#[track_caller]
fn assert_row(rendered: &Rendered, ms: u64, top: u32, colors: &[Color]) {
    for (left, color) in (0..).step_by(50).zip(colors) {
        assert_color(&rendered.at(ms), (left + 20, top + 20), *color);
    }
}

/// In a shadow root, and in a nested document that comes after 300 ms.
fn within(url: &str) -> (Vec<Value>, Vec<Value>) {
    let mut inside = drawing(31, 0, 50, "href", &format!("{url}#green"));
    inside["isShadow"] = json!(true);
    let mut host = element(30, "div", &json!({}), &[inside]);
    host["isShadowHost"] = json!(true);
    let style = "position:absolute;left:50px;top:50px;width:40px;height:40px;border:0";
    let frame = element(40, "iframe", &json!({"style": style}), &[]);

    let drawn = drawing(51, 0, 0, "xlink:href", &format!("{url}#blue"));
    let nested = element(50, "body", &json!({"style": "margin:0"}), &[drawn]);
    let html = element(42, "html", &json!({}), &[nested]);
    let document = json!({"type": 0, "id": 41, "childNodes": [html]});
    let mut attached = mutation(
        300,
        &json!({"adds": [{"parentId": 40, "nextId": null, "node": document}]}),
    );
    attached["data"]["isAttachIframe"] = json!(true);
    (vec![host, frame], vec![attached])
}

#[test]
fn icons_of_a_sprite_sheet_are_shown_and_change() {
    let folder = tempfile::tempdir().unwrap();
    let site = folder.path().join("shop.test");
    fs::create_dir_all(site.join("img")).unwrap();
    fs::write(site.join("img/sprite.svg"), sprite()).unwrap();
    let url = "https://shop.test/img/sprite.svg?v=2";
    let (mut children, mut events) = within(url);
    children.extend([
        drawing(20, 0, 0, "href", &format!("{url}#red")),
        drawing(22, 50, 0, "xlink:href", &format!("{url}#green")),
        drawing(24, 100, 0, "class", "none yet"),
        element(
            26,
            "div",
            &json!({"style": "display:none"}),
            &[drawing(27, 0, 0, "href", &format!("{url}#red"))],
        ),
        drawing(70, 200, 0, "href", &format!("{url}#missing")),
    ]);
    let added = drawing(60, 150, 0, "xlink:href", &format!("{url}#blue"));
    events.extend([
        attribute(500, 21, "href", &format!("{url}#blue")),
        attribute(500, 23, "xlink:href", &format!("{url}#red")),
        attribute(500, 25, "xlink:href", &format!("{url}#green")),
        attribute(600, 25, "href", &format!("{url}#blue")),
        add(700, BODY, &[added.clone(), added["childNodes"][0].clone()]),
        attribute(800, 71, "href", &format!("{url}#red")),
        attribute(800, 71, "href", "#nowhere"),
        attribute(900, 32, "href", &format!("{url}#red")),
    ]);
    let recording = page("https://shop.test/cart/1", &children, &events);
    let assets = format!("--offline --assets {}", folder.path().display());
    let [damage, shown, two] = ["damage", "framebuffer --jobs 1", "framebuffer --jobs 2"]
        .map(|capture| render(&recording, &format!("{assets} --capture {capture}")));
    for rendered in [&damage, &shown] {
        assert_row(rendered, 0, 0, &[RED, GREEN, WHITE, WHITE]);
        assert_row(rendered, 200, 50, &[GREEN, WHITE]);
        assert_row(rendered, 300, 50, &[GREEN, BLUE]);
        assert_row(rendered, 500, 0, &[BLUE, RED, GREEN, WHITE]);
        assert_row(rendered, 600, 0, &[BLUE, RED, BLUE, WHITE]);
        assert_row(rendered, 700, 0, &[BLUE, RED, BLUE, BLUE]);
        assert_row(rendered, 900, 50, &[RED, BLUE]);
        // Nothing is waited for in vain.
        let waited_s = rendered.report["timings"]["advance_s"].as_f64().unwrap();
        assert!(waited_s < 9.0, "{waited_s} s");
        let list = &rendered.report["assets"]["list"];
        assert_eq!(list.as_array().unwrap().len(), 1, "{list:#}");
        assert_eq!(list[0]["url"], "https://shop.test/img/sprite.svg");
        assert_eq!(list[0]["status"], "given");
        assert_eq!(rendered.report["missing_assets"], json!([]));
    }
    shown.assert_equals(&two);
    damage.assert_equals(&shown);
}

#[test]
fn frames_wait_for_sprites_however_late_they_come() {
    let server = AssetServer::start(|visit| match visit.target.as_str() {
        "/a.svg" => Answer::new("image/svg+xml", sprite()).after(Duration::from_millis(700)),
        "/b.svg" => Answer::new("image/svg+xml", sprite()).after(Duration::from_millis(300)),
        _ => Answer::status(404),
    });
    let url = |path: &str| server.url(path);
    let later = drawing(60, 100, 0, "href", &url("/b.svg#green"));
    let recording = page(
        &url("/page.html"),
        &[
            drawing(20, 0, 0, "href", &url("/a.svg#red")),
            drawing(22, 50, 0, "href", &url("/missing.svg?secret#red")),
        ],
        &[
            add(500, BODY, &[later.clone(), later["childNodes"][0].clone()]),
            attribute(800, 21, "href", &url("/b.svg#blue")),
        ],
    );
    let folder = tempfile::tempdir().unwrap();
    let allowed = format!("--allow-host {}", server.host);
    let cached = format!("{allowed} --asset-cache {}", folder.path().display());
    let [damage, shown, again, two] = [
        format!("{allowed} --capture damage"),
        format!("{cached} --capture framebuffer --jobs 1"),
        format!("{cached} --capture framebuffer --jobs 1"),
        format!("{allowed} --capture framebuffer --jobs 2"),
    ]
    .map(|more| render(&recording, &more));
    for (ms, colors) in [
        (0, [RED, WHITE, WHITE]),
        (400, [RED, WHITE, WHITE]),
        (500, [RED, WHITE, GREEN]),
        (800, [BLUE, WHITE, GREEN]),
    ] {
        assert_row(&shown, ms, 0, &colors);
    }
    assert_eq!(shown.different_pictures(), 3);
    for other in [&damage, &again, &two] {
        shown.assert_equals(other);
    }
    let visits = |path: &str| server.asked().iter().filter(|target| *target == path).count();
    assert_eq!(["/a.svg", "/b.svg", "/missing.svg?secret"].map(visits), [3, 3, 4]);
    let missing = url("/missing.svg");
    let of = |list: &str| shown.report[list].as_array().unwrap().clone();
    let told = of("missing_assets");
    assert!(
        told.iter()
            .any(|asset| asset["url"] == *missing && asset["kind"] == "img-src"),
        "{told:#?}"
    );
    assert_eq!(told.len(), 1, "{told:#?}");
    assert!(!shown.report.to_string().contains("same-origin"));
}

#[test]
fn images_in_icons_are_waited_for_like_any() {
    let server = AssetServer::start(|visit| match visit.target.as_str() {
        "/sprite.svg" => Answer::new(
            "image/svg+xml",
            "<svg xmlns='http://www.w3.org/2000/svg'><symbol id='icon' viewBox='0 0 4 4'>
            <image href='/blue.svg' width='4' height='4'/></symbol></svg>",
        )
        .after(Duration::from_millis(200)),
        "/blue.svg" => Answer::new(
            "image/svg+xml",
            "<svg xmlns='http://www.w3.org/2000/svg' width='4' height='4'>
            <rect width='4' height='4' fill='#00f'/></svg>",
        )
        .after(Duration::from_millis(400)),
        _ => Answer::status(404),
    });
    let later = drawing(60, 50, 0, "href", &server.url("/sprite.svg#icon"));
    let events = [add(500, BODY, &[later.clone(), later["childNodes"][0].clone()])];
    let recording = page(&server.url("/"), &[], &events);
    let [damage, one, two] = ["damage", "framebuffer --jobs 1", "framebuffer --jobs 2"].map(|capture| {
        render(
            &recording,
            &format!("--allow-host {} --capture {capture}", server.host),
        )
    });
    assert_row(&one, 400, 0, &[WHITE, WHITE]);
    assert_row(&one, 500, 0, &[WHITE, BLUE]);
    assert_eq!(one.different_pictures(), 2);
    one.assert_equals(&damage);
    one.assert_equals(&two);
}

#[test]
fn only_svg_of_the_recorded_page_s_own_origin_is_shown() {
    let png = include_bytes!("goldens/phone-menu.png");
    let other = AssetServer::start(|_| Answer::new("image/svg+xml", sprite()));
    let server = AssetServer::start(|visit| match visit.target.as_str() {
        "/page.svg" => Answer::new("text/html", sprite()),
        "/picture.svg" => Answer::new("image/png", *png),
        _ => Answer::new("image/svg+xml", sprite()),
    });
    let own = server.url("/sprite.svg#red");
    let ours = "http://player.replaycast.localhost/.replaycast/same-origin/file:///etc/passwd#red";
    let hrefs = [
        own,
        other.url("/sprite.svg#red"),
        server.url("/page.svg#red"),
        server.url("/picture.svg#red"),
        ours.to_owned(),
        server.url("/whole.svg"),
    ];
    let children: Vec<Value> = (0..)
        .zip(&hrefs)
        .map(|(index, href)| drawing(20 + 2 * index, 50 * index, 0, "href", href))
        .collect();
    // The next page is of the other origin, and so is what it may show.
    let next = element(
        BODY,
        "body",
        &json!({"style": "margin:0;background:#fff"}),
        &children,
    );
    let events = [
        json!({"type": 4, "timestamp": 1500, "data": {"href": other.url("/2"), "width": 320, "height": 240}}),
        full_snapshot(1500, &next),
    ];
    let recording = page(&server.url("/page.html"), &children, &events);
    for capture in ["damage", "framebuffer"] {
        let more = format!(
            "--capture {capture} --allow-host {} --allow-host {}",
            server.host, other.host
        );
        let rendered = render(&recording, &more);
        assert_row(&rendered, 400, 0, &[RED, WHITE, WHITE, WHITE, WHITE, WHITE]);
        assert_row(&rendered, 500, 0, &[WHITE, RED, WHITE, WHITE, WHITE, WHITE]);
    }
    assert_eq!(
        server
            .asked()
            .iter()
            .filter(|target| *target == "/whole.svg")
            .count(),
        0
    );
}

#[test]
fn nothing_in_a_sprite_runs_reaches_out_or_moves() {
    let canary = AssetServer::start(|_| Answer::new("text/css", "rect { fill: red }"));
    let paint = "document.documentElement.style.background = 'red'; top.document.body.innerHTML = ''";
    let url = |name: &str| canary.url(&format!("/{name}"));
    let sprite = format!(
        "<?xml-stylesheet href='{sheet}'?><svg xmlns='http://www.w3.org/2000/svg' xmlns:h='http://www.w3.org/1999/xhtml' onload=\"{paint}\">
         <script>{paint}</script><script href='{script}'/>
         <style>@import url({import}); @font-face {{ font-family: spy; src: url({font}) }} text {{ font-family: spy }}
           @keyframes move {{ to {{ transform: translate(4px) }} }} .moving {{ animation: move 1s linear infinite }}
           .filled {{ fill: #00f; background: url({background}) }}</style>
         <symbol id='icon' viewBox='0 0 4 4'><script>{paint}</script>
           <rect class='moving' width='4' height='4' fill='#008000' onload=\"{paint}\"/><text>a</text>
           <foreignObject width='4' height='4'><h:iframe src='{frame}'/><h:script>{paint}</h:script><h:img src='x' onerror=\"{paint}\"/>
             <h:link rel='stylesheet' href='{link}'/></foreignObject>
           <animate attributeName='opacity' to='0' dur='1s' repeatCount='indefinite'/></symbol></svg>",
        sheet = url("sheet.css"), script = url("script.js"), import = url("import.css"), font = url("font.woff2"),
        background = url("background.png"), frame = url("frame.html"), link = url("link.css"),
    );
    let server = AssetServer::start(move |_| Answer::new("image/svg+xml", sprite.clone()));
    let children = [drawing(20, 0, 0, "href", &server.url("/sprite.svg#icon"))];
    let recording = page(&server.url("/"), &children, &[attribute(1000, 20, "class", "a")]);
    let [damage, one, two] = ["damage", "framebuffer --jobs 1", "framebuffer --jobs 2"].map(|capture| {
        let allowed = format!("--allow-host {} --allow-host {}", server.host, canary.host);
        render(&recording, &format!("{allowed} --capture {capture}"))
    });
    for rendered in [&damage, &one] {
        assert_row(rendered, 0, 0, &[GREEN, WHITE]);
        assert_row(rendered, 1400, 0, &[GREEN, WHITE]);
        assert_eq!(rendered.different_pictures(), 1);
    }
    one.assert_equals(&damage);
    one.assert_equals(&two);
    assert_eq!(canary.asked(), Vec::<String>::new());
}
