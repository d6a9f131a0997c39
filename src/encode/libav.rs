//! The encoder and the muxer of FFmpeg behind two small types that report our errors.
//! `Encoder` sends frames to `Coder` and hands the packets to `Muxer`.
#![allow(
    unsafe_code,
    reason = "opening, closing and tagging have no sound safe interface in ffmpeg-next"
)]

use std::collections::VecDeque;
use std::ffi::{CStr, CString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Once;
use std::{fmt, io, ptr, slice, thread};

use ffmpeg_next::format::Pixel;
use ffmpeg_next::{Dictionary, Packet, Rational, codec, color, encoder, ffi, format, frame};

use super::format::{Codec, OutputFormat};
use super::still::{H264Stills, Stills};
use crate::error::{Error, Kind, Result};
use crate::frame::{Fps, Size};

/// More threads than this cost more than they give at the sizes of a screen.
const MAX_THREADS: usize = 4;

/// FFmpeg's own messages never reach stderr: what matters comes back as an error.
pub(super) fn prepare() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // Fills the table of error texts, and cannot fail.
        let _ = ffmpeg_next::init();
        // SAFETY: sets one integer.
        unsafe { ffi::av_log_set_level(ffi::AV_LOG_QUIET) }
    });
}

/// Whether the linked FFmpeg can encode `codec`.
pub(super) fn has_encoder(codec: Codec) -> bool {
    prepare();
    encoder::find_by_name(codec.encoder_name()).is_some()
}

/// Says on the frame itself which colours it holds.
pub(super) fn tag_bt709(frame: &mut frame::Video) {
    frame.set_color_space(color::Space::BT709);
    frame.set_color_range(color::Range::MPEG);
    frame.set_color_primaries(color::Primaries::BT709);
    frame.set_color_transfer_characteristic(color::TransferCharacteristic::BT709);
}

fn time_base(fps: Fps) -> Rational {
    Rational::new(fps.den.cast_signed(), fps.num.cast_signed())
}

/// An open encoder.
pub(super) struct Coder {
    encoder: encoder::video::Encoder,
    codec: Codec,
    stills: Option<Stills>,
    /// The frames whose packets are still to come, in order.
    due: VecDeque<Due>,
}

/// Where the packet of a frame comes from.
enum Due {
    /// The encoder, which may look at the frames behind it first.
    Encoder,
    /// Our hand, with this time.
    Still(i64),
}

impl fmt::Debug for Coder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Coder")
            .field("codec", &self.codec)
            .finish_non_exhaustive()
    }
}

impl Coder {
    /// Opens the encoder of `codec` for frames of `size` with times in units of 1/`fps`.
    pub(super) fn open(codec: Codec, size: Size, fps: Fps) -> Result<Self> {
        prepare();
        let name = codec.encoder_name();
        let refused = |error: ffmpeg_next::Error| {
            Error::new(
                Kind::Internal,
                format!("{name} does not take {size} pixels at {fps} frames a second"),
            )
            .caused_by(error)
        };
        let found = encoder::find_by_name(name).ok_or_else(|| super::missing_encoder(codec))?;
        let mut video = codec::Context::new_with_codec(found)
            .encoder()
            .video()
            .map_err(refused)?;
        video.set_width(size.width);
        video.set_height(size.height);
        video.set_format(Pixel::YUV420P);
        video.set_aspect_ratio((1, 1));
        video.set_time_base(time_base(fps));
        video.set_frame_rate(Some((fps.num.cast_signed(), fps.den.cast_signed())));
        video.set_colorspace(color::Space::BT709);
        video.set_color_range(color::Range::MPEG);
        video.set_color_primaries(color::Primaries::BT709);
        video.set_color_transfer_characteristic(color::TransferCharacteristic::BT709);
        // Keyframes come only where they are asked for.
        video.set_gop(i32::MAX.cast_unsigned());
        video.set_max_b_frames(0);
        video.set_flags(codec::Flags::GLOBAL_HEADER);
        video.set_threading(codec::threading::Config::count(threads()));

        let mut options: Dictionary<'_> = codec.encoder_options().iter().collect();
        // SAFETY: the context is valid and not yet open. The options left over come back through the same
        // pointer, which the dictionary takes over again.
        let (opened, unknown) = unsafe {
            let mut raw = options.disown();
            let opened = ffi::avcodec_open2(video.as_mut_ptr(), found.as_ptr(), &raw mut raw);
            options = Dictionary::own(raw);
            (opened, first_key(&options))
        };
        check(opened).map_err(refused)?;
        if let Some(unknown) = unknown {
            return Err(Error::new(
                Kind::Internal,
                format!("{name} does not know its option '{unknown}'"),
            ));
        }
        let stills = match codec {
            Codec::H264 => H264Stills::new(headers(&video)).map(Stills::H264),
            Codec::Vp9 => Some(Stills::Vp9),
            Codec::Av1 | Codec::Hevc => None,
        };
        Ok(Self {
            encoder: encoder::video::Encoder(video),
            codec,
            stills,
            due: VecDeque::new(),
        })
    }

