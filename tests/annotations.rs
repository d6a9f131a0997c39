//! What a video holds beside its pictures: writes it, and reads it back as a player does.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::path::Path;
use std::sync::Arc;

use ffmpeg_next::{codec, format, media};
use image::{Rgba, RgbaImage};
use replaycast::encode::{
    Annotations, Chapter, Container, Cue, Encoder, EncoderSettings, Loops, OutputFormat, Quality, Timing,
    VideoReader,
};
use replaycast::frame::{Fps, Frame, FrameSpec, Picture, Size};

const SIZE: Size = Size::new(960, 540);
const FPS: Fps = Fps::new(10, 1);
const FRAMES: u64 = 60;

fn annotations() -> Annotations {
    let chapter = |start_ms, end_ms, title: &str| Chapter {
        start_ms,
        end_ms,
        title: title.to_owned(),
    };
    let cue = |start_ms, end_ms, text: &str| Cue {
        start_ms,
        end_ms,
        text: text.to_owned(),
    };
    Annotations {
        title: Some("Käse & Brot\0".to_owned()),
        comment: Some("Session abc".to_owned()),
        recorded_ms: Some(1_714_557_600_000.0),
        chapters: vec![
            chapter(0.0, 2000.0, "shop.test/"),
            chapter(2000.0, 6000.0, "shop.test/cart"),
        ],
        cues: vec![
            cue(500.0, 1500.0, "Click: \"Add <1>\""),
            cue(1500.0, 3000.0, "Page: shop.test/cart\nError: no"),
            cue(5000.0, 6000.0, "Click: \"Buy\""),
        ],
        poster_frame: Some(35),
    }
}

/// Red for three seconds, then green.
fn write(path: &Path, container: Container, annotations: &Annotations) {
    let settings = EncoderSettings {
        format: OutputFormat::resolve(None, Some(container), None).unwrap(),
        quality: Quality::Medium,
        size: SIZE,
        fps: FPS,
        timing: Timing::Variable,
        loops: Loops::Forever,
    };
    let mut encoder = Encoder::create(path, settings, annotations).unwrap();
    for (index, color) in [(0, [220, 20, 20, 255]), (30, [20, 200, 20, 255])] {
        let picture = RgbaImage::from_pixel(SIZE.width, SIZE.height, Rgba(color));
        let spec = FrameSpec {
            index,
            pts_ms: FPS.frame_ms(index),
            session_ms: FPS.frame_ms(index),
        };
        let frame = Frame {
            spec,
            picture: Picture::New(Arc::new(picture)),
            lasts: 30,
        };
        encoder.push(&frame).unwrap();
    }
    assert_eq!(encoder.finish().unwrap().grid_frames, FRAMES);
}

fn ms(ticks: i64, unit: ffmpeg_next::Rational) -> i64 {
    (ticks as f64 * 1000.0 * f64::from(unit)).round() as i64
}

/// Start, end and title of each chapter.
fn chapters_of(input: &format::context::Input) -> Vec<(i64, i64, String)> {
    let chapters = input.chapters().map(|chapter| {
        let unit = chapter.time_base();
        let title = chapter.metadata().get("title").unwrap().to_owned();
        (ms(chapter.start(), unit), ms(chapter.end(), unit), title)
    });
    chapters.collect()
}

/// Start, end and text of each subtitle in a stream.
fn cues_of(input: &mut format::context::Input, index: usize) -> Vec<(i64, i64, String)> {
    let unit = input.stream(index).unwrap().time_base();
    let packets = input.packets().filter(|(stream, _)| stream.index() == index);
    let cues = packets.filter_map(|(_, packet)| {
        let text = String::from_utf8(packet.data()?.to_vec()).unwrap();
        let start = ms(packet.pts()?, unit);
        // Timed text says its length first; where nothing is shown it is empty.
        let text = text.trim_start_matches(|letter| letter < ' ').to_owned();
        (!text.is_empty()).then_some((start, start + ms(packet.duration(), unit), text))
    });
    cues.collect()
}

