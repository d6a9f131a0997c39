//! What is to be drawn for a pointer: shapes with places and sizes in pixels of the picture. Two pointers that look the
//! same have the same marks.

use super::{CursorLook, OverlayStyle};
use crate::frame::{Click, Hand, Point, Pointer};

/// Where the page is drawn small, marks stay readable: as large as on a page at this scale.
const LEAST_SCALE: f64 = 0.7;
/// Against an arrow of the usual size.
const LARGE: f64 = 2.0;

/// How long a click's ring grows, in milliseconds of the session.
const RING_MS: f64 = 300.0;
/// A double click has a second ring this much later.
const SECOND_RING_MS: f64 = 110.0;
/// How long a finger that was lifted fades.
const LIFT_MS: f64 = 200.0;

/// Sizes in pixels of a page at its own scale.
const ARROW_HEIGHT: f64 = 22.0;
const DOT_RADIUS: f64 = 9.0;
const FINGER_RADIUS: f64 = 20.0;
const RING_RADIUS: (f64, f64) = (6.0, 24.0);
const RING_WIDTH: (f64, f64) = (3.5, 1.5);
const TRAIL_WIDTH: f64 = 7.0;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Mark {
    /// Its tip is at the position.
    Arrow {
        tip: Point,
        height: f64,
    },
    Dot {
        center: Point,
        radius: f64,
    },
    Ring {
        center: Point,
        radius: f64,
        width: f64,
        opacity: f64,
    },
    Finger {
        center: Point,
        radius: f64,
        opacity: f64,
    },
    /// Pointed where it ends; the widest end comes first.
    Trail {
        points: Vec<Point>,
        width: f64,
    },
}

/// In the order in which they are drawn.
pub(super) fn marks(pointer: &Pointer, style: OverlayStyle) -> Vec<Mark> {
    let scale = pointer.scale.max(LEAST_SCALE);
    let mut marks = Vec::new();
    // What a finger does is its way: it hides where it was.
    let strokes = pointer.hand != Hand::Mouse && style.cursor != CursorLook::None;
    if style.trail || strokes {
        marks.extend(trail(pointer, scale));
    }
    if style.cursor == CursorLook::None {
        return marks;
    }
    let scale = if style.cursor == CursorLook::Large {
        scale * LARGE
    } else {
        scale
    };
    if let Some(click) = pointer.click {
        marks.extend(rings(click, scale));
    }
    match pointer.hand {
        Hand::Mouse => marks.push(cursor(pointer.position, style.cursor, scale)),
        Hand::FingerDown => marks.extend(finger(pointer.position, 0.0, scale)),
        Hand::FingerLifted { age_ms } => marks.extend(finger(pointer.position, age_ms / LIFT_MS, scale)),
    }
    marks
}

fn cursor(position: Point, look: CursorLook, scale: f64) -> Mark {
    match look {
        CursorLook::Dot => Mark::Dot {
            center: position,
            radius: DOT_RADIUS * scale,
        },
        CursorLook::Arrow | CursorLook::Large | CursorLook::None => Mark::Arrow {
            tip: position,
            height: ARROW_HEIGHT * scale,
        },
    }
}

/// A finger that has been lifted by this part.
fn finger(center: Point, lifted: f64, scale: f64) -> Option<Mark> {
    (lifted < 1.0).then_some(Mark::Finger {
        center,
        radius: FINGER_RADIUS * scale * (1.0 + 0.25 * lifted),
        opacity: 1.0 - lifted,
    })
}

fn rings(click: Click, scale: f64) -> impl Iterator<Item = Mark> {
    let second = click.double.then_some(SECOND_RING_MS);
    [0.0]
        .into_iter()
        .chain(second)
        .filter_map(move |delay| ring(click.position, (click.age_ms - delay) / RING_MS, scale))
}

/// A ring that has grown by this part: fast at first, then slower.
fn ring(center: Point, grown: f64, scale: f64) -> Option<Mark> {
    let eased = 1.0 - (1.0 - grown).powi(3);
    let between = |(from, to): (f64, f64)| (from + (to - from) * eased) * scale;
    (0.0..1.0).contains(&grown).then(|| Mark::Ring {
        center,
        radius: between(RING_RADIUS),
        width: between(RING_WIDTH),
        opacity: 1.0 - grown.powi(2),
    })
}

