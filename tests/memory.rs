//! What memory may be taken. Opening an input, by its decoded text: large recordings in several forms, and texts of so many
//! tiny parts that a list of them would be many times as large; the system stops a program that takes more. Rendering a
//! page of many large images.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

mod common;

use common::video::png;
use common::{element, fixture, read_json, recording, render_command, stderr, write};

/// The program and the libraries it is linked with, before it has read anything.
const PROGRAM_KIB: usize = 50 << 10;

/// `InvalidRecording`'s exit code.
const NO_RECORDING: i32 = 65;

/// Inspects an input with memory for the program and this many times the decoded text.
fn inspect(input: impl AsRef<OsStr>, stdin: Stdio, text: usize, times: f64) -> Output {
    let kib = PROGRAM_KIB + (text as f64 * times / 1024.0) as usize;
    Command::new("sh")
        .args(["-c", &format!("ulimit -d {kib} && exec \"$0\" inspect \"$1\"")])
        .arg(env!("CARGO_BIN_EXE_replaycast"))
        .arg(input)
        .stdin(stdin)
        .output()
        .unwrap()
}

/// The events of a bundled recording over and over, each time later, joined.
fn large_recording(megabytes: usize, separator: &str) -> String {
    let text = fs::read_to_string(fixture("shop-checkout.json")).unwrap();
    let mut events: Vec<Value> = serde_json::from_str(&text).unwrap();
    let mut large = String::new();
    while large.len() < megabytes << 20 {
        for event in &mut events {
            large += &event.to_string();
            large += separator;
            event["timestamp"] = (event["timestamp"].as_u64().unwrap() + 60_000).into();
        }
    }
    large.truncate(large.len() - separator.len());
    large
}

#[test]
fn large_recordings_take_little_more_than_their_text() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);

    let array = format!("[{}]", large_recording(24, ","));
    fs::write(path("array.json"), &array).unwrap();
    let mut gzip = GzEncoder::new(File::create(path("array.json.gz")).unwrap(), Compression::fast());
    gzip.write_all(array.as_bytes()).unwrap();
    gzip.finish().unwrap();
    fs::write(path("lines"), large_recording(24, "\n")).unwrap();
    let lines = File::open(path("lines")).unwrap();

    for (input, stdin) in [
        (path("array.json"), Stdio::null()),
        (path("array.json.gz"), Stdio::null()),
        (Path::new("-").to_owned(), lines.into()),
    ] {
        let output = inspect(&input, stdin, array.len(), 2.5);
        assert!(
            output.status.success(),
            "{}: {}",
            input.display(),
            stderr(&output)
        );
    }
}

#[test]
fn tiny_parts_take_no_more_than_their_text() {
    const MEGABYTES: usize = 5;
    let events = r#"{"type":4,"timestamp":1,"data":{"href":"","width":9,"height":9}},{"type":2,"timestamp":1,"data":{"node":{}}}"#;
    let begin = format!("[{events},");
    let change = |list: &str| format!(r#"{begin}{{"type":3,"timestamp":2,"data":{{{list}:["#);
    let (adds, positions) = (
        change(r#""source":0,"adds""#),
        change(r#""source":1,"positions""#),
    );
    let object_end = format!(r#""events":[{events}]}}"#);

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("input");
    for (start, part, end, code) in [
        ("[", "1,", "1]", NO_RECORDING),
        ("[", "[],", "[]]", NO_RECORDING),
        ("{", "\"\":1,", "\"\":1}", NO_RECORDING),
        ("{", "\"\":{},", &object_end, 0),
        (&begin, "1,", "1]", 0),
        (&begin, "\"\",", "1]", 0),
        (&adds, "1,", "1]}}]", 0),
        (&positions, "{},", "{}]}}]", 0),
    ] {
        let text = format!("{start}{}{end}", part.repeat((MEGABYTES << 20) / part.len()));
        fs::write(&path, &text).unwrap();
        let output = inspect(&path, Stdio::null(), text.len(), 1.5);
        assert_eq!(
            output.status.code(),
            Some(code),
            "{start} {part}: {}",
            stderr(&output)
        );
    }
}

#[test]
fn tiny_events_take_their_few_facts() {
    let events = r#"{"type":5,"timestamp":2}"#.to_owned() + &r#",{"type":5,"timestamp":2}"#.repeat(400_000);
    let text = format!(r#"[{{"type":2,"timestamp":1,"data":{{"node":{{}}}}}},{events}]"#);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("input");
    fs::write(&path, &text).unwrap();
    let output = inspect(&path, Stdio::null(), text.len(), 6.0);
    assert!(output.status.success(), "{}", stderr(&output));
}

/// Runs a command, and returns the most memory that it had, without its children.
fn peak_mebibytes(command: &mut Command) -> u64 {
    let mut child = command.spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    let ended = loop {
        let status = fs::read_to_string(&status).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        if let Some(kib) = line.and_then(|line| line.trim().strip_suffix(" kB")) {
            peak = peak.max(kib.parse::<u64>().unwrap() >> 10);
        }
        match child.try_wait().unwrap() {
            Some(ended) => break ended,
            None => thread::sleep(Duration::from_millis(10)),
        }
    };
    assert!(ended.success());
    peak
}

#[test]
fn large_images_go_to_the_browser_a_few_at_a_time() {
    const IMAGES: u64 = 24;
    let folder = tempfile::tempdir().unwrap();
    let given = folder.path().join("given");
    fs::create_dir(&given).unwrap();
    let mut png = png(&image::RgbImage::new(10, 10));
    // What follows a picture's end makes nothing but a longer file.
    png.resize(8 << 20, 0);
    let images: Vec<Value> = (0..IMAGES)
        .map(|number| {
            fs::write(given.join(format!("{number}.png")), &png).unwrap();
            let address = format!("https://images.example/{number}.png");
            element(20 + number, "img", &json!({"src": address}), &[])
        })
        .collect();
    let page = recording(&element(10, "body", &json!({}), &images), &[]);
    let [video, report] = ["video.mp4", "report.json"].map(|name| folder.path().join(name));
    let mut command = render_command(&write(folder.path(), "page.json", &page), &video);
    command
        .args(["--offline", "--assets"])
        .arg(&given)
        .arg("--report")
        .arg(&report)
        .env("XDG_CACHE_HOME", folder.path());
    let peak = peak_mebibytes(&mut command);
    let report = read_json(&report);
    assert_eq!(report["assets"]["given"], IMAGES, "{report:#}");
    assert!(peak < 320, "{peak} MiB");
}
