//! Text to pixels, by cosmic-text: shaping, both directions of writing, line breaks and fonts. Two fonts are built in, so
//! that most texts look the same on all machines; what they lack is drawn with the machine's.

use std::fmt;
use std::sync::Arc;

use cosmic_text::fontdb::{Database, FaceInfo, Language, Source};
use cosmic_text::{Attrs, Buffer, Color, Family, FontSystem, Metrics, Shaping, SwashCache, Weight, Wrap};
use image::RgbaImage;
use unicode_segmentation::UnicodeSegmentation;

use super::area::Area;
use super::legible::legible;

static REGULAR: &[u8] = include_bytes!("../../assets/fonts/NotoSans-Regular.ttf");
static BOLD: &[u8] = include_bytes!("../../assets/fonts/NotoSans-Bold.ttf");

/// A name of their own, so that the machine's fonts of the same name are not taken for them.
const FAMILY: &str = "replaycast";
/// Which of several forms a Chinese character has depends on the language; it must not depend on the machine's.
const LOCALE: &str = "en-US";

/// Against the size of the text.
pub(super) const LINE_HEIGHT: f32 = 1.36;
/// Of capital letters, which stand in the middle of their line.
const CAPITALS: f32 = 0.714;

const ELLIPSIS: &str = "…";

/// Text in one look.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span<'a> {
    pub(super) text: &'a str,
    pub(super) bold: bool,
    pub(super) ink: [u8; 3],
}

/// How much place there is; what does not fit is left out, with an ellipsis where it was.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room {
    /// In pixels.
    pub(super) width: f32,
    pub(super) lines: usize,
    pub(super) keep: Keep,
}

/// Which part of a long text matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keep {
    Beginning,
    End,
}

/// Text that has been set, of whole pixels.
#[derive(Debug)]
pub(super) struct Block {
    lines: Buffer,
    size: f32,
    line_height: i32,
    /// How far from the left the lines begin to be filled: those that are read from the right begin there.
    indent: i32,
    pub(super) width: i32,
    pub(super) height: i32,
}

/// Sets and draws text. Making one is cheap; the machine's fonts are looked for when they are needed.
pub(super) struct Typesetter {
    fonts: FontSystem,
    glyphs: SwashCache,
    knows_machine: bool,
}

impl Typesetter {
    pub(super) fn new() -> Self {
        let mut faces = Database::new();
        for font in [REGULAR, BOLD] {
            for id in faces.load_font_source(Source::Binary(Arc::new(font))) {
                let Some(face) = faces.face(id).cloned() else {
                    continue;
                };
                faces.remove_face(id);
                faces.push_face_info(FaceInfo {
                    families: vec![(FAMILY.to_owned(), Language::English_UnitedStates)],
                    post_script_name: FAMILY.to_owned(),
                    ..face
                });
            }
        }
        Self {
            fonts: FontSystem::new_with_locale_and_db(LOCALE.to_owned(), faces),
            glyphs: SwashCache::new(),
            knows_machine: false,
        }
    }

