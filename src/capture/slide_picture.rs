//! A recorded screenshot to the picture of a frame: decoded, scaled to its place, on the page and what surrounds it.
//! `slideshow` calls it on a thread of its own.

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder, ImageReader, Limits, Rgb, RgbImage, Rgba, RgbaImage};

use super::resample::{Axis, resample};
use crate::player::SlideLayout;

/// The page that a screenshot lies on.
const WHITE: u8 = 255;

/// No screen has more pixels to a side.
const LONGEST_SIDE: u32 = 16_384;
const MOST_BYTES: u64 = 256 << 20;

/// The pixels of an image file, upright and on white; None if it is damaged, or absurdly large.
pub(super) fn decode(file: &[u8]) -> Option<RgbImage> {
    let mut reader = ImageReader::new(Cursor::new(file)).with_guessed_format().ok()?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST_SIDE);
    limits.max_image_height = Some(LONGEST_SIDE);
    limits.max_alloc = Some(MOST_BYTES);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().ok()?;
    let orientation = decoder.orientation().ok()?;
    let mut image = DynamicImage::from_decoder(decoder).ok()?;
    image.apply_orientation(orientation);
    Some(on_white(image))
}

fn on_white(image: DynamicImage) -> RgbImage {
    if !image.color().has_alpha() {
        return image.into_rgb8();
    }
    let image = image.into_rgba8();
    let mut opaque = RgbImage::new(image.width(), image.height());
    for (Rgba([red, green, blue, alpha]), pixel) in image.pixels().zip(opaque.pixels_mut()) {
        let over = |channel: u8| {
            let [channel, alpha] = [channel, *alpha].map(u32::from);
            ((channel * alpha + u32::from(WHITE) * (255 - alpha) + 127) / 255) as u8
        };
        *pixel = Rgb([*red, *green, *blue].map(over));
    }
    opaque
}

/// The picture of a slide whose screenshot is `image`.
pub(super) fn draw(layout: &SlideLayout, image: Option<&RgbImage>) -> RgbaImage {
    let size = layout.canvas.size;
    let [red, green, blue] = layout.surround.0;
    let mut picture = RgbaImage::from_pixel(size.width, size.height, Rgba([red, green, blue, 255]));
    let page = layout.page;
    let columns = page.left as usize..page.right as usize;
    for y in page.top..page.bottom {
        row(&mut picture, y)[columns.start * 4..columns.end * 4].fill(WHITE);
    }
    let (Some(placed), Some(image)) = (&layout.screenshot, image) else {
        return picture;
    };
    // What of it lies on the page.
    let axis = |start: f64, length: f64, low: u32, high: u32| {
        let edge = |at: f64| at.round().clamp(f64::from(low), f64::from(high)) as u32;
        Axis {
            start,
            length,
            wanted: edge(start)..edge(start + length),
        }
    };
    let across = axis(placed.left, placed.width, page.left, page.right);
    let down = axis(placed.top, placed.height, page.top, page.bottom);
    if across.wanted.is_empty() || down.wanted.is_empty() {
        return picture;
    }
    let scaled = resample(image, &across, &down);
    let columns = across.wanted.start as usize * 4..across.wanted.end as usize * 4;
    let lines = scaled.as_raw().chunks_exact(across.wanted.len() * 3);
    for (y, line) in down.wanted.zip(lines) {
        let (target, _) = row(&mut picture, y)[columns.clone()].as_chunks_mut::<4>();
        let (source, _) = line.as_chunks::<3>();
        for (target, source) in target.iter_mut().zip(source) {
            target[..3].copy_from_slice(source);
        }
    }
    picture
}

/// The pixels of one line, four bytes each.
fn row(picture: &mut RgbaImage, y: u32) -> &mut [u8] {
    let line = picture.width() as usize * 4;
    let samples: &mut [u8] = picture;
    &mut samples[y as usize * line..][..line]
}

#[cfg(test)]
mod tests {
    use image::ImageFormat;

    use super::*;

    fn file(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        image.write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    #[test]
    fn what_shines_through_is_white() {
        for (alpha, shown) in [(255, [200, 0, 100]), (0, [255; 3]), (102, [233, 153, 193])] {
            let image = RgbaImage::from_pixel(3, 2, Rgba([200, 0, 100, alpha]));
            let decoded = decode(&file(&image.into(), ImageFormat::Png)).unwrap();
            assert_eq!(decoded.get_pixel(2, 1).0, shown, "{alpha}");
        }
    }

    #[test]
    fn all_formats_are_decoded_and_damage_is_noticed() {
        let image = DynamicImage::ImageRgb8(RgbImage::from_pixel(40, 30, Rgb([10, 200, 90])));
        for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP] {
            let whole = file(&image, format);
            let decoded = decode(&whole).unwrap();
            assert_eq!(decoded.dimensions(), (40, 30));
            let pixel = decoded.get_pixel(20, 15).0;
            assert!(
                pixel.iter().zip([10, 200, 90]).all(|(a, b)| a.abs_diff(b) < 4),
                "{pixel:?}"
            );
            assert!(decode(&whole[..20]).is_none(), "{format:?}");
        }
        assert!(decode(b"").is_none());
    }
}
