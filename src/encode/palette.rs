//! The colours of a GIF: at most 255 for a picture, and a place for what is transparent. Pure; `gif` asks for indices.

use std::collections::HashMap;

use quantizr::{Image, Options, QuantizeResult};

/// Red, green, blue.
pub(super) type Color = [u8; 3];

/// How many pixels have each colour.
pub(super) type Counts = HashMap<Color, u32>;

/// This many answers are remembered, in some 14 MB: a long video may have all colours that there are.
const MOST_REMEMBERED: usize = 1 << 19;

/// Which colours stand for all of them.
#[derive(Debug)]
pub(super) struct Palette {
    colors: Vec<Color>,
    /// What was looked for already.
    nearest: HashMap<Color, Nearest>,
    /// How far its colours are from those that it was made for.
    made: Distance,
}

#[derive(Debug, Clone, Copy)]
struct Nearest {
    index: u8,
    distance: u32,
}

/// Between colours and what stands for them, in sums of squares of the channels' differences.
#[derive(Debug, Clone, Copy, Default)]
struct Distance {
    mean: f64,
    worst: u32,
}

impl Palette {
    /// These colours themselves, if they are no more than `most`.
    pub(super) fn exact(counts: &Counts, most: u16) -> Option<Self> {
        if counts.len() > usize::from(most) {
            return None;
        }
        let mut colors: Vec<Color> = counts.keys().copied().collect();
        // The same pictures give the same file.
        colors.sort_unstable();
        Some(Self::new(colors))
    }

    /// At most `most` colours that stand for these pixels.
    pub(super) fn quantized(pixels: &[Color], counts: &Counts, most: u16) -> Self {
        let rgba: Vec<u8> = pixels
            .iter()
            .flat_map(|[red, green, blue]| [*red, *green, *blue, 255])
            .collect();
        let mut options = Options::default();
        let colors = match Image::new(&rgba, pixels.len(), 1) {
            Ok(image) if options.set_max_colors(i32::from(most)).is_ok() => {
                let result = QuantizeResult::quantize(&image, &options);
                let found = result.get_palette();
                let entries = &found.entries[..found.count as usize];
                entries.iter().map(|color| [color.r, color.g, color.b]).collect()
            }
            _ => vec![[0; 3]],
        };
        let mut palette = Self::new(colors);
        palette.made = palette.distance(counts);
        palette
    }

    fn new(colors: Vec<Color>) -> Self {
        Self {
            colors,
            nearest: HashMap::new(),
            made: Distance::default(),
        }
    }

    /// Whether it stands for these colours as well as for those that it was made for, or within `tolerance`.
    pub(super) fn fits(&mut self, counts: &Counts, tolerance: u32) -> bool {
        let distance = self.distance(counts);
        distance.mean <= (self.made.mean * 1.5).max(f64::from(tolerance))
            && distance.worst <= self.made.worst.max(tolerance)
    }

    fn distance(&mut self, counts: &Counts) -> Distance {
        let mut sum = 0.0;
        let mut pixels = 0.0;
        let mut worst = 0;
        for (color, count) in counts {
            let distance = self.nearest(*color).distance;
            sum += f64::from(distance) * f64::from(*count);
            pixels += f64::from(*count);
            worst = worst.max(distance);
        }
        Distance {
            mean: if pixels > 0.0 { sum / pixels } else { 0.0 },
            worst,
        }
    }

    pub(super) fn index(&mut self, color: Color) -> u8 {
        self.nearest(color).index
    }

    fn nearest(&mut self, color: Color) -> Nearest {
        if self.nearest.len() >= MOST_REMEMBERED {
            self.nearest.clear();
        }
        let colors = &self.colors;
        *self.nearest.entry(color).or_insert_with(|| {
            let distances = colors.iter().map(|other| square_distance(color, *other));
            let best = distances.zip(0..=u8::MAX).min();
            best.map_or(
                Nearest {
                    index: 0,
                    distance: 0,
                },
                |(distance, index)| Nearest { index, distance },
            )
        })
    }

    /// The index behind the colours, for what is transparent.
    pub(super) fn transparent(&self) -> u8 {
        self.colors.len().min(usize::from(u8::MAX)) as u8
    }

    /// Three bytes a colour, with a place for what is transparent.
    pub(super) fn table(&self) -> Vec<u8> {
        let mut table = self.colors.concat();
        table.extend([0; 3]);
        table
    }
}

fn square_distance(a: Color, b: Color) -> u32 {
    a.iter()
        .zip(b)
        .map(|(a, b)| u32::from(a.abs_diff(b)).pow(2))
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(pixels: &[Color]) -> Counts {
        let mut counts = Counts::new();
        for pixel in pixels {
            *counts.entry(*pixel).or_default() += 1;
        }
        counts
    }

    #[test]
    fn few_colours_are_kept_exactly() {
        let pixels = [[1, 2, 3], [255, 0, 0], [1, 2, 3], [9, 9, 9]];
        let mut palette = Palette::exact(&counts(&pixels), 255).unwrap();
        let table = palette.table();
        for pixel in pixels {
            let at = usize::from(palette.index(pixel)) * 3;
            assert_eq!(table[at..at + 3], pixel);
        }
        assert_eq!((palette.transparent(), table.len()), (3, 12));
        assert!(Palette::exact(&counts(&pixels), 2).is_none());
        assert!(palette.fits(&counts(&[[1, 2, 3], [9, 9, 9]]), 0));
        assert!(!palette.fits(&counts(&[[1, 2, 3], [60, 9, 9]]), 0));
        assert!(palette.fits(&counts(&[[2, 2, 3]]), 1));
    }

    #[test]
    fn all_colours_of_a_long_video_are_not_remembered() {
        let mut palette = Palette::exact(&counts(&[[0, 0, 0], [255, 255, 255]]), 255).unwrap();
        let colors = (0..=255).flat_map(|red| (0..=255).map(move |green| (red, green)));
        for (red, green) in colors {
            for blue in (0..=255).step_by(16) {
                let is_light = u32::from(red) + u32::from(green) + u32::from(blue) > 382;
                assert_eq!(palette.index([red, green, blue]), u8::from(is_light));
            }
        }
        assert!(palette.nearest.len() <= MOST_REMEMBERED);
    }

    #[test]
    fn many_colours_get_near_ones() {
        let pixels: Vec<Color> = (0..64_u8)
            .flat_map(|x| (0..64_u8).map(move |y| [x * 4, y * 4, 128]))
            .collect();
        let counts = counts(&pixels);
        let mut palette = Palette::quantized(&pixels, &counts, 255);
        assert!(palette.colors.len() > 128 && palette.colors.len() <= 255);
        // Evenly spread, 255 colours are at most 8 from each on each of two channels.
        assert!(palette.made.mean < 2.0 * 64.0, "{:?}", palette.made);
        assert!(palette.fits(&counts, 0));
        assert!(!palette.fits(&Counts::from([([0, 0, 0], 1)]), 0));
    }
}
