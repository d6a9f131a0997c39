//! Lines of text on pictures that are made by others, in the look of labels: `beside` writes below small pictures with it.

use image::RgbaImage;

use super::area::Area;
use super::look::Palette;
use super::text::{Keep, LINE_HEIGHT, Room, Span, Typesetter};
use crate::frame::Theme;

#[derive(Debug)]
pub struct Lettering {
    typesetter: Typesetter,
    palette: Palette,
    /// In pixels.
    text_size: f32,
}

impl Lettering {
    pub fn new(theme: Theme, text_size: u16) -> Self {
        Self {
            typesetter: Typesetter::new(),
            palette: Palette::of(theme),
            text_size: f32::from(text_size),
        }
    }

    /// In pixels.
    pub fn line_height(&self) -> u32 {
        (self.text_size * LINE_HEIGHT).round() as u32
    }

    /// Writes one line on a picture without transparency, its upper left corner at `place`, as wide as `width` at most: what
    /// matters most first, then what follows. Too long a text ends with an ellipsis.
    pub fn write(
        &mut self,
        picture: &mut RgbaImage,
        (left, top): (u32, u32),
        width: u32,
        (head, text): (&str, &str),
    ) {
        let head = format!("{head}  ");
        let spans = [
            Span {
                text: &head,
                bold: true,
                ink: self.palette.ink,
            },
            Span {
                text,
                bold: false,
                ink: self.palette.faint_ink,
            },
        ];
        let room = Room {
            width: width as f32,
            lines: 1,
            keep: Keep::Beginning,
        };
        let line = self.typesetter.set(&spans, self.text_size, room);
        let corner = (f64::from(left), f64::from(top));
        let end = (f64::from(left + width), f64::from(top + self.line_height()));
        if let Some(area) = Area::within(corner, end, picture.dimensions()) {
            self.typesetter
                .draw(&line, picture, (left.cast_signed(), top.cast_signed()), area);
        }
    }
}
