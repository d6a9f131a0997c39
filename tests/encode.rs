//! Encodes synthetic frames and decodes the files again: counts, times, sizes, colours and some pixels.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::path::Path;
use std::sync::Arc;
use std::{fs, iter};

use ffmpeg_next::{Rescale, codec, color, format, frame, media};
use image::{Rgba, RgbaImage};
use replaycast::encode::{
    Annotations, Codec, Container, EncodeSummary, Encoder, EncoderSettings, Loops, OutputFormat, Quality,
    Timing,
};
use replaycast::error::Kind;
use replaycast::frame::{Fps, Frame, FrameSpec, Picture, Size};
use replaycast::output::Staging;

const SIZE: Size = Size::new(160, 90);
const RED: [u8; 3] = [255, 0, 0];
const GREY: [u8; 3] = [90, 90, 90];

fn settings(name: &str, fps: Fps) -> EncoderSettings {
    let extension = name.rsplit('.').next();
    EncoderSettings {
        format: OutputFormat::resolve(extension, None, None).unwrap(),
        size: SIZE,
        fps,
        timing: Timing::Variable,
        quality: Quality::Medium,
        loops: Loops::Forever,
    }
}

fn create(path: &Path, settings: EncoderSettings) -> replaycast::error::Result<Encoder> {
    Encoder::create(path, settings, &Annotations::default())
}

fn plain(size: Size, [r, g, b]: [u8; 3]) -> Picture {
    Picture::New(Arc::new(RgbaImage::from_pixel(
        size.width,
        size.height,
        Rgba([r, g, b, 255]),
    )))
}

/// A grid from a sketch: `R` and `G` are new red and grey pictures, `-` repeats.
fn grid(size: Size, fps: Fps, sketch: &str) -> impl Iterator<Item = Frame> {
    sketch.chars().zip(0..).map(move |(letter, index)| Frame {
        spec: FrameSpec {
            index,
            pts_ms: fps.frame_ms(index),
            session_ms: fps.frame_ms(index),
        },
        picture: match letter {
            'R' => plain(size, RED),
            'G' => plain(size, GREY),
            _ => Picture::Repeat,
        },
        lasts: 1,
    })
}

fn encode(path: &Path, settings: EncoderSettings, sketch: &str) -> EncodeSummary {
    let mut encoder = create(path, settings).unwrap();
    for frame in grid(settings.size, settings.fps, sketch) {
        encoder.push(&frame).unwrap();
    }
    encoder.finish().unwrap()
}

/// What a player sees of a file.
#[derive(Debug)]
struct Seen {
    size: Size,
    duration_us: i64,
    /// Start and length of each packet in microseconds; WebM gives no lengths.
    packets: Vec<(i64, i64)>,
    keys: Vec<usize>,
    frames: Vec<SeenFrame>,
}

#[derive(Debug)]
struct SeenFrame {
    pts_us: i64,
    /// Y, U and V in the middle of the picture.
    middle: [u8; 3],
    tagged_bt709: bool,
}

fn decode(path: &Path) -> Seen {
    ffmpeg_next::init().unwrap();
    let mut input = format::input(path).unwrap();
    let stream = input.streams().best(media::Type::Video).unwrap();
    let unit = stream.time_base();
    let us = |time: i64| time.rescale(unit, (1, 1_000_000));
    let context = codec::Context::from_parameters(stream.parameters()).unwrap();
    let mut decoder = context.decoder().video().unwrap();
    let mut seen = Seen {
        size: Size::new(decoder.width(), decoder.height()),
        duration_us: input.duration(),
        packets: Vec::new(),
        keys: Vec::new(),
        frames: Vec::new(),
    };
    let mut shown = frame::Video::empty();
    let index = stream.index();
    let packets: Vec<_> = input
        .packets()
        .map(|(_, packet)| packet)
        .filter(|packet| packet.stream() == index)
        .collect();
    for packet in packets.iter().map(Some).chain(iter::once(None)) {
        match packet {
            Some(packet) => {
                if packet.is_key() {
                    seen.keys.push(seen.packets.len());
                }
                seen.packets
                    .push((us(packet.pts().unwrap()), us(packet.duration())));
                decoder.send_packet(packet).unwrap();
            }
            None => decoder.send_eof().unwrap(),
        }
        while decoder.receive_frame(&mut shown).is_ok() {
            let (x, y) = (shown.width() as usize / 2, shown.height() as usize / 2);
            let sample = |plane, x, y| shown.data(plane)[shown.stride(plane) * y + x];
            seen.frames.push(SeenFrame {
                pts_us: us(shown.pts().unwrap()),
                middle: [sample(0, x, y), sample(1, x / 2, y / 2), sample(2, x / 2, y / 2)],
                tagged_bt709: shown.color_space() == color::Space::BT709
                    && shown.color_range() == color::Range::MPEG
                    && shown.color_primaries() == color::Primaries::BT709
                    && shown.color_transfer_characteristic() == color::TransferCharacteristic::BT709,
            });
        }
    }
    seen
}

