//! FFmpeg's encoders behind a small type that reports our errors. `Video` sends frames to a `Coder` and hands the packets
//! to `Muxer`.
#![allow(
    unsafe_code,
    reason = "opening and reading headers have no sound safe interface in ffmpeg-next"
)]

use std::collections::VecDeque;
use std::{fmt, slice, thread};

use ffmpeg_next::{Dictionary, Packet, codec, color, encoder, ffi, frame};

use super::alternative::KEY_FRAMES;
use super::codec::Codec;
use super::format::OutputFormat;
use super::layout::Layout;
use super::libav::{check, first_key, prepare, time_base};
use super::quality::{Quality, QualityOptions};
use super::still::{H264Stills, Stills};
use crate::error::{Error, Kind, Result};
use crate::frame::{Fps, Size};

/// More threads than this cost more than they give at the sizes of a screen.
const MAX_THREADS: usize = 4;

/// An open encoder.
pub(super) struct Coder {
    encoder: encoder::video::Encoder,
    codec: Codec,
    name: &'static str,
    layout: Layout,
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
    /// Opens the encoder of `format` for frames of `size` with times in units of 1/`fps`.
    pub(super) fn open(format: OutputFormat, quality: Quality, size: Size, fps: Fps) -> Result<Self> {
        prepare();
        let codec = format.codec();
        let chosen = quality
            .options(format)
            .ok_or_else(|| Error::new(Kind::Internal, format!("{codec} is not made by FFmpeg")))?;
        let (name, layout) = (chosen.encoder, chosen.layout);
        let is_usual = format.alternative().is_none();
        let refused = |error: ffmpeg_next::Error| {
            let message = format!("{name} does not take {size} pixels at {fps} frames a second");
            Error::new(Kind::Internal, message).caused_by(error)
        };
        let found = encoder::find_by_name(name).ok_or_else(|| super::missing_encoder(codec, name))?;
        let mut video = codec::Context::new_with_codec(found)
            .encoder()
            .video()
            .map_err(refused)?;
        configure(&mut video, layout, size, fps);
        // Keyframes come only where they are asked for.
        video.set_gop(if is_usual {
            i32::MAX.cast_unsigned()
        } else {
            KEY_FRAMES
        });
        let unknown = open_with(&mut video, found, &chosen).map_err(|error| {
            if is_usual {
                refused(error)
            } else {
                super::unusable_encoder(name).caused_by(error)
            }
        })?;
        if let Some(unknown) = unknown {
            let message = format!("{name} does not know its option '{unknown}'");
            return Err(Error::new(Kind::Internal, message));
        }
        let stills = match codec {
            // What is written by hand was tried with the usual encoders only.
            _ if !is_usual => None,
            Codec::H264 => H264Stills::new(headers(&video)).map(Stills::H264),
            Codec::Vp9 => Some(Stills::Vp9 {
                profile: u8::from(layout == Layout::Gbr),
            }),
            _ => None,
        };
        Ok(Self {
            encoder: encoder::video::Encoder(video),
            codec,
            name,
            layout,
            stills,
            due: VecDeque::new(),
        })
    }

    pub(super) const fn codec(&self) -> Codec {
        self.codec
    }

    pub(super) const fn layout(&self) -> Layout {
        self.layout
    }

    pub(super) fn context(&self) -> &codec::Context {
        &self.encoder
    }

    /// The stream's headers with what the stills need, where that is more than the encoder's own.
    pub(super) fn headers(&self) -> Option<Vec<u8>> {
        let stills = self.stills.as_ref()?;
        Some(stills.headers(headers(&self.encoder)))
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
        Error::new(Kind::Internal, format!("{} failed", self.name)).caused_by(error)
    }
}

/// Tells an encoder of the frames that it will get.
fn configure(video: &mut encoder::video::Video, layout: Layout, size: Size, fps: Fps) {
    video.set_width(size.width);
    video.set_height(size.height);
    video.set_format(layout.pixel_format());
    video.set_aspect_ratio((1, 1));
    video.set_time_base(time_base(fps));
    video.set_frame_rate(Some((fps.num.cast_signed(), fps.den.cast_signed())));
    let (space, range) = layout.colors();
    video.set_colorspace(space);
    video.set_color_range(range);
    video.set_color_primaries(color::Primaries::BT709);
    video.set_color_transfer_characteristic(layout.transfer());
    if layout == Layout::Yuv420 {
        // SAFETY: the context is valid and not yet open; sets one number.
        unsafe { (*video.as_mut_ptr()).chroma_sample_location = ffi::AVChromaLocation::AVCHROMA_LOC_CENTER }
    }
    video.set_max_b_frames(0);
    video.set_flags(codec::Flags::GLOBAL_HEADER);
    video.set_threading(codec::threading::Config::count(threads()));
}

/// Opens an encoder with the options of a quality. Gives the name of one that it does not know, if there is one.
fn open_with(
    video: &mut encoder::video::Video,
    found: ffmpeg_next::Codec,
    chosen: &QualityOptions,
) -> Result<Option<String>, ffmpeg_next::Error> {
    let rate = chosen.rate.map(|(option, value)| (option, value.to_string()));
    let usual = chosen.usual.iter().copied();
    let usual = usual.filter(|(option, _)| chosen.instead.iter().all(|(instead, _)| instead != option));
    let named = usual.chain(chosen.instead.iter().copied());
    let mut options: Dictionary<'_> = named
        .chain(rate.as_ref().map(|(option, value)| (*option, value.as_str())))
        .collect();
    // SAFETY: the context is valid and not yet open. The options left over come back through the same
    // pointer, which the dictionary takes over again.
    let (opened, unknown) = unsafe {
        let mut raw = options.disown();
        let opened = ffi::avcodec_open2(video.as_mut_ptr(), found.as_ptr(), &raw mut raw);
        options = Dictionary::own(raw);
        (opened, first_key(&options))
    };
    check(opened)?;
    Ok(unknown)
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

fn threads() -> usize {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    (cores / 2).clamp(1, MAX_THREADS)
}
