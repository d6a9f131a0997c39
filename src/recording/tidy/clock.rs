//! Puts the times of a window right, in the order in which its events came and before anything sorts them: rrweb
//! plays by time, so what a jumping clock wrote would change a document that is not there yet. `tidy` calls it.
//!
//! The windows of a session share the machine's clock, yet each is judged alone: a jump is seen where two events
//! follow each other, and in another window there may be none on its other side.

use std::collections::HashSet;
use std::ops::Range;

use crate::recording::event::Event;
use crate::recording::problem::{Place, ProblemKind, Problems};
use crate::recording::rrweb_types::EventType;

/// No session lasts this long: rrweb's users cut them after a day.
const LONGEST_PAUSE_MS: f64 = 30.0 * 24.0 * 3_600_000.0;

/// March 1973 in milliseconds, the year 5138 in seconds: what is above counts milliseconds.
const LEAST_IN_MS: f64 = 1e11;

const SECOND_US: f64 = 1e6;

/// What recorders count in instead of milliseconds: the times since 1970 that are such, from 2001 or 1973 on, and how
/// many microseconds one of them is. Milliseconds since a page was loaded are fewer than either.
const OTHER_UNITS: [(Range<f64>, f64); 3] = [(1e9..5e9, SECOND_US), (1e14..1e17, 1.0), (1e17..1e20, 1e-3)];

/// What goes back by less is taken for an event that came late, as many do by a second or two.
const SHORTEST_SETBACK_MS: f64 = 10_000.0;

/// Where time goes back more often, the events were mixed on their way.
const MOST_SETBACKS: usize = 3;

/// Changes the events whose times are wrong, in what the page gets as well.
pub(super) fn set_right(events: &mut [Event], problems: &mut Problems) {
    let times = times_in_milliseconds(events);
    move_events(events, &times, ProblemKind::TimeInSeconds, problems);
    let times = without_jumps(events, times);
    move_events(events, &times, ProblemKind::ClockJump, problems);
}

/// The times that [`set_right`] would give to the events, without changing them.
pub(in crate::recording) fn right_times(events: &[Event]) -> Vec<f64> {
    without_jumps(events, times_in_milliseconds(events))
}

fn times_in_milliseconds(events: &[Event]) -> Vec<f64> {
    let mut times: Vec<f64> = events.iter().map(|event| event.timestamp_ms).collect();
    count_all_in_milliseconds(&mut times);
    count_seconds_in_milliseconds(&mut times);
    times
}

fn without_jumps(events: &[Event], mut times: Vec<f64>) -> Vec<f64> {
    undo_leaps(&mut times);
    undo_excursions(&mut times);
    undo_setbacks(events, &mut times);
    times
}

fn move_events(events: &mut [Event], times: &[f64], kind: ProblemKind, problems: &mut Problems) {
    for (event, &time) in events.iter_mut().zip(times) {
        if event.timestamp_ms.to_bits() != time.to_bits() {
            event.set_timestamp(time);
            problems.note(kind, Place::Event(event.index));
        }
    }
}

/// Whether what came out would be taken for times in another unit: what has been dropped since may have hidden it.
pub(super) fn counts_in_other_unit(events: &[Event]) -> bool {
    let times: Vec<f64> = events.iter().map(|event| event.timestamp_ms).collect();
    other_unit(&times).is_some()
}

/// How long it is from a time to another, in milliseconds. Both may be in another unit: what may be seconds is taken for
/// seconds.
pub(in crate::recording) fn pause_ms(from: f64, to: f64) -> f64 {
    let unit = OTHER_UNITS.iter().find(|(range, _)| range.contains(&to));
    (to - from) * unit.map_or(1.0, |(_, unit_us)| unit_us / 1e3)
}

/// Puts times right that were counted in another unit, where most of them were.
fn count_all_in_milliseconds(times: &mut [f64]) {
    if let Some((usual, unit_us)) = other_unit(times) {
        for time in times.iter_mut().filter(|time| is_near(**time, usual, unit_us)) {
            *time = in_milliseconds(*time, unit_us);
        }
    }
}

