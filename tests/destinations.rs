//! Where a command writes its files: nothing is replaced unasked, what is read never, and no two files are one.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod common;

use std::fs::{self, File};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use common::processes::names_in;
use common::{element, recording, replaycast, stderr, succeed, write};
use serde_json::json;
use tempfile::TempDir;

/// A folder with `rec.json`, one second long, and `v.mp4`, its video.
fn workplace() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let end = json!({"type": 3, "timestamp": 2000, "data": {"source": 3, "id": 10, "x": 0, "y": 0}});
    let body = element(10, "body", &json!({}), &[]);
    write(folder.path(), "rec.json", &recording(&body, &[end]));
    succeed(&mut command(folder.path(), "render rec.json -o v.mp4"));
    folder
}

/// The program inside of the folder, without a browser.
fn command(folder: &Path, arguments: &str) -> Command {
    let mut command = replaycast();
    command.args(arguments.split_whitespace());
    command.args(["--capture=synthetic", "--fps=5", "--quiet"]);
    command.current_dir(folder).stdin(Stdio::null());
    command
}

fn run(folder: &Path, arguments: &str) -> Output {
    command(folder, arguments).output().unwrap()
}

#[track_caller]
fn assert_refused(output: &Output, arguments: &str, code: i32, says: &str) {
    let told = stderr(output);
    assert_eq!(output.status.code(), Some(code), "{arguments}:\n{told}");
    assert!(
        told.contains(says) && told.contains("\nhint: "),
        "{arguments} does not say '{says}':\n{told}"
    );
}

#[test]
fn nothing_that_exists_is_replaced_unless_by_force() {
    let folder = workplace();
    fs::write(folder.path().join("old"), "old").unwrap();
    for arguments in [
        "render rec.json -o new.mp4 --report old",
        "render rec.json -o new.mp4 --frame-hashes old",
        "verify v.mp4 rec.json --worst old",
    ] {
        assert_refused(&run(folder.path(), arguments), arguments, 73, "old exists");
        assert_eq!(fs::read(folder.path().join("old")).unwrap(), b"old");
        assert_eq!(names_in(folder.path()), ["old", "rec.json", "v.mp4"]);
        succeed(&mut command(folder.path(), &format!("{arguments} --force")));
        assert_ne!(fs::read(folder.path().join("old")).unwrap(), b"old");
        fs::write(folder.path().join("old"), "old").unwrap();
        let _ = fs::remove_file(folder.path().join("new.mp4"));
    }
}

#[test]
fn what_is_read_is_never_replaced() {
    let folder = workplace();
    let at = |name: &str| folder.path().join(name);
    fs::hard_link(at("rec.json"), at("other-name")).unwrap();
    symlink("rec.json", at("link")).unwrap();
    fs::create_dir(at("pictures")).unwrap();
    fs::copy(at("rec.json"), at("pictures/index.json")).unwrap();
    fs::write(at("saved.har"), r#"{"log":{"entries":[]}}"#).unwrap();
    let before = names_in(folder.path());
    let read = ["rec.json", "v.mp4", "pictures/index.json", "saved.har"];
    let bytes = || read.map(|name| fs::read(at(name)).unwrap());
    let kept = bytes();
    for arguments in [
        "render rec.json -o new.mp4 --report rec.json",
        "render rec.json -o new.mp4 --report other-name",
        "render rec.json -o new.mp4 --frame-hashes link",
        "render rec.json -o rec.json --format mp4",
        "render pictures/index.json -o new.mp4 --frames pictures",
        "render rec.json -o new.mp4 --assets saved.har --report saved.har",
        "verify v.mp4 rec.json --worst rec.json",
        "verify v.mp4 rec.json --worst ./v.mp4",
    ] {
        let arguments = format!("{arguments} --force");
        let output = run(folder.path(), &arguments);
        assert_refused(&output, &arguments, 64, "would take the place of");
        assert_eq!((names_in(folder.path()), bytes()), (before.clone(), kept.clone()));
    }
    let piped = "render - -o new.mp4 --report rec.json --force";
    let output = command(folder.path(), piped)
        .stdin(File::open(at("rec.json")).unwrap())
        .output()
        .unwrap();
    assert_refused(&output, piped, 64, "would take the place of");
    assert_eq!(bytes(), kept);
}

#[test]
fn only_the_video_goes_to_standard_output() {
    let folder = workplace();
    for arguments in [
        "render rec.json -o new.mp4 --report -",
        "render rec.json -o new.mp4 --frame-hashes -",
        "render rec.json -o new.mp4 --poster -",
        "render rec.json -o new.mp4 --frames -",
        "verify v.mp4 rec.json --worst -",
    ] {
        assert_refused(&run(folder.path(), arguments), arguments, 64, "standard output");
        assert_eq!(names_in(folder.path()), ["rec.json", "v.mp4"]);
    }
    // Links of our own, so that a failure harms no other.
    let stdout = folder.path().join("stdout");
    symlink("/proc/self/fd/1", &stdout).unwrap();
    for arguments in [
        "render rec.json -o new.mp4 --force --report stdout",
        "render rec.json --force --format mp4 -o stdout",
        "verify v.mp4 rec.json --force --worst stdout",
    ] {
        let redirected = File::create(folder.path().join("redirected")).unwrap();
        let output = command(folder.path(), arguments)
            .stdout(redirected)
            .output()
            .unwrap();
        assert_refused(&output, arguments, 64, "a place of the system");
        assert!(fs::symlink_metadata(&stdout).unwrap().is_symlink());
    }
}

#[test]
fn two_options_cannot_name_one_file() {
    let folder = workplace();
    fs::create_dir(folder.path().join("frames")).unwrap();
    fs::write(folder.path().join("frames/index.json"), "{}").unwrap();
    let before = names_in(folder.path());
    for arguments in [
        "-o new.mp4 --report new.mp4",
        "-o new.mp4 --report ./frames/../new.mp4",
        "-o new.mp4 --poster p.png --contact-sheet p.png",
        "-o new.mp4 --report s.vtt --subtitles s.vtt",
        "--report rec.mp4",
        "-o a.mp4 --frames x --report x",
        "-o a.mp4 --frames frames --report frames/index.json",
        "--format png -o frames --frame-hashes frames/new",
        "--clip 0+0.3 --clip 0.5+0.3 -o k{n}.mp4 --report k{n}.mp4",
        "--clip 0+0.3 --clip 0.5+0.3 -o {n}1.mp4 --report 1{n}.mp4",
        "--clip 0+0.3 -o 1.mp4 --report {n}.mp4",
    ] {
        let arguments = format!("render rec.json {arguments} --force");
        let output = run(folder.path(), &arguments);
        assert_refused(&output, &arguments, 64, " and --");
        assert_eq!(names_in(folder.path()), before, "{arguments}");
    }
}

#[test]
fn files_folders_and_caches_are_their_owners_alone() {
    let folder = workplace();
    let arguments = "render rec.json -o new.mp4 --frames frames --report r --poster p.png --subtitles s.vtt \
        --asset-cache made/assets --block-cache made/blocks";
    succeed(&mut command(folder.path(), arguments));
    for (name, mode) in [
        ("new.mp4", 0o600),
        ("r", 0o600),
        ("p.png", 0o600),
        ("s.vtt", 0o600),
        ("frames", 0o700),
        ("frames/index.json", 0o600),
        ("frames/000000.png", 0o600),
        ("made", 0o700),
        ("made/assets", 0o700),
        ("made/blocks", 0o700),
    ] {
        let found = fs::metadata(folder.path().join(name))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(found & 0o777, mode, "{name}");
    }
}
