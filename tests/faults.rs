//! What a render leaves behind when it, its browser or its disk fails in the middle: the exit code that the
//! contract names, no process, no half-written file, the old output as it was.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::fs::{self, Permissions};
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use replaycast::browser::{BrowserUse, find_browser};
use rustix::process::{Pid, Signal, kill_process};

mod common;

use common::processes::{PATIENCE, Process, Run, SHORT, names_in, open_folder, within};
use common::{fixture, read_json, replaycast, skip, stderr, succeed};

/// The contract: no process is left after this.
const GONE: Duration = Duration::from_secs(3);
/// The contract: a signal ends the program within this.
const SIGNALLED: Duration = Duration::from_secs(5);
/// Far below any deadline of a call: a death was noticed, not waited for.
const PROMPT: Duration = Duration::from_secs(10);

const OLD: &str = "the old video";

/// A render in its middle, with an old output in its place.
fn replacing(options: &[&str]) -> Run {
    Run::in_the_middle_with(options, |folder, command| {
        fs::write(folder.join("video.mp4"), OLD).unwrap();
        command.arg("--force");
    })
}

/// Insists on the old output and nothing beside it: no part file, no folder of a browser.
fn assert_untouched(run: &Run) {
    assert_eq!(names_in(run.folder()), ["stderr", "temp", "video.mp4"]);
    assert_eq!(fs::read_to_string(run.output()).unwrap(), OLD);
    assert_eq!(run.run_folders(), Vec::<PathBuf>::new());
}

fn assert_fails(run: &mut Run, limit: Duration, code: i32, says: &[&str]) {
    let message = run.fails_within(limit, code);
    for part in says {
        assert!(message.contains(part), "no '{part}' in: {message}");
    }
}

/// Renders a second of the shop recording with this TMPDIR.
fn short_render(temp: &Path, output: &Path) -> Command {
    let mut command = replaycast();
    command
        .arg("render")
        .arg(fixture("shop-checkout.json"))
        .args(SHORT)
        .arg("--output")
        .arg(output)
        .env("TMPDIR", temp);
    command
}

#[test]
fn a_killed_run_leaves_no_process_and_the_next_one_sweeps_its_folder() {
    for stopped in [false, true] {
        let mut run = replacing(&[]);
        if stopped {
            // A stopped browser does not notice that its pipe closes.
            for process in run.browser_processes() {
                process.signal(Signal::STOP);
            }
        }
        run.signal(Signal::KILL);
        run.is_gone_within(GONE);
        run.ends_within(GONE);
        assert_eq!(
            fs::read_to_string(run.output()).unwrap(),
            OLD,
            "stopped: {stopped}"
        );
        assert_eq!(run.run_folders().len(), 1, "stopped: {stopped}");

        if stopped {
            succeed(&mut short_render(&run.temp(), &run.folder().join("next.mp4")));
            assert_eq!(run.run_folders(), Vec::<PathBuf>::new());
        }
    }
}

#[test]
fn a_dead_browser_ends_the_render() {
    let mut run = replacing(&[]);
    run.browser().signal(Signal::KILL);
    assert_fails(
        &mut run,
        PROMPT,
        75,
        &["frame ", "session time", "the browser ended"],
    );
    run.is_gone_within(GONE);
    assert_untouched(&run);
}

#[test]
fn a_dead_renderer_ends_the_render_at_once() {
    let mut run = replacing(&[]);
    let renderers: Vec<_> = run
        .browser_processes()
        .into_iter()
        .filter(Process::is_renderer)
        .collect();
    assert!(!renderers.is_empty(), "{:#?}", run.browser_processes());
    for renderer in renderers {
        renderer.signal(Signal::KILL);
    }
    assert_fails(
        &mut run,
        PROMPT,
        75,
        &["frame ", "session time", "the page crashed"],
    );
    run.is_gone_within(GONE);
    assert_untouched(&run);
}

#[test]
fn a_browser_that_hangs_meets_the_deadline() {
    let mut run = replacing(&["--deadline=2"]);
    for process in run.browser_processes() {
        process.signal(Signal::STOP);
    }
    assert_fails(&mut run, PROMPT, 75, &["frame ", "did not answer", "within 2 s"]);
    run.is_gone_within(GONE);
    assert_untouched(&run);
}

