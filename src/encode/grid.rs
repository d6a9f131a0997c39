//! The frame grid that a video was made on, told from the times of its pictures. Pure; `reader` asks for it.

use ffmpeg_next::Rational;

use super::timing::frames_in;
use crate::frame::Fps;

/// How far a time may be off that a container has rounded to whole milliseconds; the end is the sum of two such.
pub(super) const ROUNDING_MS: f64 = 0.6;
pub(super) const END_ROUNDING_MS: f64 = 1.1;

/// No grid has more frames a second.
const FASTEST: u32 = 240;

/// A time that is counted in `unit`.
pub(super) fn milliseconds(pts: i64, unit: Rational) -> f64 {
    pts as f64 * 1000.0 * f64::from(unit.numerator()) / f64::from(unit.denominator())
}

/// The coarsest grid that has a place for each of these starts of frames and for the end, which are counted in `unit`.
pub(super) fn coarsest_grid(starts: &[i64], end: i64, unit: Rational) -> Option<Fps> {
    let (num, den) = (i64::from(unit.numerator()), i64::from(unit.denominator()));
    if num < 1 || den < 1 {
        return None;
    }
    if den <= 1000 * num {
        return coarsest_rounded_grid(starts, end, unit);
    }
    let ticks = starts.iter().copied().fold(end, greatest_common_divisor);
    let divisor = greatest_common_divisor(den, ticks * num);
    let rate = |number: i64| u32::try_from(number / divisor).ok().filter(|number| *number > 0);
    let fps = Fps::new(rate(den)?, rate(ticks * num)?);
    (fps.as_f64() <= f64::from(FASTEST)).then_some(fps)
}

/// The same of times that are rounded, to milliseconds or coarser, so that most have no common divisor: of rates that people
/// write, or of which a frame lasts whole milliseconds, the slowest that fits.
fn coarsest_rounded_grid(starts: &[i64], end: i64, unit: Rational) -> Option<Fps> {
    let starts_ms: Vec<f64> = starts.iter().map(|start| milliseconds(*start, unit)).collect();
    let end_ms = milliseconds(end, unit);
    let all_ms = starts_ms.iter().map(|ms| ms.round() as i64);
    let common_ms = all_ms.fold(end_ms.round() as i64, greatest_common_divisor);
    let whole = u32::try_from(common_ms)
        .ok()
        .filter(|ms| *ms > 0)
        .map(|ms| (1000, ms));
    let tenths = (1..10).map(|tenths| (tenths, 10));
    let halves = (1..=2 * FASTEST).flat_map(|halves| [(halves * 1000, 2 * 1001), (halves, 2)]);
    let rates = whole.into_iter().chain(tenths).chain(halves);
    let mut rates: Vec<Fps> = rates
        .map(|(num, den)| {
            let divisor = greatest_common_divisor(num.into(), den.into()) as u32;
            Fps::new(num / divisor, den / divisor)
        })
        .filter(|fps| fps.as_f64() <= f64::from(FASTEST))
        .collect();
    rates.sort_by(|a, b| a.as_f64().total_cmp(&b.as_f64()));
    rates.into_iter().find(|fps| is_grid(*fps, &starts_ms, end_ms))
}

/// Whether the grid of a rate has a place for each start and for the end.
fn is_grid(fps: Fps, starts_ms: &[f64], end_ms: f64) -> bool {
    let is_place = |ms: f64, rounding_ms: f64| {
        let place = (ms * fps.as_f64() / 1000.0).round().max(0.0);
        (fps.frame_ms(place as u64) - ms).abs() <= rounding_ms
    };
    is_place(end_ms, END_ROUNDING_MS) && starts_ms.iter().all(|ms| is_place(*ms, ROUNDING_MS))
}

