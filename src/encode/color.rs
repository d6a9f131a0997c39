//! Turns RGBA pictures into the frames that the encoders take, through swscale: 4:2:0 BT.709 in limited range, or RGB.
//! `Video` converts each new picture once and sends the result again while the picture stays.
#![allow(
    unsafe_code,
    reason = "swscale's colour matrix and raw pictures have no safe interface"
)]

use std::borrow::Cow;
use std::fmt;
use std::ptr;

use ffmpeg_next::ffi;
use ffmpeg_next::frame;
use image::{Rgba, RgbaImage};

use super::format::Layout;
use super::libav::{pixel_format, tag_colors};
use crate::error::{Error, Kind, Result};
use crate::frame::Size;

/// Converts pictures of one size into one frame that it keeps.
pub(super) struct Converter {
    scaler: *mut ffi::SwsContext,
    source: Size,
    padded: Size,
    frame: frame::Video,
}

// SAFETY: the scaler and the frame are owned by this value alone and tied to no thread.
unsafe impl Send for Converter {}

impl fmt::Debug for Converter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Converter")
            .field("source", &self.source)
            .finish_non_exhaustive()
    }
}

impl Converter {
    pub(super) fn new(source: Size, layout: Layout) -> Result<Self> {
        let padded = source.padded_to_even();
        let failed = || {
            Error::new(
                Kind::Internal,
                format!("cannot convert pictures of {source} pixels"),
            )
        };
        let (Ok(width), Ok(height)) = (i32::try_from(padded.width), i32::try_from(padded.height)) else {
            return Err(failed());
        };
        let mut frame = frame::Video::new(pixel_format(layout), padded.width, padded.height);
        // SAFETY: the frame is valid; its data is null exactly when its buffer could not be allocated.
        if unsafe { frame.is_empty() } {
            return Err(failed());
        }
        tag_colors(&mut frame, layout);

        // Area averaging puts the chroma sample between the two columns it stands for.
        let flags = ffi::SWS_AREA | ffi::SWS_FULL_CHR_H_INP | ffi::SWS_ACCURATE_RND;
        // SAFETY: plain numbers, and null where filters and parameters are optional.
        let scaler = unsafe {
            ffi::sws_getContext(
                width,
                height,
                ffi::AVPixelFormat::AV_PIX_FMT_RGBA,
                width,
                height,
                pixel_format(layout).into(),
                flags,
                ptr::null_mut(),
                ptr::null_mut(),
                ptr::null(),
            )
        };
        if scaler.is_null() {
            return Err(failed());
        }
        let converter = Self {
            scaler,
            source,
            padded,
            frame,
        };
        if layout != Layout::Yuv420 {
            return Ok(converter);
        }
        // Full range in, limited range out; brightness, contrast and saturation as they are (16.16 fixed point).
        // SAFETY: the scaler is valid and the coefficient tables are static.
        let set = unsafe {
            let bt709 = ffi::sws_getCoefficients(ffi::SWS_CS_ITU709);
            ffi::sws_setColorspaceDetails(scaler, bt709, 1, bt709, 0, 0, 1 << 16, 1 << 16)
        };
        if set < 0 { Err(failed()) } else { Ok(converter) }
    }

    /// Converts `picture` into the kept frame.
    pub(super) fn convert(&mut self, picture: &RgbaImage) -> Result<()> {
        let given = Size::new(picture.width(), picture.height());
        if given != self.source {
            let message = format!("a picture has {given} pixels where the video has {}", self.source);
            return Err(Error::new(Kind::Internal, message));
        }
        let picture = pad(picture, self.padded);
        let planes = [picture.as_raw().as_ptr()];
        let strides = [(self.padded.width * 4).cast_signed()];
        // SAFETY: `picture` has `padded.height` rows of `padded.width` RGBA pixels, which is what the scaler was
        // made for, and the frame was allocated with the same size. The encoder may still hold the frame's
        // buffer, so it is made writable first.
        let rows = unsafe {
            let frame = self.frame.as_mut_ptr();
            let writable = ffi::av_frame_make_writable(frame);
            if writable < 0 {
                writable
            } else {
                ffi::sws_scale(
                    self.scaler,
                    planes.as_ptr(),
                    strides.as_ptr(),
                    0,
                    self.padded.height.cast_signed(),
                    (*frame).data.as_ptr(),
                    (*frame).linesize.as_ptr(),
                )
            }
        };
        if rows == self.padded.height.cast_signed() {
            Ok(())
        } else {
            Err(Error::new(
                Kind::Internal,
                format!("converting a picture of {given} pixels failed"),
            ))
        }
    }

