//! Opens every recording of the shared folder and checks the facts that are known about each.
//! The folder is no part of the project; without it these tests say that they are skipped.

use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};

use replaycast::error::{Error, Kind};
use replaycast::frame::Fps;
use replaycast::recording::{self, Archive, Container, Format, ProblemKind, Recording, Summary};
use replaycast::source::RawInput;
use replaycast::timeline::{Idle, SizeOption, Timeline, TimelineOptions};
use serde_json::Value;
use zip::write::{SimpleFileOptions, ZipWriter};

mod common;

use common::shared;

fn open(path: &Path) -> Result<Recording, Error> {
    recording::open(RawInput {
        name: path.display().to_string(),
        bytes: std::fs::read(path).expect("the recording can be read"),
    })
}

fn problem_count(recording: &Recording, kind: ProblemKind) -> u64 {
    let of_kind = recording.problems.iter().filter(|problem| problem.kind == kind);
    of_kind.map(|problem| problem.count).sum()
}

#[test]
fn real_sessions_hold_what_is_known_of_them() {
    use Format::{PosthogExport, PosthogLines, RrwebArray, RrwebLines, RrwebWrapper};
    let Some(folder) = shared(".") else { return };
    for (file, format, events, seconds, size) in [
        ("posthog-site-homepage.json", RrwebWrapper, 720, 224, "1920x1002"),
        (
            "posthog-site-mobile-homepage.json",
            RrwebWrapper,
            942,
            735,
            "390x778",
        ),
        ("posthog-app-wide-layout.json", RrwebWrapper, 489, 337, "1440x704"),
        (
            "posthog-site-broken-recording.json",
            RrwebWrapper,
            51,
            94,
            "1854x922",
        ),
        ("chalk-6c720608.json", RrwebWrapper, 982, 47_936, "1470x798"),
        ("chalk-30497eae.json", RrwebWrapper, 1055, 6201, "1470x798"),
        ("chalk-08463d03.json", RrwebWrapper, 459, 127, "1470x798"),
        ("rrweb-player-react-hooks.json", RrwebArray, 272, 81, "1166x706"),
        ("expect-demo-1280x720.json", RrwebArray, 1031, 30, "1280x720"),
        (
            "highlight-css-inline-events.json",
            RrwebWrapper,
            552,
            27,
            "1484x750",
        ),
        // One Meta event more than the 231 of the file.
        ("rrweb-2018-checkout-a.json", RrwebArray, 232, 48, "1536x892"),
        ("steel-example.json", RrwebArray, 84, 24, "632x398"),
        ("formats/homepage.array.json", RrwebArray, 720, 224, "1920x1002"),
        ("formats/homepage.events.jsonl", RrwebLines, 720, 224, "1920x1002"),
        (
            "formats/homepage.posthog-blob-v1.jsonl",
            PosthogLines,
            720,
            224,
            "1920x1002",
        ),
        (
            "formats/homepage.posthog-blob-v2.jsonl",
            PosthogLines,
            720,
            224,
            "1920x1002",
        ),
        (
            "formats/homepage.posthog-export-2023-04-28.json",
            PosthogExport,
            720,
            224,
            "1920x1002",
        ),
        (
            "formats/SYNTHETIC-homepage-duplicates.json",
            RrwebArray,
            720,
            224,
            "1920x1002",
        ),
        (
            "formats/SYNTHETIC-homepage-out-of-order.json",
            RrwebArray,
            720,
            224,
            "1920x1002",
        ),
    ] {
        let recording = open(&folder.join(file)).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(recording.format, format, "{file}");
        let [window] = &recording.windows[..] else {
            panic!("{file} has one window")
        };
        assert_eq!(window.events.len(), events, "{file}: {:?}", recording.problems);
        assert_eq!(
            (recording.duration_ms() / 1000.0).round() as u64,
            seconds,
            "{file}"
        );
        let timeline = Timeline::resolve(&recording, &TimelineOptions::default()).unwrap();
        let plan = timeline.plan(SizeOption::Native, 1.0, Fps::new(30, 1));
        assert_eq!(plan.size.to_string(), size, "{file}");
    }
}

