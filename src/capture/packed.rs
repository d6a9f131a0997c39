//! A picture that waits until it is its frame's turn: compressed fast and without loss, as most pages are flat.
//! `pipeline` packs the pictures of browsers that are ahead.

use std::fmt;

use image::RgbaImage;
use lz4_flex::block;

use crate::error::{Error, Kind, Result};
use crate::frame::Size;

pub struct PackedPicture {
    rgba: Vec<u8>,
    size: Size,
}

impl PackedPicture {
    pub fn pack(pixels: &RgbaImage) -> Self {
        Self {
            rgba: block::compress(pixels.as_raw()),
            size: Size::new(pixels.width(), pixels.height()),
        }
    }

    /// What it takes in memory.
    pub const fn bytes(&self) -> usize {
        self.rgba.len()
    }

    pub fn unpack(&self) -> Result<RgbaImage> {
        let damaged = || Error::new(Kind::Internal, "a picture was damaged while it waited");
        let rgba = block::decompress(&self.rgba, self.size.pixels() as usize * 4)
            .map_err(|source| damaged().caused_by(source))?;
        RgbaImage::from_raw(self.size.width, self.size.height, rgba).ok_or_else(damaged)
    }
}

impl fmt::Debug for PackedPicture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PackedPicture({}, {} bytes)", self.size, self.bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flat_picture_gets_small_and_comes_back_exactly() {
        let picture = RgbaImage::from_fn(640, 360, |x, y| {
            image::Rgba([(x / 80) as u8, (y / 90) as u8, 9, 255])
        });
        let packed = PackedPicture::pack(&picture);
        assert!(packed.bytes() * 20 < picture.as_raw().len(), "{packed:?}");
        assert_eq!(packed.unpack().unwrap(), picture);
    }
}
