//! Recordings that name images, fonts and style sheets by address, rendered by the real program with a server on this
//! machine: what is loaded, what is not, when a frame is taken, and what is told of it.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::time::Duration;

use base64::Engine;
use common::asset_server::{Answer, AssetServer};
use common::video::{Color, Rendered, assert_color, png, render_recording};
use common::{element, end, full_snapshot, mutation, recording, replaycast, stderr, succeed, text, write};
use image::{Rgb, RgbImage};
use serde_json::{Value, json};

const WHITE: Color = [255, 255, 255];
const RED: Color = [255, 0, 0];
const GREEN: Color = [0, 128, 0];
const BLUE: Color = [0, 0, 255];
const PURPLE: Color = [128, 0, 128];
const ORANGE: Color = [255, 165, 0];

/// Stands in the query of addresses and must not be repeated anywhere.
const TOKEN: &str = "canary-token";

/// An image of one colour.
fn image_of(color: Color) -> Vec<u8> {
    png(&RgbImage::from_pixel(40, 40, Rgb(color)))
}

/// A font in which an i is as wide as any letter.
fn font() -> Vec<u8> {
    fs::read("/usr/share/fonts/truetype/liberation/LiberationMono-Bold.ttf").unwrap()
}

/// The first site: a page's assets of every kind, each found by another way.
fn site(path: &str) -> Answer {
    match path.split('?').next().unwrap() {
        "/img/red.png" => Answer::new("image/png", image_of(RED)),
        "/img/green.png" => Answer::new("image/png", image_of(GREEN)),
        "/img/blue.png" => Answer::new("image/png", image_of(BLUE)),
        "/img/purple.png" => Answer::new("application/octet-stream", image_of(PURPLE)),
        "/img/moved.png" => Answer::redirect("/img/blue.png"),
        "/style.css" => Answer::redirect("/css/deep/style.css"),
        "/css/deep/style.css" => Answer::new(
            "text/css; charset=utf-8",
            "@import 'more.css';
             @font-face { font-family: Remote; src: url(../../font.ttf) }
             #sheet { background: url(../../img/green.png) }
             #font { font: 20px Remote, serif; background: #ffa500; white-space: nowrap }",
        ),
        "/css/deep/more.css" => Answer::new(
            "text/css",
            "#imported { background: #800080 } #pseudo::before { content: url(/img/purple.png) }
             #imported { transition: background-color 10s linear }",
        ),
        "/font.ttf" => Answer::new("font/ttf", font()),
        _ => Answer::status(404),
    }
}

fn box_at(id: u64, tag: &str, name: &str, left: u64, top: u64, more: &Value, children: &[Value]) -> Value {
    let style = format!(
        "position:absolute;left:{left}px;top:{top}px;width:40px;height:40px;{}",
        more["style"].as_str().unwrap_or_default()
    );
    let mut attributes = json!({"id": name});
    for (key, value) in more.as_object().unwrap() {
        attributes[key] = value.clone();
    }
    attributes["style"] = json!(style);
    element(id, tag, &attributes, children)
}

/// A page that needs all of `site`; half a second later an image is added, and a background another half.
fn page(server: &AssetServer) -> Value {
    let url = |path: &str| server.url(path);
    let sheet = json!({"rel": "stylesheet", "href": url("/style.css")});
    let words = [text(31, "iiiiiiiiii")];
    let body = element(
        10,
        "body",
        &json!({"style": "margin:0;background:#fff"}),
        &[
            element(11, "link", &sheet, &[]),
            box_at(
                12,
                "img",
                "img",
                0,
                0,
                &json!({"src": url(&format!("/img/red.png?key={TOKEN}"))}),
                &[],
            ),
            box_at(13, "div", "sheet", 50, 0, &json!({}), &[]),
            box_at(14, "div", "imported", 100, 0, &json!({}), &[]),
            box_at(15, "div", "pseudo", 150, 0, &json!({}), &[]),
            box_at(
                16,
                "img",
                "redirected",
                200,
                0,
                &json!({"src": url("/img/moved.png")}),
                &[],
            ),
            box_at(
                17,
                "div",
                "attribute",
                250,
                0,
                &json!({"style": format!("background:url({})", url("/img/red.png"))}),
                &[],
            ),
            box_at(
                30,
                "span",
                "font",
                0,
                100,
                &json!({"style": "width:auto"}),
                &words,
            ),
        ],
    );
    let late = box_at(
        40,
        "img",
        "late",
        0,
        50,
        &json!({"src": url("/img/green.png?late")}),
        &[],
    );
    let style = format!(
        "position:absolute;left:250px;top:0;width:40px;height:40px;background:url({})",
        url("/img/purple.png?late")
    );
    recording(
        &body,
        &[
            mutation(
                500,
                &json!({"adds": [{"parentId": 10, "nextId": null, "node": late}]}),
            ),
            mutation(
                1000,
                &json!({"attributes": [{"id": 17, "attributes": {"style": style}}]}),
            ),
            end(1500),
        ],
    )
}

