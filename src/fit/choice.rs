//! Which settings to try next so that a file fits: a higher quantizer first, then a lower frame rate, then a smaller size.
//! Pure: it sees what was tried and how large it came out. Called by `fit` after every encoding.

use super::ladder::{Ladder, Rung};

/// A setting and the size that the file has with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tried {
    pub(super) rung: Rung,
    pub(super) bytes: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    Try(Rung),
    /// This one, which was tried, is the answer.
    Take(Rung),
    /// Not even the lowest rung fits, which was tried.
    Impossible {
        smallest: u64,
    },
}

/// After this many encodings what fits is taken, or the lowest rung is tried.
const MOST_ENCODINGS: usize = 6;
/// A file that fits and uses so much of the limit is not tried to be made better.
const GOOD_USE: f64 = 0.8;
/// Predictions are aimed a little lower than the limit: less so where the same frame rate and size were tried.
const AIM: f64 = 0.93;
const NEAR_AIM: f64 = 0.97;

/// What to do, after at least one encoding.
pub(super) fn next(ladder: &Ladder, limit: u64, tried: &[Tried]) -> Next {
    let fits = |tried: &&Tried| tried.bytes <= limit;
    let best = tried.iter().filter(fits).min_by_key(|tried| tried.rung);
    let lowest = ladder.lowest();
    let at_lowest = tried.iter().find(|tried| tried.rung == lowest);
    match (best, at_lowest) {
        (Some(best), _)
            if best.bytes as f64 >= GOOD_USE * limit as f64 || tried.len() >= MOST_ENCODINGS - 1 =>
        {
            Next::Take(best.rung)
        }
        (None, Some(lowest)) => Next::Impossible {
            smallest: lowest.bytes,
        },
        (None, None) if tried.len() >= MOST_ENCODINGS - 1 => Next::Try(lowest),
        (best, _) => {
            let better = ladder
                .rungs()
                .take_while(|rung| best.is_none_or(|best| *rung < best.rung))
                .filter(|rung| {
                    !tried
                        .iter()
                        .any(|tried| tried.bytes > limit && rung.is_no_smaller_than(tried.rung))
                })
                .find(|rung| {
                    let same_rendition = tried.iter().any(|tried| tried.rung.rendition == rung.rendition);
                    let aim = if same_rendition { NEAR_AIM } else { AIM };
                    predict(ladder, tried, *rung) <= aim * limit as f64
                });
            match (better, best) {
                (Some(rung), _) => Next::Try(rung),
                (None, Some(best)) => Next::Take(best.rung),
                (None, None) => Next::Try(lowest),
            }
        }
    }
}

/// The size that is expected, from the nearest that was tried.
fn predict(ladder: &Ladder, tried: &[Tried], rung: Rung) -> f64 {
    let distance = |tried: &&Tried| {
        (
            tried.rung.rendition.abs_diff(rung.rendition),
            tried.rung.quality.abs_diff(rung.quality),
        )
    };
    let Some(near) = tried.iter().min_by_key(distance) else {
        return 0.0;
    };
    let steps = rung.quality as f64 - near.rung.quality as f64;
    near.bytes as f64 * ladder.weight(rung.rendition) / ladder.weight(near.rung.rendition)
        * step(ladder, tried, near).powf(steps)
}

