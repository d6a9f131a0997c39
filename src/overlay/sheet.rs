//! Captured pictures with something drawn on them. One that nobody holds any more is used again, and only what was drawn on
//! it is put back: that costs less than to copy the picture.

use std::sync::Arc;

use image::RgbaImage;

use super::area::Area;
use super::draw::{area_of, draw};
use super::marks::Mark;
use super::word_pen::WordPen;
use crate::story::{FooterText, Label};

/// All that is drawn on a picture. Equal ones look the same.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Shown {
    pub(super) labels: Vec<Arc<Label>>,
    pub(super) marks: Vec<Mark>,
    pub(super) footer: Option<FooterText>,
}

/// A picture that is drawn on.
#[derive(Debug, Clone)]
pub(super) struct Base {
    pub(super) picture: Arc<RgbaImage>,
    /// No two have the same.
    pub(super) number: u64,
}

/// A drawn picture.
#[derive(Debug)]
pub(super) struct Sheet {
    pub(super) picture: Arc<RgbaImage>,
    /// The number of what it was drawn on.
    base: u64,
    drawn: Vec<Area>,
    footer: Option<FooterText>,
}

impl Sheet {
    /// The picture with room for a band below it, in pixels.
    pub(super) fn new(base: &Base, band: u32) -> Self {
        let captured = &base.picture;
        let picture = if band == 0 {
            RgbaImage::clone(captured)
        } else {
            let mut picture = RgbaImage::new(captured.width(), captured.height() + band);
            fill_from(&mut picture, captured);
            picture
        };
        Self {
            picture: Arc::new(picture),
            base: base.number,
            drawn: Vec::new(),
            footer: None,
        }
    }

    /// Whether nobody else holds the picture.
    pub(super) fn is_unused(&mut self) -> bool {
        Arc::get_mut(&mut self.picture).is_some()
    }

    pub(super) fn draw(&mut self, base: &Base, shown: &Shown, pen: &mut WordPen) {
        let picture = Arc::make_mut(&mut self.picture);
        let captured = &base.picture;
        if self.base == base.number {
            for area in self.drawn.drain(..) {
                area.copy(captured, picture);
            }
        } else {
            fill_from(picture, captured);
            self.drawn.clear();
            self.base = base.number;
        }
        let page = captured.dimensions();
        self.drawn.extend(pen.labels(&shown.labels, page, picture));
        for mark in &shown.marks {
            if let Some(area) = area_of(mark, page) {
                draw(mark, picture, page.1);
                self.drawn.push(area);
            }
        }
        if let Some(footer) = &shown.footer
            && self.footer.as_ref() != Some(footer)
        {
            pen.footer(footer, picture, page.1);
            self.footer = Some(footer.clone());
        }
    }
}

/// Copies a picture into the upper part of another that is as wide.
fn fill_from(picture: &mut RgbaImage, base: &RgbaImage) {
    let pixels = base.as_raw();
    (**picture)[..pixels.len()].copy_from_slice(pixels);
}