/// All is there whenever it is shown for the first time.
fn assert_complete(rendered: &Rendered) {
    let at = |ms| rendered.at(ms);
    for ms in [0, 400, 1400] {
        for (x, color) in [(20, RED), (70, GREEN), (120, PURPLE), (170, PURPLE), (220, BLUE)] {
            assert_color(&at(ms), (x, 20), color);
        }
        // Ten letters of 12 pixels each.
        assert_color(&at(ms), (115, 132), ORANGE);
        assert_color(&at(ms), (125, 132), WHITE);
    }
    for (ms, image, background) in [
        (0, WHITE, RED),
        (400, WHITE, RED),
        (500, GREEN, RED),
        (1000, GREEN, PURPLE),
    ] {
        assert_color(&at(ms), (20, 70), image);
        assert_color(&at(ms), (270, 20), background);
    }
    assert_eq!(rendered.different_pictures(), 3);
}

fn render_with(recording: &Value, server: &AssetServer, cache: &Path, more: &str) -> Rendered {
    let arguments = format!(
        "--fps 10 --allow-host {} --asset-cache {} {more}",
        server.host,
        cache.display()
    );
    render_recording(recording, &arguments)
}

/// The status of each asset in the report, by the address' path, and the reason where it is missing.
fn statuses(rendered: &Rendered) -> BTreeMap<String, String> {
    let list = rendered.report["assets"]["list"].as_array().unwrap();
    let entry = |entry: &Value| {
        let url = entry["url"].as_str().unwrap();
        let path = url.splitn(4, '/').nth(3).unwrap_or_default();
        let said = entry["reason"]
            .as_str()
            .unwrap_or(entry["status"].as_str().unwrap());
        (format!("/{path}"), said.to_owned())
    };
    list.iter().map(entry).collect()
}

/// Checks that this many assets are listed, and that the same is said of each.
#[track_caller]
fn assert_statuses(rendered: &Rendered, count: usize, says: &str) {
    let statuses = statuses(rendered);
    assert_eq!(statuses.len(), count, "{statuses:#?}");
    assert!(statuses.values().all(|status| status == says), "{statuses:#?}");
}

#[test]
fn frames_wait_for_what_they_need_however_long_it_takes() {
    let fast = AssetServer::start(|visit| site(&visit.target));
    let recording = page(&fast);
    for capture in ["damage", "framebuffer", "screenshot"] {
        let folder = tempfile::tempdir().unwrap();
        let options = format!("--capture {capture}");
        let rendered = render_with(&recording, &fast, folder.path(), &options);
        assert_complete(&rendered);
        let assets = &rendered.report["assets"];
        assert_eq!(assets["missing"], 0, "{assets:#}");
        assert!(assets["fetched"].as_u64() >= Some(8), "{assets:#}");
        assert_eq!(rendered.report["missing_assets"], json!([]));
    }
    for visit in fast.visits() {
        for secret in ["cookie:", "referer:", "authorization:", "origin:"] {
            assert!(!visit.headers.contains(secret), "{visit:?}");
        }
    }
}

/// The box of an image that is not there: light stripes.
fn assert_boxed(picture: &RgbImage, (x, y): (u32, u32)) {
    let found = picture.get_pixel(x, y).0;
    let is_light = found.iter().all(|level| (205..250).contains(level));
    assert!(is_light, "the pixel at {x},{y} is {found:?}");
}

