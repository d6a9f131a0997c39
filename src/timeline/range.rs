//! From when to when: `--start`, `--end` and `--trim-start` resolved against a recording, and such a range in words.
//! Pure; `Timeline` and `clips` call it.

use jiff::Timestamp;

use super::{TimelineOptions, WindowSchedule, scheduled};
use crate::error::{Error, Kind, Result};
use crate::recording::{Recording, Span, Window, sights};

/// The part of the session that is asked for, which is all of the windows' if nothing is.
pub(super) fn resolve_range(
    recording: &Recording,
    schedule: &WindowSchedule,
    options: &TimelineOptions,
) -> Result<Span> {
    let windows = || scheduled(recording, schedule);
    let session_ms = |epoch_ms: Option<f64>| epoch_ms.map_or(0.0, |ms| ms - recording.started_ms);
    let whole = Span {
        start_ms: session_ms(windows().filter_map(Window::first_ms).min_by(f64::total_cmp)),
        end_ms: session_ms(windows().filter_map(Window::last_ms).max_by(f64::total_cmp)),
    };
    let (first_ms, last_ms) = (whole.start_ms, whole.end_ms);
    let usage = |message: String| Err(Error::new(Kind::Usage, message));

    // A start or end outside of the windows' own time shows nothing more, so it is moved to where that begins.
    let start_ms = options
        .start
        .map_or(first_ms, |start| start.session_ms(recording.started_ms));
    let end_ms = options
        .end
        .map_or(last_ms, |end| end.session_ms(recording.started_ms));
    if options.start.is_some() && start_ms >= last_ms && start_ms > first_ms {
        let there = describe_range(recording, whole);
        return usage(format!(
            "--start {} is beyond the end of the recording: there is only {there}",
            seconds(start_ms)
        ));
    }
    if options.end.is_some() && end_ms <= first_ms && end_ms < last_ms {
        let there = describe_range(recording, whole);
        return usage(format!(
            "--end {} is not after the beginning of the recording: there is only {there}",
            seconds(end_ms)
        ));
    }
    if options.start.is_some() && options.end.is_some() && start_ms >= end_ms {
        let (start, end) = (seconds(start_ms), seconds(end_ms));
        return usage(format!("--start {start} is not before --end {end}"));
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
        "{} to {} ({} to {})",
        seconds(range.start_ms),
        seconds(range.end_ms),
        clock(range.start_ms),
        clock(range.end_ms)
    )
}

pub(super) fn seconds(ms: f64) -> String {
    format!("{} s", (ms / 100.0).round() / 10.0)
}
