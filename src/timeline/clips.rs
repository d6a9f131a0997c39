//! Which parts of the session become videos: those of `--clip`, those around what happened, or all of it as one. Each
//! is a timeline of its own, as if it were the only one. Pure; `cli` calls it before any browser starts.

use std::collections::BTreeMap;

use super::around::AroundEvent;
use super::{Around, ClipRange, Timeline, TimelineOptions, WindowSchedule, describe_range, resolve_range};
use crate::error::{Error, Kind, Result};
use crate::recording::{Moment, MomentKind, Recording, Span, without_query};

/// More are asked for by mistake: each is a file, and has others beside it.
const MOST_CLIPS: usize = 100;

/// So many names of what a recording has fit in a message.
const MOST_NAMES: usize = 8;

/// Which parts are asked for; none at all means the whole as one.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ClipOptions {
    pub ranges: Vec<ClipRange>,
    pub around: Vec<Around>,
}

impl ClipOptions {
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty() && self.around.is_empty()
    }

    /// A timeline for each clip: the ranges in their order, then what happened in the order of time. What lies outside of
    /// the range of `options` is cut off. `moments` are those of the recording.
    pub fn resolve(
        &self,
        recording: &Recording,
        moments: &[Moment],
        options: &TimelineOptions,
    ) -> Result<Vec<Timeline>> {
        if self.is_empty() {
            return Ok(vec![Timeline::resolve(recording, options)?]);
        }
        let windows = WindowSchedule::resolve(recording, &options.window)?;
        let whole = resolve_range(recording, &windows, options)?;
        let mut parts = self.placed(recording, whole)?;
        parts.extend(self.found(recording, moments, &windows, whole)?);
        if parts.len() > MOST_CLIPS {
            let message = format!("{} clips are asked for; {MOST_CLIPS} are the most", parts.len());
            return Err(Error::new(Kind::Usage, message)
                .hint("Narrow it down with --start and --end, or with a more exact --around."));
        }
        let timeline = |range| Timeline::of(recording, &windows, range, options);
        parts.into_iter().map(timeline).collect()
    }

    /// The ranges, cut to what there is.
    fn placed(&self, recording: &Recording, whole: Span) -> Result<Vec<Span>> {
        let place = |range: &ClipRange| {
            let (start_ms, end_ms) = range.session_ms(recording.started_ms);
            if start_ms >= end_ms {
                let message = format!("--clip {range} ends before it begins");
                return Err(Error::new(Kind::Usage, message));
            }
            intersection(whole, start_ms, end_ms).ok_or_else(|| {
                let there = describe_range(recording, whole);
                let message = format!("--clip {range} is outside of what there is to show: {there}");
                Error::new(Kind::Usage, message)
            })
        };
        self.ranges.iter().map(place).collect()
    }

    /// What is around everything that is looked for; what overlaps is one.
    fn found(
        &self,
        recording: &Recording,
        moments: &[Moment],
        windows: &WindowSchedule,
        whole: Span,
    ) -> Result<Vec<Span>> {
        let is_there = |ms: f64| (whole.start_ms..=whole.end_ms).contains(&ms);
        let shown: Vec<&Moment> = moments
            .iter()
            .filter(|moment| {
                is_there(moment.session_ms) && windows.window_at(moment.session_ms) == moment.window
            })
            .collect();
        let mut parts = Vec::new();
        for around in &self.around {
            let times: Vec<f64> = if let AroundEvent::Time(time) = around.event {
                let ms = time.session_ms(recording.started_ms);
                is_there(ms).then_some(ms).into_iter().collect()
            } else {
                let meant = shown.iter().filter(|moment| around.event.is(moment));
                meant.map(|moment| moment.session_ms).collect()
            };
            if times.is_empty() {
                return Err(not_there(&around.event, recording, &shown, whole));
            }
            let part = |ms: f64| Span {
                start_ms: (ms - around.before_ms).max(whole.start_ms),
                end_ms: (ms + around.after_ms).min(whole.end_ms),
            };
            parts.extend(times.into_iter().map(part));
        }
        parts.sort_by(|a, b| a.start_ms.total_cmp(&b.start_ms));
        parts.dedup_by(|next, merged| {
            let overlaps = next.start_ms <= merged.end_ms;
            if overlaps {
                merged.end_ms = merged.end_ms.max(next.end_ms);
            }
            overlaps
        });
        Ok(parts)
    }
}

/// What is in both; none if that has no length, although the whole has one.
fn intersection(whole: Span, start_ms: f64, end_ms: f64) -> Option<Span> {
    let span = Span {
        start_ms: start_ms.max(whole.start_ms),
        end_ms: end_ms.min(whole.end_ms),
    };
    let is_moment = span.start_ms >= span.end_ms;
    let whole_is_moment = whole.start_ms >= whole.end_ms;
    (span.start_ms <= span.end_ms && (!is_moment || whole_is_moment)).then_some(span)
}

/// What is looked for does not happen; says what does.
fn not_there(event: &AroundEvent, recording: &Recording, shown: &[&Moment], whole: Span) -> Error {
    let there = describe_range(recording, whole);
    let message = match event {
        AroundEvent::Time(_) => format!("--around {event} is outside of what there is to show: {there}"),
        _ => format!("--around {event}: nothing like it happens in what there is to show: {there}"),
    };
    Error::new(Kind::Usage, message).hint(inventory(shown))
}

/// How many of everything there are, and what they are called.
fn inventory(shown: &[&Moment]) -> String {
    let of = |name: fn(&MomentKind) -> Option<&str>| {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for name in shown.iter().filter_map(|moment| name(&moment.kind)) {
            *counts.entry(name).or_default() += 1;
        }
        counts
    };
    let list = |counts: &BTreeMap<&str, usize>| {
        let mut names: Vec<String> = counts
            .keys()
            .take(MOST_NAMES)
            .map(|name| (*name).to_owned())
            .collect();
        if counts.len() > MOST_NAMES {
            names.push(format!("{} more", counts.len() - MOST_NAMES));
        }
        names.join(", ")
    };
    let sort = |one: &str, many: &str, counts: &BTreeMap<&str, usize>, named: bool| {
        let count: usize = counts.values().sum();
        let what = if count == 1 { one } else { many };
        match list(counts) {
            names if named && !names.is_empty() => format!("{count} {what} ({names})"),
            _ if count == 0 => format!("no {many}"),
            _ => format!("{count} {what}"),
        }
    };
    let errors = of(|kind| matches!(kind, MomentKind::Error { .. }).then_some(""));
    let clicks = of(|kind| match kind {
        MomentKind::Click { text } => Some(text),
        _ => None,
    });
    let pages = of(|kind| match kind {
        MomentKind::Page { url, .. } => Some(without_query(url)),
        _ => None,
    });
    let tags = of(|kind| match kind {
        MomentKind::Custom { tag } => Some(tag),
        _ => None,
    });
    format!(
        "There are {}, {}, {}, {}.",
        sort("error", "errors", &errors, false),
        sort("click", "clicks", &clicks, true),
        sort("page", "pages", &pages, true),
        sort("custom event", "custom events", &tags, true)
    )
}
