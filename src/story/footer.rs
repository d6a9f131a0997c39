//! What the band below the picture says: where in the session the frame is, and on which page. `Script` asks for it.

use super::places::{Place, Places, begun, has_hours, second};
use super::words::{session_time, wall_clock};
use crate::recording::{Moment, Recording};
use crate::timeline::RenderPlan;

/// The footer of a frame.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FooterText {
    /// Such as `1:02:03`.
    pub session_time: String,
    /// The same moment as date and time, UTC.
    pub wall_clock: String,
    /// Of the page, without query and fragment. Empty while it is not known.
    pub address: String,
    /// `window 1 of 2`, where there are several.
    pub window: Option<String>,
    /// `idle 3 min 12 s skipped`, after a cut.
    pub skipped: Option<String>,
}

/// The footers of a video.
#[derive(Debug)]
pub(super) struct Footer {
    started_ms: f64,
    with_hours: bool,
    places: Vec<Place>,
}

impl Footer {
    pub(super) fn new(recording: &Recording, moments: &[Moment], plan: &RenderPlan) -> Self {
        Self {
            started_ms: recording.started_ms,
            with_hours: has_hours(plan),
            places: Places::new(recording, moments, plan).into_vec(),
        }
    }

    /// What a frame's footer says, and the next frame whose footer may differ from it, skipped time left aside.
    pub(super) fn at(&self, plan: &RenderPlan, index: u64) -> (FooterText, u64) {
        let second = second(plan.frame(index).session_ms);
        let begun = begun(&self.places, index);
        let place = &self.places[begun - 1];
        let next_place = self.places.get(begun).map_or(u64::MAX, |place| place.from);
        let next_second = plan.first_frame_from((second + 1) as f64 * 1000.0);
        // The last frame shows the end, so nothing comes after it.
        let next_second = if index + 1 >= plan.frame_count {
            u64::MAX
        } else {
            next_second.max(index + 1)
        };
        let text = FooterText {
            session_time: session_time(second, self.with_hours),
            // Of the same moment, so that both change at once: one picture a second, not two.
            wall_clock: wall_clock(self.started_ms + second as f64 * 1000.0),
            address: place.address.clone(),
            window: place.window.clone(),
            skipped: None,
        };
        (text, next_place.min(next_second))
    }
}
