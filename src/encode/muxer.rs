//! FFmpeg's muxers behind a small type that reports our errors: the video's packets, and what belongs beside them.
//! `Video` hands it every packet, and the poster when it is shown.
#![allow(
    unsafe_code,
    reason = "opening, closing and tagging have no sound safe interface in ffmpeg-next"
)]

use std::collections::VecDeque;
use std::ffi::{CStr, CString};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::{fmt, io, ptr};

use ffmpeg_next::{Dictionary, Packet, Rational, Rescale, codec, ffi, format};

use super::annotations::{Annotations, Cue};
use super::codec::Codec;
use super::coder::Coder;
use super::container::Container;
use super::libav::{check, file_url, first_key, time_base};
use super::tracks::{MILLISECONDS, Tracks, cue_payload, set_headers};
use super::{EncoderSettings, mp4, webp};
use crate::error::{Error, Kind, Result};
use crate::frame::Fps;

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
        let tracks = Tracks::add(&mut output, annotations, container, settings.size).map_err(failed)?;
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
            subtitles: (tracks.subtitles).map(|stream| (stream, annotations.cues.clone().into())),
            poster: tracks.poster,
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
            .map_err(|error| write_error(&self.path, error))?;
        if self.container == Container::Mp4 && self.subtitles.is_some() {
            let file = File::options().read(true).write(true).open(&self.path);
            file.and_then(|mut file| mp4::switch_off_subtitles(&mut file))
                .map_err(|error| Error::writing(&self.path, error))?;
        }
        Ok(())
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
            let mut packet = Packet::copy(&cue_payload(self.container, &cue));
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

/// FFmpeg passes the errors of the system through; the others are about the data.
fn write_error(path: &Path, error: ffmpeg_next::Error) -> Error {
    match error {
        ffmpeg_next::Error::Other { errno } => Error::writing(path, io::Error::from_raw_os_error(errno)),
        other => Error::new(Kind::Io, "writing").known_as(path).caused_by(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
