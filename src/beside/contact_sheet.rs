//! One picture with many moments of the video in it: a grid of small pictures, line by line.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use image::{Rgba, RgbaImage, imageops};

use crate::encode::{PictureFormat, encode_picture, thumbnail};
use crate::error::{Error, Result};
use crate::frame::{Frame, Picture, Size};

/// Each small picture fits into this.
const ROOM: Size = Size::new(400, 400);
const GAP: u32 = 16;
const PAPER: Rgba<u8> = Rgba([0x1b, 0x1d, 0x23, 0xff]);

/// Sheets are a little wider than high.
const SHAPE: f64 = 1.4;

#[derive(Debug)]
pub struct ContactSheet {
    path: PathBuf,
    format: PictureFormat,
    /// Places of the grid, in order.
    places: Vec<u64>,
    /// Those of the first places, as far as they have been shown.
    pictures: Vec<RgbaImage>,
    shown: Option<Arc<RgbaImage>>,
}

impl ContactSheet {
    /// Of these places of the grid, which are in order.
    pub const fn new(path: PathBuf, format: PictureFormat, places: Vec<u64>) -> Self {
        Self {
            path,
            format,
            places,
            pictures: Vec::new(),
            shown: None,
        }
    }

    pub(super) fn push(&mut self, frame: &Frame) {
        if let Picture::New(picture) = &frame.picture {
            self.shown = Some(Arc::clone(picture));
        }
        let end = frame.spec.index + frame.lasts;
        while let (Some(place), Some(shown)) = (self.places.get(self.pictures.len()), &self.shown)
            && *place < end
        {
            self.pictures.push(thumbnail(shown, ROOM));
        }
    }

    pub(super) fn finish(self) -> Result<()> {
        let bytes = encode_picture(&self.draw(), self.format)?;
        fs::write(&self.path, bytes).map_err(|cause| Error::writing(&self.path, cause))
    }

    fn draw(&self) -> RgbaImage {
        let (width, height) = self.pictures.first().map_or((1, 1), RgbaImage::dimensions);
        let (cell_width, cell_height) = (width + GAP, height + GAP);
        let count = self.pictures.len() as u32;
        let columns = columns(count, cell_width, cell_height);
        let rows = count.div_ceil(columns);
        let mut sheet = RgbaImage::from_pixel(columns * cell_width + GAP, rows * cell_height + GAP, PAPER);
        for (picture, number) in self.pictures.iter().zip(0..) {
            let left = GAP + number % columns * cell_width;
            let top = GAP + number / columns * cell_height;
            imageops::replace(&mut sheet, picture, left.into(), top.into());
        }
        sheet
    }
}

/// How many pictures stand side by side.
fn columns(count: u32, cell_width: u32, cell_height: u32) -> u32 {
    let shape = f64::from(cell_height) / f64::from(cell_width);
    let columns = (f64::from(count) * shape * SHAPE).sqrt().round() as u32;
    columns.clamp(1, count.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::FrameSpec;

    #[test]
    fn the_sheet_shows_each_place_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sheet.png");
        let mut sheet = ContactSheet::new(path.clone(), PictureFormat::Png, vec![0, 3, 4, 9]);
        for (index, lasts, red) in [(0, 3, 50), (3, 1, 100), (4, 4, 150), (8, 2, 200)] {
            let picture = RgbaImage::from_pixel(40, 30, Rgba([red, 0, 0, 255]));
            let spec = FrameSpec {
                index,
                pts_ms: 0.0,
                session_ms: 0.0,
            };
            sheet.push(&Frame {
                spec,
                picture: Picture::New(Arc::new(picture)),
                lasts,
            });
        }
        sheet.finish().unwrap();
        let sheet = image::open(path).unwrap().into_rgba8();
        assert_eq!(sheet.dimensions(), (2 * 56 + GAP, 2 * 46 + GAP));
        for (x, y, red) in [(20, 20, 50), (80, 20, 100), (20, 70, 150), (80, 70, 200)] {
            assert_eq!(sheet.get_pixel(x, y).0[0], red, "{x}, {y}");
        }
        assert_eq!(sheet.get_pixel(5, 5), &PAPER);
    }

    #[test]
    fn sheets_are_a_little_wider_than_high() {
        for (count, cell, expected) in [
            (12, (416, 241), 3),
            (12, (200, 416), 6),
            (1, (416, 241), 1),
            (0, (17, 17), 1),
        ] {
            assert_eq!(columns(count, cell.0, cell.1), expected, "{count} of {cell:?}");
        }
    }
}
