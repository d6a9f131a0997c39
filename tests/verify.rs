//! `replaycast verify`, as a whole: a video passes against its own recording and fails against anything else.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod common;

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::Output;

use common::{fixture, render_command, replaycast, stderr, succeed};
use serde_json::Value;

const PART: [&str; 2] = ["--start=2", "--end=4"];

/// Renders a part of a bundled recording, small.
fn rendered(folder: &Path, name: &str, recording: &str, arguments: &[&str]) -> PathBuf {
    let video = folder.join(name);
    let mut command = render_command(&fixture(recording), &video);
    command.args(PART).arg("--size=480x270").args(arguments);
    if !arguments.iter().any(|argument| argument.starts_with("--fps")) {
        command.arg("--fps=10");
    }
    succeed(&mut command);
    video
}

fn verify(video: &Path, recording: &str, arguments: &[&str]) -> Output {
    let mut command = replaycast();
    command
        .arg("verify")
        .arg(video)
        .arg(fixture(recording))
        .args(PART);
    command.arg("--quiet").args(arguments).output().unwrap()
}

#[track_caller]
fn assert_differs(output: &Output, says: &str) {
    assert_eq!(output.status.code(), Some(65), "{}", stderr(output));
    assert!(stderr(output).contains(says), "{}", stderr(output));
}

#[test]
fn a_video_is_what_its_recording_gives() {
    let folder = tempfile::tempdir().unwrap();
    for (name, arguments) in [
        ("a.mp4", &["--cfr"][..]),
        ("b.webm", &[]),
        ("c.mp4", &["--codec=av1"]),
    ] {
        let video = rendered(folder.path(), name, "shop-checkout.json", arguments);
        let output = verify(&video, "shop-checkout.json", &["--json", "--samples=7"]);
        assert!(output.status.success(), "{name}: {}", stderr(&output));
        let verdict: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(verdict["same"], true);
        assert_eq!(verdict["compared"], 7);
        // Without --cfr the grid that is seen may be coarser.
        assert!(
            !arguments.contains(&"--cfr") || verdict["fps"] == "10",
            "{verdict}"
        );
        let [min, median] = ["min_ssim", "median_ssim"].map(|name| verdict[name].as_f64().unwrap());
        assert!(0.95 <= min && min <= median && median < 1.0, "{name}: {verdict}");
    }
}

#[test]
fn a_video_of_something_else_differs() {
    let folder = tempfile::tempdir().unwrap();
    let video = rendered(folder.path(), "a.mp4", "shop-checkout.json", &[]);
    let worst = folder.path().join("worst.png");
    let saved = format!("--worst={}", worst.display());
    let output = verify(&video, "phone-menu.json", &[&saved, "--samples=3"]);
    assert_differs(&output, "is not what");
    let sheet = image::open(&worst).unwrap();
    assert_eq!((sheet.width(), sheet.height()), (960, 270));
    assert!(String::from_utf8_lossy(&output.stdout).contains("does not show"));
}

#[test]
fn another_length_or_no_video_at_all_differs_without_a_browser() {
    let folder = tempfile::tempdir().unwrap();
    let synthetic = "--capture=synthetic";
    let video = rendered(folder.path(), "a.mp4", "shop-checkout.json", &[synthetic]);
    let same = verify(&video, "shop-checkout.json", &[synthetic, "--all"]);
    assert!(same.status.success(), "{}", stderr(&same));
    let slow = verify(&video, "shop-checkout.json", &[synthetic, "--speed=0.5"]);
    assert_differs(&slow, "lasts 2.0 s, but the recording gives 4.0 s");
    let recording = fixture("shop-checkout.json");
    assert_differs(
        &verify(&recording, "shop-checkout.json", &[synthetic]),
        "is no video",
    );
    let missing = verify(&folder.path().join("b.mp4"), "shop-checkout.json", &[synthetic]);
    assert_eq!(missing.status.code(), Some(66));
}

#[test]
fn a_video_that_changes_less_often_for_its_size_is_compared_where_it_changes() {
    let folder = tempfile::tempdir().unwrap();
    let video = rendered(folder.path(), "a.mp4", "shop-checkout.json", &["--max-size=24KB"]);
    let output = verify(
        &video,
        "shop-checkout.json",
        &["--json", "--all", "--min-ssim=0.8"],
    );
    assert!(output.status.success(), "{}", stderr(&output));
    let verdict: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(
        verdict["moments"].as_u64().unwrap() < 20,
        "it was not made to change less often: {verdict}"
    );
}