    /// Shows the frame before once more, if this encoder's stream allows to write such a packet by hand; else
    /// does nothing and says so. Only such packets or a keyframe may follow.
    pub(super) fn repeat(&mut self, pts: i64) -> bool {
        if self.stills.is_some() {
            self.due.push_back(Due::Still(pts));
        }
        self.stills.is_some()
    }

    /// Encodes `frame`; its packet is due from `receive`, maybe only after some more frames.
    pub(super) fn send(&mut self, frame: &frame::Video) -> Result<()> {
        self.due.push_back(Due::Encoder);
        self.encoder.send_frame(frame).map_err(|error| self.failed(error))
    }

    /// Tells the encoder that no frame follows.
    pub(super) fn send_end(&mut self) -> Result<()> {
        self.encoder.send_eof().map_err(|error| self.failed(error))
    }

    /// The next packet, if one is ready.
    pub(super) fn receive(&mut self) -> Result<Option<Packet>> {
        if let (Some(Due::Still(pts)), Some(stills)) = (self.due.front(), &mut self.stills) {
            let mut packet = Packet::copy(&stills.packet());
            packet.set_pts(Some(*pts));
            packet.set_dts(Some(*pts));
            self.due.pop_front();
            return Ok(Some(packet));
        }
        let mut packet = Packet::empty();
        match self.encoder.receive_packet(&mut packet) {
            Ok(()) => {
                self.due.pop_front();
                if let Some(stills) = &mut self.stills {
                    stills.encoded(packet.is_key());
                }
                Ok(Some(packet))
            }
            Err(ffmpeg_next::Error::Eof | ffmpeg_next::Error::Other { errno: libc::EAGAIN }) => Ok(None),
            Err(error) => Err(self.failed(error)),
        }
    }

    fn failed(&self, error: ffmpeg_next::Error) -> Error {
        Error::new(Kind::Internal, format!("{} failed", self.codec.encoder_name())).caused_by(error)
    }
}

/// The stream's headers, which the encoder has ready once it is open.
fn headers(context: &codec::Context) -> &[u8] {
    // SAFETY: the context is valid; its extradata is null or has as many bytes as it says, and is not written to
    // while the context is borrowed.
    unsafe {
        let context = &*context.as_ptr();
        if context.extradata.is_null() {
            return &[];
        }
        slice::from_raw_parts(
            context.extradata,
            usize::try_from(context.extradata_size).unwrap_or(0),
        )
    }
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

fn threads() -> usize {
    thread::available_parallelism()
        .map_or(1, usize::from)
        .min(MAX_THREADS)
}

/// An open output file.
pub(super) struct Muxer {
    output: format::context::Output,
    path: PathBuf,
    packet_time_base: Rational,
    stream_time_base: Rational,
    /// The newest packet: how long it lasts is known when the next one comes.
    held: Option<Packet>,
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
    pub(super) fn create(path: &Path, format: OutputFormat, fps: Fps, coder: &Coder) -> Result<Self> {
        let url = file_url(path)?;
        let container = format.container();
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

        let mut stream = output.add_stream_with(&coder.encoder).map_err(failed)?;
        stream.set_time_base(time_base(fps));
        if let Some(stills) = &coder.stills {
            set_headers(&mut stream, &stills.headers(headers(&coder.encoder))).map_err(failed)?;
        }
        if coder.codec == Codec::Hevc {
            set_tag(&mut stream, *b"hvc1");
        }
        // Without random ids, the same frames give the same file.
        let common = [("fflags", "+bitexact"), ("protocol_whitelist", "file")];
        let options: Dictionary<'_> = container.muxer_options().iter().chain(&common).collect();
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
            packet_time_base: time_base(fps),
            stream_time_base,
            held: None,
        })
    }

    /// Takes the next packet; the one before it lasts until then.
    pub(super) fn write(&mut self, packet: Packet) -> Result<()> {
        let start = packet.pts().unwrap_or_default();
        let before = self.held.replace(packet);
        before.map_or(Ok(()), |before| self.write_until(before, start))
    }

    /// Writes what is held, lets it last until `end`, and completes the file.
    pub(super) fn finish(mut self, end: i64) -> Result<()> {
        if let Some(last) = self.held.take() {
            self.write_until(last, end)?;
        }
        let written = self.output.write_trailer();
        // SAFETY: the context is valid; closing leaves a null pointer, so nothing is closed twice.
        let closed = check(unsafe { ffi::avio_closep(&raw mut (*self.output.as_mut_ptr()).pb) });
        written
            .and(closed)
            .map_err(|error| write_error(&self.path, error))
    }

    fn write_until(&mut self, mut packet: Packet, end: i64) -> Result<()> {
        packet.set_stream(0);
        packet.set_duration(end - packet.pts().unwrap_or_default());
        packet.rescale_ts(self.packet_time_base, self.stream_time_base);
        match packet.write(&mut self.output) {
            Ok(_) => Ok(()),
            Err(error) => Err(write_error(&self.path, error)),
        }
    }
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

fn first_key(options: &Dictionary<'_>) -> Option<String> {
    options.iter().next().map(|(key, _)| key.to_owned())
}

fn check(code: i32) -> Result<(), ffmpeg_next::Error> {
    if code < 0 { Err(code.into()) } else { Ok(()) }
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
