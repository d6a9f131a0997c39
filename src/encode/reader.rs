//! Reads back a video that was written here: its size, its frame grid, its pictures in order of time. Called by
//! `verify`. The file is the user's own; nothing from a page is ever decoded here.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use ffmpeg_next::format::Pixel;
use ffmpeg_next::{Packet, Rational, codec, decoder, format, frame, media};
use image::{GrayImage, Luma, Rgba, RgbaImage};

use super::libav::{file_url, open_input, prepare};
use super::timing::frames_in;
use crate::error::{Error, Kind, Result};
use crate::frame::{Fps, Size};

/// How far a time may be off that a container has rounded to whole milliseconds; the end is the sum of two such.
const ROUNDING_MS: f64 = 0.6;
const END_ROUNDING_MS: f64 = 1.1;

/// How many frames a second are the most that there are, and how long one lasts where they are the fewest.
const FASTEST: u32 = 240;
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

    /// At every how-many-th place of a grid its pictures begin: more than 1 where `--max-size` let them change less often. The
    /// last of these `frame_count` places may have one in any case.
    pub fn places_between_pictures(&self, fps: Fps, frame_count: u64) -> u64 {
        places_between(&self.starts_ms, fps, frame_count)
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
    if lacks_pictures || lacks_bytes(path) {
        return Err(cut_off(path));
    }
    Ok(starts)
}

/// Whether a WebM is shorter than its segment says at its beginning.
fn lacks_bytes(path: &Path) -> bool {
    // What precedes the segment is about 40 bytes long.
    let mut head = Vec::new();
    let length = File::open(path).and_then(|file| {
        (&file).take(1024).read_to_end(&mut head)?;
        Ok(file.metadata()?.len())
    });
    length.is_ok_and(|length| segment_end(&head).is_some_and(|end| length < end))
}

/// Where the segment of a WebM ends, in bytes, if the beginning of the file says so.
fn segment_end(head: &[u8]) -> Option<u64> {
    const EBML_HEADER: &[u8] = &[0x1a, 0x45, 0xdf, 0xa3];
    const SEGMENT: &[u8] = &[0x18, 0x53, 0x80, 0x67];
    let (length, rest) = ebml_size(head.strip_prefix(EBML_HEADER)?)?;
    let (length, rest) = ebml_size(rest.get(usize::try_from(length).ok()?..)?.strip_prefix(SEGMENT)?)?;
    length.checked_add((head.len() - rest.len()) as u64)
}

/// The size of an element, which its first bytes tell, and what follows them; None for one that is not known.
fn ebml_size(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let first = *bytes.first()?;
    // As many bytes as there are zeros in front of the first one, and one more.
    let (size, rest) = bytes.split_at_checked(first.leading_zeros() as usize + 1)?;
    let all_bits = size.iter().fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
    let mask = 1_u64.checked_shl(7 * size.len() as u32)? - 1;
    let value = all_bits & mask;
    (size.len() <= 8 && value != mask).then_some((value, rest))
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

fn milliseconds(pts: i64, unit: Rational) -> f64 {
    pts as f64 * 1000.0 * f64::from(unit.numerator()) / f64::from(unit.denominator())
}

/// The coarsest grid that has a place for each of these starts of frames and for the end, which are counted in `unit`.
fn coarsest_grid(starts: &[i64], end: i64, unit: Rational) -> Option<Fps> {
    let (num, den) = (i64::from(unit.numerator()), i64::from(unit.denominator()));
    if num < 1 || den < 1 {
        return None;
    }
    if den <= 1000 * num {
        return coarsest_rounded_grid(starts, end, unit);
    }
    let ticks = starts.iter().copied().fold(end, greatest_common_divisor);
    let divisor = greatest_common_divisor(den, ticks * num);
    let rate = |number: i64| u32::try_from(number / divisor).ok().filter(|number| *number > 0);
    let fps = Fps::new(rate(den)?, rate(ticks * num)?);
    (fps.as_f64() <= f64::from(FASTEST)).then_some(fps)
}

/// The same of times that are rounded, to milliseconds or coarser, so that most have no common divisor: of rates that people
/// write, or of which a frame lasts whole milliseconds, the slowest that fits.
fn coarsest_rounded_grid(starts: &[i64], end: i64, unit: Rational) -> Option<Fps> {
    let starts_ms: Vec<f64> = starts.iter().map(|start| milliseconds(*start, unit)).collect();
    let end_ms = milliseconds(end, unit);
    let all_ms = starts_ms.iter().map(|ms| ms.round() as i64);
    let common_ms = all_ms.fold(end_ms.round() as i64, greatest_common_divisor);
    let whole = u32::try_from(common_ms)
        .ok()
        .filter(|ms| *ms > 0)
        .map(|ms| (1000, ms));
    let tenths = (1..10).map(|tenths| (tenths, 10));
    let halves = (1..=2 * FASTEST).flat_map(|halves| [(halves * 1000, 2 * 1001), (halves, 2)]);
    let rates = whole.into_iter().chain(tenths).chain(halves);
    let mut rates: Vec<Fps> = rates
        .map(|(num, den)| {
            let divisor = greatest_common_divisor(num.into(), den.into()) as u32;
            Fps::new(num / divisor, den / divisor)
        })
        .filter(|fps| fps.as_f64() <= f64::from(FASTEST))
        .collect();
    rates.sort_by(|a, b| a.as_f64().total_cmp(&b.as_f64()));
    rates.into_iter().find(|fps| is_grid(*fps, &starts_ms, end_ms))
}

fn places_between(starts_ms: &[f64], fps: Fps, frame_count: u64) -> u64 {
    let places = starts_ms
        .iter()
        .map(|ms| (ms * fps.as_f64() / 1000.0).round() as i64);
    let places: Vec<i64> = places
        .filter(|place| u64::try_from(place + 1) != Ok(frame_count))
        .collect();
    // A second after the picture before, it may be that picture once more, which may stand anywhere.
    let second = i64::try_from(frames_in(1, fps)).unwrap_or(i64::MAX);
    let changes = places.windows(2).filter(|pair| pair[1] - pair[0] != second);
    let common = changes.map(|pair| pair[1]).fold(0, greatest_common_divisor);
    let common = match common {
        0 => places.iter().copied().fold(0, greatest_common_divisor),
        common => common,
    };
    u64::try_from(common).map_or(1, |common| common.max(1))
}

const fn greatest_common_divisor(mut a: i64, mut b: i64) -> i64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a.abs()
}

