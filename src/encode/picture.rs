//! Single pictures as files: PNG, JPEG and WebP. The poster in a video, and what `beside` writes, are made here.

use std::path::Path;

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::{CompressionType, FilterType as PngFilter, PngEncoder};
use image::codecs::webp::WebPEncoder;
use image::{DynamicImage, ExtendedColorType, ImageEncoder, RgbaImage};

use crate::error::{Error, Kind, Result};
use crate::frame::Size;

/// Text stays clean at it.
const JPEG_QUALITY: u8 = 85;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PictureFormat {
    Png,
    Jpeg,
    /// Lossless.
    WebP,
}

impl PictureFormat {
    const EXTENSIONS: [(&'static str, Self); 4] = [
        ("png", Self::Png),
        ("jpg", Self::Jpeg),
        ("jpeg", Self::Jpeg),
        ("webp", Self::WebP),
    ];

    /// The format that a file's extension names.
    pub fn of_path(path: &Path) -> Result<Self> {
        let extension = path.extension().unwrap_or_default().to_string_lossy();
        let known = Self::EXTENSIONS
            .into_iter()
            .find(|(known, _)| extension.eq_ignore_ascii_case(known));
        known.map(|(_, format)| format).ok_or_else(|| {
            Error::new(
                Kind::Usage,
                format!("{} is not named as a picture", path.display()),
            )
            .hint("Use one of the extensions png, jpg, jpeg and webp.")
        })
    }
}

/// The bytes of a file that holds an opaque picture.
pub fn encode_picture(picture: &RgbaImage, format: PictureFormat) -> Result<Vec<u8>> {
    let (width, height) = picture.dimensions();
    let rgb = DynamicImage::ImageRgba8(picture.clone()).into_rgb8();
    let (pixels, color) = (rgb.as_raw(), ExtendedColorType::Rgb8);
    let mut bytes = Vec::new();
    let encoded = match format {
        PictureFormat::Png => {
            PngEncoder::new_with_quality(&mut bytes, CompressionType::Default, PngFilter::Adaptive)
                .write_image(pixels, width, height, color)
        }
        PictureFormat::Jpeg => {
            JpegEncoder::new_with_quality(&mut bytes, JPEG_QUALITY).write_image(pixels, width, height, color)
        }
        PictureFormat::WebP => {
            WebPEncoder::new_lossless(&mut bytes).write_image(pixels, width, height, color)
        }
    };
    encoded.map_err(|cause| {
        let message = format!("a picture of {width}x{height} pixels cannot be written as {format:?}");
        Error::new(Kind::Usage, message).caused_by(cause)
    })?;
    Ok(bytes)
}

/// The picture made smaller, so that it fits into `room`; never larger.
pub fn thumbnail(picture: &RgbaImage, room: Size) -> RgbaImage {
    let (width, height) = (f64::from(picture.width()), f64::from(picture.height()));
    let factor = (f64::from(room.width) / width)
        .min(f64::from(room.height) / height)
        .min(1.0);
    let side = |side: f64| ((side * factor).round() as u32).max(1);
    scaled(picture, side(width), side(height)).unwrap_or_default()
}

/// Fails for pictures without a size only.
fn scaled(picture: &RgbaImage, width: u32, height: u32) -> Result<RgbaImage, Box<dyn std::error::Error>> {
    let mut scaled = RgbaImage::new(width, height);
    let source = ImageRef::new(
        picture.width(),
        picture.height(),
        picture.as_raw(),
        PixelType::U8x4,
    )?;
    let mut target = Image::from_slice_u8(width, height, &mut scaled, PixelType::U8x4)?;
    let options = ResizeOptions::new()
        .use_alpha(false)
        .resize_alg(ResizeAlg::Convolution(FilterType::CatmullRom));
    Resizer::new().resize(&source, &mut target, &options)?;
    Ok(scaled)
}

#[cfg(test)]
mod tests {
    use image::{ImageFormat, Rgba, load_from_memory_with_format};

    use super::*;

    #[test]
    fn each_format_reads_back() {
        let picture = RgbaImage::from_fn(33, 20, |x, y| Rgba([x as u8 * 7, y as u8 * 9, 90, 255]));
        for (format, name) in [
            (PictureFormat::Png, ImageFormat::Png),
            (PictureFormat::WebP, ImageFormat::WebP),
            (PictureFormat::Jpeg, ImageFormat::Jpeg),
        ] {
            let bytes = encode_picture(&picture, format).unwrap();
            let read = load_from_memory_with_format(&bytes, name).unwrap().into_rgba8();
            let furthest = read.iter().zip(picture.iter()).map(|(a, b)| a.abs_diff(*b)).max();
            let allowed = if format == PictureFormat::Jpeg { 24 } else { 0 };
            assert!(furthest.unwrap() <= allowed, "{format:?} is off by {furthest:?}");
        }
    }

    #[test]
    fn thumbnails_keep_their_shape_and_never_grow() {
        for (size, room, expected) in [
            ((1280, 720), (640, 640), (640, 360)),
            ((390, 844), (640, 640), (296, 640)),
            ((100, 50), (640, 640), (100, 50)),
            ((5000, 1), (100, 100), (100, 1)),
        ] {
            let picture = RgbaImage::new(size.0, size.1);
            let small = thumbnail(&picture, Size::new(room.0, room.1));
            assert_eq!(small.dimensions(), expected, "{size:?}");
        }
    }

    #[test]
    fn extensions_name_formats() {
        for (name, format) in [
            ("a.png", PictureFormat::Png),
            ("A.JPG", PictureFormat::Jpeg),
            ("b.webp", PictureFormat::WebP),
        ] {
            assert_eq!(PictureFormat::of_path(Path::new(name)).unwrap(), format);
        }
        assert_eq!(
            PictureFormat::of_path(Path::new("a.bmp")).unwrap_err().kind(),
            Kind::Usage
        );
    }
}
