//! How frames are shared out: cut into segments, preferably where nothing is under way. Pure; the pipeline hands the
//! segments to its browsers.

use std::ops::Range;

use super::{CapturePlan, RenderPlan};
use crate::recording::{Event, EventType, IncrementalSource, Recording, Span, activity};

/// After this much session time without an event, transitions have ended.
const SETTLED_MS: f64 = 500.0;

/// rrweb records a scroll position every 100 ms; between two of them the player moves the page evenly.
const SCROLL_GLIDE_MS: f64 = 100.0;

/// How many captures a segment should have. With fewer, to begin anew costs more than it gains; with more, pictures wait
/// long for their turn, and take room.
const CAPTURES_PER_SEGMENT: u64 = 60;

/// How much there is to capture, and the segments that it is cut into.
#[derive(Debug, Clone, PartialEq)]
pub struct Workload {
    /// All frames of the capture plan, in order. Where they are cut depends on the recording and the videos alone, not on
    /// who renders them: pictures begin anew there.
    pub segments: Vec<Range<u64>>,
    /// How many pictures will be taken, as far as events tell: animations go on after theirs.
    pub expected_captures: u64,
}

impl Workload {
    /// Cuts each video where it would be cut if it were rendered alone, so that its pictures are the same.
    pub fn of(plan: &CapturePlan, recording: &Recording) -> Self {
        let mut starts = Vec::new();
        let mut expected_captures = 0;
        for (number, video) in plan.videos.iter().enumerate() {
            let first = plan.start_of(number);
            let changes = ChangedFrames::of(video, recording);
            expected_captures += changes.expected_captures();
            starts.extend(changes.starts().map(|frame| first + frame));
        }
        let ends = starts.iter().skip(1).copied().chain([plan.frame_count]);
        Self {
            segments: starts.iter().zip(ends).map(|(&start, end)| start..end).collect(),
            expected_captures,
        }
    }
}

/// Which frames of a video will probably be captured, and where it is good to cut.
#[derive(Debug, Clone, PartialEq)]
struct ChangedFrames {
    frame_count: u64,
    /// In order, neither overlapping nor touching.
    busy: Vec<Busy>,
    /// Frames before which all is settled, or with which all begins anew; in order.
    good_cuts: Vec<u64>,
}

/// Frames that events change.
#[derive(Debug, Clone, PartialEq)]
struct Busy {
    frames: Range<u64>,
    captures_before: u64,
}

/// Frames that no event changes.
#[derive(Debug, Default)]
struct Calm {
    /// The first of them.
    start: u64,
    captures_before: u64,
}

impl Busy {
    fn followed_by(&self) -> Calm {
        Calm {
            start: self.frames.end,
            captures_before: self.captures_before + self.frames.end - self.frames.start,
        }
    }
}

impl ChangedFrames {
    fn of(plan: &RenderPlan, recording: &Recording) -> Self {
        let changes = changes(plan, recording);
        let mut busy: Vec<Busy> = Vec::new();
        let mut good_cuts: Vec<u64> = Vec::new();
        for change in changes {
            let (first, end) = (change.frames.start, change.frames.end);
            let session_ms = |frame| plan.frame(frame).session_ms;
            if change.begins_anew {
                good_cuts.push(first);
            }
            match busy.last_mut() {
                Some(last) if first <= last.frames.end => last.frames.end = last.frames.end.max(end),
                last => {
                    let calm = last.map_or_else(Calm::default, |last| last.followed_by());
                    if first > 0 && session_ms(first) - session_ms(calm.start.saturating_sub(1)) >= SETTLED_MS
                    {
                        good_cuts.push(first);
                    }
                    busy.push(Busy {
                        frames: first..end,
                        captures_before: calm.captures_before,
                    });
                }
            }
        }
        let turns = plan.windows.turns().iter();
        good_cuts.extend(turns.map(|turn| plan.first_frame_from(turn.start_ms)));
        good_cuts.sort_unstable();
        good_cuts.dedup();
        Self {
            frame_count: plan.frame_count,
            busy,
            good_cuts,
        }
    }

    fn expected_captures(&self) -> u64 {
        self.captures_before(self.frame_count)
    }

    /// The frames that segments begin with, the first frame among them.
    fn starts(&self) -> impl Iterator<Item = u64> {
        std::iter::once(0).chain(self.cuts(CAPTURES_PER_SEGMENT))
    }

