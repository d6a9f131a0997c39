//! The command line as scripts see it: exit codes, messages, files and streams. Synthetic capture stands in for
//! the browser, so that everything here is quick.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

mod common;

use common::processes::{PATIENCE, names_in, within};
use common::{assert_fails, element, fixture, read_json, recording, replaycast, stderr, succeed, write};

/// A session of four seconds in which something happens every second.
fn four_seconds() -> Value {
    let body = element(10, "body", &json!({}), &[]);
    let moves: Vec<Value> = (0..=4)
        .map(|second| {
            json!({"type": 3, "timestamp": 1000 + 1000 * second, "data": {
                "source": 1, "positions": [{"x": 10 * second, "y": 20, "id": 10, "timeOffset": 0}],
            }})
        })
        .collect();
    recording(&body, &moves)
}

/// A folder with `session.json`, four seconds long.
fn workplace() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "session.json", &four_seconds());
    folder
}

/// A synthetic render, run inside of the folder.
fn render_in(folder: &Path, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Command {
    let mut command = replaycast();
    command
        .args(["render", "--capture=synthetic", "--fps=10"])
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null());
    command
}

/// What ffprobe finds in a video, decoded to its end.
fn probe(video: &Path) -> Value {
    let output = succeed(
        Command::new("ffprobe")
            .args(["-v", "error", "-count_frames", "-of", "json", "-show_entries"])
            .arg("format=duration,format_name:stream=codec_name,width,height,nb_read_frames")
            .arg(video),
    );
    assert_eq!(stderr(&output), "", "the video decodes without complaints");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn number(value: &Value) -> f64 {
    value
        .as_f64()
        .unwrap_or_else(|| value.as_str().unwrap().parse().unwrap())
}

/// The arguments of a render, its exit code, a part of its message, and whether a hint follows.
const FAILURES: &str = "
    cut.json -o new.mp4                                         | 65 | ends too early                        | hint
    empty.json -o new.mp4                                       | 65 | empty.json is empty                   | -
    blind.json -o new.mp4                                       | 65 | full snapshot                         | hint
    folder -o new.mp4                                           | 66 | folder is a directory                 | hint
    missing.json -o new.mp4                                     | 66 | missing.json does not exist           | -
    session.json -o new.mp4 --nope                              | 64 | --nope                                | -
    session.json -o new.mp4 --fps=0                             | 64 | --fps                                 | -
    session.json -o new.mp4 --speed=0                           | 64 | --speed                               | -
    session.json -o new.mp4 --deadline=0 --capture=damage       | 64 | --deadline                            | hint
    session.json -o new.mp4 --start=99                          | 64 | there is only 0 s to 4 s (1970-01-01T | -
    session.json -o new.mp4 --start=3 --end=2                   | 64 | not before --end 2 s                  | -
    session.json -o new.mp4 --size=99999x99999                  | 64 | 16x16 to 7680x4320                    | -
    session.json -o new.xyz                                     | 64 | '.xyz'; known are mp4, m4v, webm      | hint
    session.json -o new                                         | 64 | does not say its video format         | hint
    session.json -o new.webm --codec=h264                       | 64 | webm cannot hold h264                 | hint
    session.json -o nowhere/new.mp4                             | 64 | nowhere does not exist                | hint
    session.json -o folder --format=mp4                         | 64 | folder is a folder                    | -
    session.json -o new/ --format=mp4                           | 64 | new/ is named as a folder             | hint
    session.json -o link --format=png                           | 64 | link is a link to a folder            | hint
    session.json -o old.mp4                                     | 73 | old.mp4 exists                        | hint
    session.json -o new.mp4 --report=nowhere/r.json             | 64 | nowhere does not exist                | hint
    -                                                           | 64 | standard input                        | hint
    - -o new.mp4                                                | 65 | standard input is empty               | -
    s3://bucket/1.json -o new.mp4                               | 64 | cannot read s3 addresses              | hint
    http://127.0.0.1:9/1.json -o new.mp4                        | 64 | 127.0.0.1 is in a private network     | hint
    https://us.posthog.com/replay/0197 -o new.mp4               | 64 | no project                            | hint
    session.json -o new.mp4 --max-input=100                     | 65 | larger than the limit of 100 bytes    | hint
    session.json -o new.mp4 --session=2                         | 64 | no session '2'                        | hint
    session.json -o new.mp4 --capture=damage --browser=/no/such | 69 | /no/such                              | hint
";

#[test]
fn what_cannot_be_rendered_says_why_and_leaves_nothing() {
    let folder = workplace();
    let place = folder.path();
    let whole = fs::read_to_string(place.join("session.json")).unwrap();
    fs::write(place.join("cut.json"), &whole[..whole.len() / 2]).unwrap();
    fs::write(place.join("empty.json"), "").unwrap();
    let without_snapshot = json!([
        {"type": 3, "timestamp": 1, "data": {"source": 1, "positions": []}},
        {"type": 3, "timestamp": 2000, "data": {"source": 1, "positions": []}},
    ]);
    write(place, "blind.json", &without_snapshot);
    fs::create_dir(place.join("folder")).unwrap();
    symlink("folder", place.join("link")).unwrap();
    fs::write(place.join("old.mp4"), "old").unwrap();
    let before = names_in(place);

    for row in FAILURES.trim().lines() {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let [arguments, code, says, hint] = cells[..] else {
            panic!("not a row of four: {row}");
        };
        let mut command = replaycast();
        command.arg("render").args(arguments.split(' '));
        if !arguments.contains("--capture") {
            command.arg("--capture=synthetic");
        }
        let output = command.current_dir(place).stdin(Stdio::null()).output().unwrap();
        assert_fails(&output, arguments, code.parse().unwrap(), says, hint == "hint");
        assert_eq!(names_in(place), before, "{arguments}");
    }
    assert_eq!(fs::read(place.join("old.mp4")).unwrap(), b"old");
}

#[test]
fn force_replaces_the_old_output() {
    let folder = workplace();
    let video = folder.path().join("old.mp4");
    fs::write(&video, "old").unwrap();
    succeed(&mut render_in(
        folder.path(),
        ["session.json", "-o", "old.mp4", "--force", "--cfr"],
    ));
    assert_eq!(probe(&video)["streams"][0]["nb_read_frames"], "40");
    assert_eq!(names_in(folder.path()), ["old.mp4", "session.json"]);
}

#[test]
fn a_failed_render_keeps_the_old_output_even_by_force() {
    let folder = workplace();
    fs::write(folder.path().join("old.mp4"), "old").unwrap();
    let arguments = ["session.json", "-o", "old.mp4", "--force", "--start=99"];
    let output = render_in(folder.path(), arguments).output().unwrap();
    assert_fails(&output, "--force", 64, "beyond the end", false);
    assert_eq!(fs::read(folder.path().join("old.mp4")).unwrap(), b"old");
}

#[test]
fn the_output_is_named_after_the_input_and_is_private() {
    for (options, name) in [(vec![], "session.mp4"), (vec!["--format=webm"], "session.webm")] {
        let folder = workplace();
        let session = folder.path().join("session.json").into_os_string();
        let arguments = options.into_iter().map(OsString::from).chain([session]);
        // From elsewhere: the video still goes beside its recording.
        succeed(&mut render_in(Path::new("/"), arguments));
        assert_eq!(names_in(folder.path()), ["session.json", name]);
        let mode = fs::metadata(folder.path().join(name))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

#[test]
fn the_video_has_every_frame_and_the_whole_length() {
    // Bars change once a second; a constant rate has a frame for each place of the grid.
    for (options, frames, seconds) in [
        (&["--cfr"][..], 40, 4.0),
        (&["--cfr", "--speed=2"], 20, 2.0),
        (&["--cfr", "--start=1", "--end=3", "--fps=20"], 40, 2.0),
        (&["--cfr", "--fps=30000/1001"], 120, 120.0 * 1.001 / 30.0),
        (&[], 4, 4.0),
    ] {
        for name in ["video.mp4", "video.webm"] {
            let folder = workplace();
            let mut command = replaycast();
            command.args([
                "render",
                "session.json",
                "--capture=synthetic",
                "--size=160x90",
                "-o",
                name,
            ]);
            if !options.iter().any(|option| option.starts_with("--fps")) {
                command.arg("--fps=10");
            }
            succeed(command.args(options).current_dir(folder.path()));
            let found = probe(&folder.path().join(name));
            let stream = &found["streams"][0];
            let case = format!("{name} {options:?}: {found}");
            let counted = number(&stream["nb_read_frames"]) as i64;
            // Without --cfr a frame may close the last picture's time.
            let spare = if options.is_empty() { 3 } else { 0 };
            assert!((frames..=frames + spare).contains(&counted), "{case}");
            assert!(
                (number(&found["format"]["duration"]) - seconds).abs() < 0.002,
                "{case}"
            );
            assert_eq!(
                (&stream["width"], &stream["height"]),
                (&json!(160), &json!(90)),
                "{case}"
            );
        }
    }
}

#[test]
fn a_recording_can_come_from_standard_input() {
    let folder = workplace();
    let session = File::open(folder.path().join("session.json")).unwrap();
    succeed(render_in(folder.path(), ["-", "-o", "piped.mp4", "--cfr"]).stdin(session));
    let video = folder.path().join("piped.mp4");
    assert_eq!(probe(&video)["streams"][0]["nb_read_frames"], "40");
}

#[test]
fn standard_output_gets_the_video_and_nothing_else() {
    for (format, codec) in [("mp4", "h264"), ("webm", "vp9")] {
        let folder = workplace();
        let format_option = format!("--format={format}");
        let arguments = ["session.json", "-o", "-", "--cfr", "-v", &format_option];
        let output = succeed(&mut render_in(folder.path(), arguments));
        assert_eq!(names_in(folder.path()), ["session.json"]);
        // What was piped is byte for byte what would have been written.
        succeed(&mut render_in(
            folder.path(),
            ["session.json", "--cfr", &format_option],
        ));
        let video = folder.path().join("session").with_extension(format);
        assert!(output.stdout == fs::read(&video).unwrap(), "{format}");
        assert_eq!(probe(&video)["streams"][0]["codec_name"], codec);
    }
}

#[test]
fn a_standard_output_that_does_not_take_all_of_the_video_is_a_failure() {
    let folder = workplace();
    let arguments = ["session.json", "-o", "-", "--format=mp4", "--poster=new.png"];
    let full = File::options().write(true).open("/dev/full").unwrap();
    let output = render_in(folder.path(), arguments).stdout(full).output().unwrap();
    assert_fails(&output, "/dev/full", 74, "standard output", true);

    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = render_in(folder.path(), arguments)
        .stdout(writer)
        .output()
        .unwrap();
    assert_fails(&output, "a closed pipe", 74, "ended before it had all", false);
    // Nor is there anything beside a video that nobody has.
    assert_eq!(names_in(folder.path()), ["session.json"]);
}

#[test]
fn a_reader_of_text_may_go_away() {
    let folder = workplace();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = replaycast();
    command
        .args(["inspect", "session.json"])
        .current_dir(folder.path());
    let output = command.stdout(writer).output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(stderr(&output), "");
}

#[test]
fn a_video_is_there_even_if_its_report_cannot_be_written() {
    let folder = workplace();
    // It is taken while the render is under way, which waits for its recording.
    let (reader, mut writer) = std::io::pipe().unwrap();
    let arguments = ["-", "-o", "new.mp4", "--report=taken.json", "--poster=new.png"];
    let mut command = render_in(folder.path(), arguments);
    let child = command.stdin(reader).stderr(Stdio::piped()).spawn().unwrap();
    drop(command);
    let is_begun = || (names_in(folder.path()).len() == 4).then_some(());
    assert!(
        within(PATIENCE, is_begun).is_some(),
        "the outputs are staged first"
    );
    fs::write(folder.path().join("taken.json"), "taken").unwrap();
    writer.write_all(four_seconds().to_string().as_bytes()).unwrap();
    drop(writer);
    let output = child.wait_with_output().unwrap();
    assert_fails(&output, "a report", 73, "taken.json exists", true);
    assert_eq!(
        names_in(folder.path()),
        ["new.mp4", "new.png", "session.json", "taken.json"]
    );
    assert_eq!(fs::read(folder.path().join("taken.json")).unwrap(), b"taken");
}

#[test]
fn subtitles_may_have_nothing_to_tell() {
    let folder = workplace();
    for name in ["none.srt", "none.vtt"] {
        let arguments = [
            "session.json",
            "-o",
            "new.mp4",
            "--start=1",
            "--force",
            "--subtitles",
            name,
        ];
        succeed(&mut render_in(folder.path(), arguments));
        let text = fs::read_to_string(folder.path().join(name)).unwrap();
        assert!(!text.contains("-->"), "{text}");
    }
}

#[test]
fn frame_hashes_have_a_line_for_each_place_of_the_grid() {
    let folder = workplace();
    let hashes = folder.path().join("hashes.tsv");
    let arguments = [
        "session.json",
        "-o",
        "video.mp4",
        "--frame-hashes",
        "hashes.tsv",
        "--speed=2",
    ];
    succeed(&mut render_in(folder.path(), arguments));
    let text = fs::read_to_string(&hashes).unwrap();
    let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split('\t').collect()).collect();
    assert_eq!(lines.len(), 20);
    for (index, line) in lines.iter().enumerate() {
        let [number, pts_ms, session_ms, hash] = line[..] else {
            panic!("{line:?} has not four fields");
        };
        assert_eq!(number, index.to_string());
        assert_eq!(pts_ms, format!("{:.3}", 100.0 * index as f64));
        // The last frame shows how the session ended.
        let expected_ms = if index == 19 { 4000.0 } else { 200.0 * index as f64 };
        assert_eq!(session_ms, format!("{expected_ms:.3}"));
        assert!(
            hash.len() == 32 && hash.chars().all(|c| c.is_ascii_hexdigit()),
            "{hash}"
        );
    }
    // The bars change at every full second of the session and only there.
    for (before, after) in lines.iter().zip(&lines[1..]) {
        let second = |line: &[&str]| line[2].parse::<f64>().unwrap() as u64 / 1000;
        assert_eq!(
            before[3] == after[3],
            second(before) == second(after),
            "{after:?}"
        );
    }
}

#[test]
fn the_report_tells_what_was_rendered_and_maps_the_times() {
    let folder = tempfile::tempdir().unwrap();
    let (report, video) = (
        folder.path().join("report.json"),
        folder.path().join("video.webm"),
    );
    let arguments: Vec<OsString> = ["--size=160x90", "-o"]
        .map(OsString::from)
        .into_iter()
        .chain([video.clone().into(), "--report".into(), report.clone().into()])
        .chain([fixture("shop-checkout.json").into()])
        .collect();
    succeed(&mut render_in(folder.path(), &arguments));

    let report = read_json(&report);
    assert_eq!(report["input"]["format"], "rrweb-array");
    assert_eq!(report["input"]["windows"], json!(["main"]));
    assert_eq!(report["input"]["problems"], json!([]));
    assert!((number(&report["input"]["duration_s"]) - 36.218).abs() < 1e-6);
    assert_eq!(report["output"]["path"], video.to_str().unwrap());
    assert_eq!(report["output"]["format"], "webm");
    assert_eq!(report["output"]["codec"], "vp9");
    assert_eq!(report["output"]["size"], json!({"width": 160, "height": 90}));
    assert_eq!(report["output"]["fps"], "10");
    assert_eq!(report["output"]["bytes"], fs::metadata(&video).unwrap().len());
    assert_eq!(report["capture"]["method"], "synthetic");
    assert_eq!(report["missing_assets"], json!([]));
    for stage in ["total_s", "decode_s", "encode_s"] {
        assert!(number(&report["timings"][stage]) > 0.0, "{stage}");
    }

    // One idle gap of 7.3 s is cut to one second; the pieces join in the video and jump in the session.
    let pieces = report["time_map"].as_array().unwrap();
    assert_eq!(pieces.len(), 2, "{pieces:?}");
    let at = |piece: usize, name: &str| number(&pieces[piece][name]);
    assert!(at(0, "video_start_ms").abs() < 1e-9 && at(0, "session_start_ms").abs() < 1e-9);
    assert!((at(1, "session_end_ms") - 36_218.0).abs() < 1e-6);
    assert!((at(0, "video_end_ms") - at(1, "video_start_ms")).abs() < 1e-9);
    assert!(at(1, "session_start_ms") - at(0, "session_end_ms") > 6000.0);
    for piece in 0..2 {
        let video_ms = at(piece, "video_end_ms") - at(piece, "video_start_ms");
        let session_ms = at(piece, "session_end_ms") - at(piece, "session_start_ms");
        assert!((video_ms - session_ms).abs() < 1e-6, "speed 1 keeps lengths");
    }
    let frames = number(&report["output"]["frames"]);
    assert!(
        (frames - (at(1, "video_end_ms") / 100.0).floor() - 1.0).abs() < 1.1,
        "{frames}"
    );
    assert_eq!(
        probe(&video)["streams"][0]["nb_read_frames"],
        report["output"]["encoded_frames"].to_string()
    );
}

#[test]
fn progress_is_told_as_asked_and_quiet_is_silent() {
    let folder = workplace();
    let told = |options: &[&str]| {
        let arguments = [&["session.json", "-o", "video.mp4", "--force"], options].concat();
        let output = succeed(&mut render_in(folder.path(), arguments));
        assert!(output.stdout.is_empty());
        stderr(&output)
    };
    let json = told(&["--progress=json"]);
    let mut last = json
        .lines()
        .filter(|line| line.starts_with('{'))
        .map(|line| serde_json::from_str::<Value>(line).unwrap_or_else(|error| panic!("{line}: {error}")));
    let last = last.next_back().expect("at least the end is told");
    assert_eq!((&last["frames_done"], &last["frames"]), (&json!(40), &json!(40)));
    assert_eq!(last["percent"], 100);

    assert!(told(&["--progress=plain"]).contains("frame 40 of 40 (100%)"));
    assert!(!told(&["--progress=off"]).contains("frame 40"));
    for options in [&["-q"][..], &["--quiet", "--progress=json"]] {
        assert_eq!(told(options), "", "{options:?}");
    }
}

#[test]
fn help_and_version_are_answers() {
    for (arguments, says) in [
        (&["--help"][..], "Usage: replaycast"),
        (&["render", "--help"], "--max-size"),
        (&["render", "--help-all"], "--frame-hashes"),
        (&["inspect", "-h"], "--json"),
        (&["--version"], env!("CARGO_PKG_VERSION")),
    ] {
        let output = succeed(replaycast().args(arguments));
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.contains(says), "{arguments:?}:\n{text}");
        assert!(output.stderr.is_empty());
        assert!(
            !text.contains("synthetic"),
            "the test method is nobody's business:\n{text}"
        );
    }
    let output = replaycast().output().unwrap();
    assert_eq!(output.status.code(), Some(64), "no command is no answer");
}

#[test]
fn what_cannot_fit_leaves_nothing_and_a_preset_is_options() {
    let folder = tempfile::tempdir().unwrap();
    let video = folder.path().join("a.mp4");
    let shop = fixture("shop-checkout.json");
    let render = || {
        let mut command = replaycast();
        command.arg("render").arg(&shop).arg("-o").arg(&video);
        command.args(["--capture", "synthetic", "--end", "2", "--size", "320x180"]);
        command
    };
    let output = render().args(["--max-size", "500"]).output().unwrap();
    assert_eq!(output.status.code(), Some(65));
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("500 B") && told.contains("hint: "), "{told}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);

    let output = render().args(["--preset", "email"]).output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{told}");
    assert!(
        told.contains("15 fps") && told.contains("of at most 18.0 MB"),
        "{told}"
    );

    let absent = render().args(["--encoder", "nonsense"]).output().unwrap();
    assert_eq!(absent.status.code(), Some(64));
}

#[test]
fn a_session_is_chosen_by_its_number() {
    let folder = workplace();
    let path = folder.path().join("session.json");
    let inspect = |options: &[&str]| {
        let mut command = replaycast();
        command.arg("inspect").arg(&path).args(options);
        command
    };
    let one = succeed(&mut inspect(&["--session=1"])).stdout;
    assert_eq!(one, succeed(&mut inspect(&[])).stdout);
    let output = inspect(&["--session=2"]).output().unwrap();
    assert_fails(&output, "inspect", 64, "there is no session '2'", true);
    let arguments = ["session.json", "-o", "new.mp4", "--session=1"];
    succeed(&mut render_in(folder.path(), arguments));
    let arguments = ["session.json", "-o", "other.mp4", "--session=2"];
    let output = render_in(folder.path(), arguments).output().unwrap();
    assert_fails(&output, "render", 64, "there is no session '2'", true);
}

#[test]
fn hints_of_the_recording_cannot_command_the_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let end = json!({"type": 3, "timestamp": 2000, "data": {"source": 3, "id": 10, "x": 0, "y": 0}});
    let body = element(10, "body", &json!({}), &[]);
    let mut lines = String::new();
    for event in recording(&body, &[end]).as_array().unwrap() {
        lines += &json!(["\u{1b}[2Jtab\nerror: nothing\u{202e}", event]).to_string();
        lines.push('\n');
    }
    fs::write(folder.path().join("tabs.jsonl"), lines).unwrap();
    let arguments = ["tabs.jsonl", "-o", "new.mp4", "--window=other"];
    let output = render_in(folder.path(), arguments).output().unwrap();
    assert_fails(&output, "--window", 64, "no such window", true);
    let told = stderr(&output);
    assert!(told.contains(r"\u{1b}[2Jtab\nerror: nothing\u{202e}"), "{told}");
}

#[test]
fn a_standard_error_that_takes_nothing_changes_no_exit_code() {
    let folder = workplace();
    for (arguments, code) in [
        (["session.json", "-o", "new.mp4"], 0),
        (["session.json", "-o", "new.mp4"], 73),
        (["missing.json", "-o", "other.mp4"], 66),
    ] {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let mut command = render_in(folder.path(), arguments);
        let status = command.stderr(full).status().unwrap();
        assert_eq!(status.code(), Some(code), "{arguments:?}");
    }
}

/// A render's last line on standard error, with progress for programs.
fn told_to_a_program(folder: &Path, arguments: &str) -> (Option<i32>, Value, String) {
    let output = render_in(folder, arguments.split_whitespace())
        .env_remove("POSTHOG_API_KEY")
        .output()
        .unwrap();
    let told = stderr(&output);
    let last = told.lines().next_back().unwrap_or_default();
    let last = serde_json::from_str(last).unwrap_or_else(|error| panic!("{error}:\n{told}"));
    (output.status.code(), last, told)
}

#[test]
fn a_failure_is_told_to_programs_in_one_json_line() {
    let folder = workplace();
    fs::write(folder.path().join("old.mp4"), "old").unwrap();
    for (arguments, code, name, retry, says) in [
        (
            "missing.json -o a.mp4 --progress json",
            66,
            "INPUT_NOT_FOUND",
            "never",
            "missing.json",
        ),
        (
            "session.json -o old.mp4 --progress=json -q",
            73,
            "OUTPUT_EXISTS",
            "never",
            "old.mp4 exists",
        ),
        (
            "session.json -o a.mp4 --progress json --start 99",
            64,
            "USAGE",
            "never",
            "beyond the end",
        ),
        (
            "session.json -o a.mp4 --progress json --nope",
            64,
            "USAGE",
            "never",
            "'--nope'",
        ),
        (
            "session.json --progress=json --fps 0",
            64,
            "USAGE",
            "never",
            "'--fps <N>'",
        ),
    ] {
        let (exit_code, last, told) = told_to_a_program(folder.path(), arguments);
        assert_eq!(exit_code, Some(code), "{told}");
        let error = &last["error"];
        assert_eq!(
            (&error["code"], &error["exit_code"]),
            (&json!(name), &json!(code)),
            "{told}"
        );
        assert_eq!(error["retry"], retry, "{told}");
        assert!(error["message"].as_str().unwrap().contains(says), "{told}");
        assert!(error["hint"].is_string() || error["hint"].is_null(), "{told}");
        assert!(!told.contains("error: ") && !told.contains("hint: "), "{told}");
    }
    let arguments = "session.json -o a.mp4 --progress json --capture=damage --browser=/no/such";
    let mut command = replaycast();
    command
        .arg("render")
        .args(arguments.split(' '))
        .current_dir(folder.path());
    let told = stderr(&command.output().unwrap());
    let last: Value = serde_json::from_str(told.lines().next_back().unwrap()).unwrap();
    assert_eq!(last["error"]["code"], "NO_BROWSER");
    assert_eq!(last["error"]["retry"], "on-another-host");
    assert!(last["error"]["hint"].is_string(), "{told}");
}