#[test]
fn a_slow_server_and_the_cache_give_the_same_pictures() {
    // Each asset is late by another time.
    let server = AssetServer::start(|visit| {
        let late = visit.target.bytes().map(u64::from).sum::<u64>() * 7 % 400;
        site(&visit.target).after(Duration::from_millis(late))
    });
    let recording = page(&server);
    for capture in ["damage", "framebuffer"] {
        let folder = tempfile::tempdir().unwrap();
        let options = format!("--capture {capture} --jobs 1");
        let slow = render_with(&recording, &server, folder.path(), &options);
        assert_complete(&slow);
        let visits = server.visits().len();

        let again = render_with(&recording, &server, folder.path(), &options);
        let offline = render_with(
            &recording,
            &server,
            folder.path(),
            &format!("{options} --offline"),
        );
        assert_eq!(server.visits().len(), visits, "the cache was not used");
        slow.assert_equals(&again);
        slow.assert_equals(&offline);
        assert_statuses(&offline, 7, "cached");

        // Nothing of it in another folder, and nobody is asked.
        let empty = tempfile::tempdir().unwrap();
        let bare = render_with(&recording, &server, empty.path(), &format!("{options} --offline"));
        assert_eq!(server.visits().len(), visits);
        assert_boxed(&bare.at(1400), (20, 20));
        assert_statuses(&bare, 5, "nothing is fetched offline");
        let missing = bare.report["missing_assets"].as_array().unwrap();
        let sheet = server.url("/style.css");
        assert!(
            missing
                .iter()
                .any(|asset| asset["url"] == *sheet && asset["kind"] == "style-src-elem")
        );
    }
}

/// An iframe whose document loads slowly comes and goes between two frames.
fn short_visit(server: &AssetServer) -> Value {
    let slow = |name: &str| server.url(&format!("/slow-{name}"));
    let background =
        json!({"style": format!("width:40px;height:40px;background:url({})", slow("background.png"))});
    let sheet = json!({"rel": "stylesheet", "href": slow("sheet.css")});
    let inside = [
        element(204, "head", &json!({}), &[element(205, "link", &sheet, &[])]),
        element(206, "body", &json!({}), &[element(207, "div", &background, &[])]),
    ];
    let inside = element(203, "html", &json!({}), &inside);
    let document = json!({"type": 0, "id": 202, "childNodes": [inside]});
    let add =
        |node: &Value, parent: u64| json!({"adds": [{"parentId": parent, "nextId": null, "node": node}]});
    let mut attached = mutation(520, &add(&document, 201));
    attached["data"]["isAttachIframe"] = json!(true);
    let red = box_at(
        20,
        "img",
        "red",
        0,
        0,
        &json!({"src": server.url("/red.png")}),
        &[],
    );
    recording(
        &element(10, "body", &json!({"style": "margin:0;background:#fff"}), &[red]),
        &[
            mutation(510, &add(&element(201, "iframe", &json!({}), &[]), 10)),
            attached,
            mutation(550, &json!({"removes": [{"parentId": 10, "id": 201}]})),
            end(1500),
        ],
    )
}

#[test]
fn a_document_that_is_gone_before_its_frame_is_not_waited_for() {
    let server = AssetServer::start(|visit| match visit.target.as_str() {
        "/red.png" => Answer::new("image/png", image_of(RED)),
        _ => Answer::new("image/png", image_of(BLUE)).after(Duration::from_secs(600)),
    });
    for capture in ["damage", "framebuffer"] {
        let folder = tempfile::tempdir().unwrap();
        let options = format!("--asset-timeout 40 --capture {capture}");
        let rendered = render_with(&short_visit(&server), &server, folder.path(), &options);
        assert_eq!(rendered.different_pictures(), 1);
        assert_color(&rendered.at(1400), (20, 20), RED);
        let waited_s = rendered.report["timings"]["advance_s"].as_f64().unwrap();
        assert!(waited_s < 25.0, "{waited_s} s");
    }
}

#[test]
fn several_browsers_ask_once_and_show_the_same() {
    let server = AssetServer::start(|visit| site(&visit.target).after(Duration::from_millis(50)));
    let recording = page(&server);
    let [one, two] = ["1", "2"].map(|jobs| {
        let folder = tempfile::tempdir().unwrap();
        render_with(
            &recording,
            &server,
            folder.path(),
            &format!("--capture damage --jobs {jobs}"),
        )
    });
    one.assert_equals(&two);
    let asked = server.asked();
    let mut twice = asked.clone();
    twice.dedup();
    // Once in each of the two renders, but the image that two ways lead to.
    let expected = twice.len() * 2 + 2 * usize::from(twice.iter().any(|path| path == "/img/blue.png"));
    assert!(asked.len() <= expected, "{asked:#?}");
    let mut lists = [&one, &two].map(statuses);
    assert_eq!(std::mem::take(&mut lists[0]), lists[1]);
}