/// Checks that exactly the grid frames `expected` are in the file, at their times, up to the grid's end.
fn assert_times(seen: &Seen, fps: Fps, expected: &[u64], grid_frames: u64, tolerance_us: i64) {
    let us = |index: u64| (fps.frame_ms(index) * 1000.0).round() as i64;
    let near = |found: i64, expected: i64| (found - expected).abs() <= tolerance_us;
    let wanted: Vec<_> = expected.iter().map(|index| us(*index)).collect();
    let found: Vec<_> = seen.frames.iter().map(|frame| frame.pts_us).collect();
    assert_eq!(found.len(), wanted.len(), "{found:?}");
    assert!(
        found
            .iter()
            .zip(&wanted)
            .all(|(found, wanted)| near(*found, *wanted)),
        "{found:?} {wanted:?}"
    );
    assert!(found.is_sorted_by(|a, b| a < b));
    assert!(
        seen.packets
            .iter()
            .map(|packet| packet.0)
            .eq(found.iter().copied()),
        "{:?}",
        seen.packets
    );
    // Both containers give their length in milliseconds.
    assert!(
        (seen.duration_us - us(grid_frames)).abs() <= 1000,
        "{} {}",
        seen.duration_us,
        us(grid_frames)
    );
}

fn assert_color(frame: &SeenFrame, color: [u8; 3]) {
    let expected = if color == RED {
        [63, 102, 240]
    } else {
        [93, 128, 128]
    };
    let near = frame
        .middle
        .iter()
        .zip(expected)
        .all(|(found, expected)| found.abs_diff(expected) <= 3);
    assert!(near, "{:?} is not {expected:?} at {}", frame.middle, frame.pts_us);
    assert!(frame.tagged_bt709);
}

#[test]
fn changed_frames_keep_their_times_at_any_rate() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a.mp4", "a.webm"] {
        for (fps, sketch, expected) in [
            (Fps::new(30, 1), "R", vec![0]),
            (Fps::new(30, 1), "RG-R---G--", vec![0, 1, 3, 7]),
            (Fps::new(30_000, 1001), "R--G-", vec![0, 3]),
            (Fps::new(5, 1), "R------G-----", vec![0, 5, 7, 12]),
        ] {
            let path = folder.path().join(name);
            let summary = encode(&path, settings(name, fps), sketch);
            assert_eq!(summary.grid_frames, sketch.len() as u64);
            assert_eq!(summary.encoded_frames, expected.len() as u64);
            let seen = decode(&path);
            // WebM counts in milliseconds.
            let tolerance_us = if name == "a.webm" { 1000 } else { 100 };
            assert_eq!(seen.size, SIZE);
            assert_times(&seen, fps, &expected, summary.grid_frames, tolerance_us);
            for (frame, index) in seen.frames.iter().zip(expected) {
                let changed = sketch[..=index as usize].trim_end_matches('-');
                assert_color(frame, if changed.ends_with('R') { RED } else { GREY });
            }
        }
    }
}

#[test]
fn packets_in_mp4_last_until_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.mp4");
    encode(&path, settings("a.mp4", Fps::new(5, 1)), "R-G---");
    assert_eq!(decode(&path).packets, [(0, 400_000), (400_000, 800_000)]);
}

