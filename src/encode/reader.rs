//! Reads back a video that was written here: its size, its frame grid, its pictures in order of time. Called by
//! `verify`. The file is the user's own; nothing from a page is ever decoded here.

use std::fmt;
use std::path::{Path, PathBuf};

use ffmpeg_next::format::Pixel;
use ffmpeg_next::{Packet, Rational, codec, decoder, format, frame, media};
use image::{GrayImage, Luma, Rgba, RgbaImage};

use super::grid::{END_ROUNDING_MS, ROUNDING_MS, coarsest_grid, milliseconds, places_between_pictures};
use super::libav::{file_url, open_input, prepare};
use super::webm;
use crate::error::{Error, Kind, Result};
use crate::frame::{Fps, Size};

/// Where a file has a single picture, it may last this long: no frame rate is slower.
const SLOWEST_MS: f64 = 10_000.0;

/// FFmpeg's names of what reads MP4 and WebM.
const CONTAINERS: [&str; 2] = ["mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm"];

const COMPARED: &str = "Only 4:2:0 video is compared, as H.264, VP9, AV1 and HEVC in MP4 and WebM.";

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct VideoFacts {
    pub size: Size,
    pub duration_ms: f64,
    /// The rate of the coarsest grid on which every frame begins and the video ends, if there is such a grid. Where frames
    /// have variable durations, it may be coarser than the one that the video was made on; all of its places are places
    /// of that one.
    pub grid: Option<Fps>,
}

/// A video that is decoded from its beginning to its end.
pub struct VideoReader {
    path: PathBuf,
    facts: VideoFacts,
    input: format::context::Input,
    decoder: decoder::Video,
    stream: usize,
    unit: Rational,
    /// When its pictures begin, in milliseconds, in the order of their packets.
    starts_ms: Vec<f64>,
    /// No packet is left to be read.
    ended: bool,
    shown: Option<frame::Video>,
    /// The one after it, and from when on it is shown.
    next: Option<(f64, frame::Video)>,
}

impl fmt::Debug for VideoReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VideoReader")
            .field("path", &self.path)
            .field("facts", &self.facts)
            .finish_non_exhaustive()
    }
}

/// A picture of a video: luma and chroma at half the size, BT.709 in limited range.
pub struct VideoPicture<'a>(&'a frame::Video);

impl fmt::Debug for VideoPicture<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VideoPicture({}x{})", self.0.width(), self.0.height())
    }
}

impl VideoReader {
    /// # Errors
    /// `InputNotFound`, or `VideoDiffers` for what is no video as we write them.
    pub fn open(path: &Path) -> Result<Self> {
        let (input, decoder, stream, unit) = open(path)?;
        let size = Size::new(decoder.width(), decoder.height());
        let duration_ms = input.duration() as f64 / 1000.0;
        let duration = input
            .stream(stream)
            .map(|stream| stream.duration())
            .filter(|ticks| *ticks > 0)
            .unwrap_or_else(|| (duration_ms / milliseconds(1, unit)).round() as i64);
        // What the packets say is read ahead, without decoding, from the file opened once more.
        let starts = starts(path)?;
        check_end(path, &starts, duration, unit)?;
        let grid = coarsest_grid(&starts, duration, unit);
        Ok(Self {
            path: path.to_owned(),
            facts: VideoFacts {
                size,
                duration_ms,
                grid,
            },
            input,
            decoder,
            stream,
            unit,
            starts_ms: starts.iter().map(|start| milliseconds(*start, unit)).collect(),
            ended: false,
            shown: None,
            next: None,
        })
    }

    pub const fn facts(&self) -> VideoFacts {
        self.facts
    }

    /// How many places of a grid lie between two of the video's pictures: more than 1 where `--max-size` let them change less
    /// often. The last of the `frame_count` places may have a picture of its own in any case.
    pub fn places_between_pictures(&self, fps: Fps, frame_count: u64) -> u64 {
        places_between_pictures(&self.starts_ms, fps, frame_count)
    }

    /// The picture that is shown at a time, in milliseconds, which is never before the last one; None before the first.
    pub fn picture_at(&mut self, ms: f64) -> Result<Option<VideoPicture<'_>>> {
        loop {
            if self.next.is_none() {
                self.next = self.decode_next()?;
            }
            match self.next.take() {
                Some((start_ms, picture)) if start_ms <= ms + ROUNDING_MS => self.shown = Some(picture),
                later => {
                    self.next = later;
                    return Ok(self.shown.as_ref().map(VideoPicture));
                }
            }
        }
    }

    fn decode_next(&mut self) -> Result<Option<(f64, frame::Video)>> {
        let mut picture = frame::Video::empty();
        loop {
            match self.decoder.receive_frame(&mut picture) {
                Ok(()) => break,
                Err(ffmpeg_next::Error::Eof) => return Ok(None),
                Err(ffmpeg_next::Error::Other { errno: libc::EAGAIN }) if !self.ended => {}
                Err(error) => return Err(unreadable(&self.path).caused_by(error)),
            }
            let failed = |error| unreadable(&self.path).caused_by(error);
            let packet = next_packet(&mut self.input, self.stream).map_err(failed)?;
            let sent = if let Some(packet) = packet {
                self.decoder.send_packet(&packet)
            } else {
                self.ended = true;
                self.decoder.send_eof()
            };
            sent.map_err(failed)?;
        }
        if picture.format() != Pixel::YUV420P {
            return Err(unreadable(&self.path).hint(COMPARED));
        }
        let start = picture.pts().or_else(|| picture.timestamp()).unwrap_or_default();
        Ok(Some((milliseconds(start, self.unit), picture)))
    }
}