/// How many places of a grid lie between two pictures: more than 1 where pictures were let change less often. The last of the
/// `frame_count` places may have a picture of its own in any case.
pub(super) fn places_between_pictures(starts_ms: &[f64], fps: Fps, frame_count: u64) -> u64 {
    let places = starts_ms
        .iter()
        .map(|ms| (ms * fps.as_f64() / 1000.0).round() as i64);
    let places: Vec<i64> = places
        .filter(|place| u64::try_from(place + 1) != Ok(frame_count))
        .collect();
    // A second after the picture before, it may be that picture once more, which may stand anywhere.
    let second = i64::try_from(frames_in(1, fps)).unwrap_or(i64::MAX);
    let changes = places.windows(2).filter(|pair| pair[1] - pair[0] != second);
    let common = changes.map(|pair| pair[1]).fold(0, greatest_common_divisor);
    let common = match common {
        0 => places.iter().copied().fold(0, greatest_common_divisor),
        common => common,
    };
    u64::try_from(common).map_or(1, |common| common.max(1))
}

const fn greatest_common_divisor(mut a: i64, mut b: i64) -> i64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a.abs()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_coarsest_grid_has_a_place_for_every_time() {
        let fps = |num, den| Some(Fps::new(num, den));
        for (starts, end, unit, grid) in [
            // MP4 counts exactly.
            (&[0, 1024, 3072][..], 10_240, (1, 10_240), fps(10, 1)),
            (&[0, 10_240, 19_456], 20_480, (1, 10_240), fps(10, 1)),
            (&[0, 10_240], 20_480, (1, 10_240), fps(1, 1)),
            (&[0, 1001], 5005, (1, 30_000), fps(30_000, 1001)),
            (&[0, 1], 20_480, (1, 10_240), None),
            (&[], 0, (1, 10_240), None),
            // WebM rounds to milliseconds.
            (&[0, 33, 100, 967], 1001, (1, 1000), fps(30, 1)),
            (&[0, 33, 67, 968], 1001, (1, 1000), fps(30_000, 1001)),
            (&[0, 1000], 1042, (1, 1000), fps(24, 1)),
            (&[0, 80, 400], 1120, (1, 1000), fps(25, 2)),
            (&[0, 133, 400], 2000, (1, 1000), fps(15, 2)),
            (&[0, 10_000, 20_000], 30_000, (1, 1000), fps(1, 10)),
            (&[0, 3333, 6667], 10_000, (1, 1000), fps(3, 10)),
            (&[0, 30, 90], 210, (1, 1000), fps(100, 3)),
        ] {
            assert_eq!(
                coarsest_grid(starts, end, Rational::new(unit.0, unit.1)),
                grid,
                "{starts:?}"
            );
        }
    }

    #[test]
    fn pictures_that_change_less_often_are_told_from_the_last() {
        for (starts_ms, frame_count, expected) in [
            (&[0.0, 100.0, 300.0, 967.0][..], 30, 3),
            (&[0.0, 100.0, 300.0, 967.0], 40, 1),
            (&[0.0, 33.0, 67.0], 30, 1),
            (&[0.0], 30, 1),
            (&[], 0, 1),
        ] {
            let found = places_between_pictures(starts_ms, Fps::new(30, 1), frame_count);
            assert_eq!(found, expected, "{starts_ms:?} {frame_count}");
        }
    }

    #[test]
    fn a_picture_that_is_there_once_more_after_a_second_is_no_change() {
        for (places, expected) in [
            (&[0, 4, 19, 20, 22, 37, 52, 54][..], 2),
            (&[0, 15, 30, 45], 15),
            (&[0, 15, 16, 31], 16),
            (&[0, 15, 19, 22], 1),
        ] {
            let fps = Fps::new(15, 1);
            let starts_ms: Vec<f64> = places.iter().map(|place| fps.frame_ms(*place)).collect();
            assert_eq!(
                places_between_pictures(&starts_ms, fps, 100),
                expected,
                "{places:?}"
            );
        }
    }
}