#[test]
fn long_stills_decode_to_the_picture_before() {
    let folder = tempfile::tempdir().unwrap();
    let fps = Fps::new(2, 1);
    // 330 seconds of red, one grey, ten more of grey.
    let sketch = format!("R{}G{}RG", "-".repeat(659), "-".repeat(20));
    for name in ["a.mp4", "a.webm"] {
        let path = folder.path().join(name);
        let summary = encode(&path, settings(name, fps), &sketch);
        let seen = decode(&path);
        let expected: Vec<_> = (0..=680).step_by(2).chain([681, 682]).collect();
        assert_times(&seen, fps, &expected, summary.grid_frames, 1000);
        for (frame, index) in seen.frames.iter().zip(&expected) {
            assert_color(frame, if *index < 660 || *index == 681 { RED } else { GREY });
        }
        // The start, the still after five minutes, and each change after a still of ten seconds.
        assert_eq!(
            seen.keys.iter().map(|key| expected[*key]).collect::<Vec<_>>(),
            [0, 600, 660, 681]
        );
    }
}

#[test]
fn stills_repeat_a_detailed_picture_exactly() {
    let folder = tempfile::tempdir().unwrap();
    let picture = RgbaImage::from_fn(SIZE.width, SIZE.height, |x, y| {
        Rgba([
            (x * 7 % 256) as u8,
            (x * y % 256) as u8,
            (y * 11 % 256) as u8,
            255,
        ])
    });
    let middle = |name: &str| {
        let path = folder.path().join(name);
        let mut encoder = create(&path, settings(name, Fps::new(1, 1))).unwrap();
        for mut frame in grid(SIZE, Fps::new(1, 1), &"-".repeat(40)) {
            if frame.spec.index == 0 {
                frame.picture = Picture::New(Arc::new(picture.clone()));
            }
            encoder.push(&frame).unwrap();
        }
        encoder.finish().unwrap();
        decode(&path)
            .frames
            .into_iter()
            .map(|frame| frame.middle)
            .collect::<Vec<_>>()
    };
    for name in ["a.mp4", "a.webm"] {
        let seen = middle(name);
        assert_eq!(seen.len(), 40, "{name}");
        assert!(
            seen[9..].iter().all(|frame| *frame == seen[9]),
            "{name}: {seen:?}"
        );
    }
}

#[test]
fn a_constant_rate_has_every_frame() {
    let folder = tempfile::tempdir().unwrap();
    let fps = Fps::new(30_000, 1001);
    let constant = EncoderSettings {
        timing: Timing::Constant,
        ..settings("a.mp4", fps)
    };
    let path = folder.path().join("a.mp4");
    let sketch = format!("RG-R{}", "-".repeat(400));
    let summary = encode(&path, constant, &sketch);
    assert_eq!(summary.encoded_frames, 404);
    assert_times(&decode(&path), fps, &(0..404).collect::<Vec<_>>(), 404, 100);
}

#[test]
fn odd_sizes_are_padded() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a.mp4", "a.webm"] {
        let path = folder.path().join(name);
        let odd = EncoderSettings {
            size: Size::new(161, 91),
            ..settings(name, Fps::new(30, 1))
        };
        encode(&path, odd, "R-G");
        let seen = decode(&path);
        assert_eq!(seen.size, Size::new(162, 92));
        assert_color(&seen.frames[0], RED);
    }
}

#[test]
fn every_codec_keeps_times_colours_and_rests_in_every_container_that_holds_it() {
    let folder = tempfile::tempdir().unwrap();
    let fps = Fps::new(5, 1);
    let sketch = format!("RG-R{}G-", "-".repeat(100));
    for container in [Container::Mp4, Container::WebM] {
        for &codec in container.codecs() {
            for timing in [Timing::Variable, Timing::Constant] {
                let path = folder.path().join("video");
                let chosen = EncoderSettings {
                    format: OutputFormat::resolve(None, Some(container), Some(codec)).unwrap(),
                    timing,
                    ..settings("a.mp4", fps)
                };
                encode(&path, chosen, &sketch);
                let expected: Vec<u64> = match timing {
                    Timing::Variable => [0, 1]
                        .into_iter()
                        .chain((3..104).step_by(5))
                        .chain([104])
                        .collect(),
                    Timing::Constant => (0..106).collect(),
                };
                let seen = decode(&path);
                assert_times(&seen, fps, &expected, 106, 1000);
                for (frame, index) in seen.frames.iter().zip(&expected) {
                    let grey = (1..3).contains(index) || *index >= 104;
                    assert_color(frame, if grey { GREY } else { RED });
                }
            }
        }
    }
}

#[test]
fn hevc_has_the_name_that_apples_players_want() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.mp4");
    let hevc = EncoderSettings {
        format: OutputFormat::resolve(Some("mp4"), None, Some(Codec::Hevc)).unwrap(),
        ..settings("a.mp4", Fps::new(5, 1))
    };
    encode(&path, hevc, "RG");
    let file = fs::read(path).unwrap();
    assert!(file.windows(4).any(|name| name == b"hvc1"));
    assert!(!file.windows(4).any(|name| name == b"hev1"));
}

