//! The fence: a square below the picture that gets a new colour in the same frame as the page changes. `player` hands it
//! to the page; `capture` waits until a display shows it, and moves it.

use std::ops::Range;

use serde::Serialize;

use crate::frame::Canvas;

/// How large the page draws it (`stage.ts`), in CSS pixels.
const SIDE: f64 = 8.0;

/// It moves by so much at least, in CSS pixels.
const STEP: f64 = 64.0;

/// The fence of a display: of whichever page is in front.
#[derive(Debug, Default, Serialize)]
pub struct Fence {
    color: u32,
    left: f64,
    /// Where it is to stand from the next change on.
    #[serde(skip)]
    next_left: f64,
}

impl Fence {
    /// 0xRRGGBB, another one for each frame.
    pub const fn color(&self) -> u32 {
        self.color
    }

    pub const fn change_color(&mut self) {
        self.color = (self.color + 1) & 0xff_ff_ff;
    }

    /// Back to the left, whatever it knows of the frames before.
    pub const fn reset(&mut self) {
        (self.left, self.next_left) = (0.0, 0.0);
    }

    /// The fence of the next change.
    pub(super) const fn next(&self) -> Self {
        let mut next = Self {
            color: self.color,
            left: self.next_left,
            next_left: self.next_left,
        };
        next.change_color();
        next
    }

    /// From the next change on it stands below these columns of a picture of `canvas`, which have changed. A browser draws
    /// the whole rectangle around what changed, the fence included; and what changes next is mostly near. It moves
    /// together with a change only: what else is looked at must not have a part in what is drawn.
    pub fn stand_below(&mut self, columns: &Range<u32>, canvas: Canvas) {
        let middle = f64::from(columns.start.midpoint(columns.end)) / canvas.scale;
        let (width, _) = canvas.css_size();
        self.next_left = ((middle / STEP).floor() * STEP).clamp(0.0, (width - SIDE).floor().max(0.0));
    }

    /// A pixel in its middle, below a picture of `canvas`.
    pub fn pixel(&self, canvas: Canvas) -> (u32, u32) {
        let middle = SIDE / 2.0;
        let x = ((self.left + middle) * canvas.scale) as u32;
        (x, canvas.size.height + (middle * canvas.scale) as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::Size;

    #[test]
    fn it_stands_below_what_changed_and_stays_below_the_picture() {
        for (scale, columns, pixel) in [
            (1.0, 0..10, (4, 104)),
            (1.0, 120..140, (132, 104)),
            (1.0, 0..200, (68, 104)),
            (1.0, 199..200, (196, 104)),
            (2.0, 150..170, (136, 108)),
        ] {
            let canvas = Canvas {
                size: Size::new(200, 100),
                scale,
            };
            let mut fence = Fence::default();
            fence.stand_below(&columns, canvas);
            assert_eq!(
                fence.pixel(canvas).0,
                (4.0 * scale) as u32,
                "before the next change"
            );
            let fence = fence.next();
            assert_eq!(fence.pixel(canvas), pixel, "{columns:?} at {scale}");
        }
        let narrow = Canvas {
            size: Size::new(6, 6),
            scale: 1.0,
        };
        let mut fence = Fence::default();
        fence.stand_below(&(5..6), narrow);
        assert_eq!(fence.next().pixel(narrow).0, 4);
    }

    #[test]
    fn its_colour_is_never_the_one_before() {
        let mut fence = Fence {
            color: 0xff_ff_fe,
            ..Fence::default()
        };
        let mut before = fence.color();
        for _ in 0..3 {
            fence = fence.next();
            assert_ne!(fence.color(), before);
            before = fence.color();
        }
    }
}
