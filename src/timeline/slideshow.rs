//! Whether all that a plan shows are screenshots of an app, so that nobody has to draw a page. Pure; the pipeline asks
//! before it starts a browser.

use std::collections::BTreeMap;

use super::RenderPlan;
use crate::recording::{Recording, Slides};

/// The screenshots of each window that is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Slideshow {
    /// By the window's place in the recording.
    windows: BTreeMap<usize, Slides>,
}

impl Slideshow {
    /// None if a frame shows anything else.
    pub fn of(plan: &RenderPlan, recording: &Recording) -> Option<Self> {
        let (start_ms, end_ms) = (plan.frame(0).session_ms, plan.clock.session_end_ms());
        let mut windows = BTreeMap::new();
        for place in plan.windows.shown_between(start_ms, end_ms) {
            let is_seen = |from_ms, until_ms| is_seen(plan, place, from_ms, until_ms);
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
