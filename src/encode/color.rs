//! Turns RGBA pictures into the frames that the encoders take: 4:2:0 BT.709 in limited range, or RGB.
//! `Video` converts each new picture once and sends the result again while the picture stays.

use std::borrow::Cow;
use std::fmt;

use ffmpeg_next::frame;
use image::{Rgba, RgbaImage};
use yuv::{
    BufferStoreMut, YuvConversionMode, YuvPlanarImageMut, YuvRange, YuvStandardMatrix, rgba_to_yuv420,
};

use super::layout::Layout;
use super::libav::{make_writable, planes};
use crate::error::{Error, Kind, Result};
use crate::frame::Size;

/// Converts pictures of one size into one frame that it keeps.
pub(super) struct Converter {
    layout: Layout,
    source: Size,
    padded: Size,
    frame: frame::Video,
}

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
        let mut frame = frame::Video::new(layout.pixel_format(), padded.width, padded.height);
        make_writable(&mut frame)?;
        layout.tag(&mut frame);
        Ok(Self {
            layout,
            source,
            padded,
            frame,
        })
    }

    /// Converts `picture` into the kept frame.
    pub(super) fn convert(&mut self, picture: &RgbaImage) -> Result<()> {
        let given = Size::new(picture.width(), picture.height());
        if given != self.source {
            let message = format!("a picture has {given} pixels where the video has {}", self.source);
            return Err(Error::new(Kind::Internal, message));
        }
        let picture = pad(picture, self.padded);
        // The encoder may still hold what was sent before.
        make_writable(&mut self.frame)?;
        match self.layout {
            Layout::Yuv420 => return self.convert_to_yuv(&picture),
            Layout::Gbr => {
                self.fill(0, &picture, |[_, green, _, _]| [green]);
                self.fill(1, &picture, |[_, _, blue, _]| [blue]);
                self.fill(2, &picture, |[red, _, _, _]| [red]);
            }
            Layout::Rgb => self.fill(0, &picture, |[red, green, blue, _]| [red, green, blue]),
            Layout::Bgr0 | Layout::Bgra => {
                self.fill(0, &picture, |[red, green, blue, alpha]| [blue, green, red, alpha]);
            }
        }
        Ok(())
    }

    /// Chroma is the mean of its four pixels, so its sample lies in the middle of them.
    fn convert_to_yuv(&mut self, picture: &RgbaImage) -> Result<()> {
        let [y_stride, u_stride, v_stride] = [0, 1, 2].map(|plane| self.frame.stride(plane) as u32);
        let [y_plane, u_plane, v_plane] = planes(&mut self.frame).map(BufferStoreMut::Borrowed);
        let mut frame = YuvPlanarImageMut {
            y_plane,
            y_stride,
            u_plane,
            u_stride,
            v_plane,
            v_stride,
            width: self.padded.width,
            height: self.padded.height,
        };
        rgba_to_yuv420(
            &mut frame,
            picture.as_raw(),
            self.padded.width * 4,
            YuvRange::Limited,
            YuvStandardMatrix::Bt709,
            YuvConversionMode::Professional,
        )
        .map_err(|cause| {
            let message = format!("converting a picture of {} pixels failed", self.source);
            Error::new(Kind::Internal, message).caused_by(cause)
        })
    }

    /// Writes a plane of `BYTES` bytes for each pixel.
    fn fill<const BYTES: usize>(
        &mut self,
        plane: usize,
        picture: &RgbaImage,
        bytes_of: impl Fn([u8; 4]) -> [u8; BYTES],
    ) {
        let stride = self.frame.stride(plane);
        let lines = self.frame.data_mut(plane).chunks_exact_mut(stride);
        let rows = picture.as_raw().chunks_exact(self.padded.width as usize * 4);
        for (line, row) in lines.zip(rows) {
            let pixels = row.as_chunks().0;
            for (bytes, pixel) in line.as_chunks_mut().0.iter_mut().zip(pixels) {
                *bytes = bytes_of(*pixel);
            }
        }
    }

    /// The picture converted last.
    pub(super) const fn frame(&mut self) -> &mut frame::Video {
        &mut self.frame
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
    fn each_grey_becomes_the_nearest_luma() {
        for level in 0..=255_u8 {
            let luma = 16.0 + f64::from(level) * 219.0 / 255.0;
            assert_eq!(yuv([level; 3]), [luma.round() as u8, 128, 128], "{level}");
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
