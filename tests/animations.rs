//! Writes GIF, WebP, APNG and folders of PNG, reads them back with other code, and compares pictures and times.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::fs::{self, File};
use std::io::BufReader;
use std::num::NonZeroU16;
use std::path::Path;
use std::sync::Arc;

use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use image::{AnimationDecoder, ImageDecoder, Rgba, RgbaImage};
use replaycast::encode::{
    Annotations, Container, EncodeSummary, Encoder, EncoderSettings, Loops, OutputFormat, Quality, Timing,
};
use replaycast::frame::{Fps, Frame, FrameSpec, Picture, Size};

const SIZE: Size = Size::new(120, 80);
const FPS: Fps = Fps::new(15, 1);

fn settings(container: Container) -> EncoderSettings {
    EncoderSettings {
        format: OutputFormat::resolve(None, Some(container), None).unwrap(),
        quality: Quality::Medium,
        size: SIZE,
        fps: FPS,
        timing: Timing::Variable,
        loops: Loops::Forever,
    }
}

/// A page of few colours with a block on it, which is of many colours if it is a photo.
fn page(block: u32, photo: bool) -> RgbaImage {
    RgbaImage::from_fn(SIZE.width, SIZE.height, |x, y| {
        let in_block = (block..block + 40).contains(&x) && (20..60).contains(&y);
        match (in_block, photo) {
            (true, true) => Rgba([(x * 5) as u8, (y * 4) as u8, (x + y) as u8, 255]),
            (true, false) => Rgba([200, 30, 30, 255]),
            (false, _) if y < 10 => Rgba([20, 20, 90, 255]),
            (false, _) => Rgba([250, 250, 250, 255]),
        }
    })
}

/// Each picture, or a repeat of the one before, for this many places of the grid.
type Script = Vec<(Option<RgbaImage>, u64)>;

fn script() -> Script {
    vec![
        (Some(page(10, false)), 3),
        (Some(page(12, false)), 1),
        (None, 5),
        (Some(page(60, true)), 2),
        (Some(page(60, true)), 4),
        (Some(page(64, true)), 1),
        (Some(page(10, false)), 30),
    ]
}

fn encode(path: &Path, settings: EncoderSettings, script: &Script) -> EncodeSummary {
    let mut encoder = Encoder::create(path, settings, &Annotations::default()).unwrap();
    let mut index = 0;
    for (picture, lasts) in script {
        let spec = FrameSpec {
            index,
            pts_ms: settings.fps.frame_ms(index),
            session_ms: 5000.0 + settings.fps.frame_ms(index),
        };
        let picture = picture
            .as_ref()
            .map_or(Picture::Repeat, |picture| Picture::New(Arc::new(picture.clone())));
        encoder
            .push(&Frame {
                spec,
                picture,
                lasts: *lasts,
            })
            .unwrap();
        index += lasts;
    }
    encoder.finish().unwrap()
}

/// Pictures and how long each lasts, in milliseconds, with those that are equal as one.
fn merged(frames: impl IntoIterator<Item = (RgbaImage, f64)>) -> Vec<(RgbaImage, f64)> {
    let mut merged: Vec<(RgbaImage, f64)> = Vec::new();
    for (picture, ms) in frames {
        match merged.last_mut() {
            Some((last, lasts)) if *last == picture => *lasts += ms,
            _ => merged.push((picture, ms)),
        }
    }
    merged
}

fn expected(script: &Script) -> Vec<(RgbaImage, f64)> {
    let mut shown = RgbaImage::new(1, 1);
    merged(script.iter().map(|(picture, lasts)| {
        if let Some(picture) = picture {
            shown.clone_from(picture);
        }
        (shown.clone(), FPS.frame_ms(*lasts))
    }))
}

/// The furthest that any channel is from what it should be.
fn furthest(a: &RgbaImage, b: &RgbaImage) -> u8 {
    assert_eq!(a.dimensions(), b.dimensions());
    a.iter().zip(b.iter()).map(|(a, b)| a.abs_diff(*b)).max().unwrap()
}

fn assert_same(found: &[(RgbaImage, f64)], expected: &[(RgbaImage, f64)], channel: u8, ms: f64) {
    assert_eq!(
        found.len(),
        expected.len(),
        "{:?}",
        found.iter().map(|it| it.1).collect::<Vec<_>>()
    );
    for ((picture, lasts), (wanted, wanted_ms)) in found.iter().zip(expected) {
        assert!(
            (lasts - wanted_ms).abs() <= ms,
            "{lasts} ms are not {wanted_ms} ms"
        );
        let off = furthest(picture, wanted);
        assert!(off <= channel, "a channel is off by {off}");
    }
}