#[test]
fn signals_end_a_render_cleanly() {
    for (signal, code, says) in [
        (Signal::INT, 130, "interrupted"),
        (Signal::QUIT, 130, "quit"),
        (Signal::TERM, 143, "terminated"),
        (Signal::HUP, 143, "the terminal went away"),
    ] {
        let mut run = replacing(&[]);
        run.signal(signal);
        assert_fails(&mut run, SIGNALLED, code, &[says, "no output was written"]);
        run.is_gone_within(GONE);
        assert_untouched(&run);
    }
}

#[test]
fn a_signal_ends_the_wait_for_a_browser_that_hangs() {
    for _ in 0..4 {
        let mut run = replacing(&[]);
        for process in run.browser_processes() {
            process.signal(Signal::STOP);
        }
        run.signal(Signal::TERM);
        assert_fails(&mut run, SIGNALLED, 143, &["terminated"]);
        run.is_gone_within(GONE);
        assert_untouched(&run);
    }
}

/// Checks that a program ends with this code soon after a signal.
#[track_caller]
fn assert_ends(mut child: Child, code: i32) {
    let status = within(SIGNALLED, || child.try_wait().unwrap());
    let _ = child.kill();
    let output = child.wait_with_output().unwrap();
    assert_eq!(
        status.and_then(|status| status.code()),
        Some(code),
        "{}",
        stderr(&output)
    );
}

/// Fails if no output is begun in a folder that was empty.
fn wait_until_staged(folder: &Path) {
    let waits = || (!names_in(folder).is_empty()).then_some(());
    assert!(within(PATIENCE, waits).is_some(), "the output is staged first");
}

#[test]
fn a_signal_ends_the_wait_for_standard_input() {
    let folder = open_folder();
    let (reader, _writer) = std::io::pipe().unwrap();
    let child = replaycast()
        .args(["render", "-", "--capture=synthetic", "--output=video.mp4"])
        .current_dir(folder.path())
        .stdin(reader)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let id = Pid::from_child(&child);
    wait_until_staged(folder.path());
    kill_process(id, Signal::INT).unwrap();
    assert_ends(child, 130);
    assert_eq!(names_in(folder.path()), Vec::<String>::new());
}

#[test]
fn a_render_that_is_to_outlive_its_terminal_does() {
    let folder = open_folder();
    let (reader, writer) = std::io::pipe().unwrap();
    let mut child = Command::new("sh")
        .args(["-c", "trap '' HUP; exec \"$0\" \"$@\""])
        .arg(env!("CARGO_BIN_EXE_replaycast"))
        .args(["render", "-", "--capture=synthetic", "--output=video.mp4"])
        .current_dir(folder.path())
        .stdin(reader)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    wait_until_staged(folder.path());
    kill_process(Pid::from_child(&child), Signal::HUP).unwrap();
    let ended = within(Duration::from_secs(1), || child.try_wait().unwrap());
    assert_eq!(ended, None);
    // What it then reads is no recording.
    drop(writer);
    assert_ends(child, 65);
}

