//! Which moments of the session the video shows, and when: options resolved against a recording, the map between
//! the two clocks, and the grid of frames. Pure; the pipeline calls it before any browser starts.

mod around;
mod capture_plan;
mod clip;
mod clips;
mod clock;
mod options;
mod plan;
mod range;
mod segments;
mod session_time;
mod size;
mod slideshow;
mod windows;

use crate::error::{Error, Kind, Result};
use crate::frame::{Fps, Size};
use crate::recording::{Recording, Span, Window, activity};

pub use around::Around;
pub use capture_plan::CapturePlan;
pub use clip::ClipRange;
pub use clips::{ClipOptions, Clips};
pub use clock::{ClockMap, Piece};
pub use options::{Idle, TimelineOptions};
pub use plan::RenderPlan;
pub use segments::Workload;
pub use session_time::SessionTime;
pub use size::{BandHeight, SizeOption};
pub use slideshow::Slideshow;
pub use windows::{Turn, WindowOption, WindowSchedule};

use range::{bounds_outside, resolve_range};

/// Longer videos are asked for by mistake: a clock jumped, and idle time is kept.
const LONGEST_VIDEO_MS: f64 = 30.0 * 24.0 * 3_600_000.0;

/// The options, made sense of for one recording and one video.
#[derive(Debug, Clone, PartialEq)]
pub struct Timeline {
    /// What the video shows, in session time.
    pub range: Span,
    /// The moments that the video is about; none where idle cuts are the same without them.
    pub around_ms: Vec<f64>,
    /// The largest viewport within the range.
    pub viewport: Size,
    pub clock: ClockMap,
    pub windows: WindowSchedule,
}

impl Timeline {
    /// The timeline of all that the options leave of the recording.
    pub fn resolve(recording: &Recording, options: &TimelineOptions) -> Result<Self> {
        let windows = WindowSchedule::resolve(recording, &options.window)?;
        let range = resolve_range(recording, &windows, options)?;
        Self::of(recording, &windows, range, &[], options)
    }

    /// What to tell of a `--start` or `--end` that is outside of the recording, in a sentence each.
    pub fn bounds_outside(&self, recording: &Recording, options: &TimelineOptions) -> Vec<String> {
        bounds_outside(recording, &self.windows, options)
    }

    /// The timeline of one part of the recording. The moments of `around_ms`, which it is about, are no idle time.
    fn of(
        recording: &Recording,
        windows: &WindowSchedule,
        range: Span,
        around_ms: &[f64],
        options: &TimelineOptions,
    ) -> Result<Self> {
        let speed = options.speed;
        if !(0.01..=1000.0).contains(&speed) {
            return Err(Error::new(
                Kind::Usage,
                format!("--speed {speed} is not between 0.01 and 1000"),
            ));
        }
        let (kept, around_ms) = kept(recording, windows, range, around_ms, options.idle);
        let clock = ClockMap::new(&kept, speed);
        if clock.video_duration_ms() > LONGEST_VIDEO_MS {
            return Err(Error::new(
                Kind::Usage,
                format!(
                    "the video would last {:.1} days; 30 are the most",
                    clock.video_duration_ms() / 86_400_000.0
                ),
            )
            .hint("Cut idle time with --idle skip, or choose a part with --start and --end."));
        }
        Ok(Self {
            range,
            around_ms,
            viewport: size::largest_viewport(recording, windows, range),
            clock,
            windows: windows.clone(),
        })
    }

    /// The longest stretch of the session that the video plays in full although the user does nothing in it.
    pub fn longest_pause(&self, recording: &Recording) -> Span {
        let events = scheduled(recording, &self.windows).flat_map(|window| &window.events);
        let spans = activity::spans(events, recording.started_ms, 0.0);
        let pauses = self.clock.pieces().iter().flat_map(|piece| {
            let (start_ms, end_ms) = (piece.session_start_ms, piece.session_end_ms);
            let first = spans.partition_point(|span| span.end_ms < start_ms);
            let within = spans[first..]
                .iter()
                .take_while(move |span| span.start_ms <= end_ms);
            let begins = within.clone().map(move |span| span.end_ms.min(end_ms));
            let ends = within.map(move |span| span.start_ms.max(start_ms));
            let begins = std::iter::once(start_ms).chain(begins);
            begins
                .zip(ends.chain([end_ms]))
                .map(|(start_ms, end_ms)| Span { start_ms, end_ms })
        });
        let length = |pause: &Span| pause.end_ms - pause.start_ms;
        pauses
            .max_by(|a, b| length(a).total_cmp(&length(b)))
            .unwrap_or(self.range)
    }

