//! Files that must not be larger than a limit, made of synthetic frames: what comes out is decoded again.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::fs;
use std::path::Path;
use std::sync::Arc;

use ffmpeg_next::{format, media};
use image::{Rgba, RgbaImage};
use replaycast::encode::{
    Annotations, Chapter, Cue, EncodeSummary, EncoderSettings, Loops, OutputFormat, Quality, Timing,
};
use replaycast::error::{Kind, Result};
use replaycast::fit::{Fit, FittingEncoder, Target};
use replaycast::frame::{Fps, Frame, FrameSpec, Picture, Size};

const SIZE: Size = Size::new(480, 270);
const FPS: Fps = Fps::new(30, 1);
/// Pictures of four places each, then one that lasts for 10 seconds.
const PICTURES: u64 = 10;
const GRID: u64 = PICTURES * 4 + 300;

/// Blocks of many colours, others in each picture.
fn picture(number: u64) -> Picture {
    Picture::New(Arc::new(RgbaImage::from_fn(SIZE.width, SIZE.height, |x, y| {
        let block = u64::from(x / 9 + y / 7 * 71) * 2_654_435_761 + number * 40_503;
        let level = |shift: u64| (block >> shift) as u8;
        Rgba([level(3), level(9), level(15), 255])
    })))
}

fn encode(path: &Path, max_bytes: u64) -> Result<(EncodeSummary, Option<Fit>)> {
    let extension = path.extension().and_then(|extension| extension.to_str());
    let mut encoder = FittingEncoder::create(Target {
        path: path.to_owned(),
        settings: EncoderSettings {
            format: OutputFormat::resolve(extension, None, None)?,
            quality: Quality::Medium,
            size: SIZE,
            fps: FPS,
            timing: Timing::Variable,
            loops: Loops::Forever,
        },
        annotations: Annotations {
            chapters: vec![Chapter {
                start_ms: 0.0,
                end_ms: FPS.frame_ms(GRID),
                title: "All".into(),
            }],
            cues: vec![Cue {
                start_ms: 100.0,
                end_ms: 900.0,
                text: "Clicks".into(),
            }],
            poster_frame: Some(30),
            ..Annotations::default()
        },
        max_bytes: Some(max_bytes),
    })?;
    for number in 0..=PICTURES {
        let index = number * 4;
        encoder.push(&Frame {
            spec: FrameSpec {
                index,
                pts_ms: FPS.frame_ms(index),
                session_ms: FPS.frame_ms(index),
            },
            picture: picture(number),
            lasts: if number == PICTURES { 300 } else { 4 },
        })?;
    }
    encoder.finish(&|_| {})
}

/// The size of the picture and the length in milliseconds that a player sees.
fn seen(path: &Path) -> (Size, i64) {
    ffmpeg_next::init().unwrap();
    let input = format::input(path).unwrap();
    let video = input.streams().best(media::Type::Video).unwrap();
    let context = ffmpeg_next::codec::Context::from_parameters(video.parameters()).unwrap();
    let decoder = context.decoder().video().unwrap();
    (
        Size::new(decoder.width(), decoder.height()),
        input.duration() / 1000,
    )
}

#[test]
fn what_fits_at_once_is_encoded_once_as_it_was_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.mp4");
    let (summary, fit) = encode(&path, 100_000_000).unwrap();
    let fit = fit.unwrap();
    assert_eq!((fit.encodings, fit.chosen), (1, fit.asked));
    assert_eq!(summary.grid_frames, GRID);
    assert_eq!(seen(&path).0, SIZE);
}

#[test]
fn a_file_never_gets_larger_than_the_limit_and_keeps_its_length() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a.mp4", "a.webm", "a.gif"] {
        let path = folder.path().join(name);
        encode(&path, u64::MAX).unwrap();
        let asked = fs::metadata(&path).unwrap().len();
        let limit = asked * 6 / 10;
        let (summary, fit) = encode(&path, limit).unwrap();
        let fit = fit.unwrap();
        let bytes = fs::metadata(&path).unwrap().len();
        assert!(
            bytes <= limit && bytes * 3 > limit,
            "{name}: {bytes} of {limit}, {fit:?}"
        );
        assert!(
            (2..=6).contains(&fit.encodings) && fit.chosen != fit.asked,
            "{fit:?}"
        );
        assert_eq!(summary.grid_frames, GRID);
        let (size, length_ms) = seen(&path);
        assert_eq!(size, fit.chosen.size);
        let expected_ms = FPS.frame_ms(GRID) as i64;
        assert!((length_ms - expected_ms).abs() <= 20, "{name}: {length_ms}");
    }
    // Neither the frames nor a draft is left.
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3);
}

#[test]
fn what_cannot_fit_says_how_small_it_gets() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.mp4");
    let error = encode(&path, 2000).unwrap_err();
    assert_eq!(
        (error.kind(), error.kind().exit_code()),
        (Kind::OutputTooLarge, 65)
    );
    let text = error.to_string();
    assert!(text.contains("2.0 kB") && text.contains("360x202"), "{text}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}