    /// Sets text, of which only the last span is shortened if it is too long for the room.
    pub(super) fn set(&mut self, spans: &[Span<'_>], size: f32, room: Room) -> Block {
        self.fitted(spans, size, room).1
    }

    /// As much of a text as there is room for.
    pub(super) fn shortened(&mut self, span: Span<'_>, size: f32, room: Room) -> String {
        self.fitted(&[span], size, room).0
    }

    /// The last span's text, shortened if that must be, and all of it set.
    fn fitted(&mut self, spans: &[Span<'_>], size: f32, room: Room) -> (String, Block) {
        let texts: Vec<String> = spans.iter().map(|span| legible(span.text)).collect();
        self.provide(&texts);
        let set = |this: &mut Self, last: &str| {
            let mut texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            if let Some(text) = texts.last_mut() {
                *text = last;
            }
            let spans = spans.iter().zip(texts).map(|(span, text)| Span { text, ..*span });
            this.lay_out(spans, size, room.width)
        };
        let fits = |block: &Block| block.lines.layout_runs().count() <= room.lines;
        let all = texts.last().map_or("", String::as_str);
        let whole = set(self, all);
        if fits(&whole) {
            return (all.to_owned(), whole);
        }
        let letters: Vec<&str> = all.graphemes(true).collect();
        let shortened = |count: usize| match room.keep {
            Keep::Beginning => letters[..count].concat().trim_end().to_owned() + ELLIPSIS,
            Keep::End => ELLIPSIS.to_owned() + letters[letters.len() - count..].concat().trim_start(),
        };
        // How many letters fit, by halving: the fewest are known to fit, the most are not.
        let (mut fewest, mut most) = (0, letters.len());
        let mut best = set(self, &shortened(0));
        while most - fewest > 1 {
            let middle = fewest.midpoint(most);
            let block = set(self, &shortened(middle));
            if fits(&block) {
                (fewest, best) = (middle, block);
            } else {
                most = middle;
            }
        }
        (shortened(fewest), best)
    }

    /// Lines as wide as this, as many as it takes.
    fn lay_out<'a>(&mut self, spans: impl Iterator<Item = Span<'a>>, size: f32, width: f32) -> Block {
        let line_height = (size * LINE_HEIGHT).round();
        let mut lines = Buffer::new_empty(Metrics::new(size, line_height));
        lines.set_wrap(&mut self.fonts, Wrap::WordOrGlyph);
        lines.set_size(&mut self.fonts, Some(width.max(1.0)), None);
        let plain = Attrs::new().family(Family::Name(FAMILY));
        let spans = spans.map(|Span { text, bold, ink }| {
            let weight = if bold { Weight::BOLD } else { Weight::NORMAL };
            let [red, green, blue] = ink;
            let look = plain.clone().weight(weight).color(Color::rgb(red, green, blue));
            (text, look)
        });
        lines.set_rich_text(&mut self.fonts, spans, &plain, Shaping::Advanced, None);
        let runs = lines.layout_runs();
        let (count, widest) = runs.fold((0, 0.0_f32), |(count, widest), run| {
            (count + 1, widest.max(run.line_w))
        });
        let from_right = lines.layout_runs().any(|run| run.rtl);
        let indent = if from_right {
            (width - widest).max(0.0)
        } else {
            0.0
        };
        Block {
            lines,
            size,
            line_height: line_height as i32,
            indent: indent as i32,
            width: widest.ceil() as i32,
            height: count * line_height as i32,
        }
    }

    /// Draws on a picture without transparency, within the area only.
    pub(super) fn draw(
        &mut self,
        block: &Block,
        picture: &mut RgbaImage,
        (left, top): (i32, i32),
        area: Area,
    ) {
        let baseline = f32::midpoint(block.line_height as f32, block.size * CAPITALS).round() as i32;
        for (run, line) in block.lines.layout_runs().zip(0..) {
            let y = top + line * block.line_height + baseline;
            for glyph in run.glyphs {
                let placed = glyph.physical(((left - block.indent) as f32, y as f32), 1.0);
                let ink = glyph.color_opt.unwrap_or(Color::rgb(0, 0, 0));
                self.glyphs
                    .with_pixels(&mut self.fonts, placed.cache_key, ink, |x, y, ink| {
                        area.blend(picture, (placed.x + x, placed.y + y), ink.as_rgba());
                    });
            }
        }
    }

    /// Looks for the machine's fonts if a text needs them.
    fn provide(&mut self, texts: &[String]) {
        if self.knows_machine {
            return;
        }
        let ids: Vec<_> = self
            .fonts
            .db()
            .faces()
            .map(|face| (face.id, face.weight))
            .collect();
        let built_in: Vec<_> = ids
            .into_iter()
            .filter_map(|(id, weight)| self.fonts.get_font(id, weight))
            .collect();
        let has = |letter: char| {
            let glyph = |font: &Arc<cosmic_text::Font>| font.as_swash().charmap().map(letter);
            built_in.iter().all(|font| glyph(font) != 0)
        };
        if texts.iter().flat_map(|text| text.chars()).all(has) {
            return;
        }
        let mut machine = Database::new();
        machine.load_system_fonts();
        let mut faces: Vec<FaceInfo> = machine.faces().cloned().collect();
        // Of two fonts that suit alike the first is taken: it must not depend on how folders are read.
        faces.sort_by_key(|face| (path_of(face), face.index));
        for face in faces {
            self.fonts.db_mut().push_face_info(face);
        }
        self.knows_machine = true;
    }
}

fn path_of(face: &FaceInfo) -> Option<std::path::PathBuf> {
    match &face.source {
        Source::File(path) | Source::SharedFile(path, _) => Some(path.clone()),
        Source::Binary(_) => None,
    }
}

impl fmt::Debug for Typesetter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Typesetter")
            .field("knows_machine", &self.knows_machine)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use image::Rgba;

