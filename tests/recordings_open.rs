//! Opens every recording of the shared folder and checks the facts that are known about each.
//! The folder is no part of the project; without it these tests say that they are skipped.

use std::io::Write;
use std::path::{Path, PathBuf};

use replaycast::error::{Error, Kind};
use replaycast::frame::Fps;
use replaycast::recording::{self, Format, ProblemKind, Recording, Summary};
use replaycast::source::RawInput;
use replaycast::timeline::{Idle, SizeOption, Timeline, TimelineOptions};

fn folder() -> Option<PathBuf> {
    let shared = std::env::var_os("REPLAYCAST_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"),
        PathBuf::from,
    );
    let folder = shared.join("recordings");
    if folder.is_dir() {
        return Some(folder);
    }
    // Not eprintln: the test harness swallows that of a test that passes.
    let skipped = format!(
        "SKIPPED: no recordings in {}; set REPLAYCAST_SHARED
",
        folder.display()
    );
    let _ = std::io::stderr().write_all(skipped.as_bytes());
    None
}

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
    let Some(folder) = folder() else { return };
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
        let timeline = Timeline::resolve(&recording, window, &TimelineOptions::default()).unwrap();
        let plan = timeline.plan(SizeOption::Native, Fps::new(30, 1));
        assert_eq!(plan.size.to_string(), size, "{file}");
    }
}

#[test]
fn the_same_session_in_other_order_is_the_same() {
    let Some(folder) = folder() else { return };
    let json = |file: &str| -> (Recording, Vec<Box<str>>) {
        let recording = open(&folder.join("formats").join(file)).unwrap();
        let events = recording.windows[0].events.iter().map(|event| event.json.clone());
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
    let mut sorted = (events, expected);
    sorted.0.sort();
    sorted.1.sort();
    assert_eq!(sorted.0, sorted.1);
}

#[test]
fn two_windows_stay_apart() {
    let Some(folder) = folder() else { return };
    let recording = open(&folder.join("formats/SYNTHETIC-two-windows.posthog-blob-v2.jsonl")).unwrap();
    assert_eq!(
        (recording.windows.len(), recording.format),
        (2, Format::PosthogLines)
    );
    assert!(recording.windows.iter().all(|window| window.events.len() > 50));
    assert!(recording.window(&recording.busiest_window().id).is_some());
}

#[test]
fn what_cannot_be_read_yet_is_named() {
    let Some(folder) = folder() else { return };
    for (file, name) in [
        ("homepage.array.json.gz", "gzip"),
        ("homepage.posthog-blob-v2-cv2024-10.jsonl", "cv=2024-10"),
        ("homepage.posthog-blob-v2-cv2024-10.jsonl.gz", "gzip"),
        ("homepage.posthog-blob-v2-cv2024-10.jsonl.zst", "Zstandard"),
        ("homepage.rrweb-packed.json", "packed"),
    ] {
        let error = open(&folder.join("formats").join(file)).unwrap_err();
        assert_eq!(error.kind(), Kind::InvalidRecording, "{file}");
        assert!(error.to_string().contains(name), "{file}: {error}");
        assert!(error.hint_text().is_some(), "{file}");
    }
}

#[test]
fn every_conformance_recording_makes_a_plan() {
    let Some(folder) = folder() else { return };
    let mut count = 0;
    for entry in std::fs::read_dir(folder.join("rrweb-conformance")).unwrap() {
        let path = entry.unwrap().path();
        let recording = open(&path).unwrap_or_else(|error| panic!("{error}"));
        let window = recording.busiest_window();
        assert!((4..=43).contains(&window.events.len()), "{}", path.display());
        let timeline = Timeline::resolve(&recording, window, &TimelineOptions::default()).unwrap();
        let plan = timeline.plan(SizeOption::Native, Fps::new(30, 1));
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
fn an_absurd_time_gap_is_reported_and_cut() {
    let Some(folder) = folder() else { return };
    let recording = open(&folder.join("rrweb-conformance/video-playback.json")).unwrap();
    assert!(problem_count(&recording, ProblemKind::ClockJump) > 0);
    let options = TimelineOptions {
        idle: Idle::Keep,
        ..TimelineOptions::default()
    };
    let error = Timeline::resolve(&recording, recording.busiest_window(), &options).unwrap_err();
    assert_eq!(error.kind(), Kind::Usage);
}

#[test]
fn hours_of_idle_time_become_minutes() {
    let Some(folder) = folder() else { return };
    let recording = open(&folder.join("chalk-6c720608.json")).unwrap();
    let summary = Summary::of(&recording);
    // 57 s of activity in 13 hours.
    assert!((30.0..90.0).contains(&summary.active_s), "{}", summary.active_s);
    let timeline = Timeline::resolve(
        &recording,
        recording.busiest_window(),
        &TimelineOptions::default(),
    )
    .unwrap();
    let video_s = timeline.clock.video_duration_ms() / 1000.0;
    assert!(
        video_s <= summary.active_s + summary.idle_gaps.len() as f64 + 1.0,
        "{video_s} {summary:?}"
    );
}
