//! What we draw on captured pictures: the cursor, clicks, touches and the mouse's trail. `pipeline` sends every frame
//! through an `Overlay`, so that a pointer that moves costs a few drawn pixels, not a capture.

mod draw;
mod marks;

use std::sync::Arc;

use image::RgbaImage;

use self::draw::{Area, area_of, draw};
use self::marks::{Mark, marks};
use crate::frame::{Picture, Pointer};

/// How the mouse looks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CursorLook {
    /// An arrow of the usual size
    #[default]
    Arrow,
    /// A translucent dot that leaves visible what is under it
    Dot,
    /// An arrow twice as large, for small screens and presentations
    Large,
    /// No cursor, no clicks, no touches
    None,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OverlayStyle {
    pub cursor: CursorLook,
    /// Whether the mouse leaves a trail.
    pub trail: bool,
}

/// Draws on pictures, one after the other.
#[derive(Debug)]
pub struct Overlay {
    style: OverlayStyle,
    /// The latest picture as it was captured.
    base: Option<Arc<RgbaImage>>,
    /// What is drawn on it.
    shown: Vec<Mark>,
    sheets: Vec<Sheet>,
}

/// A drawn picture. Once nobody else holds it, it is used again, and only what was drawn on it is put back.
#[derive(Debug)]
struct Sheet {
    picture: Arc<RgbaImage>,
    base: Arc<RgbaImage>,
    drawn: Vec<Area>,
}

impl Overlay {
    pub const fn new(style: OverlayStyle) -> Self {
        Self {
            style,
            base: None,
            shown: Vec::new(),
            sheets: Vec::new(),
        }
    }

    /// The picture with the pointer on it; a repeat if that looks as it did before.
    pub fn over(&mut self, picture: Picture, pointer: Option<&Pointer>) -> Picture {
        let marks = pointer.map_or_else(Vec::new, |pointer| marks(pointer, self.style));
        match picture {
            Picture::New(base) => self.base = Some(base),
            Picture::Repeat if marks == self.shown => return Picture::Repeat,
            Picture::Repeat => {}
        }
        self.shown = marks;
        let Some(base) = self.base.clone() else {
            return Picture::Repeat;
        };
        if self.shown.is_empty() {
            return Picture::New(base);
        }
        Picture::New(self.drawn_on(base))
    }

    fn drawn_on(&mut self, base: Arc<RgbaImage>) -> Arc<RgbaImage> {
        let unused = self
            .sheets
            .iter_mut()
            .position(|sheet| Arc::get_mut(&mut sheet.picture).is_some());
        let mut sheet = unused.map_or_else(
            || Sheet::new(Arc::clone(&base)),
            |place| self.sheets.swap_remove(place),
        );
        sheet.draw(base, &self.shown);
        let picture = Arc::clone(&sheet.picture);
        self.sheets.push(sheet);
        picture
    }
}

impl Sheet {
    fn new(base: Arc<RgbaImage>) -> Self {
        Self {
            picture: Arc::new(RgbaImage::clone(&base)),
            base,
            drawn: Vec::new(),
        }
    }

    fn draw(&mut self, base: Arc<RgbaImage>, marks: &[Mark]) {
        let picture = Arc::make_mut(&mut self.picture);
        if Arc::ptr_eq(&self.base, &base) {
            for area in self.drawn.drain(..) {
                area.copy(&base, picture);
            }
        } else {
            picture.clone_from(&base);
            self.drawn.clear();
            self.base = base;
        }
        for mark in marks {
            if let Some(area) = area_of(mark, picture.dimensions()) {
                draw(mark, picture);
                self.drawn.push(area);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use image::Rgba;

    use super::*;
    use crate::frame::{Click, Hand, Point, WAKE_POINTS};

    fn pointer(x: f64) -> Pointer {
        let position = Point { x, y: 50.0 };
        Pointer {
            position,
            scale: 1.0,
            hand: Hand::Mouse,
            click: None,
            wake: [position; WAKE_POINTS],
        }
    }

    fn grey(level: u8) -> Picture {
        Picture::New(Arc::new(RgbaImage::from_pixel(
            200,
            100,
            Rgba([level, level, level, 255]),
        )))
    }

    fn new(picture: Picture) -> Arc<RgbaImage> {
        match picture {
            Picture::New(pixels) => pixels,
            Picture::Repeat => panic!("a repeat, not a new picture"),
        }
    }

    #[test]
    fn a_repeat_stays_one_unless_the_pointer_looks_different() {
        let mut overlay = Overlay::new(OverlayStyle::default());
        let mut is_new =
            |picture, pointer: Option<&Pointer>| matches!(overlay.over(picture, pointer), Picture::New(_));
        let clicked = |age_ms| Pointer {
            click: Some(Click {
                position: Point { x: 60.0, y: 50.0 },
                age_ms,
                double: false,
            }),
            ..pointer(60.0)
        };
        assert!(is_new(grey(200), None));
        assert!(!is_new(Picture::Repeat, None));
        assert!(is_new(Picture::Repeat, Some(&pointer(50.0))));
        assert!(!is_new(Picture::Repeat, Some(&pointer(50.0))));
        assert!(is_new(Picture::Repeat, Some(&pointer(60.0))));
        assert!(is_new(Picture::Repeat, Some(&clicked(100.0))));
        assert!(is_new(Picture::Repeat, Some(&clicked(200.0))));
        assert!(is_new(Picture::Repeat, Some(&clicked(5000.0))));
        assert!(!is_new(Picture::Repeat, Some(&clicked(6000.0))));
        assert!(is_new(grey(200), Some(&clicked(6000.0))));
    }

    #[test]
    fn used_sheets_show_nothing_of_what_was_drawn_before() {
        let mut overlay = Overlay::new(OverlayStyle::default());
        let mut held = Vec::new();
        drop(overlay.over(grey(200), None));
        for step in 0..40 {
            let base = match step {
                20 => grey(90),
                _ => Picture::Repeat,
            };
            let moving = pointer(f64::from(step) * 4.5);
            let picture = new(overlay.over(base, Some(&moving)));
            let level = if step < 20 { 200 } else { 90 };
            let fresh = new(Overlay::new(OverlayStyle::default()).over(grey(level), Some(&moving)));
            assert!(*picture == *fresh, "step {step}");
            // Some are held for a while, as queues do.
            held.push(picture);
            if held.len() > 3 {
                held.remove(0);
            }
        }
        assert!(overlay.sheets.len() <= 5, "{}", overlay.sheets.len());
    }

    #[test]
    fn without_a_cursor_the_picture_is_the_captured_one() {
        let mut overlay = Overlay::new(OverlayStyle {
            cursor: CursorLook::None,
            trail: false,
        });
        let base = new(grey(7));
        let drawn = new(overlay.over(Picture::New(Arc::clone(&base)), Some(&pointer(50.0))));
        assert!(Arc::ptr_eq(&base, &drawn));
        assert!(matches!(
            overlay.over(Picture::Repeat, Some(&pointer(70.0))),
            Picture::Repeat
        ));
    }
}
