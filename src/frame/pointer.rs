//! The mouse or the finger in a picture: `player` says where it is, `overlay` draws it.

/// A place in the picture, in pixels from its upper left corner.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    pub x: f64,
    pub y: f64,
}

/// How many places of its way a pointer knows, and how far in session time they lie apart: together 0.4 s.
pub const WAKE_POINTS: usize = 21;
pub const WAKE_STEP_MS: f64 = 20.0;

/// The mouse or the finger at one moment of the session; `overlay` draws it on the picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pointer {
    pub position: Point,
    /// Pixels of the picture for one of the replayed window.
    pub scale: f64,
    pub hand: Hand,
    /// The latest one.
    pub click: Option<Click>,
    /// Where it has come from, the newest place first.
    pub wake: [Point; WAKE_POINTS],
}

/// Ages are told up to this many milliseconds of session time, so that a pointer that rests gets equal to itself.
pub const MAX_AGE_MS: f64 = 5000.0;

/// What the person points with. Ages are session time in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Hand {
    Mouse,
    FingerDown,
    FingerLifted { age_ms: f64 },
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Click {
    pub position: Point,
    /// Session time in milliseconds since it happened, at most [`MAX_AGE_MS`].
    pub age_ms: f64,
    pub double: bool,
}
