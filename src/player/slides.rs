//! A window that shows nothing but screenshots, played without a page: what is where in the picture at a session time,
//! and the pointer on it. `capture` drives it as it drives a `Player`.

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
    /// So many samples of the pointer have been followed.
    followed: usize,
    pointer: PointerTrack,
}

/// What a picture of a slide is made of; all lengths are pixels of the picture.
#[derive(Debug, Clone, PartialEq)]
pub struct SlideLayout {
    pub canvas: Canvas,
    pub surround: Color,
    /// The white page, which cuts what is longer.
    pub page: PageArea,
    pub screenshot: Option<PlacedScreenshot>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct PlacedScreenshot {
    pub left: i64,
    pub top: i64,
    /// At least 1.
    pub width: u32,
    pub height: u32,
    pub screenshot: Screenshot,
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
        let fit = self.stage.fitted(self.canvas, self.slides.slide(self.shown).viewport);
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
        // As a browser does: edges lie on whole pixels.
        let edge = |at: f64| at.round() as i64;
        let within = |at: f64, end: u32| edge(at).clamp(0, i64::from(end)) as u32;
        let size = self.canvas.size;
        let page = PageArea {
            left: within(fit.left, size.width),
            top: within(fit.top, size.height),
            right: within(fit.left + fit.width, size.width),
            bottom: within(fit.top + fit.height, size.height),
        };
        let screenshot = match &slide.content {
            SlideContent::Screenshot(screenshot) => {
                let place = screenshot.place;
                let (left, top) = (
                    edge(fit.left + place.left * fit.scale),
                    edge(fit.top + place.top * fit.scale),
                );
                let right = edge(fit.left + (place.left + place.width) * fit.scale);
                let bottom = edge(fit.top + (place.top + place.height) * fit.scale);
                Some(PlacedScreenshot {
                    left,
                    top,
                    width: (right - left).max(1) as u32,
                    height: (bottom - top).max(1) as u32,
                    screenshot: screenshot.clone(),
                })
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
