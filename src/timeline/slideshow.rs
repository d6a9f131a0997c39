//! Whether all that a plan shows are screenshots of an app, so that nobody has to draw a page. Pure; the pipeline asks
//! before it starts a browser.

use std::collections::{BTreeMap, BTreeSet};

use super::{CapturePlan, RenderPlan};
use crate::recording::{Recording, Slides};

/// The screenshots of each window that is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Slideshow {
    /// By the window's place in the recording.
    windows: BTreeMap<usize, Slides>,
}

impl Slideshow {
    /// None if a frame shows anything else.
    pub fn of(plan: &CapturePlan, recording: &Recording) -> Option<Self> {
        let shown = plan.videos.iter().flat_map(|video| {
            let range = video.range();
            video.windows.shown_between(range.start_ms, range.end_ms)
        });
        let mut windows = BTreeMap::new();
        for place in shown.collect::<BTreeSet<_>>() {
            let is_seen = |from_ms, until_ms| {
                let mut videos = plan.videos.iter();
                videos.any(|video| is_seen(video, place, from_ms, until_ms))
            };
            let slides = Slides::read(&recording.windows[place], recording.started_ms, is_seen)?;
            windows.insert(place, slides);
        }
        Some(Self { windows })
    }

    /// The window that a frame shows at a session time.
    pub fn window(&self, place: usize) -> Option<&Slides> {
        self.windows.get(&place)
    }
}

/// Whether a frame shows a window between two session times, the end not included.
fn is_seen(plan: &RenderPlan, window: usize, from_ms: f64, until_ms: f64) -> bool {
    let first = plan.first_frame_from(from_ms.max(0.0));
    (first..plan.frame_count)
        .map(|index| plan.frame(index).session_ms)
        .skip_while(|session_ms| *session_ms < from_ms)
        .take_while(|session_ms| *session_ms < until_ms)
        .any(|session_ms| plan.windows.window_at(session_ms) == window)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::Fps;
    use crate::recording;
    use crate::source::RawInput;
    use crate::timeline::{Idle, SizeOption, Timeline, TimelineOptions};

    /// An app that opens a keyboard after 4 s, and from 6 s on a page of the web in another window.
    fn slideshow(options: &str) -> Option<Slideshow> {
        let event = |window: &str, second: u64, event: &str| {
            let timestamp = 1_000_000 + second * 1000;
            format!(r#"["{window}",{{"timestamp":{timestamp},{event}}}]"#)
        };
        let meta = r#""type":4,"data":{"href":"Home","width":30,"height":40}"#;
        let screenshot =
            r#"{"id":41,"type":"screenshot","x":0,"y":0,"width":30,"height":40,"base64":"AAAA"}"#;
        let lines = [
            event("app", 0, meta),
            event(
                "app",
                0,
                &format!(r#""type":2,"data":{{"wireframes":[{screenshot}]}}"#),
            ),
            event(
                "app",
                4,
                r#""type":5,"data":{"tag":"keyboard","payload":{"open":true}}"#,
            ),
            event("web", 6, meta),
            event(
                "web",
                6,
                r#""type":2,"data":{"node":{"type":0,"id":1,"childNodes":[]}}"#,
            ),
            event("web", 9, r#""type":5,"data":{"tag":"end","payload":{}}"#),
        ];
        let input = RawInput {
            name: "test".to_owned(),
            bytes: lines.join("\n").into(),
        };
        let recording = recording::open(input).unwrap();
        let option = |name: &str| {
            options
                .split_whitespace()
                .find_map(|option| option.strip_prefix(name))
        };
        let options = TimelineOptions {
            start: option("start=").map(|time| time.parse().unwrap()),
            end: option("end=").map(|time| time.parse().unwrap()),
            window: option("window=").unwrap_or("auto").parse().unwrap(),
            idle: Idle::Keep,
            ..TimelineOptions::default()
        };
        let timeline = Timeline::resolve(&recording, &options).unwrap();
        Slideshow::of(
            &CapturePlan::new(&[timeline], SizeOption::Native, 1.0, Fps::new(10, 1), |_| 0),
            &recording,
        )
    }

    #[test]
    fn only_what_a_frame_shows_counts() {
        for (options, is_slideshow) in [
            ("", false),
            ("end=3.9", true),
            ("end=4", false),
            ("start=4.5 end=5.5", false),
            ("start=7", false),
            ("end=3 window=app", true),
            ("window=web", false),
        ] {
            let slideshow = slideshow(options);
            assert_eq!(slideshow.is_some(), is_slideshow, "{options}");
            assert_eq!(
                slideshow.is_some_and(|shown| shown.window(0).is_some()),
                is_slideshow
            );
        }
    }
}