/// A square that moves to the right by 100 pixels a second, and again.
const MOVING: &str =
    "@keyframes move { to { left: 400px } } .moving { position: absolute; left: 0; top: 0; width: 20px;
    height: 20px; background: #f00; animation: move 4s linear infinite }";

fn moving_server() -> AssetServer {
    AssetServer::start(|visit| match visit.target.as_str() {
        "/moving.css" => Answer::new("text/css", MOVING).after(Duration::from_millis(300)),
        _ => Answer::status(404),
    })
}

fn moving_page(head: &Value) -> Value {
    let square = element(21, "div", &json!({"class": "moving"}), &[]);
    element(
        10,
        "body",
        &json!({"style": "margin:0;background:#fff"}),
        &[head.clone(), square],
    )
}

#[test]
fn what_a_sheet_animates_began_with_its_page_also_before_the_start() {
    let server = moving_server();
    let sheet = json!({"rel": "stylesheet", "href": server.url("/moving.css")});
    let next = moving_page(&element(20, "link", &sheet, &[]));
    let recording = recording(
        &element(10, "body", &json!({}), &[]),
        &[
            json!({"type": 4, "timestamp": 3000, "data": {"href": "https://page.example/2", "width": 320, "height": 240}}),
            full_snapshot(3000, &next),
            mutation(4500, &json!({})),
        ],
    );
    for more in ["--start 3", "--start 0"] {
        let folder = tempfile::tempdir().unwrap();
        let rendered = render_with(&recording, &server, folder.path(), more);
        let at_three = if more == "--start 3" { 0 } else { 3000 };
        assert_color(&rendered.at(at_three), (110, 10), RED);
        assert_color(&rendered.at(at_three), (90, 10), WHITE);
    }
}

#[test]
fn what_an_imported_sheet_animates_begins_at_once_for_all_browsers() {
    let server = moving_server();
    let blank = element(10, "body", &json!({}), &[]);
    let import = format!("@import url({});", server.url("/moving.css"));
    let rules = json!({"type": 3, "id": 22, "textContent": import, "isStyle": true});
    let next = moving_page(&element(20, "style", &json!({}), &[rules]));
    // So much changes that it is cut into segments.
    let mut events = vec![full_snapshot(2030, &next)];
    events.extend((1..500).map(|tenth| mutation(1030 + tenth * 100, &json!({}))));
    events.extend([full_snapshot(53_000, &blank), mutation(52_500, &json!({}))]);
    let [one, two] = ["1", "2"].map(|jobs| {
        let folder = tempfile::tempdir().unwrap();
        let options = format!("--capture framebuffer --jobs {jobs} --idle keep");
        render_with(&recording(&blank, &events), &server, folder.path(), &options)
    });
    one.assert_equals(&two);
    assert!(two.report["capture"]["segments"].as_u64().unwrap() > 1);
}

/// What a host does instead of giving an image; `other` is an address of a host that is not allowed.
fn faulty(target: &str, other: &str) -> Answer {
    match target {
        "/good.png" => Answer::new("image/png", image_of(BLUE)),
        "/slow.png" => Answer::new("image/png", image_of(RED)).after(Duration::from_secs(600)),
        "/huge.png" => Answer {
            length: Some(1 << 30),
            ..Answer::new("image/png", image_of(RED))
        },
        "/html.png" => Answer::new("image/png", "<!doctype html><p>no image"),
        "/script.css" => Answer::new("text/javascript", "top.document.body.innerHTML = ''"),
        "/away.png" => Answer::redirect(other),
        "/metadata.png" => Answer::redirect("http://169.254.169.254/latest/"),
        "/flaky.png" => Answer::status(503),
        _ => Answer::status(404),
    }
}

