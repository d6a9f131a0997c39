//! What is in a file beside the video: what it is called, its chapters, and the streams of its subtitles and its poster.
//! `Muxer` adds them before the first packet.
#![allow(
    unsafe_code,
    reason = "ffmpeg-next has no sound safe interface to the parameters of streams"
)]

use std::ptr;

use ffmpeg_next::{Dictionary, Rational, codec, ffi, format, media};
use jiff::Timestamp;

use super::annotations::{Annotations, Cue};
use super::container::Container;
use crate::frame::Size;

/// The unit of the times of chapters and subtitles.
pub(super) const MILLISECONDS: Rational = Rational(1, 1000);

/// What a container calls its subtitles and its poster.
#[derive(Debug, Clone, Copy)]
struct TrackCodecs {
    subtitles: codec::Id,
    poster: Option<codec::Id>,
}

impl TrackCodecs {
    const fn of(container: Container) -> Option<Self> {
        match container {
            Container::Mp4 => Some(Self {
                subtitles: codec::Id::MOV_TEXT,
                poster: Some(codec::Id::MJPEG),
            }),
            Container::WebM => Some(Self {
                subtitles: codec::Id::WEBVTT,
                poster: None,
            }),
            Container::Gif | Container::WebP | Container::Apng | Container::Png => None,
        }
    }
}

/// Whether a file of this container can have a poster in it.
pub fn holds_poster(container: Container) -> bool {
    TrackCodecs::of(container).is_some_and(|codecs| codecs.poster.is_some())
}

/// The streams beside the video, as far as there are any, by their indices.
#[derive(Debug, Default)]
pub(super) struct Tracks {
    pub(super) subtitles: Option<usize>,
    pub(super) poster: Option<usize>,
}

impl Tracks {
    /// Tells a file what it is, and adds its streams.
    pub(super) fn add(
        output: &mut format::context::Output,
        annotations: &Annotations,
        container: Container,
        size: Size,
    ) -> Result<Self, ffmpeg_next::Error> {
        let Some(codecs) = TrackCodecs::of(container) else {
            return Ok(Self::default());
        };
        output.set_metadata(metadata(annotations));
        for (chapter, id) in annotations.chapters.iter().zip(1..) {
            let (start, end) = (chapter.start_ms.round() as i64, chapter.end_ms.round() as i64);
            output.add_chapter(id, MILLISECONDS, start, end, plain(&chapter.title))?;
        }
        let subtitles = (!annotations.cues.is_empty()).then(|| add_subtitles(output, codecs.subtitles));
        let wanted = codecs.poster.filter(|_| annotations.poster_frame.is_some());
        let poster = wanted.map(|codec| add_poster(output, codec, size));
        Ok(Self {
            subtitles: subtitles.transpose()?,
            poster: poster.transpose()?,
        })
    }
}

fn add_subtitles(
    output: &mut format::context::Output,
    codec: codec::Id,
) -> Result<usize, ffmpeg_next::Error> {
    let index = add_stream(output, media::Type::Subtitle, codec, Size::new(0, 0))?;
    if let Some(mut stream) = output.stream_mut(index) {
        stream.set_time_base(MILLISECONDS);
        if codec == codec::Id::MOV_TEXT {
            set_headers(&mut stream, &timed_text_description())?;
        }
    }
    Ok(index)
}

fn add_poster(
    output: &mut format::context::Output,
    codec: codec::Id,
    size: Size,
) -> Result<usize, ffmpeg_next::Error> {
    let index = add_stream(output, media::Type::Video, codec, size)?;
    if let Some(mut stream) = output.stream_mut(index) {
        // SAFETY: the stream is valid; sets one integer.
        unsafe { (*stream.as_mut_ptr()).disposition = ffi::AV_DISPOSITION_ATTACHED_PIC }
    }
    Ok(index)
}