#[test]
fn a_video_tells_what_it_is_and_what_happens() {
    let folder = tempfile::tempdir().unwrap();
    for (container, subtitle_codec) in [
        (Container::Mp4, codec::Id::MOV_TEXT),
        (Container::WebM, codec::Id::WEBVTT),
    ] {
        let path = folder.path().join("video");
        write(&path, container, &annotations());
        let mut input = format::input(&path).unwrap();
        assert!(
            (input.duration() - 6_000_000).abs() <= 1000,
            "{}",
            input.duration()
        );

        let metadata = input.metadata();
        let told = |name: &str| metadata.get(name).map(str::to_owned);
        assert_eq!(told("title").as_deref(), Some("Käse & Brot "));
        assert_eq!(
            told("comment").or_else(|| told("COMMENT")).as_deref(),
            Some("Session abc")
        );
        assert!(told("creation_time").unwrap().starts_with("2024-05-01T10:00:00"));

        let expected = [(0, 2000, "shop.test/"), (2000, 6000, "shop.test/cart")];
        let expected = expected.map(|(start, end, title)| (start, end, title.to_owned()));
        assert_eq!(chapters_of(&input), expected, "{container}");

        let stream = input
            .streams()
            .find(|stream| stream.parameters().id() == subtitle_codec)
            .unwrap();
        let is_default = |stream: &format::stream::Stream<'_>| {
            stream
                .disposition()
                .contains(format::stream::Disposition::DEFAULT)
        };
        assert!(!is_default(&stream), "{container}: subtitles are switched on");
        let video = input.streams().best(media::Type::Video).unwrap();
        assert!(is_default(&video) || container != Container::Mp4);
        let index = stream.index();
        let escaped = match container {
            Container::Mp4 => "Click: \"Add <1>\"",
            _ => "Click: \"Add &lt;1&gt;\"",
        };
        let expected = [
            (500, 1500, escaped),
            (1500, 3000, "Page: shop.test/cart\nError: no"),
            (5000, 6000, "Click: \"Buy\""),
        ];
        let expected = expected.map(|(start, end, text)| (start, end, text.to_owned()));
        assert_eq!(cues_of(&mut input, index), expected, "{container}");
    }
}

#[test]
fn an_mp4_holds_the_poster_and_the_video_stays_the_video() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.mp4");
    write(&path, Container::Mp4, &annotations());
    let mut input = format::input(&path).unwrap();
    let best = input.streams().best(media::Type::Video).unwrap();
    assert_eq!(best.parameters().id(), codec::Id::H264);
    let poster = input
        .streams()
        .find(|stream| {
            stream
                .disposition()
                .contains(format::stream::Disposition::ATTACHED_PIC)
        })
        .unwrap()
        .index();
    let (_, packet) = input
        .packets()
        .find(|(stream, _)| stream.index() == poster)
        .unwrap();
    let picture = image::load_from_memory(packet.data().unwrap())
        .unwrap()
        .into_rgba8();
    assert_eq!(picture.dimensions(), (480, 270));
    let [red, green, ..] = picture.get_pixel(100, 100).0;
    assert!(red < 40 && green > 180, "{red} {green}");

    let mut reader = VideoReader::open(&path).unwrap();
    assert_eq!(reader.facts().size, SIZE);
    assert!((reader.facts().duration_ms - 6000.0).abs() < 1.0);
    assert!(reader.picture_at(1000.0).unwrap().is_some());
}

#[test]
fn without_annotations_there_is_only_the_video() {
    let folder = tempfile::tempdir().unwrap();
    for container in [Container::Mp4, Container::WebM] {
        let path = folder.path().join("video");
        write(&path, container, &Annotations::default());
        let input = format::input(&path).unwrap();
        assert_eq!((input.streams().count(), input.chapters().count()), (1, 0));
    }
}

#[test]
fn times_that_no_calendar_knows_are_left_out() {
    let folder = tempfile::tempdir().unwrap();
    for recorded_ms in [f64::MAX, -1e300, f64::NAN] {
        let path = folder.path().join("a.mp4");
        let odd = Annotations {
            recorded_ms: Some(recorded_ms),
            ..annotations()
        };
        write(&path, Container::Mp4, &odd);
        assert!(format::input(&path).unwrap().duration() > 5_000_000);
    }
}