/// A page of empty elements, and so many clicks on it that all of them are long looked into.
fn long_to_plan(clicks: usize) -> String {
    let empty =
        |id: usize| format!(r#"{{"type":2,"tagName":"i","attributes":{{}},"childNodes":[],"id":{id}}}"#);
    let nodes: Vec<String> = (2..450).map(empty).collect();
    let mut events = vec![
        r#"{"type":4,"timestamp":1000,"data":{"href":"https://a.test/","width":320,"height":240}}"#
            .to_owned(),
        format!(
            r#"{{"type":2,"timestamp":1000,"data":{{"node":{{"type":0,"childNodes":[{}],"id":1}}}}}}"#,
            nodes.join(",")
        ),
    ];
    events.extend((0..clicks).map(|number| {
        let timestamp = 1000 + number;
        format!(r#"{{"type":3,"timestamp":{timestamp},"data":{{"source":2,"type":2,"id":1}}}}"#)
    }));
    format!("[{}]", events.join(","))
}

#[test]
fn a_signal_ends_the_work_before_the_first_picture() {
    let folder = open_folder();
    fs::write(folder.path().join("session.json"), long_to_plan(100_000)).unwrap();
    let child = replaycast()
        .args([
            "render",
            "session.json",
            "--capture=synthetic",
            "--output=video.mp4",
        ])
        .current_dir(folder.path())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let is_planning = || {
        let threads = fs::read_dir(format!("/proc/{}/task", child.id()))
            .unwrap()
            .flatten();
        let mut names = threads.filter_map(|thread| fs::read_to_string(thread.path().join("comm")).ok());
        names.any(|name| name.trim() == "planner").then_some(())
    };
    assert!(within(PATIENCE, is_planning).is_some(), "it plans aside");
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    assert_ends(child, 143);
    assert_eq!(names_in(folder.path()), ["session.json"]);
}

#[test]
fn a_file_larger_than_the_shell_allows_is_an_error_as_any_other() {
    let folder = open_folder();
    let output = Command::new("sh")
        .args(["-c", "ulimit -f 8; exec \"$@\"", "sh"])
        .arg(replaycast().get_program())
        .args([
            "render",
            "--capture=synthetic",
            "--quality=lossless",
            "--output=video.mp4",
        ])
        .arg(fixture("shop-checkout.json"))
        .current_dir(folder.path())
        .output()
        .unwrap();
    let told = stderr(&output);
    assert_eq!(output.status.code(), Some(74), "{told}");
    assert!(told.contains("File too large"), "{told}");
    assert_eq!(names_in(folder.path()), Vec::<String>::new());
}

#[test]
fn a_signal_ends_the_wait_for_a_reader_of_text() {
    let (_reader, mut writer) = std::io::pipe().unwrap();
    let room = rustix::pipe::fcntl_setpipe_size(&writer, 4096).unwrap();
    writer.write_all(&vec![b' '; room]).unwrap();
    let child = replaycast()
        .arg("inspect")
        .arg(fixture("shop-checkout.json"))
        .stdout(writer)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let id = Pid::from_child(&child);
    // There is no sign that it waits; a signal before that ends it, too.
    thread::sleep(Duration::from_secs(1));
    kill_process(id, Signal::TERM).unwrap();
    assert_ends(child, 143);
}

#[test]
fn a_signal_ends_the_wait_for_a_reader_of_standard_output() {
    let folder = open_folder();
    let (mut reader, writer) = std::io::pipe().unwrap();
    rustix::pipe::fcntl_setpipe_size(&writer, 4096).unwrap();
    let mut child = replaycast()
        .args(["render", "--capture=synthetic", "--size=320x180", "--output=-"])
        .arg(fixture("shop-checkout.json"))
        .env("TMPDIR", folder.path())
        .stdout(writer)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The first byte shows that the video is complete; the rest does not fit into the pipe.
    reader.read_exact(&mut [0]).unwrap();
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    let status = within(SIGNALLED, || child.try_wait().unwrap());
    drop(reader);
    let output = child.wait_with_output().unwrap();
    let told = stderr(&output);
    assert_eq!(status.and_then(|status| status.code()), Some(143), "{told}");
    assert!(
        told.contains("no complete video was written to standard output"),
        "{told}"
    );
    assert_eq!(names_in(folder.path()), Vec::<String>::new());
}

#[test]
fn a_signal_leaves_nothing_of_a_folder_of_pictures() {
    for _ in 0..20 {
        let folder = open_folder();
        let child = replaycast()
            .arg("render")
            .arg(fixture("shop-checkout.json"))
            .args(["--capture=synthetic", "--format=png", "--output=frames"])
            .args(["--size=64x64", "--cfr", "--fps=60", "--idle=keep", "--speed=0.1"])
            .current_dir(folder.path())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let is_writing = || {
            let part = names_in(folder.path()).pop()?;
            (names_in(&folder.path().join(part)).len() > 50).then_some(())
        };
        assert!(within(PATIENCE, is_writing).is_some(), "pictures are written");
        kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
        assert_ends(child, 143);
        assert_eq!(names_in(folder.path()), Vec::<String>::new());
    }
}

#[test]
fn a_signal_ends_the_wait_for_a_browser_that_does_not_start() {
    let mut run = Run::start_with(SHORT, |folder, command| {
        let hangs = script(folder, "hangs", "sleep 600");
        command.arg("--browser").arg(hangs);
    });
    run.browser();
    run.signal(Signal::TERM);
    assert_fails(&mut run, SIGNALLED, 143, &["terminated"]);
    run.is_gone_within(GONE);
    assert_eq!(run.run_folders(), Vec::<PathBuf>::new());
}

#[test]
fn a_signal_ends_the_wait_for_a_browser_that_draws_nothing() {
    let browser = find_browser(None, BrowserUse::OnDisplay).unwrap();
    let mut run = Run::start_with(
        &[SHORT, &["--capture=framebuffer"]].concat(),
        |folder, command| {
            let away = format!("exec {} \"$@\" --window-position=9000,9000", browser.display());
            command.arg("--browser").arg(script(folder, "away", &away));
        },
    );
    run.browser();
    let has_page = || {
        run.browser_processes()
            .iter()
            .any(Process::is_renderer)
            .then_some(())
    };
    assert!(within(PATIENCE, has_page).is_some(), "{}", run.stderr());
    // Until it is looked for what it draws.
    thread::sleep(Duration::from_secs(1));
    run.signal(Signal::TERM);
    assert_fails(&mut run, SIGNALLED, 143, &["terminated"]);
    run.is_gone_within(GONE);
    assert_eq!(run.run_folders(), Vec::<PathBuf>::new());
}

/// A program for the shell, in a place where the browser's user can run it.
fn script(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, format!("#!/bin/bash\n{text}\n")).unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
    path
}

#[test]
fn a_browser_that_fails_to_start_is_quoted() {
    for (text, says) in [
        (
            "echo noise >&2; echo no usable sandbox >&2; exit 1",
            "no usable sandbox",
        ),
        ("exit 7", "exit status: 7"),
        ("kill -SEGV $$", "signal: 11"),
    ] {
        let folder = open_folder();
        let browser = script(folder.path(), "fails", text);
        let output = short_render(folder.path(), &folder.path().join("video.mp4"))
            .arg("--browser")
            .arg(&browser)
            .output()
            .unwrap();
        let told = stderr(&output);
        assert_eq!(output.status.code(), Some(69), "{told}");
        assert!(told.contains("cannot start") && told.contains(says), "{told}");
        assert!(told.contains("\nhint: "), "{told}");
        let left: Vec<String> = names_in(folder.path())
            .into_iter()
            .filter(|name| name != "fails" && !name.starts_with("replaycast-"))
            .collect();
        assert_eq!(left, Vec::<String>::new());
    }
}

#[test]
fn a_browser_is_found_from_the_folder_that_the_user_is_in() {
    let browser = find_browser(None, BrowserUse::Headless).unwrap();
    let folder = open_folder();
    script(
        folder.path(),
        "ours",
        &format!("exec {} \"$@\"", browser.display()),
    );
    let output = folder.path().join("video.mp4");
    succeed(
        short_render(folder.path(), &output)
            .args(["--browser=./ours", "--capture=screenshot"])
            .current_dir(folder.path()),
    );
}

#[test]
fn a_browser_without_begin_frame_takes_screenshots() {
    let browser = find_browser(None, BrowserUse::Headless).unwrap();
    let folder = open_folder();
    // Takes the wish for beginFrame out of the flags and out of the protocol's messages.
    let ordinary = format!(
        r#"for flag; do
            case $flag in
                --enable-begin-frame-control | --deterministic-mode) ;;
                *) flags+=("$flag") ;;
            esac
        done
        exec {} "${{flags[@]}}" 3< <(sed -zu s/enableBeginFrameControl/without/ <&3)"#,
        browser.display()
    );
    let ordinary = script(folder.path(), "ordinary", &ordinary);
    let report = folder.path().join("report.json");
    let render = |name: &str| {
        let mut command = short_render(folder.path(), &folder.path().join(name));
        command.arg("--browser").arg(&ordinary);
        command
    };
    let output = succeed(render("video.mp4").arg("--report").arg(&report));
    assert!(
        stderr(&output).contains("capture by damage does not work here"),
        "{}",
        stderr(&output)
    );
    let report = read_json(&report);
    assert_eq!(report["capture"]["method"], "screenshot");
    assert_eq!(report["output"]["frames"], 5);

    let output = render("damage.mp4").arg("--capture=damage").output().unwrap();
    let told = stderr(&output);
    assert_eq!(output.status.code(), Some(69), "{told}");
    assert!(
        told.contains("gives no frames on demand") && told.contains("--capture screenshot"),
        "{told}"
    );
    assert!(!folder.path().join("damage.mp4").exists());
}

