//! What the fuzz targets share: [`read`], which does all that the program does with a recording before a browser
//! starts, and checks what must hold; and models of what recordings are made of, which mutations of the fuzzer's
//! bytes vary without breaking the checksums and frames around them.

mod damage;
mod encode;
mod event;
mod json;
mod mobile_event;
mod odds;
mod wireframe;

use replaycast::error::{Error, Kind};
use replaycast::frame::{Fps, Size};
use replaycast::recording::{Archive, Recording, Summary};
use replaycast::source::RawInput;
use replaycast::timeline::{Idle, SizeOption, Timeline, TimelineOptions};
use serde::de::IgnoredAny;

pub use damage::Damage;
pub use encode::{deflated_zip, envelope, form, gzip, har, latin1, quoted, snappy, stored_zip, zlib, zstd};
pub use event::{Changes, Event, Snapshot, Time, Window};
pub use json::{Json, Text};
pub use mobile_event::MobileEvent;
pub use odds::{Many, Rare};
pub use wireframe::Wireframe;

/// So that what unpacks to too much ends at the budget, and not at the fuzzer's limit of memory.
const MAX_BYTES: u64 = 8 << 20;

/// Reads a recording and plans its video. What is no recording must fail in the ways that reading may fail in.
pub fn read(bytes: &[u8]) {
    let _ = open(bytes);
}

/// The recording in these bytes, if there is one; of several sessions the last.
pub fn open(bytes: &[u8]) -> Option<Recording> {
    let input = RawInput {
        name: "fuzzed".to_owned(),
        bytes: bytes.to_vec(),
    };
    let archive = accept(Archive::read(input, MAX_BYTES))?;
    let sessions = archive.sessions();
    assert!(!sessions.is_empty() && sessions.iter().all(|session| session.events > 0));
    let last = (sessions.len() > 1).then(|| format!("number:{}", sessions.len()));
    let recording = accept(archive.into_recording(last.as_deref()))?;
    check(&recording);
    plan(&recording, Idle::Keep);
    plan(&recording, Idle::default());
    let summary = Summary::of(&recording);
    serde_json::to_string(&summary).expect("a summary is JSON");
    Some(recording)
}

fn accept<T>(result: Result<T, Error>) -> Option<T> {
    result
        .inspect_err(|error| {
            let kinds = [
                Kind::InvalidRecording,
                Kind::RecordingTooLarge,
                Kind::NoFullSnapshot,
            ];
            assert!(kinds.contains(&error.kind()), "{error:?}");
        })
        .ok()
}

/// What the player relies on.
fn check(recording: &Recording) {
    assert!(!recording.windows.is_empty());
    assert!(recording.started_ms.is_finite() && recording.duration_ms() >= 0.0);
    for window in &recording.windows {
        assert!(!window.events.is_empty());
        assert!(
            window
                .events
                .is_sorted_by(|a, b| a.timestamp_ms <= b.timestamp_ms)
        );
        for event in &window.events {
            assert!(event.timestamp_ms.is_finite());
            let json = serde_json::from_str::<IgnoredAny>(&event.json);
            assert!(json.is_ok(), "{}", event.json);
        }
    }
}

/// Plans the video, which may turn out too long, and looks at a few of its frames.
fn plan(recording: &Recording, idle: Idle) {
    let options = TimelineOptions {
        idle,
        trim_start: true,
        ..TimelineOptions::default()
    };
    let timeline = match Timeline::resolve(recording, &options) {
        Ok(timeline) => timeline,
        Err(error) => return assert_eq!(error.kind(), Kind::Usage, "{error:?}"),
    };
    for size in [SizeOption::Native, SizeOption::Fit(Size::new(640, 360))] {
        let plan = timeline.plan(size, 1.0, Fps::new(30, 1));
        assert!(plan.size.width > 0 && plan.size.height > 0);
        let last = plan.frame_count - 1;
        let frames = [0, last / 3, last / 2, last].map(|index| plan.frame(index).session_ms);
        assert!(frames.is_sorted(), "{frames:?}");
        assert!(frames.iter().all(|ms| ms.is_finite()), "{frames:?}");
        for ms in frames {
            assert!(plan.windows.window_at(ms) < recording.windows.len());
        }
    }
}
