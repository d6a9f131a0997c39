//! FFmpeg's muxers behind a small type that reports our errors: the video's packets, and what belongs beside them.
//! `Video` hands it every packet, and the poster when it is shown.
#![allow(
    unsafe_code,
    reason = "opening, closing and tagging have no sound safe interface in ffmpeg-next"
)]

use std::collections::VecDeque;
use std::ffi::{CStr, CString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::{fmt, io, ptr};

use ffmpeg_next::{Dictionary, Packet, Rational, Rescale, codec, ffi, format, media};
use jiff::Timestamp;

use super::annotations::{Annotations, Chapter, Cue};
use super::codec::Codec;
use super::container::Container;
use super::libav::{Coder, check, first_key, time_base};
use super::{EncoderSettings, webp};
use crate::error::{Error, Kind, Result};
use crate::frame::{Fps, Size};

const MILLISECONDS: Rational = Rational(1, 1000);

/// An open output file.
pub(super) struct Muxer {
    output: format::context::Output,
    path: PathBuf,
    container: Container,
    fps: Fps,
    stream_time_base: Rational,
    /// The newest packet: how long it lasts is known when the next one comes.
    held: Option<Packet>,
    /// The stream of the subtitles, and those that are still to come.
    subtitles: Option<(usize, VecDeque<Cue>)>,
    poster: Option<usize>,
}

impl fmt::Debug for Muxer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Muxer")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl Muxer {
    /// Creates the file at `path` and writes its header.
    pub(super) fn create(
        path: &Path,
        settings: EncoderSettings,
        coder: &Coder,
        annotations: &Annotations,
    ) -> Result<Self> {
        let url = file_url(path)?;
        let (container, fps) = (settings.format.container(), settings.fps);
        let muxer = CString::new(container.name()).unwrap_or_default();
        let mut output = allocate(&muxer, &url).map_err(|error| {
            Error::new(
                Kind::NoEncoder,
                format!("FFmpeg cannot write {container} files here"),
            )
            .hint("Install an FFmpeg (libavformat) with this muxer, or choose another --format.")
            .caused_by(error)
        })?;
        let failed = |error| write_error(path, error);
        open_file(&mut output, &url).map_err(failed)?;

        let mut stream = output.add_stream_with(coder.context()).map_err(failed)?;
        stream.set_time_base(time_base(fps));
        if let Some(headers) = coder.headers() {
            set_headers(&mut stream, &headers).map_err(failed)?;
        }
        if coder.codec() == Codec::Hevc {
            set_tag(&mut stream, *b"hvc1");
        }
        let (subtitles, poster) = match TrackCodecs::of(container) {
            Some(codecs) => annotate(&mut output, annotations, codecs, settings.size).map_err(failed)?,
            None => (None, None),
        };
        // Without random ids, the same frames give the same file.
        let common = [("fflags", "+bitexact"), ("protocol_whitelist", "file")];
        let own = container.muxer_options(settings.loops);
        let own = own.iter().map(|(name, value)| (*name, value.as_str()));
        let options: Dictionary<'_> = own.chain(common).collect();
        let unknown = first_key(&output.write_header_with(options).map_err(failed)?);
        if let Some(unknown) = unknown {
            return Err(Error::new(
                Kind::Internal,
                format!("{container} does not know its option '{unknown}'"),
            ));
        }
        // The muxer may have chosen a finer one.
        let stream_time_base = output
            .stream(0)
            .map_or_else(|| time_base(fps), |stream| stream.time_base());
        Ok(Self {
            output,
            path: path.to_owned(),
            container,
            fps,
            stream_time_base,
            held: None,
            subtitles: subtitles.map(|stream| (stream, annotations.cues.clone().into())),
            poster,
        })
    }

    /// Whether the file has a place for a picture that stands for it.
    pub(super) const fn takes_poster(&self) -> bool {
        self.poster.is_some()
    }

    /// Takes that picture, as a JPEG file.
    pub(super) fn write_poster(&mut self, jpeg: &[u8]) -> Result<()> {
        let Some(stream) = self.poster else {
            return Ok(());
        };
        let mut packet = Packet::copy(jpeg);
        packet.set_stream(stream);
        packet.set_pts(Some(0));
        packet.set_dts(Some(0));
        packet.set_flags(codec::packet::Flags::KEY);
        self.put(&packet)
    }

    /// Takes the next packet; the one before it lasts until then.
    pub(super) fn write(&mut self, packet: Packet) -> Result<()> {
        let start = packet.pts().unwrap_or_default();
        let before = self.held.replace(packet);
        before.map_or(Ok(()), |before| self.write_until(before, start))
    }

    /// Writes what is held, lets it last until `end`, and completes the file.
    pub(super) fn finish(mut self, end: i64) -> Result<()> {
        if let Some(mut last) = self.held.take() {
            match self.container {
                // All of an animation is one packet.
                Container::WebP => {
                    let end_ms = self.fps.frame_ms(end.cast_unsigned());
                    webp::end_at(last.data_mut().unwrap_or_default(), end_ms);
                }
                Container::Apng => self.set_final_delay(end - last.pts().unwrap_or_default()),
                _ => {}
            }
            self.write_until(last, end)?;
        }
        self.write_cues(f64::INFINITY)?;
        let written = self.output.write_trailer();
        // SAFETY: the context is valid; closing leaves a null pointer, so nothing is closed twice.
        let closed = check(unsafe { ffi::avio_closep(&raw mut (*self.output.as_mut_ptr()).pb) });
        written
            .and(closed)
            .map_err(|error| write_error(&self.path, error))
    }

    fn write_until(&mut self, mut packet: Packet, end: i64) -> Result<()> {
        let start = packet.pts().unwrap_or_default();
        self.write_cues(self.fps.frame_ms(start.cast_unsigned()))?;
        packet.set_stream(0);
        packet.set_duration(end - start);
        packet.rescale_ts(time_base(self.fps), self.stream_time_base);
        self.put(&packet)
    }

    /// Writes the subtitles that begin up to a time.
    fn write_cues(&mut self, until_ms: f64) -> Result<()> {
        let Some((stream, cues)) = &mut self.subtitles else {
            return Ok(());
        };
        let stream = *stream;
        let due = cues.partition_point(|cue| cue.start_ms <= until_ms);
        let due: Vec<Cue> = cues.drain(..due).collect();
        for cue in due {
            let unit = self
                .output
                .stream(stream)
                .map_or(MILLISECONDS, |stream| stream.time_base());
            let ticks = |ms: f64| (ms.round() as i64).rescale(MILLISECONDS, unit);
            let mut packet = Packet::copy(&self.container.cue_payload(&cue));
            packet.set_stream(stream);
            packet.set_pts(Some(ticks(cue.start_ms)));
            packet.set_dts(Some(ticks(cue.start_ms)));
            packet.set_duration(ticks(cue.end_ms) - ticks(cue.start_ms));
            packet.set_flags(codec::packet::Flags::KEY);
            self.put(&packet)?;
        }
        Ok(())
    }

    fn put(&mut self, packet: &Packet) -> Result<()> {
        match packet.write(&mut self.output) {
            Ok(_) => Ok(()),
            Err(error) => Err(write_error(&self.path, error)),
        }
    }

    /// How long the last picture of an animated PNG lasts, in places of the grid.
    fn set_final_delay(&mut self, places: i64) {
        let Fps { num, den } = self.fps;
        let delay = format!("{}/{num}", places * i64::from(den));
        let Ok(delay) = CString::new(delay) else { return };
        // SAFETY: the context is valid and its private data is the muxer's, whose option this is; both strings end in NUL
        // and outlive the call.
        unsafe {
            let context = self.output.as_mut_ptr();
            ffi::av_opt_set((*context).priv_data, c"final_delay".as_ptr(), delay.as_ptr(), 0);
        }
    }
}

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