    /// The picture converted last.
    pub(super) const fn frame(&mut self) -> &mut frame::Video {
        &mut self.frame
    }
}

impl Drop for Converter {
    fn drop(&mut self) {
        // SAFETY: made by `sws_getContext`, freed only here.
        unsafe { ffi::sws_freeContext(self.scaler) }
    }
}

/// Repeats the last column and row until `picture` has the size `padded`.
fn pad(picture: &RgbaImage, padded: Size) -> Cow<'_, RgbaImage> {
    let (width, height) = picture.dimensions();
    if (width, height) == (padded.width, padded.height) {
        return Cow::Borrowed(picture);
    }
    Cow::Owned(RgbaImage::from_fn(padded.width, padded.height, |x, y| {
        let pixel: &Rgba<u8> = picture.get_pixel(x.min(width - 1), y.min(height - 1));
        *pixel
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn yuv(color: [u8; 3]) -> [u8; 3] {
        let [r, g, b] = color;
        let mut converter = Converter::new(Size::new(64, 36), Layout::Yuv420).unwrap();
        converter
            .convert(&RgbaImage::from_pixel(64, 36, Rgba([r, g, b, 255])))
            .unwrap();
        let frame = converter.frame();
        [0, 1, 2].map(|plane| frame.data(plane)[frame.stride(plane) * 5 + 7])
    }

    #[test]
    fn colours_follow_bt709_in_limited_range() {
        for (color, expected) in [
            ([0, 0, 0], [16, 128, 128]),
            ([255, 255, 255], [235, 128, 128]),
            ([128, 128, 128], [126, 128, 128]),
            ([255, 0, 0], [63, 102, 240]),
            ([0, 255, 0], [173, 42, 26]),
            ([0, 0, 255], [32, 240, 118]),
        ] {
            let found = yuv(color);
            let near = found
                .iter()
                .zip(expected)
                .all(|(found, expected)| found.abs_diff(expected) <= 1);
            assert!(near, "{color:?} became {found:?}, not {expected:?}");
        }
    }

    #[test]
    fn rgb_stays_as_it_is() {
        let picture = RgbaImage::from_fn(64, 36, |x, y| {
            Rgba([x as u8 * 4, y as u8 * 7, (x * y) as u8, 255])
        });
        for (layout, places) in [
            (Layout::Gbr, [(2, 0), (0, 0), (1, 0)]),
            (Layout::Rgb, [(0, 0), (0, 1), (0, 2)]),
            (Layout::Bgr0, [(0, 2), (0, 1), (0, 0)]),
            (Layout::Bgra, [(0, 2), (0, 1), (0, 0)]),
        ] {
            let mut converter = Converter::new(Size::new(64, 36), layout).unwrap();
            converter.convert(&picture).unwrap();
            let frame = converter.frame();
            let step = match layout {
                Layout::Gbr => 1,
                Layout::Rgb => 3,
                _ => 4,
            };
            for (x, y, pixel) in picture.enumerate_pixels() {
                let found = places.map(|(plane, offset)| {
                    frame.data(plane)[frame.stride(plane) * y as usize + x as usize * step + offset]
                });
                assert_eq!(found, pixel.0[..3], "{layout:?} at {x}, {y}");
            }
        }
    }

    #[test]
    fn odd_sizes_repeat_their_last_column_and_row() {
        let picture = RgbaImage::from_fn(3, 3, |x, y| Rgba([x as u8, y as u8, 0, 255]));
        let padded = pad(&picture, Size::new(4, 4));
        assert_eq!(padded.get_pixel(3, 1), &Rgba([2, 1, 0, 255]));
        assert_eq!(padded.get_pixel(3, 3), &Rgba([2, 2, 0, 255]));
        assert!(matches!(pad(&picture, Size::new(3, 3)), Cow::Borrowed(_)));
    }

    #[test]
    fn a_picture_of_another_size_is_our_bug() {
        let mut converter = Converter::new(Size::new(64, 36), Layout::Yuv420).unwrap();
        let error = converter.convert(&RgbaImage::new(36, 64)).unwrap_err();
        assert_eq!(error.kind(), Kind::Internal);
    }
}
