//! The one thing that FFmpeg's MP4 muxer decides by itself: it switches the first subtitles on. Here they are switched off,
//! as people expect of subtitles that they did not ask for; `muxer` calls it when the file is complete. The format is that of
//! ISO/IEC 14496-12.

use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::Range;

/// In front of each box: its length, and its type of four letters.
const HEADER: usize = 8;
/// Within a `tkhd` box, the lowest byte of its flags; and in that the bit that the track is enabled.
const FLAGS: usize = 3;
const ENABLED: u8 = 1;
/// Within a `hdlr` box, what handles the track.
const HANDLER: Range<usize> = 8..12;

/// Switches off all tracks of subtitles of a file.
pub(super) fn switch_off_subtitles(file: &mut (impl Read + Write + Seek)) -> io::Result<()> {
    let Some((start, length)) = find_movie(file)? else {
        return Ok(());
    };
    let mut movie = vec![0; length];
    file.seek(SeekFrom::Start(start))?;
    file.read_exact(&mut movie)?;
    for place in flags_of_subtitles(&movie) {
        file.seek(SeekFrom::Start(start + place as u64))?;
        file.write_all(&[movie[place] & !ENABLED])?;
    }
    Ok(())
}

/// Where the contents of the `moov` box begin, and how long they are.
fn find_movie(file: &mut (impl Read + Seek)) -> io::Result<Option<(u64, usize)>> {
    let end = file.seek(SeekFrom::End(0))?;
    let mut at = 0;
    while at + HEADER as u64 <= end {
        let mut header = [0; 2 * HEADER];
        file.seek(SeekFrom::Start(at))?;
        file.read_exact(&mut header[..HEADER])?;
        let [a, b, c, d, ..] = header;
        let (header_length, length) = match u32::from_be_bytes([a, b, c, d]) {
            0 => (HEADER, end - at),
            // Too long for 32 bits: the length follows.
            1 => {
                file.read_exact(&mut header[HEADER..])?;
                let length = header[HEADER..]
                    .iter()
                    .fold(0, |length, byte| length << 8 | u64::from(*byte));
                (2 * HEADER, length)
            }
            length => (HEADER, u64::from(length)),
        };
        let Some(contents) = length.checked_sub(header_length as u64) else {
            return Ok(None);
        };
        let start = at + header_length as u64;
        if &header[4..HEADER] == b"moov" {
            let length = contents.min(end.saturating_sub(start));
            return Ok(usize::try_from(length).ok().map(|length| (start, length)));
        }
        at += length;
    }
    Ok(None)
}

/// The places of the bytes of flags of all tracks of subtitles within the contents of a `moov` box.
fn flags_of_subtitles(movie: &[u8]) -> Vec<usize> {
    let tracks = boxes(movie, 0..movie.len()).filter(|(kind, _)| kind == b"trak");
    let flags = tracks.filter_map(|(_, track)| {
        let within = |parent: &Range<usize>, kind: &[u8; 4]| {
            boxes(movie, parent.clone())
                .find(|(found, _)| found == kind)
                .map(|(_, contents)| contents)
        };
        let handler = within(&within(&track, b"mdia")?, b"hdlr")?;
        let is_subtitles = [b"sbtl", b"text"].contains(&movie[handler].get(HANDLER)?.try_into().ok()?);
        let flags = within(&track, b"tkhd")?.start + FLAGS;
        (is_subtitles && flags < movie.len()).then_some(flags)
    });
    flags.collect()
}

/// The boxes one after the other in a range: the type of each, and where its contents are.
fn boxes(bytes: &[u8], range: Range<usize>) -> impl Iterator<Item = ([u8; 4], Range<usize>)> + '_ {
    let mut at = range.start;
    std::iter::from_fn(move || {
        let &[a, b, c, d, ref kind @ ..] = bytes.get(at..at + HEADER)? else {
            return None;
        };
        let end = at + u32::from_be_bytes([a, b, c, d]) as usize;
        let contents = at + HEADER..end;
        if contents.start > contents.end || end > range.end {
            return None;
        }
        at = end;
        Some((kind.try_into().ok()?, contents))
    })
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn in_box(kind: [u8; 4], contents: &[&[u8]]) -> Vec<u8> {
        let contents = contents.concat();
        let length = (contents.len() + HEADER) as u32;
        [&length.to_be_bytes(), &kind[..], &contents].concat()
    }

    fn track(handler: [u8; 4], flags: u8) -> Vec<u8> {
        let handler = in_box(*b"hdlr", &[&[0; 8], &handler, b"name"]);
        let media = in_box(*b"mdia", &[&in_box(*b"mdhd", &[b"...."]), &handler]);
        in_box(*b"trak", &[&in_box(*b"tkhd", &[&[0, 0, 0, flags, 9]]), &media])
    }

    fn file(video: u8, subtitles: u8) -> Vec<u8> {
        let tracks = [
            track(*b"vide", video),
            track(*b"sbtl", subtitles),
            track(*b"text", subtitles),
        ]
        .concat();
        let movie = in_box(*b"moov", &[&in_box(*b"mvhd", &[b"...."]), &tracks]);
        let mut data = vec![0, 0, 0, 1];
        data.extend(b"mdat\0\0\0\0\0\0\0\x14....");
        [in_box(*b"ftyp", &[b"isom"]), data, movie].concat()
    }

    #[test]
    fn subtitles_alone_are_switched_off() {
        let mut changed = Cursor::new(file(3, 3));
        switch_off_subtitles(&mut changed).unwrap();
        assert!(changed.into_inner() == file(3, 2));
    }

    #[test]
    fn what_is_cut_off_or_no_such_file_stays_as_it_is() {
        let whole = file(3, 3);
        for end in 0..whole.len() - 200 {
            let mut part = Cursor::new(whole[..end].to_vec());
            drop(switch_off_subtitles(&mut part));
            assert!(part.into_inner() == whole[..end], "{end}");
        }
        for odd in [
            &b"\0\0\0\x03moov"[..],
            b"\0\0\0\0moov\0\0\0\x02trak",
            b"\0\0\0\x01moov",
        ] {
            let mut odd_file = Cursor::new(odd.to_vec());
            drop(switch_off_subtitles(&mut odd_file));
            assert_eq!(odd_file.into_inner(), odd);
        }
    }
}