#[test]
fn two_renders_at_once_leave_each_other_alone() {
    let mut run = Run::in_the_middle(&[]);
    succeed(&mut short_render(&run.temp(), &run.folder().join("second.mp4")));
    // The first one's folder and browser are still there, and it goes on.
    assert_eq!(run.run_folders().len(), 1);
    let told = run.stderr().len();
    let goes_on = within(PATIENCE, || (run.stderr().len() > told).then_some(()));
    assert!(goes_on.is_some(), "{}", run.stderr());
    run.signal(Signal::INT);
    assert_fails(&mut run, SIGNALLED, 130, &["interrupted"]);
}

#[test]
fn a_full_disk_is_told_and_the_old_output_stays() {
    // Two pages hold the old output and too little of the new one.
    let on_a_tiny_disk = r#"
        mount -t tmpfs -o size=8k,mode=755 none tiny || exit 99
        printf %s "$OLD" > tiny/video.mp4
        "$@"
        code=$?
        echo "$code $(ls -A tiny) $(cat tiny/video.mp4)"
    "#;
    for (place, arguments, way_out) in [
        (
            "the output",
            &["--output=tiny/video.mp4", "--force"][..],
            "with --output",
        ),
        ("the temporary folder", &["--output=-", "--format=mp4"], "TMPDIR"),
        (
            "the kept frames",
            &["--output=tiny/video.mp4", "--force", "--max-size=1MB"],
            "with --output",
        ),
        (
            "the frames",
            &["--output=new.mp4", "--frames=tiny/frames"],
            "tiny/frames, or choose another place with --frames",
        ),
        (
            "the hashes",
            &["--output=new.mp4", "--frame-hashes=tiny/hashes"],
            "tiny/hashes, or choose another place with --frame-hashes",
        ),
    ] {
        let folder = open_folder();
        fs::create_dir(folder.path().join("tiny")).unwrap();
        let output = Command::new("unshare")
            .args(["--mount", "--map-root-user", "bash", "-c", on_a_tiny_disk, "bash"])
            .arg(env!("CARGO_BIN_EXE_replaycast"))
            .arg("render")
            .arg(fixture("shop-checkout.json"))
            .args(["--capture=synthetic", "--size=640x360", "--cfr"])
            .args(arguments)
            .current_dir(folder.path())
            .env("TMPDIR", folder.path().join("tiny"))
            .env("OLD", OLD)
            .output();
        let Ok(output) = output else {
            skip("unshare is not installed");
            return;
        };
        let told = stderr(&output);
        let result = String::from_utf8_lossy(&output.stdout).into_owned();
        if result.is_empty() {
            skip(&format!("no file system can be mounted here: {told}"));
            return;
        }
        assert_eq!(
            result.trim_end(),
            format!("74 video.mp4 {OLD}"),
            "{place}: {told}"
        );
        assert_eq!(
            told.lines().filter(|line| line.starts_with("error: ")).count(),
            1,
            "{told}"
        );
        assert!(told.contains("No space left"), "{place}: {told}");
        assert!(told.contains("\nhint: Free some space there"), "{place}: {told}");
        assert!(told.contains(way_out), "{place}: {told}");
        assert!(!told.contains(".part"), "{place}: {told}");
    }
}
