//! Colours and measures of all that is written on pictures and below them.

use crate::frame::{Size, Theme};

/// The smallest text, in pixels: what is still read in a video of 640x360.
const LEAST_TEXT: f64 = 13.0;
/// The middle side of a video is this many times as long as its text is high.
const SIDE: f64 = 60.0;

/// The size of ordinary text in a video of this size, in pixels; other measures are given in it.
pub(super) fn text_size(video: Size) -> f32 {
    let side = (f64::from(video.width) * f64::from(video.height)).sqrt();
    (side / SIDE).max(LEAST_TEXT).round() as f32
}

/// Opaque but for the plates that texts lie on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Palette {
    pub(super) plate: [u8; 3],
    pub(super) plate_opacity: f32,
    pub(super) edge: [u8; 3],
    pub(super) edge_opacity: f32,
    pub(super) ink: [u8; 3],
    /// For what is less important.
    pub(super) faint_ink: [u8; 3],
    pub(super) band: [u8; 3],
    pub(super) band_edge: [u8; 3],
}

/// What the person who renders says, in any theme.
pub(super) const NOTE_PLATE: [u8; 3] = [0x2f, 0x4b, 0xd8];
pub(super) const NOTE_INK: [u8; 3] = [0xff, 0xff, 0xff];

impl Palette {
    pub(super) const fn of(theme: Theme) -> Self {
        match theme {
            Theme::Dark => Self {
                plate: [0x14, 0x16, 0x1a],
                plate_opacity: 0.88,
                edge: [0xff, 0xff, 0xff],
                edge_opacity: 0.16,
                ink: [0xf4, 0xf5, 0xf7],
                faint_ink: [0xa4, 0xab, 0xb8],
                band: [0x14, 0x16, 0x1a],
                band_edge: [0x2c, 0x30, 0x38],
            },
            Theme::Light => Self {
                plate: [0xff, 0xff, 0xff],
                plate_opacity: 0.94,
                edge: [0x14, 0x16, 0x1a],
                edge_opacity: 0.18,
                ink: [0x14, 0x16, 0x1a],
                faint_ink: [0x59, 0x60, 0x6d],
                band: [0xf4, 0xf5, 0xf7],
                band_edge: [0xd3, 0xd6, 0xdc],
            },
        }
    }
}
