//! Labels on the picture: where they lie, so that none covers another, and how they look. Captions and what is typed
//! stand at the bottom, notes at the top, the title in the middle, skipped time in the corner.

use std::sync::Arc;

use image::RgbaImage;

use super::area::Area;
use super::draw::{Plate, draw_plate};
use super::look::{NOTE_INK, NOTE_PLATE, Palette};
use super::text::{Block, Keep, Room, Span, Typesetter};
use crate::story::{Label, LabelKind};

/// Between labels, and around all of them, in the size of the text.
const GAP: f32 = 0.45;
const MARGIN: f32 = 1.1;
/// A line is never wider than this part of the picture, nor than so many times the size of the text.
const WIDEST: f32 = 0.86;
const WIDEST_TEXT: f32 = 44.0;

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
    plate: Plate,
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
        draw_plate(self.plate, picture);
        for (block, place) in &self.lines {
            typesetter.draw(block, picture, *place, area);
        }
    }
}

/// Gives the labels of one picture their places. `page` is what the picture shows of the page, in pixels.
pub(super) fn place(
    labels: &[Arc<Label>],
    (width, height): (u32, u32),
    text_size: f32,
    palette: Palette,
    typesetter: &mut Typesetter,
) -> Vec<PlacedLabel> {
    let mut set = |kind: LabelKind| -> Vec<SetLabel> {
        let labels = labels.iter().filter(|label| label.kind == kind);
        labels
            .map(|label| SetLabel::new(label, width, text_size, palette, typesetter))
            .collect()
    };
    let whole = |ems: f32| (ems * text_size).round() as i32;
    let (margin, gap) = (whole(MARGIN), whole(GAP));
    let (width, height) = (width.cast_signed(), height.cast_signed());
    let middle = |label: &SetLabel| (width - label.width) / 2;
    let mut placed = Vec::new();

    let mut top = margin;
    for label in set(LabelKind::Skipped) {
        top = margin + label.height + gap;
        let (left, corner) = (width - margin - label.width, margin);
        placed.push(label.at(left, corner, (width, height)));
    }
    // Beside what is in the corner if there is room, else below it.
    let notes = set(LabelKind::Note);
    let corner = placed
        .first()
        .map_or(width, |label: &PlacedLabel| label.plate.left as i32);
    if notes.iter().all(|note| middle(note) + note.width + gap <= corner) {
        top = margin;
    }
    for note in notes {
        let left = middle(&note);
        let bottom = top + note.height;
        placed.push(note.at(left, top, (width, height)));
        top = bottom + gap;
    }

    // What is typed keeps its place above a caption of one line, whether there is one or not.
    let mut bottom = height - margin;
    let captions = set(LabelKind::Caption);
    let typed = set(LabelKind::Typing);
    let mut above = bottom;
    for caption in captions {
        bottom -= caption.height;
        above = bottom - gap;
        let left = middle(&caption);
        placed.push(caption.at(left, bottom, (width, height)));
    }
    for typed in typed {
        let usual = height - margin - typed.height - gap;
        let top = above.min(usual) - typed.height;
        let left = middle(&typed);
        placed.push(typed.at(left, top, (width, height)));
    }

    for title in set(LabelKind::Title) {
        let (left, top) = (middle(&title), top.max((height - title.height) * 2 / 5));
        placed.push(title.at(left, top, (width, height)));
    }
    placed
}

/// A label without a place, in pixels.
struct SetLabel {
    blocks: Vec<Block>,
    width: i32,
    height: i32,
    padding: (i32, i32),
    plate: Plate,
}