/// A subtitle as a packet: of 3GPP Timed Text (26.245, 5.17) with its length in front, else `WebVTT`.
pub(super) fn cue_payload(container: Container, cue: &Cue) -> Vec<u8> {
    if container != Container::Mp4 {
        return cue.web_vtt().into_bytes();
    }
    let text = &cue.text;
    let most = (0..=text.len().min(usize::from(u16::MAX)))
        .rev()
        .find(|end| text.is_char_boundary(*end))
        .unwrap_or_default();
    let length = most as u16;
    [&length.to_be_bytes(), &text.as_bytes()[..most]].concat()
}

fn metadata(annotations: &Annotations) -> Dictionary<'static> {
    // A time that no calendar knows is left out.
    let recorded = annotations
        .recorded_ms
        .and_then(|ms| Timestamp::from_millisecond(ms.round() as i64).ok())
        .map(|time| time.to_string());
    let mut metadata = Dictionary::new();
    for (name, value) in [
        ("title", &annotations.title),
        ("comment", &annotations.comment),
        ("creation_time", &recorded),
    ] {
        if let Some(value) = value {
            metadata.set(name, &plain(value));
        }
    }
    metadata.set("encoding_tool", concat!("replaycast ", env!("CARGO_PKG_VERSION")));
    metadata
}

/// Text that can be handed over: a NUL byte would end it.
fn plain(text: &str) -> String {
    text.replace('\0', " ")
}

/// The description that each sample of 3GPP Timed Text refers to (26.245, 5.16): white text in the lower middle.
fn timed_text_description() -> Vec<u8> {
    const FONT: &[u8] = b"Sans-Serif";
    let mut description = vec![0, 0, 0, 0]; // display flags
    description.extend([1, 0xff]); // centred, at the bottom
    description.extend([0; 4]); // background: none
    description.extend([0; 8]); // the box: all of the track
    description.extend([0, 0, 0, 0, 0, 1, 0, 18]); // all characters, font 1, no face, 18 pixels
    description.extend([0xff; 4]); // white
    description.extend((8 + 2 + 2 + 1 + FONT.len() as u32).to_be_bytes());
    description.extend(b"ftab");
    description.extend([0, 1, 0, 1, FONT.len() as u8]); // one font, its number
    description.extend(FONT);
    description
}

/// Adds a stream that no encoder of FFmpeg fills; gives its index.
fn add_stream(
    output: &mut format::context::Output,
    medium: media::Type,
    codec: codec::Id,
    size: Size,
) -> Result<usize, ffmpeg_next::Error> {
    let mut stream = output.add_stream(None::<ffmpeg_next::Codec>)?;
    // SAFETY: the stream and its parameters are valid; sets plain numbers.
    unsafe {
        let parameters = &mut *(*stream.as_mut_ptr()).codecpar;
        parameters.codec_type = medium.into();
        parameters.codec_id = codec.into();
        parameters.width = size.width.cast_signed();
        parameters.height = size.height.cast_signed();
    }
    Ok(stream.index())
}

/// Replaces the headers of a stream that has not been written yet.
pub(super) fn set_headers(
    stream: &mut format::stream::StreamMut<'_>,
    headers: &[u8],
) -> Result<(), ffmpeg_next::Error> {
    let size = headers.len();
    // SAFETY: the stream and its parameters are valid, and free what they hold with FFmpeg's allocator. The new
    // block is zeroed and as much longer as FFmpeg's readers want it.
    unsafe {
        let block = ffi::av_mallocz(size + ffi::AV_INPUT_BUFFER_PADDING_SIZE as usize).cast::<u8>();
        if block.is_null() {
            return Err(ffmpeg_next::Error::Other { errno: libc::ENOMEM });
        }
        ptr::copy_nonoverlapping(headers.as_ptr(), block, size);
        let parameters = &mut *(*stream.as_mut_ptr()).codecpar;
        ffi::av_free(parameters.extradata.cast());
        parameters.extradata = block;
        parameters.extradata_size = (size as u32).cast_signed();
    }
    Ok(())
}
