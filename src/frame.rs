//! The vocabulary that the stages share: sizes, colours, frame rates, frame numbers and the frames themselves.
//! `timeline` plans with it, `capture` fills it, `encode` writes it.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use image::RgbaImage;

/// A picture size in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
pub struct Size {
    pub width: u32,
    pub height: u32,
}

impl Size {
    pub const fn new(width: u32, height: u32) -> Self {
        Self { width, height }
    }

    /// The same size with each odd side one pixel longer, as 4:2:0 video needs it.
    #[must_use]
    pub const fn padded_to_even(self) -> Self {
        Self {
            width: self.width.next_multiple_of(2),
            height: self.height.next_multiple_of(2),
        }
    }

    pub const fn pixels(self) -> u64 {
        self.width as u64 * self.height as u64
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}", self.width, self.height)
    }
}

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("'{text}' is not a size; write WIDTHxHEIGHT, for example 1280x720");
        let (width, height) = text.split_once('x').ok_or_else(wrong)?;
        let side = |digits: &str| digits.parse().ok().filter(|side| *side > 0).ok_or_else(wrong);
        Ok(Self {
            width: side(width)?,
            height: side(height)?,
        })
    }
}

/// The picture that a page is drawn for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Canvas {
    /// In pixels of the picture.
    pub size: Size,
    /// The device pixel ratio: pixels of the picture for one CSS pixel of the page.
    pub scale: f64,
}

impl Canvas {
    /// Width and height in CSS pixels.
    pub fn css_size(self) -> (f64, f64) {
        let css = |side: u32| f64::from(side) / self.scale;
        (css(self.size.width), css(self.size.height))
    }

    /// The smallest viewport in whole CSS pixels that covers the picture.
    pub fn viewport(self) -> Size {
        let (width, height) = self.css_size();
        // The small part keeps rounding from adding a pixel to what is whole.
        let whole = |side: f64| (side - 1e-6).ceil() as u32;
        Size::new(whole(width), whole(height))
    }
}

/// An opaque colour: red, green, blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Color(pub [u8; 3]);

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

impl Color {
    /// The sixteen colours of HTML 4, and orange, which CSS 2.1 added; with both spellings of grey.
    const NAMED: [(&str, [u8; 3]); 18] = [
        ("aqua", [0x00, 0xff, 0xff]),
        ("black", [0x00, 0x00, 0x00]),
        ("blue", [0x00, 0x00, 0xff]),
        ("fuchsia", [0xff, 0x00, 0xff]),
        ("gray", [0x80, 0x80, 0x80]),
        ("green", [0x00, 0x80, 0x00]),
        ("grey", [0x80, 0x80, 0x80]),
        ("lime", [0x00, 0xff, 0x00]),
        ("maroon", [0x80, 0x00, 0x00]),
        ("navy", [0x00, 0x00, 0x80]),
        ("olive", [0x80, 0x80, 0x00]),
        ("orange", [0xff, 0xa5, 0x00]),
        ("purple", [0x80, 0x00, 0x80]),
        ("red", [0xff, 0x00, 0x00]),
        ("silver", [0xc0, 0xc0, 0xc0]),
        ("teal", [0x00, 0x80, 0x80]),
        ("white", [0xff, 0xff, 0xff]),
        ("yellow", [0xff, 0xff, 0x00]),
    ];

    /// Its name, if it has one.
    pub fn name(self) -> Option<&'static str> {
        let named = Self::NAMED.iter().find(|(_, channels)| *channels == self.0);
        named.map(|(name, _)| *name)
    }
}

impl FromStr for Color {
    type Err = String;

    /// `#rrggbb`, `#rgb` or one of CSS 2.1's names.
    fn from_str(text: &str) -> Result<Self, String> {
        let lower = text.to_ascii_lowercase();
        let named = Self::NAMED.iter().find(|(name, _)| *name == lower);
        named
            .map(|(_, channels)| *channels)
            .or_else(|| hex_channels(lower.strip_prefix('#')?))
            .map(Self)
            .ok_or_else(|| {
                format!("'{text}' is not a colour; write #rrggbb or a name of CSS 2.1, for example white")
            })
    }
}

fn hex_channels(digits: &str) -> Option<[u8; 3]> {
    let digits: Vec<u8> = digits
        .chars()
        .map(|digit| digit.to_digit(16).map(|digit| digit as u8))
        .collect::<Option<_>>()?;
    match digits[..] {
        [red, green, blue] => Some([red, green, blue].map(|digit| digit * 0x11)),
        [r1, r0, g1, g0, b1, b0] => Some([r1 << 4 | r0, g1 << 4 | g0, b1 << 4 | b0]),
        _ => None,
    }
}

