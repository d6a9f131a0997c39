//! One recording rendered by several browsers: the same pictures and the same file as from one, and an end with
//! nothing left behind when one of them dies.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod common;

use std::fs;
use std::path::Path;
use std::time::Duration;

use rustix::process::Signal;
use serde_json::{Value, json};

use common::processes::{PATIENCE, Run, names_in, within};
use common::{element, fixture, full_snapshot, read_json, render_command, succeed, write};

/// What one render wrote.
struct Outcome {
    video: Vec<u8>,
    hashes: String,
    report: Value,
}

fn render(input: &Path, jobs: usize, arguments: &str) -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    let [video, hashes, report] = ["video.mp4", "hashes", "report"].map(|name| folder.path().join(name));
    let mut command = render_command(input, &video);
    command.arg("--frame-hashes").arg(&hashes);
    command.arg("--report").arg(&report);
    command.args(["--idle=keep", "--jobs", &jobs.to_string()]);
    command.args(arguments.split_whitespace());
    succeed(&mut command);
    Outcome {
        video: fs::read(video).unwrap(),
        hashes: fs::read_to_string(hashes).unwrap(),
        report: read_json(&report),
    }
}

/// Checks that two and four browsers make what one makes, and that they shared it in several segments.
fn assert_same_for_all_jobs(input: &Path, arguments: &str) {
    let alone = render(input, 1, arguments);
    for jobs in [2, 4] {
        let shared = render(input, jobs, arguments);
        let differing: Vec<usize> = alone
            .hashes
            .lines()
            .zip(shared.hashes.lines())
            .enumerate()
            .filter(|(_, (alone, shared))| alone != shared)
            .map(|(index, _)| index)
            .collect();
        assert!(differing.is_empty(), "jobs {jobs}: frames {differing:?} differ");
        assert_eq!(alone.hashes.lines().count(), shared.hashes.lines().count());
        assert!(alone.video == shared.video, "jobs {jobs}: the files differ");
        assert!(
            shared.report["capture"]["segments"].as_u64().unwrap() > 1,
            "it was not shared: {}",
            shared.report["capture"]
        );
        for same in ["missing_assets", "player_warnings"] {
            assert_eq!(alone.report[same], shared.report[same], "jobs {jobs}: {same}");
        }
    }
}

#[test]
fn the_checkout_is_the_same_for_all_jobs() {
    assert_same_for_all_jobs(&fixture("shop-checkout.json"), "--size 640x360 --fps 12");
}

#[test]
fn the_phone_menu_is_the_same_for_all_jobs() {
    assert_same_for_all_jobs(&fixture("phone-menu.json"), "--size 320x320 --fps 30");
}

#[test]
fn the_resized_window_is_the_same_for_all_jobs() {
    assert_same_for_all_jobs(&fixture("window-resize.json"), "--size 640x360 --fps 60");
}

#[test]
fn damage_capture_is_the_same_for_all_jobs() {
    let arguments = "--size 640x360 --fps 10 --capture damage";
    assert_same_for_all_jobs(&fixture("shop-checkout.json"), arguments);
}

/// Two windows that the person changes between each second, each turning another colour every tenth of a second.
fn two_windows() -> Value {
    let mut events = Vec::new();
    for window in ["a", "b"] {
        let body = element(5, "body", &json!({"style": "background: #000"}), &[]);
        let meta = json!({"type": 4, "timestamp": 1000, "data": {"href": "https://a.test/", "width": 320, "height": 240}});
        for mut event in [meta, full_snapshot(1000, &body)] {
            event["windowId"] = json!(window);
            events.push(event);
        }
    }
    for tenth in 1..120_u64 {
        let at = 1000 + tenth * 100;
        let window = if tenth / 10 % 2 == 0 { "a" } else { "b" };
        let color = format!("background: rgb({}, {}, 90)", tenth * 2, 255 - tenth * 2);
        let paint = json!({"source": 0, "texts": [], "removes": [], "adds": [],
            "attributes": [{"id": 5, "attributes": {"style": color}}]});
        events.push(json!({"type": 3, "timestamp": at, "data": paint, "windowId": window}));
        if tenth % 10 == 0 {
            let click = json!({"source": 2, "type": 2, "id": 5, "x": 9, "y": 9});
            events.push(json!({"type": 3, "timestamp": at, "data": click, "windowId": window}));
        }
    }
    Value::Array(events)
}

#[test]
fn windows_that_take_turns_are_the_same_for_all_jobs() {
    let folder = tempfile::tempdir().unwrap();
    let input = write(folder.path(), "session.json", &two_windows());
    assert_same_for_all_jobs(&input, "--fps 10");
}

#[test]
fn a_dead_browser_among_several_ends_the_render() {
    let mut run = Run::in_the_middle(&["--jobs=2"]);
    let leaders = within(PATIENCE, || {
        let leaders: Vec<_> = run.leaders();
        (leaders.len() == 2).then_some(leaders)
    });
    let leaders = leaders.expect("two browsers are started");
    leaders[0].signal(Signal::KILL);
    let message = run.fails_within(Duration::from_secs(10), 75);
    assert!(message.contains("the browser ended"), "{message}");
    run.is_gone_within(Duration::from_secs(3));
    assert_eq!(names_in(run.folder()), ["stderr", "temp"]);
    assert!(run.run_folders().is_empty(), "{:?}", run.run_folders());
}
