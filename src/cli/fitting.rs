//! What is said of `--max-size`: how the file was made to fit, as text and in the report.

use serde::Serialize;

use super::print;
use crate::encode::OutputFormat;
use crate::fit::{EncodesAgain, Fit, Setting};
use crate::frame::Size;

#[derive(Debug, Serialize)]
pub(super) struct FitReport {
    max_bytes: u64,
    /// How often all frames were encoded.
    encodings: usize,
    asked: SettingReport,
    chosen: SettingReport,
    kept_bytes: u64,
    /// Seconds of the encodings after the first.
    extra_s: f64,
}

#[derive(Debug, Serialize)]
struct SettingReport {
    quality: String,
    fps: String,
    size: Size,
}

impl FitReport {
    pub(super) fn new(fit: &Fit, format: OutputFormat) -> Self {
        let setting = |setting: Setting| SettingReport {
            quality: setting.quality.describe(format),
            fps: setting.fps.to_string(),
            size: setting.size,
        };
        Self {
            max_bytes: fit.max_bytes,
            encodings: fit.encodings,
            asked: setting(fit.asked),
            chosen: setting(fit.chosen),
            kept_bytes: fit.kept_bytes,
            extra_s: fit.extra_s,
        }
    }
}

/// The size, and what was chosen instead of what was asked for.
pub(super) fn describe(fit: &Fit, bytes: u64, format: OutputFormat) -> String {
    let (asked, chosen) = (fit.asked, fit.chosen);
    let mut changes = Vec::new();
    if asked.quality != chosen.quality {
        changes.push(format!(
            "{} instead of {}",
            chosen.quality.describe(format),
            asked.quality.describe(format)
        ));
    }
    if asked.fps != chosen.fps {
        changes.push(format!(
            "{} instead of {} fps",
            print::rate(chosen.fps),
            print::rate(asked.fps)
        ));
    }
    if asked.size != chosen.size {
        changes.push(format!("{} instead of {}", chosen.size, asked.size));
    }
    if changes.is_empty() {
        changes.push("nothing had to be lowered".to_owned());
    }
    format!(
        "{} of at most {}: {}",
        print::bytes(bytes),
        print::bytes(fit.max_bytes),
        changes.join(", ")
    )
}

/// What comes next, and why.
pub(super) fn describe_next(again: EncodesAgain, format: OutputFormat) -> String {
    let Setting { quality, fps, size } = again.setting;
    format!(
        "{} so far; encoding again with {}, {} fps, {size}",
        print::bytes(again.bytes),
        quality.describe(format),
        print::rate(fps)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encode::Quality;
    use crate::frame::Fps;

    #[test]
    fn only_what_was_changed_is_told() {
        let h264 = OutputFormat::resolve(Some("mp4"), None, None).unwrap();
        let asked = Setting {
            quality: Quality::Medium,
            fps: Fps::new(30, 1),
            size: Size::new(1920, 1080),
        };
        let crf = Setting {
            quality: Quality::Crf(35),
            ..asked
        };
        let all = Setting {
            fps: Fps::new(15, 1),
            size: Size::new(960, 540),
            ..crf
        };
        let slower = Setting {
            fps: Fps::new(25, 2),
            ..asked
        };
        for (chosen, told) in [
            (slower, "2.0 MB of at most 2.1 MB: 12.5 instead of 30 fps"),
            (asked, "2.0 MB of at most 2.1 MB: nothing had to be lowered"),
            (crf, "2.0 MB of at most 2.1 MB: crf 35 instead of crf 25"),
            (
                all,
                "2.0 MB of at most 2.1 MB: crf 35 instead of crf 25, 15 instead of 30 fps, 960x540 instead of 1920x1080",
            ),
        ] {
            let fit = Fit {
                max_bytes: 2_100_000,
                encodings: 2,
                asked,
                chosen,
                kept_bytes: 1,
                extra_s: 1.0,
            };
            assert_eq!(describe(&fit, 2_000_000, h264), told);
        }
    }
}
