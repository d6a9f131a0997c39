//! The one thing that FFmpeg's encoder of animated WebP leaves out: how long the last picture is shown. Pure; `muxer`
//! mends it. The format is the WebP Container Specification's: RIFF, in it a chunk ANMF for each picture.

/// Where the duration is in an ANMF chunk, and its bytes: behind X, Y, width and height of three bytes each.
const DURATION: usize = 12;
const HEADER: usize = 8;

/// Lets the last picture of an animation last until a time, in milliseconds from the start.
pub(super) fn end_at(file: &mut [u8], end_ms: f64) {
    let mut shown_ms = 0;
    let mut last = None;
    let mut at = 12; // behind RIFF, size and WEBP
    while let Some(header) = file.get(at..at + HEADER) {
        let size = u32::from_le_bytes([header[4], header[5], header[6], header[7]]) as usize;
        let is_picture = header.starts_with(b"ANMF");
        let place = at + HEADER + DURATION;
        if is_picture && let Some(&[low, middle, high]) = file.get(place..place + 3) {
            let duration = u32::from_le_bytes([low, middle, high, 0]);
            last = Some((place, shown_ms));
            shown_ms += duration;
        }
        at += HEADER + size.next_multiple_of(2);
    }
    if let Some((place, since_ms)) = last {
        let duration = (end_ms.round() as u32).saturating_sub(since_ms).min(0xff_ffff);
        file[place..place + 3].copy_from_slice(&duration.to_le_bytes()[..3]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(durations: &[u32]) -> Vec<u8> {
        let mut file = b"RIFF\0\0\0\0WEBPANIM\x03\0\0\0abc\0".to_vec();
        for duration in durations {
            file.extend(b"ANMF\x11\0\0\0............");
            file.extend(&duration.to_le_bytes()[..3]);
            file.extend(b"..\0");
        }
        file
    }

    #[test]
    fn the_last_picture_ends_the_animation() {
        for (durations, end_ms, expected) in [
            (&[100, 200, 77][..], 1000.0, &[100, 200, 700][..]),
            (&[100], 40.0, &[40]),
            (&[100, 5], 50.0, &[100, 0]),
            (&[1], 1e9, &[0xff_ffff]),
        ] {
            let mut changed = file(durations);
            end_at(&mut changed, end_ms);
            assert!(changed == file(expected), "{durations:?}");
        }
        for mut broken in [
            vec![],
            file(&[1])[..30].to_vec(),
            b"no picture at all, but long".to_vec(),
        ] {
            let before = broken.clone();
            end_at(&mut broken, 9.0);
            assert_eq!(broken, before);
        }
    }
}
