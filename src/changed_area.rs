//! The rectangle of a picture that changed: `encode` writes no more of it where a format allows that, and `capture` puts
//! the fence below it.

use std::ops::Range;

use image::RgbaImage;

/// A rectangle of a picture, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ChangedArea {
    pub(crate) left: u32,
    pub(crate) top: u32,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

impl ChangedArea {
    /// All of a picture.
    pub(crate) fn all(picture: &RgbaImage) -> Self {
        Self {
            left: 0,
            top: 0,
            width: picture.width(),
            height: picture.height(),
        }
    }

    /// From its first column to its last.
    pub(crate) const fn columns(self) -> Range<u32> {
        self.left..self.left + self.width
    }

    /// Where its rows lie in the bytes of an RGBA picture of this width.
    pub(crate) fn rows(self, picture_width: u32) -> impl Iterator<Item = Range<usize>> {
        (self.top..self.top + self.height).map(move |y| {
            let start = (y as usize * picture_width as usize + self.left as usize) * 4;
            start..start + self.width as usize * 4
        })
    }

    /// The smallest one that has all pixels in it that differ between pictures of one size; None if they are equal.
    pub(crate) fn between(before: &RgbaImage, after: &RgbaImage) -> Option<Self> {
        let (width, height) = after.dimensions();
        let line = width as usize;
        let (before, _) = before.as_raw().as_chunks::<4>();
        let (after, _) = after.as_raw().as_chunks::<4>();
        let rows = |row: u32| {
            let pixels = row as usize * line..(row as usize + 1) * line;
            (&before[pixels.clone()], &after[pixels])
        };
        let differs = |row: &u32| {
            let (before, after) = rows(*row);
            before != after
        };
        let top = (0..height).find(differs)?;
        let bottom = (top..height).rev().find(differs)?;
        let (mut left, mut end) = (line, 0);
        for (before, after) in (top..=bottom).map(rows) {
            let differs = |x: &usize| before[*x] != after[*x];
            // Columns between two that are known to have changed need no look.
            left = (0..left).find(differs).unwrap_or(left);
            end = (end.max(left)..line).rfind(differs).map_or(end, |last| last + 1);
        }
        Some(Self {
            left: left as u32,
            top,
            width: (end - left) as u32,
            height: bottom - top + 1,
        })
    }
}

#[cfg(test)]
mod tests {
    use image::Rgba;

    use super::*;

    #[test]
    fn it_is_the_smallest() {
        let before = RgbaImage::from_pixel(10, 8, Rgba([5, 5, 5, 255]));
        assert_eq!(ChangedArea::between(&before, &before), None);
        for (changed, expected) in [
            (&[(3, 4)][..], (3, 4, 1, 1)),
            (&[(3, 2), (1, 0)], (1, 0, 3, 3)),
            (&[(3, 0), (2, 1), (4, 3)], (2, 0, 3, 4)),
            (&[(0, 1), (1, 0)], (0, 0, 2, 2)),
            (&[(9, 7)], (9, 7, 1, 1)),
            (&[(2, 1), (5, 6), (0, 3)], (0, 1, 6, 6)),
        ] {
            let mut after = before.clone();
            for (x, y) in changed {
                after.put_pixel(*x, *y, Rgba([6, 5, 5, 255]));
            }
            let area = ChangedArea::between(&before, &after).unwrap();
            assert_eq!((area.left, area.top, area.width, area.height), expected);
            assert_eq!(area.columns(), expected.0..expected.0 + expected.2);
        }
    }
}
