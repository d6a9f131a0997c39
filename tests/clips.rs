//! Parts of a session as videos of their own: `--clip`, `--around` and `--trim-start`, several in one render, and the
//! map from session time to video time of each.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::{Value, json};

use common::video::{Video, assert_color, render_recording};
use common::{element, fixture, read_json, recording, replaycast, stderr, succeed, text, write};

/// Renders into a folder, with arguments as on a command line.
fn run(folder: &Path, input: &Path, arguments: &str) -> Output {
    let mut command = replaycast();
    command.current_dir(folder);
    command.env("XDG_CACHE_HOME", folder);
    command
        .arg("render")
        .arg(input)
        .args(arguments.split_whitespace());
    command.output().unwrap()
}

fn render(folder: &Path, input: &Path, arguments: &str) {
    let output = run(folder, input, arguments);
    assert!(output.status.success(), "{arguments}: {}", stderr(&output));
}

#[test]
fn clips_of_one_render_are_what_each_is_alone() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let input = fixture("shop-checkout.json");
    let look = "--quiet --size 320x180 --fps 12 --jobs 2";
    // The second shows something that depends on what was drawn before if that is not forgotten; the third overlaps it.
    let clips = "--clip 2+1.5 --clip 8..10 --clip 9.03+1";
    let names = "-o clip-{n}.mp4 --frame-hashes clip-{n}.tsv --poster clip-{n}.png --report clip-{n}.json";
    render(folder.path(), &input, &format!("{look} {clips} {names}"));
    for (number, range, start_ms, end_ms) in [
        (1, "--start 2 --end 3.5", 2000.0, 3500.0),
        (2, "--start 8 --end 10", 8000.0, 10_000.0),
        (3, "--start 9.03 --end 10.03", 9030.0, 10_030.0),
    ] {
        let names = "-o alone.mp4 --frame-hashes alone.tsv --poster alone.png --force";
        render(folder.path(), &input, &format!("{look} {range} {names}"));
        for extension in ["tsv", "mp4", "png"] {
            let (together, alone) = (
                fs::read(at(&format!("clip-{number}.{extension}"))).unwrap(),
                fs::read(at(&format!("alone.{extension}"))).unwrap(),
            );
            assert!(together == alone, "clip {number}: the {extension} files differ");
        }
        let report = read_json(&at(&format!("clip-{number}.json")));
        assert_eq!(report["clip"], json!({"number": number, "of": 3}));
        assert_eq!(
            report["time_map"],
            json!([{
                "video_start_ms": 0.0, "video_end_ms": end_ms - start_ms,
                "session_start_ms": start_ms, "session_end_ms": end_ms,
            }])
        );
    }
}

const STEP_MS: u64 = 250;

/// The colour of the page in one step of the session.
fn color_of_step(step: u64) -> [u8; 3] {
    [(step % 6 * 45) as u8, (step / 6 % 6 * 45) as u8, 90]
}

/// Twenty seconds in which the page gets another colour every 250 ms, with clicks at these seconds.
fn colors(clicks: &[u64]) -> Value {
    let style = |step: u64| {
        let [red, green, blue] = color_of_step(step);
        format!("margin: 0; height: 100vh; background: rgb({red}, {green}, {blue})")
    };
    let mut then: Vec<Value> = (1..=20_000 / STEP_MS)
        .map(|step| {
            let change = json!([{"id": 5, "attributes": {"style": style(step)}}]);
            json!({"type": 3, "timestamp": 1000 + step * STEP_MS,
                "data": {"source": 0, "texts": [], "adds": [], "removes": [], "attributes": change}})
        })
        .collect();
    then.extend(clicks.iter().map(|second| {
        json!({"type": 3, "timestamp": 1000 + second * 1000,
            "data": {"source": 2, "type": 2, "id": 5, "x": 1, "y": 1}})
    }));
    then.sort_by_key(|event| event["timestamp"].as_u64());
    recording(&element(5, "body", &json!({"style": style(0)}), &[]), &then)
}

/// Which moment of the session a time map gives for a time of the video.
fn session_ms(map: &Value, video_ms: f64) -> f64 {
    let pieces = map.as_array().unwrap();
    let number = |piece: &Value, name: &str| piece[name].as_f64().unwrap();
    let piece = pieces
        .iter()
        .rfind(|piece| number(piece, "video_start_ms") <= video_ms)
        .unwrap();
    let [v0, v1, s0, s1] = [
        "video_start_ms",
        "video_end_ms",
        "session_start_ms",
        "session_end_ms",
    ]
    .map(|name| number(piece, name));
    s0 + (video_ms - v0) * (s1 - s0) / (v1 - v0)
}

