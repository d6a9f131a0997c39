//! Recordings that try to run scripts, reach the network, read files or lead the page away; and what a browser
//! that fell for one would find around itself.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::fs;
use std::io::Read;
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use image::RgbImage;
use rustix::process::Signal;
use serde_json::{Value, json};

mod common;

use common::processes::{Run, open_folder};
use common::{element, recording, replaycast, stderr, succeed, text, write};

const WHITE: [u8; 3] = [255, 255, 255];
const BLUE: [u8; 3] = [0, 0, 255];
const GREEN: [u8; 3] = [0, 255, 0];

/// Stands in the query of every address and must never be repeated anywhere.
const TOKEN: &str = "canary-token";

/// What every script of the recording tries: paint the replayed page, and the page around it.
const PAINT: &str = "document.body.style.background='red';top.document.body.style.background='red';\
                     top.document.body.innerHTML='<div style=\"position:fixed;inset:0;background:red\">'";

#[test]
fn a_browser_holds_nothing_worth_stealing() {
    let run = Run::in_the_middle_with(&[], |_, command| {
        command
            .env("POSTHOG_API_KEY", "canary-secret")
            .env("AWS_SECRET_ACCESS_KEY", "canary-secret");
    });
    let processes = run.browser_processes();
    let program = run.program();

    for process in processes.iter().chain([&program]) {
        assert_eq!(process.open_ports(), Vec::<String>::new(), "{process:#?}");
    }
    let is_root = rustix::process::getuid().is_root();
    for process in &processes {
        let users = process.status("Uid");
        assert!(
            !is_root || !users.split_whitespace().any(|user| user == "0"),
            "{users} {process:#?}"
        );
        let (environment, namespace) = (process.environment(), process.network_namespace());
        // Nobody but root may look into all of them.
        assert!(
            !is_root || environment.is_some() && namespace.is_some(),
            "{process:#?}"
        );
        assert!(
            !environment.is_some_and(|all| all.contains("canary-secret")),
            "{process:#?}"
        );
        if namespace.is_some() {
            assert_ne!(namespace, program.network_namespace(), "{process:#?}");
        }
    }
    // Of the processes that handle what a recording holds, none escapes the system call filter.
    for process in &processes {
        assert_eq!(process.status("Seccomp"), "2", "{process:#?}");
    }
    let renderers: Vec<_> = processes.iter().filter(|process| process.is_renderer()).collect();
    assert!(!renderers.is_empty(), "{processes:#?}");
    for renderer in renderers {
        // Ours, and Chrome's own on top of it.
        assert_eq!(renderer.status("Seccomp_filters"), "2", "{renderer:#?}");
        assert_eq!(renderer.status("CapEff"), "0".repeat(16), "{renderer:#?}");
        assert_eq!(renderer.status("NoNewPrivs"), "1", "{renderer:#?}");
    }
    run.signal(Signal::TERM);
}

/// A server that nobody may talk to. Counts who does.
struct Canary {
    address: String,
    visits: Arc<AtomicUsize>,
}

impl Canary {
    fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let visits = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&visits);
        thread::spawn(move || {
            for mut visit in listener.incoming().flatten() {
                counter.fetch_add(1, Ordering::Relaxed);
                let _ = visit.read(&mut [0; 64]);
            }
        });
        Self { address, visits }
    }

    fn url(&self, name: &str) -> String {
        format!("http://{}/{name}?key={TOKEN}", self.address)
    }
}

/// Gives out node ids and makes elements with them.
struct Nodes(u64);

impl Nodes {
    fn element(&mut self, tag: &str, attributes: &Value, children: &[Value]) -> Value {
        self.0 += 1;
        element(self.0, tag, attributes, children)
    }

    fn with_text(&mut self, tag: &str, attributes: &Value, content: &str) -> Value {
        self.0 += 1;
        let child = text(self.0, content);
        self.element(tag, attributes, &[child])
    }
}

/// A square whose colour shows that the page is drawn, above whatever else there is.
const SQUARE: u64 = 11;
const FRAME: u64 = 12;

fn square_style(color: &str) -> String {
    format!("position:fixed;left:20px;top:20px;width:100px;height:100px;z-index:9;background:{color}")
}

