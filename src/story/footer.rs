//! What the band below the picture says: where in the session the frame is, and on which page. `Script` asks for it.

use super::words::{address, session_time, wall_clock};
use crate::recording::{MomentKind, Recording, moments};
use crate::timeline::RenderPlan;

/// Rounding must not make a frame on a full second one of the second before.
const ROUNDING_MS: f64 = 1e-3;
const HOUR_MS: f64 = 3_600_000.0;

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

/// The pages and windows of a video.
#[derive(Debug)]
pub(super) struct Footer {
    started_ms: f64,
    with_hours: bool,
    /// In order of the frame from which each is shown; the first from 0.
    places: Vec<Place>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    from: u64,
    address: String,
    window: Option<String>,
}

impl Footer {
    pub(super) fn new(recording: &Recording, plan: &RenderPlan) -> Self {
        Self {
            started_ms: recording.started_ms,
            with_hours: plan.clock.session_end_ms() >= HOUR_MS,
            places: places(recording, plan),
        }
    }

    /// What a frame's footer says, and the next frame whose footer differs from it, skipped time left aside.
    pub(super) fn at(&self, plan: &RenderPlan, index: u64) -> (FooterText, u64) {
        let second = ((plan.frame(index).session_ms.max(0.0) + ROUNDING_MS) / 1000.0).floor();
        let begun = self.places.partition_point(|place| place.from <= index);
        let place = &self.places[begun.saturating_sub(1)];
        let next_place = self.places.get(begun).map_or(u64::MAX, |place| place.from);
        let next_second = plan.first_frame_from((second + 1.0) * 1000.0);
        // The last frame shows the end, so nothing comes after it.
        let next_second = if index + 1 >= plan.frame_count {
            u64::MAX
        } else {
            next_second.max(index + 1)
        };
        let text = FooterText {
            session_time: session_time(second as u64, self.with_hours),
            // Of the same moment, so that both change at once: one picture a second, not two.
            wall_clock: wall_clock(self.started_ms + second * 1000.0),
            address: place.address.clone(),
            window: place.window.clone(),
            skipped: None,
        };
        (text, next_place.min(next_second))
    }
}

fn places(recording: &Recording, plan: &RenderPlan) -> Vec<Place> {
    let count = recording.windows.len();
    let mut pages: Vec<Vec<(f64, String)>> = vec![Vec::new(); count];
    for moment in moments(recording) {
        if let MomentKind::Page { url, .. } = moment.kind {
            pages[moment.window].push((moment.session_ms, address(&url)));
        }
    }
    let turns = plan.windows.turns().iter().map(|turn| turn.start_ms);
    let loads = pages.iter().flatten().map(|(ms, _)| *ms);
    let mut changes: Vec<u64> = turns.chain(loads).map(|ms| plan.first_frame_from(ms)).collect();
    changes.push(0);
    changes.sort_unstable();
    changes.dedup();
    let mut places: Vec<Place> = changes
        .into_iter()
        .map(|from| {
            let session_ms = plan.frame(from).session_ms + ROUNDING_MS;
            let window = plan.windows.window_at(session_ms);
            let begun = pages[window].partition_point(|(ms, _)| *ms <= session_ms);
            // The first page of a window counts from its beginning.
            let page = pages[window].get(begun.saturating_sub(1));
            Place {
                from,
                address: page.map(|(_, address)| address.clone()).unwrap_or_default(),
                window: (count > 1).then(|| format!("window {} of {count}", window + 1)),
            }
        })
        .collect();
    places.dedup_by(|next, place| (&next.address, &next.window) == (&place.address, &place.window));
    places
}
