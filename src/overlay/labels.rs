//! Where labels lie on the picture, so that none covers another: captions and what is typed at the bottom, notes at the top,
//! the title in the middle, skipped time in the corner. `word_pen` draws them there.

use std::sync::Arc;

use super::label::{PlacedLabel, SetLabel};
use super::look::Palette;
use super::text::Typesetter;
use crate::story::{Label, LabelKind};

/// Between labels, and around all of them, in the size of the text.
const GAP: f32 = 0.45;
const MARGIN: f32 = 1.1;

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
    let mut layout = Layout {
        page: (width.cast_signed(), height.cast_signed()),
        margin: whole(MARGIN),
        gap: whole(GAP),
        placed: Vec::new(),
    };
    let top = layout.place_upper(set(LabelKind::Skipped), set(LabelKind::Note));
    layout.place_lower(set(LabelKind::Caption), set(LabelKind::Typing));
    layout.place_titles(set(LabelKind::Title), top);
    layout.placed
}

/// Where labels go on a page, in pixels.
struct Layout {
    page: (i32, i32),
    margin: i32,
    gap: i32,
    /// Those that have their places.
    placed: Vec<PlacedLabel>,
}

impl Layout {
    fn put(&mut self, label: SetLabel, left: i32, top: i32) {
        self.placed.push(label.at(left, top, self.page));
    }

    /// The left edge of a label in the middle.
    const fn middle(&self, label: &SetLabel) -> i32 {
        (self.page.0 - label.width) / 2
    }

    /// Skipped time in the corner, and notes; gives the row from which on there is room below them.
    fn place_upper(&mut self, skipped: Vec<SetLabel>, notes: Vec<SetLabel>) -> i32 {
        let mut top = self.margin;
        for label in skipped {
            top = self.margin + label.height + self.gap;
            let left = self.page.0 - self.margin - label.width;
            self.put(label, left, self.margin);
        }
        // Beside what is in the corner if there is room, else below it.
        let corner = self
            .placed
            .first()
            .map_or(self.page.0, |label| label.plate.left as i32);
        let is_beside = |note: &SetLabel| self.middle(note) + note.width + self.gap <= corner;
        if notes.iter().all(is_beside) {
            top = self.margin;
        }
        for note in notes {
            let (left, height) = (self.middle(&note), note.height);
            self.put(note, left, top);
            top += height + self.gap;
        }
        top
    }

    /// What is typed keeps its place above a caption of one line, whether there is one or not.
    fn place_lower(&mut self, captions: Vec<SetLabel>, typed: Vec<SetLabel>) {
        let lowest = self.page.1 - self.margin;
        let (mut bottom, mut above) = (lowest, lowest);
        for caption in captions {
            bottom -= caption.height;
            above = bottom - self.gap;
            let left = self.middle(&caption);
            self.put(caption, left, bottom);
        }
        for typed in typed {
            let usual = lowest - typed.height - self.gap;
            let (left, top) = (self.middle(&typed), above.min(usual) - typed.height);
            self.put(typed, left, top);
        }
    }

    /// A little above the middle, or below what is there.
    fn place_titles(&mut self, titles: Vec<SetLabel>, top: i32) {
        for title in titles {
            let (left, top) = (self.middle(&title), top.max((self.page.1 - title.height) * 2 / 5));
            self.put(title, left, top);
        }
    }
}

#[cfg(test)]
mod tests {
    use image::{Rgba, RgbaImage};

    use super::super::draw::Plate;
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
    fn the_name_of_a_field_leaves_room_for_what_is_typed() {
        let page = (390, 844);
        let typing = |name: &str, text: &str| {
            let line = Line {
                head: name.to_owned(),
                text: text.to_owned(),
            };
            let kind = LabelKind::Typing;
            let lines = vec![line];
            [Arc::new(Label { kind, lines })]
        };
        let name = "Your name as it stands in your passport, all of your first names with it";
        let drawn = |text: &str| {
            let mut typesetter = Typesetter::new();
            let mut picture = RgbaImage::from_pixel(page.0, page.1, Rgba([120, 120, 120, 255]));
            let palette = Palette::of(Theme::Dark);
            let typed = place(&typing(name, text), page, TEXT_SIZE, palette, &mut typesetter);
            typed[0].draw(&mut typesetter, &mut picture);
            picture
        };
        assert!(drawn("Anna Maria") != drawn("Anna Marie"));
        let height = |name: &str| placed(&typing(name, "Anna"), page)[0].plate.height;
        assert_eq!(height(name).to_bits(), height("Name").to_bits());
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