    /// Where to cut for segments of `share` captures or somewhat more: at good places, or in the midst of changes
    /// where there is none for as long again.
    fn cuts(&self, share: u64) -> Vec<u64> {
        let mut cuts = Vec::new();
        let mut captured = 0;
        for place in self.good_cuts.iter().copied().chain([self.frame_count]) {
            let until_there = self.captures_before(place);
            while until_there - captured >= 2 * share {
                captured += share;
                cuts.push(self.frame_of_capture(captured));
            }
            if until_there - captured >= share && place < self.frame_count {
                captured = until_there;
                cuts.push(place);
            }
        }
        cuts
    }

    fn captures_before(&self, frame: u64) -> u64 {
        let begun = self.busy.partition_point(|busy| busy.frames.start < frame);
        self.busy[..begun].last().map_or(0, |busy| {
            busy.captures_before + frame.min(busy.frames.end) - busy.frames.start
        })
    }

    /// The frame before which there are `captures` captures, which are fewer than all.
    fn frame_of_capture(&self, captures: u64) -> u64 {
        let begun = self.busy.partition_point(|busy| busy.captures_before <= captures);
        self.busy[..begun]
            .last()
            .map_or(0, |busy| busy.frames.start + captures - busy.captures_before)
    }
}

/// What one event changes.
struct Change {
    frames: Range<u64>,
    /// Nothing of the page before stays.
    begins_anew: bool,
}

/// All changes that are shown, in order.
fn changes(plan: &RenderPlan, recording: &Recording) -> Vec<Change> {
    let mut changes = Vec::new();
    for (place, window) in recording.windows.iter().enumerate() {
        for event in window.events.iter().filter(|event| is_visible(event)) {
            let span = extent(event, recording.started_ms);
            let shown = plan.windows.window_at(span.end_ms) == place;
            if shown && span.start_ms <= plan.clock.session_end_ms() {
                let (first, last) = (
                    plan.first_frame_from(span.start_ms),
                    plan.first_frame_from(span.end_ms),
                );
                changes.push(Change {
                    frames: first..last + 1,
                    begins_anew: event.kind == EventType::FullSnapshot,
                });
            }
        }
    }
    changes.sort_by_key(|change| change.frames.start);
    changes
}

/// Whether it may change the picture.
fn is_visible(event: &Event) -> bool {
    match event.kind {
        EventType::FullSnapshot => true,
        EventType::IncrementalSnapshot => event.source != Some(IncrementalSource::Log),
        _ => false,
    }
}

