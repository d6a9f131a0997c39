//! Words in the picture and below it, rendered by the real program: captions, notes, title, typed text, footer and the mark of
//! skipped time. Pictures of the page are made up, since none of this may cost one.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod common;

use std::path::Path;
use std::process::Output;

use common::video::{HashedFrame, Rendered, render};
use common::{element, event, recording, render_command, replaycast, stderr, succeed, text, write};
use serde_json::{Value, json};

fn click(at: u64, id: u64) -> Value {
    event(at, &json!({"source": 2, "type": 2, "id": id, "x": 10, "y": 10}))
}

fn typed(at: u64, id: u64, text: &str) -> Value {
    event(
        at,
        &json!({"source": 5, "id": id, "text": text, "isChecked": false}),
    )
}

/// 22 s of which 16.5 s are idle: a click, a word, a password, and a click at the end.
fn form() -> Value {
    let field = |id: u64, kind: &str, name: &str| {
        element(id, "input", &json!({"type": kind, "placeholder": name}), &[])
    };
    let button = element(11, "button", &json!({}), &[text(12, "Pay now")]);
    let fields = [field(13, "text", "Name"), field(14, "password", "Password")];
    let body = element(10, "body", &json!({}), &[&[button][..], &fields].concat());
    let events = [
        click(1000, 11),
        typed(2000, 13, "Anna"),
        typed(4000, 14, "hunter2"),
        click(22_000, 11),
    ];
    recording(&body, &events)
}

fn rendered(arguments: &str) -> Rendered {
    let folder = tempfile::tempdir().unwrap();
    let input = write(folder.path(), "form.json", &form());
    render(&input, &format!("--capture synthetic --fps 10 {arguments}"))
}

/// The seconds of the video in which a frame differs, each with the number of those frames.
fn differing(a: &[HashedFrame], b: &[HashedFrame]) -> Vec<(usize, usize)> {
    assert_eq!(a.len(), b.len());
    let differs = |second: usize| {
        let frames = second * 10..(second * 10 + 10).min(a.len());
        frames.filter(|&frame| a[frame].hash != b[frame].hash).count()
    };
    (0..a.len().div_ceil(10))
        .map(|second| (second, differs(second)))
        .filter(|(_, count)| *count > 0)
        .collect()
}

#[test]
fn words_change_the_frames_they_are_in_and_no_others() {
    let plain = rendered("--no-idle-mark").hashes;
    for (arguments, expected) in [
        // 4.5 s before the cut, 0.5 s after it, with 4.5 s the end.
        ("", &[(4, 5)][..]),
        (
            "--no-idle-mark --captions burn",
            &[(0, 10), (1, 10), (2, 10), (3, 5), (4, 5)],
        ),
        ("--no-idle-mark --keys", &[(2, 10), (3, 5), (4, 10)]),
        ("--no-idle-mark --annotate 3:Look", &[(3, 10), (4, 10)]),
        (
            "--no-idle-mark --title Form",
            &[(0, 10), (1, 10), (2, 10), (3, 5)],
        ),
    ] {
        assert_eq!(
            differing(&plain, &rendered(arguments).hashes),
            expected,
            "{arguments}"
        );
    }
}

#[test]
fn a_password_changes_nothing_by_what_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let shown = |name: &str, password: &str| {
        let mut form = form();
        form[4]["data"]["text"] = password.into();
        let input = write(folder.path(), name, &form);
        render(&input, "--capture synthetic --fps 10 --keys").hashes
    };
    assert_eq!(
        shown("a.json", "hunter2"),
        shown("b.json", "correct horse battery staple")
    );
}

#[test]
fn a_footer_makes_the_video_higher_or_the_page_of_a_given_size_lower() {
    let without = rendered("--idle keep");
    let with = rendered("--idle keep --footer");
    let (page, all) = (without.at(0).dimensions(), with.at(0).dimensions());
    assert_eq!((page.0, page.1), (320, 240));
    assert!(all.0 == 320 && (270..310).contains(&all.1), "{all:?}");
    assert_eq!(with.pictures_taken(), without.pictures_taken());
    assert_eq!(with.report["output"]["size"]["height"], all.1);
    assert_eq!(with.hashes.len(), 220);
    // Each second has a picture of its own; so has the very end.
    let mut changes = with.hashes.iter().zip(&with.hashes[1..]).zip(1..);
    let first_same = changes.find(|((before, after), frame)| frame % 10 == 0 && before.hash == after.hash);
    assert!(first_same.is_none());

    let given = rendered("--size 320x200 --footer");
    assert_eq!(given.at(0).dimensions(), (320, 200));
}

#[test]
fn the_title_is_the_files_title_too() {
    let folder = tempfile::tempdir().unwrap();
    let input = write(folder.path(), "form.json", &form());
    let title = |arguments: &[&str]| {
        let video = folder.path().join("video.mp4");
        let mut command = render_command(&input, &video);
        command.args(["--force", "--capture=synthetic", "--fps=10"]);
        succeed(command.args(arguments));
        ffmpeg_next::init().unwrap();
        let opened = ffmpeg_next::format::input(&video).unwrap();
        opened.metadata().get("title").map(str::to_owned)
    };
    assert_eq!(title(&["--title=How it fails"]).as_deref(), Some("How it fails"));
    assert_eq!(title(&["--title=How it fails", "--no-annotations"]), None);
    assert_eq!(title(&[]).as_deref(), Some("page.example/"));
}

fn verify(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = replaycast();
    command.arg("verify").arg(folder.join("video.mp4"));
    command
        .arg(folder.join("form.json"))
        .args(["--quiet", "--capture=synthetic", "--all"]);
    command.args(arguments).output().unwrap()
}

#[test]
fn verify_knows_the_words_by_the_same_options() {
    let folder = tempfile::tempdir().unwrap();
    let input = write(folder.path(), "form.json", &form());
    let options = [
        "--footer",
        "--captions=burn",
        "--keys",
        "--title=A",
        "--annotate=3:B",
    ];
    let mut command = render_command(&input, &folder.path().join("video.mp4"));
    command.args(["--capture=synthetic", "--fps=10", "--cfr", "--size=480x300"]);
    succeed(command.args(options));
    let same = verify(folder.path(), &options);
    assert!(same.status.success(), "{}", stderr(&same));
    let without_words = verify(folder.path(), &["--footer"]);
    assert_eq!(
        without_words.status.code(),
        Some(65),
        "{}",
        stderr(&without_words)
    );
}

#[test]
fn a_note_outside_of_the_video_is_a_wrong_command() {
    let folder = tempfile::tempdir().unwrap();
    let input = write(folder.path(), "form.json", &form());
    let mut command = render_command(&input, &folder.path().join("video.mp4"));
    command.args(["--capture=synthetic", "--end=10", "--annotate=15:Look"]);
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(64), "{}", stderr(&output));
    let says = "--annotate 15 s is not in the video, which shows 0 s to 10 s of the session";
    assert!(stderr(&output).contains(says), "{}", stderr(&output));
}