#[test]
fn the_same_session_in_other_order_is_the_same() {
    let Some(folder) = shared(".") else { return };
    let json = |file: &str| -> (Recording, Vec<String>) {
        let recording = open(&folder.join("formats").join(file)).unwrap();
        let events = recording.windows[0]
            .events
            .iter()
            .map(|event| event.json.to_string());
        let events = events.collect();
        (recording, events)
    };
    let (clean, expected) = json("homepage.array.json");
    assert_eq!(clean.problems, []);
    let (doubled, events) = json("SYNTHETIC-homepage-duplicates.json");
    assert_eq!(problem_count(&doubled, ProblemKind::Duplicate), 72);
    assert_eq!(events, expected);
    let (shuffled, events) = json("SYNTHETIC-homepage-out-of-order.json");
    assert!(problem_count(&shuffled, ProblemKind::OutOfOrder) > 0);
    assert_eq!(problem_count(&shuffled, ProblemKind::ClockJump), 0);
    assert_eq!(events, expected);
}

#[test]
fn doubled_late_and_by_a_clock_set_back_it_is_the_same() {
    let Some(folder) = shared(".") else { return };
    let text = std::fs::read(folder.join("formats/homepage.array.json")).unwrap();
    let mut clean: Vec<Value> = serde_json::from_slice(&text).unwrap();
    // The page was so when its first snapshot was begun.
    clean[1]["timestamp"] = clean[0]["timestamp"].clone();
    let file = tempfile::NamedTempFile::new().unwrap();
    let opened = |events: &[Value]| -> (Recording, Vec<Value>) {
        std::fs::write(file.path(), serde_json::to_vec(events).unwrap()).unwrap();
        let recording = open(file.path()).unwrap();
        let read = |event: &recording::Event| serde_json::from_str(&event.json).unwrap();
        let events = recording.windows[0].events.iter().map(read).collect();
        (recording, events)
    };
    let each_twice: Vec<Value> = clean
        .iter()
        .flat_map(|event| [event.clone(), event.clone()])
        .collect();
    let all_twice = [&clean[..], &clean[..]].concat();
    let late_block = [&clean[..300], &clean[500..], &clean[300..500]].concat();
    for events in [each_twice, all_twice, late_block] {
        let (recording, events) = opened(&events);
        assert_eq!(problem_count(&recording, ProblemKind::ClockJump), 0);
        assert_eq!(events, clean);
    }

    let mut set_back = clean.clone();
    for event in &mut set_back[400..] {
        event["timestamp"] = (event["timestamp"].as_i64().unwrap() - 3_600_000).into();
    }
    let (recording, mut events) = opened(&set_back);
    assert_eq!(problem_count(&recording, ProblemKind::ClockJump), 320);
    assert!((200.0..=224.0).contains(&(recording.duration_ms() / 1000.0).round()));
    let mut expected = clean;
    for event in events.iter_mut().chain(&mut expected) {
        event["timestamp"] = Value::Null;
    }
    assert_eq!(events, expected);
}

#[test]
fn two_windows_stay_apart() {
    let Some(folder) = shared(".") else { return };
    let recording = open(&folder.join("formats/SYNTHETIC-two-windows.posthog-blob-v2.jsonl")).unwrap();
    assert_eq!(
        (recording.windows.len(), recording.format),
        (2, Format::PosthogLines)
    );
    assert!(recording.windows.iter().all(|window| window.events.len() > 50));
}

