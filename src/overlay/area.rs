//! A rectangle of whole pixels of a picture: what is drawn stays in one, and is undone by copying it back.

use image::RgbaImage;

/// Whole pixels of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Area {
    left: u32,
    top: u32,
    pub(super) right: u32,
    pub(super) bottom: u32,
}

impl Area {
    /// From one corner to the other, as far as it is in a picture of this size; None if none of it is.
    pub(super) fn within(from: (f64, f64), to: (f64, f64), (width, height): (u32, u32)) -> Option<Self> {
        let within = |at: f64, end: u32| at.clamp(0.0, f64::from(end));
        let area = Self {
            left: within(from.0.floor(), width) as u32,
            top: within(from.1.floor(), height) as u32,
            right: within(to.0.ceil(), width) as u32,
            bottom: within(to.1.ceil(), height) as u32,
        };
        (area.left < area.right && area.top < area.bottom).then_some(area)
    }

    /// Lays one pixel over that of a picture without transparency, if it is in the area. The last channel is its opacity.
    pub(super) fn blend(
        self,
        picture: &mut RgbaImage,
        (x, y): (i32, i32),
        [red, green, blue, opacity]: [u8; 4],
    ) {
        let (Ok(x), Ok(y)) = (u32::try_from(x), u32::try_from(y)) else {
            return;
        };
        if !(self.left..self.right).contains(&x) || !(self.top..self.bottom).contains(&y) {
            return;
        }
        let Some(pixel) = picture.get_pixel_mut_checked(x, y) else {
            return;
        };
        for (under, over) in pixel.0.iter_mut().zip([red, green, blue]) {
            let opacity = u32::from(opacity);
            let mixed = u32::from(over) * opacity + u32::from(*under) * (255 - opacity);
            *under = ((mixed + 127) / 255) as u8;
        }
    }

    pub(super) fn fill(self, picture: &mut RgbaImage, [red, green, blue]: [u8; 3]) {
        let line = picture.width() as usize * 4;
        let row = self.left as usize * 4..self.right as usize * 4;
        let rows = self.top as usize * line..self.bottom as usize * line;
        for line in (**picture)[rows].chunks_exact_mut(line) {
            for pixel in line[row.clone()].chunks_exact_mut(4) {
                pixel.copy_from_slice(&[red, green, blue, 255]);
            }
        }
    }

    /// Copies these pixels from one picture to another as wide, which has them too.
    pub(super) fn copy(self, from: &RgbaImage, to: &mut RgbaImage) {
        let line = from.width() as usize * 4;
        let row = self.left as usize * 4..self.right as usize * 4;
        let rows = self.top as usize * line..self.bottom as usize * line;
        let from = from.as_raw()[rows.clone()].chunks_exact(line);
        let to = (**to)[rows].chunks_exact_mut(line);
        for (from, to) in from.zip(to) {
            to[row.clone()].copy_from_slice(&from[row.clone()]);
        }
    }
}
