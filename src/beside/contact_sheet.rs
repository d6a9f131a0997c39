//! One picture with many moments of the video in it: a grid of small pictures, each with its time and page below.

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
/// The line of text below a picture.
const LABEL: u32 = 24;
const PAPER: Rgba<u8> = Rgba([0x1b, 0x1d, 0x23, 0xff]);

/// Sheets are a little wider than high.
const SHAPE: f64 = 1.4;

#[derive(Debug)]
pub struct ContactSheet {
    path: PathBuf,
    format: PictureFormat,
    /// In order of their places on the grid.
    moments: Vec<Moment>,
    /// Those of the first moments, as far as they have been shown.
    pictures: Vec<RgbaImage>,
    shown: Option<Arc<RgbaImage>>,
}

/// One picture of the sheet.
#[derive(Debug, Clone, PartialEq)]
struct Moment {
    index: u64,
    label: String,
}

impl ContactSheet {
    /// Of these places of the grid, in order, each with its label.
    pub fn new(
        path: PathBuf,
        format: PictureFormat,
        moments: impl IntoIterator<Item = (u64, String)>,
    ) -> Self {
        Self {
            path,
            format,
            moments: moments
                .into_iter()
                .map(|(index, label)| Moment { index, label })
                .collect(),
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
            && moment.index < end
        {
            self.pictures.push(thumbnail(shown, ROOM));
        }
    }

    pub(super) fn finish(self) -> Result<()> {
        let bytes = encode_picture(&self.draw(), self.format)?;
        fs::write(&self.path, bytes)
            .map_err(|cause| Error::io(format!("writing {}", self.path.display()), cause))
    }

    fn draw(&self) -> RgbaImage {
        let (width, height) = self.pictures.first().map_or((1, 1), RgbaImage::dimensions);
        let (cell_width, cell_height) = (width + GAP, height + LABEL + GAP);
        let count = self.pictures.len() as u32;
        let columns = columns(count, cell_width, cell_height);
        let rows = count.div_ceil(columns);
        let mut sheet = RgbaImage::from_pixel(columns * cell_width + GAP, rows * cell_height + GAP, PAPER);
        for ((picture, moment), number) in self.pictures.iter().zip(&self.moments).zip(0..) {
            let left = GAP + number % columns * cell_width;
            let top = GAP + number / columns * cell_height;
            imageops::replace(&mut sheet, picture, left.into(), top.into());
            let _ = &moment.label;
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
