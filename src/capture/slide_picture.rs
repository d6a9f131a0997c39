//! A recorded screenshot to the picture of a frame: decoded, scaled to its place, on the page and what surrounds it.
//! `slideshow` calls it on a thread of its own.

use std::io::Cursor;

use image::imageops::FilterType;
use image::{DynamicImage, ImageDecoder, ImageReader, Limits, Rgb, RgbImage, Rgba, RgbaImage};

use crate::player::{PlacedScreenshot, SlideLayout};

/// The page that a screenshot lies on.
const WHITE: u8 = 255;

/// No screen has more pixels to a side.
const LONGEST_SIDE: u32 = 16_384;
const MOST_BYTES: u64 = 512 << 20;

/// Of one that is scaled to its place, most of which may lie outside of the page.
const MOST_PIXELS: u64 = 128 << 20;

/// Below its own size and above it the sharpest of the filters that leave no steps.
const FILTER: FilterType = FilterType::Lanczos3;

/// The pixels of a screenshot, upright and on white; None if it is damaged, or absurdly large.
pub(super) fn decode(placed: &PlacedScreenshot) -> Option<RgbImage> {
    let pixels = u64::from(placed.width) * u64::from(placed.height);
    let file = placed.screenshot.bytes().filter(|_| pixels <= MOST_PIXELS)?;
    decode_file(&file)
}

fn decode_file(file: &[u8]) -> Option<RgbImage> {
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
    let scaled;
    let image = if image.dimensions() == (placed.width, placed.height) {
        image
    } else {
        let source = DynamicImage::ImageRgb8(image.clone());
        scaled = source
            .resize_exact(placed.width, placed.height, FILTER)
            .into_rgb8();
        &scaled
    };
    // What of it lies on the page.
    let cut = |at: i64, length: u32, low: u32, high: u32| {
        let (start, end) = (at.max(i64::from(low)), (at + i64::from(length)).min(i64::from(high)));
        start..end.max(start)
    };
    let across = cut(placed.left, placed.width, page.left, page.right);
    let line = image.width() as usize * 3;
    for y in cut(placed.top, placed.height, page.top, page.bottom) {
        let source = &image.as_raw()[(y - placed.top) as usize * line..][..line];
        let start = (across.start - placed.left) as usize * 3;
        let (pixels, _) = source[start..].as_chunks::<3>();
        let target = &mut row(&mut picture, y as u32)[across.start as usize * 4..across.end as usize * 4];
        for (target, source) in target.as_chunks_mut::<4>().0.iter_mut().zip(pixels) {
            target[..3].copy_from_slice(source);
        }
    }
    picture
}

fn row(picture: &mut RgbaImage, y: u32) -> &mut [u8] {
    let line = picture.width() as usize * 4;
    let samples: &mut [u8] = picture;
    &mut samples[y as usize * line..][..line]
}
