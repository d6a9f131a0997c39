//! Sizes in pixels, and the canvas that a page is drawn for.

use std::fmt;
use std::str::FromStr;

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
        let (width, height) = text.split_once(['x', 'X']).ok_or_else(wrong)?;
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
}
