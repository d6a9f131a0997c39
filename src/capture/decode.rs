//! The browser's PNG to RGBA pixels, in safe Rust: a compromised renderer may send anything. Called by
//! `pipeline` on a thread of its own.

use std::io::Cursor;

use image::codecs::png::PngDecoder;
use image::{ColorType, DynamicImage, ImageDecoder, RgbaImage};

use crate::browser::Screenshot;
use crate::error::{Error, Kind, Result};
use crate::frame::Size;

/// Decodes a picture that must have exactly `size`.
pub fn decode(screenshot: &Screenshot, size: Size) -> Result<RgbaImage> {
    let unreadable = |source: image::ImageError| {
        Error::new(Kind::BrowserCrashed, "the browser's picture cannot be decoded").caused_by(source)
    };
    let decoder = PngDecoder::new(Cursor::new(&screenshot.0)).map_err(unreadable)?;
    let (width, height) = decoder.dimensions();
    if Size::new(width, height) != size {
        // Checked before anything is allocated for it.
        return Err(Error::new(
            Kind::BrowserCrashed,
            format!("the browser's picture is {width}x{height}, not {size}"),
        ));
    }
    if decoder.color_type() == ColorType::Rgba8 {
        let mut pixels = vec![0; decoder.total_bytes() as usize];
        decoder.read_image(&mut pixels).map_err(unreadable)?;
        return RgbaImage::from_raw(width, height, pixels)
            .ok_or_else(|| Error::new(Kind::Internal, "a decoded picture has the wrong length"));
    }
    let picture = DynamicImage::from_decoder(decoder).map_err(unreadable)?;
    Ok(picture.into_rgba8())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32) -> Screenshot {
        let mut bytes = Cursor::new(Vec::new());
        let picture = RgbaImage::from_pixel(width, height, image::Rgba([1, 2, 3, 255]));
        picture.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
        Screenshot(bytes.into_inner())
    }

    #[test]
    fn pixels_come_through_exactly() {
        let picture = decode(&png(3, 2), Size::new(3, 2)).unwrap();
        assert_eq!(picture.get_pixel(2, 1).0, [1, 2, 3, 255]);
    }

    #[test]
    fn wrong_sizes_and_broken_pictures_are_refused() {
        assert!(decode(&png(3, 2), Size::new(2, 3)).is_err());
        let mut broken = png(30, 20);
        broken.0.truncate(60);
        assert!(decode(&broken, Size::new(30, 20)).is_err());
        assert!(decode(&Screenshot(Vec::new()), Size::new(1, 1)).is_err());
    }
}