#[test]
fn the_time_map_of_each_clip_tells_what_its_pictures_show() {
    const FPS: f64 = 40.0;
    let folder = tempfile::tempdir().unwrap();
    let input = write(folder.path(), "colors.json", &colors(&[3, 9, 16]));
    let arguments = "--quiet --size 64x48 --fps 40 --cursor none --speed 2 --idle skip:2:1 --no-idle-mark --quality high \
        --clip 1.1..18.03 --around 9:2.3:0.7 -o {n}.mp4 --report {n}.json";
    render(folder.path(), &input, arguments);
    // Times that look random, the same in each run (a linear congruential generator).
    let mut state = 12_345_u64;
    let mut random = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    for (number, cuts) in [(1, 3), (2, 1)] {
        let video = Video::decode(&folder.path().join(format!("{number}.mp4")));
        let report = read_json(&folder.path().join(format!("{number}.json")));
        let map = &report["time_map"];
        assert_eq!(map.as_array().unwrap().len(), cuts + 1, "{map}");
        let mut compared = 0;
        while compared < 30 {
            let frame = (random() * (video.duration_ms * FPS / 1000.0 - 1.0)).floor();
            let video_ms = frame * 1000.0 / FPS;
            let session_ms = session_ms(map, video_ms);
            // Rounding would decide what is to be seen at the very moment of a change.
            let into_step = session_ms % STEP_MS as f64;
            if (1.0..STEP_MS as f64 - 1.0).contains(&into_step) {
                let picture = video.at(video_ms.ceil() as u64);
                assert_color(&picture, (32, 20), color_of_step(session_ms as u64 / STEP_MS));
                compared += 1;
            }
        }
    }
}

/// Blank for 2 s, then red with a text in it; an error at 5 s, a custom event at 7 s, and the end at 9 s.
fn loading() -> Value {
    let event = |second: u64, kind: u8, data: Value| json!({"type": kind, "timestamp": 1000 + second * 1000, "data": data});
    let app = element(
        10,
        "div",
        &json!({"style": "height: 240px; background: rgb(200, 30, 30)"}),
        &[text(11, "Hello")],
    );
    recording(
        &element(
            5,
            "body",
            &json!({"style": "margin: 0"}),
            &[element(6, "div", &json!({"id": "root"}), &[])],
        ),
        &[
            event(
                2,
                3,
                json!({"source": 0, "texts": [], "removes": [], "attributes": [],
                    "adds": [{"parentId": 6, "nextId": null, "node": app}]}),
            ),
            event(3, 3, json!({"source": 2, "type": 2, "id": 10, "x": 5, "y": 5})),
            event(
                5,
                6,
                json!({"plugin": "rrweb/console@1", "payload": {"level": "error", "payload": ["\"it broke\""], "trace": []}}),
            ),
            event(7, 5, json!({"tag": "sign-up", "payload": {}})),
            event(9, 3, json!({"source": 2, "type": 2, "id": 10, "x": 5, "y": 5})),
        ],
    )
}

#[test]
fn a_blank_start_is_left_out() {
    let rendered = render_recording(&loading(), "--fps 5 --trim-start --idle keep --cursor none");
    assert!((rendered.hashes[0].session_ms - 2000.0).abs() < 1e-6);
    assert_color(&rendered.at(0), (160, 200), [200, 30, 30]);
    assert!((rendered.video.duration_ms - 7000.0).abs() < 1.0);
}

/// The files in a folder, but for the recording and what is cached.
fn files(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "s.json" && name != "replaycast")
        .collect();
    names.sort();
    names
}

