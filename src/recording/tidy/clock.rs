//! Puts the times of a window right, in the order in which its events came and before anything sorts them: rrweb
//! plays by time, so what a jumping clock wrote would change a document that is not there yet. `tidy` calls it.
//!
//! The windows of a session share the machine's clock, yet each is judged alone: a jump is seen where two events
//! follow each other, and in another window there may be none on its other side.

use std::collections::HashSet;
use std::ops::Range;

use crate::recording::event::{Event, EventType};
use crate::recording::problem::{Place, ProblemKind, Problems};

/// No session lasts this long: rrweb's users cut them after a day.
const LONGEST_PAUSE_MS: f64 = 30.0 * 24.0 * 3_600_000.0;

/// March 1973 in milliseconds, the year 5138 in seconds: what is above counts milliseconds.
const LEAST_IN_MS: f64 = 1e11;

/// Clocks that are corrected little by little go back by less, and blocks of events come late by more.
const SHORTEST_SETBACK_MS: f64 = 10_000.0;

/// Where time goes back more often, the events were mixed on their way.
const MOST_SETBACKS: usize = 3;

/// Changes the events whose times are wrong, in what the page gets as well.
pub(super) fn set_right(events: &mut [Event], problems: &mut Problems) {
    let mut times: Vec<f64> = events.iter().map(|event| event.timestamp_ms).collect();
    count_in_milliseconds(&mut times);
    move_events(events, &times, ProblemKind::TimeInSeconds, problems);
    undo_leaps(&mut times);
    undo_setbacks(events, &mut times);
    move_events(events, &times, ProblemKind::ClockJump, problems);
}

fn move_events(events: &mut [Event], times: &[f64], kind: ProblemKind, problems: &mut Problems) {
    for (event, &time) in events.iter_mut().zip(times) {
        if event.timestamp_ms.to_bits() != time.to_bits() {
            event.set_timestamp(time);
            problems.note(kind, Place::Event(event.index));
        }
    }
}

/// Sentry writes its own events in seconds, among those of rrweb in milliseconds.
fn count_in_milliseconds(times: &mut [f64]) {
    let Some(usual) = median(times.iter().copied().filter(|&time| time >= LEAST_IN_MS)) else {
        return;
    };
    for time in times.iter_mut().filter(|time| **time < LEAST_IN_MS) {
        // To the microsecond, which is what they are written to.
        let ms = (*time * 1e6).round() / 1e3;
        if (ms - usual).abs() <= LONGEST_PAUSE_MS {
            *time = ms;
        }
    }
}

/// Where a clock leaps by more than any pause, to 1970 or 2036, the stretches that are not near the median event
/// are shifted: to begin when the event before them happened, or to end when the event after them did.
fn undo_leaps(times: &mut [f64]) {
    let stretches = stretches(times);
    let Some(usual) = median(times.iter().copied()).filter(|_| stretches.len() > 1) else {
        return;
    };
    let is_right = |stretch: &Range<usize>| {
        times[stretch.clone()]
            .iter()
            .any(|time| (time - usual).abs() <= LONGEST_PAUSE_MS / 2.0)
    };
    let right: Vec<bool> = stretches.iter().map(is_right).collect();
    let first_right = right.iter().position(|&right| right).unwrap_or_default();
    for stretch in stretches[..first_right].iter().rev() {
        let end = times[stretch.end];
        shift(
            &mut times[stretch.clone()],
            |wrong| wrong[wrong.len() - 1],
            end,
            end,
        );
    }
    for index in first_right + 1..stretches.len() {
        if right[index] {
            continue;
        }
        let stretch = stretches[index].clone();
        let begin = times[stretch.start - 1];
        let next_right = (index + 1..stretches.len()).find(|&next| right[next]);
        let limit = next_right.map_or(f64::INFINITY, |next| times[stretches[next].start]);
        shift(&mut times[stretch], |wrong| wrong[0], begin, limit.max(begin));
    }
}

/// Shifts `times` so that the one that `which` chooses becomes `to`, and none comes to lie after `limit`.
fn shift(times: &mut [f64], which: impl Fn(&[f64]) -> f64, to: f64, limit: f64) {
    let from = which(times);
    for time in times {
        *time = (*time - from + to).min(limit);
    }
}

/// What lies between leaps.
fn stretches(times: &[f64]) -> Vec<Range<usize>> {
    let leaps = (1..times.len()).filter(|&at| (times[at] - times[at - 1]).abs() > LONGEST_PAUSE_MS);
    let mut stretches = Vec::new();
    let mut start = 0;
    for end in leaps.chain([times.len()]) {
        stretches.push(start..end);
        start = end;
    }
    stretches
}

/// Where a clock was set back by less, what follows is shifted to go on where it was, up to where the clock was set
/// forward again. A clock that is set back and events that come late look alike in their times alone; see
/// [`is_setback`].
fn undo_setbacks(events: &[Event], times: &mut [f64]) {
    let starts: Vec<usize> = (1..times.len()).filter(|&at| times[at] < times[at - 1]).collect();
    if starts.len() > MOST_SETBACKS {
        return;
    }
    for (number, &start) in starts.iter().enumerate() {
        let end = starts.get(number + 1).copied().unwrap_or(times.len());
        let before = times[start - 1];
        let back = before - times[start];
        if back < SHORTEST_SETBACK_MS || !is_setback(events, times, start..end) {
            continue;
        }
        let caught_up = (start + 1..end)
            .find(|&at| times[at] >= before)
            // Nine tenths: some time passed while the clock was wrong.
            .filter(|&at| times[at] - times[at - 1] >= 0.9 * back);
        let (end, limit) = caught_up.map_or((times.len(), f64::INFINITY), |at| (at, times[at]));
        shift(&mut times[start..end], |wrong| wrong[0], before, limit);
    }
}

/// Whether the run, which begins earlier than what came before it, was recorded after it nevertheless. Late events
/// are a block that fits between two others, or a beginning with a snapshot of its own. After a clock was set back,
/// sorting would mix the run with what came before it, or put changes before the snapshot that they change. What is
/// there already was delivered again, by whatever clock.
fn is_setback(events: &[Event], times: &[f64], run: Range<usize>) -> bool {
    let (earlier, earlier_times) = (&events[..run.start], &times[..run.start]);
    let latest = earlier_times.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let first = times[run.start];
    let last = times[run.clone()]
        .iter()
        .copied()
        .take_while(|&time| time < latest)
        .last()
        .unwrap_or(first);
    let mixes = earlier_times.iter().any(|&time| first < time && time < last);
    let first_snapshot = earlier
        .iter()
        .zip(earlier_times)
        .filter(|(event, _)| event.is_full_snapshot())
        .map(|(_, &time)| time)
        .fold(f64::INFINITY, f64::min);
    let loses_snapshot = first_snapshot.is_finite()
        && run
            .clone()
            .take_while(|&at| !events[at].is_full_snapshot() && times[at] < first_snapshot)
            .any(|at| events[at].kind == EventType::IncrementalSnapshot);
    (mixes || loses_snapshot) && {
        let known: HashSet<&str> = earlier.iter().map(|event| &*event.json).collect();
        !events[run].iter().any(|event| known.contains(&*event.json))
    }
}

fn median(times: impl Iterator<Item = f64>) -> Option<f64> {
    let mut times: Vec<f64> = times.collect();
    let middle = times.len() / 2;
    (!times.is_empty()).then(|| *times.select_nth_unstable_by(middle, f64::total_cmp).1)
}
