//! What a recording may be wrapped in: gzip, zlib, Zstandard, ZIP, and what carries it over the web, in any order.
//! `format` asks [`Container::of`] what bytes are, by their content, and looks again at what comes out.

mod envelope;
mod form;
mod har;
mod zip;

use std::error::Error as _;
use std::fmt;

use flate2::bufread::{GzDecoder, ZlibDecoder};
use serde::Serialize;

use self::form::Form;
use self::har::Har;
pub(super) use self::zip::Zip;
use super::budget::Budget;
use crate::error::{Error, Kind, Result};

/// Containers within containers: nobody wraps a recording more often.
const MOST: usize = 8;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Container {
    /// RFC 1952, of one or several members.
    Gzip,
    /// RFC 1950: what browsers call "deflate".
    Zlib,
    /// RFC 8878, of one or several frames.
    Zstd,
    Zip,
    /// HTTP Archive 1.2: the bodies in it.
    Har,
    /// RFC 7578: the parts of a form.
    Multipart,
    /// Lines of JSON, and gzip or zlib between them, as `Sentry` sends them.
    Envelope,
}

impl fmt::Display for Container {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Gzip => "gzip",
            Self::Zlib => "zlib",
            Self::Zstd => "Zstandard",
            Self::Zip => "ZIP",
            Self::Har => "HAR",
            Self::Multipart => "multipart form data",
            Self::Envelope => "an envelope",
        })
    }
}

/// What is inside a container.
#[derive(Debug)]
pub(super) enum Inside {
    Bytes(Vec<u8>),
    Entries(Entries),
}

/// Several things beside each other, each with a name.
#[derive(Debug)]
pub(super) enum Entries {
    Zip(Zip),
    Har(Har),
    Form(Form),
}

impl Entries {
    /// In the order of the container.
    pub(super) fn names(&self) -> Vec<String> {
        match self {
            Self::Zip(zip) => zip.names(),
            Self::Har(har) => har.names(),
            Self::Form(form) => form.names(),
        }
    }

    /// Decodes one entry, counted from 0.
    pub(super) fn read(&mut self, index: usize, budget: &mut Budget) -> Result<Vec<u8>> {
        match self {
            Self::Zip(zip) => zip.read(index, budget),
            Self::Har(har) => har.read(index, budget),
            Self::Form(form) => form.read(index, budget),
        }
    }
}

impl Container {
    /// What the first bytes say, and for text the first lines or the whole.
    pub(super) fn of(bytes: &[u8]) -> Option<Self> {
        Self::of_stream(bytes).or_else(|| {
            Some(match bytes {
                // The first entry, or the end of an archive without any.
                [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Self::Zip,
                _ if Form::is_one(bytes) => Self::Multipart,
                _ if envelope::is_one(bytes) => Self::Envelope,
                _ if Har::is_one(bytes) => Self::Har,
                _ => return None,
            })
        })
    }

    /// What compresses a single thing.
    fn of_stream(bytes: &[u8]) -> Option<Self> {
        Some(match bytes {
            [0x1f, 0x8b, 8, ..] => Self::Gzip,
            // A window of 32 KiB, no dictionary, and the check bits of each of the four levels.
            [0x78, 0x01 | 0x5e | 0x9c | 0xda, ..] => Self::Zlib,
            // A frame, or one to be skipped in front of it.
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Self::Zstd,
            _ => return None,
        })
    }

    /// Opens one more container, inside those that are open already.
    ///
    /// # Errors
    /// `InvalidRecording` for what is damaged or nested too deep, `RecordingTooLarge` at the end of the budget.
    pub(super) fn open(self, bytes: Vec<u8>, around: &[Self], budget: &mut Budget) -> Result<Inside> {
        if around.len() >= MOST {
            return Err(Error::new(
                Kind::InvalidRecording,
                format!("more than {MOST} containers within each other, the innermost of them {self}"),
            )
            .hint("Unpack the outer ones first."));
        }
        let what = format!("{self} data");
        Ok(Inside::Bytes(match self {
            Self::Gzip => gunzip(&bytes, &what, budget)?,
            Self::Zlib => budget.read(ZlibDecoder::new(&*bytes), &what)?,
            Self::Zstd => {
                let decoder = zstd::Decoder::with_buffer(&*bytes)
                    .map_err(|cause| Error::new(Kind::Internal, "no Zstandard decoder").caused_by(cause))?;
                budget.read(decoder, &what).map_err(|error| {
                    if wants_large_window(&error) {
                        large_window()
                    } else {
                        error
                    }
                })?
            }
            Self::Envelope => envelope::open(&bytes, budget)?,
            Self::Zip => return Ok(Inside::Entries(Entries::Zip(Zip::open(bytes)?))),
            Self::Har => return Ok(Inside::Entries(Entries::Har(Har::open(bytes)?))),
            Self::Multipart => return Ok(Inside::Entries(Entries::Form(Form::open(bytes)))),
        }))
    }
}

/// Whether a decoder refused a frame that refers to what was more than 128 MiB before, as the format allows it to.
fn wants_large_window(error: &Error) -> bool {
    // `ZSTD_error_frameParameter_windowTooLarge`; errors are their negative codes.
    let refusal = zstd::zstd_safe::get_error_name(16_usize.wrapping_neg());
    error.source().is_some_and(|cause| cause.to_string() == refusal)
}

fn large_window() -> Error {
    Error::new(
        Kind::InvalidRecording,
        "Zstandard data with a window of more than 128 MiB, as zstd --long=28 and higher writes it",
    )
    .hint("Unpack it first: zstd -d --long=31.")
}

/// Reads all members. Tapes and some disks pad with zeros.
fn gunzip(bytes: &[u8], what: &str, budget: &mut Budget) -> Result<Vec<u8>> {
    let mut decoded = Vec::new();
    let mut rest = bytes;
    loop {
        let mut member = GzDecoder::new(rest);
        budget.append(&mut decoded, &mut member, what)?;
        rest = member.into_inner();
        if rest.iter().all(|&byte| byte == 0) {
            return Ok(decoded);
        }
    }
}

#[cfg(test)]
pub(in crate::recording) mod tests {
    use std::io::{Cursor, Write};

