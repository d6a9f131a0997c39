//! Writes labels and footers on pictures in the look of one video. What it needs for that is made when it is needed first.

use std::sync::Arc;

use image::RgbaImage;

use super::area::Area;
use super::footer::draw_footer;
use super::label::PlacedLabel;
use super::labels::place;
use super::look::Palette;
use super::text::Typesetter;
use crate::story::{FooterText, Label};

#[derive(Debug)]
pub(super) struct WordPen {
    palette: Palette,
    text_size: f32,
    /// None as long as nothing is written.
    typesetter: Option<Typesetter>,
    /// The labels that were drawn last, at their places.
    labels: Vec<Arc<Label>>,
    placed: Vec<PlacedLabel>,
}

impl WordPen {
    pub(super) const fn new(palette: Palette, text_size: f32) -> Self {
        Self {
            palette,
            text_size,
            typesetter: None,
            labels: Vec::new(),
            placed: Vec::new(),
        }
    }

    /// Draws labels on a page of this size; gives the areas that they cover.
    pub(super) fn labels(
        &mut self,
        labels: &[Arc<Label>],
        page: (u32, u32),
        picture: &mut RgbaImage,
    ) -> Vec<Area> {
        if labels.is_empty() {
            return Vec::new();
        }
        let typesetter = self.typesetter.get_or_insert_with(Typesetter::new);
        if self.labels != labels {
            self.placed = place(labels, page, self.text_size, self.palette, typesetter);
            self.labels = labels.to_vec();
        }
        for label in &self.placed {
            label.draw(typesetter, picture);
        }
        self.placed.iter().filter_map(PlacedLabel::area).collect()
    }

    /// Draws the footer from row `top` on.
    pub(super) fn footer(&mut self, footer: &FooterText, picture: &mut RgbaImage, top: u32) {
        let typesetter = self.typesetter.get_or_insert_with(Typesetter::new);
        draw_footer(footer, picture, top, self.palette, typesetter);
    }
}
