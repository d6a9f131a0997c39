//! How one label on the picture looks: its text, set in lines, and the plate that it lies on. `labels` gives it its place.

use image::RgbaImage;

use super::area::Area;
use super::draw::{Plate, draw_plate};
use super::look::{NOTE_INK, NOTE_PLATE, Palette};
use super::text::{Block, Keep, Room, Span, Typesetter};
use crate::story::{Label, LabelKind, Line};

/// A line is never wider than this part of the picture, nor than this many times the size of the text.
const WIDEST: f32 = 0.86;
const WIDEST_TEXT: f32 = 44.0;
/// The head of a line, which says what it is about, takes at most this part of it.
const WIDEST_HEAD: f32 = 0.5;

/// How one kind of label is set, in the size of ordinary text.
struct Style {
    size: f32,
    bold: bool,
    /// Lines that one line of the label may be broken into.
    most_lines: usize,
    keep: Keep,
    padding: (f32, f32),
    radius: f32,
}

const fn style(kind: LabelKind) -> Style {
    let caption = Style {
        size: 1.0,
        bold: false,
        most_lines: 2,
        keep: Keep::Beginning,
        padding: (0.8, 0.36),
        radius: 0.4,
    };
    match kind {
        LabelKind::Caption => caption,
        LabelKind::Typing => Style {
            most_lines: 1,
            keep: Keep::End,
            ..caption
        },
        LabelKind::Note => Style {
            most_lines: 3,
            bold: true,
            ..caption
        },
        LabelKind::Title => Style {
            size: 1.75,
            bold: true,
            padding: (1.4, 0.9),
            radius: 0.6,
            ..caption
        },
        LabelKind::Skipped => Style {
            size: 0.86,
            most_lines: 1,
            padding: (0.7, 0.22),
            radius: 0.9,
            ..caption
        },
    }
}

/// A label at its place.
#[derive(Debug)]
pub(super) struct PlacedLabel {
    pub(super) plate: Plate,
    /// Lines with the places of their upper left corners.
    lines: Vec<(Block, (i32, i32))>,
    area: Option<Area>,
}

impl PlacedLabel {
    pub(super) const fn area(&self) -> Option<Area> {
        self.area
    }

    pub(super) fn draw(&self, typesetter: &mut Typesetter, picture: &mut RgbaImage) {
        let Some(area) = self.area else { return };
        draw_plate(self.plate, picture, area.bottom);
        for (block, place) in &self.lines {
            typesetter.draw(block, picture, *place, area);
        }
    }
}

/// A label without a place, in pixels.
pub(super) struct SetLabel {
    blocks: Vec<Block>,
    pub(super) width: i32,
    pub(super) height: i32,
    padding: (i32, i32),
    plate: Plate,
}

impl SetLabel {
    pub(super) fn new(
        label: &Label,
        picture_width: u32,
        text_size: f32,
        palette: Palette,
        typesetter: &mut Typesetter,
    ) -> Self {
        let style = style(label.kind);
        let size = (style.size * text_size).round();
        let whole = |ems: f32| (ems * text_size).round() as i32;
        let padding = (whole(style.padding.0), whole(style.padding.1));
        let widest = (picture_width as f32 * WIDEST - 2.0 * padding.0 as f32).min(WIDEST_TEXT * size);
        let room = Room {
            width: widest,
            lines: style.most_lines,
            keep: style.keep,
        };
        let (ink, plate, plate_opacity) = match label.kind {
            LabelKind::Note => (NOTE_INK, NOTE_PLATE, 0.95),
            _ => (palette.ink, palette.plate, palette.plate_opacity),
        };
        let inks = (palette.faint_ink, ink);
        let lines = label.lines.iter();
        let blocks: Vec<Block> = lines
            .map(|line| set_line(line, style.bold, inks, size, room, typesetter))
            .collect();
        let text_width = blocks.iter().map(|block| block.width).max().unwrap_or(0);
        let text_height: i32 = blocks.iter().map(|block| block.height).sum();
        let (width, height) = (text_width + 2 * padding.0, text_height + 2 * padding.1);
        Self {
            blocks,
            width,
            height,
            padding,
            plate: Plate {
                left: 0.0,
                top: 0.0,
                width: width as f32,
                height: height as f32,
                radius: (style.radius * text_size).min(height as f32 / 2.0),
                color: plate,
                opacity: plate_opacity,
                edge: palette.edge,
                edge_opacity: palette.edge_opacity,
            },
        }
    }

    /// Puts it on a picture of this size.
    pub(super) fn at(self, left: i32, top: i32, picture: (i32, i32)) -> PlacedLabel {
        let plate = Plate {
            left: left as f32,
            top: top as f32,
            ..self.plate
        };
        let mut below = top + self.padding.1;
        let lines = self
            .blocks
            .into_iter()
            .map(|block| {
                let corner = (left + self.padding.0, below);
                below += block.height;
                (block, corner)
            })
            .collect();
        PlacedLabel {
            plate,
            lines,
            // Round corners touch the pixels beside them.
            area: Area::within(
                (f64::from(left - 1), f64::from(top - 1)),
                (f64::from(left + self.width + 1), f64::from(top + self.height + 1)),
                (picture.0 as u32, picture.1 as u32),
            ),
        }
    }
}

/// Sets one line of a label, with inks for its head and its text.
fn set_line(
    line: &Line,
    bold: bool,
    (head_ink, text_ink): ([u8; 3], [u8; 3]),
    size: f32,
    room: Room,
    typesetter: &mut Typesetter,
) -> Block {
    let head = match &*line.head {
        "" => String::new(),
        text => {
            let ink = head_ink;
            let room = Room {
                width: room.width * WIDEST_HEAD,
                lines: 1,
                keep: Keep::Beginning,
            };
            format!("{}  ", typesetter.shortened(Span { text, bold, ink }, size, room))
        }
    };
    let spans = [
        Span {
            text: &head,
            bold,
            ink: head_ink,
        },
        Span {
            text: &line.text,
            bold,
            ink: text_ink,
        },
    ];
    typesetter.set(&spans, size, room)
}