/// How a coarser quality changes the size, as far as two of the same frame rate and size were tried: else as usual.
fn step(ladder: &Ladder, tried: &[Tried], near: &Tried) -> f64 {
    let other = tried
        .iter()
        .filter(|other| other.rung.rendition == near.rung.rendition && other.rung != near.rung)
        .min_by_key(|other| other.rung.quality.abs_diff(near.rung.quality));
    let measured = other.map(|other| {
        let steps = other.rung.quality as f64 - near.rung.quality as f64;
        (other.bytes as f64 / near.bytes as f64).powf(1.0 / steps)
    });
    measured
        .filter(|step| (ladder.step.powi(3)..0.995).contains(step))
        .unwrap_or(ladder.step)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fit::ladder::Rendition;
    use crate::frame::Size;

    /// 13 qualities, three renditions.
    fn ladder() -> Ladder {
        let rendition = |every, width, weight| Rendition {
            every,
            size: Size::new(width, width / 2),
            weight,
        };
        Ladder {
            qualities: 13,
            step: 0.935,
            renditions: vec![
                rendition(1, 1000, 1.0),
                rendition(2, 1000, 0.8),
                rendition(2, 500, 0.32),
            ],
        }
    }

    const fn rung(rendition: usize, quality: usize) -> Rung {
        Rung { rendition, quality }
    }

    #[test]
    fn the_next_try_follows_from_those_before() {
        let lowest = rung(2, 12);
        for (limit, tried, expected) in [
            // What was asked for fits.
            (1000, &[(rung(0, 0), 900)][..], Next::Take(rung(0, 0))),
            (1000, &[(rung(0, 0), 1000)], Next::Take(rung(0, 0))),
            (1_000_000, &[(rung(0, 0), 900)], Next::Take(rung(0, 0))),
            // The quality is enough: 1200 * 0.935^4 is 917.
            (1000, &[(rung(0, 0), 1200)], Next::Try(rung(0, 4))),
            // It missed, and the steps are smaller than thought: one for 30 bytes.
            (
                1000,
                &[(rung(0, 0), 1200), (rung(0, 4), 1080)],
                Next::Try(rung(0, 9)),
            ),
            // It hit.
            (
                1000,
                &[(rung(0, 0), 1200), (rung(0, 4), 990)],
                Next::Take(rung(0, 4)),
            ),
            // It is far too good: something between is better.
            (
                1000,
                &[(rung(0, 0), 1200), (rung(0, 4), 700)],
                Next::Try(rung(0, 2)),
            ),
            // A lower frame rate is needed.
            (1000, &[(rung(0, 0), 2400)], Next::Try(rung(1, 11))),
            // A smaller size.
            (1000, &[(rung(0, 0), 3000)], Next::Try(rung(2, 1))),
            // Nothing seems to be enough: then the lowest says so.
            (1000, &[(rung(0, 0), 30_000)], Next::Try(lowest)),
            (
                1000,
                &[(rung(0, 0), 30_000), (lowest, 1001)],
                Next::Impossible { smallest: 1001 },
            ),
            // It was enough, and more: so a better one may be.
            (
                1000,
                &[(rung(0, 0), 30_000), (lowest, 700)],
                Next::Try(rung(2, 8)),
            ),
            (1000, &[(rung(0, 0), 30_000), (lowest, 960)], Next::Take(lowest)),
            // After many tries what fits is taken, or the lowest is tried.
            (
                1000,
                &[
                    (rung(0, 0), 2000),
                    (rung(0, 9), 1200),
                    (rung(0, 12), 1100),
                    (rung(1, 10), 400),
                    (rung(1, 5), 1010),
                ],
                Next::Take(rung(1, 10)),
            ),
            (
                1000,
                &[
                    (rung(0, 0), 2000),
                    (rung(0, 9), 1900),
                    (rung(0, 12), 1800),
                    (rung(1, 12), 1700),
                    (rung(2, 5), 1010),
                ],
                Next::Try(lowest),
            ),
        ] {
            let tried: Vec<Tried> = tried.iter().map(|&(rung, bytes)| Tried { rung, bytes }).collect();
            assert_eq!(next(&ladder(), limit, &tried), expected, "{limit} {tried:?}");
        }
    }

    /// Whatever the encoder makes of the settings: the answer fits, it comes soon, and nothing is tried twice.
    #[test]
    fn an_answer_always_comes_and_fits() {
        let ladder = ladder();
        for seed in 0..2000_u64 {
            let random = |rung: Rung| {
                let number =
                    (seed * 31 + rung.rendition as u64 * 7 + rung.quality as u64) * 2_654_435_761 % 1000;
                0.5 + number as f64 / 1000.0
            };
            let size = |rung: Rung| {
                (10_000.0 * ladder.weight(rung.rendition) * 0.9_f64.powf(rung.quality as f64) * random(rung))
                    as u64
            };
            let limit = 200 + seed * 5;
            let mut tried = vec![Tried {
                rung: rung(0, 0),
                bytes: size(rung(0, 0)),
            }];
            let answer = loop {
                match next(&ladder, limit, &tried) {
                    Next::Try(rung) => {
                        assert!(tried.iter().all(|tried| tried.rung != rung), "{tried:?}");
                        tried.push(Tried {
                            rung,
                            bytes: size(rung),
                        });
                    }
                    answer => break answer,
                }
            };
            assert!(tried.len() <= MOST_ENCODINGS);
            match answer {
                Next::Take(rung) => assert!(size(rung) <= limit),
                _ => assert!(tried.iter().all(|tried| tried.bytes > limit)),
            }
        }
    }
}