/// Everything on a page that runs, loads or leads away.
fn temptations(canary: &Canary) -> Vec<Value> {
    let mut nodes = Nodes(100);
    let url = |name: &str| canary.url(name);
    let source = json!({"src": url("source")});
    let sheet = format!(
        "@import url('{}'); @font-face {{ font-family: spy; src: url('{}') }} \
         p {{ background: url('{}'); font-family: spy; list-style-image: url('{}') }}",
        url("import.css"),
        url("font.woff2"),
        url("background.png"),
        url("list.png")
    );
    let mut tempting = vec![
        nodes.with_text("script", &json!({}), PAINT),
        nodes.element("script", &json!({"src": url("script.js")}), &[]),
        nodes.element(
            "link",
            &json!({"rel": "modulepreload", "href": url("module.js")}),
            &[],
        ),
        nodes.with_text("style", &json!({}), &sheet),
        nodes.with_text("p", &json!({"onclick": PAINT}), "spied on"),
        nodes.element("img", &json!({"src": "data:,no-image", "onerror": PAINT}), &[]),
        nodes.element("img", &json!({"src": url("img.png"), "onload": PAINT}), &[]),
        nodes.element(
            "img",
            &json!({"srcset": format!("{} 2x", url("srcset.png"))}),
            &[],
        ),
        nodes.element("img", &json!({"src": "file:///etc/passwd"}), &[]),
        nodes.element("img", &json!({"src": "//127.0.0.1/relative.png"}), &[]),
        nodes.element(
            "input",
            &json!({"type": "image", "src": url("input.png"), "onfocus": PAINT, "autofocus": ""}),
            &[],
        ),
        nodes.element("svg", &json!({"onload": PAINT}), &[]),
        nodes.element(
            "video",
            &json!({"src": url("video.mp4"), "poster": url("poster.png"), "autoplay": true}),
            &[],
        ),
        nodes.element(
            "audio",
            &json!({"autoplay": true}),
            &[element(90, "source", &source, &[])],
        ),
        nodes.element("iframe", &json!({"id": "spy", "src": url("frame.html")}), &[]),
        nodes.element("iframe", &json!({"src": "file:///etc/passwd"}), &[]),
        nodes.element("iframe", &json!({"src": format!("javascript:{PAINT}")}), &[]),
        nodes.element(
            "iframe",
            &json!({"srcdoc": format!("<script>{PAINT}</script><img src='{}'>", url("srcdoc.png"))}),
            &[],
        ),
        nodes.element("object", &json!({"data": url("object.html")}), &[]),
        nodes.element("embed", &json!({"src": url("embed.html")}), &[]),
        nodes.element(
            "meta",
            &json!({"http-equiv": "refresh", "content": format!("0;url={}", url("refresh"))}),
            &[],
        ),
        nodes.element("base", &json!({"href": url("base/")}), &[]),
        nodes.element("img", &json!({"src": "on-the-base.png"}), &[]),
        nodes.with_text(
            "a",
            &json!({"href": format!("javascript:{PAINT}"), "ping": url("ping")}),
            "a link",
        ),
        nodes.element("form", &json!({"action": url("form"), "method": "post"}), &[]),
        nodes.element(
            "div",
            &json!({"style": format!("background:url('{}')", url("inline.png"))}),
            &[],
        ),
    ];
    for relation in [
        "stylesheet",
        "preload",
        "prefetch",
        "preconnect",
        "dns-prefetch",
        "icon",
        "manifest",
    ] {
        let attributes = json!({"rel": relation, "href": url(relation), "as": "image"});
        tempting.push(nodes.element("link", &attributes, &[]));
    }
    tempting
}

