//! What the browsers go through once, whatever number of videos is made of it: the frames of all videos, in order of
//! session time. `capture` fills it, `pipeline` deals the pictures out to the videos.

use std::ops::Range;
use std::sync::Arc;

use super::{RenderPlan, SizeOption, Timeline, WindowSchedule};
use crate::frame::{Canvas, Fps, FrameSpec};

/// The videos that are made in one pass, all of one size and on grids of one rate.
#[derive(Debug, Clone, PartialEq)]
pub struct CapturePlan {
    pub canvas: Canvas,
    pub fps: Fps,
    pub windows: WindowSchedule,
    /// Never empty. Each is what it would be alone.
    pub videos: Vec<Arc<RenderPlan>>,
    /// The session times of all frames, in order, each once; None for a single video, which has them in its grid.
    merged: Option<Vec<f64>>,
}

impl CapturePlan {
    /// Lays a grid of frames over each of the timelines, which are of one recording and never none. The canvas is the
    /// one that fits all of them.
    pub fn new(timelines: &[Timeline], size: SizeOption, scale: f64, fps: Fps) -> Self {
        let largest = timelines
            .iter()
            .max_by_key(|timeline| timeline.viewport.pixels())
            .expect("a capture plan has a video");
        let canvas = size.resolve(largest.viewport, scale);
        let plan = |timeline: &Timeline| {
            let (clock, windows) = (timeline.clock.clone(), timeline.windows.clone());
            Arc::new(RenderPlan::new(canvas, fps, clock, windows))
        };
        Self::of(timelines.iter().map(plan).collect())
    }

    fn of(videos: Vec<Arc<RenderPlan>>) -> Self {
        let first = &videos[0];
        Self {
            canvas: first.canvas(),
            fps: first.fps,
            windows: first.windows.clone(),
            merged: (videos.len() > 1).then(|| merged(&videos)),
            videos,
        }
    }

    pub fn frame_count(&self) -> u64 {
        self.merged
            .as_ref()
            .map_or(self.videos[0].frame_count, |times| times.len() as u64)
    }

    /// Frame `index` of the pass. Its video time means something only where there is a single video.
    pub fn frame(&self, index: u64) -> FrameSpec {
        match &self.merged {
            None => self.videos[0].frame(index),
            Some(times) => FrameSpec {
                index,
                pts_ms: self.fps.frame_ms(index),
                session_ms: times[index as usize],
            },
        }
    }

    /// Where a frame of one of the videos is in the pass.
    pub(super) fn place_of(&self, video: &RenderPlan, index: u64) -> u64 {
        match &self.merged {
            None => index,
            Some(times) => {
                let session_ms = video.frame(index).session_ms;
                times.partition_point(|ms| *ms < session_ms) as u64
            }
        }
    }

    /// Which frames of one of the videos are at these places of the pass, of which there is at least one; often none.
    pub fn frames_of(&self, video: &RenderPlan, places: &Range<u64>) -> Range<u64> {
        match &self.merged {
            None => places.clone(),
            Some(times) => {
                let (first_ms, last_ms) = (times[places.start as usize], times[places.end as usize - 1]);
                let start = video.frames_before(|ms| ms < first_ms);
                let end = video.frames_before(|ms| ms <= last_ms);
                start..end
            }
        }
    }
}

fn merged(videos: &[Arc<RenderPlan>]) -> Vec<f64> {
    let frames = videos.iter().flat_map(|video| video.frames());
    let mut times: Vec<f64> = frames.map(|frame| frame.session_ms).collect();
    times.sort_unstable_by(f64::total_cmp);
    times.dedup();
    times
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::Size;
    use crate::recording::Span;
    use crate::timeline::ClockMap;

    /// Videos of these seconds of the session, at 10 frames a second.
    fn plan(spans: &[(f64, f64)]) -> CapturePlan {
        let video = |&(start, end): &(f64, f64)| {
            let span = Span {
                start_ms: start * 1000.0,
                end_ms: end * 1000.0,
            };
            let canvas = Canvas {
                size: Size::new(16, 16),
                scale: 1.0,
            };
            let (clock, windows) = (ClockMap::new(&[span], 1.0), WindowSchedule::only(0));
            Arc::new(RenderPlan::new(canvas, Fps::new(10, 1), clock, windows))
        };
        CapturePlan::of(spans.iter().map(video).collect())
    }

    /// Checks that each video gets all its frames, in order, each at its own session time.
    fn assert_dealt(plan: &CapturePlan, lasts: u64) {
        for video in &plan.videos {
            let mut next = 0;
            let mut place = 0;
            while place < plan.frame_count() {
                let places = place..(place + lasts).min(plan.frame_count());
                let frames = plan.frames_of(video, &places);
                if !frames.is_empty() {
                    assert_eq!(frames.start, next);
                    next = frames.end;
                    let shown = plan.frame(places.end - 1).session_ms;
                    assert!(video.frame(frames.end - 1).session_ms <= shown);
                }
                place = places.end;
            }
            assert_eq!(next, video.frame_count);
        }
    }

    #[test]
    fn frames_come_in_order_of_session_time_and_each_once() {
        for (spans, count) in [
            (&[(2.0, 3.0)][..], 10),
            (&[(5.0, 6.0), (2.0, 3.0)], 20),
            // On the same grid, but for the end of the first, which is on none.
            (&[(0.0, 2.0), (1.0, 3.0)], 30),
            (&[(0.0, 2.0), (1.05, 3.0)], 40),
            (&[(0.0, 3.0), (1.0, 2.0)], 30),
            (&[(0.0, 1.0), (0.0, 1.0)], 10),
        ] {
            let plan = plan(spans);
            assert_eq!(plan.frame_count(), count, "{spans:?}");
            let times: Vec<f64> = (0..count).map(|index| plan.frame(index).session_ms).collect();
            assert!(times.is_sorted(), "{times:?}");
            for lasts in [1, 3, 1000] {
                assert_dealt(&plan, lasts);
            }
            for video in &plan.videos {
                for index in [0, 1, video.frame_count - 1] {
                    let place = plan.place_of(video, index);
                    assert_eq!(plan.frames_of(video, &(place..place + 1)), index..index + 1);
                }
            }
        }
    }
}
