//! How alike two pictures look: their luma, and the structural similarity (SSIM) of that. Pure; `verify` compares what
//! a recording gives with what a video shows.

use image::{GrayImage, RgbaImage};

/// A window's side, and how far apart windows begin: as in FFmpeg's `ssim` filter and x264.
const WINDOW: u32 = 8;
const STRIDE: u32 = 4;

/// K1, K2 and L of Z. Wang et al., "Image quality assessment: from error visibility to structural similarity", IEEE
/// Transactions on Image Processing 13(4), 2004: what keeps flat windows from dividing by nothing.
const C1: f64 = (0.01 * 255.0) * (0.01 * 255.0);
const C2: f64 = (0.03 * 255.0) * (0.03 * 255.0);

/// BT.709 luma in limited range, which is what our videos hold.
pub fn luma(picture: &RgbaImage) -> GrayImage {
    let (pixels, _) = picture.as_raw().as_chunks::<4>();
    let luma = |[red, green, blue, _]: &[u8; 4]| {
        let full = 0.2126 * f64::from(*red) + 0.7152 * f64::from(*green) + 0.0722 * f64::from(*blue);
        (16.0 + full * 219.0 / 255.0).round() as u8
    };
    let (width, height) = picture.dimensions();
    GrayImage::from_raw(width, height, pixels.iter().map(luma).collect()).unwrap_or_default()
}

/// The mean structural similarity of two pictures of the same size, over windows of 8x8 pixels: 1 where they are equal,
/// about 0 where they have nothing in common. None where the sizes differ or there is no room for a window.
pub fn ssim(a: &GrayImage, b: &GrayImage) -> Option<f64> {
    let (width, height) = a.dimensions();
    if b.dimensions() != (width, height) || width < WINDOW || height < WINDOW {
        return None;
    }
    let starts = |side: u32| (0..=side - WINDOW).step_by(STRIDE as usize);
    let mut sum = 0.0;
    let mut windows = 0.0;
    for top in starts(height) {
        for left in starts(width) {
            sum += window_ssim(a, b, left, top);
            windows += 1.0;
        }
    }
    Some(sum / windows)
}

fn window_ssim(a: &GrayImage, b: &GrayImage, left: u32, top: u32) -> f64 {
    let line = a.width() as usize;
    let [mut sum_a, mut sum_b, mut squares_a, mut squares_b, mut products] = [0_u32; 5];
    for y in top..top + WINDOW {
        let start = y as usize * line + left as usize;
        let row = start..start + WINDOW as usize;
        for (a, b) in a.as_raw()[row.clone()].iter().zip(&b.as_raw()[row]) {
            let (a, b) = (u32::from(*a), u32::from(*b));
            sum_a += a;
            sum_b += b;
            squares_a += a * a;
            squares_b += b * b;
            products += a * b;
        }
    }
    let pixels = f64::from(WINDOW * WINDOW);
    let mean = |sum: u32| f64::from(sum) / pixels;
    let (mean_a, mean_b) = (mean(sum_a), mean(sum_b));
    let variance_a = mean(squares_a) - mean_a * mean_a;
    let variance_b = mean(squares_b) - mean_b * mean_b;
    let covariance = mean(products) - mean_a * mean_b;
    let likeness = (2.0 * mean_a * mean_b + C1) * (2.0 * covariance + C2);
    likeness / ((mean_a * mean_a + mean_b * mean_b + C1) * (variance_a + variance_b + C2))
}

#[cfg(test)]
mod tests {
    use image::{Luma, Rgba};

    use super::*;

    fn picture(level: impl Fn(u32, u32) -> u32) -> GrayImage {
        GrayImage::from_fn(40, 24, |x, y| Luma([level(x, y) as u8]))
    }

    #[test]
    fn equal_pictures_are_one_and_others_are_less() {
        let stripes = picture(|x, _| x / 3 % 2 * 150 + 40);
        let noisy = picture(|x, y| x / 3 % 2 * 150 + 40 + (x * 7 + y * 13) % 5);
        let shifted = picture(|x, _| (x + 3) / 3 % 2 * 150 + 40);
        let flat = picture(|_, _| 115);
        let with_stripes = |other| ssim(&stripes, other).unwrap();
        assert!((with_stripes(&stripes) - 1.0).abs() < 1e-9);
        assert!(
            (0.99..1.0).contains(&with_stripes(&noisy)),
            "{}",
            with_stripes(&noisy)
        );
        assert!(with_stripes(&shifted) < -0.5, "{}", with_stripes(&shifted));
        assert!(with_stripes(&flat).abs() < 0.1, "{}", with_stripes(&flat));
    }

    #[test]
    fn flat_pictures_follow_the_definition() {
        // Without variance only the comparison of means is left.
        let (a, b) = (100.0, 120.0);
        let expected = (2.0 * a * b + C1) / (a * a + b * b + C1);
        let found = ssim(&picture(|_, _| 100), &picture(|_, _| 120)).unwrap();
        assert!((found - expected).abs() < 1e-9, "{found} is not {expected}");
    }

    #[test]
    fn sizes_must_be_equal_and_hold_a_window() {
        let picture = picture(|_, _| 0);
        assert_eq!(ssim(&picture, &GrayImage::new(40, 25)), None);
        assert_eq!(ssim(&GrayImage::new(7, 40), &GrayImage::new(7, 40)), None);
    }

    #[test]
    fn luma_is_that_of_video() {
        for (color, expected) in [
            ([0, 0, 0], 16),
            ([255, 255, 255], 235),
            ([255, 0, 0], 63),
            ([0, 255, 0], 173),
            ([0, 0, 255], 32),
        ] {
            let [red, green, blue] = color;
            let picture = RgbaImage::from_pixel(2, 2, Rgba([red, green, blue, 255]));
            assert_eq!(luma(&picture).get_pixel(1, 1).0, [expected], "{color:?}");
        }
    }
}
