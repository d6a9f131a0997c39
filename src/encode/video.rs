//! Frames to a file that FFmpeg writes: a video, or an animation as WebP or APNG. `Encoder` hands it every frame.

use std::path::Path;
use std::sync::Arc;

use image::RgbaImage;

use super::annotations::Annotations;
use super::coder::Coder;
use super::color::Converter;
use super::muxer::Muxer;
use super::picture::{PictureFormat, encode_picture, thumbnail};
use super::timing::{Coding, Pacer, Placed};
use super::{EncoderSettings, Sink};
use crate::error::{Error, Result};
use crate::frame::{Frame, Picture, Size};

/// The poster in the file is for lists and previews: it is fitted into this.
const POSTER: Size = Size::new(480, 480);

#[derive(Debug)]
pub(super) struct Video {
    pacer: Pacer,
    converter: Converter,
    coder: Coder,
    muxer: Muxer,
    poster_frame: Option<u64>,
    /// The picture that is shown, while the poster is still to come.
    shown: Option<Arc<RgbaImage>>,
    encoded_frames: u64,
}

impl Video {
    pub(super) fn create(path: &Path, settings: EncoderSettings, annotations: &Annotations) -> Result<Self> {
        let EncoderSettings {
            format, size, fps, ..
        } = settings;
        let coder = Coder::open(format, settings.quality, size.padded_to_even(), fps)?;
        let muxer = Muxer::create(path, settings, &coder, annotations)?;
        Ok(Self {
            pacer: if format.container().is_animation() {
                Pacer::of_changes(fps)
            } else {
                Pacer::new(settings.timing, fps)
            },
            converter: Converter::new(size, coder.layout())?,
            poster_frame: annotations.poster_frame.filter(|_| muxer.takes_poster()),
            muxer,
            coder,
            shown: None,
            encoded_frames: 0,
        })
    }

    /// Fills the next place of the grid with the picture that was converted last.
    fn place(&mut self, changed: bool) -> Result<()> {
        match self.pacer.next(changed) {
            Some(placed) => self.encode(placed),
            None => Ok(()),
        }
    }

    fn encode(&mut self, placed: Placed) -> Result<()> {
        self.encoded_frames += 1;
        let pts = placed.pts.cast_signed();
        if placed.coding == Coding::Still && self.coder.repeat(pts) {
            return self.write_packets();
        }
        let frame = self.converter.frame();
        frame.set_pts(Some(pts));
        frame.set_kind(coding_of(placed.coding));
        self.coder.send(frame)?;
        self.write_packets()
    }

    fn write_packets(&mut self) -> Result<()> {
        while let Some(packet) = self.coder.receive()? {
            self.muxer.write(packet)?;
        }
        Ok(())
    }

    /// Keeps the picture that stands for the video, once it is shown.
    fn take_poster(&mut self, frame: &Frame) -> Result<()> {
        let Some(wanted) = self.poster_frame else {
            return Ok(());
        };
        if let Picture::New(picture) = &frame.picture {
            self.shown = Some(Arc::clone(picture));
        }
        if wanted < frame.spec.index + frame.lasts
            && let Some(picture) = self.shown.take()
        {
            self.poster_frame = None;
            let picture = thumbnail(&picture, POSTER);
            self.muxer
                .write_poster(&encode_picture(&picture, PictureFormat::Jpeg)?)?;
        }
        Ok(())
    }
}

impl Sink for Video {
    fn push(&mut self, frame: &Frame) -> Result<()> {
        let index = frame.spec.index;
        let during = |error: Error| error.during(format!("frame {index}"));
        let changed = match &frame.picture {
            Picture::New(picture) => {
                self.converter.convert(picture).map_err(during)?;
                true
            }
            Picture::Repeat => false,
        };
        self.take_poster(frame).map_err(during)?;
        self.place(changed)
            .and_then(|()| (1..frame.lasts).try_for_each(|_| self.place(false)))
            .map_err(during)
    }

    fn finish(mut self: Box<Self>, grid_frames: u64) -> Result<u64> {
        self.coder.send_end()?;
        self.write_packets()?;
        self.muxer.finish(grid_frames.cast_signed())?;
        Ok(self.encoded_frames)
    }
}

/// How a frame asks to be coded.
const fn coding_of(coding: Coding) -> ffmpeg_next::picture::Type {
    match coding {
        Coding::Key => ffmpeg_next::picture::Type::I,
        Coding::Inter | Coding::Still => ffmpeg_next::picture::Type::None,
    }
}
