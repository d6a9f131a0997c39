//! One picture of the video as a file: what stands for it in a list or on a page.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use image::RgbaImage;

use crate::encode::{PictureFormat, encode_picture};
use crate::error::{Error, Result};
use crate::frame::{Frame, Picture};

#[derive(Debug)]
pub struct Poster {
    path: PathBuf,
    format: PictureFormat,
    /// The place of the grid that it shows.
    index: u64,
    shown: Option<Arc<RgbaImage>>,
    is_written: bool,
}

impl Poster {
    pub const fn new(path: PathBuf, format: PictureFormat, index: u64) -> Self {
        Self {
            path,
            format,
            index,
            shown: None,
            is_written: false,
        }
    }

    pub(super) fn push(&mut self, frame: &Frame) -> Result<()> {
        if self.is_written {
            return Ok(());
        }
        if let Picture::New(picture) = &frame.picture {
            self.shown = Some(Arc::clone(picture));
        }
        let is_due = self.index < frame.spec.index + frame.lasts;
        if let Some(picture) = self.shown.take_if(|_| is_due) {
            self.is_written = true;
            let bytes = encode_picture(&picture, self.format)?;
            fs::write(&self.path, bytes).map_err(|cause| Error::writing(&self.path, cause))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use image::Rgba;

    use super::*;
    use crate::frame::FrameSpec;

    #[test]
    fn the_picture_is_the_one_that_is_shown_at_its_place() {
        let folder = tempfile::tempdir().unwrap();
        for (index, red) in [(0, 10), (1, 10), (2, 20), (6, 20), (7, 30)] {
            let path = folder.path().join("poster.png");
            let mut poster = Poster::new(path.clone(), PictureFormat::Png, index);
            for (first, lasts, red) in [(0, 2, Some(10)), (2, 3, Some(20)), (5, 2, None), (7, 1, Some(30))] {
                let picture = red.map_or(Picture::Repeat, |red| {
                    Picture::New(Arc::new(RgbaImage::from_pixel(4, 4, Rgba([red, 0, 0, 255]))))
                });
                let spec = FrameSpec {
                    index: first,
                    pts_ms: 0.0,
                    session_ms: 0.0,
                };
                poster.push(&Frame { spec, picture, lasts }).unwrap();
            }
            let written = image::open(path).unwrap().into_rgba8();
            assert_eq!(written.get_pixel(1, 1).0[0], red, "{index}");
        }
    }
}
