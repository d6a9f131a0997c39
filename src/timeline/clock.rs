//! The exact map between video time and session time, piece by piece. `Timeline` makes it, the frame grid samples
//! it, reports print it.

use serde::Serialize;

use crate::recording::Span;

/// Pieces of the session, one after the other without a gap in video time. What is between two pieces is cut.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub struct ClockMap {
    /// In order, and never empty.
    pieces: Vec<Piece>,
}

/// A stretch that is played evenly. It holds its start but not its end, which is the next one's; the last holds both.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Piece {
    pub video_start_ms: f64,
    pub video_end_ms: f64,
    pub session_start_ms: f64,
    pub session_end_ms: f64,
}

impl ClockMap {
    /// Plays these spans of the session, `speed` times as fast. No span at all is a video without length.
    pub(super) fn new(spans: &[Span], speed: f64) -> Self {
        let nothing = [Span {
            start_ms: 0.0,
            end_ms: 0.0,
        }];
        let spans = if spans.is_empty() { &nothing } else { spans };
        let mut video_ms = 0.0;
        let pieces = spans
            .iter()
            .map(|span| {
                let video_start_ms = video_ms;
                video_ms += (span.end_ms - span.start_ms) / speed;
                Piece {
                    video_start_ms,
                    video_end_ms: video_ms,
                    session_start_ms: span.start_ms,
                    session_end_ms: span.end_ms,
                }
            })
            .collect();
        Self { pieces }
    }

    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    pub fn video_duration_ms(&self) -> f64 {
        self.pieces[self.pieces.len() - 1].video_end_ms
    }

    /// Where the first piece begins.
    pub fn session_start_ms(&self) -> f64 {
        self.pieces[0].session_start_ms
    }

    /// The last moment that is shown.
    pub fn session_end_ms(&self) -> f64 {
        self.pieces[self.pieces.len() - 1].session_end_ms
    }

    /// Which moment of the session the video shows at a time. Before and after the video it is the nearest.
    pub fn session_ms(&self, video_ms: f64) -> f64 {
        let piece = self.last_piece_from(|piece| piece.video_start_ms <= video_ms);
        interpolate(
            video_ms,
            (piece.video_start_ms, piece.video_end_ms),
            (piece.session_start_ms, piece.session_end_ms),
        )
    }

    /// When the video shows a moment of the session. One that is cut has the time of its cut.
    pub fn video_ms(&self, session_ms: f64) -> f64 {
        let piece = self.last_piece_from(|piece| piece.session_start_ms <= session_ms);
        interpolate(
            session_ms,
            (piece.session_start_ms, piece.session_end_ms),
            (piece.video_start_ms, piece.video_end_ms),
        )
    }

    /// Where the session goes on after a cut that a moment is in; None if it is in none.
    pub(super) fn goes_on_after_cut_ms(&self, session_ms: f64) -> Option<f64> {
        let begun = self
            .pieces
            .partition_point(|piece| piece.session_start_ms <= session_ms);
        let (before, next) = (begun.checked_sub(1)?, self.pieces.get(begun)?);
        (self.pieces[before].session_end_ms < session_ms).then_some(next.session_start_ms)
    }

    fn last_piece_from(&self, has_begun: impl Fn(&Piece) -> bool) -> &Piece {
        let begun = self.pieces.partition_point(has_begun);
        &self.pieces[begun.saturating_sub(1)]
    }
}

/// Where `x`, between `from` and `to`, lies between `start` and `end`. Rounding never leads outside of these two, so that
/// pieces stay in order.
fn interpolate(x: f64, (from, to): (f64, f64), (start, end): (f64, f64)) -> f64 {
    if x >= to {
        end
    } else if x <= from {
        start
    } else {
        ((x - from) * ((end - start) / (to - from)) + start).clamp(start, end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spans(spans: &[(f64, f64)]) -> Vec<Span> {
        let span = |&(start_ms, end_ms)| Span { start_ms, end_ms };
        spans.iter().map(span).collect()
    }

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-6
    }

    #[test]
    fn cuts_have_one_video_time() {
        let clock = ClockMap::new(
            &spans(&[(0.0, 1000.0), (9000.0, 11_000.0), (20_000.0, 20_000.0)]),
            2.0,
        );
        for (video, session) in [
            (-5.0, 0.0),
            (0.0, 0.0),
            (250.0, 500.0),
            (500.0, 9000.0),
            (1000.0, 10_000.0),
            (1500.0, 20_000.0),
            (9999.0, 20_000.0),
        ] {
            assert!(close(clock.session_ms(video), session), "{video}");
        }
        for (session, video) in [
            (-1.0, 0.0),
            (1000.0, 500.0),
            (5000.0, 500.0),
            (9000.0, 500.0),
            (10_000.0, 1000.0),
            (15_000.0, 1500.0),
            (1e9, 1500.0),
        ] {
            assert!(close(clock.video_ms(session), video), "{session}");
        }
        assert!(close(clock.video_duration_ms(), 1500.0) && close(clock.session_end_ms(), 20_000.0));
    }

    /// Numbers from 0 to 1, the same in each run (xorshift).
    fn pseudo_random() -> impl FnMut() -> f64 {
        let mut state = 0x2545_f491_4f6c_dd1d_u64;
        move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 11) as f64 / (1_u64 << 53) as f64
        }
    }

    #[test]
    fn any_map_is_monotonic_and_turns_back() {
        let mut random = pseudo_random();
        for round in 0..200 {
            let mut at = random() * 1e6;
            let kept: Vec<Span> = (0..=round % 9)
                .map(|_| {
                    let start_ms = at + random() * 1e5 + 1.0;
                    at = start_ms + if random() < 0.1 { 0.0 } else { random() * 1e5 };
                    Span { start_ms, end_ms: at }
                })
                .collect();
            let clock = ClockMap::new(&kept, 0.1 + random() * 8.0);
            let mut last = (f64::NEG_INFINITY, f64::NEG_INFINITY);
            for step in 0..=500 {
                let video = clock.video_duration_ms() * f64::from(step) / 500.0;
                let session = clock.session_ms(video);
                assert!(
                    kept.iter()
                        .any(|span| span.start_ms <= session && session <= span.end_ms)
                );
                assert!(close(clock.video_ms(session), video), "{video} {session}");
                let session_step = at * f64::from(step) / 500.0;
                let now = (session, clock.video_ms(session_step));
                assert!(last.0 <= now.0 && last.1 <= now.1);
                last = now;
            }
        }
    }
}
