//! Which places of the grid show a session best: where the person did most. The poster and the contact sheet go by it.

use crate::recording::{Event, Recording, activity};
use crate::timeline::RenderPlan;

/// Actions within this many milliseconds of video time count together.
const BUSY_MS: f64 = 5000.0;
/// What an action did is seen a little after it.
const EFFECT_MS: f64 = 500.0;

/// When the person did something, as far as the video shows it.
#[derive(Debug)]
pub struct Highlights<'a> {
    plan: &'a RenderPlan,
    /// Milliseconds of video time, in order.
    actions_ms: Vec<f64>,
}

impl<'a> Highlights<'a> {
    pub fn new(recording: &Recording, plan: &'a RenderPlan) -> Self {
        let windows = recording.windows.iter().zip(0..);
        let events = windows.flat_map(|(window, place)| {
            let is_shown = move |event: &&Event| plan.windows.window_at(recording.session_ms(event)) == place;
            window.events.iter().filter(is_shown)
        });
        let actions_ms = activity::spans(events, recording.started_ms, 0.0)
            .iter()
            .map(|span| span.end_ms)
            .filter(|ms| plan.shows(*ms))
            .map(|ms| plan.clock.video_ms(ms))
            .collect();
        Self { plan, actions_ms }
    }

    /// The end of the busiest five seconds; the first frame of a video in which nobody does anything.
    pub fn busiest(&self) -> u64 {
        let until = |from: usize| {
            let start_ms = self.actions_ms[from];
            self.actions_ms.partition_point(|ms| *ms <= start_ms + BUSY_MS)
        };
        let busiest = (0..self.actions_ms.len())
            .map(|from| (until(from) - from, from))
            // Of several the first.
            .max_by_key(|(count, from)| (*count, usize::MAX - *from));
        busiest.map_or(0, |(count, from)| {
            self.frame_after(self.actions_ms[from + count - 1])
        })
    }

    /// At most this many places, one in each part of the video: after its last action, or else in its middle.
    pub fn spread(&self, count: usize) -> Vec<u64> {
        let part_ms = self.plan.duration_ms() / count as f64;
        let mut places: Vec<u64> = (0..count)
            .map(|part| {
                let start_ms = part as f64 * part_ms;
                let end = self
                    .actions_ms
                    .partition_point(|ms| *ms < start_ms + part_ms - EFFECT_MS);
                let last = self.actions_ms[..end].last().filter(|ms| **ms >= start_ms);
                last.map_or_else(
                    || self.frame_at(start_ms + part_ms / 2.0),
                    |ms| self.frame_after(*ms),
                )
            })
            .collect();
        places.dedup();
        places
    }

    fn frame_after(&self, ms: f64) -> u64 {
        self.frame_at(ms + EFFECT_MS)
    }

    /// The frame that is shown at a time of the video.
    fn frame_at(&self, ms: f64) -> u64 {
        ((ms * self.plan.fps.as_f64() / 1000.0) as u64).min(self.plan.frame_count - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::Fps;
    use crate::recording;
    use crate::source::RawInput;
    use crate::timeline::{Idle, SizeOption, Timeline, TimelineOptions};

    /// A session of a minute with clicks at these seconds.
    fn session(clicks: &[f64]) -> (Recording, RenderPlan) {
        let mut events = vec![
            r#"{"type":4,"timestamp":1000000,"data":{"href":"","width":800,"height":600}}"#.to_owned(),
            r#"{"type":2,"timestamp":1000000,"data":{"node":{}}}"#.to_owned(),
        ];
        let incremental = |second: f64, source: u8| {
            let timestamp = 1_000_000.0 + second * 1000.0;
            format!(r#"{{"type":3,"timestamp":{timestamp},"data":{{"source":{source}}}}}"#)
        };
        events.extend(clicks.iter().map(|second| incremental(*second, 2)));
        events.push(incremental(60.0, 0));
        let recording = recording::open(RawInput {
            name: "test".to_owned(),
            bytes: format!("[{}]", events.join(",")).into(),
        })
        .unwrap();
        let options = TimelineOptions {
            idle: Idle::Keep,
            ..TimelineOptions::default()
        };
        let timeline = Timeline::resolve(&recording, &options).unwrap();
        let plan = timeline.plan(SizeOption::Native, 1.0, Fps::new(10, 1));
        (recording, plan)
    }

    #[test]
    fn the_busiest_place_is_where_most_is_done() {
        // The page itself appears at 0.
        for (clicks, expected) in [
            (&[][..], 5),
            (&[20.0, 21.0], 215),
            (&[10.0, 30.0, 31.0, 33.5, 50.0, 51.0], 340),
            (&[59.8, 59.9, 60.0], 599),
        ] {
            let (recording, plan) = session(clicks);
            assert_eq!(
                Highlights::new(&recording, &plan).busiest(),
                expected,
                "{clicks:?}"
            );
        }
    }

    #[test]
    fn what_is_done_in_another_window_is_not_seen() {
        let event = |window: &str, second: f64, kind: u8, data: &str| {
            let timestamp = 1_000_000.0 + second * 1000.0;
            format!(r#"["{window}",{{"type":{kind},"timestamp":{timestamp},"data":{data}}}]"#)
        };
        let meta = r#"{"href":"","width":800,"height":600}"#;
        let mut lines = Vec::new();
        for window in ["quiet", "busy"] {
            lines.extend([
                event(window, 0.0, 4, meta),
                event(window, 0.0, 2, r#"{"node":{}}"#),
            ]);
        }
        let click = r#"{"source":2,"type":2,"id":1}"#;
        lines.extend([6.0, 6.5].map(|second| event("quiet", second, 3, click)));
        lines.extend((20..30).map(|second| event("busy", second.into(), 3, click)));
        lines.push(event("quiet", 40.0, 3, click));
        let recording = recording::open(RawInput {
            name: "test".to_owned(),
            bytes: lines.join("\n").into(),
        })
        .unwrap();
        for (window, expected) in [("quiet", 70), ("auto", 255)] {
            let options = TimelineOptions {
                idle: Idle::Keep,
                window: window.parse().unwrap(),
                ..TimelineOptions::default()
            };
            let timeline = Timeline::resolve(&recording, &options).unwrap();
            let plan = timeline.plan(SizeOption::Native, 1.0, Fps::new(10, 1));
            let busiest = Highlights::new(&recording, &plan).busiest();
            assert_eq!(busiest, expected, "{window}");
        }
    }

    #[test]
    fn places_are_spread_over_the_video() {
        let (recording, plan) = session(&[21.0, 22.0, 39.9]);
        let highlights = Highlights::new(&recording, &plan);
        assert_eq!(highlights.spread(3), [5, 225, 500]);
        assert_eq!(highlights.spread(1), [404]);
        // Never more than there are frames.
        assert!(highlights.spread(2000).into_iter().eq(0..600));
    }
}
