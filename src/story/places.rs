//! Which page of which window a video shows from which frame on. The footer, the chapters and the contact sheet name it. Pure.

use super::words::{address, page_name, session_time};
use crate::recording::{Moment, MomentKind, Recording};
use crate::timeline::RenderPlan;

/// Rounding must not make a frame on a full second one of the second before.
const ROUNDING_MS: f64 = 1e-3;
const HOUR_MS: f64 = 3_600_000.0;

#[derive(Debug)]
pub struct Places<'a> {
    plan: &'a RenderPlan,
    places: Vec<Place>,
}

/// Where the person is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The first frame that shows it.
    pub(super) from: u64,
    /// The page's title, or else its address without query; empty while it is not known.
    pub name: String,
    /// Without scheme, query and fragment.
    pub(super) address: String,
    /// `window 1 of 2`, where there are several.
    pub(super) window: Option<String>,
}

impl<'a> Places<'a> {
    /// `moments` are those of the recording.
    pub fn new(recording: &Recording, moments: &[Moment], plan: &'a RenderPlan) -> Self {
        let places = all(recording, moments, plan);
        Self { plan, places }
    }

    /// Session time of a frame, such as `1:02:03`, and the place that it shows.
    pub fn at(&self, frame: u64) -> (String, &Place) {
        let second = second(self.plan.frame(frame).session_ms);
        let time = session_time(second, has_hours(self.plan));
        (time, &self.places[begun(&self.places, frame) - 1])
    }

    /// The name of the first place, if it is known.
    pub(super) fn first_name(&self) -> Option<&str> {
        self.places.first().and_then(Place::known_name)
    }

    /// The names of those after it that are known, with their first frames.
    pub(super) fn later_names(&self) -> impl Iterator<Item = (u64, &str)> {
        let later = self.places.iter().skip(1);
        later.filter_map(|place| Some((place.from, place.known_name()?)))
    }

    pub(super) fn into_vec(self) -> Vec<Place> {
        self.places
    }
}

impl Place {
    fn known_name(&self) -> Option<&str> {
        (!self.name.is_empty()).then_some(&*self.name)
    }
}

/// The full second of a session time.
pub(super) fn second(session_ms: f64) -> u64 {
    ((session_ms.max(0.0) + ROUNDING_MS) / 1000.0).floor() as u64
}

/// Whether times of this video need hours.
pub(super) fn has_hours(plan: &RenderPlan) -> bool {
    plan.clock.session_end_ms() >= HOUR_MS
}

/// How many places have begun at a frame, at least the first.
pub(super) fn begun(places: &[Place], frame: u64) -> usize {
    places.partition_point(|place| place.from <= frame).max(1)
}

/// In order, the first from frame 0.
fn all(recording: &Recording, moments: &[Moment], plan: &RenderPlan) -> Vec<Place> {
    struct Page {
        session_ms: f64,
        name: String,
        address: String,
    }
    let count = recording.windows.len();
    let mut pages: Vec<Vec<Page>> = Vec::new();
    pages.resize_with(count, Vec::new);
    for moment in moments {
        if let MomentKind::Page { url, title } = &moment.kind {
            pages[moment.window].push(Page {
                session_ms: moment.session_ms,
                name: page_name(url, title.as_deref()),
                address: address(url),
            });
        }
    }
    let turns = plan.windows.turns().iter().map(|turn| turn.start_ms);
    let loads = pages.iter().flatten().map(|page| page.session_ms);
    let mut changes: Vec<u64> = turns.chain(loads).map(|ms| plan.first_frame_from(ms)).collect();
    changes.push(0);
    changes.sort_unstable();
    changes.dedup();
    let mut places: Vec<Place> = changes
        .into_iter()
        .map(|from| {
            let session_ms = plan.frame(from).session_ms + ROUNDING_MS;
            let window = plan.windows.window_at(session_ms);
            let begun = pages[window].partition_point(|page| page.session_ms <= session_ms);
            // The first page of a window counts from its beginning.
            let page = pages[window].get(begun.saturating_sub(1));
            Place {
                from,
                name: page.map(|page| page.name.clone()).unwrap_or_default(),
                address: page.map(|page| page.address.clone()).unwrap_or_default(),
                window: (count > 1).then(|| format!("window {} of {count}", window + 1)),
            }
        })
        .collect();
    places.dedup_by(|next, place| {
        (&next.name, &next.address, &next.window) == (&place.name, &place.address, &place.window)
    });
    places
}