    /// Lays the grid of frames over the video, each drawn at this device pixel ratio.
    pub fn plan(&self, size: SizeOption, scale: f64, fps: Fps) -> RenderPlan {
        RenderPlan::new(
            size.resolve(self.viewport, scale, |_| 0),
            fps,
            self.clock.clone(),
            self.windows.clone(),
        )
    }
}

/// The windows that are shown at all.
fn scheduled<'a>(
    recording: &'a Recording,
    schedule: &WindowSchedule,
) -> impl Iterator<Item = &'a Window> + Clone {
    let places = schedule.shown_between(f64::NEG_INFINITY, f64::INFINITY);
    places.into_iter().map(|place| &recording.windows[place])
}

/// What idle cuts leave of a range, in which the moments of `around_ms` are no idle time. Also gives these moments back if
/// they changed what is left, and none of them otherwise.
fn kept(
    recording: &Recording,
    windows: &WindowSchedule,
    range: Span,
    around_ms: &[f64],
    idle: Idle,
) -> (Vec<Span>, Vec<f64>) {
    let Idle::Skip { gap_ms, keep_ms } = idle else {
        return (vec![range], Vec::new());
    };
    let events = scheduled(recording, windows).flat_map(|window| &window.events);
    let mut spans = activity::spans(events, recording.started_ms, gap_ms);
    let by_activity = without_idle_gaps(range, &spans, gap_ms, keep_ms);
    spans.extend(around_ms.iter().map(|&ms| Span {
        start_ms: ms,
        end_ms: ms,
    }));
    spans.sort_by(|a, b| a.start_ms.total_cmp(&b.start_ms));
    let kept = without_idle_gaps(range, &spans, gap_ms, keep_ms);
    if kept == by_activity {
        return (kept, Vec::new());
    }
    (kept, around_ms.to_vec())
}