/// The median time, and how many microseconds its unit has, if most times near it were counted in another unit than
/// milliseconds.
fn other_unit(times: &[f64]) -> Option<(f64, f64)> {
    let usual = median(times.iter().copied())?;
    let (_, unit_us) = OTHER_UNITS.iter().find(|(range, _)| range.contains(&usual))?;
    // Milliseconds since a page was loaded, weeks ago, are spread more widely. What leaps in any unit says nothing.
    let spread = times
        .iter()
        .filter(|&time| (time - usual).abs() <= LONGEST_PAUSE_MS);
    let near = spread.clone().filter(|&&time| is_near(time, usual, *unit_us));
    // Seconds have fractions; whole numbers so large are milliseconds that begin anywhere, as in rrweb's own tests.
    let is_told = *unit_us != SECOND_US || near.clone().any(|time| time.fract() != 0.0);
    (is_told && 2 * near.count() > spread.count()).then_some((usual, *unit_us))
}

fn is_near(time: f64, usual: f64, unit_us: f64) -> bool {
    (in_milliseconds(time, unit_us) - in_milliseconds(usual, unit_us)).abs() <= LONGEST_PAUSE_MS
}

/// To the microsecond, which is what seconds are written to.
fn in_milliseconds(time: f64, unit_us: f64) -> f64 {
    (time * unit_us).round() / 1e3
}

