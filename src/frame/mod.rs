//! The vocabulary that the stages share: sizes, colours, frame rates, the pointer, and the frames themselves.

mod color;
mod fps;
mod pointer;
mod size;

use std::sync::Arc;

use image::RgbaImage;

pub use color::{Color, Theme};
pub use fps::Fps;
pub use pointer::{Click, Hand, MAX_AGE_MS, Point, Pointer, WAKE_POINTS, WAKE_STEP_MS};
pub use size::{Canvas, Size};

/// One place of the frame grid: which frame, when the video shows it, and which moment of the session it shows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FrameSpec {
    /// Counts from 0 over the whole video; the presentation time in units of 1/fps.
    pub index: u64,
    /// Video time in milliseconds.
    pub pts_ms: f64,
    /// Session time in milliseconds since the recording's first event.
    pub session_ms: f64,
}

/// What a place of the grid shows.
#[derive(Debug, Clone)]
pub enum Picture {
    /// A picture that may differ from the one before.
    New(Arc<RgbaImage>),
    /// Exactly the picture of the frame before.
    Repeat,
}

/// A captured frame on its way to the encoder; frames travel in order of their index, none missing.
#[derive(Debug, Clone)]
pub struct Frame {
    pub spec: FrameSpec,
    pub picture: Picture,
    /// Places of the grid that look like it, its own included; at least 1.
    pub lasts: u64,
}

/// The part of a picture that shows the page: whole pixels, from its upper left corner on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageArea {
    pub left: u32,
    pub top: u32,
    pub right: u32,
    pub bottom: u32,
}