/// The session time in which an event changes the picture.
fn extent(event: &Event, started_ms: f64) -> Span {
    let mut span = activity::extent(event, started_ms);
    if event.source == Some(IncrementalSource::Scroll) {
        span.start_ms = (span.start_ms - SCROLL_GLIDE_MS).max(0.0);
    }
    span
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::Fps;
    use crate::recording;
    use crate::source::RawInput;
    use crate::timeline::{ClipOptions, Idle, SizeOption, Timeline, TimelineOptions};

    /// A recording with a mutation at each of these seconds, after a snapshot at 0, planned at 10 frames a second.
    fn session(mutations: &[f64], snapshots: &[f64]) -> Recording {
        let event = |second: &f64, kind: u8| {
            let timestamp = 1_000_000.0 + second * 1000.0;
            format!(r#"{{"type":{kind},"timestamp":{timestamp},"data":{{"source":0,"node":{{}}}}}}"#)
        };
        let mut events = vec![
            r#"{"type":4,"timestamp":1000000,"data":{"href":"","width":800,"height":600}}"#.to_owned(),
            event(&0.0, 2),
        ];
        events.extend(snapshots.iter().map(|second| event(second, 2)));
        events.extend(mutations.iter().map(|second| event(second, 3)));
        let input = RawInput {
            name: "test".to_owned(),
            bytes: format!("[{}]", events.join(",")).into(),
        };
        recording::open(input).unwrap()
    }

    fn changes(mutations: &[f64], snapshots: &[f64], options: &TimelineOptions) -> ChangedFrames {
        let recording = session(mutations, snapshots);
        let timeline = Timeline::resolve(&recording, options).unwrap();
        ChangedFrames::of(
            &timeline.plan(SizeOption::Native, 1.0, Fps::new(10, 1)),
            &recording,
        )
    }

    /// Segments of videos of these seconds.
    fn segments(recording: &Recording, clips: &[&str]) -> Vec<Range<u64>> {
        let options = ClipOptions {
            ranges: clips.iter().map(|range| range.parse().unwrap()).collect(),
            ..ClipOptions::default()
        };
        let timelines = options.resolve(recording, &[], &kept()).unwrap().timelines;
        let plan = CapturePlan::new(&timelines, SizeOption::Native, 1.0, Fps::new(10, 1), |_| 0);
        let workload = Workload::of(&plan, recording);
        assert_eq!(workload.segments.last().unwrap().end, plan.frame_count);
        workload.segments
    }

    fn kept() -> TimelineOptions {
        TimelineOptions {
            idle: Idle::Keep,
            ..TimelineOptions::default()
        }
    }

    /// Seconds at the pace of the frames.
    fn every_tenth(from: u32, to: u32) -> Vec<f64> {
        (from * 10..to * 10)
            .map(|tenth| f64::from(tenth) / 10.0)
            .collect()
    }

    fn busy(frames: &ChangedFrames) -> Vec<Range<u64>> {
        frames.busy.iter().map(|busy| busy.frames.clone()).collect()
    }

    #[test]
    fn changed_frames_are_counted_and_pauses_found() {
        let frames = changes(&[0.05, 0.1, 1.0, 1.31, 1.7, 3.0], &[1.3], &kept());
        assert_eq!(busy(&frames), [0..2, 10..11, 13..15, 17..18, 29..30]);
        assert_eq!(frames.expected_captures(), 7);
        // After 0.9 s, with a snapshot, after 1.3 s; not after 0.3 s.
        assert_eq!(frames.good_cuts, [0, 10, 13, 29]);
        for (frame, before) in [
            (0, 0),
            (1, 1),
            (2, 2),
            (10, 2),
            (14, 4),
            (17, 5),
            (30, 7),
            (99, 7),
        ] {
            assert_eq!(frames.captures_before(frame), before, "{frame}");
        }
        for (captures, frame) in [(0, 0), (1, 1), (2, 10), (3, 13), (4, 14), (6, 29)] {
            assert_eq!(frames.frame_of_capture(captures), frame, "{captures}");
        }
    }

    #[test]
    fn cuts_are_at_good_places_where_there_are_some() {
        // Busy for 4 s, then for 2 s, then for 10 s without a pause.
        let mutations = [every_tenth(0, 4), every_tenth(6, 8), every_tenth(20, 30)].concat();
        let frames = changes(&mutations, &[], &kept());
        assert_eq!(frames.good_cuts, [0, 60, 200]);
        for (share, cuts) in [
            (35, vec![60, 215, 250]),
            // The recording ends with its last change: 99 captures after 20 s.
            (50, vec![200]),
            (49, vec![200, 249]),
            (45, vec![200, 245]),
            (15, vec![15, 60, 200, 215, 230, 245, 260, 275]),
            (200, vec![]),
        ] {
            assert_eq!(frames.cuts(share), cuts, "{share}");
        }
    }

    #[test]
    fn segments_cover_all_frames_once() {
        let busy = session(&every_tenth(0, 60), &[]);
        let whole = segments(&busy, &[]);
        assert_eq!((whole.len(), whole[0].start), (9, 0));
        assert!(whole.windows(2).all(|pair| pair[0].end == pair[1].start));
        assert_eq!(segments(&session(&every_tenth(0, 2), &[]), &[]).len(), 1);
    }

    #[test]
    fn videos_are_cut_where_each_would_be_alone() {
        let busy = session(&every_tenth(0, 60), &[]);
        assert_eq!(segments(&busy, &["0+20"]), [0..60, 60..120, 120..200]);
        assert_eq!(
            segments(&busy, &["30+2", "0+20", "10+2"]),
            [0..20, 20..80, 80..140, 140..220, 220..240]
        );
    }

    #[test]
    fn thirteen_idle_hours_are_one_segment() {
        let idle = session(&[46_800.0], &[]);
        assert_eq!(segments(&idle, &[]), vec![0..468_000; 1]);
        assert_eq!(changes(&[46_800.0], &[], &kept()).expected_captures(), 2);
    }

    #[test]
    fn what_is_not_shown_is_no_work() {
        let options = TimelineOptions {
            start: "2".parse().ok(),
            end: "3".parse().ok(),
            ..kept()
        };
        let part = changes(&[0.5, 1.0, 2.5, 4.0, 5.0], &[], &options);
        assert_eq!(busy(&part), [0..1, 5..6]);
    }
}
