//! One picture with many moments of the video in it: a grid of small pictures, line by line, each with its time
//! and page below it.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use image::{Rgba, RgbaImage, imageops};

use crate::encode::{PictureFormat, encode_picture, thumbnail};
use crate::error::{Error, Result};
use crate::frame::{Frame, Picture, Size, Theme};
use crate::overlay::Lettering;

/// Each small picture fits into this.
const ROOM: Size = Size::new(400, 400);
const GAP: u32 = 16;
/// Between a picture and what is written below it.
const LETTER_GAP: u32 = 5;
/// In pixels.
const TEXT_SIZE: u16 = 14;

/// Sheets are a little wider than high.
const SHAPE: f64 = 1.4;

#[derive(Debug)]
pub struct ContactSheet {
    path: PathBuf,
    format: PictureFormat,
    theme: Theme,
    /// In order.
    moments: Vec<SheetMoment>,
    /// Those of the first moments, as far as they have been shown.
    pictures: Vec<RgbaImage>,
    shown: Option<Arc<RgbaImage>>,
}

/// One picture of the sheet.
#[derive(Debug)]
pub struct SheetMoment {
    /// Its place in the grid of frames.
    pub frame: u64,
    /// What is written below it.
    pub time: String,
    pub page: String,
}

impl ContactSheet {
    /// Of these moments, which are in order.
    pub const fn new(path: PathBuf, format: PictureFormat, theme: Theme, moments: Vec<SheetMoment>) -> Self {
        Self {
            path,
            format,
            theme,
            moments,
            pictures: Vec::new(),
            shown: None,
        }
    }

    pub(super) fn push(&mut self, frame: &Frame) {
        if let Picture::New(picture) = &frame.picture {
            self.shown = Some(Arc::clone(picture));
        }
        let end = frame.spec.index + frame.lasts;
        while let (Some(moment), Some(shown)) = (self.moments.get(self.pictures.len()), &self.shown)
            && moment.frame < end
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
        let mut lettering = Lettering::new(self.theme, TEXT_SIZE);
        let (cell_width, cell_height) = (width + GAP, height + LETTER_GAP + lettering.line_height() + GAP);
        let count = self.pictures.len() as u32;
        let columns = columns(count, cell_width, cell_height);
        let rows = count.div_ceil(columns);
        let paper = paper(self.theme);
        let mut sheet = RgbaImage::from_pixel(columns * cell_width + GAP, rows * cell_height + GAP, paper);
        for ((picture, moment), number) in self.pictures.iter().zip(&self.moments).zip(0..) {
            let left = GAP + number % columns * cell_width;
            let top = GAP + number / columns * cell_height;
            imageops::replace(&mut sheet, picture, left.into(), top.into());
            let below = (left, top + height + LETTER_GAP);
            lettering.write(&mut sheet, below, width, (&moment.time, &moment.page));
        }
        sheet
    }
}

const fn paper(theme: Theme) -> Rgba<u8> {
    let [red, green, blue] = theme.surround().0;
    Rgba([red, green, blue, 0xff])
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
        let moment = |frame| SheetMoment {
            frame,
            time: format!("0:0{frame}"),
            page: "A page with a long name".to_owned(),
        };
        let moments = [0, 3, 4, 9].map(moment).into();
        let mut sheet = ContactSheet::new(path.clone(), PictureFormat::Png, Theme::Dark, moments);
        for (index, lasts, red) in [(0, 3, 50), (3, 1, 100), (4, 4, 150), (8, 2, 200)] {
            let picture = RgbaImage::from_pixel(40, 20, Rgba([red, 0, 0, 255]));
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
        let row = 20 + LETTER_GAP + Lettering::new(Theme::Dark, TEXT_SIZE).line_height() + GAP;
        assert_eq!(sheet.dimensions(), (2 * 56 + GAP, 2 * row + GAP));
        for (x, y, red) in [
            (20, 20, 50),
            (80, 20, 100),
            (20, 20 + row, 150),
            (80, 20 + row, 200),
        ] {
            assert_eq!(sheet.get_pixel(x, y).0[0], red, "{x}, {y}");
        }
        let dark = paper(Theme::Dark);
        assert_eq!(sheet.get_pixel(5, 5), &dark);
        // Text stands below each picture, and nothing of it beside that.
        for (left, top) in [(GAP, GAP), (GAP + 56, GAP + row)] {
            let is_written = |x: u32| (top + 20..top + row).any(|y| sheet.get_pixel(x, y) != &dark);
            assert!((left..left + 40).any(is_written), "{left}, {top}");
            assert!(!(left + 40..left + 40 + GAP).any(is_written), "{left}, {top}");
        }
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
