//! The band below the picture: session time, wall clock, the page's address, window and skipped time, in one row or, in a
//! narrow video, in two.

use image::RgbaImage;

use super::area::Area;
use super::look::{Palette, text_size};
use super::text::{Block, Keep, LINE_HEIGHT, Room, Span, Typesetter};
use crate::frame::Size;
use crate::story::FooterText;

/// In the size of the text.
const ROW_HEIGHT: f32 = 1.5;
const PADDING: f32 = 0.32;
const MARGIN: f32 = 1.0;
const GAP: f32 = 1.1;
/// A narrower video has two rows.
const NARROW: f32 = 46.0;
/// An address with less room than this says nothing.
const LEAST_ADDRESS: f32 = 6.0;

/// How high the footer of a video of this size is, in pixels; even.
pub fn footer_height(video: Size) -> u32 {
    let text_size = text_size(video);
    let rows = if is_narrow(video.width, text_size) {
        2.0
    } else {
        1.0
    };
    let height = (ROW_HEIGHT * rows + 2.0 * PADDING) * text_size;
    (height.round() as u32).next_multiple_of(2)
}

fn is_narrow(width: u32, text_size: f32) -> bool {
    (width as f32) < NARROW * text_size
}

/// Fills the picture from row `top` to its bottom.
pub(super) fn draw_footer(
    footer: &FooterText,
    picture: &mut RgbaImage,
    top: u32,
    palette: Palette,
    typesetter: &mut Typesetter,
) {
    let (width, height) = picture.dimensions();
    let corner = |y: u32| (0.0, f64::from(y));
    let end = (f64::from(width), f64::from(height));
    let Some(band) = Area::within(corner(top), end, (width, height)) else {
        return;
    };
    band.fill(picture, palette.band);
    let text_size = text_size(Size::new(width, height));
    let line = (text_size / 16.0).round().max(1.0) as u32;
    let edge_end = (f64::from(width), f64::from(top + line));
    if let Some(edge) = Area::within(corner(top), edge_end, (width, height)) {
        edge.fill(picture, palette.band_edge);
    }

    let whole = |ems: f32| (ems * text_size).round() as i32;
    let mut row = Row {
        typesetter,
        picture,
        band,
        text_size,
        gap: whole(GAP),
        left: whole(MARGIN),
        right: width.cast_signed() - whole(MARGIN),
        top: top.cast_signed() + whole(PADDING) + (whole(ROW_HEIGHT) - whole(LINE_HEIGHT)) / 2 + 1,
    };
    let (ink, faint) = (palette.ink, palette.faint_ink);
    let (margin, end) = (row.left, row.right);
    row.first(&footer.session_time, true, ink);
    let beside: Vec<&str> = [&footer.skipped, &footer.window]
        .into_iter()
        .filter_map(|text| text.as_deref())
        .collect();
    if is_narrow(width, text_size) {
        row.last(&beside.join(" · "), faint);
        row.first(&footer.wall_clock, false, faint);
        (row.left, row.right) = (margin, end);
        row.top += whole(ROW_HEIGHT);
        row.first(&footer.address, false, ink);
    } else {
        row.first(&footer.wall_clock, false, faint);
        row.last(&beside.join(" · "), faint);
        if row.right - row.left >= whole(LEAST_ADDRESS) {
            row.first(&footer.address, false, ink);
        }
    }
}

/// What is left of a row.
struct Row<'a> {
    typesetter: &'a mut Typesetter,
    picture: &'a mut RgbaImage,
    band: Area,
    text_size: f32,
    gap: i32,
    left: i32,
    right: i32,
    top: i32,
}

impl Row<'_> {
    /// Writes from the left on.
    fn first(&mut self, text: &str, bold: bool, ink: [u8; 3]) {
        if let Some(block) = self.set(text, bold, ink) {
            self.typesetter
                .draw(&block, self.picture, (self.left, self.top), self.band);
            self.left += block.width + self.gap;
        }
    }

    /// Writes up to the right end.
    fn last(&mut self, text: &str, ink: [u8; 3]) {
        if let Some(block) = self.set(text, false, ink) {
            self.right -= block.width;
            self.typesetter
                .draw(&block, self.picture, (self.right, self.top), self.band);
            self.right -= self.gap;
        }
    }

    /// None if there is nothing to write, or no room.
    fn set(&mut self, text: &str, bold: bool, ink: [u8; 3]) -> Option<Block> {
        let room = Room {
            width: (self.right - self.left) as f32,
            lines: 1,
            keep: Keep::Beginning,
        };
        if text.is_empty() || room.width < self.text_size {
            return None;
        }
        let span = Span { text, bold, ink };
        Some(self.typesetter.set(&[span], self.text_size, room))
    }
}