/// The colours of what is not the page.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    Light,
    #[default]
    Dark,
}

impl Theme {
    /// What pictures lie on.
    pub const fn surround(self) -> Color {
        match self {
            Self::Dark => Color([0x1b, 0x1d, 0x23]),
            Self::Light => Color([0xe6, 0xe8, 0xec]),
        }
    }
}

/// Frames per second as a fraction, so that 30000/1001 stays exact over any length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fps {
    pub num: u32,
    pub den: u32,
}

impl Fps {
    /// # Panics
    /// Never for a parsed value; a zero in a literal is a bug.
    pub const fn new(num: u32, den: u32) -> Self {
        assert!(num > 0 && den > 0, "a frame rate has no zero in it");
        Self { num, den }
    }

    pub fn as_f64(self) -> f64 {
        f64::from(self.num) / f64::from(self.den)
    }

    /// When frame `index` is shown, in milliseconds of video time.
    pub fn frame_ms(self, index: u64) -> f64 {
        (index as f64 * 1000.0 * f64::from(self.den)) / f64::from(self.num)
    }
}

impl fmt::Display for Fps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.den {
            1 => write!(f, "{}", self.num),
            den => write!(f, "{}/{den}", self.num),
        }
    }
}

impl FromStr for Fps {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "'{text}' is not a frame rate; write a number from 1 to 240 or a fraction such as 30000/1001"
            )
        };
        let (num, den) = text.split_once('/').unwrap_or((text, "1"));
        let num: u32 = num.parse().map_err(|_| wrong())?;
        let den: u32 = den.parse().map_err(|_| wrong())?;
        if num == 0 || den == 0 || num > 240_000 || den > 100_000 {
            return Err(wrong());
        }
        let fps = Self { num, den };
        if (0.1..=240.0).contains(&fps.as_f64()) {
            Ok(fps)
        } else {
            Err(wrong())
        }
    }
}

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

/// A place in the picture, in pixels from its upper left corner.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    pub x: f64,
    pub y: f64,
}

/// The part of a picture that shows the page: whole pixels, from its upper left corner on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageArea {
    pub left: u32,
    pub top: u32,
    pub right: u32,
    pub bottom: u32,
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
pub const OLD_MS: f64 = 5000.0;

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
    /// Session time in milliseconds since it happened, at most [`OLD_MS`].
    pub age_ms: f64,
    pub double: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_parse_and_pad() {
        assert_eq!("1280x720".parse(), Ok(Size::new(1280, 720)));
        assert_eq!(Size::new(1853, 921).padded_to_even(), Size::new(1854, 922));
        for wrong in ["1280", "x720", "1280x", "-1x5", "a x b", "0x0", "5x0"] {
            assert!(wrong.parse::<Size>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_viewport_covers_the_canvas_in_whole_pixels() {
        for (width, scale, css) in [
            (1280, 1.0, 1280),
            (1280, 2.0, 640),
            (2780, 1.5, 1854),
            (1281, 2.0, 641),
        ] {
            let canvas = Canvas {
                size: Size::new(width, 100),
                scale,
            };
            assert_eq!(canvas.viewport().width, css, "{width} at {scale}");
        }
    }

    #[test]
    fn colours_are_names_or_hexadecimal() {
        for (text, color) in [
            ("white", [255; 3]),
            ("Navy", [0, 0, 128]),
            ("#1b1d23", [0x1b, 0x1d, 0x23]),
            ("#FA0", [0xff, 0xaa, 0]),
        ] {
            assert_eq!(text.parse(), Ok(Color(color)), "{text}");
        }
        for wrong in [
            "",
            "#",
            "#12345",
            "#1234567",
            "#ggg",
            "rgb(0,0,0)",
            "whit",
            "1b1d23",
        ] {
            assert!(wrong.parse::<Color>().is_err(), "{wrong}");
        }
        assert_eq!(Color([0x1b, 0, 0xff]).to_string(), "#1b00ff");
    }

    #[test]
    fn frame_rates_parse_and_stay_exact() {
        assert_eq!("30".parse(), Ok(Fps::new(30, 1)));
        assert_eq!("30000/1001".parse(), Ok(Fps::new(30_000, 1001)));
        for wrong in ["0", "30/0", "1/0", "241", "29.97", "", "-5"] {
            assert!(wrong.parse::<Fps>().is_err(), "{wrong}");
        }
        let hours = Fps::new(30_000, 1001).frame_ms(30_000 * 3600);
        assert!((hours - 1001.0 * 3_600_000.0).abs() < f64::EPSILON);
    }
}