/// Sentry writes its own events in seconds, among those of rrweb in milliseconds.
fn count_seconds_in_milliseconds(times: &mut [f64]) {
    let Some(usual) = median(times.iter().copied().filter(|&time| time >= LEAST_IN_MS)) else {
        return;
    };
    for time in times.iter_mut().filter(|time| **time < LEAST_IN_MS) {
        let ms = in_milliseconds(*time, SECOND_US);
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
    let mut next_right = first_right;
    for index in first_right + 1..stretches.len() {
        if right[index] {
            continue;
        }
        if next_right < index {
            next_right = (index + 1..stretches.len())
                .find(|&next| right[next])
                .unwrap_or(stretches.len());
        }
        let stretch = stretches[index].clone();
        let begin = times[stretch.start - 1];
        let limit = stretches
            .get(next_right)
            .map_or(f64::INFINITY, |right| times[right.start]);
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

/// Where a clock was ahead for a few events and then right again, they are shifted to begin when the event before them
/// happened.
fn undo_excursions(times: &mut [f64]) {
    let drops = drops(times);
    if drops.len() > MOST_SETBACKS {
        return;
    }
    // From the last on, so that what follows each is right.
    for (number, &end) in drops.iter().enumerate().rev() {
        let begin = number.checked_sub(1).map_or(1, |before| drops[before]);
        if let Some(start) = (begin..end).rfind(|&start| is_excursion(times, start..end)) {
            let (before, limit) = (times[start - 1], times[end]);
            shift(&mut times[start..end], |wrong| wrong[0], before, limit);
        }
    }
}

/// Whether the clock leapt forward before the run, and back by the same behind it. Events that come late look alike, but
/// they fill what lies between the two others, or are few.
fn is_excursion(times: &[f64], run: Range<usize>) -> bool {
    let (first, last, after) = (times[run.start], times[run.end - 1], &times[run.end..]);
    // First, as what follows is compared with each run.
    if 2 * run.len() > after.len() {
        return false;
    }
    let forward = first - times[run.start - 1];
    let back = last - after[0];
    // Nine tenths: some time passed around the run, and not more within it.
    if back < SHORTEST_SETBACK_MS || !(0.9 * forward..=forward).contains(&back) {
        return false;
    }
    let latest = after.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let ends_long_before = first - latest >= SHORTEST_SETBACK_MS.max(0.1 * forward);
    let mixes = after.iter().any(|&time| first < time && time < last);
    ends_long_before || mixes
}

/// Where time goes back.
fn drops(times: &[f64]) -> Vec<usize> {
    (1..times.len()).filter(|&at| times[at] < times[at - 1]).collect()
}

/// Where a clock was set back by less, what follows is shifted to go on where it was, up to where the clock was set
/// forward again. A clock that is set back and events that come late look alike in their times alone; see
/// [`is_setback`].
fn undo_setbacks(events: &[Event], times: &mut [f64]) {
    let starts = drops(times);
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

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;
    use crate::recording::least_time;
    use crate::recording::tidy::order;
    use crate::recording::tidy::tests::{CHANGE, META, OTHER_CHANGE, SNAPSHOT, counts, events};

    const CUSTOM: &str = r#""type":5,"data":{"tag":"a","payload":{"timestamp":3}}"#;
    const START_MS: f64 = 1.6e12;
    const YEAR_S: f64 = 365.0 * 24.0 * 3600.0;
    const HOUR_S: f64 = 3600.0;

    /// The times after the correction, the events before it, and what was noted.
    fn corrected<S: AsRef<str>>(input: &[(f64, S)]) -> (Vec<f64>, Vec<(ProblemKind, u64, Place)>) {
        let mut events = events(input);
        let mut problems = Problems::default();
        set_right(&mut events, &mut problems);
        for event in &events {
            let (in_page, _) = Event::parse(event.json.clone(), 0).unwrap();
            assert_eq!(in_page.timestamp_ms.to_bits(), event.timestamp_ms.to_bits());
        }
        let times = events.iter().map(|event| event.timestamp_ms).collect();
        (times, counts(&problems.into_vec()))
    }

    /// What becomes of events at these times, in seconds from the start. The second is the full snapshot, and no
    /// two of the others are alike.
    fn corrected_s(seconds: &[f64]) -> (Vec<f64>, u64) {
        let rest = |at| match at {
            0 => META.to_owned(),
            1 => SNAPSHOT.to_owned(),
            at => format!(r#""type":3,"data":{{"source":0,"texts":[{{"id":{at},"value":""}}]}}"#),
        };
        let input: Vec<(f64, String)> = seconds
            .iter()
            .enumerate()
            .map(|(at, second)| (START_MS + second * 1000.0, rest(at)))
            .collect();
        let (times, problems) = corrected(&input);
        assert!(problems.iter().all(|(kind, ..)| *kind == ProblemKind::ClockJump));
        let seconds = times.iter().map(|time| (time - START_MS) / 1000.0).collect();
        (seconds, problems.iter().map(|(_, count, _)| count).sum())
    }

    #[test]
    fn seconds_among_milliseconds_become_such() {
        let input = [
            (START_MS, META),
            (START_MS, SNAPSHOT),
            (1_600_000_000.25, CUSTOM),
            (1_600_000_002.0, CUSTOM),
            (1_600_000_003.123_456, CUSTOM),
            (START_MS + 4000.0, CHANGE),
        ];
        let (times, problems) = corrected(&input);
        assert_eq!(
            times,
            [0.0, 0.0, 250.0, 2000.0, 3123.456, 4000.0].map(|ms| START_MS + ms)
        );
        assert_eq!(problems, [(ProblemKind::TimeInSeconds, 3, Place::Event(2))]);
    }

    #[test]
    fn a_recording_in_another_unit_is_put_right() {
        let rests = [META, SNAPSHOT, CUSTOM, CHANGE];
        for (told, right_ms) in [
            // Seconds, and one event in milliseconds.
            (
                [
                    1_700_000_000.123,
                    1_700_000_000.5,
                    1_700_000_002.0,
                    1.7e12 + 5000.0,
                ],
                Some([123.0, 500.0, 2000.0, 5000.0]),
            ),
            // Microseconds, nanoseconds.
            (
                [1.7e15, 1.7e15 + 500.0, 1.7e15 + 2e6, 1.7e15 + 5e6],
                Some([0.0, 0.5, 2000.0, 5000.0]),
            ),
            (
                [1.7e18, 1.7e18 + 512_000.0, 1.7e18 + 2e9, 1.7e18 + 5e9],
                Some([0.0, 0.512, 2000.0, 5000.0]),
            ),
            // Milliseconds since the page was loaded, for two seconds or for weeks.
            ([0.0, 0.0, 1500.5, 2000.0], None),
            ([0.0, 1.0, 1.2e9, 2.4e9], None),
            // Milliseconds since nobody knows when.
            (
                [1_900_000_001.0, 1_900_000_132.0, 1_900_019_098.0, 1_900_039_448.0],
                None,
            ),
            // Milliseconds since 1970 are right.
            ([1.7e12, 1.7e12, 1.7e12 + 1500.0, 1.7e12 + 2000.0], None),
        ] {
            let input: Vec<(f64, &str)> = told.into_iter().zip(rests).collect();
            let (times, problems) = corrected(&input);
            let right = right_ms.map_or(told, |right_ms| right_ms.map(|ms| 1.7e12 + ms));
            assert_eq!(times, right, "{told:?}");
            let moved = told
                .iter()
                .zip(right)
                .filter(|(told, right)| told.to_bits() != right.to_bits());
            let noted: u64 = problems.iter().map(|(_, count, _)| count).sum();
            assert_eq!(noted, moved.count() as u64, "{told:?}");
            let is_of_unit = |(kind, ..): &(ProblemKind, _, _)| *kind == ProblemKind::TimeInSeconds;
            assert!(problems.iter().all(is_of_unit), "{told:?}");
        }
    }

    #[test]
    fn leaps_become_nothing() {
        let y = YEAR_S;
        for (told, right, moved) in [
            // Nothing to do; a week of idling is a pause.
            (
                &[0.0, 0.0, 5.0, 604_800.0][..],
                &[0.0, 0.0, 5.0, 604_800.0][..],
                0,
            ),
            // The clock was wrong first, and was set.
            (&[-50.0 * y, 0.0, 5.0, 9.0], &[0.0, 0.0, 5.0, 9.0], 1),
            (
                &[-50.0 * y, 2.0 - 50.0 * y, 0.0, 5.0, 9.0],
                &[-2.0, 0.0, 0.0, 5.0, 9.0],
                2,
            ),
            // The clock became wrong.
            (
                &[0.0, 0.0, 5.0, 10.0 * y, 10.0 * y + 3.0],
                &[0.0, 0.0, 5.0, 5.0, 8.0],
                2,
            ),
            (&[0.0, 0.0, 5.0, -20.0 * y], &[0.0, 0.0, 5.0, 5.0], 1),
            // One stray event, and a stray stretch that lasts longer than the clock says once it is right again.
            (&[0.0, 0.0, 5.0, 10.0 * y, 9.0], &[0.0, 0.0, 5.0, 5.0, 9.0], 1),
            (
                &[0.0, 0.0, 5.0, 6.0, y, y + 1.0, y + 8.0, 9.0],
                &[0.0, 0.0, 5.0, 6.0, 6.0, 7.0, 9.0, 9.0],
                3,
            ),
            // Two wrong clocks after each other.
            (
                &[0.0, 0.0, 5.0, 6.0, y, y + 1.0, -y, 1.0 - y],
                &[0.0, 0.0, 5.0, 6.0, 6.0, 7.0, 7.0, 8.0],
                4,
            ),
        ] {
            let (seconds, count) = corrected_s(told);
            assert_eq!((&seconds[..], count), (right, moved), "{told:?}");
        }
    }

    #[test]
    fn wrong_clocks_take_no_more_time_than_their_events() {
        // Right for a while, then another clock with each event.
        let leaping = |count: usize| -> Vec<f64> {
            let wrong = (1..=count / 2).map(|at| START_MS + at as f64 * 2.0 * LONGEST_PAUSE_MS);
            std::iter::repeat_n(START_MS, count).chain(wrong).collect()
        };
        // Steps that are all as long as the one back, many events between the last of them and that one.
        let stepping = |count: usize| -> Vec<f64> {
            let step = |at: usize| START_MS + at as f64 * 10_500.0;
            let last = step(count);
            let steps = (0..count).map(step);
            steps
                .chain(std::iter::repeat_n(last, count))
                .chain(std::iter::repeat_n(last - 10_000.0, count))
                .collect()
        };
        let took = |count: usize| {
            least_time(|| {
                let (mut leaping, mut stepping) = (leaping(count), stepping(count));
                let begun = Instant::now();
                undo_leaps(&mut leaping);
                undo_excursions(&mut stepping);
                begun.elapsed()
            })
        };
        let (short, long) = (took(50_000), took(200_000));
        // Four times as much; sixteen times as long if it were quadratic.
        assert!(
            long < short * 10 + Duration::from_millis(500),
            "{short:?} and {long:?}"
        );
    }

    #[test]
    fn absurd_times_are_times() {
        for (told, right) in [
            ([-5.0, -5.0, -4.0], [-5.0, -5.0, -4.0]),
            ([-1e300, 1.0, 2.0], [1.0, 1.0, 2.0]),
            ([1.0, 2.0, 1.7e308], [1.0, 2.0, 2.0]),
            ([-1.7e308, 1.7e308, 1.7e308], [1.7e308, 1.7e308, 1.7e308]),
            ([5e-324, 0.0, -0.0], [5e-324, 0.0, -0.0]),
        ] {
            let (times, _) = corrected(&[(told[0], META), (told[1], SNAPSHOT), (told[2], CHANGE)]);
            assert_eq!(times, right, "{told:?}");
        }
    }

    #[test]
    fn a_clock_set_back_goes_on() {
        let h = HOUR_S;
        for (told, right, moved) in [
            // By more than the window had lasted: the changes would come before the snapshot.
            (
                &[0.0, 1.0, 5.0, 30.0, 31.0 - h, 35.0 - h][..],
                &[0.0, 1.0, 5.0, 30.0, 30.0, 34.0][..],
                2,
            ),
            // By 20 s, into what was recorded before.
            (
                &[0.0, 1.0, 15.0, 25.0, 30.0, 10.0, 18.0, 26.0, 34.0],
                &[0.0, 1.0, 15.0, 25.0, 30.0, 30.0, 38.0, 46.0, 54.0],
                4,
            ),
            // Twice, which adds up.
            (
                &[0.0, 1.0, 15.0, 30.0, 1.0 - h, 6.0 - h, 16.0 - h, 4.0 - 2.0 * h],
                &[0.0, 1.0, 15.0, 30.0, 30.0, 35.0, 45.0, 45.0],
                4,
            ),
            // And set right again after a while.
            (
                &[0.0, 1.0, 15.0, 30.0, 31.0 - h, 36.0 - h, 40.0, 50.0],
                &[0.0, 1.0, 15.0, 30.0, 30.0, 35.0, 40.0, 50.0],
                2,
            ),
        ] {
            let (seconds, count) = corrected_s(told);
            assert_eq!((&seconds[..], count), (right, moved), "{told:?}");
            let mut sorted = seconds.clone();
            sorted.sort_by(f64::total_cmp);
            assert_eq!(sorted, seconds, "the order is that of arrival");
        }
    }

    #[test]
    fn a_clock_ahead_for_a_while_goes_on() {
        let h = HOUR_S;
        for (told, right, moved) in [
            // One event, several, and two times some.
            (
                &[0.0, 0.0, 2.0, 3.0 + h, 4.0, 5.0, 6.0][..],
                &[0.0, 0.0, 2.0, 2.0, 4.0, 5.0, 6.0][..],
                1,
            ),
            (
                &[0.0, 0.0, 2.0, 3.0 + h, 4.0 + h, 5.0, 6.0, 7.0, 8.0],
                &[0.0, 0.0, 2.0, 2.0, 3.0, 5.0, 6.0, 7.0, 8.0],
                2,
            ),
            (
                &[0.0, 0.0, 1.0 + h, 2.0, 3.0, 4.0 + 2.0 * h, 5.0, 6.0],
                &[0.0, 0.0, 0.0, 2.0, 3.0, 3.0, 5.0, 6.0],
                2,
            ),
            // The session goes on beyond the time that the clock told.
            (
                &[0.0, 0.0, 5.0, 66.0, 67.0, 8.0, 20.0, 66.5, 80.0],
                &[0.0, 0.0, 5.0, 5.0, 6.0, 8.0, 20.0, 66.5, 80.0],
                2,
            ),
            // The full snapshot.
            (&[0.0, 1.0 + h, 2.0, 3.0, 4.0], &[0.0, 0.0, 2.0, 3.0, 4.0], 1),
        ] {
            let (seconds, count) = corrected_s(told);
            assert_eq!((&seconds[..], count), (right, moved), "{told:?}");
        }
    }

    #[test]
    fn what_comes_late_is_no_setback() {
        for told in [
            // After a pause: one at the end, and a block that fills the gap.
            &[0.0, 1.0, 5.0, 100.0, 6.0][..],
            &[0.0, 1.0, 5.0, 100.0, 10.0, 50.0, 95.0],
            // A block between two others, and one between three.
            &[0.0, 1.0, 5.0, 60.0, 70.0, 80.0, 20.0, 30.0, 40.0, 90.0],
            &[
                0.0, 1.0, 5.0, 60.0, 70.0, 80.0, 90.0, 95.0, 62.0, 66.0, 20.0, 30.0, 40.0,
            ],
            // A single late event among many.
            &[0.0, 1.0, 10.0, 20.0, 30.0, 40.0, 15.0, 50.0],
            // Steps that are too small, and too many.
            &[0.0, 1.0, 5.0, 9.0, 3.0, 7.0, 12.0],
            &[0.0, 1.0, 90.0, 12.0, 70.0, 30.0, 80.0, 20.0, 60.0, 10.0, 50.0],
        ] {
            assert_eq!(corrected_s(told), (told.to_vec(), 0));
        }
        let s = |second: f64| START_MS + second * 1000.0;
        for input in [
            // The beginning, after what it begins.
            &[
                (s(60.0), SNAPSHOT),
                (s(61.0), CHANGE),
                (s(0.0), META),
                (s(1.0), SNAPSHOT),
                (s(2.0), OTHER_CHANGE),
            ][..],
            // All of it once more.
            &[
                (s(0.0), META),
                (s(1.0), SNAPSHOT),
                (s(20.0), CHANGE),
                (s(30.0), OTHER_CHANGE),
                (s(0.0), META),
                (s(1.0), SNAPSHOT),
                (s(20.0), CHANGE),
                (s(30.0), OTHER_CHANGE),
            ],
        ] {
            let told: Vec<f64> = input.iter().map(|(time, _)| *time).collect();
            assert_eq!(corrected(input), (told, vec![]));
        }
    }

    #[test]
    fn what_is_set_right_needs_no_sorting() {
        let mut events = events(&[
            (START_MS, META),
            (START_MS, SNAPSHOT),
            (START_MS + 1000.0, CHANGE),
            (START_MS + 1000.0 - HOUR_S * 1000.0, OTHER_CHANGE),
            (START_MS + 2000.0 - HOUR_S * 1000.0, CHANGE),
            (START_MS + 2500.5 - HOUR_S * 1000.0, CUSTOM),
        ]);
        let mut problems = Problems::default();
        set_right(&mut events, &mut problems);
        order::sort(&mut events, &mut problems);
        let order: Vec<u64> = events.iter().map(|event| event.index).collect();
        assert_eq!(order, [0, 1, 2, 3, 4, 5]);
        assert_eq!(
            counts(&problems.into_vec()),
            [(ProblemKind::ClockJump, 3, Place::Event(3))]
        );
    }
}
