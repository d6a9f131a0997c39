//! Frames to an animated GIF. Each picture is only the rectangle that changed, in it what did not change is transparent,
//! and it has the colours of its own scene: the first picture's, if they do, else exactly its own, if they are few.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ::gif::{DisposalMethod, EncodingError, Repeat};
use image::RgbaImage;

use super::container::Loops;
use super::palette::{Color, Counts, Palette};
use super::{EncoderSettings, Sink};
use crate::changed_area::ChangedArea;
use crate::error::{Error, Kind, Result};
use crate::frame::{Fps, Frame, Picture, Size};

pub(super) struct GifFile {
    path: PathBuf,
    fps: Fps,
    size: (u16, u16),
    loops: Loops,
    most_colors: u16,
    tolerance: u32,
    /// Waits for the first picture, which has the palette of the whole file.
    file: Option<BufWriter<File>>,
    begun: Option<Begun>,
    encoded_frames: u64,
}

struct Begun {
    encoder: ::gif::Encoder<BufWriter<File>>,
    /// The first picture's colours, and those of the last that had too many of its own.
    global: Palette,
    scene: Option<Palette>,
    shown: Arc<RgbaImage>,
    /// What is shown, and since when: how long is known when the next one comes.
    held: ::gif::Frame<'static>,
    since: u64,
}

impl std::fmt::Debug for GifFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GifFile")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl GifFile {
    pub(super) fn create(path: &Path, settings: EncoderSettings) -> Result<Self> {
        let Size { width, height } = settings.size;
        let (Ok(width), Ok(height)) = (width.try_into(), height.try_into()) else {
            let message = format!(
                "a GIF has at most 65535 pixels a side, and these are {}",
                settings.size
            );
            return Err(
                Error::new(Kind::Usage, message).hint("Choose a smaller --size, or another --format.")
            );
        };
        let file = File::create(path).map_err(|cause| Error::writing(path, cause))?;
        let (most_colors, tolerance) = settings.quality.palette();
        Ok(Self {
            path: path.to_owned(),
            fps: settings.fps,
            size: (width, height),
            loops: settings.loops,
            most_colors,
            tolerance,
            file: Some(BufWriter::new(file)),
            begun: None,
            encoded_frames: 0,
        })
    }

    fn begin(&mut self, picture: &Arc<RgbaImage>, since: u64, file: BufWriter<File>) -> Result<()> {
        let all = ChangedArea::all(picture);
        let changed = Changed::find(picture, None, all);
        let mut global = Palette::exact(&changed.counts, self.most_colors)
            .unwrap_or_else(|| changed.quantized(self.most_colors));
        let (width, height) = self.size;
        let mut encoder = ::gif::Encoder::new(file, width, height, &global.table())
            .map_err(|error| failed(&self.path, error))?;
        let repeat = match self.loops {
            Loops::Forever => Some(Repeat::Infinite),
            // The file tells how often it is played again.
            Loops::Times(times) => Some(times.get() - 1)
                .filter(|again| *again > 0)
                .map(Repeat::Finite),
        };
        if let Some(repeat) = repeat {
            encoder
                .set_repeat(repeat)
                .map_err(|error| failed(&self.path, error))?;
        }
        let held = changed.frame(all, &mut global, false);
        self.begun = Some(Begun {
            encoder,
            global,
            scene: None,
            shown: Arc::clone(picture),
            held,
            since,
        });
        Ok(())
    }

    /// The picture as a change to the one that is shown; None if it is the same.
    fn change(&mut self, picture: &RgbaImage) -> Option<::gif::Frame<'static>> {
        let begun = self.begun.as_mut()?;
        let area = ChangedArea::between(&begun.shown, picture)?;
        let changed = Changed::find(picture, Some(&begun.shown), area);
        if begun.global.fits(&changed.counts, self.tolerance) {
            return Some(changed.frame(area, &mut begun.global, false));
        }
        if let Some(mut own) = Palette::exact(&changed.counts, self.most_colors) {
            return Some(changed.frame(area, &mut own, true));
        }
        let kept = begun.scene.take();
        let kept = kept.and_then(|mut scene| scene.fits(&changed.counts, self.tolerance).then_some(scene));
        let scene = kept.unwrap_or_else(|| changed.quantized(self.most_colors));
        Some(changed.frame(area, begun.scene.insert(scene), true))
    }

    /// Writes what is held, which is shown until a place of the grid.
    fn write_until(&mut self, end: u64) -> Result<()> {
        let Some(begun) = &mut self.begun else {
            return Ok(());
        };
        let hundredths = |index| (self.fps.frame_ms(index) / 10.0).round() as u64;
        let mut left = hundredths(end).saturating_sub(hundredths(begun.since));
        loop {
            // Eleven minutes are the longest that a picture can last.
            let delay = left.min(u64::from(u16::MAX)) as u16;
            begun.held.delay = delay;
            begun
                .encoder
                .write_frame(&begun.held)
                .map_err(|error| failed(&self.path, error))?;
            self.encoded_frames += 1;
            left -= u64::from(delay);
            if left == 0 {
                return Ok(());
            }
            begun.held = nothing(&begun.global);
        }
    }
}