impl Container {
    /// A subtitle as a packet: of 3GPP Timed Text (26.245, 5.17) with its length in front, else `WebVTT`.
    fn cue_payload(self, cue: &Cue) -> Vec<u8> {
        if self != Self::Mp4 {
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
}

/// Tells the file what it is and adds the streams beside the video: those of the subtitles and of the poster, as far as
/// there are any.
fn annotate(
    output: &mut format::context::Output,
    annotations: &Annotations,
    codecs: TrackCodecs,
    size: Size,
) -> Result<(Option<usize>, Option<usize>), ffmpeg_next::Error> {
    output.set_metadata(metadata(annotations));
    for (
        Chapter {
            start_ms,
            end_ms,
            title,
        },
        id,
    ) in annotations.chapters.iter().zip(1..)
    {
        let (start, end) = (start_ms.round() as i64, end_ms.round() as i64);
        output.add_chapter(id, MILLISECONDS, start, end, plain(title))?;
    }
    let subtitles = if annotations.cues.is_empty() {
        None
    } else {
        let stream = add_stream(output, media::Type::Subtitle, codecs.subtitles, Size::new(0, 0))?;
        if let Some(mut stream) = output.stream_mut(stream) {
            stream.set_time_base(MILLISECONDS);
            if codecs.subtitles == codec::Id::MOV_TEXT {
                set_headers(&mut stream, &timed_text_description())?;
            }
        }
        Some(stream)
    };
    let poster = match (annotations.poster_frame, codecs.poster) {
        (Some(_), Some(codec)) => {
            let stream = add_stream(output, media::Type::Video, codec, size)?;
            if let Some(mut stream) = output.stream_mut(stream) {
                // SAFETY: the stream is valid; sets one integer.
                unsafe { (*stream.as_mut_ptr()).disposition = ffi::AV_DISPOSITION_ATTACHED_PIC }
            }
            Some(stream)
        }
        _ => None,
    };
    Ok((subtitles, poster))
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
fn set_headers(stream: &mut format::stream::StreamMut<'_>, headers: &[u8]) -> Result<(), ffmpeg_next::Error> {
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

/// Chooses the name by which the file calls the codec. Apple's players open HEVC as `hvc1` only.
fn set_tag(stream: &mut format::stream::StreamMut<'_>, tag: [u8; 4]) {
    // SAFETY: the stream and its parameters are valid; sets one integer.
    unsafe { (*(*stream.as_mut_ptr()).codecpar).codec_tag = u32::from_le_bytes(tag) }
}

fn allocate(muxer: &CStr, url: &CStr) -> Result<format::context::Output, ffmpeg_next::Error> {
    let mut context = ptr::null_mut();
    // SAFETY: both strings end in NUL and outlive the call; on success the context is ours to wrap, once.
    unsafe {
        check(ffi::avformat_alloc_output_context2(
            &raw mut context,
            ptr::null(),
            muxer.as_ptr(),
            url.as_ptr(),
        ))?;
        Ok(format::context::Output::wrap(context))
    }
}

fn open_file(output: &mut format::context::Output, url: &CStr) -> Result<(), ffmpeg_next::Error> {
    let options: Dictionary<'_> = [("protocol_whitelist", "file")].into_iter().collect();
    // SAFETY: the context is valid and has no file yet, the string outlives the call, and the dictionary takes
    // back the options left over. The context closes the file when it is dropped.
    check(unsafe {
        let mut raw = options.disown();
        let context = output.as_mut_ptr();
        let opened = ffi::avio_open2(
            &raw mut (*context).pb,
            url.as_ptr(),
            ffi::AVIO_FLAG_WRITE,
            ptr::null(),
            &raw mut raw,
        );
        drop(Dictionary::own(raw));
        opened
    })
}

/// `path` as a URL in which FFmpeg sees a plain file whatever its name looks like.
fn file_url(path: &Path) -> Result<CString> {
    let absolute = std::path::absolute(path).map_err(|error| Error::io(path.display(), error))?;
    let url = [b"file:", absolute.as_os_str().as_bytes()].concat();
    CString::new(url).map_err(|_| Error::new(Kind::Usage, "the output's name has a NUL byte in it"))
}

/// FFmpeg passes the errors of the system through; the others are about the data.
fn write_error(path: &Path, error: ffmpeg_next::Error) -> Error {
    let what = format!("writing {}", path.display());
    match error {
        ffmpeg_next::Error::Other { errno } => Error::io(what, io::Error::from_raw_os_error(errno)),
        other => Error::new(Kind::Io, what).caused_by(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_is_taken_for_a_protocol() {
        for name in ["http://host/a.mp4", "concat:a|b", "pipe:1", "-y.mp4"] {
            let url = file_url(Path::new(name)).unwrap();
            assert!(url.to_bytes().starts_with(b"file:/"), "{url:?}");
        }
        assert_eq!(
            file_url(Path::new("/a b/ü.mp4")).unwrap().as_bytes(),
            "file:/a b/ü.mp4".as_bytes()
        );
    }

    #[test]
    fn a_full_disk_is_reported_as_such() {
        let full = ffmpeg_next::Error::Other { errno: libc::ENOSPC };
        assert_eq!(write_error(Path::new("a.mp4"), full).kind(), Kind::DiskFull);
        assert_eq!(
            write_error(Path::new("a.mp4"), ffmpeg_next::Error::InvalidData).kind(),
            Kind::Io
        );
    }
}