#[test]
fn clips_have_files_of_their_own() {
    for (arguments, expected) in [
        ("--clip 1+2", &["s.mp4"][..]),
        ("--clip 1+2 --clip 4+2 --format webm", &["s-1.webm", "s-2.webm"]),
        ("--around error", &["s-1.mp4"]),
        ("--around click:hello:0.5:1 -o {n}.gif", &["1.gif", "2.gif"]),
        (
            "--around error --around custom:sign-up:0:1 --clip 2+1 -o v{n}.mp4 --subtitles v{n}.vtt --contact-sheet v{n}.png",
            &["v1.mp4", "v1.png", "v1.vtt", "v2.mp4", "v2.png", "v2.vtt"],
        ),
        // Without a number there is one file, for the first.
        ("--around click:hello:0.5:1 -o a.mp4", &["a.mp4"]),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let input = write(folder.path(), "s.json", &loading());
        render(
            folder.path(),
            &input,
            &format!("--quiet --capture synthetic --fps 5 {arguments}"),
        );
        assert_eq!(files(folder.path()), expected, "{arguments}");
    }
}

#[test]
fn the_first_of_very_many_clips_is_made_if_one_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let fault = |second: u64| {
        json!({"type": 6, "timestamp": 1000 + second * 1000, "data":
            {"plugin": "rrweb/console@1", "payload": {"level": "error", "payload": ["\"no\""], "trace": []}}})
    };
    let faults: Vec<Value> = (1..=150).map(fault).collect();
    let input = write(
        folder.path(),
        "s.json",
        &recording(&element(5, "body", &json!({}), &[]), &faults),
    );
    let arguments = "--capture synthetic --fps 5 --idle keep --around error:0.2:0.2";
    let one = run(folder.path(), &input, &format!("{arguments} -o a.mp4"));
    assert!(one.status.success(), "{}", stderr(&one));
    assert!(
        stderr(&one).contains("the first of 150 clips is made"),
        "{}",
        stderr(&one)
    );
    assert!(stderr(&one).contains("a.mp4: 0.4 s"), "{}", stderr(&one));
    let all = run(folder.path(), &input, &format!("{arguments} -o {{n}}.mp4"));
    assert_eq!(all.status.code(), Some(64));
    assert!(
        stderr(&all).contains("150 clips are asked for; 100 are the most"),
        "{}",
        stderr(&all)
    );
    assert_eq!(files(folder.path()), ["a.mp4"]);
}

#[test]
fn a_video_is_as_long_as_it_was_said_to_be() {
    let folder = tempfile::tempdir().unwrap();
    let input = write(folder.path(), "s.json", &loading());
    for (arguments, length) in [
        ("--end 8.34", "8.4 s"),
        // A single frame shows the end of its part, and words about any moment of that.
        (
            "--clip 3+0.1 --annotate 3:Look --poster-at 3 --poster p.png",
            "0.2 s",
        ),
    ] {
        let output = run(
            folder.path(),
            &input,
            &format!("--capture synthetic --fps 5 --idle keep --force {arguments}"),
        );
        let told = stderr(&output);
        assert!(output.status.success(), "{told}");
        assert!(
            told.contains(&format!(" of session, {length} of video at ")),
            "{told}"
        );
        assert!(told.contains(&format!("s.mp4: {length}, ")), "{told}");
    }
}

#[test]
fn subtitles_and_folders_are_those_of_each_clip() {
    let folder = tempfile::tempdir().unwrap();
    let input = write(folder.path(), "s.json", &loading());
    let names = "--format png -o p{n} --subtitles {n}.vtt --poster-at 7.5 --poster {n}.jpg";
    let arguments = format!("--quiet --capture synthetic --fps 5 --clip 2+2 --clip 4.5+4 {names}");
    render(folder.path(), &input, &arguments);
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    assert_eq!(
        read("1.vtt"),
        "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nClick: “Hello”\n\n"
    );
    let second = read("2.vtt");
    assert!(
        second.contains("00:00:00.500 --> 00:00:02.500\nError: it broke"),
        "{second}"
    );
    let index: Value = serde_json::from_str(&read("p2/index.json")).unwrap();
    let whole = |frame: &Value, name: &str| frame[name].as_f64().unwrap() as u64;
    let frames: Vec<(u64, u64)> = index["frames"]
        .as_array()
        .unwrap()
        .iter()
        .map(|frame| (whole(frame, "video_ms"), whole(frame, "session_ms")))
        .collect();
    assert_eq!(
        frames,
        [(0, 4500), (600, 5100), (1600, 6100), (2600, 7100), (3600, 8100)]
    );
    assert!(folder.path().join("1.jpg").exists() && folder.path().join("2.jpg").exists());
}