/// A pixel that changes nothing.
fn nothing(palette: &Palette) -> ::gif::Frame<'static> {
    ::gif::Frame {
        dispose: DisposalMethod::Keep,
        transparent: Some(palette.transparent()),
        width: 1,
        height: 1,
        buffer: vec![palette.transparent()].into(),
        ..::gif::Frame::default()
    }
}

impl Sink for GifFile {
    fn push(&mut self, frame: &Frame) -> Result<()> {
        let Picture::New(picture) = &frame.picture else {
            return Ok(());
        };
        if let Some(file) = self.file.take() {
            return self.begin(picture, frame.spec.index, file);
        }
        let Some(change) = self.change(picture) else {
            return Ok(());
        };
        self.write_until(frame.spec.index)?;
        if let Some(begun) = &mut self.begun {
            begun.held = change;
            begun.since = frame.spec.index;
            begun.shown = Arc::clone(picture);
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>, grid_frames: u64) -> Result<u64> {
        self.write_until(grid_frames)?;
        if let Some(begun) = self.begun.take() {
            // The file's last byte is written here.
            let written = begun.encoder.into_inner().and_then(|mut file| Ok(file.flush()?));
            written.map_err(|error| failed(&self.path, error))?;
        }
        Ok(self.encoded_frames)
    }
}

/// The pixels of an area, None where they are as they were, and what colours they have.
struct Changed {
    pixels: Vec<Option<Color>>,
    counts: Counts,
}

impl Changed {
    fn find(picture: &RgbaImage, before: Option<&RgbaImage>, area: ChangedArea) -> Self {
        let rows = area.top..area.top + area.height;
        let places = rows.flat_map(|y| (area.left..area.left + area.width).map(move |x| (x, y)));
        let pixels: Vec<Option<Color>> = places
            .map(|(x, y)| {
                let pixel = picture.get_pixel(x, y);
                let [red, green, blue, _] = pixel.0;
                let is_new = before.is_none_or(|before| before.get_pixel(x, y) != pixel);
                is_new.then_some([red, green, blue])
            })
            .collect();
        let mut counts = Counts::new();
        // Neighbours are often alike.
        for run in pixels.chunk_by(|a, b| a == b) {
            if let Some(color) = run[0] {
                *counts.entry(color).or_default() += run.len() as u32;
            }
        }
        Self { pixels, counts }
    }

    fn quantized(&self, most: u16) -> Palette {
        let pixels: Vec<Color> = self.pixels.iter().copied().flatten().collect();
        Palette::quantized(&pixels, &self.counts, most)
    }

    fn frame(&self, area: ChangedArea, palette: &mut Palette, own_table: bool) -> ::gif::Frame<'static> {
        let transparent = palette.transparent();
        let mut last = (None, transparent);
        let indices: Vec<u8> = self
            .pixels
            .iter()
            .map(|pixel| {
                if *pixel != last.0 {
                    last = (*pixel, pixel.map_or(transparent, |color| palette.index(color)));
                }
                last.1
            })
            .collect();
        ::gif::Frame {
            dispose: DisposalMethod::Keep,
            transparent: Some(transparent),
            left: area.left as u16,
            top: area.top as u16,
            width: area.width as u16,
            height: area.height as u16,
            palette: own_table.then(|| palette.table()),
            buffer: indices.into(),
            ..::gif::Frame::default()
        }
    }
}

fn failed(path: &Path, error: EncodingError) -> Error {
    match error {
        EncodingError::Io(cause) => Error::writing(path, cause),
        other => Error::new(Kind::Internal, "writing")
            .known_as(path)
            .caused_by(other),
    }
}
