//! What all that calls FFmpeg needs of it: quiet messages, frames with pixels of their own, errors.
#![allow(
    unsafe_code,
    reason = "ffmpeg-next has no sound safe interface to log levels and the pixels of frames"
)]

use std::slice;
use std::sync::Once;

use ffmpeg_next::{Dictionary, Rational, encoder, ffi, frame};

use crate::error::{Error, Kind, Result};
use crate::frame::Fps;

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

/// Whether the linked FFmpeg has the encoder of this name.
pub(super) fn has_encoder(name: &str) -> bool {
    prepare();
    encoder::find_by_name(name).is_some()
}

/// Gives the frame pixels of its own, should an encoder still hold them.
pub(super) fn make_writable(frame: &mut frame::Video) -> Result<()> {
    // SAFETY: the frame is valid; one without pixels is refused.
    let made = unsafe { ffi::av_frame_make_writable(frame.as_mut_ptr()) };
    if made < 0 {
        let message = format!(
            "no memory for a frame of {}x{} pixels",
            frame.width(),
            frame.height()
        );
        return Err(Error::new(Kind::Internal, message).caused_by(ffmpeg_next::Error::from(made)));
    }
    Ok(())
}

/// The three planes of a frame that has as many.
pub(super) fn planes(frame: &mut frame::Video) -> [&mut [u8]; 3] {
    [0, 1, 2].map(|plane| {
        let bytes = frame.data_mut(plane);
        let (start, length) = (bytes.as_mut_ptr(), bytes.len());
        // SAFETY: the planes of a frame do not overlap, each is taken once, and the frame is borrowed for as long.
        unsafe { slice::from_raw_parts_mut(start, length) }
    })
}

pub(super) fn time_base(fps: Fps) -> Rational {
    Rational::new(fps.den.cast_signed(), fps.num.cast_signed())
}

pub(super) fn first_key(options: &Dictionary<'_>) -> Option<String> {
    options.iter().next().map(|(key, _)| key.to_owned())
}

pub(super) fn check(code: i32) -> Result<(), ffmpeg_next::Error> {
    if code < 0 { Err(code.into()) } else { Ok(()) }
}