    use super::*;

    const WIDE: Room = Room {
        width: 2000.0,
        lines: 1,
        keep: Keep::Beginning,
    };

    fn span(text: &str) -> Span<'_> {
        Span {
            text,
            bold: false,
            ink: [0; 3],
        }
    }

    /// The letters that were set, in the order in which they are read.
    fn letters(block: &Block) -> String {
        let runs = block.lines.layout_runs();
        let lines: Vec<&str> = runs
            .map(|run| {
                let first = run.glyphs.iter().map(|glyph| glyph.start).min().unwrap_or(0);
                let end = run.glyphs.iter().map(|glyph| glyph.end).max().unwrap_or(0);
                run.text[first..end].trim_end()
            })
            .collect();
        lines.join("/")
    }

    #[test]
    fn long_texts_are_shortened_where_they_matter_least() {
        let mut typesetter = Typesetter::new();
        let text = "The quick brown fox jumps over the lazy dog";
        let mut set = |lines, keep| {
            let room = Room {
                width: 120.0,
                lines,
                keep,
            };
            let block = typesetter.set(&[span(text)], 16.0, room);
            assert!(
                block.width <= 120 && block.height <= 22 * i32::try_from(lines).unwrap(),
                "{block:?}"
            );
            letters(&block)
        };
        assert_eq!(set(1, Keep::Beginning), "The quick bro…");
        let two = set(2, Keep::Beginning);
        assert!(two.starts_with("The quick") && two.ends_with('…'), "{two}");
        assert_eq!(two.matches('/').count(), 1);
        assert_eq!(set(9, Keep::Beginning).replace('/', " "), text);
        assert_eq!(set(1, Keep::End), "…r the lazy dog");
    }

    #[test]
    fn rooms_without_any_room_are_no_harm() {
        let mut typesetter = Typesetter::new();
        for width in [-5.0, 0.0, 3.0] {
            let room = Room { width, ..WIDE };
            let block = typesetter.set(&[span("Pay now"), span("")], 16.0, room);
            for run in block.lines.layout_runs() {
                assert!(run.line_w <= width || run.glyphs.len() == 1, "{block:?}");
            }
            let empty = typesetter.set(&[span("")], 16.0, room);
            assert_eq!((empty.width, letters(&empty).as_str()), (0, ""), "{empty:?}");
        }
    }

    #[test]
    fn built_in_letters_look_the_same_once_the_machines_fonts_are_known() {
        let drawn = |typesetter: &mut Typesetter| {
            let block = typesetter.set(&[span("Ünïcode Ελλάδα Привет 0123")], 20.0, WIDE);
            let mut picture = RgbaImage::from_pixel(400, 30, Rgba([255; 4]));
            let all = Area::within((0.0, 0.0), (400.0, 30.0), (400, 30)).unwrap();
            typesetter.draw(&block, &mut picture, (4, 2), all);
            picture
        };
        let mut typesetter = Typesetter::new();
        let before = drawn(&mut typesetter);
        assert!(!typesetter.knows_machine);
        assert!(before.pixels().any(|pixel| pixel.0[0] < 60));
        typesetter.set(&[span("完了")], 20.0, WIDE);
        assert!(typesetter.knows_machine);
        assert!(drawn(&mut typesetter) == before);
    }

    #[test]
    fn a_megabyte_of_text_is_soon_set() {
        let mut typesetter = Typesetter::new();
        let begun = std::time::Instant::now();
        for text in ["x", "x\n", "\u{202e}a ", "\u{301}", "w\u{200d}"] {
            let room = Room { lines: 3, ..WIDE };
            let block = typesetter.set(&[span(&text.repeat(1 << 18))], 16.0, room);
            assert!(block.width <= 2000);
        }
        assert!(begun.elapsed().as_secs() < 10, "{:?}", begun.elapsed());
    }
}