impl SetLabel {
    fn new(
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
        let blocks: Vec<Block> = label
            .lines
            .iter()
            .map(|line| {
                let head = match &*line.head {
                    "" => String::new(),
                    head => format!("{head}  "),
                };
                let spans = [
                    Span {
                        text: &head,
                        bold: style.bold,
                        ink: palette.faint_ink,
                    },
                    Span {
                        text: &line.text,
                        bold: style.bold,
                        ink,
                    },
                ];
                typesetter.set(&spans, size, room)
            })
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

    fn at(self, left: i32, top: i32, picture: (i32, i32)) -> PlacedLabel {
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

#[cfg(test)]
mod tests {
    use image::Rgba;

    use super::*;
    use crate::frame::Theme;
    use crate::story::Line;

    const TEXT_SIZE: f32 = 16.0;

    fn label(kind: LabelKind, texts: &[&str]) -> Arc<Label> {
        let line = |text: &&str| Line {
            head: "Head".to_owned(),
            text: (*text).to_owned(),
        };
        let lines = texts.iter().map(line).collect();
        Arc::new(Label { kind, lines })
    }

    fn placed(labels: &[Arc<Label>], page: (u32, u32)) -> Vec<PlacedLabel> {
        let palette = Palette::of(Theme::Dark);
        place(labels, page, TEXT_SIZE, palette, &mut Typesetter::new())
    }

    fn all_kinds(text: &str) -> [Arc<Label>; 5] {
        [
            label(LabelKind::Skipped, &[text]),
            label(LabelKind::Caption, &[text, text]),
            label(LabelKind::Typing, &[text]),
            label(LabelKind::Note, &[text]),
            label(LabelKind::Title, &[text]),
        ]
    }

    #[test]
    fn labels_lie_beside_each_other_and_within_the_page() {
        for (width, height) in [(1280, 720), (640, 480), (400, 700)] {
            for text in ["Short", &"A text that is longer than a line can be ".repeat(9)] {
                let placed = placed(&all_kinds(text), (width, height));
                assert_eq!(placed.len(), 5);
                let edges = |label: &PlacedLabel| {
                    let Plate { left, top, .. } = label.plate;
                    [left, top, left + label.plate.width, top + label.plate.height]
                };
                for (place, label) in placed.iter().enumerate() {
                    let [left, top, right, bottom] = edges(label);
                    assert!(left >= 0.0 && top >= 0.0, "{width} {label:?}");
                    assert!(
                        right <= width as f32 && bottom <= height as f32,
                        "{width} {label:?}"
                    );
                    for other in &placed[..place] {
                        let [other_left, other_top, other_right, other_bottom] = edges(other);
                        let apart = right <= other_left
                            || other_right <= left
                            || bottom <= other_top
                            || other_bottom <= top;
                        assert!(apart, "{width}x{height}: {label:?} covers {other:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn labels_stay_within_their_area() {
        let grey = RgbaImage::from_pixel(500, 300, Rgba([120, 120, 120, 255]));
        let zalgo = format!("g{}", "\u{30d}".repeat(11)).repeat(20);
        for text in ["Pay now", "العربية 完了 🎁 Ждать", "", &zalgo] {
            for kind in all_kinds(text) {
                let mut typesetter = Typesetter::new();
                let labels = [kind];
                let palette = Palette::of(Theme::Light);
                let placed = place(&labels, (500, 300), TEXT_SIZE, palette, &mut typesetter);
                let mut picture = grey.clone();
                placed[0].draw(&mut typesetter, &mut picture);
                assert!(picture != grey);
                placed[0].area().unwrap().copy(&grey, &mut picture);
                assert!(picture == grey, "{labels:?} leaves its area");
            }
        }
    }

    #[test]
    fn what_is_typed_does_not_jump_with_a_caption() {
        let typing = label(LabelKind::Typing, &["x"]);
        let caption = label(LabelKind::Caption, &["Pay"]);
        let top = |labels: &[Arc<Label>]| placed(labels, (640, 360)).last().unwrap().plate.top;
        assert_eq!(
            top(std::slice::from_ref(&typing)).to_bits(),
            top(&[caption, typing]).to_bits()
        );
    }
}
