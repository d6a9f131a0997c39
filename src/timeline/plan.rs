//! The grid of frames that capture fills and the encoder writes: how large, how many, and what each of them shows.

use super::size::Layout;
use super::{ClockMap, WindowSchedule};
use crate::frame::{Fps, FrameSpec, Size};
use crate::recording::Span;

/// Everything about the video that is known before it is made.
#[derive(Debug, Clone, PartialEq)]
pub struct RenderPlan {
    /// Of the video: the page and the band below it.
    pub size: Size,
    /// How high the band below the page is, in pixels; 0 for none.
    pub band: u32,
    /// The device pixel ratio.
    pub scale: f64,
    pub fps: Fps,
    pub clock: ClockMap,
    pub windows: WindowSchedule,
    /// At least 1.
    pub frame_count: u64,
}

impl RenderPlan {
    pub(super) fn new(layout: Layout, fps: Fps, clock: ClockMap, windows: WindowSchedule) -> Self {
        let Layout { canvas, band } = layout;
        Self {
            size: Size::new(canvas.size.width, canvas.size.height + band),
            band,
            scale: canvas.scale,
            fps,
            frame_count: fps.frames_before(clock.video_duration_ms()).max(1),
            clock,
            windows,
        }
    }

    /// How long the video is, in milliseconds: all of its frames, though the last may reach beyond what the clock maps.
    pub fn duration_ms(&self) -> f64 {
        self.fps.frame_ms(self.frame_count)
    }

    /// The part of the session that the video is of, cuts included.
    pub fn range(&self) -> Span {
        Span {
            start_ms: self.clock.session_start_ms(),
            end_ms: self.clock.session_end_ms(),
        }
    }

    /// Whether a session time is in the range that the video is of, though it may be cut out.
    pub fn shows(&self, session_ms: f64) -> bool {
        let range = self.range();
        (range.start_ms..=range.end_ms).contains(&session_ms)
    }

    /// Frame `index`, shown from `index` / fps on. The last shows the very end, so that no final change is lost.
    pub fn frame(&self, index: u64) -> FrameSpec {
        let pts_ms = self.fps.frame_ms(index);
        let is_last = index + 1 >= self.frame_count;
        FrameSpec {
            index,
            pts_ms,
            session_ms: if is_last {
                self.clock.session_end_ms()
            } else {
                self.clock.session_ms(pts_ms)
            },
        }
    }

    /// The first frame that shows a moment of the session or a later one; the last frame for what comes after it.
    pub fn first_frame_from(&self, session_ms: f64) -> u64 {
        let index = self.fps.frames_before(self.clock.video_ms(session_ms));
        index.min(self.frame_count - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::Canvas;

    fn plan(session_ms: f64, fps: Fps) -> RenderPlan {
        let span = Span {
            start_ms: 0.0,
            end_ms: session_ms,
        };
        RenderPlan::new(
            Layout {
                canvas: Canvas {
                    size: Size::new(16, 16),
                    scale: 1.0,
                },
                band: 0,
            },
            fps,
            ClockMap::new(&[span], 1.0),
            WindowSchedule::only(0),
        )
    }

    #[test]
    fn the_grid_covers_the_video() {
        for (ms, fps, count) in [
            (0.0, Fps::new(30, 1), 1),
            (1.0, Fps::new(30, 1), 1),
            (33.4, Fps::new(30, 1), 2),
            (1000.0, Fps::new(30, 1), 30),
            (1001.0, Fps::new(30_000, 1001), 30),
            (100.0, Fps::new(10, 1), 1),
            (100.1, Fps::new(10, 1), 2),
            (700.0, Fps::new(10, 1), 7),
        ] {
            assert_eq!(plan(ms, fps).frame_count, count, "{ms} ms at {fps}");
        }
    }

    #[test]
    fn frames_stand_on_the_grid_and_the_last_shows_the_end() {
        let plan = plan(1010.0, Fps::new(10, 1));
        let frames: Vec<FrameSpec> = (0..plan.frame_count).map(|index| plan.frame(index)).collect();
        let shown: Vec<f64> = frames.iter().map(|frame| frame.session_ms).collect();
        assert_eq!(
            shown,
            [
                0.0, 100.0, 200.0, 300.0, 400.0, 500.0, 600.0, 700.0, 800.0, 900.0, 1010.0
            ]
        );
        assert_eq!(frames[10].pts_ms.to_bits(), 1000.0_f64.to_bits());
    }

    #[test]
    fn a_video_lasts_as_long_as_its_frames() {
        for (ms, fps, expected) in [
            (1000.0, Fps::new(10, 1), 1000.0),
            (1010.0, Fps::new(10, 1), 1100.0),
            (0.0, Fps::new(4, 1), 250.0),
        ] {
            let found = plan(ms, fps).duration_ms();
            assert!((found - expected).abs() < 1e-9, "{ms} ms at {fps}: {found}");
        }
    }

    #[test]
    fn a_single_frame_is_of_all_of_its_range() {
        let plan = plan(700.0, Fps::new(1, 1));
        assert_eq!(plan.frame_count, 1);
        for (ms, shown) in [
            (-1.0, false),
            (0.0, true),
            (300.0, true),
            (700.0, true),
            (701.0, false),
        ] {
            assert_eq!(plan.shows(ms), shown, "{ms}");
        }
    }

    #[test]
    fn thirteen_hours_are_no_burden() {
        let plan = plan(48_000_000.0, Fps::new(30, 1));
        assert_eq!(plan.frame_count, 1_440_000);
        let mut last = -1.0;
        for index in 0..plan.frame_count {
            let frame = plan.frame(index);
            assert!(frame.session_ms > last);
            last = frame.session_ms;
        }
    }
}
