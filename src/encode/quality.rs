//! How much of the picture is kept, as users say it, and what that is in each encoder's own numbers; measured in
//! docs/encoding.md. Tables only; `coder` hands them to FFmpeg, `gif` reads its own row.

use clap::ValueEnum;

use super::alternative::Alternative;
use super::codec::{Codec, Options};
use super::format::OutputFormat;
use super::layout::Layout;

/// How much of the picture is kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Quality {
    Low,
    #[default]
    Medium,
    High,
    /// Every pixel is exactly the one that was captured. Few players show such videos.
    Lossless,
    /// The encoder's own constant rate factor: smaller is better and larger.
    #[value(skip)]
    Crf(u8),
}

/// What an encoder is given for a quality.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct QualityOptions {
    /// Its name, which for lossless video may be another.
    pub(super) encoder: &'static str,
    pub(super) layout: Layout,
    /// Options that do not depend on the quality.
    pub(super) usual: Options,
    /// The name of an option, and its value.
    pub(super) rate: Option<(&'static str, u8)>,
    /// Options that stand in the place of those of the same name.
    pub(super) instead: Options,
}

/// The coarsest quality that is chosen to make a file smaller, how far it is from one to the next, and what a step makes of
/// a file's size; measured in docs/encoding.md.
struct Coarser {
    coarsest: u8,
    step: u8,
    factor: f64,
}

impl Quality {
    /// This quality and those below it that may be chosen to make a file smaller, the finest first; and the size of a file
    /// against that of the next finer one.
    pub(super) fn coarser(self, format: OutputFormat) -> (Vec<Self>, f64) {
        let codec = format.codec();
        let Some(rate) = self.options(format).and_then(|options| options.rate) else {
            let qualities = [Self::High, Self::Medium, Self::Low].into_iter();
            let mut below: Vec<Self> = qualities.skip_while(|quality| *quality != self).collect();
            if codec != Codec::Gif || below.is_empty() {
                below = vec![self];
            }
            return (below, 0.75);
        };
        let alternative = format.alternative().map(|row| Coarser {
            coarsest: row.coarsest,
            step: row.coarsest.div_ceil(40),
            factor: 0.92,
        });
        let usual = match codec {
            Codec::Vp9 | Codec::Av1 => Coarser {
                coarsest: 56,
                step: 3,
                factor: 0.9,
            },
            Codec::WebP => Coarser {
                coarsest: 30,
                step: 5,
                factor: 0.93,
            },
            Codec::Hevc => Coarser {
                coarsest: 40,
                step: 1,
                factor: 0.935,
            },
            _ => Coarser {
                coarsest: 38,
                step: 1,
                factor: 0.935,
            },
        };
        let Coarser {
            coarsest,
            step,
            factor,
        } = alternative.unwrap_or(usual);
        let (_, asked) = rate;
        let steps = asked.abs_diff(coarsest) / step;
        let below = (1..=steps).map(|count| {
            Self::Crf(if coarsest > asked {
                asked + count * step
            } else {
                asked - count * step
            })
        });
        (std::iter::once(self).chain(below).collect(), factor)
    }

    /// What it is called where it is chosen.
    pub fn describe(self, format: OutputFormat) -> String {
        match self.options(format).and_then(|options| options.rate) {
            Some((option, value)) => format!("{option} {value}"),
            None => match self {
                Self::Low => "low quality",
                Self::Medium | Self::Crf(_) => "medium quality",
                Self::High => "high quality",
                Self::Lossless => "lossless",
            }
            .to_owned(),
        }
    }

    /// One of three values.
    const fn of_three(self, low: u8, medium: u8, high: u8) -> u8 {
        match self {
            Self::Low => low,
            Self::Medium => medium,
            Self::High | Self::Lossless => high,
            Self::Crf(crf) => crf,
        }
    }

    /// What the encoder of a format is given; None for those that are not FFmpeg's work.
    pub(super) fn options(self, format: OutputFormat) -> Option<QualityOptions> {
        if let Some(row) = format.alternative() {
            return Some(self.options_of_alternative(row));
        }
        let codec = format.codec();
        let encoder = codec.encoder_name()?;
        let usual = codec.encoder_options();
        let lossy = |low, medium, high| QualityOptions {
            encoder,
            layout: Layout::Yuv420,
            usual,
            rate: Some(("crf", self.of_three(low, medium, high))),
            instead: &[],
        };
        let lossless = |encoder, layout, instead| QualityOptions {
            encoder,
            layout,
            usual,
            rate: None,
            instead,
        };
        let is_lossless = self == Self::Lossless;
        Some(match codec {
            Codec::H264 if is_lossless => lossless("libx264rgb", Layout::Bgr0, &[("qp", "0")]),
            Codec::Vp9 if is_lossless => lossless(encoder, Layout::Gbr, &[("lossless", "1")]),
            Codec::Av1 if is_lossless => lossless(
                encoder,
                Layout::Gbr,
                // In its real-time mode it knows 4:2:0 only.
                &[
                    ("usage", "good"),
                    ("cpu-used", "6"),
                    ("aom-params", "lossless=1:tune-content=screen"),
                ],
            ),
            Codec::Hevc if is_lossless => lossless(
                encoder,
                Layout::Gbr,
                &[(
                    "x265-params",
                    "lossless=1:keyint=-1:scenecut=0:bframes=0:rc-lookahead=10:frame-threads=1:log-level=none",
                )],
            ),
            Codec::H264 => lossy(31, 25, 19),
            Codec::Vp9 | Codec::Av1 => lossy(45, 35, 24),
            Codec::Hevc => lossy(33, 28, 22),
            Codec::WebP => QualityOptions {
                encoder,
                layout: Layout::Bgra,
                usual,
                rate: Some(("quality", self.of_three(40, 75, 92).min(100))),
                instead: if is_lossless { &[("lossless", "1")] } else { &[] },
            },
            Codec::Apng => lossless(encoder, Layout::Rgb, &[]),
            Codec::Gif | Codec::Png => return None,
        })
    }

    fn options_of_alternative(self, row: &Alternative) -> QualityOptions {
        let [low, medium, high] = row.values;
        QualityOptions {
            encoder: row.name,
            layout: Layout::Yuv420,
            usual: row.options,
            rate: Some((row.rate, self.of_three(low, medium, high))),
            instead: &[],
        }
    }

    /// How many colours a GIF's palette may have, and how far a colour may be from the one that it stands for,
    /// in sums of squares of the channels' differences.
    pub(super) const fn palette(self) -> (u16, u32) {
        match self {
            Self::Low => (64, 300),
            Self::Medium | Self::Crf(_) => (255, 48),
            Self::High | Self::Lossless => (255, 0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encode::container::Container;

    #[test]
    fn better_is_never_coarser_and_medium_is_the_usual() {
        assert_eq!(Quality::default(), Quality::Medium);
        for codec in [Codec::H264, Codec::Vp9, Codec::Av1, Codec::Hevc] {
            let format = OutputFormat::resolve(None, Some(Container::Mp4), Some(codec)).unwrap();
            let crf = |quality: Quality| quality.options(format).unwrap().rate.unwrap().1;
            assert!(crf(Quality::Low) > crf(Quality::Medium), "{codec}");
            assert!(crf(Quality::Medium) > crf(Quality::High), "{codec}");
            assert_eq!(crf(Quality::Crf(7)), 7);
            let lossless = Quality::Lossless.options(format).unwrap();
            assert!(lossless.rate.is_none() && lossless.layout != Layout::Yuv420);
        }
    }
}