    use ::zip::write::{SimpleFileOptions, ZipWriter};
    use flate2::Compression;
    use flate2::write::{GzEncoder, ZlibEncoder};

    use super::*;
    use crate::recording::format;
    use crate::recording::format::tests::{META, SNAPSHOT};

    const ALL: [Container; 4] = [Container::Gzip, Container::Zlib, Container::Zstd, Container::Zip];

    /// Puts something into a container.
    pub(in crate::recording) fn wrap(container: Container, bytes: &[u8]) -> Vec<u8> {
        match container {
            Container::Gzip => {
                let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
                encoder.write_all(bytes).unwrap();
                encoder.finish().unwrap()
            }
            Container::Zlib => {
                let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
                encoder.write_all(bytes).unwrap();
                encoder.finish().unwrap()
            }
            Container::Zstd => zstd::encode_all(bytes, 0).unwrap(),
            Container::Zip => zip_of(&[("recording", bytes)]),
            Container::Har | Container::Multipart | Container::Envelope => {
                unreachable!("their tests are beside them")
            }
        }
    }

    pub(in crate::recording) fn zip_of(entries: &[(&str, &[u8])]) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in entries {
            zip.start_file(*name, SimpleFileOptions::default()).unwrap();
            zip.write_all(bytes).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    /// What is in a container that does not hold entries.
    fn unwrap(bytes: Vec<u8>) -> Result<Vec<u8>> {
        let container = Container::of(&bytes).unwrap();
        match container.open(bytes, &[], &mut Budget::new(1 << 20))? {
            Inside::Bytes(decoded) => Ok(decoded),
            Inside::Entries(entries) => panic!("{entries:?}"),
        }
    }

    #[test]
    fn members_and_frames_follow_one_another() {
        for container in [Container::Gzip, Container::Zstd] {
            let two = [wrap(container, b"one, "), wrap(container, b"two")].concat();
            assert_eq!(unwrap(two).unwrap(), b"one, two", "{container}");
        }
        let skippable = [
            &b"\x5a\x2a\x4d\x18\x03\0\0\0abc"[..],
            &wrap(Container::Zstd, b"x"),
        ]
        .concat();
        assert_eq!(unwrap(skippable).unwrap(), b"x");
        let padded = [wrap(Container::Gzip, b"x"), vec![0; 1000]].concat();
        assert_eq!(unwrap(padded).unwrap(), b"x");
    }

    #[test]
    fn damage_is_told_with_the_container() {
        let text: Vec<u8> = (0..2000_u32)
            .flat_map(|n| (n * n).to_string().into_bytes())
            .collect();
        for container in [Container::Gzip, Container::Zlib, Container::Zstd] {
            let whole = wrap(container, &text);
            for end in 4..whole.len() {
                let error = unwrap(whole[..end].to_vec()).unwrap_err();
                assert_eq!(error.kind(), Kind::InvalidRecording, "{container}");
                assert!(error.to_string().contains(&container.to_string()), "{error}");
            }
            let mut flipped = whole.clone();
            flipped[whole.len() / 2] ^= 0x10;
            // Zstandard's checksum is optional, and not written by default.
            if container != Container::Zstd {
                unwrap(flipped).unwrap_err();
            }
        }
        let behind = [wrap(Container::Gzip, b"x"), b"rest".to_vec()].concat();
        unwrap(behind).unwrap_err();
    }

    #[test]
    fn a_window_that_is_too_large_is_no_damage() {
        for (window_log, is_read) in [(27, true), (28, false)] {
            // A frame of one raw byte: the window's size is 2 to the power of 10 and the first 5 bits.
            let mut frame = vec![0x28, 0xb5, 0x2f, 0xfd, 0];
            frame.push((window_log - 10) << 3);
            frame.extend([0b1001, 0, 0, b'x']);
            match unwrap(frame) {
                Ok(decoded) => assert!(is_read && decoded == b"x"),
                Err(error) => assert!(
                    !is_read && error.to_string().contains("more than 128 MiB"),
                    "{error}"
                ),
            }
        }
    }

    #[test]
    fn text_is_no_container() {
        for text in ["", "x", "[", "{\"a\":1}", "xylophone", "PKZIP", "(\u{b5}/"] {
            assert_eq!(Container::of(text.as_bytes()), None, "{text}");
        }
    }

    /// One text of every format.
    fn texts() -> Vec<Vec<u8>> {
        let events = format!("{META},{SNAPSHOT}");
        let utf16 = format!("\u{feff}[{events}]")
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        let texts = [
            format!("[{events}]"),
            format!(r#"{{"events":[{events}]}}"#),
            format!("{META}\n{SNAPSHOT}\n"),
            format!("[[{events}],[{events}]]"),
            format!(r#"{{"version":"2023-04-28","data":{{"snapshots":[{events}]}}}}"#),
            format!("[\"w1\",{META}]\n[\"w2\",{SNAPSHOT}]"),
            format!(r#"{{"event":"$snapshot","properties":{{"$snapshot_items":[{events}]}}}}"#),
        ];
        let mut all: Vec<Vec<u8>> = texts.map(String::into_bytes).into();
        let snappy = snap::raw::Encoder::new().compress_vec(&all[5]).unwrap();
        all.extend([utf16, snappy]);
        all
    }

    /// What is read, as far as it can differ.
    fn read(bytes: Vec<u8>, budget: u64) -> Result<(Vec<Container>, String)> {
        let contents = format::read(bytes, &mut Budget::new(budget))?;
        let rest = format!(
            "{:?} {:?} {:?}",
            contents.format, contents.sessions, contents.problems
        );
        Ok((contents.containers, rest))
    }

    #[test]
    fn every_format_is_read_in_every_container_in_every_other() {
        for text in texts() {
            let (containers, bare) = read(text.clone(), 1 << 20).unwrap();
            assert_eq!(containers, []);
            for inner in ALL {
                let once = wrap(inner, &text);
                assert_eq!(read(once.clone(), 1 << 20).unwrap(), (vec![inner], bare.clone()));
                for outer in ALL {
                    let twice = read(wrap(outer, &once), 1 << 20).unwrap();
                    assert_eq!(twice, (vec![outer, inner], bare.clone()));
                }
            }
        }
    }

    #[test]
    fn no_truncation_panics() {
        let text = texts().swap_remove(0);
        for container in ALL {
            let whole = wrap(container, &text);
            for end in 0..whole.len() {
                if let Err(error) = read(whole[..end].to_vec(), 1 << 20) {
                    assert_eq!(error.kind(), Kind::InvalidRecording, "{container} {end}");
                }
            }
        }
    }

    #[test]
    fn no_changed_byte_panics() {
        let text = texts().swap_remove(0);
        for container in ALL {
            let whole = wrap(container, &text);
            for at in 0..whole.len() {
                for change in [0x01, 0x80, 0xff] {
                    let mut changed = whole.clone();
                    changed[at] ^= change;
                    if let Err(error) = read(changed, 1 << 20) {
                        let expected = [Kind::InvalidRecording, Kind::RecordingTooLarge];
                        assert!(expected.contains(&error.kind()), "{container} {at}: {error:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_bomb_in_a_bomb_stops_at_the_budget() {
        let zeros = vec![0; 64 << 20];
        for inner in ALL {
            let bomb = wrap(inner, &zeros);
            for outer in ALL {
                let error = read(wrap(outer, &bomb), 2 << 20).unwrap_err();
                assert_eq!(error.kind(), Kind::RecordingTooLarge, "{inner} in {outer}");
            }
        }
    }

    #[test]
    fn what_is_nested_too_deep_is_refused() {
        let mut bytes = texts().swap_remove(0);
        for _ in 0..MOST {
            bytes = wrap(Container::Gzip, &bytes);
        }
        assert_eq!(read(bytes.clone(), 1 << 20).unwrap().0.len(), MOST);
        let error = read(wrap(Container::Zstd, &bytes), 1 << 20).unwrap_err();
        assert_eq!(error.kind(), Kind::InvalidRecording);
        assert!(error.to_string().contains("more than 8 containers"), "{error}");
    }

    #[test]
    fn decoded_text_counts_once() {
        let text = texts().swap_remove(3);
        let size = text.len() as u64;
        for bytes in [text.clone(), wrap(Container::Gzip, &text)] {
            read(bytes.clone(), size).unwrap();
            let error = read(bytes, size - 1).unwrap_err();
            assert_eq!(error.kind(), Kind::RecordingTooLarge);
        }
    }
}