/// The page, then at each half second another attempt, and at the end the square turns green.
fn hostile_recording(canary: &Canary) -> Value {
    let square = element(SQUARE, "div", &json!({"style": square_style("blue")}), &[]);
    let frame = element(FRAME, "iframe", &json!({}), &[]);
    let mut children = vec![square, frame];
    children.extend(temptations(canary));
    let attributes = json!({"style": "margin:0;background:white", "onload": PAINT});
    let body = element(10, "body", &attributes, &children);

    let refresh = json!({"http-equiv": "refresh", "content": format!("0;url={}", canary.url("later"))});
    let script = element(500, "script", &json!({}), &[text(501, PAINT)]);
    let added = |id: u64, parent: u64, node: &Value| json!({"adds": [{"parentId": parent, "nextId": null, "node": node, "id": id}]});
    let set = |id: u64, attributes: &Value| json!({"attributes": [{"id": id, "attributes": attributes}]});
    let attempts = [
        set(FRAME, &json!({"src": canary.url("mutated.html")})),
        set(FRAME, &json!({"src": format!("javascript:{PAINT}")})),
        set(FRAME, &json!({"srcdoc": format!("<body onload=\"{PAINT}\">")})),
        added(502, 4, &element(502, "meta", &refresh, &[])),
        added(500, 10, &script),
        set(3, &json!({"manifest": canary.url("appcache"), "onclick": PAINT})),
        set(
            10,
            &json!({"background": canary.url("body.png"), "onfocus": PAINT}),
        ),
        set(SQUARE, &json!({"style": square_style("lime")})),
    ];
    let mut events: Vec<Value> = (1..)
        .zip(attempts)
        .map(|(half_seconds, change)| {
            let mut data = json!({"source": 0, "texts": [], "attributes": [], "removes": [], "adds": []});
            for (name, value) in change.as_object().unwrap() {
                data[name] = value.clone();
            }
            json!({"type": 3, "timestamp": 1000 + 500 * half_seconds, "data": data})
        })
        .collect();
    let click = json!({"source": 2, "type": 2, "id": 10, "x": 200, "y": 200});
    events.push(json!({"type": 3, "timestamp": 5500, "data": click}));
    recording(&body, &events)
}

/// The last picture of a video until `seconds`.
fn picture_at(video: &Path, seconds: &str) -> RgbImage {
    let png = video.with_extension("png");
    succeed(
        Command::new("ffmpeg")
            .args(["-v", "error", "-y", "-i"])
            .arg(video)
            .args(["-t", seconds, "-update", "1"])
            .arg(&png),
    );
    image::open(png).unwrap().into_rgb8()
}

/// Video keeps colours only nearly.
fn assert_color(picture: &RgbImage, (x, y): (u32, u32), expected: [u8; 3]) {
    let found = picture.get_pixel(x, y).0;
    let near = found
        .iter()
        .zip(expected)
        .all(|(found, expected)| found.abs_diff(expected) < 40);
    assert!(near, "at {x},{y} is {found:?}, not {expected:?}");
}

#[test]
fn a_hostile_recording_runs_nothing_and_reaches_nobody() {
    let canary = Canary::open();
    let folder = open_folder();
    let session = write(folder.path(), "hostile.json", &hostile_recording(&canary));
    for method in ["damage", "framebuffer", "screenshot"] {
        let video = folder.path().join(method).with_extension("mp4");
        let report = video.with_extension("json");
        let output = succeed(
            replaycast()
                .args([
                    "render",
                    "--fps=5",
                    "--size=320x240",
                    "--idle=keep",
                    "-v",
                    "--capture",
                    method,
                ])
                .arg(&session)
                .arg("--output")
                .arg(&video)
                .arg("--report")
                .arg(&report)
                .env("TMPDIR", folder.path()),
        );
        assert_eq!(canary.visits.load(Ordering::Relaxed), 0, "{method}");

        // The page is drawn, no script painted it, and what happens after all attempts is still seen.
        for (seconds, color) in [("1", BLUE), ("10", GREEN)] {
            let picture = picture_at(&video, seconds);
            assert_eq!(picture.dimensions(), (320, 240));
            assert_color(&picture, (70, 70), color);
            assert_color(&picture, (10, 10), WHITE);
        }

        let report = fs::read_to_string(report).unwrap();
        let told = stderr(&output);
        assert!(
            !report.contains(TOKEN) && !told.contains(TOKEN),
            "{report}\n{told}"
        );
        let report: Value = serde_json::from_str(&report).unwrap();
        let missing = report["missing_assets"].as_array().unwrap();
        for (name, kind) in [
            ("img.png", "img-src"),
            ("background.png", "img-src"),
            ("stylesheet", "style-src-elem"),
            ("font.woff2", "font-src"),
        ] {
            let url = format!("http://{}/{name}", canary.address);
            let listed = missing
                .iter()
                .any(|asset| asset["url"] == *url && asset["kind"] == kind);
            assert!(listed, "{kind} {url} is not in {missing:#?}");
        }
        assert_eq!(report["capture"]["browser_sandbox"], true);
    }
}
