//! What all that calls FFmpeg needs of it: quiet messages, files by their names, frames with pixels of their own, errors.
#![allow(
    unsafe_code,
    reason = "ffmpeg-next has no sound safe interface to log levels, names that are not UTF-8 and the pixels of frames"
)]

use std::ffi::{CStr, CString};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::Once;
use std::{ptr, slice};

use ffmpeg_next::{Dictionary, Rational, encoder, ffi, format, frame};

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

/// `path` as a URL in which FFmpeg sees a plain file whatever its name looks like.
pub(super) fn file_url(path: &Path) -> Result<CString> {
    let absolute = std::path::absolute(path).map_err(|error| Error::io(path.display(), error))?;
    let url = [b"file:", absolute.as_os_str().as_bytes()].concat();
    CString::new(url).map_err(|_| Error::new(Kind::Usage, "a file's name has a NUL byte in it"))
}

/// Opens a file to be read.
pub(super) fn open_input(url: &CStr) -> Result<format::context::Input, ffmpeg_next::Error> {
    let options: Dictionary<'_> = [("protocol_whitelist", "file")].into_iter().collect();
    let mut context = ptr::null_mut();
    // SAFETY: the string ends in NUL and outlives the call, and the dictionary takes back the options left over. On success
    // the context is ours to wrap, once, and is closed when it is dropped.
    unsafe {
        let mut raw = options.disown();
        let opened = ffi::avformat_open_input(&raw mut context, url.as_ptr(), ptr::null(), &raw mut raw);
        drop(Dictionary::own(raw));
        check(opened)?;
        let input = format::context::Input::wrap(context);
        check(ffi::avformat_find_stream_info(context, ptr::null_mut()))?;
        Ok(input)
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
}
