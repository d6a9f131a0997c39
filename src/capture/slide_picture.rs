//! A recorded screenshot to the picture of a frame: decoded, scaled to its place, on the page and what surrounds it.
//! `slideshow` calls it on a thread of its own.

use std::io::Cursor;
use std::ops::Range;

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, Rgb, RgbImage, Rgba, RgbaImage};

use super::resample::{Axis, resample};
use crate::player::SlideLayout;

/// The page that a screenshot lies on.
const WHITE: Rgb<u8> = Rgb([255; 3]);

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
    // Browsers do not turn them.
    let is_webp = reader.format() == Some(ImageFormat::WebP);
    let mut decoder = reader.into_decoder().ok()?;
    let orientation = if is_webp {
        Orientation::NoTransforms
    } else {
        decoder.orientation().ok()?
    };
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
            ((channel * alpha + 255 * (255 - alpha) + 127) / 255) as u8
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
    let page = &layout.page;
    let (columns, rows) = (
        Covered::of(&page.across, size.width),
        Covered::of(&page.down, size.height),
    );
    paint(&mut picture, &columns, &rows, |_, _| WHITE);
    let (Some((area, _)), Some(image)) = (&layout.screenshot, image) else {
        return picture;
    };
    let columns = Covered::of(&cut(&area.across, &page.across), size.width);
    let rows = Covered::of(&cut(&area.down, &page.down), size.height);
    let axis = |image: &Range<f64>, covered: &Covered| Axis {
        image: image.clone(),
        wanted: covered.pixels(),
    };
    let scaled = resample(image, &axis(&area.across, &columns), &axis(&area.down, &rows));
    paint(&mut picture, &columns, &rows, |x, y| *scaled.get_pixel(x, y));
    picture
}

fn cut(side: &Range<f64>, page: &Range<f64>) -> Range<f64> {
    side.start.max(page.start)..side.end.min(page.end)
}

/// Along one axis, the pixels that something covers, those at its ends maybe in part.
struct Covered {
    first: u32,
    /// From 0 to 1, of each.
    parts: Vec<f32>,
}

impl Covered {
    fn of(side: &Range<f64>, end: u32) -> Self {
        // Rounding makes no edges.
        let exact = |edge: f64| {
            if (edge - edge.round()).abs() < 1e-6 {
                edge.round()
            } else {
                edge
            }
        };
        let (start, stop) = (exact(side.start), exact(side.end));
        let pixel = |at: f64| at.clamp(0.0, f64::from(end)) as u32;
        let pixels = pixel(start.floor())..pixel(stop.ceil());
        let part = |pixel: u32| {
            let (from, to) = (f64::from(pixel), f64::from(pixel + 1));
            (to.min(stop) - from.max(start)).clamp(0.0, 1.0) as f32
        };
        Self {
            first: pixels.start,
            parts: pixels.map(part).collect(),
        }
    }

    fn pixels(&self) -> Range<u32> {
        self.first..self.first + self.parts.len() as u32
    }
}

/// Paints what is covered, by colours for places counted from its first pixel.
fn paint(picture: &mut RgbaImage, columns: &Covered, rows: &Covered, color: impl Fn(u32, u32) -> Rgb<u8>) {
    for (y, down) in (0..).zip(&rows.parts) {
        for (x, across) in (0..).zip(&columns.parts) {
            let part = across * down;
            let Rgb(above) = color(x, y);
            let Rgba(pixel) = picture.get_pixel_mut(columns.first + x, rows.first + y);
            for (below, above) in pixel.iter_mut().zip(above) {
                *below = if part < 1.0 {
                    let [from, to] = [*below, above].map(f32::from);
                    (from + (to - from) * part).round() as u8
                } else {
                    above
                };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use image::ImageEncoder;
    use image::codecs::jpeg::JpegEncoder;
    use image::codecs::webp::WebPEncoder;

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

    #[test]
    fn images_are_turned_where_browsers_turn_them() {
        // A TIFF of one entry: the orientation, a quarter turn to the right.
        let exif = b"MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0".to_vec();
        let image = RgbImage::from_pixel(40, 30, WHITE);
        let (mut jpeg, mut webp) = (Vec::new(), Vec::new());
        let mut encoder = JpegEncoder::new(&mut jpeg);
        encoder.set_exif_metadata(exif.clone()).unwrap();
        encoder.encode_image(&image).unwrap();
        let mut encoder = WebPEncoder::new_lossless(&mut webp);
        encoder.set_exif_metadata(exif).unwrap();
        let color = image::ExtendedColorType::Rgb8;
        encoder.encode(&image, 40, 30, color).unwrap();
        assert_eq!(decode(&jpeg).unwrap().dimensions(), (30, 40));
        assert_eq!(decode(&webp).unwrap().dimensions(), (40, 30));
    }
}
