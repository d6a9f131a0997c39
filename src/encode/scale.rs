//! Makes pictures smaller by swscale, whose filters work in vectors. `fit` calls it for videos that must be small.

use std::fmt;

use ffmpeg_next::format::Pixel;
use ffmpeg_next::frame;
use ffmpeg_next::software::scaling::{Context, Flags};
use image::RgbaImage;

use crate::error::{Error, Kind, Result};
use crate::frame::Size;

/// Makes pictures of one size into pictures of another.
pub struct Scaler {
    context: Context,
    from: frame::Video,
    to: frame::Video,
    size: Size,
}

#[allow(
    unsafe_code,
    reason = "the context of ffmpeg-next does not say that it may change threads"
)]
// SAFETY: the context and the frames are owned by this value alone and tied to no thread.
unsafe impl Send for Scaler {}

impl fmt::Debug for Scaler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scaler")
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}

impl Scaler {
    pub fn new(from: Size, to: Size) -> Result<Self> {
        // Of the filters, it keeps small text sharpest.
        let flags = Flags::LANCZOS | Flags::FULL_CHR_H_INP | Flags::ACCURATE_RND;
        let rgba = Pixel::RGBA;
        let context = Context::get(rgba, from.width, from.height, rgba, to.width, to.height, flags)
            .map_err(|cause| failed(to).caused_by(cause))?;
        Ok(Self {
            context,
            from: frame::Video::new(rgba, from.width, from.height),
            to: frame::Video::new(rgba, to.width, to.height),
            size: to,
        })
    }

    /// # Errors
    /// `Internal` for a picture of another size than the one that it was made for.
    pub fn scale(&mut self, picture: &RgbaImage) -> Result<RgbaImage> {
        if picture.dimensions() != (self.from.width(), self.from.height()) {
            return Err(failed(self.size));
        }
        let stride = self.from.stride(0);
        let rows = picture.as_raw().chunks_exact(picture.width() as usize * 4);
        for (to, row) in self.from.data_mut(0).chunks_mut(stride).zip(rows) {
            to[..row.len()].copy_from_slice(row);
        }
        self.context
            .run(&self.from, &mut self.to)
            .map_err(|cause| failed(self.size).caused_by(cause))?;
        let row = self.size.width as usize * 4;
        let rows = self
            .to
            .data(0)
            .chunks(self.to.stride(0))
            .take(self.size.height as usize);
        let pixels = rows.flat_map(|line| &line[..row]).copied().collect();
        RgbaImage::from_raw(self.size.width, self.size.height, pixels).ok_or_else(|| failed(self.size))
    }
}

fn failed(to: Size) -> Error {
    Error::new(Kind::Internal, format!("a picture cannot be made {to}"))
}

#[cfg(test)]
mod tests {
    use image::Rgba;

    use super::*;

    #[test]
    fn a_smaller_picture_is_the_mean_of_the_larger() {
        let picture = RgbaImage::from_fn(66, 32, |x, _| {
            if x < 33 {
                Rgba([200, 40, 0, 255])
            } else {
                Rgba([0, 0, 80, 255])
            }
        });
        let mut scaler = Scaler::new(Size::new(66, 32), Size::new(22, 10)).unwrap();
        let small = scaler.scale(&picture).unwrap();
        assert_eq!(small.dimensions(), (22, 10));
        for (x, expected) in [(2, [200, 40, 0, 255]), (19, [0, 0, 80, 255])] {
            let found = small.get_pixel(x, 4).0;
            let near = found
                .iter()
                .zip(expected)
                .all(|(found, expected)| found.abs_diff(expected) <= 1);
            assert!(near, "{found:?} is not {expected:?}");
        }
        assert_eq!(scaler.scale(&small).unwrap_err().kind(), Kind::Internal);
    }
}