#[test]
fn the_index_of_an_mp4_comes_first_and_the_same_frames_give_the_same_file() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str, sketch: &str| {
        let path = folder.path().join(name);
        encode(&path, settings(name, Fps::new(5, 1)), sketch);
        fs::read(path).unwrap()
    };
    let mp4 = at("a.mp4", "RG-----");
    let position = |name: &[u8]| mp4.windows(4).position(|window| window == name).unwrap();
    assert!(position(b"moov") < position(b"mdat"));
    assert_eq!(mp4, at("b.mp4", "RG-----"));
    assert_eq!(at("a.webm", "RG-----"), at("b.webm", "RG-----"));
}

#[test]
fn a_frame_that_lasts_is_the_same_as_its_repeats() {
    let folder = tempfile::tempdir().unwrap();
    let [apart, together] = ["apart.mp4", "together.mp4"].map(|name| folder.path().join(name));
    let settings = settings("mp4", Fps::new(10, 1));
    let rest = "-".repeat(299);
    encode(&apart, settings, &format!("R{rest}G{rest}"));
    let mut encoder = create(&together, settings).unwrap();
    for mut frame in grid(settings.size, settings.fps, &format!("R{rest}G")) {
        frame.lasts = 300;
        if matches!(frame.picture, Picture::New(_)) {
            encoder.push(&frame).unwrap();
        }
    }
    encoder.finish().unwrap();
    assert!(fs::read(apart).unwrap() == fs::read(together).unwrap());
}

#[test]
fn names_that_look_like_protocols_are_plain_files() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["concat:a|b.mp4", "-y.mp4", "%03d.mp4", "ü b.mp4"] {
        let path = folder.path().join(name);
        encode(&path, settings(name, Fps::new(5, 1)), "R");
        assert!(fs::metadata(path).unwrap().len() > 0, "{name}");
    }
}

#[test]
fn a_dropped_encoder_leaves_the_old_output() {
    let folder = tempfile::tempdir().unwrap();
    let destination = folder.path().join("a.mp4");
    fs::write(&destination, "old").unwrap();
    let staging = Staging::begin(&destination, true).unwrap();
    let mut encoder = create(staging.path(), settings("a.mp4", Fps::new(30, 1))).unwrap();
    for frame in grid(SIZE, Fps::new(30, 1), "RGRG") {
        encoder.push(&frame).unwrap();
    }
    drop(encoder);
    drop(staging);
    assert_eq!(fs::read(&destination).unwrap(), b"old");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn broken_grids_are_our_bug() {
    let folder = tempfile::tempdir().unwrap();
    let mut encoder = create(&folder.path().join("a.mp4"), settings("a.mp4", Fps::new(30, 1))).unwrap();
    let frames: Vec<_> = grid(SIZE, Fps::new(30, 1), "R-R").collect();
    let odd = grid(Size::new(20, 20), Fps::new(30, 1), "RR").nth(1).unwrap();
    assert_eq!(encoder.push(&frames[1]).unwrap_err().kind(), Kind::Internal);
    encoder.push(&frames[0]).unwrap();
    assert_eq!(encoder.push(&frames[2]).unwrap_err().kind(), Kind::Internal);
    assert_eq!(encoder.push(&odd).unwrap_err().kind(), Kind::Internal);
}

#[test]
fn write_errors_name_the_file_and_their_cause() {
    let missing = Path::new("/nowhere/a.mp4");
    let error = create(missing, settings("a.mp4", Fps::new(30, 1))).unwrap_err();
    assert_eq!(error.kind(), Kind::Io);
    assert!(error.to_string().contains("/nowhere/a.mp4"), "{error}");

    let full = Path::new("/dev/full");
    let error = create(full, settings("a.webm", Fps::new(30, 1))).and_then(|mut encoder| {
        for frame in grid(SIZE, Fps::new(30, 1), "RGRGRG") {
            encoder.push(&frame)?;
        }
        encoder.finish()
    });
    assert_eq!(error.unwrap_err().kind(), Kind::DiskFull);
}

#[test]
fn an_encoder_can_move_to_its_own_thread() {
    fn check<T: Send>() {}
    check::<Encoder>();
}
