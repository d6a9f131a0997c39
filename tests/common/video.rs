//! Renders a recording with the real program and looks at what came out: the video as a viewer sees it, the frame
//! hashes, the report.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::collections::BTreeMap;
use std::path::Path;

use ffmpeg_next::format::Pixel;
use ffmpeg_next::{Rescale, codec, format, frame, media};
use image::{Rgb, RgbImage};
use serde_json::Value;

pub type Color = [u8; 3];

/// How far a channel may be off after the video's compression.
const TOLERANCE: u8 = 12;

/// All that one run of `replaycast render` wrote.
pub struct Rendered {
    pub video: Video,
    pub hashes: Vec<HashedFrame>,
    pub report: Value,
}

/// One line of `--frame-hashes`.
#[derive(Debug, Clone, PartialEq)]
pub struct HashedFrame {
    pub session_ms: f64,
    pub hash: String,
}

/// Renders `input` to an MP4 with `arguments`, given as on a command line; without loss, so that a pixel tells what the
/// page showed, unless they name a quality.
pub fn render(input: &Path, arguments: &str) -> Rendered {
    let lossless = if arguments.contains("--quality") {
        ""
    } else {
        "--quality lossless"
    };
    render_to("video.mp4", input, &format!("{arguments} {lossless}"))
}

/// Renders a recording made by hand.
pub fn render_recording(recording: &Value, arguments: &str) -> Rendered {
    let folder = tempfile::tempdir().unwrap();
    render(
        &super::write(folder.path(), "recording.json", recording),
        arguments,
    )
}

/// Renders to a file with this name, whose extension chooses the format.
pub fn render_to(name: &str, input: &Path, arguments: &str) -> Rendered {
    let folder = tempfile::tempdir().unwrap();
    let [video, hashes, report] = [name, "hashes", "report"].map(|name| folder.path().join(name));
    let mut command = super::render_command(input, &video);
    command.arg("--frame-hashes").arg(&hashes);
    command.arg("--report").arg(&report);
    command.args(arguments.split_whitespace());
    // What earlier runs kept must not matter.
    command.env("XDG_CACHE_HOME", folder.path());
    super::succeed(&mut command);
    Rendered {
        video: Video::decode(&video),
        hashes: read_hashes(&hashes),
        report: super::read_json(&report),
    }
}

fn read_hashes(path: &Path) -> Vec<HashedFrame> {
    let line = |line: &str| {
        let columns: Vec<&str> = line.split('\t').collect();
        HashedFrame {
            session_ms: columns[2].parse().unwrap(),
            hash: columns[3].to_owned(),
        }
    };
    std::fs::read_to_string(path).unwrap().lines().map(line).collect()
}

impl Rendered {
    /// The picture at a time of the video, in milliseconds.
    pub fn at(&self, video_ms: u64) -> RgbImage {
        self.video.at(video_ms)
    }

    /// How many pictures were taken of the page.
    pub fn pictures_taken(&self) -> u64 {
        self.report["capture"]["screenshots"].as_u64().unwrap()
    }

    pub fn different_pictures(&self) -> usize {
        let mut hashes: Vec<&str> = self.hashes.iter().map(|frame| frame.hash.as_str()).collect();
        hashes.sort_unstable();
        hashes.dedup();
        hashes.len()
    }

    /// Hashes by session time in microseconds.
    fn by_session_time(&self) -> BTreeMap<i64, &str> {
        let time = |frame: &HashedFrame| (frame.session_ms * 1000.0).round() as i64;
        self.hashes
            .iter()
            .map(|frame| (time(frame), frame.hash.as_str()))
            .collect()
    }

    /// Checks that both show the same pictures at the session times they have in common, which are at least
    /// `least` in number.
    pub fn assert_agrees_with(&self, other: &Self, least: usize) {
        let others = other.by_session_time();
        let mut common = 0;
        let mut different = Vec::new();
        for (time, hash) in self.by_session_time() {
            let Some(other) = others.get(&time) else { continue };
            common += 1;
            if *other != hash {
                different.push(time / 1000);
            }
        }
        assert!(common >= least, "only {common} session times in common");
        assert!(
            different.is_empty(),
            "{} of {common} pictures differ, at the session times (ms) {different:?}",
            different.len()
        );
    }

    /// Checks that both have the same frames with the same pictures.
    pub fn assert_equals(&self, other: &Self) {
        self.assert_agrees_with(other, self.hashes.len());
        assert_eq!(self.hashes, other.hashes);
    }
}

/// A video, decoded.
pub struct Video {
    pub duration_ms: f64,
    /// In order.
    pub frames: Vec<VideoFrame>,
}

pub struct VideoFrame {
    /// From when on it is shown.
    pub start_ms: f64,
    /// Converted only when it is looked at, which takes longer than decoding it.
    picture: frame::Video,
}

