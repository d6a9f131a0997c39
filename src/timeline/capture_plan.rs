//! What the browsers go through, whatever number of videos is made of it: the frames of one video after the other.
//! `capture` fills it, `pipeline` puts the pictures into the videos.

use std::sync::Arc;

use super::range::{describe_offsets, describe_range};
use super::{BandHeight, RenderPlan, SessionTime, SizeOption, Timeline, WindowSchedule};
use crate::error::{Error, Kind, Result};
use crate::frame::{Canvas, Fps, FrameSpec};
use crate::recording::Recording;

/// The videos that are made together, all of one size and on grids of one rate. Each begins with pages that have shown
/// nothing, so that its pictures are those that it has alone.
#[derive(Debug, Clone, PartialEq)]
pub struct CapturePlan {
    pub canvas: Canvas,
    pub fps: Fps,
    pub windows: WindowSchedule,
    /// Never empty.
    pub videos: Vec<Arc<RenderPlan>>,
    /// The place of each video's first frame.
    starts: Vec<u64>,
    pub frame_count: u64,
}

impl CapturePlan {
    /// Lays a grid of frames over each of the timelines, which are of one recording and never none. The canvas is the
    /// one that the largest viewport wants, with a band below it.
    ///
    /// # Panics
    /// Without a timeline.
    pub fn new(timelines: &[Timeline], size: SizeOption, scale: f64, fps: Fps, band: BandHeight) -> Self {
        let largest = timelines
            .iter()
            .max_by_key(|timeline| timeline.viewport.pixels())
            .expect("a capture plan has a video");
        let layout = size.resolve(largest.viewport, scale, band);
        let plan = |timeline: &Timeline| {
            let (clock, windows) = (timeline.clock.clone(), timeline.windows.clone());
            Arc::new(RenderPlan::new(layout, fps, clock, windows))
        };
        let videos: Vec<_> = timelines.iter().map(plan).collect();
        let mut frame_count = 0;
        let starts = videos.iter().map(|video| {
            let start = frame_count;
            frame_count += video.frame_count;
            start
        });
        Self {
            canvas: layout.canvas,
            fps,
            windows: largest.windows.clone(),
            starts: starts.collect(),
            frame_count,
            videos,
        }
    }

    /// The frame at a place, by its index counted through all videos; its times are those of its video.
    pub fn frame(&self, place: u64) -> FrameSpec {
        let video = self.video_at(place);
        FrameSpec {
            index: place,
            ..self.videos[video].frame(place - self.starts[video])
        }
    }

    /// Which of the videos the frame at a place belongs to.
    pub fn video_at(&self, place: u64) -> usize {
        self.starts.partition_point(|start| *start <= place) - 1
    }

    /// Fails if the moment that an option asks for is in none of the videos.
    pub fn check_shown(&self, option: &str, time: SessionTime, recording: &Recording) -> Result<()> {
        let session_ms = time.session_ms(recording.started_ms);
        if self.videos.iter().any(|video| video.shows(session_ms)) {
            return Ok(());
        }
        let describe = |video: &Arc<RenderPlan>| match time {
            SessionTime::Offset(_) => describe_offsets(video.range()),
            SessionTime::Absolute(_) => describe_range(recording, video.range()),
        };
        let shown: Vec<String> = self.videos.iter().map(describe).collect();
        let message = format!(
            "{option} {time} is not in the video, which shows {} of the session",
            shown.join(", ")
        );
        Err(Error::new(Kind::Usage, message))
    }

    /// Where the moment that an option asks for comes, in a sentence, if it is in idle time that is cut out of all videos.
    pub fn describe_cut(&self, option: &str, time: SessionTime, recording: &Recording) -> Option<String> {
        let session_ms = time.session_ms(recording.started_ms);
        let shown = self.videos.iter().filter(|video| video.shows(session_ms));
        let goes_on_ms: Option<Vec<f64>> = shown
            .map(|video| video.clock.goes_on_after_cut_ms(session_ms))
            .collect();
        let goes_on = SessionTime::Offset(*goes_on_ms?.first()?);
        Some(format!(
            "{option} {time} is in idle time that is cut out; it comes where the video goes on, at {goes_on} of the session"
        ))
    }

    /// The place of a video's first frame.
    pub fn start_of(&self, video: usize) -> u64 {
        self.starts[video]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::Size;
    use crate::recording::Span;
    use crate::timeline::ClockMap;

    /// A video of these seconds of the session, in a window of this width.
    fn timeline(start: f64, end: f64, width: u32) -> Timeline {
        let range = Span {
            start_ms: start * 1000.0,
            end_ms: end * 1000.0,
        };
        Timeline {
            range,
            around_ms: Vec::new(),
            viewport: Size::new(width, 100),
            clock: ClockMap::new(&[range], 1.0),
            windows: WindowSchedule::only(0),
        }
    }

    #[test]
    fn a_moment_that_is_cut_out_is_told() {
        let piece = |start_s: f64, end_s: f64| Span {
            start_ms: start_s * 1000.0,
            end_ms: end_s * 1000.0,
        };
        let cut = Timeline {
            clock: ClockMap::new(&[piece(0.0, 5.5), piece(29.5, 40.0)], 1.0),
            ..timeline(0.0, 40.0, 100)
        };
        let recording = crate::recording::open(crate::source::RawInput {
            name: "test".to_owned(),
            bytes: br#"[{"type":2,"timestamp":10000,"data":{"node":{}}}]"#.to_vec(),
        })
        .unwrap();
        let told = |timelines: &[Timeline], time: &str| {
            let plan = CapturePlan::new(timelines, SizeOption::Native, 1.0, Fps::new(10, 1), |_| 0);
            plan.describe_cut("--annotate", time.parse().unwrap(), &recording)
        };
        let goes_on =
            "is in idle time that is cut out; it comes where the video goes on, at 29.5 s of the session";
        for (time, expected) in [
            ("5.5", None),
            ("5.6", Some(format!("--annotate 5.6 s {goes_on}"))),
            (
                "1970-01-01T00:00:30Z",
                Some(format!("--annotate 1970-01-01T00:00:30Z {goes_on}")),
            ),
            ("29.5", None),
            ("50", None),
        ] {
            assert_eq!(told(std::slice::from_ref(&cut), time), expected, "{time}");
            // Another video shows it.
            assert_eq!(told(&[cut.clone(), timeline(5.0, 29.5, 100)], time), None);
        }
    }

    #[test]
    fn videos_come_one_after_the_other_and_are_what_they_are_alone() {
        let timelines = [
            timeline(5.0, 6.0, 200),
            timeline(0.03, 2.1, 300),
            timeline(1.0, 1.0, 100),
        ];
        let plan = CapturePlan::new(&timelines, SizeOption::Native, 1.0, Fps::new(10, 1), |_| 0);
        assert_eq!(
            (plan.canvas.size, plan.frame_count),
            (Size::new(300, 100), 10 + 21 + 1)
        );
        let mut place = 0;
        for (number, timeline) in timelines.iter().enumerate() {
            assert_eq!(plan.start_of(number), place);
            let alone = timeline.plan(SizeOption::Native, 1.0, Fps::new(10, 1));
            for index in 0..alone.frame_count {
                assert_eq!(plan.video_at(place), number);
                assert_eq!(
                    plan.frame(place),
                    FrameSpec {
                        index: place,
                        ..alone.frame(index)
                    }
                );
                place += 1;
            }
        }
        assert_eq!(place, plan.frame_count);
    }
}
