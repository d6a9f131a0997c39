//! Recordings straight from PostHog and from plain web addresses, against a stand-in server that behaves as
//! documented, and worse. Synthetic capture stands in for the browser.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

mod common;

use common::posthog_server::{Call, Fault, KEY, PosthogServer, SESSION, Stored, blocks, range};
use common::processes::{PATIENCE, names_in, within};
use common::{read_json, replaycast, stderr, succeed};

const COUNT: usize = 45;

fn server(mischief: impl Fn(&Call) -> Option<Fault> + Send + Sync + 'static) -> PosthogServer {
    PosthogServer::start(Stored::Blocks(blocks(COUNT)), mischief)
}

fn healthy() -> PosthogServer {
    server(|_| None)
}

/// The program with a key and with short waits, at work in the folder.
fn run(folder: &TempDir, command: &str, input: &str) -> Command {
    run_within("1", folder, command, input)
}

fn run_within(timeout_s: &str, folder: &TempDir, command: &str, input: &str) -> Command {
    let mut program = replaycast();
    program
        .args([
            command,
            input,
            "--allow-host=127.0.0.1",
            "--retries=1",
            "--block-cache=cache",
        ])
        .args(["--timeout", timeout_s])
        .env("POSTHOG_API_KEY", KEY)
        .current_dir(folder.path())
        .stdin(Stdio::null());
    if command == "render" {
        program.args([
            "--capture=synthetic",
            "--fps=2",
            "--size=160x90",
            "-o",
            "video.mp4",
        ]);
    }
    if command == "fetch" {
        program.args(["-o", "session.jsonl"]);
    }
    program
}

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn fetched(folder: &TempDir) -> String {
    fs::read_to_string(folder.path().join("session.jsonl")).unwrap()
}

fn sidecar(folder: &TempDir) -> Value {
    read_json(&folder.path().join("session.jsonl.meta.json"))
}

fn assert_fails(output: &Output, case: &str, code: i32, says: &str) {
    let text = stderr(output);
    assert_eq!(output.status.code(), Some(code), "{case}:\n{text}");
    assert!(text.contains(says), "{case} does not say '{says}':\n{text}");
    for secret in [KEY, "canary", "panicked", "t=3", "blob_key"] {
        assert!(!text.contains(secret), "{case} says '{secret}':\n{text}");
    }
}

#[test]
fn fetch_keeps_what_is_received_and_says_where_it_is_from() {
    let (server, folder) = (healthy(), folder());
    let output = succeed(&mut run(&folder, "fetch", &server.address()));
    assert!(output.stdout.is_empty());
    assert_eq!(fetched(&folder), blocks(COUNT).concat());
    assert_eq!(server.asked(), [(0, 19), (20, 39), (40, 44)]);
    assert_eq!(
        server.calls().len(),
        5,
        "a list, three batches, what is known of the session"
    );
    let mode = |name: &str| {
        fs::metadata(folder.path().join(name))
            .unwrap()
            .permissions()
            .mode()
            & 0o777
    };
    assert_eq!(
        (mode("session.jsonl"), mode("session.jsonl.meta.json")),
        (0o600, 0o600)
    );

    let meta = sidecar(&folder);
    assert_eq!(meta["source"], "posthog");
    assert_eq!(meta["host"], server.host());
    assert_eq!(
        (&meta["project"], &meta["session"]),
        (&json!("7"), &json!(SESSION))
    );
    assert_eq!(meta["listing"]["sources"].as_array().unwrap().len(), COUNT + 1);
    assert_eq!(meta["blocks"].as_array().unwrap().len(), COUNT);
    assert_eq!(meta["recording"]["recording_duration"], 450);
    assert_eq!(
        (&meta["missing"], &meta["times_trusted"]),
        (&json!([]), &json!("edges"))
    );
    assert_eq!(meta["bytes"], blocks(COUNT).concat().len());

    // Never replaced unasked; the second time nothing but the list and the session is asked for.
    let again = run(&folder, "fetch", &server.address()).output().unwrap();
    assert_fails(&again, "again", 73, "session.jsonl exists");
    succeed(run(&folder, "fetch", &server.address()).args(["--force", "-q"]));
    assert_eq!(server.asked().len(), 3);
    assert_eq!(fetched(&folder), blocks(COUNT).concat());

    succeed(
        replaycast()
            .args([
                "fetch",
                &server.address(),
                "--allow-host=127.0.0.1",
                "--block-cache=cache",
                "-o",
                "s.jsonl.zst",
            ])
            .env("POSTHOG_API_KEY", KEY)
            .current_dir(folder.path()),
    );
    let compressed = fs::read(folder.path().join("s.jsonl.zst")).unwrap();
    assert_eq!(
        zstd::decode_all(&compressed[..]).unwrap(),
        blocks(COUNT).concat().as_bytes()
    );
}

