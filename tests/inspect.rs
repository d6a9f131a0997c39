//! What `inspect` says of a recording, to people and to programs.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod common;

use std::ffi::OsStr;
use std::fs::{self, File};

use serde_json::{Value, json};

use common::{assert_fails, element, fixture, recording, replaycast, shared, stderr, succeed, write};

/// What `inspect` writes to standard output.
fn inspect(arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> String {
    let output = succeed(replaycast().arg("inspect").args(arguments));
    assert_eq!(stderr(&output), "");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn what_is_in_a_recording_is_told() {
    let shop = fixture("shop-checkout.json");
    let output = succeed(replaycast().arg("inspect").arg(&shop));
    let text = String::from_utf8(output.stdout).unwrap();
    for part in [
        "239 events",
        "36.2 s",
        "1280x720",
        "https://shop.example/",
        "FullSnapshot",
    ] {
        assert!(text.contains(part), "no '{part}' in:\n{text}");
    }

    let output = succeed(replaycast().args(["inspect", "--json"]).arg(&shop));
    let summary: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(summary["events"], 239);
    assert_eq!(
        summary["windows"][0]["sizes"],
        json!([{"width": 1280, "height": 720}])
    );
    assert_eq!(summary["pages"][0]["href"], "https://shop.example/");
    assert_eq!(summary["events_by_type"]["FullSnapshot"], 1);
    assert!(summary["active_s"].as_f64().unwrap() < summary["duration_s"].as_f64().unwrap());

    let output = succeed(
        replaycast()
            .args(["inspect", "-"])
            .stdin(File::open(&shop).unwrap()),
    );
    assert!(
        String::from_utf8(output.stdout)
            .unwrap()
            .starts_with("standard input: ")
    );
    let output = replaycast().args(["inspect", "/no/such.json"]).output().unwrap();
    assert_fails(&output, "inspect", 66, "/no/such.json does not exist", false);
}

#[test]
fn what_a_recording_lacks_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let lost = "blob:https://page.example/0b0e";
    let body = element(
        10,
        "body",
        &json!({"style": "background: url('https://cdn.example/back.png?token=1')"}),
        &[
            element(11, "img", &json!({"src": "https://cdn.example/a.png"}), &[]),
            element(12, "img", &json!({"src": "/own.png", "srcset": lost}), &[]),
            element(13, "canvas", &json!({}), &[]),
            element(14, "iframe", &json!({"rr_src": "https://ads.example/x"}), &[]),
            element(15, "video", &json!({}), &[]),
        ],
    );
    let font = json!({"type": 3, "timestamp": 2000, "data": {"source": 8, "id": 10, "adds": [
        {"rule": "@font-face { font-family: A; src: url(https://fonts.example/a.woff2); }", "index": 0},
        {"rule": ".spinner { border-top-color: ; border-right-color: transparent; }", "index": 1},
    ]}});
    let path = write(folder.path(), "lacking.json", &recording(&body, &[font]));

    let summary: Value = serde_json::from_str(&inspect([OsStr::new("--json"), path.as_os_str()])).unwrap();
    let expected = json!({
        "images": {"count": 4, "blobs": 1, "hosts": [
            {"host": "cdn.example", "count": 2}, {"host": "page.example", "count": 1},
        ]},
        "fonts": {"count": 1, "blobs": 0, "hosts": [{"host": "fonts.example", "count": 1}]},
        "stylesheets": {"count": 0, "blobs": 0, "hosts": []},
        "canvases": 1,
        "iframes": {"count": 1, "hosts": [{"host": "ads.example", "count": 1}]},
        "videos": 1, "audios": 0, "embeds": 0, "blocked": 0, "rules_with_lost_values": 1,
    });
    assert_eq!(summary["lacks"], expected);

    let text = inspect([&path]);
    let (_, lacking) = text.split_once("\nNot in the recording\n").unwrap();
    for line in [
        "  images      4 addresses, 1 of them lost (blob:): cdn.example (2), page.example (1)\n",
        "  fonts       1 address: fonts.example (1)\n",
        "  iframes     1 without a document: ads.example (1)\n",
        "  canvases    1 without a picture\n",
        "  videos      1 element\n",
        "  rules       1 in style sheets lost values when it was recorded\n",
    ] {
        assert!(lacking.contains(line), "no '{line}' in:\n{lacking}");
    }
    assert!(
        !text.contains("token") && !lacking.contains("stylesheets"),
        "{text}"
    );
    assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
}

#[test]
fn several_windows_go_by_numbers() {
    let folder = tempfile::tempdir().unwrap();
    let body = element(10, "body", &json!({}), &[]);
    let scroll =
        |ms: u64| json!({"type": 3, "timestamp": ms, "data": {"source": 3, "id": 10, "x": 0, "y": 0}});
    let quiet = "0196cf71-3156-76cb-bb45-d0de45b84d05";
    let busy = "0196cf71-9abc-7def-8123-456789abcdef";
    let mut lines = String::new();
    for (window, then) in [(quiet, vec![]), (busy, vec![scroll(2000), scroll(3000)])] {
        for event in recording(&body, &then).as_array().unwrap() {
            lines += &json!([window, event]).to_string();
            lines.push('\n');
        }
    }
    let path = folder.path().join("tabs.jsonl");
    fs::write(&path, lines).unwrap();
    let text = inspect([&path]);
    for line in [
        "  window   events   snapshots    from      to   active   sizes\n".to_owned(),
        "       1        2           1   0.0 s   0.0 s    0.0 s   320x240\n".to_owned(),
        format!("  1 is {quiet}\n"),
        format!("  2 is {busy}\n"),
        "       2   0.0 s   2.0 s   https://page.example/\n".to_owned(),
    ] {
        assert!(text.contains(&line), "no '{line}' in:\n{text}");
    }
}

#[test]
fn every_shared_recording_fits_a_terminal() {
    for name in [
        "chalk-30497eae.json",
        "highlight-css-inline-events.json",
        "posthog-app-wide-layout.json",
        "posthog-site-mobile-homepage.json",
        "rrweb-2018-checkout-a.json",
    ] {
        let Some(path) = shared(name) else {
            continue;
        };
        // Only the first line has the name, which is as long as it is.
        let text = inspect([&path]);
        let (_, text) = text.split_once('\n').unwrap();
        assert!(text.lines().count() > 5, "{name}: {text}");
        for line in text.lines() {
            assert!(
                line.chars().count() <= 100 && line.trim_end() == line,
                "{name}: {line}"
            );
        }
    }
}

#[test]
fn words_of_the_recording_cannot_command_the_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let body = element(10, "body", &json!({}), &[]);
    let mut events = recording(&body, &[]);
    let href = "https://page.example/\u{1b}]0;owned\u{7}\u{1b}[2J\nerror: nothing";
    events[0]["data"]["href"] = json!(href);
    let path = write(folder.path(), "escape.json", &events);
    let output = succeed(replaycast().arg("inspect").arg(&path));
    let text = String::from_utf8(output.stdout).unwrap();
    let plain = text.chars().all(|c| c == '\n' || !c.is_control());
    assert!(plain && !text.contains("\nerror:"), "{text:?}");
}