impl Video {
    pub fn decode(path: &Path) -> Self {
        ffmpeg_next::init().unwrap();
        let mut input = format::input(path).unwrap();
        let stream = input.streams().best(media::Type::Video).unwrap();
        let (index, unit) = (stream.index(), stream.time_base());
        let parameters = codec::Context::from_parameters(stream.parameters()).unwrap();
        let mut decoder = parameters.decoder().video().unwrap();
        let mut frames = Vec::new();
        let mut picture = frame::Video::empty();
        let packets: Vec<_> = input
            .packets()
            .filter_map(|(stream, packet)| (stream.index() == index).then_some(packet))
            .collect();
        for packet in packets.iter().map(Some).chain([None]) {
            match packet {
                Some(packet) => decoder.send_packet(packet).unwrap(),
                None => decoder.send_eof().unwrap(),
            }
            while decoder.receive_frame(&mut picture).is_ok() {
                let start_us = picture.pts().unwrap().rescale(unit, (1, 1_000_000));
                frames.push(VideoFrame {
                    start_ms: start_us as f64 / 1000.0,
                    picture: std::mem::replace(&mut picture, frame::Video::empty()),
                });
            }
        }
        Self {
            duration_ms: input.duration() as f64 / 1000.0,
            frames,
        }
    }

    /// The picture that is shown at a time.
    pub fn at(&self, ms: u64) -> RgbImage {
        // Containers round times to their own units.
        let begun = |frame: &&VideoFrame| frame.start_ms <= ms as f64 + 1.0;
        let frame = self.frames.iter().rfind(begun).expect("a frame at that time");
        to_rgb(&frame.picture)
    }
}

/// What we encode: RGB without loss, else BT.709 in limited range with chroma at half size.
fn to_rgb(shown: &frame::Video) -> RgbImage {
    let byte = |plane, x: u32, y: u32| shown.data(plane)[shown.stride(plane) * y as usize + x as usize];
    if shown.format() == Pixel::GBRP {
        return RgbImage::from_fn(shown.width(), shown.height(), |x, y| {
            Rgb([2, 0, 1].map(|plane| byte(plane, x, y)))
        });
    }
    let sample = |plane, x: u32, y: u32| f64::from(byte(plane, x, y));
    RgbImage::from_fn(shown.width(), shown.height(), |x, y| {
        let luma = (sample(0, x, y) - 16.0) * 255.0 / 219.0;
        let [blue, red] = [1, 2].map(|plane| (sample(plane, x / 2, y / 2) - 128.0) * 255.0 / 224.0);
        let channels = [
            luma + 1.5748 * red,
            luma - 0.1873 * blue - 0.4681 * red,
            luma + 1.8556 * blue,
        ];
        Rgb(channels.map(|channel| channel.round().clamp(0.0, 255.0) as u8))
    })
}

fn is_near(found: Color, wanted: Color) -> bool {
    found
        .iter()
        .zip(wanted)
        .all(|(found, wanted)| found.abs_diff(wanted) <= TOLERANCE)
}

/// Checks the colour of one pixel.
#[track_caller]
pub fn assert_color(picture: &RgbImage, (x, y): (u32, u32), wanted: Color) {
    let found = picture.get_pixel(x, y).0;
    assert!(
        is_near(found, wanted),
        "the pixel at {x},{y} is {found:?}, not {wanted:?}"
    );
}

/// The bytes of a PNG file with this picture.
pub fn png(picture: &RgbImage) -> Vec<u8> {
    let mut file = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut file, image::ImageFormat::Png).unwrap();
    file.into_inner()
}

/// The middle of all pixels with this colour.
pub fn middle_of(picture: &RgbImage, color: Color) -> Option<(f64, f64)> {
    let matching: Vec<(u32, u32)> = picture
        .enumerate_pixels()
        .filter(|(_, _, pixel)| is_near(pixel.0, color))
        .map(|(x, y, _)| (x, y))
        .collect();
    let mean = |sum: f64| sum / matching.len() as f64 + 0.5;
    (!matching.is_empty()).then(|| {
        (
            mean(matching.iter().map(|(x, _)| f64::from(*x)).sum()),
            mean(matching.iter().map(|(_, y)| f64::from(*y)).sum()),
        )
    })
}

/// Checks that the area of this colour has its middle where it should be, give or take two pixels.
#[track_caller]
pub fn assert_middle(picture: &RgbImage, color: Color, (x, y): (f64, f64)) {
    let middle = middle_of(picture, color);
    let near = |(found_x, found_y): (f64, f64)| (found_x - x).abs() <= 2.0 && (found_y - y).abs() <= 2.0;
    assert!(
        middle.is_some_and(near),
        "the middle of {color:?} is at {middle:?}, not at {:?}",
        (x, y)
    );
}
