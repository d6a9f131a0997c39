//! Where a command writes its files: nothing is replaced unasked, what is read never, and no two files are one.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod common;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use common::{element, recording, replaycast, succeed, write};
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
