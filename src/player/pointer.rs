//! From what the page reports of mouse and finger to where the pointer is at a moment of the session. Pure; kept by
//! `Player` and `SlidePlayer`. Nothing ahead of that moment is needed, so a start in the middle shows what the whole shows.

use std::collections::VecDeque;

use serde::Deserialize;

use crate::frame::{Click, Hand, MAX_AGE_MS, PageArea, Point, Pointer, Size, WAKE_POINTS, WAKE_STEP_MS};
use crate::recording::{PointerAct, PointerSample};

/// The pointer goes to a recorded position in a straight line, in this many ms of the session, as in rrweb's replayer.
const GLIDE_MS: f64 = 50.0;

/// Browsers send mouse events after a touch, for pages that know no touch. Those within this time are no mouse.
const EMULATED_MS: f64 = 1000.0;

/// Where the replayed window is in the picture: its upper left corner, pixels of the picture for one of its own, and
/// how large that makes it, cut or not.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub(super) struct Fit {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) scale: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

impl Fit {
    /// The same in a picture with `scale` times as many pixels to a side.
    pub(super) fn times(self, scale: f64) -> Self {
        Self {
            left: self.left * scale,
            top: self.top * scale,
            scale: self.scale * scale,
            width: self.width * scale,
            height: self.height * scale,
        }
    }

    /// The whole pixels that it covers of a picture of this size.
    fn area_in(self, size: Size) -> PageArea {
        let within = |at: f64, end: u32| at.clamp(0.0, f64::from(end)) as u32;
        PageArea {
            left: within(self.left.ceil(), size.width),
            top: within(self.top.ceil(), size.height),
            right: within((self.left + self.width).floor(), size.width),
            bottom: within((self.top + self.height).floor(), size.height),
        }
    }