impl VideoPicture<'_> {
    pub fn luma(&self) -> GrayImage {
        GrayImage::from_fn(self.0.width(), self.0.height(), |x, y| {
            Luma([self.sample(0, x, y)])
        })
    }

    pub fn to_rgba(&self) -> RgbaImage {
        RgbaImage::from_fn(self.0.width(), self.0.height(), |x, y| {
            let luma = (f64::from(self.sample(0, x, y)) - 16.0) * 255.0 / 219.0;
            let [blue, red] =
                [1, 2].map(|plane| (f64::from(self.sample(plane, x / 2, y / 2)) - 128.0) * 255.0 / 224.0);
            let [red, green, blue] = [
                luma + 1.5748 * red,
                luma - 0.1873 * blue - 0.4681 * red,
                luma + 1.8556 * blue,
            ]
            .map(|channel| channel.round().clamp(0.0, 255.0) as u8);
            Rgba([red, green, blue, 255])
        })
    }

    fn sample(&self, plane: usize, x: u32, y: u32) -> u8 {
        self.0.data(plane)[self.0.stride(plane) * y as usize + x as usize]
    }
}

type Opened = (format::context::Input, decoder::Video, usize, Rational);

fn open(path: &Path) -> Result<Opened> {
    prepare();
    if !path.is_file() {
        if path.is_dir() {
            return Err(unreadable(path).hint(COMPARED));
        }
        return Err(Error::new(
            Kind::InputNotFound,
            format!("there is no video {}", path.display()),
        ));
    }
    let failed = |error: ffmpeg_next::Error| unreadable(path).caused_by(error);
    let input = open_input(&file_url(path)?).map_err(failed)?;
    if !CONTAINERS.contains(&input.format().name()) {
        return Err(unreadable(path).hint(COMPARED));
    }
    let stream = input
        .streams()
        .best(media::Type::Video)
        .ok_or_else(|| unreadable(path))?;
    let (index, unit) = (stream.index(), stream.time_base());
    let context = codec::Context::from_parameters(stream.parameters()).map_err(failed)?;
    let decoder = context.decoder().video().map_err(failed)?;
    Ok((input, decoder, index, unit))
}

/// When the pictures begin, in the order of their packets: what these say, without decoding. Fails where the file is cut off.
fn starts(path: &Path) -> Result<Vec<i64>> {
    let (mut input, _, stream, _) = open(path)?;
    // Not every container says how many there are.
    let promised = input.stream(stream).map_or(0, |stream| stream.frames());
    let mut starts = Vec::new();
    let failed = |error| unreadable(path).caused_by(error);
    while let Some(packet) = next_packet(&mut input, stream).map_err(failed)? {
        starts.extend(packet.pts());
    }
    let lacks_pictures = usize::try_from(promised).is_ok_and(|promised| starts.len() < promised);
    if lacks_pictures || webm::lacks_bytes(path) {
        return Err(cut_off(path));
    }
    Ok(starts)
}

/// Fails if the file is cut off, as far as the times of its pictures tell: there is one each second, or as often as the rate
/// has it.
fn check_end(path: &Path, starts: &[i64], end: i64, unit: Rational) -> Result<()> {
    let Some(last) = starts.last() else {
        return Ok(());
    };
    let pauses = starts.windows(2).map(|pair| pair[1] - pair[0]);
    let longest_ms = pauses
        .max()
        .map_or(SLOWEST_MS, |pause| milliseconds(pause, unit).max(1000.0));
    if milliseconds(end - last, unit) > longest_ms + END_ROUNDING_MS {
        return Err(cut_off(path));
    }
    Ok(())
}

/// The next packet of the stream; None at the end of the file.
fn next_packet(
    input: &mut format::context::Input,
    stream: usize,
) -> Result<Option<Packet>, ffmpeg_next::Error> {
    let mut packet = Packet::empty();
    loop {
        match packet.read(input) {
            Ok(()) if packet.stream() != stream => {}
            Ok(()) if packet.is_corrupt() => return Err(ffmpeg_next::Error::InvalidData),
            Ok(()) => return Ok(Some(packet)),
            Err(ffmpeg_next::Error::Eof) => return Ok(None),
            Err(error) => return Err(error),
        }
    }
}

fn cut_off(path: &Path) -> Error {
    Error::new(
        Kind::VideoDiffers,
        format!(
            "{} is cut off: it lacks pictures of its last part",
            path.display()
        ),
    )
}

fn unreadable(path: &Path) -> Error {
    Error::new(
        Kind::VideoDiffers,
        format!("{} is no video that can be compared", path.display()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_video_that_stops_before_its_end_is_cut_off() {
        for (starts, end, is_whole) in [
            (&[0, 100, 1100][..], 2100, true),
            (&[0, 100, 1100], 2102, false),
            (&[0, 2500], 5000, true),
            (&[0], 10_000, true),
            (&[0], 20_000, false),
            (&[], 0, true),
        ] {
            let checked = check_end(Path::new("a.webm"), starts, end, Rational::new(1, 1000));
            assert_eq!(checked.is_ok(), is_whole, "{starts:?}");
        }
    }

    #[test]
    fn what_is_no_video_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.mp4");
        assert_eq!(VideoReader::open(&path).unwrap_err().kind(), Kind::InputNotFound);
        std::fs::write(&path, "no video").unwrap();
        assert_eq!(VideoReader::open(&path).unwrap_err().kind(), Kind::VideoDiffers);
    }
}