/// Whether the grid of a rate has a place for each start and for the end.
fn is_grid(fps: Fps, starts_ms: &[f64], end_ms: f64) -> bool {
    let is_place = |ms: f64, rounding_ms: f64| {
        let place = (ms * fps.as_f64() / 1000.0).round().max(0.0);
        (fps.frame_ms(place as u64) - ms).abs() <= rounding_ms
    };
    is_place(end_ms, END_ROUNDING_MS) && starts_ms.iter().all(|ms| is_place(*ms, ROUNDING_MS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_coarsest_grid_has_a_place_for_every_time() {
        let fps = |num, den| Some(Fps::new(num, den));
        for (starts, end, unit, grid) in [
            // MP4 counts exactly.
            (&[0, 1024, 3072][..], 10_240, (1, 10_240), fps(10, 1)),
            (&[0, 10_240, 19_456], 20_480, (1, 10_240), fps(10, 1)),
            (&[0, 10_240], 20_480, (1, 10_240), fps(1, 1)),
            (&[0, 1001], 5005, (1, 30_000), fps(30_000, 1001)),
            (&[0, 1], 20_480, (1, 10_240), None),
            (&[], 0, (1, 10_240), None),
            // WebM rounds to milliseconds.
            (&[0, 33, 100, 967], 1001, (1, 1000), fps(30, 1)),
            (&[0, 33, 67, 968], 1001, (1, 1000), fps(30_000, 1001)),
            (&[0, 1000], 1042, (1, 1000), fps(24, 1)),
            (&[0, 80, 400], 1120, (1, 1000), fps(25, 2)),
            (&[0, 133, 400], 2000, (1, 1000), fps(15, 2)),
            (&[0, 10_000, 20_000], 30_000, (1, 1000), fps(1, 10)),
            (&[0, 3333, 6667], 10_000, (1, 1000), fps(3, 10)),
            (&[0, 30, 90], 210, (1, 1000), fps(100, 3)),
        ] {
            assert_eq!(
                coarsest_grid(starts, end, Rational::new(unit.0, unit.1)),
                grid,
                "{starts:?}"
            );
        }
    }

    #[test]
    fn pictures_that_change_less_often_are_told_from_the_last() {
        for (starts_ms, frame_count, expected) in [
            (&[0.0, 100.0, 300.0, 967.0][..], 30, 3),
            (&[0.0, 100.0, 300.0, 967.0], 40, 1),
            (&[0.0, 33.0, 67.0], 30, 1),
            (&[0.0], 30, 1),
            (&[], 0, 1),
        ] {
            let found = places_between(starts_ms, Fps::new(30, 1), frame_count);
            assert_eq!(found, expected, "{starts_ms:?} {frame_count}");
        }
    }

    #[test]
    fn a_picture_that_is_there_once_more_after_a_second_is_no_change() {
        for (places, expected) in [
            (&[0, 4, 19, 20, 22, 37, 52, 54][..], 2),
            (&[0, 15, 30, 45], 15),
            (&[0, 15, 16, 31], 16),
            (&[0, 15, 19, 22], 1),
        ] {
            let fps = Fps::new(15, 1);
            let starts_ms: Vec<f64> = places.iter().map(|place| fps.frame_ms(*place)).collect();
            assert_eq!(places_between(&starts_ms, fps, 100), expected, "{places:?}");
        }
    }

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
    fn a_segment_says_where_it_ends() {
        let header = [0x1a, 0x45, 0xdf, 0xa3, 0x83, 1, 2, 3];
        let segment = [0x18, 0x53, 0x80, 0x67];
        let of = |size: &[u8]| segment_end(&[&header[..], &segment, size, &[0; 5]].concat());
        assert_eq!(of(&[0x85]), Some(18));
        assert_eq!(of(&[0x40, 0x10]), Some(30));
        assert_eq!(of(&[1, 0, 0, 0, 0, 0, 2, 0]), Some(532));
        for unknown in [
            &[0xff][..],
            &[0x7f, 0xff],
            &[1, 255, 255, 255, 255, 255, 255, 255],
            &[0; 12],
        ] {
            assert_eq!(of(unknown), None, "{unknown:?}");
        }
        for end in 0..header.len() + segment.len() {
            assert_eq!(segment_end(&[&header[..], &segment].concat()[..end]), None);
        }
        assert_eq!(segment_end(b"\0\0\0 ftypisom"), None);
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
