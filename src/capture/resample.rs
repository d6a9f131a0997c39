//! An image scaled to a place that need not be of whole pixels. `slide_picture` draws screenshots with it; it is many
//! times faster than the one of the `image` crate, which takes longer than a browser.

use std::ops::Range;

use image::RgbImage;

const CHANNELS: usize = 3;

/// Along one axis: where an image's pixels come to lie, and which pixels of the picture are wanted.
#[derive(Debug, Clone)]
pub(super) struct Axis {
    /// The image's first and last edge, in pixels of the picture.
    pub(super) image: Range<f64>,
    pub(super) wanted: Range<u32>,
}

/// The wanted pixels of an image that is scaled by the Catmull-Rom spline, as widened as the image is shrunk: of the usual
/// filters the one that comes nearest to a browser's pictures. What lies at whole pixels in its own size comes out
/// unchanged. <https://en.wikipedia.org/wiki/Mitchell%E2%80%93Netravali_filters>
pub(super) fn resample(image: &RgbImage, across: &Axis, down: &Axis) -> RgbImage {
    let columns = Taps::of(across, image.width());
    let rows = Taps::of(down, image.height());
    let line = image.width() as usize * CHANNELS;
    let mut scaled = Vec::with_capacity(columns.len() * rows.len() * CHANNELS);
    let mut blended = vec![0.0; line];
    for (first, weights) in rows.iter() {
        // Whole rows first: that is the same work for each of their pixels, which processors do many at a time.
        blended.fill(0.0);
        let lines = image.as_raw()[first * line..].chunks_exact(line);
        for (source, weight) in lines.zip(weights) {
            for (sum, value) in blended.iter_mut().zip(source) {
                *sum += f32::from(*value) * weight;
            }
        }
        for (first, weights) in columns.iter() {
            let (pixels, _) = blended[first * CHANNELS..].as_chunks::<CHANNELS>();
            let mut sums = [0.5; CHANNELS];
            for (pixel, weight) in pixels.iter().zip(weights) {
                for (sum, value) in sums.iter_mut().zip(pixel) {
                    *sum += value * weight;
                }
            }
            // The conversion also cuts what overshoots.
            scaled.extend(sums.map(|sum| sum as u8));
        }
    }
    RgbImage::from_raw(columns.len() as u32, rows.len() as u32, scaled).unwrap_or_default()
}

/// For each wanted pixel the image's pixels that it is made of, and how much of each.
struct Taps {
    weights: Vec<f32>,
    /// The first pixel, and its weights' place.
    places: Vec<(usize, Range<usize>)>,
}

impl Taps {
    fn of(axis: &Axis, length: u32) -> Self {
        let step = f64::from(length) / (axis.image.end - axis.image.start);
        let wide = step.max(1.0);
        let mut taps = Self {
            weights: Vec::new(),
            places: Vec::new(),
        };
        for pixel in axis.wanted.clone() {
            let middle = (f64::from(pixel) + 0.5 - axis.image.start) * step - 0.5;
            let end = |at: f64| at.clamp(0.0, f64::from(length - 1)) as usize;
            let (first, last) = (
                end((middle - REACH * wide).ceil()),
                end((middle + REACH * wide).floor()),
            );
            let weight = |at: usize| catmull_rom((at as f64 - middle) / wide);
            let sum: f64 = (first..=last).map(weight).sum();
            let begin = taps.weights.len();
            taps.weights
                .extend((first..=last).map(|at| (weight(at) / sum) as f32));
            taps.places.push((first, begin..taps.weights.len()));
        }
        taps
    }

    const fn len(&self) -> usize {
        self.places.len()
    }

    fn iter(&self) -> impl Iterator<Item = (usize, &[f32])> {
        let tap = |(first, place): &(usize, Range<usize>)| (*first, &self.weights[place.clone()]);
        self.places.iter().map(tap)
    }
}

/// How far the filter reaches to each side, in pixels of the coarser of the two grids.
const REACH: f64 = 2.0;

fn catmull_rom(x: f64) -> f64 {
    match x.abs() {
        x if x < 1.0 => (1.5 * x - 2.5) * x * x + 1.0,
        x if x < REACH => ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0,
        _ => 0.0,
    }
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
                &axis(0.2, length, wanted),
            );
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
