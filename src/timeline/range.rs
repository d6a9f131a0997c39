//! From when to when: `--start`, `--end` and `--trim-start` resolved against a recording, and such a range in words.
//! Pure; `Timeline` and `clips` call it.

use jiff::Timestamp;

use super::{SessionTime, TimelineOptions, WindowSchedule, scheduled};
use crate::error::{Error, Kind, Result};
use crate::recording::{Recording, Span, Window, sights};

/// The part of the session that is asked for, which is all of the windows' if nothing is.
pub(super) fn resolve_range(
    recording: &Recording,
    schedule: &WindowSchedule,
    options: &TimelineOptions,
) -> Result<Span> {
    let whole = whole(recording, schedule);
    let (first_ms, last_ms) = (whole.start_ms, whole.end_ms);
    let usage = |message: String| Err(Error::new(Kind::Usage, message));

    // A start or end outside of the windows' own time shows nothing more, so it is moved to where that begins.
    let start_ms = options
        .start
        .map_or(first_ms, |start| start.session_ms(recording.started_ms));
    let end_ms = options
        .end
        .map_or(last_ms, |end| end.session_ms(recording.started_ms));
    match (options.start, options.end) {
        (Some(start), _) if start_ms >= last_ms && start_ms > first_ms => {
            let there = describe_range(recording, whole);
            let place = if start_ms > last_ms { "beyond" } else { "at" };
            return usage(format!(
                "--start {start} is {place} the end of the recording: there is only {there}"
            ));
        }
        (_, Some(end)) if end_ms <= first_ms && end_ms < last_ms => {
            let there = describe_range(recording, whole);
            return usage(format!(
                "--end {end} is not after the beginning of the recording: there is only {there}"
            ));
        }
        (Some(start), Some(end)) if start_ms >= end_ms => {
            return usage(format!("--start {start} is not before --end {end}"));
        }
        _ => {}
    }
    let range = Span {
        start_ms: start_ms.clamp(first_ms, last_ms),
        end_ms: end_ms.clamp(first_ms, last_ms),
    };
    Ok(if options.trim_start {
        without_blank_start(range, recording, schedule)
    } else {
        range
    })
}

/// All that there is of the windows that are shown.
fn whole(recording: &Recording, schedule: &WindowSchedule) -> Span {
    let windows = || scheduled(recording, schedule);
    let session_ms = |epoch_ms: Option<f64>| epoch_ms.map_or(0.0, |ms| ms - recording.started_ms);
    Span {
        start_ms: session_ms(windows().filter_map(Window::first_ms).min_by(f64::total_cmp)),
        end_ms: session_ms(windows().filter_map(Window::last_ms).max_by(f64::total_cmp)),
    }
}

/// Dates and times of `--start` and `--end` outside of the recording, in a sentence each: they cut nothing off, which is
/// often a slip of time zones.
pub(super) fn bounds_outside(
    recording: &Recording,
    schedule: &WindowSchedule,
    options: &TimelineOptions,
) -> Vec<String> {
    let whole = whole(recording, schedule);
    let there = describe_range(recording, whole);
    let of = |bound: Option<SessionTime>| {
        let time = bound.filter(|time| matches!(time, SessionTime::Absolute(_)))?;
        Some((time, time.session_ms(recording.started_ms)))
    };
    let early = of(options.start).filter(|(_, ms)| *ms < whole.start_ms);
    let late = of(options.end).filter(|(_, ms)| *ms > whole.end_ms);
    let early = early.map(|(time, _)| {
        format!("--start {time} is before the recording and cuts nothing: there is {there}")
    });
    let late = late
        .map(|(time, _)| format!("--end {time} is after the recording and cuts nothing: there is {there}"));
    early.into_iter().chain(late).collect()
}

/// The range from where the window that is shown has something to be seen; all of it if that never happens.
fn without_blank_start(range: Span, recording: &Recording, schedule: &WindowSchedule) -> Span {
    let sights: Vec<Vec<Span>> = recording
        .windows
        .iter()
        .map(|window| sights(window, recording.started_ms))
        .collect();
    let turns = schedule.turns();
    let ends = turns.iter().skip(1).map(|turn| turn.start_ms);
    let mut turns = turns.iter().zip(ends.chain([f64::INFINITY]));
    let first_sight = turns.find_map(|(turn, end_ms)| {
        // The first turn counts from the very beginning, which the range does as well.
        let start_ms = turn.start_ms.max(range.start_ms);
        let seen = |sight: &Span| {
            let seen_ms = sight.start_ms.max(start_ms);
            (seen_ms < sight.end_ms && seen_ms < end_ms).then_some(seen_ms)
        };
        sights[turn.window].iter().find_map(seen)
    });
    Span {
        start_ms: first_sight
            .filter(|ms| *ms < range.end_ms)
            .unwrap_or(range.start_ms),
        end_ms: range.end_ms,
    }
}

/// A part of the session in words: in session time, and by the clock.
pub(super) fn describe_range(recording: &Recording, range: Span) -> String {
    let clock = |ms: f64| {
        let second = ((recording.started_ms + ms) / 1000.0).floor();
        Timestamp::from_second(second as i64).map_or_else(|_| "?".to_owned(), |time| time.to_string())
    };
    format!(
        "{} ({} to {})",
        describe_offsets(range),
        clock(range.start_ms),
        clock(range.end_ms)
    )
}

pub(super) fn describe_offsets(range: Span) -> String {
    let seconds = |ms: f64| (ms / 100.0).round() / 10.0;
    format!("{} s to {} s", seconds(range.start_ms), seconds(range.end_ms))
}