/// Pictures and how many milliseconds each is shown.
type Shown = Vec<(RgbaImage, f64)>;

/// What a viewer shows of a GIF, how large each of its pictures is, and how often it is repeated.
fn read_gif(path: &Path) -> (Shown, Vec<(u16, u16)>, gif::Repeat) {
    let mut decoder = gif::DecodeOptions::new()
        .read_info(File::open(path).unwrap())
        .unwrap();
    let size = (u32::from(decoder.width()), u32::from(decoder.height()));
    let global = decoder.global_palette().unwrap().to_vec();
    let mut canvas = RgbaImage::new(size.0, size.1);
    let mut shown = Vec::new();
    let mut areas = Vec::new();
    while let Some(frame) = decoder.read_next_frame().unwrap() {
        assert_eq!(frame.dispose, gif::DisposalMethod::Keep);
        let palette = frame.palette.as_ref().unwrap_or(&global);
        for (index, place) in frame.buffer.iter().zip(0_u32..) {
            if frame.transparent != Some(*index) {
                let x = u32::from(frame.left) + place % u32::from(frame.width);
                let y = u32::from(frame.top) + place / u32::from(frame.width);
                let at = usize::from(*index) * 3;
                let [red, green, blue] = [palette[at], palette[at + 1], palette[at + 2]];
                canvas.put_pixel(x, y, Rgba([red, green, blue, 255]));
            }
        }
        shown.push((canvas.clone(), f64::from(frame.delay) * 10.0));
        areas.push((frame.width, frame.height));
    }
    (shown, areas, decoder.repeat())
}

#[test]
fn a_gif_has_the_pictures_and_their_times() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.gif");
    let summary = encode(&path, settings(Container::Gif), &script());
    assert_eq!(summary.grid_frames, 46);
    let (found, areas, repeat) = read_gif(&path);
    // Photos have more colours than a palette.
    assert_same(&merged(found), &expected(&script()), 40, 10.0);
    // The first is whole, a block that moves by two changes its edges and what is between them.
    assert_eq!(areas[..2], [(120, 80), (42, 40)]);
    assert_eq!(areas.len() as u64, summary.encoded_frames);
    assert_eq!(repeat, gif::Repeat::Infinite);
}

#[test]
fn few_colours_are_exact_in_a_gif_and_times_do_not_drift() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.gif");
    let script: Script = (0..60).map(|step| (Some(page(step, false)), 1)).collect();
    encode(&path, settings(Container::Gif), &script);
    let (found, ..) = read_gif(&path);
    assert_same(&found, &expected(&script), 0, 10.0);
    let total: f64 = found.iter().map(|frame| frame.1).sum();
    assert!((total - 4000.0).abs() < 1.0, "{total}");
}

#[test]
fn a_picture_in_a_gif_can_last_for_hours() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.gif");
    let script: Script = vec![(Some(page(0, false)), 15 * 7200), (Some(page(9, false)), 15)];
    encode(&path, settings(Container::Gif), &script);
    let (found, ..) = read_gif(&path);
    assert_same(&merged(found), &expected(&script), 0, 10.0);
    assert!(fs::metadata(path).unwrap().len() < 2000);
}

/// What a viewer shows of an animation in WebP or APNG.
fn read_animation(path: &Path, container: Container) -> Shown {
    let file = BufReader::new(File::open(path).unwrap());
    let frames = match container {
        Container::WebP => WebPDecoder::new(file).unwrap().into_frames(),
        _ => PngDecoder::new(file).unwrap().apng().unwrap().into_frames(),
    };
    let shown = frames.map(|frame| {
        let frame = frame.unwrap();
        let (numerator, denominator) = frame.delay().numer_denom_ms();
        (frame.into_buffer(), f64::from(numerator) / f64::from(denominator))
    });
    shown.collect()
}

#[test]
fn lossless_animations_keep_every_pixel_and_time() {
    let folder = tempfile::tempdir().unwrap();
    for container in [Container::WebP, Container::Apng] {
        let path = folder.path().join("animation");
        let lossless = EncoderSettings {
            quality: Quality::Lossless,
            ..settings(container)
        };
        let summary = encode(&path, lossless, &script());
        let found = read_animation(&path, container);
        // This decoder of WebP rounds down when it lays an opaque pixel over another.
        let rounding = u8::from(container == Container::WebP);
        assert_same(&merged(found), &expected(&script()), rounding, 1.0);
        // A picture that equals the one before may be a frame of its own.
        assert!((5..=6).contains(&summary.encoded_frames), "{container}");
    }
}

