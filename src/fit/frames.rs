//! Frames that were kept, on their way to a smaller file: fewer pictures in a second. The frame grid stays as it is, so that
//! everything keeps its time to the millisecond. Called by `fit`.

use std::sync::Arc;

use image::RgbaImage;

use crate::frame::{Frame, Picture};

/// Lets pictures change only at each place of the grid that is a multiple of `every`, and at the last one.
#[derive(Debug)]
pub(super) struct Thinner {
    every: u64,
    last_place: u64,
    /// A picture that is shown from this place on.
    waiting: Option<(u64, Arc<RgbaImage>)>,
}

impl Thinner {
    pub(super) const fn new(every: u64, grid_frames: u64) -> Self {
        Self {
            every,
            last_place: grid_frames.saturating_sub(1),
            waiting: None,
        }
    }

    /// What becomes of the next frame: at most two.
    pub(super) fn thin(&mut self, frame: Frame) -> impl Iterator<Item = Frame> + use<> {
        let Frame { spec, picture, lasts } = frame;
        let end = spec.index + lasts;
        if let Picture::New(picture) = picture {
            let place = spec.index.next_multiple_of(self.every).min(self.last_place);
            self.waiting = Some((place, picture));
        }
        let due = self.waiting.take_if(|(place, _)| *place < end);
        let changes_at = due.as_ref().map_or(end, |(place, _)| *place);
        let repeated = (changes_at > spec.index).then_some(Frame {
            spec,
            picture: Picture::Repeat,
            lasts: changes_at - spec.index,
        });
        let changed = due.map(|(place, picture)| {
            let mut spec = spec;
            spec.index = place;
            Frame {
                spec,
                picture: Picture::New(picture),
                lasts: end - place,
            }
        });
        repeated.into_iter().chain(changed)
    }
}

#[cfg(test)]
mod tests {
    use image::Rgba;

    use super::*;
    use crate::frame::FrameSpec;

    /// A grid from a sketch in which letters are new pictures and `-` repeats them, thinned, as a sketch again.
    fn thinned(sketch: &str, every: u64, runs: &[u64]) -> String {
        let letters: Vec<char> = sketch.chars().collect();
        let mut thinner = Thinner::new(every, letters.len() as u64);
        let mut seen = String::new();
        let mut index = 0;
        for &lasts in runs {
            let picture = match letters[index as usize] {
                '-' => Picture::Repeat,
                letter => Picture::New(Arc::new(RgbaImage::from_pixel(
                    1,
                    1,
                    Rgba([letter as u8, 0, 0, 255]),
                ))),
            };
            let spec = FrameSpec {
                index,
                pts_ms: 0.0,
                session_ms: 0.0,
            };
            for frame in thinner.thin(Frame { spec, picture, lasts }) {
                assert_eq!(frame.spec.index, seen.len() as u64);
                seen.push(match frame.picture {
                    Picture::New(picture) => picture.get_pixel(0, 0).0[0] as char,
                    Picture::Repeat => '-',
                });
                seen.extend((1..frame.lasts).map(|_| '-'));
            }
            index += lasts;
        }
        seen
    }

    #[test]
    fn pictures_change_at_every_nth_place_and_the_last_is_shown() {
        for (sketch, runs, every, expected) in [
            ("abcdefg", &[1; 7][..], 1, "abcdefg"),
            ("abcdefg", &[1; 7], 2, "a-c-e-g"),
            ("abcdef", &[1; 6], 2, "a-c-ef"),
            ("abcdefg", &[1; 7], 3, "a--d--g"),
            ("abcde", &[1; 5], 3, "a--de"),
            ("a-b----c--", &[2, 5, 3], 4, "a---b---c-"),
            ("a-b----c--", &[2, 5, 3], 30, "a--------c"),
            ("ab", &[1, 1], 5, "ab"),
            ("a", &[1], 5, "a"),
        ] {
            assert_eq!(thinned(sketch, every, runs), expected, "{sketch} {every}");
        }
    }
}
