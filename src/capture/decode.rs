//! The browser's PNG to RGBA pixels, in safe Rust: a compromised renderer may send anything. Called by
//! `pipeline` on a thread of its own.

use std::io::Cursor;

use image::codecs::png::PngDecoder;
use image::{ColorType, DynamicImage, ImageDecoder, RgbaImage, imageops};

use crate::browser::Screenshot;
use crate::error::{Error, Kind, Result};
use crate::frame::{Canvas, Size};

/// Decodes a picture of `canvas`. Where its size is none of whole CSS pixels, the browser draws a little more, which is
/// cut off here; any other size is refused.
pub fn decode(screenshot: &Screenshot, canvas: Canvas) -> Result<RgbaImage> {
    let Size { width, height } = canvas.size;
    let drawn = decode_drawn(screenshot, canvas)?;
    if drawn.dimensions() == (width, height) {
        return Ok(drawn);
    }
    Ok(imageops::crop_imm(&drawn, 0, 0, width, height).to_image())
}

fn decode_drawn(screenshot: &Screenshot, canvas: Canvas) -> Result<RgbaImage> {
    let unreadable = |source: image::ImageError| {
        Error::new(Kind::BrowserCrashed, "the browser's picture cannot be decoded").caused_by(source)
    };
    let decoder = PngDecoder::new(Cursor::new(&screenshot.0)).map_err(unreadable)?;
    let (width, height) = decoder.dimensions();
    let (size, viewport) = (canvas.size, canvas.viewport());
    let most = |css: u32| (f64::from(css) * canvas.scale).ceil() as u32;
    let is_drawn = |side: u32, wanted: u32, css: u32| (wanted..=most(css)).contains(&side);
    if !is_drawn(width, size.width, viewport.width) || !is_drawn(height, size.height, viewport.height) {
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

    fn canvas(width: u32, height: u32, scale: f64) -> Canvas {
        Canvas {
            size: Size::new(width, height),
            scale,
        }
    }

    fn assert_refused(screenshot: &Screenshot, canvas: Canvas, says: &str) {
        let error = decode(screenshot, canvas).unwrap_err();
        assert_eq!(error.kind(), Kind::BrowserCrashed);
        assert!(error.to_string().contains(says), "{error}");
    }

    #[test]
    fn what_is_drawn_beyond_the_canvas_is_cut_off() {
        let picture = decode(&png(6, 3), canvas(5, 3, 3.0)).unwrap();
        assert_eq!(picture.dimensions(), (5, 3));
        assert_refused(&png(7, 3), canvas(5, 3, 3.0), "is 7x3, not 5x3");
        assert_refused(&png(4, 3), canvas(5, 3, 3.0), "is 4x3, not 5x3");
    }

    #[test]
    fn pixels_come_through_exactly() {
        let picture = decode(&png(3, 2), canvas(3, 2, 1.0)).unwrap();
        assert_eq!(picture.get_pixel(2, 1).0, [1, 2, 3, 255]);
    }

    #[test]
    fn wrong_sizes_and_broken_pictures_are_refused() {
        assert_refused(&png(3, 2), canvas(2, 3, 1.0), "is 3x2, not 2x3");
        let mut broken = png(30, 20);
        broken.0.truncate(60);
        assert_refused(&broken, canvas(30, 20, 1.0), "cannot be decoded");
        assert_refused(&Screenshot(Vec::new()), canvas(1, 1, 1.0), "cannot be decoded");
    }
}
