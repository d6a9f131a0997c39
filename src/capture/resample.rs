//! An image scaled to a place that need not be of whole pixels. `slide_picture` draws screenshots with it.

use std::ops::Range;

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::RgbImage;

/// Along one axis: where an image's pixels come to lie, and which pixels of the picture are wanted.
#[derive(Debug, Clone)]
pub(super) struct Axis {
    /// The image's first and last edge, in pixels of the picture.
    pub(super) image: Range<f64>,
    pub(super) wanted: Range<u32>,
}

impl Axis {
    /// Where the wanted part begins in an image of this length and how long it is, in pixels of the image.
    fn part(&self, length: u32) -> (f64, f64) {
        let length = f64::from(length);
        let step = length / (self.image.end - self.image.start);
        let [from, to] = [self.wanted.start, self.wanted.end]
            .map(|edge| ((f64::from(edge) - self.image.start) * step).clamp(0.0, length));
        (from, to - from)
    }
}

/// The wanted pixels of an image that is scaled by the Catmull-Rom spline, as widened as the image is shrunk: of the usual
/// filters the one that comes nearest to a browser's pictures. What lies at whole pixels in its own size comes out
/// unchanged. None of them if the place has no size.
pub(super) fn resample(image: &RgbImage, across: &Axis, down: &Axis) -> RgbImage {
    scaled(image, across, down).unwrap_or_default()
}

fn scaled(image: &RgbImage, across: &Axis, down: &Axis) -> Result<RgbImage, Box<dyn std::error::Error>> {
    let (left, width) = across.part(image.width());
    let (top, height) = down.part(image.height());
    let size = [across, down].map(|axis| axis.wanted.end - axis.wanted.start);
    let mut scaled = RgbImage::new(size[0], size[1]);
    let source = ImageRef::new(image.width(), image.height(), image.as_raw(), PixelType::U8x3)?;
    let mut target = Image::from_slice_u8(size[0], size[1], &mut scaled, PixelType::U8x3)?;
    let options = ResizeOptions::new()
        .crop(left, top, width, height)
        .resize_alg(ResizeAlg::Convolution(FilterType::CatmullRom));
    Resizer::new().resize(&source, &mut target, &options)?;
    Ok(scaled)
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::*;

    fn axis(start: f64, length: f64, wanted: Range<u32>) -> Axis {
        let image = start..start + length;
        Axis { image, wanted }
    }

    /// Every pixel differs from its neighbours as much as it can.
    fn harsh() -> RgbImage {
        RgbImage::from_fn(13, 9, |x, y| {
            let bright = (x * 7 + y * 5) % 3 == 0;
            Rgb([if bright { 255 } else { 0 }, (x * 19) as u8, (y * 28) as u8])
        })
    }

    #[test]
    fn its_own_size_leaves_it_as_it_is() {
        let image = harsh();
        assert_eq!(
            resample(&image, &axis(0.0, 13.0, 0..13), &axis(0.0, 9.0, 0..9)),
            image
        );
        // Shifted, and cut on all sides.
        let part = resample(&image, &axis(-2.0, 13.0, 0..5), &axis(3.0, 9.0, 4..8));
        assert_eq!(part, image::imageops::crop_imm(&image, 2, 1, 5, 4).to_image());
    }

    #[test]
    fn one_colour_stays_one_colour() {
        let color = Rgb([255, 128, 1]);
        let image = RgbImage::from_pixel(40, 30, color);
        for (length, wanted) in [(13.3, 0..13), (0.4, 0..1), (97.7, 20..98)] {
            let scaled = resample(
                &image,
                &axis(0.2, length, wanted.clone()),
                &axis(0.2, length, wanted.clone()),
            );
            let side = wanted.end - wanted.start;
            assert_eq!(scaled.dimensions(), (side, side));
            assert!(scaled.pixels().all(|pixel| *pixel == color), "{length}");
        }
    }

    #[test]
    fn what_is_shrunk_is_averaged_in_its_place() {
        // Dark on the left, bright from two thirds on, with lines too fine to be seen.
        let image = RgbImage::from_fn(300, 30, |x, _| {
            Rgb([if x < 200 { (x % 2) as u8 * 80 } else { 200 }; 3])
        });
        let scaled = resample(&image, &axis(0.0, 30.0, 0..30), &axis(0.0, 3.0, 0..3));
        let middle = |x| scaled.get_pixel(x, 1)[0];
        assert!((39..=41).contains(&middle(8)), "{}", middle(8));
        assert_eq!(middle(27), 200);
        let edge = (0..30).find(|x| middle(*x) > 120);
        assert_eq!(edge, Some(20));
    }
}
