//! What we draw on captured pictures: the cursor, clicks, touches, the mouse's trail, and words on the picture and below it.
//! `pipeline` sends every frame through an `Overlay`, so that a pointer that moves costs a few drawn pixels, not a capture.

mod area;
mod draw;
mod footer;
mod label;
mod labels;
mod legible;
mod lettering;
mod look;
mod marks;
mod sheet;
mod text;
mod word_pen;

use std::mem;
use std::sync::Arc;

use image::RgbaImage;

use self::look::{Palette, text_size};
use self::marks::{Mark, marks};
use self::sheet::{Base, Sheet, Shown};
use self::word_pen::WordPen;
use crate::frame::{Frame, Picture, Pointer, Theme};
use crate::story::{Script, Stretch};

pub use self::footer::footer_height;
pub use self::lettering::Lettering;

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
    /// The colours of what is written.
    pub theme: Theme,
}

/// Draws on pictures, one after the other.
#[derive(Debug)]
pub struct Overlay {
    style: OverlayStyle,
    script: Arc<Script>,
    /// The latest picture as it was captured.
    base: Option<Base>,
    /// What is drawn on it.
    shown: Shown,
    pen: WordPen,
    sheets: Vec<Sheet>,
}

impl Overlay {
    pub fn new(style: OverlayStyle, script: Arc<Script>) -> Self {
        Self {
            pen: WordPen::new(Palette::of(style.theme), text_size(script.plan().size)),
            style,
            script,
            base: None,
            shown: Shown::default(),
            sheets: Vec::new(),
        }
    }

    /// The frame with all that is to be drawn on it, cut where that changes: one frame for each stretch in which it stays
    /// the same. One that looks like the frame before is a repeat.
    pub const fn over<'a>(&'a mut self, frame: Frame, pointer: Option<&'a Pointer>) -> Frames<'a> {
        Frames {
            end: frame.spec.index + frame.lasts,
            frame,
            overlay: self,
            pointer,
        }
    }

    fn draw(&mut self, picture: Picture, marks: Vec<Mark>, stretch: Stretch<'_>) -> Picture {
        let shown = Shown {
            labels: stretch.labels.to_vec(),
            marks,
            footer: stretch.footer,
        };
        match picture {
            Picture::New(picture) => {
                let number = self.base.as_ref().map_or(0, |before| before.number + 1);
                self.base = Some(Base { picture, number });
            }
            Picture::Repeat if shown == self.shown => return Picture::Repeat,
            Picture::Repeat => {}
        }
        self.shown = shown;
        let Some(base) = self.base.clone() else {
            return Picture::Repeat;
        };
        if self.shown == Shown::default() {
            return Picture::New(base.picture);
        }
        Picture::New(self.drawn_on(&base))
    }

    fn drawn_on(&mut self, base: &Base) -> Arc<RgbaImage> {
        let unused = self.sheets.iter_mut().position(Sheet::is_unused);
        let band = self.script.plan().band;
        let mut sheet = unused.map_or_else(|| Sheet::new(base, band), |place| self.sheets.swap_remove(place));
        sheet.draw(base, &self.shown, &mut self.pen);
        let picture = Arc::clone(&sheet.picture);
        self.sheets.push(sheet);
        picture
    }
}

/// What becomes of one captured frame.
#[derive(Debug)]
pub struct Frames<'a> {
    overlay: &'a mut Overlay,
    pointer: Option<&'a Pointer>,
    /// What is left of it.
    frame: Frame,
    end: u64,
}

impl Iterator for Frames<'_> {
    type Item = Frame;

    fn next(&mut self) -> Option<Frame> {
        let spec = self.frame.spec;
        if spec.index >= self.end {
            return None;
        }
        let script = Arc::clone(&self.overlay.script);
        let stretch = script.stretch(spec.index);
        let end = stretch.end.min(self.end);
        let picture = mem::replace(&mut self.frame.picture, Picture::Repeat);
        let style = self.overlay.style;
        let marks = self
            .pointer
            .map_or_else(Vec::new, |pointer| marks(pointer, style));
        let picture = self.overlay.draw(picture, marks, stretch);
        self.frame.spec = script.plan().frame(end);
        Some(Frame {
            spec,
            picture,
            lasts: end - spec.index,
        })
    }
}

