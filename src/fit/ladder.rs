//! The settings that may be chosen to make a file smaller, from what was asked for down to the smallest that is still of
//! use. Pure; `choice` climbs down.

use crate::encode::{EncoderSettings, Quality};
use crate::frame::{Fps, Size};

/// One setting: smaller is better, first by the rendition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rung {
    pub(super) rendition: usize,
    /// Counted from the quality that was asked for, on to coarser ones.
    pub(super) quality: usize,
}

impl Rung {
    pub(super) const ASKED: Self = Self {
        rendition: 0,
        quality: 0,
    };

    /// Whether nothing of it is worse than of the other, so that it cannot be smaller either.
    pub(super) const fn is_no_smaller_than(self, other: Self) -> bool {
        self.rendition <= other.rendition && self.quality <= other.quality
    }
}

/// A frame rate and a size of the picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rendition {
    /// Pictures change only at the places of the frame grid that are multiples of this.
    pub(super) every: u64,
    pub(super) size: Size,
    /// What is expected of the file's size, against the first rendition's.
    pub(super) weight: f64,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Ladder {
    pub(super) qualities: usize,
    /// The size of a file against that of the next better quality.
    pub(super) step: f64,
    pub(super) renditions: Vec<Rendition>,
}

/// Frame rates that are come down to, and by how much sides get shorter: first motion goes, then sharpness.
const RENDITIONS: [(f64, f64); 8] = [
    (f64::INFINITY, 1.0),
    (15.0, 1.0),
    (10.0, 1.0),
    (10.0, 0.75),
    (10.0, 0.5),
    (5.0, 0.5),
    (5.0, 0.375),
    (5.0, 0.25),
];
/// A picture whose longer side has fewer pixels cannot be read.
const SHORTEST: u32 = 320;

/// How the size of a file follows the frame rate and the number of pixels, as powers; measured in docs/encoding.md.
const POWER_OF_FPS: f64 = 0.35;
const POWER_OF_PIXELS: f64 = 0.55;

impl Ladder {
    /// The ladder below these settings, and the qualities on it.
    pub(super) fn below(settings: &EncoderSettings) -> (Self, Vec<Quality>) {
        let (qualities, step) = settings.coarser_qualities();
        let mut renditions: Vec<Rendition> = Vec::new();
        for (most_fps, factor) in RENDITIONS {
            let every = (settings.fps.as_f64() / most_fps).ceil().max(1.0);
            let mut size = scaled(settings.size, factor);
            if size.width.max(size.height) < SHORTEST {
                size = renditions
                    .last()
                    .map_or(settings.size, |rendition| rendition.size);
            }
            let is_known = |rendition: &Rendition| (rendition.every, rendition.size) == (every as u64, size);
            if renditions.iter().any(is_known) {
                continue;
            }
            let pixels = size.pixels() as f64 / settings.size.pixels() as f64;
            renditions.push(Rendition {
                every: every as u64,
                size,
                weight: every.powf(-POWER_OF_FPS) * pixels.powf(POWER_OF_PIXELS),
            });
        }
        let ladder = Self {
            qualities: qualities.len(),
            step,
            renditions,
        };
        (ladder, qualities)
    }

    pub(super) fn weight(&self, rendition: usize) -> f64 {
        self.renditions[rendition].weight
    }

    /// All, the best first.
    pub(super) fn rungs(&self) -> impl Iterator<Item = Rung> {
        (0..self.renditions.len())
            .flat_map(|rendition| (0..self.qualities).map(move |quality| Rung { rendition, quality }))
    }

    pub(super) const fn lowest(&self) -> Rung {
        Rung {
            rendition: self.renditions.len() - 1,
            quality: self.qualities - 1,
        }
    }
}

/// Shorter sides, which stay even.
fn scaled(size: Size, factor: f64) -> Size {
    let shorter = |side: u32| ((f64::from(side) * factor / 2.0).round() as u32).max(1) * 2;
    if factor < 1.0 {
        Size::new(shorter(size.width), shorter(size.height))
    } else {
        size
    }
}

/// The rate at which pictures change.
pub(super) fn thinned(fps: Fps, every: u64) -> Fps {
    let every = every as u32;
    if fps.num.is_multiple_of(every) {
        Fps::new(fps.num / every, fps.den)
    } else {
        Fps::new(fps.num, fps.den * every)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encode::{Loops, OutputFormat, Timing};

    fn settings(extension: &str, fps: Fps, size: Size) -> EncoderSettings {
        EncoderSettings {
            format: OutputFormat::resolve(Some(extension), None, None).unwrap(),
            quality: Quality::Medium,
            size,
            fps,
            timing: Timing::Variable,
            loops: Loops::Forever,
        }
    }

    #[test]
    fn each_rendition_is_smaller_than_the_one_before() {
        for (fps, size, renditions) in [
            (Fps::new(30, 1), Size::new(1920, 1080), 8),
            (Fps::new(60, 1), Size::new(1280, 720), 8),
            (Fps::new(12, 1), Size::new(1280, 720), 7),
            (Fps::new(5, 1), Size::new(1280, 720), 5),
            (Fps::new(1, 1), Size::new(1280, 720), 5),
            (Fps::new(30, 1), Size::new(390, 664), 6),
            (Fps::new(30, 1), Size::new(200, 100), 4),
        ] {
            let (ladder, _) = Ladder::below(&settings("mp4", fps, size));
            assert_eq!(ladder.renditions.len(), renditions, "{fps} {size}");
            assert_eq!((ladder.renditions[0].every, ladder.renditions[0].size), (1, size));
            assert!(ladder.renditions.is_sorted_by(|a, b| a.weight > b.weight));
        }
    }

    #[test]
    fn sides_stay_even_and_rates_exact() {
        assert_eq!(scaled(Size::new(1853, 921), 1.0), Size::new(1853, 921));
        assert_eq!(scaled(Size::new(1853, 921), 0.5), Size::new(926, 460));
        assert_eq!(thinned(Fps::new(30, 1), 2), Fps::new(15, 1));
        assert_eq!(thinned(Fps::new(15, 1), 2), Fps::new(15, 2));
        assert_eq!(thinned(Fps::new(30_000, 1001), 3), Fps::new(10_000, 1001));
    }

    #[test]
    fn every_format_can_be_made_smaller() {
        for (extension, qualities) in [("mp4", 14), ("webm", 8), ("gif", 2), ("webp", 10), ("apng", 1)] {
            let (ladder, all) = Ladder::below(&settings(extension, Fps::new(15, 1), Size::new(1280, 720)));
            assert_eq!(
                (ladder.qualities, all.len()),
                (qualities, qualities),
                "{extension}"
            );
            assert_eq!(all[0], Quality::Medium);
            assert!(ladder.step > 0.3 && ladder.step < 1.0);
            assert_eq!(ladder.rungs().last(), Some(ladder.lowest()));
        }
    }
}
