//! How one video's frames are shared out: cut into segments, preferably where nothing is under way. Pure; the
//! pipeline hands the segments to its browsers.

use std::ops::Range;

use super::RenderPlan;
use crate::recording::{Event, EventType, IncrementalSource, Recording, Span, activity};

/// After this much session time without an event, transitions have ended.
const SETTLED_MS: f64 = 500.0;

/// rrweb records a scroll position every 100 ms; between two of them the player moves the page evenly.
const SCROLL_GLIDE_MS: f64 = 100.0;

/// Captures that a segment is worth. Fewer are not worth beginning anew; the pictures of more would wait long, and
/// take room, until it is their turn.
const CAPTURES_PER_SEGMENT: u64 = 60;

/// Which frames of a plan will probably be captured, and where it is good to cut.
#[derive(Debug, Clone, PartialEq)]
pub struct Workload {
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

impl Workload {
    pub fn of(plan: &RenderPlan, recording: &Recording) -> Self {
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
                    let before = last.map_or((0, 0), |last| {
                        (
                            last.frames.end,
                            last.captures_before + last.frames.end - last.frames.start,
                        )
                    });
                    if first > 0 && session_ms(first) - session_ms(before.0.saturating_sub(1)) >= SETTLED_MS {
                        good_cuts.push(first);
                    }
                    busy.push(Busy {
                        frames: first..end,
                        captures_before: before.1,
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

    /// How many pictures will be taken, as far as events tell: animations go on after theirs.
    pub fn expected_captures(&self) -> u64 {
        self.captures_before(self.frame_count)
    }

    /// All frames, in order. Where they are cut hangs on the recording alone, not on who renders it: pictures begin anew
    /// there.
    pub fn segments(&self) -> Vec<Range<u64>> {
        let cuts = self.cuts(CAPTURES_PER_SEGMENT);
        let starts = std::iter::once(0).chain(cuts.iter().copied());
        let ends = cuts.iter().copied().chain([self.frame_count]);
        starts.zip(ends).map(|(start, end)| start..end).collect()
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

    /// The frame before which there are so many captures, fewer than all.
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
    use crate::timeline::{Idle, SizeOption, Timeline, TimelineOptions};

    /// A recording with a mutation at each of these seconds, after a snapshot at 0, planned at 10 frames a second.
    fn workload(mutations: &[f64], snapshots: &[f64], options: &TimelineOptions) -> Workload {
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
        let recording = recording::open(input).unwrap();
        let timeline = Timeline::resolve(&recording, options).unwrap();
        Workload::of(
            &timeline.plan(SizeOption::Native, 1.0, Fps::new(10, 1)),
            &recording,
        )
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

    fn busy(workload: &Workload) -> Vec<Range<u64>> {
        workload.busy.iter().map(|busy| busy.frames.clone()).collect()
    }

    #[test]
    fn changed_frames_are_counted_and_pauses_found() {
        let workload = workload(&[0.05, 0.1, 1.0, 1.31, 1.7, 3.0], &[1.3], &kept());
        assert_eq!(busy(&workload), [0..2, 10..11, 13..15, 17..18, 29..30]);
        assert_eq!(workload.expected_captures(), 7);
        // After 0.9 s, with a snapshot, after 1.3 s; not after 0.3 s.
        assert_eq!(workload.good_cuts, [0, 10, 13, 29]);
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
            assert_eq!(workload.captures_before(frame), before, "{frame}");
        }
        for (captures, frame) in [(0, 0), (1, 1), (2, 10), (3, 13), (4, 14), (6, 29)] {
            assert_eq!(workload.frame_of_capture(captures), frame, "{captures}");
        }
    }

    #[test]
    fn cuts_are_at_good_places_where_there_are_some() {
        // Busy for 4 s, then for 2 s, then for 10 s without a pause.
        let mutations = [every_tenth(0, 4), every_tenth(6, 8), every_tenth(20, 30)].concat();
        let workload = workload(&mutations, &[], &kept());
        assert_eq!(workload.good_cuts, [0, 60, 200]);
        for (share, cuts) in [
            (35, vec![60, 215, 250]),
            // The recording ends with its last change: 99 captures after 20 s.
            (50, vec![200]),
            (49, vec![200, 249]),
            (45, vec![200, 245]),
            (15, vec![15, 60, 200, 215, 230, 245, 260, 275]),
            (200, vec![]),
        ] {
            assert_eq!(workload.cuts(share), cuts, "{share}");
        }
    }

    #[test]
    fn segments_cover_all_frames_once() {
        let busy = workload(&every_tenth(0, 60), &[], &kept());
        let segments = busy.segments();
        assert_eq!(segments.len(), 9);
        assert_eq!((segments[0].start, segments[8].end), (0, busy.frame_count));
        assert!(segments.windows(2).all(|pair| pair[0].end == pair[1].start));
        assert_eq!(workload(&every_tenth(0, 2), &[], &kept()).segments().len(), 1);
    }

    #[test]
    fn thirteen_idle_hours_are_one_segment() {
        let idle = workload(&[46_800.0], &[], &kept());
        assert_eq!(idle.segments(), vec![0..468_000; 1]);
        assert_eq!(idle.expected_captures(), 2);
    }

    #[test]
    fn what_is_not_shown_is_no_work() {
        let options = TimelineOptions {
            start: "2".parse().ok(),
            end: "3".parse().ok(),
            ..kept()
        };
        let part = workload(&[0.5, 1.0, 2.5, 4.0, 5.0], &[], &options);
        assert_eq!(busy(&part), [0..1, 5..6]);
    }
}