/// The range without the middle of each gap between spans that is longer than `gap_ms`.
fn without_idle_gaps(range: Span, spans: &[Span], gap_ms: f64, keep_ms: f64) -> Vec<Span> {
    let mut kept = Vec::new();
    let mut start_ms = range.start_ms;
    let mut idle_since_ms = range.start_ms;
    let active = spans
        .iter()
        .filter(|span| span.end_ms >= range.start_ms && span.start_ms <= range.end_ms)
        .copied();
    // The end of the range closes the last gap.
    let end = Span {
        start_ms: range.end_ms,
        end_ms: range.end_ms,
    };
    for span in active.chain([end]) {
        if span.start_ms - idle_since_ms > gap_ms {
            kept.push(Span {
                start_ms,
                end_ms: idle_since_ms + keep_ms / 2.0,
            });
            start_ms = span.start_ms - keep_ms / 2.0;
        }
        idle_since_ms = idle_since_ms.max(span.end_ms);
    }
    kept.push(Span {
        start_ms,
        end_ms: range.end_ms,
    });
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording;
    use crate::source::RawInput;

    /// A recording with a click at each of these seconds, begun by a snapshot at 0 and ended by a mutation.
    fn clicks(seconds: &[f64], end: f64) -> Recording {
        let mut events = vec![
            r#"{"type":4,"timestamp":1000000,"data":{"href":"","width":801,"height":600}}"#.to_owned(),
            r#"{"type":2,"timestamp":1000000,"data":{"node":{}}}"#.to_owned(),
        ];
        let incremental = |second: f64, source: u8| {
            let timestamp = 1_000_000.0 + second * 1000.0;
            format!(r#"{{"type":3,"timestamp":{timestamp},"data":{{"source":{source}}}}}"#)
        };
        events.extend(seconds.iter().map(|&second| incremental(second, 2)));
        events.push(incremental(end, 0));
        let input = RawInput {
            name: "test".to_owned(),
            bytes: format!("[{}]", events.join(",")).into(),
        };
        recording::open(input).unwrap()
    }

    fn resolve(recording: &Recording, change: impl FnOnce(&mut TimelineOptions)) -> Result<Timeline> {
        let mut options = TimelineOptions::default();
        change(&mut options);
        Timeline::resolve(recording, &options)
    }

    /// Session seconds of the pieces.
    fn shown(timeline: &Timeline) -> Vec<(f64, f64)> {
        let pieces = timeline.clock.pieces().iter();
        pieces
            .map(|piece| (piece.session_start_ms / 1000.0, piece.session_end_ms / 1000.0))
            .collect()
    }

    #[test]
    fn idle_gaps_lose_their_middle() {
        let recording = clicks(&[2.0, 30.0, 31.0, 36.0], 60.0);
        let cases = [
            ("keep", vec![(0.0, 60.0)]),
            ("skip", vec![(0.0, 2.5), (29.5, 36.5), (59.5, 60.0)]),
            (
                "skip:4:2",
                vec![(0.0, 3.0), (29.0, 32.0), (35.0, 37.0), (59.0, 60.0)],
            ),
            ("skip:25", vec![(0.0, 2.5), (29.5, 60.0)]),
            ("skip:5:0", vec![(0.0, 2.0), (30.0, 36.0), (60.0, 60.0)]),
            ("skip:60", vec![(0.0, 60.0)]),
        ];
        for (idle, expected) in cases {
            let timeline = resolve(&recording, |options| options.idle = idle.parse().unwrap()).unwrap();
            assert_eq!(shown(&timeline), expected, "{idle}");
        }
    }

    #[test]
    fn the_longest_pause_is_one_that_is_played() {
        let recording = clicks(&[2.0, 30.0, 31.0, 36.0], 60.0);
        for (idle, start, end, expected) in [
            ("keep", None, None, (2.0, 30.0)),
            ("keep", Some("10"), None, (36.0, 60.0)),
            ("keep", Some("10"), Some("25"), (10.0, 25.0)),
            ("keep", Some("31"), Some("34"), (31.0, 34.0)),
            ("skip", None, None, (31.0, 36.0)),
            ("skip:25", None, None, (36.0, 60.0)),
        ] {
            let timeline = resolve(&recording, |options| {
                options.idle = idle.parse().unwrap();
                options.start = start.map(|time: &str| time.parse().unwrap());
                options.end = end.map(|time: &str| time.parse().unwrap());
            });
            let pause = timeline.unwrap().longest_pause(&recording);
            let seconds = (pause.start_ms / 1000.0, pause.end_ms / 1000.0);
            assert_eq!(seconds, expected, "{idle} {start:?} {end:?}");
        }
    }

    #[test]
    fn a_range_may_begin_and_end_within_a_gap() {
        let recording = clicks(&[2.0, 30.0], 60.0);
        for (start, end, expected) in [
            ("10", "50", vec![(10.0, 10.5), (29.5, 30.5), (49.5, 50.0)]),
            ("27", "33", vec![(27.0, 33.0)]),
            ("5", "25", vec![(5.0, 5.5), (24.5, 25.0)]),
            (
                "0:20",
                "1970-01-01T00:18:00Z",
                vec![(20.0, 20.5), (29.5, 30.5), (59.5, 60.0)],
            ),
        ] {
            let timeline = resolve(&recording, |options| {
                options.start = Some(start.parse().unwrap());
                options.end = Some(end.parse().unwrap());
            });
            assert_eq!(shown(&timeline.unwrap()), expected, "{start} {end}");
        }
    }

    #[test]
    fn options_that_make_no_sense_name_the_numbers() {
        let recording = clicks(&[], 41.24);
        let message = |start: &str, end: &str, speed: f64| {
            let error = resolve(&recording, |options| {
                options.start = start.parse().ok();
                options.end = end.parse().ok();
                options.speed = speed;
            });
            let error = error.unwrap_err();
            assert_eq!(error.kind(), Kind::Usage);
            error.to_string()
        };
        let beyond = "--start 90 s is beyond the end of the recording: \
            there is only 0 s to 41.2 s (1970-01-01T00:16:40Z to 1970-01-01T00:17:21Z)";
        assert_eq!(message("90", "", 1.0), beyond);
        assert_eq!(message("90", "95", 1.0), beyond);
        let at = beyond.replace("90 s is beyond", "41.24 s is at");
        assert_eq!(message("41.24", "", 1.0), at);
        assert_eq!(
            message("20", "10.5", 1.0),
            "--start 20 s is not before --end 10.5 s"
        );
        let before = message("", "1970-01-01T00:16:00Z", 1.0);
        assert!(before.starts_with(
            "--end 1970-01-01T00:16:00Z is not after the beginning of the recording: there is only 0 s to 41.2 s ("
        ));
        for speed in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(message("", "", speed).contains("is not between"), "{speed}");
        }
    }

    #[test]
    fn a_date_outside_of_the_recording_is_told() {
        let recording = clicks(&[], 40.0);
        let there = "and cuts nothing: there is 0 s to 40 s (1970-01-01T00:16:40Z to 1970-01-01T00:17:20Z)";
        let early = format!("--start 1970-01-01T00:15:00Z is before the recording {there}");
        let late = format!("--end 1970-01-01T02:00:00Z is after the recording {there}");
        for (start, end, told) in [
            ("1970-01-01T00:15:00Z", "", vec![early.clone()]),
            (
                "1970-01-01T00:15:00Z",
                "1970-01-01T04:00:00+02:00",
                vec![early, late],
            ),
            ("1970-01-01T00:16:40Z", "1970-01-01T00:17:20Z", vec![]),
            ("0", "90", vec![]),
            ("", "", vec![]),
        ] {
            let options = TimelineOptions {
                start: start.parse().ok(),
                end: end.parse().ok(),
                ..TimelineOptions::default()
            };
            let timeline = Timeline::resolve(&recording, &options).unwrap();
            assert_eq!(
                timeline.bounds_outside(&recording, &options),
                told,
                "{start} {end}"
            );
        }
    }

    /// A window that is blank until a text is added, and another that shows something from the beginning.
    fn loading(first: &str, blank_s: u32, other: Option<u32>) -> Recording {
        let body = r#"{"type":2,"tagName":"body","attributes":{},"childNodes":[],"id":2}"#;
        let text = r#"{"type":3,"textContent":"Hello","id":3}"#;
        let full = format!(r#"{{"node":{{"type":0,"childNodes":[{body}],"id":1}}}}"#);
        let filled = full.replace("[],", &format!("[{text}],"));
        let add = format!(
            r#"{{"source":0,"removes":[],"texts":[],"attributes":[],"adds":[{{"parentId":2,"nextId":null,"node":{text}}}]}}"#
        );
        let mut lines = Vec::new();
        let mut tell = |window: &str, second: u32, kind: u8, data: &str| {
            let timestamp = 1_000_000 + 1000 * second;
            lines.push(format!(
                r#"["{window}",{{"type":{kind},"timestamp":{timestamp},"data":{data}}}]"#
            ));
        };
        let meta = r#"{"href":"https://a.test/","width":800,"height":600}"#;
        tell(first, 0, 4, meta);
        tell(first, 0, 2, &full);
        tell(first, blank_s, 3, &add);
        tell(
            first,
            20,
            3,
            r#"{"source":0,"adds":[],"removes":[],"texts":[],"attributes":[]}"#,
        );
        if let Some(second) = other {
            tell("other", second, 4, meta);
            tell("other", second, 2, &filled);
        }
        let input = RawInput {
            name: "test".to_owned(),
            bytes: lines.join("\n").into(),
        };
        recording::open(input).unwrap()
    }

    #[test]
    fn a_blank_start_is_left_out() {
        for (blank_s, other, start, end, expected) in [
            (7, None, None, None, (7.0, 20.0)),
            (7, None, Some("3"), Some("9"), (7.0, 9.0)),
            (7, None, Some("8"), None, (8.0, 20.0)),
            // Nothing is seen at all.
            (7, None, None, Some("6"), (0.0, 6.0)),
            // Another window opens, and shows something first.
            (7, Some(5), None, None, (5.0, 20.0)),
            (7, Some(9), None, None, (7.0, 20.0)),
        ] {
            let recording = loading("first", blank_s, other);
            let timeline = resolve(&recording, |options| {
                options.trim_start = true;
                options.idle = Idle::Keep;
                options.start = start.map(|time: &str| time.parse().unwrap());
                options.end = end.map(|time: &str| time.parse().unwrap());
            });
            assert_eq!(
                shown(&timeline.unwrap()),
                [expected],
                "{blank_s} {other:?} {start:?} {end:?}"
            );
        }
    }

    #[test]
    fn an_absurd_span_needs_idle_cuts() {
        // Pauses of 23 days, which no clock's leap explains.
        let recording = clicks(&[1.0, 2e6, 4e6], 4e6);
        let error = resolve(&recording, |options| options.idle = Idle::Keep).unwrap_err();
        assert_eq!(error.kind(), Kind::Usage);
        assert!(error.hint_text().unwrap().contains("--idle skip"));
        let timeline = resolve(&recording, |_| ()).unwrap();
        assert!((timeline.clock.video_duration_ms() - 3000.0).abs() < 1e-6);
    }

    #[test]
    fn a_moment_makes_one_frame() {
        let recording = clicks(&[], 0.0);
        let plan = resolve(&recording, |options| options.start = "0".parse().ok())
            .unwrap()
            .plan(SizeOption::Native, 1.0, Fps::new(30, 1));
        assert_eq!((plan.frame_count, plan.size), (1, Size::new(802, 600)));
    }
}
