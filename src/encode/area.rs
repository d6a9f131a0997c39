//! The rectangle of a picture that changed: what `gif` and `master` write of it.

use std::ops::Range;

use image::RgbaImage;

/// A rectangle of a picture, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Area {
    pub(super) left: u32,
    pub(super) top: u32,
    pub(super) width: u32,
    pub(super) height: u32,
}

impl Area {
    /// All of a picture.
    pub(super) fn all(picture: &RgbaImage) -> Self {
        Self {
            left: 0,
            top: 0,
            width: picture.width(),
            height: picture.height(),
        }
    }

    /// Where its rows lie in the bytes of an RGBA picture of this width.
    pub(super) fn rows(self, picture_width: u32) -> impl Iterator<Item = Range<usize>> {
        (self.top..self.top + self.height).map(move |y| {
            let start = (y as usize * picture_width as usize + self.left as usize) * 4;
            start..start + self.width as usize * 4
        })
    }

    /// The smallest one that has all pixels in it that differ.
    pub(super) fn of_change(before: &RgbaImage, after: &RgbaImage) -> Option<Self> {
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
        let (mut left, mut right) = (line, 0);
        for (before, after) in (top..=bottom).map(rows) {
            let mut differing = (0..line).filter(|x| before[*x] != after[*x]);
            if let Some(first) = differing.next() {
                left = left.min(first);
                right = right.max(differing.next_back().unwrap_or(first));
            }
        }
        Some(Self {
            left: left as u32,
            top,
            width: (right - left + 1) as u32,
            height: bottom - top + 1,
        })
    }
}

#[cfg(test)]
mod tests {
    use image::Rgba;

    use super::*;

    #[test]
    fn the_changed_area_is_the_smallest() {
        let before = RgbaImage::from_pixel(10, 8, Rgba([5, 5, 5, 255]));
        assert_eq!(Area::of_change(&before, &before), None);
        for (changed, expected) in [
            (&[(3, 4)][..], (3, 4, 1, 1)),
            (&[(9, 7)], (9, 7, 1, 1)),
            (&[(2, 1), (5, 6), (0, 3)], (0, 1, 6, 6)),
        ] {
            let mut after = before.clone();
            for (x, y) in changed {
                after.put_pixel(*x, *y, Rgba([6, 5, 5, 255]));
            }
            let area = Area::of_change(&before, &after).unwrap();
            assert_eq!((area.left, area.top, area.width, area.height), expected);
        }
    }
}