#[test]
fn the_same_session_in_every_format_is_the_same() {
    use Format::{PosthogExport, PosthogLines, RrwebArray, RrwebLines};
    let Some(folder) = shared(".") else { return };
    let events = |file: &str| -> (Recording, Vec<Value>) {
        let recording = open(&folder.join("formats").join(file)).unwrap_or_else(|error| panic!("{error}"));
        let [window] = &recording.windows[..] else {
            panic!("{file} has one window")
        };
        let events = window.events.iter().map(|event| {
            let mut event: Value = serde_json::from_str(&event.json).unwrap();
            // What a format adds to an event, or leaves when it is decoded.
            for key in ["windowId", "cv", "v"] {
                event.as_object_mut().unwrap().remove(key);
            }
            event
        });
        let events = events.collect();
        (recording, events)
    };
    let (_, expected) = events("homepage.array.json");
    assert_eq!(expected.len(), 720);
    for (file, format) in [
        ("homepage.events.jsonl", RrwebLines),
        ("homepage.rrweb-packed.json", RrwebArray),
        ("homepage.posthog-blob-v1.jsonl", PosthogLines),
        ("homepage.posthog-blob-v2.jsonl", PosthogLines),
        ("homepage.posthog-blob-v2-cv2024-10.jsonl", PosthogLines),
        ("homepage.posthog-export-2023-04-28.json", PosthogExport),
    ] {
        let (recording, events) = events(file);
        assert_eq!((recording.format, recording.problems), (format, vec![]), "{file}");
        // Not assert_eq: nobody wants to see both.
        assert!(events == expected, "{file}");
    }
}

#[test]
fn compressed_files_hold_the_same_session() {
    use Container::{Gzip, Zip, Zstd};
    let Some(folder) = shared(".") else { return };
    let formats = folder.join("formats");
    for (file, container) in [
        ("homepage.array.json.gz", Gzip),
        ("homepage.posthog-blob-v2-cv2024-10.jsonl.gz", Gzip),
        ("homepage.posthog-blob-v2-cv2024-10.jsonl.zst", Zstd),
    ] {
        let packed = open(&formats.join(file)).unwrap_or_else(|error| panic!("{error}"));
        let plain = open(&formats.join(file).with_extension("")).unwrap();
        assert_eq!(
            (&packed.containers[..], &plain.containers[..]),
            (&[container][..], &[][..])
        );
        assert_eq!(packed.format, plain.format, "{file}");
        assert_eq!(packed.problems, plain.problems, "{file}");
        let json = |recording: &Recording| -> Vec<_> {
            let events = recording.windows[0].events.iter();
            events.map(|event| event.json.clone()).collect()
        };
        assert_eq!(json(&packed), json(&plain), "{file}");
    }

    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for file in ["homepage.array.json.gz", "homepage.posthog-blob-v2.jsonl"] {
        zip.start_file(file, SimpleFileOptions::default()).unwrap();
        zip.write_all(&std::fs::read(formats.join(file)).unwrap())
            .unwrap();
    }
    let input = RawInput {
        name: "two.zip".to_owned(),
        bytes: zip.finish().unwrap().into_inner(),
    };
    let archive = Archive::read(input, recording::DEFAULT_MAX_BYTES).unwrap();
    assert_eq!(archive.containers(), [Zip, Gzip]);
    let sessions = archive.sessions();
    let listed: Vec<_> = sessions
        .iter()
        .map(|session| (session.id.as_deref(), session.events))
        .collect();
    let expected = ["homepage.array.json.gz", "homepage.posthog-blob-v2.jsonl"];
    assert_eq!(listed, expected.map(|file| (Some(file), 720)));
    let second = archive.into_recording(Some("2")).unwrap();
    assert_eq!(second.session.as_deref(), Some(expected[1]));
}