/// None where the pointer has stood still.
fn trail(pointer: &Pointer, scale: f64) -> Option<Mark> {
    let mut points = pointer.wake.to_vec();
    points.dedup();
    (points.len() > 1).then_some(Mark::Trail {
        points,
        width: TRAIL_WIDTH * scale,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::WAKE_POINTS;

    const AT: Point = Point { x: 50.0, y: 40.0 };

    fn pointer(scale: f64, hand: Hand) -> Pointer {
        Pointer {
            position: AT,
            scale,
            hand,
            click: None,
            wake: [AT; WAKE_POINTS],
        }
    }

    fn style(cursor: CursorLook) -> OverlayStyle {
        OverlayStyle {
            cursor,
            trail: true,
            ..OverlayStyle::default()
        }
    }

    #[test]
    fn the_cursor_is_scaled_with_the_page_but_stays_readable() {
        let height = |scale, look| match marks(&pointer(scale, Hand::Mouse), style(look))[..] {
            [Mark::Arrow { height, .. }] => height,
            ref other => panic!("{other:?}"),
        };
        for (scale, look, expected) in [
            (1.0, CursorLook::Arrow, 22.0),
            (2.0, CursorLook::Arrow, 44.0),
            (0.1, CursorLook::Arrow, 15.4),
            (1.0, CursorLook::Large, 44.0),
        ] {
            assert!((height(scale, look) - expected).abs() < 1e-9, "{scale} {look:?}");
        }
        let none = marks(&pointer(1.0, Hand::Mouse), style(CursorLook::None));
        assert_eq!(none, []);
    }

    #[test]
    fn a_ring_grows_and_fades_and_a_double_click_has_two() {
        let ring_at = |age_ms, double| {
            let click = Click {
                position: AT,
                age_ms,
                double,
            };
            let drawn: Vec<(f64, f64)> = rings(click, 1.0)
                .map(|mark| match mark {
                    Mark::Ring { radius, opacity, .. } => (radius, opacity),
                    other => panic!("{other:?}"),
                })
                .collect();
            drawn
        };
        assert_eq!(ring_at(0.0, false), [(6.0, 1.0)]);
        assert_eq!(ring_at(300.0, false), []);
        assert_eq!(ring_at(-1.0, false), []);
        let ages: Vec<(f64, f64)> = [0.0, 50.0, 150.0, 299.0]
            .iter()
            .flat_map(|age| ring_at(*age, false))
            .collect();
        assert!(ages.is_sorted_by(|a, b| a.0 < b.0 && a.1 > b.1), "{ages:?}");
        assert_eq!(
            [50.0, 150.0, 350.0, 410.0].map(|age| ring_at(age, true).len()),
            [1, 2, 1, 0]
        );
    }

    #[test]
    fn a_lifted_finger_fades() {
        let opacity = |hand| match marks(&pointer(1.0, hand), style(CursorLook::Arrow))[..] {
            [] => 0.0,
            [Mark::Finger { opacity, .. }] => opacity,
            ref other => panic!("{other:?}"),
        };
        assert!((opacity(Hand::FingerDown) - 1.0).abs() < 1e-9);
        assert!((opacity(Hand::FingerLifted { age_ms: 50.0 }) - 0.75).abs() < 1e-9);
        assert!(opacity(Hand::FingerLifted { age_ms: 200.0 }) < 1e-9);
    }

    #[test]
    fn what_moves_has_a_trail() {
        let mut moving = pointer(1.0, Hand::Mouse);
        assert_eq!(trail(&moving, 1.0), None);
        moving.wake[5..].fill(Point { x: 10.0, y: 10.0 });
        let Some(Mark::Trail { points, .. }) = trail(&moving, 1.0) else {
            panic!("no trail");
        };
        assert_eq!(points, [AT, Point { x: 10.0, y: 10.0 }]);
        for (hand, cursor, count) in [
            (Hand::Mouse, CursorLook::Arrow, 1),
            (Hand::FingerDown, CursorLook::Arrow, 2),
            (Hand::FingerDown, CursorLook::None, 0),
        ] {
            moving.hand = hand;
            let style = OverlayStyle {
                cursor,
                ..OverlayStyle::default()
            };
            assert_eq!(marks(&moving, style).len(), count, "{hand:?} {cursor:?}");
        }
    }
}