/// Images that cannot be had and one that can, and elements whose addresses nobody may visit.
fn page_of_faults(server: &AssetServer, elsewhere: &[String]) -> Value {
    let url = |path: &str| server.url(path);
    let faults = [
        "/slow.png",
        "/huge.png",
        "/html.png",
        "/away.png",
        "/metadata.png",
        "/flaky.png",
        "/absent.png",
    ];
    let sources = faults.into_iter().map(url).chain(elsewhere.iter().cloned());
    let broken = (21..).zip(sources).map(|(id, source)| {
        let attributes = json!({"src": source, "style": "color:transparent"});
        box_at(id, "img", "broken", 100, 100, &attributes, &[])
    });
    let refused = [
        ("script", json!({"src": url("/never/run.js")})),
        ("iframe", json!({"src": url("/never/frame.html")})),
        ("video", json!({"src": url("/never/film.mp4")})),
        (
            "link",
            json!({"rel": "prefetch", "href": url("/never/next.html")}),
        ),
        ("link", json!({"rel": "manifest", "href": url("/never/app.json")})),
        ("link", json!({"rel": "stylesheet", "href": url("/script.css")})),
    ];
    let refused = (51..)
        .zip(refused)
        .map(|(id, (tag, attributes))| element(id, tag, &attributes, &[]));
    let good = box_at(20, "img", "good", 0, 0, &json!({"src": url("/good.png")}), &[]);
    let children: Vec<Value> = [good].into_iter().chain(broken).chain(refused).collect();
    let body = element(
        10,
        "body",
        &json!({"style": "margin:0;background:#fff"}),
        &children,
    );
    recording(&body, &[end(1500)])
}