/// Rows with the whole of a session each, by their ids.
fn sessions_named(ids: [&str; 2]) -> Archive {
    let row = |id| {
        format!(
            r#"{{"session_id":"{id}","events":[{{"type":4,"timestamp":1,"data":{{"href":"","width":8,"height":6}}}},{{"type":2,"timestamp":2,"data":{{"node":{{}}}}}}]}}"#
        )
    };
    let input = RawInput {
        name: "rows".to_owned(),
        bytes: ids.map(row).join("\n").into(),
    };
    Archive::read(input, recording::DEFAULT_MAX_BYTES).expect("the rows can be read")
}

#[test]
fn listed_sessions_have_the_times_that_they_are_played_at() {
    let row = |id, times: [&str; 3]| {
        format!(
            r#"{{"session_id":"{id}","events":[{{"type":4,"timestamp":{},"data":{{"href":"","width":8,"height":6}}}},{{"type":2,"timestamp":{},"data":{{"node":{{}}}}}},{{"type":3,"timestamp":{},"data":{{"source":0}}}}]}}"#,
            times[0], times[1], times[2]
        )
    };
    let rows = [
        row("seconds", ["1600000000.5", "1600000000.5", "1600000003"]),
        row(
            "microseconds",
            ["1600000000500000", "1600000000500000", "1600000003000000"],
        ),
        row("a leap", ["1600000000500", "1600000000500", "1900000000000"]),
    ];
    let archive = || {
        let input = RawInput {
            name: "rows".to_owned(),
            bytes: rows.join("\n").into(),
        };
        Archive::read(input, recording::DEFAULT_MAX_BYTES).unwrap()
    };
    let listed = archive().sessions();
    assert_eq!(listed.len(), rows.len());
    for (entry, duration_s) in listed.iter().zip([2.5, 2.5, 0.0]) {
        let recording = archive().into_recording(entry.id.as_deref()).unwrap();
        let (listed_ms, played_ms) = (entry.duration_s * 1000.0, recording.duration_ms());
        for (found, expected) in [
            (entry.started_ms, recording.started_ms),
            (listed_ms, played_ms),
            (entry.started_ms, 1_600_000_000_500.0),
            (entry.duration_s, duration_s),
        ] {
            assert!((found - expected).abs() < 1e-9, "{entry:?}: {expected}");
        }
    }
}

#[test]
fn a_session_is_known_by_its_id_or_its_number() {
    let chosen = |ids, wanted| sessions_named(ids).into_recording(Some(wanted));
    for (ids, wanted, expected) in [
        (["a", "b"], "2", "b"),
        (["a", "b"], "a", "a"),
        (["1", "2"], "2", "2"),
        (["7", "8"], "8", "8"),
        (["2", "1"], "id:1", "1"),
        (["2", "1"], "number:1", "2"),
    ] {
        let recording = chosen(ids, wanted).unwrap();
        assert_eq!(recording.session.as_deref(), Some(expected), "{ids:?} {wanted}");
    }
    let error = chosen(["2", "1"], "1").unwrap_err();
    assert_eq!(error.kind(), Kind::Usage);
    assert_eq!(
        (&*error.to_string(), error.hint_text()),
        (
            "rows: '1' is the id of one session and the number of another",
            Some("Say --session number:1 for the one that `inspect` lists there, or --session id:1.")
        )
    );
}

#[test]
fn lines_that_may_have_had_the_full_snapshot_are_told() {
    let meta = r#"{"type":4,"timestamp":1,"data":{"href":"","width":8,"height":6}}"#;
    let broken = r#"{"type":2,"timestamp":2,"data":{"node":{"textContent":"\\"a\\""}}}"#;
    let failure = |lines: &[&str]| {
        let input = RawInput {
            name: "copy".to_owned(),
            bytes: lines.join("\n").into(),
        };
        recording::open(input).expect_err("there is nothing to draw")
    };
    let error = failure(&[meta, broken, broken]);
    assert_eq!(error.kind(), Kind::NoFullSnapshot);
    let told = format!(
        "2 lines are not JSON; skipped (first at byte {}).",
        meta.len() + 1
    );
    let hint = error.hint_text().expect("there is a hint");
    assert!(hint.contains(&told), "{hint}");
    let without = failure(&[meta, meta]);
    assert!(
        without
            .hint_text()
            .is_some_and(|hint| hint.starts_with("Its beginning is missing"))
    );
}

