//! Lines of JSON with gzip or zlib between them: `Sentry`'s envelopes, in which a segment of a recording is compressed
//! and what is said of it is not.

use flate2::bufread::{GzDecoder, ZlibDecoder};

use super::Container;
use crate::error::Result;
use crate::recording::budget::Budget;

/// The lines before the first compressed piece: no recorder writes as many.
const MOST_LINES: usize = 16;

pub(super) fn is_one(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    for _ in 0..MOST_LINES {
        let (b"{", Some(end)) = (rest.get(..1).unwrap_or_default(), memchr::memchr(b'\n', rest)) else {
            return false;
        };
        rest = &rest[end + 1..];
        if is_compressed(rest).is_some() {
            return true;
        }
    }
    false
}

/// All as text, each piece on lines of its own.
pub(super) fn open(bytes: &[u8], budget: &mut Budget) -> Result<Vec<u8>> {
    let mut text = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let what = "compressed part of the envelope";
        rest = match is_compressed(rest) {
            Some(Container::Gzip) => {
                let mut decoder = GzDecoder::new(rest);
                budget.append(&mut text, &mut decoder, what)?;
                decoder.into_inner()
            }
            Some(_) => {
                let mut decoder = ZlibDecoder::new(rest);
                budget.append(&mut text, &mut decoder, what)?;
                decoder.into_inner()
            }
            None => {
                let length = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
                budget.spend(length as u64 + 1)?;
                text.extend_from_slice(&rest[..length]);
                rest.get(length + 1..).unwrap_or_default()
            }
        };
        text.push(b'\n');
    }
    Ok(text)
}

fn is_compressed(bytes: &[u8]) -> Option<Container> {
    Container::of_stream(bytes).filter(|stream| matches!(stream, Container::Gzip | Container::Zlib))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;
    use crate::recording::container::tests::wrap;

    fn decoded(bytes: &[u8]) -> String {
        assert!(is_one(bytes));
        String::from_utf8(open(bytes, &mut Budget::new(1000)).unwrap()).unwrap()
    }

    #[test]
    fn what_is_between_the_lines_is_decoded() {
        for container in [Container::Gzip, Container::Zlib] {
            let piece = wrap(container, b"[1,2]");
            let segment = [b"{\"a\":1}\n{\"segment_id\":0}\n", &*piece].concat();
            let text = "{\"a\":1}\n{\"segment_id\":0}\n[1,2]\n";
            assert_eq!(decoded(&segment), text);
            // As several of them are stored one after the other.
            assert_eq!(
                decoded(&[&*segment, b"\n", &*segment].concat()),
                format!("{text}\n{text}")
            );
            assert_eq!(decoded(&[&*segment, &*segment].concat()), format!("{text}{text}"));
        }
    }

    #[test]
    fn lines_alone_are_none() {
        for text in ["", "{", "{}\n", "{}\n{}\n[]\n", "x\n", "{}\nxyz", "\n\n"] {
            assert!(!is_one(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn damage_and_bombs_are_told() {
        let envelope = |piece: &[u8]| [b"{}\n", piece].concat();
        let piece = wrap(Container::Zlib, &[b'1'; 5000]);
        let failure = |bytes: &[u8]| open(bytes, &mut Budget::new(1000)).unwrap_err().kind();
        assert_eq!(failure(&envelope(&piece)), Kind::RecordingTooLarge);
        let piece = wrap(Container::Zlib, b"[1,2]");
        assert_eq!(
            failure(&envelope(&piece[..piece.len() - 5])),
            Kind::InvalidRecording
        );
    }
}
