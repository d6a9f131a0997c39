//! Frames to a file, and back for `verify`: the only part of the program that knows FFmpeg.
//! The pipeline checks the format before it starts a browser, then pushes every frame of the grid in order.

mod alternative;
mod annotations;
mod codec;
mod coder;
mod color;
mod container;
mod format;
mod gif;
mod grid;
mod layout;
mod libav;
mod master;
mod mp4;
mod muxer;
mod palette;
mod picture;
mod png_folder;
mod quality;
mod reader;
mod scale;
mod still;
mod timing;
mod tracks;
mod video;
mod webm;
mod webp;

use std::fmt;
use std::fs;
use std::io;
use std::path::Path;

use self::alternative::ALTERNATIVES;
pub use self::annotations::{Annotations, Chapter, Cue};
pub use self::codec::Codec;
use self::coder::Coder;
pub use self::container::{Container, Loops};
pub use self::format::OutputFormat;
use self::gif::GifFile;
pub use self::master::{Master, MasterFrames, MasterWriter};
pub use self::picture::{PictureFormat, encode_picture, thumbnail};
pub use self::png_folder::{PngFolder, is_our_file};
pub use self::quality::Quality;
pub use self::reader::{VideoFacts, VideoPicture, VideoReader};
pub use self::scale::Scaler;
pub use self::timing::Timing;
pub use self::tracks::holds_poster;
use self::video::Video;
use crate::error::{Error, Kind, Result};
use crate::frame::{Fps, Frame, Picture, Size};

/// What the encoder needs to know before the first frame.
#[derive(Debug, Clone, Copy)]
pub struct EncoderSettings {
    pub format: OutputFormat,
    pub quality: Quality,
    /// The size of every picture; the video's is padded to even sides.
    pub size: Size,
    /// The rate of the frame grid.
    pub fps: Fps,
    pub timing: Timing,
    /// Of an animation.
    pub loops: Loops,
}

impl EncoderSettings {
    /// The quality and those below it that may be chosen to make the file smaller, the finest first; and the size of a file
    /// against that of the next finer one.
    pub fn coarser_qualities(&self) -> (Vec<Quality>, f64) {
        self.quality.coarser(self.format)
    }
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

/// How large an output is, in bytes: a file, or all files in a folder.
///
/// # Errors
/// `Io` if it cannot be looked at.
pub fn output_size(path: &Path) -> Result<u64> {
    let size = || {
        let meta = fs::metadata(path)?;
        if !meta.is_dir() {
            return Ok(meta.len());
        }
        fs::read_dir(path)?
            .map(|entry| Ok(entry?.metadata()?.len()))
            .sum()
    };
    size().map_err(|source: io::Error| Error::io(format!("looking at {}", path.display()), source))
}

/// Writes one output, whatever its format.
#[derive(Debug)]
pub struct Encoder {
    size: Size,
    fps: Fps,
    sink: Box<dyn Sink>,
    next_index: Option<u64>,
    grid_frames: u64,
}

/// Where frames become a file, or a folder of files. The frames are in order, and the first has a picture.
trait Sink: fmt::Debug + Send {
    /// Takes the next frame, for as many places of the grid as it lasts.
    fn push(&mut self, frame: &Frame) -> Result<()>;

    /// Completes the file; gives the number of frames in it.
    fn finish(self: Box<Self>, grid_frames: u64) -> Result<u64>;
}

impl OutputFormat {
    /// Fails when the linked FFmpeg lacks the encoder, or when one that is not the usual cannot be opened on this machine;
    /// cheap, so that it can come before everything else.
    pub fn check_encoder(self, quality: Quality) -> Result<()> {
        let Some(options) = quality.options(self) else {
            return Ok(());
        };
        if !libav::has_encoder(options.encoder) {
            return Err(missing_encoder(self.codec(), options.encoder));
        }
        match self.alternative() {
            Some(_) => Coder::open(self, quality, PROBE, Fps::new(30, 1)).map(drop),
            None => Ok(()),
        }
    }
}

/// Hardware refuses much smaller pictures.
const PROBE: Size = Size::new(640, 360);

/// An encoder of FFmpeg that can be chosen.
#[derive(Debug, Clone, Copy)]
pub struct EncoderFacts {
    pub codec: Codec,
    pub name: &'static str,
    /// Whether it is the one that is used if nobody chooses.
    pub is_usual: bool,
    /// Whether the linked FFmpeg has it, and where it is not the usual one, whether it can be opened.
    pub works: bool,
}

/// Each codec that needs FFmpeg's encoder with that encoder, and then those that can be named in its place.
pub fn encoders() -> impl Iterator<Item = EncoderFacts> {
    let usual = Codec::ALL.into_iter().filter_map(|codec| {
        let name = codec.encoder_name()?;
        Some(EncoderFacts {
            codec,
            name,
            is_usual: true,
            works: libav::has_encoder(name),
        })
    });
    let others = ALTERNATIVES.iter().map(|row| EncoderFacts {
        codec: row.codec,
        name: row.name,
        is_usual: false,
        works: OutputFormat::resolve(None, Some(Container::Mp4), Some(row.codec))
            .and_then(|format| format.with_encoder(row.name))
            .and_then(|format| format.check_encoder(Quality::Medium))
            .is_ok(),
    });
    usual.chain(others)
}

fn missing_encoder(codec: Codec, name: &str) -> Error {
    Error::new(
        Kind::NoEncoder,
        format!("FFmpeg has no encoder {name}, which {codec} needs"),
    )
    .hint(format!(
        "Install an FFmpeg (libavcodec) built with {name}, or choose another --codec or --encoder."
    ))
}

fn unusable_encoder(name: &str) -> Error {
    Error::new(
        Kind::NoEncoder,
        format!("the encoder {name} does not work on this machine"),
    )
    .hint("Leave --encoder out; `replaycast doctor` lists those that work.")
}

impl Encoder {
    /// Creates the file at `path`, replacing what is there, and writes its header. A folder must be there already.
    pub fn create(path: &Path, settings: EncoderSettings, annotations: &Annotations) -> Result<Self> {
        let sink: Box<dyn Sink> = match settings.format.container() {
            Container::Gif => Box::new(GifFile::create(path, settings)?),
            Container::Png => Box::new(PngFolder::new(path, settings.fps, settings.timing)),
            Container::Mp4 | Container::WebM | Container::WebP | Container::Apng => {
                Box::new(Video::create(path, settings, annotations)?)
            }
        };
        Ok(Self {
            size: settings.size,
            fps: settings.fps,
            sink,
            next_index: None,
            grid_frames: 0,
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
        match &frame.picture {
            Picture::New(picture) => {
                let given = Size::new(picture.width(), picture.height());
                if given != self.size {
                    let message = format!(
                        "frame {index}: a picture has {given} pixels where the video has {}",
                        self.size
                    );
                    return Err(Error::new(Kind::Internal, message));
                }
            }
            Picture::Repeat if self.next_index.is_none() => {
                return Err(Error::new(Kind::Internal, "the first frame has no picture"));
            }
            Picture::Repeat => {}
        }
        self.next_index = Some(index + frame.lasts);
        self.grid_frames += frame.lasts;
        self.sink.push(frame)
    }

    /// Completes the file.
    pub fn finish(self) -> Result<EncodeSummary> {
        let grid_frames = self.grid_frames;
        if grid_frames == 0 {
            return Err(Error::new(Kind::Internal, "the video has no frame"));
        }
        Ok(EncodeSummary {
            grid_frames,
            encoded_frames: self.sink.finish(grid_frames)?,
            duration_ms: self.fps.frame_ms(grid_frames),
        })
    }
}