#[test]
fn a_session_is_rendered_and_inspected_by_its_address() {
    let (server, folder) = (healthy(), folder());
    succeed(&mut run(&folder, "render", &server.address()));
    assert!(folder.path().join("video.mp4").exists());
    let output = succeed(run(&folder, "inspect", &server.address()).arg("--json"));
    let summary: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(summary["events"], 2 + 3 * COUNT);
    assert_eq!(
        server.asked().len(),
        3,
        "the second command finds the blocks of the first"
    );
    // What fetch writes opens as a file.
    succeed(&mut run(&folder, "fetch", &server.address()));
    let text = succeed(
        replaycast()
            .arg("inspect")
            .arg(folder.path().join("session.jsonl")),
    )
    .stdout;
    assert!(String::from_utf8(text).unwrap().contains("PostHog blocks"));
}

#[test]
fn a_refusal_for_good_says_what_to_do() {
    type Row = (fn(&Call) -> Option<Fault>, i32, &'static str);
    let rows: [Row; 12] = [
        (|_| Some(Fault::Status(401)), 77, "does not accept the API key"),
        (|_| Some(Fault::Status(403)), 77, "session_recording:read"),
        (
            |_| Some(Fault::Status(404)),
            66,
            "there is no recording 0197a1b2-demo in project 7",
        ),
        (|_| Some(Fault::Status(410)), 66, "was deleted"),
        (|_| Some(Fault::Status(418)), 66, "status 418"),
        (|_| Some(Fault::Status(503)), 75, "has a fault (status 503)"),
        (|_| Some(Fault::CutOff), 75, "in the middle of a reply"),
        (
            |_| Some(Fault::Silence(Duration::from_secs(3))),
            75,
            "did not answer in time",
        ),
        (
            |_| Some(Fault::TooMany("5000".into())),
            75,
            "wants no further request for 5000 s",
        ),
        (
            |_| Some(Fault::TooMany(u64::MAX.to_string())),
            75,
            "wants no further request for 1844674407370955",
        ),
        (|_| Some(Fault::Body("<html>canary</html>")), 75, "list of blocks"),
        (|_| Some(Fault::Body(r#"{"sources":[]}"#)), 66, "no snapshots"),
    ];
    for (fault, code, says) in rows {
        for command in ["fetch", "render", "inspect"] {
            let (server, folder) = (server(fault), folder());
            let output = run(&folder, command, &server.address()).output().unwrap();
            assert_fails(&output, &format!("{command}: {says}"), code, says);
            assert_eq!(names_in(folder.path()), ["cache"], "{command}: {says}");
        }
    }
}

#[test]
fn a_failure_that_passes_is_survived() {
    let big = |call: &Call, most: usize| call.blocks().is_some_and(|(first, last)| last - first >= most);
    let first_try = |call: &Call| call.before == 0;
    for (case, server) in [
        (
            "too many requests",
            server(move |call| (first_try(call)).then(|| Fault::TooMany("1".into()))),
        ),
        (
            "a fault of the server",
            server(move |call| first_try(call).then_some(Fault::Status(502))),
        ),
        (
            "cut off",
            server(move |call| first_try(call).then_some(Fault::CutOff)),
        ),
        (
            "large replies are slow",
            server(move |call| big(call, 10).then_some(Fault::Trickle)),
        ),
        (
            "large replies are refused",
            server(move |call| big(call, 4).then_some(Fault::Status(413))),
        ),
        (
            "large replies break it",
            server(move |call| big(call, 1).then_some(Fault::Status(500))),
        ),
    ] {
        let folder = folder();
        let mut command = run(&folder, "fetch", &server.address());
        let begun = Instant::now();
        succeed(command.arg("--posthog-rate=1000/1000"));
        assert_eq!(fetched(&folder), blocks(COUNT).concat(), "{case}");
        if case == "too many requests" {
            assert!(
                begun.elapsed() >= Duration::from_secs(1),
                "the server asked for a second"
            );
        }
    }
}

#[test]
fn a_block_left_out_once_is_asked_for_alone() {
    let server = server(|call| (call.blocks() == Some((0, 19))).then(|| Fault::Omit(vec![7, 8])));
    let folder = folder();
    succeed(&mut run(&folder, "fetch", &server.address()));
    assert_eq!(server.asked(), [(0, 19), (7, 7), (8, 8), (20, 39), (40, 44)]);
    let mut lines: Vec<String> = fetched(&folder).lines().map(str::to_owned).collect();
    let mut expected: Vec<String> = blocks(COUNT).concat().lines().map(str::to_owned).collect();
    lines.sort();
    expected.sort();
    assert_eq!(lines, expected);
    assert_eq!(sidecar(&folder)["missing"], json!([]));
}

#[test]
fn a_block_that_is_not_given_out_is_missing_with_its_time() {
    for single in [Fault::Omit(vec![21]), Fault::Status(404), Fault::Status(500)] {
        let alone = single.clone();
        let server = server(move |call| match call.blocks() {
            Some((21, 21)) => Some(alone.clone()),
            _ => Some(Fault::Omit(vec![21])),
        });
        let folder = folder();
        let [start, end] = range(21).map(|time| time.replace(".000", ""));
        let output = run(&folder, "fetch", &server.address()).output().unwrap();
        assert_fails(
            &output,
            "fetch",
            75,
            &format!("1 block is missing: {start} to {end}"),
        );
        assert_eq!(names_in(folder.path()), ["cache"]);

        let output = succeed(run(&folder, "fetch", &server.address()).arg("--partial"));
        assert!(stderr(&output).contains("the rest is written"));
        assert_eq!(
            sidecar(&folder)["missing"],
            json!([{"key": "21", "start": start, "end": end}])
        );
        assert_eq!(fetched(&folder).lines().count(), 2 + 3 * (COUNT - 1));

        let output = succeed(&mut run(&folder, "render", &server.address()));
        assert!(
            stderr(&output).contains("1 block is missing"),
            "{}",
            stderr(&output)
        );
        let output = succeed(run(&folder, "render", &server.address()).args(["-q", "--force"]));
        assert_eq!(stderr(&output), "");
        let ranges = server.asked();
        let others = ranges.iter().filter(|range| **range != (21, 21)).count();
        assert_eq!(others, 3, "only the missing one is asked for again: {ranges:?}");
    }
}

#[test]
fn a_killed_run_goes_on_where_it_was() {
    let server = server(|call| {
        let last = call.blocks().is_some_and(|(_, last)| last == COUNT - 1);
        (last && call.before == 0).then_some(Fault::Silence(Duration::from_secs(60)))
    });
    let folder = folder();
    let mut killed = run_within("60", &folder, "fetch", &server.address())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let asked = within(Duration::from_secs(20), || {
        (server.asked().len() >= 3).then_some(())
    });
    assert!(asked.is_some(), "the third batch is never asked for");
    killed.kill().unwrap();
    killed.wait().unwrap();
    assert!(!folder.path().join("session.jsonl").exists());

    succeed(&mut run(&folder, "fetch", &server.address()));
    assert_eq!(server.asked(), [(0, 19), (20, 39), (40, 44), (40, 44)]);
    assert_eq!(fetched(&folder), blocks(COUNT).concat());
    assert_eq!(
        names_in(folder.path()),
        ["cache", "session.jsonl", "session.jsonl.meta.json"]
    );
}

#[test]
fn a_signal_stops_a_download() {
    let server = server(|_| Some(Fault::Silence(Duration::from_secs(60))));
    let folder = folder();
    let mut command = run_within("60", &folder, "inspect", &server.address());
    let mut child = command.stderr(Stdio::null()).spawn().unwrap();
    let asked = within(PATIENCE, || (!server.calls().is_empty()).then_some(()));
    assert!(asked.is_some(), "nothing is ever asked for");
    let begun = Instant::now();
    succeed(Command::new("kill").args(["-TERM", &child.id().to_string()]));
    assert_eq!(child.wait().unwrap().code(), Some(143));
    assert!(begun.elapsed() < Duration::from_secs(5));
}

#[test]
fn older_and_archived_sessions_come_too() {
    let [first, second] = [blocks(2)[0].clone(), blocks(2)[1].clone()];
    let (blob, realtime) = (first.clone(), second.clone());
    for (stored, calls) in [
        (Stored::LongTerm(format!("{first}{second}")), 3),
        (Stored::Legacy { blob, realtime }, 4),
    ] {
        let server = PosthogServer::start(stored, |_| None);
        let folder = folder();
        succeed(&mut run(&folder, "fetch", &server.address()));
        assert_eq!(fetched(&folder), format!("{first}{second}"));
        assert_eq!(server.calls().len(), calls);
        succeed(&mut run(&folder, "inspect", &server.address()));
    }
}

#[test]
fn a_deleted_recording_leaves_the_cache() {
    let gone = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let deleted = gone.clone();
    let server = server(move |_| {
        deleted
            .load(std::sync::atomic::Ordering::SeqCst)
            .then_some(Fault::Status(410))
    });
    let folder = folder();
    succeed(&mut run(&folder, "inspect", &server.address()));
    assert!(files(folder.path()).len() >= 3);
    gone.store(true, std::sync::atomic::Ordering::SeqCst);
    let output = run(&folder, "inspect", &server.address()).output().unwrap();
    assert_fails(&output, "deleted", 66, "was deleted");
    assert_eq!(files(folder.path()), Vec::<PathBuf>::new());
}

#[test]
fn a_redirect_opens_nothing_and_carries_no_key() {
    let other = healthy();
    for (to, says) in [
        ("http://127.0.0.1:1/".to_owned(), "private network"),
        (
            "http://[::ffff:169.254.169.254]/latest/meta-data/".to_owned(),
            "private network",
        ),
        (other.address(), "private network"),
        ("file:///etc/passwd".to_owned(), "neither http nor https"),
    ] {
        let server = server(move |_| Some(Fault::Redirect(to.clone())));
        let folder = folder();
        let mut command = replaycast();
        command.args([
            "fetch",
            &server.address(),
            "-o",
            "x",
            "--block-cache=cache",
            "--allow-host",
            &server.host(),
        ]);
        let output = command
            .env("POSTHOG_API_KEY", KEY)
            .current_dir(folder.path())
            .output()
            .unwrap();
        assert_fails(&output, says, 64, says);
    }
    assert!(other.calls().is_empty());
    // To an allowed host the request goes, the key does not.
    let to = other.address();
    let server = server(move |_| Some(Fault::Redirect(to.clone())));
    let folder = folder();
    let output = run(&folder, "fetch", &server.address()).output().unwrap();
    assert_ne!(output.status.code(), Some(0));
    assert_eq!(other.calls().len(), 1);
    assert_eq!(other.calls()[0].authorization, None);
    for header in ["cookie", "referer"] {
        assert!(!other.calls()[0].headers.to_ascii_lowercase().contains(header));
    }
}

#[test]
fn a_private_host_and_an_unencrypted_one_want_to_be_allowed() {
    let (server, folder) = (healthy(), folder());
    let mut command = replaycast();
    command
        .args(["inspect", &server.address()])
        .env("POSTHOG_API_KEY", KEY)
        .current_dir(folder.path());
    assert_fails(&command.output().unwrap(), "http", 64, "without encryption");
    let secure = format!("posthog://{}/7/{SESSION}", server.host());
    let mut command = replaycast();
    command
        .args(["inspect", &secure])
        .env("POSTHOG_API_KEY", KEY)
        .env("XDG_CACHE_HOME", folder.path());
    assert_fails(&command.output().unwrap(), "https", 64, "--allow-host 127.0.0.1");
    assert!(server.calls().is_empty());
}

#[test]
fn the_key_comes_from_a_file_or_standard_input_and_must_be_there() {
    let (server, folder) = (healthy(), folder());
    fs::write(folder.path().join("key"), format!("{KEY}\n")).unwrap();
    let with = |options: &[&str]| {
        let mut command = run(&folder, "inspect", &server.address());
        command.env_remove("POSTHOG_API_KEY").args(options);
        command
    };
    succeed(&mut with(&["--posthog-key-file=key"]));
    let mut piped = with(&["--posthog-key-file=-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    piped.stdin.take().unwrap().write_all(KEY.as_bytes()).unwrap();
    assert!(piped.wait().unwrap().success());
    assert_fails(&with(&[]).output().unwrap(), "no key", 64, "personal API key");
    assert_fails(
        &with(&["--posthog-key-file=none"]).output().unwrap(),
        "no file",
        74,
        "cannot read the key",
    );
    let wrong = with(&[])
        .env("POSTHOG_API_KEY", "phx_other_canary")
        .output()
        .unwrap();
    assert_fails(&wrong, "wrong key", 77, "does not accept");
    let project = with(&[]).env("POSTHOG_API_KEY", "phc_canary").output().unwrap();
    assert_fails(&project, "project key", 64, "project's key");
}

#[test]
fn a_plain_address_is_fetched_inspected_and_rendered() {
    let server = healthy();
    let address = format!("http://{}/files/a.json?signature=canary", server.host());
    let folder = folder();
    succeed(&mut run(&folder, "render", &address));
    succeed(&mut run(&folder, "inspect", &address));
    let output = succeed(run(&folder, "fetch", &address).arg("-v"));
    assert!(!stderr(&output).contains("canary"), "{}", stderr(&output));
    let meta = sidecar(&folder);
    assert_eq!(meta["source"], "web");
    assert_eq!(meta["address"], format!("http://{}/files/a.json", server.host()));
    let calls = server.calls();
    assert_eq!(calls.len(), 3, "one for each command");
    for call in calls {
        assert_eq!(call.value("signature"), Some("canary"), "the server gets it");
        assert_eq!(call.authorization, None, "the key is PostHog's alone");
    }
    for (fault, code, says) in [
        (Fault::Status(403), 77, "refuses access (status 403)"),
        (Fault::Status(404), 66, "no such file"),
        (Fault::Status(500), 75, "has a fault"),
        (Fault::CutOff, 75, "in the middle of a reply"),
        (
            Fault::Silence(Duration::from_secs(3)),
            75,
            "did not answer in time",
        ),
    ] {
        let server = self::server(move |_| Some(fault.clone()));
        let address = format!("http://{}/files/a.json?signature=canary", server.host());
        let output = run(&folder, "fetch", &address).arg("--force").output().unwrap();
        assert_fails(&output, says, code, says);
    }
    let output = run(&folder, "inspect", &address)
        .arg("--max-input=50")
        .output()
        .unwrap();
    assert_fails(&output, "limit", 65, "larger than the limit of 50 bytes");
    let trickling = self::server(|_| Some(Fault::Trickle));
    let address = format!("http://{}/files/a.json", trickling.host());
    let output = run(&folder, "inspect", &address)
        .arg("--patience=2")
        .output()
        .unwrap();
    assert_fails(&output, "trickle", 75, "in time");
}

#[test]
fn the_key_is_nowhere_to_be_found() {
    let server = server(|call| (call.before == 0 && call.blocks() == Some((0, 19))).then_some(Fault::CutOff));
    let folder = folder();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).unwrap();
    // A browser that only tells what it was given.
    let browser = folder.path().join("browser");
    let told = folder.path().join("told");
    let script = format!(
        "#!/bin/sh\ntr '\\0' '\\n' < /proc/$$/environ > {0}\ntr '\\0' ' ' < /proc/$$/cmdline >> {0}\n",
        told.display()
    );
    fs::write(&browser, script).unwrap();
    fs::set_permissions(&browser, fs::Permissions::from_mode(0o755)).unwrap();
    let render = |address: &str| {
        let mut command = replaycast();
        command
            .args([
                "render",
                address,
                "-v",
                "--allow-host=127.0.0.1",
                "--block-cache=cache",
                "-o",
                "v.mp4",
                "--browser",
            ])
            .arg(&browser)
            .args(["--report=report.json", "--no-browser-sandbox"])
            .env("POSTHOG_API_KEY", KEY)
            .current_dir(folder.path());
        command
    };
    let mut outputs = vec![
        render(&server.address())
            .env("RUST_LOG", "trace")
            .output()
            .unwrap(),
    ];
    assert!(told.exists(), "the browser was started:\n{}", stderr(&outputs[0]));
    for command in ["fetch", "inspect", "render"] {
        let mut command = run(&folder, command, &server.address());
        outputs.push(command.env("RUST_LOG", "trace").output().unwrap());
    }
    let refused = self::server(|_| Some(Fault::Status(401)));
    outputs.push(run(&folder, "inspect", &refused.address()).output().unwrap());
    for output in &outputs {
        let text = [&output.stdout[..], &output.stderr[..]].concat();
        assert!(!holds(&text, KEY), "{}", stderr(output));
    }
    let files = files(folder.path());
    assert!(files.len() > 5, "{files:?}");
    for file in files {
        assert!(!holds(&fs::read(&file).unwrap(), KEY), "{}", file.display());
    }
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.file_name() != Some(OsStr::new("key")) {
            found.push(path);
        }
    }
    found
}