#[cfg(test)]
mod tests {
    use image::Rgba;

    use super::*;
    use crate::frame::{Click, Fps, Hand, Point, Size, WAKE_POINTS};
    use crate::recording::{self, moments};
    use crate::source::RawInput;
    use crate::story::{Note, ScriptOptions};
    use crate::timeline::{CapturePlan, Idle, SizeOption, Timeline, TimelineOptions};

    /// Of a video of 10 s at 10 frames a second, whose page is 200x100.
    fn overlay(style: OverlayStyle, options: &ScriptOptions) -> Overlay {
        let events = r#"[
            {"type":4,"timestamp":1000000,"data":{"href":"https://a.test/b","width":200,"height":100}},
            {"type":2,"timestamp":1000000,"data":{"node":{"type":0,"id":1,"childNodes":[]}}},
            {"type":3,"timestamp":1010000,"data":{"source":2,"type":2,"id":1}}]"#;
        let recording = recording::open(RawInput {
            name: "test".to_owned(),
            bytes: events.into(),
        })
        .unwrap();
        let kept = TimelineOptions {
            idle: Idle::Keep,
            ..TimelineOptions::default()
        };
        let timeline = Timeline::resolve(&recording, &kept).unwrap();
        let band: fn(Size) -> u32 = if options.footer { footer_height } else { |_| 0 };
        let plan = CapturePlan::new(&[timeline], SizeOption::Native, 1.0, Fps::new(10, 1), band);
        let plan = &plan.videos[0];
        Overlay::new(
            style,
            Arc::new(Script::new(&recording, &moments(&recording), plan, options)),
        )
    }

    fn wordless(style: OverlayStyle) -> Overlay {
        overlay(style, &ScriptOptions::default())
    }

    /// What becomes of these frames, each from its index on.
    fn frames(overlay: &mut Overlay, picture: Picture, index: u64, lasts: u64) -> Vec<Frame> {
        let spec = overlay.script.plan().frame(index);
        overlay.over(Frame { spec, picture, lasts }, None).collect()
    }

    fn over(overlay: &mut Overlay, picture: Picture, pointer: Option<&Pointer>) -> Picture {
        let spec = overlay.script.plan().frame(0);
        let lasts = 1;
        let mut frames = overlay.over(Frame { spec, picture, lasts }, pointer);
        frames.next().unwrap().picture
    }

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
        let mut overlay = wordless(OverlayStyle::default());
        let mut is_new = |picture, pointer: Option<&Pointer>| {
            matches!(over(&mut overlay, picture, pointer), Picture::New(_))
        };
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
        let mut overlay = wordless(OverlayStyle::default());
        let mut held = Vec::new();
        drop(over(&mut overlay, grey(200), None));
        for step in 0..40 {
            let base = match step {
                20 => grey(90),
                _ => Picture::Repeat,
            };
            let moving = pointer(f64::from(step) * 4.5);
            let picture = new(over(&mut overlay, base, Some(&moving)));
            let level = if step < 20 { 200 } else { 90 };
            let mut other = wordless(OverlayStyle::default());
            let fresh = new(over(&mut other, grey(level), Some(&moving)));
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
        let mut overlay = wordless(OverlayStyle {
            cursor: CursorLook::None,
            ..OverlayStyle::default()
        });
        let base = new(grey(7));
        let captured = Picture::New(Arc::clone(&base));
        let drawn = new(over(&mut overlay, captured, Some(&pointer(50.0))));
        assert!(Arc::ptr_eq(&base, &drawn));
        let repeated = over(&mut overlay, Picture::Repeat, Some(&pointer(70.0)));
        assert!(matches!(repeated, Picture::Repeat));
    }

    #[test]
    fn a_stretch_is_cut_where_words_change_and_only_there() {
        let note = Note {
            time: "2".parse().unwrap(),
            text: "Look".to_owned(),
        };
        let options = ScriptOptions {
            notes: vec![note],
            ..ScriptOptions::default()
        };
        let mut with_note = overlay(OverlayStyle::default(), &options);
        let base = new(grey(200));
        let cut = frames(&mut with_note, Picture::New(Arc::clone(&base)), 0, 100);
        let places: Vec<_> = cut.iter().map(|frame| (frame.spec.index, frame.lasts)).collect();
        assert_eq!(places, [(0, 20), (20, 40), (60, 40)]);
        let pictures: Vec<_> = cut.into_iter().map(|frame| new(frame.picture)).collect();
        assert!(Arc::ptr_eq(&pictures[0], &base) && Arc::ptr_eq(&pictures[2], &base));
        assert!(pictures[1] != base);
        // The same from the middle on.
        let mut again = overlay(OverlayStyle::default(), &options);
        let later = frames(&mut again, Picture::New(base), 50, 5).remove(0);
        assert!(new(later.picture) == pictures[1]);
        assert_eq!(frames(&mut again, Picture::Repeat, 55, 5).len(), 1);
        assert!(matches!(
            frames(&mut again, Picture::Repeat, 55, 5)[0].picture,
            Picture::Repeat
        ));
    }

    #[test]
    fn a_footer_is_one_picture_a_second_below_the_page() {
        let options = ScriptOptions {
            footer: true,
            ..ScriptOptions::default()
        };
        let mut with_footer = overlay(OverlayStyle::default(), &options);
        let band = with_footer.script.plan().band;
        let cut = frames(&mut with_footer, grey(200), 0, 100);
        let places: Vec<_> = cut.iter().map(|frame| (frame.spec.index, frame.lasts)).collect();
        // The last frame shows the very end.
        let seconds = (0..9).map(|second| (second * 10, 10));
        assert_eq!(places, seconds.chain([(90, 9), (99, 1)]).collect::<Vec<_>>());
        let mut before = None;
        for frame in cut {
            let picture = new(frame.picture);
            assert_eq!(picture.dimensions(), (200, 100 + band));
            let page = picture.rows().take(100).flatten();
            assert!(page.copied().all(|pixel| pixel == Rgba([200, 200, 200, 255])));
            let pixels = picture.as_raw().clone();
            assert!(before.replace(pixels) != Some(picture.as_raw().clone()));
        }
        // A pointer at the bottom of the page does not reach into it, nor does it leave anything behind.
        let low = Pointer {
            position: Point { x: 180.0, y: 98.0 },
            ..pointer(0.0)
        };
        let mut footer_only = overlay(OverlayStyle::default(), &options);
        let plain = new(over(&mut footer_only, grey(200), None));
        let below = |picture: &RgbaImage| picture.as_raw()[200 * 100 * 4..].to_vec();
        let pointed = new(over(&mut footer_only, Picture::Repeat, Some(&low)));
        assert!(below(&pointed) == below(&plain) && pointed != plain);
        drop(pointed);
        assert!(new(over(&mut footer_only, Picture::Repeat, None)) == plain);
    }

    #[test]
    fn words_that_do_not_fit_on_the_page_leave_the_footer_alone() {
        let note = || Note {
            time: "0.5".parse().unwrap(),
            text: "Much to say about a small page ".repeat(5),
        };
        let options = ScriptOptions {
            notes: vec![note(), note(), note()],
            footer: true,
            ..ScriptOptions::default()
        };
        let mut with_notes = overlay(OverlayStyle::default(), &options);
        let mut below = |picture, index| {
            let picture = new(frames(&mut with_notes, picture, index, 5).remove(0).picture);
            picture.as_raw()[200 * 100 * 4..].to_vec()
        };
        let before = below(grey(200), 0);
        assert!(below(Picture::Repeat, 5) == before);
    }
}
