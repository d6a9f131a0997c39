//! Frames to a video file, and back for `verify`: the only part of the program that knows FFmpeg.
//! The pipeline checks the format before it starts a browser, then pushes every frame of the grid in order.

mod color;
mod format;
mod libav;
mod reader;
mod still;
mod timing;

use std::path::Path;

use self::color::Converter;
pub use self::format::{Codec, Container, OutputFormat};
use self::libav::{Coder, Muxer};
pub use self::reader::{VideoFacts, VideoPicture, VideoReader};
pub use self::timing::Timing;
use self::timing::{Coding, Pacer, Placed};
use crate::error::{Error, Kind, Result};
use crate::frame::{Fps, Frame, Picture, Size};

/// What the encoder needs to know before the first frame.
#[derive(Debug, Clone, Copy)]
pub struct EncoderSettings {
    pub format: OutputFormat,
    /// The size of every picture; the video's is padded to even sides.
    pub size: Size,
    /// The rate of the frame grid.
    pub fps: Fps,
    pub timing: Timing,
}

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct EncodeSummary {
    /// Places of the frame grid, which set the length of the video.
    pub grid_frames: u64,
    /// Frames that the video really has.
    pub encoded_frames: u64,
    pub duration_ms: f64,
}

/// Writes one video.
#[derive(Debug)]
pub struct Encoder {
    fps: Fps,
    pacer: Pacer,
    converter: Converter,
    coder: Coder,
    muxer: Muxer,
    next_index: Option<u64>,
    encoded_frames: u64,
}

impl OutputFormat {
    /// Fails when the linked FFmpeg lacks the encoder; cheap, so that it can come before everything else.
    pub fn check_encoder(self) -> Result<()> {
        if libav::has_encoder(self.codec()) {
            Ok(())
        } else {
            Err(missing_encoder(self.codec()))
        }
    }
}

/// Each codec, and whether the linked FFmpeg can encode it.
pub fn encoders() -> impl Iterator<Item = (Codec, bool)> {
    Codec::ALL
        .into_iter()
        .map(|codec| (codec, libav::has_encoder(codec)))
}

fn missing_encoder(codec: Codec) -> Error {
    let name = codec.encoder_name();
    Error::new(
        Kind::NoEncoder,
        format!("FFmpeg has no encoder {name}, which {codec} needs"),
    )
    .hint(format!(
        "Install an FFmpeg (libavcodec) built with {name}, or choose another --codec."
    ))
}

impl Encoder {
    /// Creates the file at `path`, replacing what is there, and writes its header.
    pub fn create(path: &Path, settings: EncoderSettings) -> Result<Self> {
        let EncoderSettings {
            format,
            size,
            fps,
            timing,
        } = settings;
        let coder = Coder::open(format.codec(), size.padded_to_even(), fps)?;
        Ok(Self {
            fps,
            pacer: Pacer::new(timing, fps),
            converter: Converter::new(size)?,
            muxer: Muxer::create(path, format, fps, &coder)?,
            coder,
            next_index: None,
            encoded_frames: 0,
        })
    }

    /// Takes the next frame, for as many places of the grid as it lasts.
    pub fn push(&mut self, frame: &Frame) -> Result<()> {
        let index = frame.spec.index;
        if self.next_index.is_some_and(|expected| expected != index) {
            return Err(Error::new(
                Kind::Internal,
                format!("frame {index} reached the encoder out of order"),
            ));
        }
        let changed = match &frame.picture {
            Picture::New(picture) => {
                self.converter
                    .convert(picture)
                    .map_err(|error| error.during(format!("frame {index}")))?;
                true
            }
            Picture::Repeat if self.next_index.is_none() => {
                return Err(Error::new(Kind::Internal, "the first frame has no picture"));
            }
            Picture::Repeat => false,
        };
        self.next_index = Some(index + frame.lasts);
        self.place(changed)
            .and_then(|()| (1..frame.lasts).try_for_each(|_| self.place(false)))
            .map_err(|error| error.during(format!("frame {index}")))
    }

    /// Fills the next place of the grid with the picture that was converted last.
    fn place(&mut self, changed: bool) -> Result<()> {
        match self.pacer.next(changed) {
            Some(placed) => self.encode(placed),
            None => Ok(()),
        }
    }

    /// Completes the file.
    pub fn finish(mut self) -> Result<EncodeSummary> {
        let grid_frames = self.pacer.grid_frames();
        if grid_frames == 0 {
            return Err(Error::new(Kind::Internal, "the video has no frame"));
        }
        self.coder.send_end()?;
        self.write_packets()?;
        self.muxer.finish(grid_frames.cast_signed())?;
        Ok(EncodeSummary {
            grid_frames,
            encoded_frames: self.encoded_frames,
            duration_ms: self.fps.frame_ms(grid_frames),
        })
    }

    fn encode(&mut self, placed: Placed) -> Result<()> {
        self.encoded_frames += 1;
        let pts = placed.pts.cast_signed();
        if placed.coding == Coding::Still && self.coder.repeat(pts) {
            return self.write_packets();
        }
        let frame = self.converter.frame();
        frame.set_pts(Some(pts));
        frame.set_kind(match placed.coding {
            Coding::Key => ffmpeg_next::picture::Type::I,
            Coding::Inter | Coding::Still => ffmpeg_next::picture::Type::None,
        });
        self.coder.send(frame)?;
        self.write_packets()
    }

    fn write_packets(&mut self) -> Result<()> {
        while let Some(packet) = self.coder.receive()? {
            self.muxer.write(packet)?;
        }
        Ok(())
    }
}
