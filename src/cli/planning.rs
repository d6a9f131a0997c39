//! What `render` and `verify` plan alike, on a thread that a signal need not wait for.

use std::sync::Arc;

use super::args::{ContentArgs, WordArgs};
use crate::aside::aside;
use crate::error::Result;
use crate::recording::{Moment, Recording, moments};
use crate::story::Script;
use crate::timeline::{CapturePlan, Clips, SessionTime, Timeline};

/// What happens in the recording, and the clips that are made of it: all, or the first.
pub(super) async fn clips(
    recording: &Arc<Recording>,
    content: &ContentArgs,
    only_first: bool,
) -> Result<(Arc<[Moment]>, Clips)> {
    let clips = content.time.clips(only_first);
    let options = content.time.timeline(&content.picture.window);
    let recording = Arc::clone(recording);
    aside("planner", move || {
        let moments = moments(&recording);
        let clips = clips.resolve(&recording, &moments, &options)?;
        Ok((moments.into(), clips))
    })
    .await
}

/// Which of the dates and times that are asked for cut nothing off, in a sentence each.
pub(super) fn bounds_outside(
    recording: &Recording,
    timeline: &Timeline,
    content: &ContentArgs,
) -> Vec<String> {
    let options = content.time.timeline(&content.picture.window);
    timeline.bounds_outside(recording, &options)
}

/// Which of the moments that are asked for are in idle time that is cut out, in a sentence each.
pub(super) fn moments_in_cuts(
    words: &WordArgs,
    poster_at: Option<SessionTime>,
    recording: &Recording,
    plan: &CapturePlan,
) -> Vec<String> {
    let notes = words.notes.iter().map(|note| ("--annotate", note.time));
    let poster = poster_at.map(|time| ("--poster-at", time));
    notes
        .chain(poster)
        .filter_map(|(option, time)| plan.describe_cut(option, time, recording))
        .collect()
}

/// What is told in each of the plan's videos.
pub(super) async fn scripts(
    words: &WordArgs,
    recording: &Arc<Recording>,
    moments: &Arc<[Moment]>,
    plan: &Arc<CapturePlan>,
) -> Result<Vec<Arc<Script>>> {
    let (words, moments) = (words.clone(), Arc::clone(moments));
    let (recording, plan) = (Arc::clone(recording), Arc::clone(plan));
    aside("planner", move || words.scripts(&recording, &moments, &plan)).await
}