#[test]
fn a_picture_in_an_animation_can_last_for_a_day() {
    let folder = tempfile::tempdir().unwrap();
    let day = 15 * 86_400;
    let script: Script = vec![
        (Some(page(0, false)), day),
        (Some(page(9, false)), 15),
        (Some(page(0, false)), day),
    ];
    for container in [Container::WebP, Container::Apng] {
        let path = folder.path().join("animation");
        let lossless = EncoderSettings {
            quality: Quality::Lossless,
            ..settings(container)
        };
        encode(&path, lossless, &script);
        assert_same(
            &merged(read_animation(&path, container)),
            &expected(&script),
            1,
            1.0,
        );
    }
}

#[test]
fn a_lossy_webp_is_near_and_smaller() {
    let folder = tempfile::tempdir().unwrap();
    let sizes = [Quality::Low, Quality::Medium, Quality::High].map(|quality| {
        let path = folder.path().join("a.webp");
        let lossy = EncoderSettings {
            quality,
            ..settings(Container::WebP)
        };
        encode(&path, lossy, &script());
        let decoder = WebPDecoder::new(BufReader::new(File::open(&path).unwrap())).unwrap();
        assert_eq!(decoder.dimensions(), (SIZE.width, SIZE.height));
        let first = decoder.into_frames().next().unwrap().unwrap().into_buffer();
        let flat = (100, 70);
        assert!(first.get_pixel(flat.0, flat.1).0[0].abs_diff(250) < 6);
        fs::metadata(path).unwrap().len()
    });
    assert!(sizes.is_sorted_by(|a, b| a < b), "{sizes:?}");
}

#[test]
fn animations_play_as_often_as_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("animation");
    for (count, repeat) in [(1, gif::Repeat::Finite(0)), (3, gif::Repeat::Finite(2))] {
        let loops = Loops::Times(NonZeroU16::new(count).unwrap());
        let write = |container| {
            let counted = EncoderSettings {
                loops,
                ..settings(container)
            };
            encode(&path, counted, &script());
            fs::read(&path).unwrap()
        };
        write(Container::Gif);
        assert_eq!(read_gif(&path).2, repeat);
        let webp = write(Container::WebP);
        let anim = webp.windows(4).position(|name| name == b"ANIM").unwrap();
        assert_eq!(webp[anim + 12..anim + 14], count.to_le_bytes());
        let apng = write(Container::Apng);
        let control = apng.windows(4).position(|name| name == b"acTL").unwrap();
        assert_eq!(apng[control + 8..control + 12], u32::from(count).to_be_bytes());
    }
}

#[test]
fn the_same_frames_give_the_same_animation() {
    let folder = tempfile::tempdir().unwrap();
    for container in [Container::Gif, Container::WebP, Container::Apng] {
        let files = ["a", "b"].map(|name| {
            let path = folder.path().join(name);
            encode(&path, settings(container), &script());
            fs::read(path).unwrap()
        });
        assert!(files[0] == files[1], "{container}");
    }
}

#[test]
fn a_folder_has_each_picture_once_and_an_index() {
    let folder = tempfile::tempdir().unwrap();
    let summary = encode(folder.path(), settings(Container::Png), &script());
    let index: serde_json::Value =
        serde_json::from_slice(&fs::read(folder.path().join("index.json")).unwrap()).unwrap();
    let frames = index["frames"].as_array().unwrap();
    assert_eq!(frames.len() as u64, summary.encoded_frames);
    let number = |frame: &serde_json::Value, name: &str| frame[name].as_f64().unwrap();
    let found = frames.iter().map(|frame| {
        let path = folder.path().join(frame["file"].as_str().unwrap());
        assert!((number(frame, "session_ms") - number(frame, "video_ms") - 5000.0).abs() < 1e-6);
        (
            image::open(path).unwrap().into_rgba8(),
            number(frame, "duration_ms"),
        )
    });
    assert_same(&merged(found), &expected(&script()), 0, 1e-6);
    assert_eq!(frames[2]["file"], "000009.png");
}

#[test]
fn a_folder_at_a_constant_rate_has_every_place_of_the_grid() {
    let folder = tempfile::tempdir().unwrap();
    let constant = EncoderSettings {
        timing: Timing::Constant,
        ..settings(Container::Png)
    };
    assert_eq!(encode(folder.path(), constant, &script()).encoded_frames, 46);
    let picture = |index: u64| image::open(folder.path().join(format!("{index:06}.png"))).unwrap();
    assert_eq!(picture(2).into_rgba8(), page(10, false));
    assert_eq!(picture(8).into_rgba8(), page(12, false));
    assert_eq!(picture(45).into_rgba8(), page(10, false));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 47);
}