#[test]
fn every_conformance_recording_makes_a_plan() {
    let Some(folder) = shared(".") else { return };
    let mut count = 0;
    for entry in std::fs::read_dir(folder.join("rrweb-conformance")).unwrap() {
        let path = entry.unwrap().path();
        let recording = open(&path).unwrap_or_else(|error| panic!("{error}"));
        let window = &recording.windows[0];
        assert!((4..=43).contains(&window.events.len()), "{}", path.display());
        let timeline = Timeline::resolve(&recording, &TimelineOptions::default()).unwrap();
        let plan = timeline.plan(SizeOption::Native, 1.0, Fps::new(30, 1));
        assert!(
            (1..=30 * 60).contains(&plan.frame_count),
            "{}: {}",
            path.display(),
            plan.frame_count
        );
        serde_json::to_string(&Summary::of(&recording)).unwrap();
        count += 1;
    }
    assert_eq!(count, 27);
}

#[test]
fn what_was_opened_opens_the_same_again() {
    let Some(folder) = shared(".") else { return };
    let mut files: Vec<PathBuf> = Vec::new();
    for folder in [folder.clone(), folder.join("rrweb-conformance")] {
        let entries = std::fs::read_dir(folder).unwrap();
        files.extend(entries.map(|entry| entry.unwrap().path()));
    }
    files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    files.push(folder.join("formats/SYNTHETIC-homepage-out-of-order.json"));
    files.push(folder.join("formats/SYNTHETIC-two-windows.posthog-blob-v2.jsonl"));
    assert!(files.len() > 35);
    let texts =
        |events: &[recording::Event]| -> Vec<String> { events.iter().map(|e| e.json.to_string()).collect() };
    let again = tempfile::NamedTempFile::new().unwrap();
    for path in files {
        let windows = open(&path).unwrap().windows;
        assert!(!windows.is_empty(), "{}", path.display());
        for window in windows {
            let expected = texts(&window.events);
            std::fs::write(again.path(), format!("[{}]", expected.join(","))).unwrap();
            let recording = open(again.path()).unwrap();
            assert_eq!(recording.problems, [], "{}", path.display());
            assert!(
                texts(&recording.windows[0].events) == expected,
                "{}",
                path.display()
            );
        }
    }
}

#[test]
fn a_stray_time_is_put_right() {
    let Some(folder) = shared(".") else { return };
    let recording = open(&folder.join("rrweb-conformance/video-playback.json")).unwrap();
    // One event is 200 days ahead of its neighbours.
    assert_eq!(problem_count(&recording, ProblemKind::ClockJump), 1);
    assert_eq!(problem_count(&recording, ProblemKind::OutOfOrder), 0);
    assert_eq!((recording.duration_ms() / 1000.0).round() as u64, 39);
    let options = TimelineOptions {
        idle: Idle::Keep,
        ..TimelineOptions::default()
    };
    Timeline::resolve(&recording, &options).unwrap();
}

#[test]
fn hours_of_idle_time_become_minutes() {
    let Some(folder) = shared(".") else { return };
    let recording = open(&folder.join("chalk-6c720608.json")).unwrap();
    let summary = Summary::of(&recording);
    // 57 s of activity in 13 hours.
    assert!((30.0..90.0).contains(&summary.active_s), "{}", summary.active_s);
    let timeline = Timeline::resolve(&recording, &TimelineOptions::default()).unwrap();
    let video_s = timeline.clock.video_duration_ms() / 1000.0;
    assert!(
        video_s <= summary.active_s + summary.idle_gaps.len() as f64 + 1.0,
        "{video_s} {summary:?}"
    );
}
