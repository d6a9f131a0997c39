//! Whether a WebM file was cut off: FFmpeg reads it to its end, wherever that is. `reader` asks. The format is Matroska's
//! (RFC 9559), which is made of EBML elements (RFC 8794).

use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Whether a WebM is shorter than its segment says at its beginning.
pub(super) fn lacks_bytes(path: &Path) -> bool {
    // What precedes the segment is about 40 bytes long.
    let mut head = Vec::new();
    let length = File::open(path).and_then(|file| {
        (&file).take(1024).read_to_end(&mut head)?;
        Ok(file.metadata()?.len())
    });
    length.is_ok_and(|length| segment_end(&head).is_some_and(|end| length < end))
}

/// Where the segment of a WebM ends, in bytes, if the beginning of the file says so.
fn segment_end(head: &[u8]) -> Option<u64> {
    const EBML_HEADER: &[u8] = &[0x1a, 0x45, 0xdf, 0xa3];
    const SEGMENT: &[u8] = &[0x18, 0x53, 0x80, 0x67];
    let (length, rest) = ebml_size(head.strip_prefix(EBML_HEADER)?)?;
    let (length, rest) = ebml_size(rest.get(usize::try_from(length).ok()?..)?.strip_prefix(SEGMENT)?)?;
    length.checked_add((head.len() - rest.len()) as u64)
}

/// The size of an element, which its first bytes tell, and what follows them; None for one that is not known.
fn ebml_size(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let first = *bytes.first()?;
    // As many bytes as there are zeros in front of the first one, and one more.
    let (size, rest) = bytes.split_at_checked(first.leading_zeros() as usize + 1)?;
    let all_bits = size.iter().fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
    let mask = 1_u64.checked_shl(7 * size.len() as u32)? - 1;
    let value = all_bits & mask;
    (size.len() <= 8 && value != mask).then_some((value, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_says_where_it_ends() {
        let header = [0x1a, 0x45, 0xdf, 0xa3, 0x83, 1, 2, 3];
        let segment = [0x18, 0x53, 0x80, 0x67];
        let of = |size: &[u8]| segment_end(&[&header[..], &segment, size, &[0; 5]].concat());
        assert_eq!(of(&[0x85]), Some(18));
        assert_eq!(of(&[0x40, 0x10]), Some(30));
        assert_eq!(of(&[1, 0, 0, 0, 0, 0, 2, 0]), Some(532));
        for unknown in [
            &[0xff][..],
            &[0x7f, 0xff],
            &[1, 255, 255, 255, 255, 255, 255, 255],
            &[0; 12],
        ] {
            assert_eq!(of(unknown), None, "{unknown:?}");
        }
        for end in 0..header.len() + segment.len() {
            assert_eq!(segment_end(&[&header[..], &segment].concat()[..end]), None);
        }
        assert_eq!(segment_end(b"\0\0\0 ftypisom"), None);
    }
}