#[test]
fn what_cannot_be_had_is_missing_and_holds_nothing_up_for_ever() {
    let private = "the host is in a private network or on this machine";
    for capture in ["damage", "framebuffer"] {
        let other = AssetServer::start(|_| Answer::new("image/png", image_of(RED)));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let closed = listener.local_addr().unwrap();
        drop(listener);
        let other_url = other.url("/private.png");
        let server = AssetServer::start(move |visit| faulty(&visit.target, &other_url));
        let elsewhere = [
            other.url("/not-allowed.png"),
            format!("http://{closed}/nobody.png"),
            "http://no-such-name.invalid/unknown.png".to_owned(),
            "file:///etc/passwd".to_owned(),
        ];
        let folder = tempfile::tempdir().unwrap();
        let more = format!("--allow-host {closed} --asset-timeout 4 --capture {capture}");
        let rendered = render_with(
            &page_of_faults(&server, &elsewhere),
            &server,
            folder.path(),
            &more,
        );

        assert_color(&rendered.at(0), (20, 20), BLUE);
        assert_boxed(&rendered.at(1400), (200, 200));
        let expected = [
            ("/good.png", "fetched"),
            ("/slow.png", "it did not arrive in time"),
            ("/huge.png", "too large"),
            ("/html.png", "not of the type that was asked for"),
            ("/script.css", "not of the type that was asked for"),
            ("/away.png", private),
            ("/metadata.png", private),
            ("/not-allowed.png", private),
            ("/flaky.png", "the server answered with status 503"),
            ("/absent.png", "the server answered with status 404"),
            ("/nobody.png", "the host does not accept connections"),
            ("/unknown.png", "the host's name cannot be resolved"),
        ];
        let expected = expected.map(|(path, said)| (path.to_owned(), said.to_owned()));
        assert_eq!(statuses(&rendered), BTreeMap::from(expected));
        let missing = rendered.report["missing_assets"].as_array().unwrap();
        let flaky = server.url("/flaky.png");
        let is_flaky = |asset: &&Value| asset["url"] == *flaky && asset["kind"] == "img-src";
        assert!(missing.iter().any(|asset| is_flaky(&asset)), "{missing:#?}");

        // Nobody else was visited; what may pass was tried twice, the slow one once.
        assert_eq!(other.asked(), Vec::<String>::new());
        let asked = server.asked();
        let count = |path: &str| asked.iter().filter(|target| target.starts_with(path)).count();
        let counts = ["/flaky.png", "/absent.png", "/slow.png", "/never/"].map(count);
        assert_eq!(counts, [2, 1, 1, 0], "{asked:#?}");
        // Failures are not kept.
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}

#[test]
fn kept_assets_are_asked_for_again_only_when_they_are_old() {
    let server = AssetServer::start(|visit| {
        if visit.headers.contains("if-none-match: \"one\"") {
            return Answer::status(304);
        }
        let answer = Answer::new("image/png", image_of(RED)).with("ETag", "\"one\"");
        match visit.target.as_str() {
            "/secret.png" => answer.with("Cache-Control", "private, no-store"),
            _ => answer,
        }
    });
    let images = [("/red.png", 0), ("/secret.png", 50)];
    let children: Vec<Value> = (20..)
        .zip(images)
        .map(|(id, (path, left))| box_at(id, "img", path, left, 0, &json!({"src": server.url(path)}), &[]))
        .collect();
    let recording = recording(
        &element(10, "body", &json!({"style": "margin:0"}), &children),
        &[],
    );
    let folder = tempfile::tempdir().unwrap();
    let render = || {
        let rendered = render_with(&recording, &server, folder.path(), "--capture damage");
        assert_color(&rendered.at(0), (20, 20), RED);
        statuses(&rendered)["/red.png"].clone()
    };
    let asked = |path: &str| server.asked().iter().filter(|target| *target == path).count();
    assert_eq!((render(), asked("/red.png")), ("fetched".into(), 1));
    assert_eq!((render(), asked("/red.png")), ("cached".into(), 1));
    assert_eq!(asked("/secret.png"), 2);

    // Old: asked whether it changed, which it did not, and then it is as good as new.
    let kept: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert_eq!(kept.len(), 1);
    let grow_old = || {
        let bytes = fs::read(&kept[0]).unwrap();
        let end = bytes.iter().position(|c| *c == b'\n').unwrap();
        let mut meta: Value = serde_json::from_slice(&bytes[..end]).unwrap();
        meta["checked_s"] = json!(1);
        fs::write(&kept[0], [meta.to_string().as_bytes(), &bytes[end..]].concat()).unwrap();
    };
    grow_old();
    assert_eq!((render(), asked("/red.png")), ("cached".into(), 2));
    assert_eq!((render(), asked("/red.png")), ("cached".into(), 2));
    // Old, and the server has nothing to say any more.
    grow_old();
    server.close();
    assert_eq!(render(), "cached");
}

#[test]
fn assets_can_be_given() {
    let server = AssetServer::start(|_| Answer::status(404));
    let recording = page(&server);
    let folder = tempfile::tempdir().unwrap();
    let mirror = folder.path().join("mirror").join(&server.host);
    for (path, body) in [
        ("img/red.png", image_of(RED)),
        ("img/green.png", image_of(GREEN)),
        ("img/blue.png", image_of(BLUE)),
        ("img/moved.png", image_of(BLUE)),
        ("css/deep/more.css", site("/css/deep/more.css").body),
        ("font.ttf", font()),
    ] {
        let path = mirror.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, body).unwrap();
    }
    let saved = |path: &str, kind: &str, encoding: Option<&str>, text: String| {
        let content = json!({"mimeType": kind, "text": text, "encoding": encoding});
        json!({"request": {"method": "GET", "url": server.url(path)}, "response": {"status": 200, "content": content}})
    };
    let purple = base64::engine::general_purpose::STANDARD.encode(image_of(PURPLE));
    let sheet = String::from_utf8(site("/css/deep/style.css").body).unwrap();
    let sheet = sheet
        .replace("more.css", "css/deep/more.css")
        .replace("../../", "");
    let har = json!({"log": {"entries": [
        saved("/style.css", "text/css", None, sheet),
        saved("/img/purple.png", "image/png", Some("base64"), purple.clone()),
        saved("/img/purple.png?late", "image/png", Some("base64"), purple),
    ]}});
    let har = write(folder.path(), "saved.har", &har);
    let more = format!(
        "--offline --capture damage --assets {} --assets {}",
        folder.path().join("mirror").display(),
        har.display()
    );
    let rendered = render_with(&recording, &server, folder.path(), &more);
    assert_complete(&rendered);
    assert_eq!(server.asked(), Vec::<String>::new());
    assert_statuses(&rendered, 7, "given");
}