#[test]
fn what_cannot_be_shown_is_told_before_anything_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let input = write(folder.path(), "s.json", &loading());
    for (arguments, expected) in [
        (
            "--clip 1+2 --clip 4+2 -o a.mp4",
            "hint: Put {n}, which becomes the number of the clip, into the name: --output a-{n}.mp4.",
        ),
        ("--clip 1+2 --clip 4+2 --report r.json", "--report r-{n}.json"),
        (
            "--clip 90+2",
            "--clip 90+2 shows nothing: there is only 0 s to 9 s (1970-01-01T00:00:01Z to 1970-01-01T00:00:10Z)",
        ),
        ("--clip 1+2 --start 5", "there is only 5 s to 9 s"),
        ("--start 9.5", "there is only 0 s to 9 s"),
        (
            "--around click:pay",
            "hint: There are 1 error, 2 clicks (Hello), 1 page (https://page.example/), 1 custom event (sign-up).",
        ),
        ("--around 1:02:03", "there is only 0 s to 9 s"),
        (
            "--clip 1+2 --clip 4+2 --poster-at 3.5 --poster {n}.png",
            "which shows 1 s to 3 s, 4 s to 6 s of the session",
        ),
    ] {
        let output = run(folder.path(), &input, &format!("--capture synthetic {arguments}"));
        assert_eq!(output.status.code(), Some(64), "{arguments}");
        assert!(
            stderr(&output).contains(expected),
            "{arguments}: {}",
            stderr(&output)
        );
        assert_eq!(files(folder.path()), [""; 0], "{arguments}");
    }
}

#[test]
fn a_clip_is_verified_by_the_options_of_its_render() {
    let folder = tempfile::tempdir().unwrap();
    let input = write(folder.path(), "s.json", &loading());
    render(
        folder.path(),
        &input,
        "--quiet --capture synthetic --fps 5 --around click:hello:0.5:1 -o {n}.mp4",
    );
    let verify = |arguments: &str| {
        let mut command = replaycast();
        command
            .current_dir(folder.path())
            .arg("verify")
            .arg("2.mp4")
            .arg(PathBuf::from("s.json"));
        command
            .args(["--capture", "synthetic", "--quiet"])
            .args(arguments.split_whitespace());
        command
    };
    succeed(&mut verify("--clip 8.5..9"));
    let several = verify("--around click:hello:0.5:1").output().unwrap();
    assert_eq!(several.status.code(), Some(64));
    let hint = "hint: Say which one the video is: --clip 2.5..4, or --clip 8.5..9.";
    assert!(stderr(&several).contains(hint), "{}", stderr(&several));
}

#[test]
fn what_a_clip_is_around_is_in_it_though_nobody_does_anything() {
    let folder = tempfile::tempdir().unwrap();
    let event = |second: u64, kind: u8, data: Value| json!({"type": kind, "timestamp": 1000 + second * 1000, "data": data});
    let fault = |second: u64| {
        let payload = json!({"level": "error", "payload": ["\"no\""], "trace": []});
        event(
            second,
            6,
            json!({"plugin": "rrweb/console@1", "payload": payload}),
        )
    };
    let last = event(90, 3, json!({"source": 2, "type": 2, "id": 5, "x": 5, "y": 5}));
    let page = element(5, "body", &json!({}), &[]);
    let input = write(
        folder.path(),
        "s.json",
        &recording(&page, &[fault(30), fault(60), last]),
    );
    let around = "--quiet --capture synthetic --fps 5 --around error:8:8";
    render(
        folder.path(),
        &input,
        &format!("{around} -o {{n}}.mp4 --report {{n}}.rep"),
    );
    let pieces = &read_json(&folder.path().join("2.rep"))["time_map"];
    let starts: Vec<f64> = (0..3)
        .map(|piece| pieces[piece]["session_start_ms"].as_f64().unwrap())
        .collect();
    assert_eq!(starts, [52_000.0, 59_500.0, 67_500.0]);

    let verify = |arguments: &str| {
        let mut command = replaycast();
        command
            .current_dir(folder.path())
            .args(["verify", "2.mp4", "s.json"]);
        command.args(["--capture", "synthetic", "--quiet"]);
        command.args(arguments.split_whitespace());
        command
    };
    let several = verify("--around error:8:8").output().unwrap();
    let hint = "Say which one the video is: --around 30:8.0:8.0, or --around 60:8.0:8.0.";
    assert!(stderr(&several).contains(hint), "{}", stderr(&several));
    succeed(&mut verify("--around 60:8.0:8.0"));
}
