//! How pixels lie in the frames that encoders take, and what FFmpeg calls that. `quality` chooses one, `color` converts to
//! it, `coder` opens an encoder for it.

use ffmpeg_next::format::Pixel;
use ffmpeg_next::{color, frame};

/// How pixels lie in a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// BT.709 in limited range, chroma at half the size.
    Yuv420,
    /// Planes of green, blue and red.
    Gbr,
    Rgb,
    Bgr0,
    Bgra,
}

impl Layout {
    pub(super) const fn pixel_format(self) -> Pixel {
        match self {
            Self::Yuv420 => Pixel::YUV420P,
            Self::Gbr => Pixel::GBRP,
            Self::Rgb => Pixel::RGB24,
            Self::Bgr0 => Pixel::BGRZ,
            Self::Bgra => Pixel::BGRA,
        }
    }

    /// The matrix and the range of its colours.
    pub(super) const fn colors(self) -> (color::Space, color::Range) {
        match self {
            Self::Yuv420 => (color::Space::BT709, color::Range::MPEG),
            Self::Gbr | Self::Rgb | Self::Bgr0 | Self::Bgra => (color::Space::RGB, color::Range::JPEG),
        }
    }

    /// What the web's colours are called: sRGB shares its primaries with BT.709. RGB says which curve it has; video does
    /// not, as all players take the two curves for the same.
    pub(super) const fn transfer(self) -> color::TransferCharacteristic {
        match self {
            Self::Yuv420 => color::TransferCharacteristic::BT709,
            _ => color::TransferCharacteristic::IEC61966_2_1,
        }
    }

    /// Says on the frame itself which colours it holds.
    pub(super) fn tag(self, frame: &mut frame::Video) {
        let (space, range) = self.colors();
        frame.set_color_space(space);
        frame.set_color_range(range);
        frame.set_color_primaries(color::Primaries::BT709);
        frame.set_color_transfer_characteristic(self.transfer());
    }
}