#[test]
fn relative_addresses_have_a_base() {
    let server = AssetServer::start(|visit| site(&visit.target));
    let child = |id, left, src: &str| box_at(id, "img", "relative", left, 0, &json!({"src": src}), &[]);
    let children = [
        child(20, 0, "red.png"),
        child(21, 50, "/img/green.png"),
        child(22, 100, "../img/blue.png?x"),
    ];
    let body = element(10, "body", &json!({"style": "margin:0"}), &children);
    let of_page = |href: &str| {
        let mut recording = recording(&body, &[]);
        recording[0]["data"]["href"] = json!(href);
        recording
    };
    let page_url = server.url("/img/page.html");
    for (href, option) in [
        (page_url.as_str(), String::new()),
        ("about:blank", format!("--asset-base {page_url}")),
        ("https://unknown.invalid/", format!("--asset-base {page_url}")),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let rendered = render_with(
            &of_page(href),
            &server,
            folder.path(),
            &format!("{option} --capture damage"),
        );
        for (x, color) in [(20, RED), (70, GREEN), (120, BLUE)] {
            assert_color(&rendered.at(0), (x, 20), color);
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let rendered = render_with(
        &of_page("about:blank"),
        &server,
        folder.path(),
        "--capture damage",
    );
    let list = &rendered.report["assets"]["list"];
    assert_eq!(list[0]["url"], "/img/blue.png", "{list:#}");
    assert_eq!(
        list[0]["reason"],
        "a relative address, and the page has none of its own"
    );
}

#[test]
fn every_kind_of_request_to_another_site_is_answered() {
    let elsewhere = AssetServer::start(|_| Answer::new("text/css", "#anonymous { background: #008000 }"));
    let sheet = elsewhere.url("/sheet.css");
    let server = AssetServer::start(move |visit| match &*visit.target {
        "/moved.css" => Answer::redirect(&sheet),
        "/credentials.css" => Answer::new("text/css", "#credentials { background: #0000ff }"),
        _ => Answer::new("image/png", image_of(RED)),
    });
    let link = |id, path: &str, mode: &str| {
        let attributes = json!({"rel": "stylesheet", "href": server.url(path), "crossorigin": mode});
        element(id, "link", &attributes, &[])
    };
    let image = |id, left, mode: &str| {
        let attributes = json!({"src": server.url("/red.png"), "crossorigin": mode});
        box_at(id, "img", "image", left, 0, &attributes, &[])
    };
    let children = [
        link(20, "/moved.css", "anonymous"),
        link(21, "/credentials.css", "use-credentials"),
        image(22, 0, "anonymous"),
        image(23, 50, "use-credentials"),
        box_at(24, "div", "anonymous", 100, 0, &json!({}), &[]),
        box_at(25, "div", "credentials", 150, 0, &json!({}), &[]),
    ];
    let body = element(
        10,
        "body",
        &json!({"style": "margin:0;background:#fff"}),
        &children,
    );
    let folder = tempfile::tempdir().unwrap();
    let more = format!("--allow-host {}", elsewhere.host);
    let rendered = render_with(&recording(&body, &[]), &server, folder.path(), &more);
    for (x, color) in [(20, RED), (70, RED), (120, GREEN), (170, BLUE)] {
        assert_color(&rendered.at(0), (x, 20), color);
    }
}

#[test]
fn hosts_and_numbers_are_told_and_queries_are_not() {
    let server = AssetServer::start(|visit| match visit.target.as_str() {
        "/img/blue.png" | "/img/moved.png" => Answer::status(404),
        target => site(target),
    });
    let folder = tempfile::tempdir().unwrap();
    let input = write(folder.path(), "page.json", &page(&server));
    let report = folder.path().join("report.json");
    let output = succeed(
        replaycast()
            .args(["render", "--fps=5", "-v", "--capture=damage", "--progress=off"])
            .args(["--allow-host", &server.host])
            .arg("--asset-cache")
            .arg(folder.path().join("cache"))
            .arg("--report")
            .arg(&report)
            .arg(&input)
            .env("POSTHOG_API_KEY", "phx_canary"),
    );
    let told = stderr(&output);
    let line = told
        .lines()
        .find(|line| line.starts_with("Fetched "))
        .unwrap_or(&told);
    let expected = format!(
        "from 1 host: {}; 1 asset missing, which --report lists",
        server.host
    );
    assert!(line.contains(" assets (") && line.ends_with(&expected), "{told}");
    let report = fs::read_to_string(report).unwrap();
    assert!(!told.contains(TOKEN) && !report.contains(TOKEN));
    let visits = server.visits();
    assert!(visits.len() >= 8, "{visits:?}");
    assert!(visits.iter().all(|visit| !visit.headers.contains("canary")));
    let report: Value = serde_json::from_str(&report).unwrap();
    assert!(report["assets"]["waited_s"].as_f64().unwrap() > 0.0);
    assert_eq!(report["assets"]["hosts"], json!([server.host]));
    assert!(report["assets"]["fetched_bytes"].as_u64() > Some(1000));
}