    fn place(self, point: Point) -> Point {
        Point {
            x: self.left + point.x * self.scale,
            y: self.top + point.y * self.scale,
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct PointerTrack {
    fit: Option<Fit>,
    /// The latest ones, back to where the wake ends.
    legs: VecDeque<Leg>,
    /// Since when the pointer has moved without a leap.
    unbroken_since: f64,
    last_touch: Option<f64>,
    hand: TrackedHand,
    click: Option<TrackedClick>,
}

/// One straight way, gone in `GLIDE_MS`.
#[derive(Debug, Clone, Copy)]
struct Leg {
    start: f64,
    from: Point,
    to: Point,
}

#[derive(Debug, Clone, Copy, Default, PartialEq)]
enum TrackedHand {
    #[default]
    Mouse,
    Finger {
        lifted: Option<f64>,
    },
}

#[derive(Debug, Clone, Copy)]
struct TrackedClick {
    time: f64,
    position: Point,
    double: bool,
}

impl Leg {
    fn at(self, time: f64) -> Point {
        let part = ((time - self.start) / GLIDE_MS).clamp(0.0, 1.0);
        Point {
            x: self.from.x + (self.to.x - self.from.x) * part,
            y: self.from.y + (self.to.y - self.from.y) * part,
        }
    }
}

impl PointerTrack {
    /// Takes what the page reports of one step, in order of time.
    pub(super) fn follow(&mut self, fit: Option<Fit>, samples: &[PointerSample]) {
        self.fit = fit;
        for sample in samples {
            self.add(*sample);
        }
    }

    /// Where the page is in a picture of this size, once it is known.
    pub(super) fn page_in(&self, size: Size) -> Option<PageArea> {
        self.fit.map(|fit| fit.area_in(size))
    }

    /// The pointer in the picture at a session time, which is not before the last sample.
    pub(super) fn at(&self, time: f64) -> Option<Pointer> {
        let fit = self.fit?;
        let position = fit.place(self.position(time)?);
        let mut wake = [position; WAKE_POINTS];
        for step in 1..WAKE_POINTS {
            let earlier = (time - step as f64 * WAKE_STEP_MS).max(self.unbroken_since);
            wake[step] = self
                .position(earlier)
                .map_or(wake[step - 1], |point| fit.place(point));
        }
        Some(Pointer {
            position,
            scale: fit.scale,
            hand: match self.hand {
                TrackedHand::Mouse => Hand::Mouse,
                TrackedHand::Finger { lifted: None } => Hand::FingerDown,
                TrackedHand::Finger { lifted: Some(lifted) } => Hand::FingerLifted {
                    age_ms: (time - lifted).min(MAX_AGE_MS),
                },
            },
            click: self.click.map(|click| Click {
                position: fit.place(click.position),
                age_ms: (time - click.time).min(MAX_AGE_MS),
                double: click.double,
            }),
            wake,
        })
    }

    fn position(&self, time: f64) -> Option<Point> {
        let begun = |leg: &&Leg| leg.start <= time;
        self.legs.iter().rfind(begun).map(|leg| leg.at(time))
    }

    fn add(&mut self, sample: PointerSample) {
        let PointerSample { time, x, y, act } = sample;
        let to = Point { x, y };
        let hand = self.hand_after(act, time);
        let leaps = act == PointerAct::TouchStart || hand.is_finger() != self.hand.is_finger();
        self.hand = hand;
        self.go(time, to, leaps);
        match act {
            PointerAct::Click => {
                self.click = Some(TrackedClick {
                    time,
                    position: to,
                    double: false,
                });
            }
            PointerAct::DblClick => {
                if let Some(click) = &mut self.click {
                    click.double = true;
                }
            }
            PointerAct::TouchStart | PointerAct::TouchMove | PointerAct::TouchEnd => {
                self.last_touch = Some(time);
            }
            PointerAct::MouseMove => {}
        }
    }

    fn hand_after(&self, act: PointerAct, time: f64) -> TrackedHand {
        match (act, self.hand) {
            (PointerAct::TouchStart, _) | (PointerAct::TouchMove, TrackedHand::Mouse) => {
                TrackedHand::Finger { lifted: None }
            }
            (PointerAct::TouchMove, finger @ TrackedHand::Finger { .. }) => finger,
            (PointerAct::TouchEnd, _) => TrackedHand::Finger { lifted: Some(time) },
            _ if self.last_touch.is_some_and(|touch| time - touch < EMULATED_MS) => self.hand,
            _ => TrackedHand::Mouse,
        }
    }

    fn go(&mut self, time: f64, to: Point, leaps: bool) {
        let from = match self.position(time) {
            Some(from) if !leaps => from,
            _ => {
                self.unbroken_since = time;
                to
            }
        };
        self.legs.push_back(Leg {
            start: time,
            from,
            to,
        });
        let oldest = time - WAKE_POINTS as f64 * WAKE_STEP_MS;
        while self.legs.get(1).is_some_and(|second| second.start <= oldest) {
            self.legs.pop_front();
        }
    }
}

impl TrackedHand {
    const fn is_finger(self) -> bool {
        matches!(self, Self::Finger { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(time: f64, x: f64, y: f64, act: PointerAct) -> PointerSample {
        PointerSample { time, x, y, act }
    }

    /// In a window that is drawn at twice its size, 10 to the right and 20 down.
    fn track(samples: &[PointerSample]) -> PointerTrack {
        let mut track = PointerTrack::default();
        let fit = Fit {
            left: 10.0,
            top: 20.0,
            scale: 2.0,
            width: 640.0,
            height: 479.5,
        };
        track.follow(Some(fit), samples);
        track
    }

    #[track_caller]
    fn assert_at(track: &PointerTrack, time: f64, x: f64, y: f64) {
        let position = track.at(time).unwrap().position;
        let off = (position.x - x).hypot(position.y - y);
        assert!(off < 1e-9, "{position:?} at {time} ms");
    }

    #[test]
    fn the_mouse_glides_for_fifty_milliseconds() {
        use PointerAct::MouseMove;
        assert!(track(&[]).at(0.0).is_none());
        let first = track(&[sample(100.0, 5.0, 5.0, MouseMove)]);
        assert!(first.at(99.0).is_none());
        assert_at(&first, 100.0, 20.0, 30.0);
        let second = track(&[
            sample(100.0, 5.0, 5.0, MouseMove),
            sample(200.0, 55.0, 5.0, MouseMove),
        ]);
        for (time, x) in [(200.0, 20.0), (225.0, 70.0), (250.0, 120.0), (9000.0, 120.0)] {
            assert_at(&second, time, x, 30.0);
        }
        // It turns from where it is.
        let turned = track(&[
            sample(100.0, 5.0, 5.0, MouseMove),
            sample(200.0, 55.0, 5.0, MouseMove),
            sample(225.0, 30.0, 55.0, MouseMove),
        ]);
        for (time, y) in [(225.0, 30.0), (250.0, 80.0), (275.0, 130.0)] {
            assert_at(&turned, time, 70.0, y);
        }
    }

    #[test]
    fn the_page_is_cut_where_the_picture_ends() {
        let track = track(&[]);
        let area = |width, height| {
            let PageArea {
                left,
                top,
                right,
                bottom,
            } = track.page_in(Size::new(width, height)).unwrap();
            [left, top, right, bottom]
        };
        assert_eq!(area(800, 600), [10, 20, 650, 499]);
        assert_eq!(area(320, 10), [10, 10, 320, 10]);
        assert_eq!(PointerTrack::default().page_in(Size::new(9, 9)), None);
    }

    #[test]
    fn samples_one_by_one_make_the_same_track() {
        let samples: Vec<_> = (0..200)
            .map(|at| {
                sample(
                    f64::from(at) * 17.0,
                    f64::from(at * at % 91),
                    f64::from(at),
                    PointerAct::MouseMove,
                )
            })
            .collect();
        let at_once = track(&samples);
        let mut one_by_one = track(&[]);
        for sample in &samples {
            one_by_one.follow(at_once.fit, std::slice::from_ref(sample));
        }
        assert_eq!(at_once.at(3400.0), one_by_one.at(3400.0));
        assert!(at_once.legs.len() < 30, "{}", at_once.legs.len());
    }

    #[test]
    fn clicks_have_a_place_and_an_age() {
        use PointerAct::{Click, DblClick, MouseMove};
        let single = [sample(0.0, 0.0, 0.0, MouseMove), sample(300.0, 10.0, 10.0, Click)];
        let click = track(&single).at(400.0).unwrap().click.unwrap();
        assert_eq!(
            (click.position, click.double),
            (Point { x: 30.0, y: 40.0 }, false)
        );
        assert!((click.age_ms - 100.0).abs() < 1e-9);
        let double = [single[0], single[1], sample(350.0, 10.0, 10.0, DblClick)];
        let click = track(&double).at(400.0).unwrap().click.unwrap();
        assert!(click.double && (click.age_ms - 100.0).abs() < 1e-9);
    }

    #[test]
    fn a_finger_leaps_and_its_mouse_events_are_none() {
        use PointerAct::{Click, MouseMove, TouchEnd, TouchMove, TouchStart};
        let tap = [
            sample(0.0, 0.0, 0.0, TouchStart),
            sample(100.0, 0.0, 0.0, TouchEnd),
            sample(500.0, 50.0, 50.0, TouchStart),
        ];
        assert_at(&track(&tap), 500.0, 110.0, 120.0);
        let hand = |samples: &[PointerSample], time| track(samples).at(time).unwrap().hand;
        assert_eq!(hand(&tap, 500.0), Hand::FingerDown);
        assert_eq!(hand(&tap[..2], 130.0), Hand::FingerLifted { age_ms: 30.0 });
        let emulated = [
            tap[0],
            tap[1],
            sample(150.0, 0.0, 0.0, MouseMove),
            sample(160.0, 0.0, 0.0, Click),
        ];
        assert_eq!(hand(&emulated, 200.0), Hand::FingerLifted { age_ms: 100.0 });
        let real = [tap[0], tap[1], sample(5000.0, 80.0, 0.0, MouseMove)];
        assert_eq!(hand(&real, 5000.0), Hand::Mouse);
        // It comes from elsewhere: nothing lies between.
        assert_at(&track(&real), 5000.0, 170.0, 20.0);
        assert_eq!(hand(&[sample(0.0, 0.0, 0.0, TouchMove)], 10.0), Hand::FingerDown);
    }

    #[test]
    fn the_wake_goes_back_to_the_last_leap() {
        use PointerAct::{MouseMove, TouchMove, TouchStart};
        let moved = track(&[
            sample(0.0, 0.0, 0.0, MouseMove),
            sample(1000.0, 50.0, 0.0, MouseMove),
        ]);
        let wake = moved.at(1050.0).unwrap().wake;
        assert_eq!(wake[0], Point { x: 110.0, y: 20.0 });
        assert_eq!(wake[WAKE_POINTS - 1], Point { x: 10.0, y: 20.0 });
        let still = moved.at(3000.0).unwrap();
        assert!(still.wake.iter().all(|point| *point == still.position));
        let touched = track(&[
            sample(0.0, 0.0, 0.0, MouseMove),
            sample(1000.0, 50.0, 0.0, TouchStart),
            sample(1010.0, 60.0, 0.0, TouchMove),
        ]);
        let wake = touched.at(1060.0).unwrap().wake;
        assert_eq!(wake[WAKE_POINTS - 1], Point { x: 110.0, y: 20.0 });
    }
}