#[test]
fn a_picture_that_lasts_does_not_hide_that_pictures_change_less_often() {
    let folder = tempfile::tempdir().unwrap();
    let video = folder.path().join("a.mp4");
    let shop = fixture("shop-checkout.json");
    let part = ["--start=8", "--end=22", "--idle=keep"];
    let mut render = render_command(&shop, &video);
    render.args(["--size=480x270", "--fps=15", "--max-size=40KB"]);
    succeed(render.args(part));
    let mut verify = replaycast();
    verify.arg("verify").arg(&video).arg(&shop).args(part);
    let output = succeed(verify.args(["--all", "--min-ssim=0.8", "--json"]));
    let verdict: Value = serde_json::from_slice(&output.stdout).unwrap();
    // Of the 210 places at most each second has a new picture, and the last.
    assert!(verdict["moments"].as_u64().unwrap() <= 106, "{verdict}");
}

#[test]
fn animations_and_folders_are_no_video_that_is_compared() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a.apng", "a.webp", "a.gif"] {
        let video = rendered(
            folder.path(),
            name,
            "shop-checkout.json",
            &["--capture=synthetic"],
        );
        let output = verify(&video, "shop-checkout.json", &[]);
        assert_differs(&output, "is no video that can be compared");
    }
    let output = verify(folder.path(), "shop-checkout.json", &[]);
    assert_differs(&output, "is no video that can be compared");
}

#[test]
fn a_video_that_is_cut_off_differs_though_nothing_changed_any_more() {
    let folder = tempfile::tempdir().unwrap();
    let synthetic = "--capture=synthetic";
    // An MP4 says how many pictures it has, a WebM how many bytes.
    for name in ["a.mp4", "a.webm"] {
        let video = rendered(folder.path(), name, "shop-checkout.json", &[synthetic, "--cfr"]);
        let whole = fs::read(&video).unwrap();
        let tenths = [9, 7, 3].map(|tenths| whole.len() * tenths / 10);
        let last_byte = (name == "a.webm").then_some(whole.len() - 1);
        for length in tenths.into_iter().chain(last_byte) {
            fs::write(&video, &whole[..length]).unwrap();
            let output = verify(&video, "shop-checkout.json", &[synthetic, "--samples=1"]);
            let told = stderr(&output);
            assert_eq!(output.status.code(), Some(65), "{name} {length}: {told}");
            assert!(!told.contains("is not what"), "{name} {length}: {told}");
        }
    }
}

#[test]
fn a_video_may_have_any_name() {
    let folder = tempfile::tempdir().unwrap();
    let synthetic = "--capture=synthetic";
    let video = rendered(folder.path(), "a.mp4", "shop-checkout.json", &[synthetic]);
    for name in [&b"\xff.mp4"[..], b"concat:a|b.mp4", b"%03d.mp4"] {
        let named = folder.path().join(OsStr::from_bytes(name));
        fs::copy(&video, &named).unwrap();
        let output = verify(&named, "shop-checkout.json", &[synthetic]);
        assert!(output.status.success(), "{}", stderr(&output));
    }
}

#[test]
fn rates_that_are_no_whole_numbers_are_seen_in_the_video() {
    let folder = tempfile::tempdir().unwrap();
    let synthetic = "--capture=synthetic";
    for (name, fps, speed, seen) in [
        ("a.webm", "--fps=12.5", "--speed=0.985", "25/2"),
        ("b.webm", "--fps=12.5", "--speed=1", "25/2"),
        ("c.mp4", "--fps=12.5", "--speed=0.985", "25/2"),
        ("d.webm", "--fps=100/3", "--speed=0.985", "100/3"),
        ("e.webm", "--fps=0.3", "--speed=0.1", "3/10"),
        ("f.webm", "--fps=0.1", "--speed=0.07", "1/10"),
    ] {
        let video = rendered(
            folder.path(),
            name,
            "shop-checkout.json",
            &[synthetic, "--cfr", fps, speed],
        );
        let output = verify(&video, "shop-checkout.json", &[synthetic, speed, "--json"]);
        assert!(output.status.success(), "{name}: {}", stderr(&output));
        let verdict: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(verdict["fps"], seen, "{name}");
    }
}

#[test]
fn a_date_that_cuts_nothing_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let video = folder.path().join("a.mp4");
    let early = "--start=2001-01-01T00:00:00Z";
    let made_up = ["--capture=synthetic", early];
    let shop = fixture("shop-checkout.json");
    succeed(render_command(&shop, &video).args(made_up).arg("--fps=2"));
    for (quiet, told) in [(None, true), (Some("--quiet"), false)] {
        let mut command = replaycast();
        command
            .arg("verify")
            .arg(&video)
            .arg(&shop)
            .args(made_up)
            .args(quiet);
        let output = succeed(&mut command);
        let says = stderr(&output).contains("--start 2001-01-01T00:00:00Z is before the recording");
        assert_eq!(says, told, "{}", stderr(&output));
    }
}
