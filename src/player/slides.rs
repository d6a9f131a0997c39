//! A window that shows nothing but screenshots, played without a page: what is where in the picture at a session time,
//! and the pointer on it. `capture` drives it as it drives a `Player`.

use std::ops::Range;

use super::StageLook;
use super::pointer::PointerTrack;
use crate::frame::{Canvas, Color, PageArea, Pointer};
use crate::recording::{Screenshot, SlideContent, Slides};

#[derive(Debug)]
pub struct SlidePlayer<'a> {
    slides: &'a Slides,
    canvas: Canvas,
    stage: StageLook,
    /// The place of the slide that is shown.
    shown: usize,
    /// This many samples of the pointer have been followed.
    followed: usize,
    pointer: PointerTrack,
}

/// What a picture of a slide is made of; all lengths are pixels of the picture, maybe parts of one.
#[derive(Debug, Clone, PartialEq)]
pub struct SlideLayout {
    pub canvas: Canvas,
    pub surround: Color,
    /// The white page, which cuts what is longer.
    pub page: Area,
    pub screenshot: Option<(Area, Screenshot)>,
}

/// Each side's first and last edge.
#[derive(Debug, Clone, PartialEq)]
pub struct Area {
    pub across: Range<f64>,
    pub down: Range<f64>,
}

impl<'a> SlidePlayer<'a> {
    pub fn new(slides: &'a Slides, canvas: Canvas, stage: StageLook) -> Self {
        let mut player = Self {
            slides,
            canvas,
            stage,
            shown: 0,
            followed: 0,
            pointer: PointerTrack::default(),
        };
        player.advance(f64::NEG_INFINITY);
        player
    }

    /// Moves to a session time that is never before the last one. Returns the place of the slide that is shown.
    pub fn advance(&mut self, session_ms: f64) -> usize {
        self.shown = self.slides.place_at(session_ms);
        let fit = self
            .stage
            .fitted(self.canvas, self.slides.slide(self.shown).viewport);
        let ahead = &self.slides.pointer()[self.followed..];
        let due = ahead.partition_point(|sample| sample.time <= session_ms);
        self.pointer.follow(Some(fit), &ahead[..due]);
        self.followed += due;
        self.shown
    }

    pub fn pointer_at(&self, session_ms: f64) -> Option<Pointer> {
        self.pointer.at(session_ms)
    }

    /// Where the page is in the picture.
    pub fn page_area(&self) -> Option<PageArea> {
        self.pointer.page_in(self.canvas.size)
    }

    /// What is where in the picture.
    pub fn layout(&self) -> SlideLayout {
        let slide = self.slides.slide(self.shown);
        let fit = self.stage.fitted(self.canvas, slide.viewport);
        let page = Area {
            across: fit.left..fit.left + fit.width,
            down: fit.top..fit.top + fit.height,
        };
        let screenshot = match &slide.content {
            SlideContent::Screenshot(screenshot) => {
                let place = screenshot.place;
                let edges = |edge: f64, start: f64, length: f64| {
                    edge + start * fit.scale..edge + (start + length) * fit.scale
                };
                let area = Area {
                    across: edges(fit.left, place.left, place.width),
                    down: edges(fit.top, place.top, place.height),
                };
                Some((area, screenshot.clone()))
            }
            SlideContent::Blank | SlideContent::Page => None,
        };
        SlideLayout {
            canvas: self.canvas,
            surround: self.stage.surround(),
            page,
            screenshot,
        }
    }
}
