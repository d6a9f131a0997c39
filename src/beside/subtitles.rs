//! Cues as a file of subtitles: `WebVTT`, as the W3C describes it, or `SubRip`. Pure text.

use std::fmt::Write;
use std::path::Path;

use crate::encode::Cue;
use crate::error::{Error, Kind, Result};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubtitleFormat {
    WebVtt,
    SubRip,
}

impl SubtitleFormat {
    /// The format that a file's extension names.
    pub fn of_path(path: &Path) -> Result<Self> {
        let extension = path.extension().unwrap_or_default();
        if extension.eq_ignore_ascii_case("vtt") {
            Ok(Self::WebVtt)
        } else if extension.eq_ignore_ascii_case("srt") {
            Ok(Self::SubRip)
        } else {
            Err(Error::new(
                Kind::Usage,
                format!("{} is not named as subtitles", path.display()),
            )
            .hint("Use the extension vtt (WebVTT) or srt (SubRip)."))
        }
    }

    /// The whole file.
    pub fn write(self, cues: &[Cue]) -> String {
        let mut file = String::from(match self {
            Self::WebVtt => "WEBVTT\n\n",
            // Without a cue it would be empty, as a file is that nobody wrote.
            Self::SubRip if cues.is_empty() => "\n",
            Self::SubRip => "",
        });
        for (cue, number) in cues.iter().zip(1..) {
            if self == Self::SubRip {
                // Writing to a String cannot fail.
                let _ = writeln!(file, "{number}");
            }
            let (start, end) = (self.time(cue.start_ms), self.time(cue.end_ms));
            let text = match self {
                Self::WebVtt => cue.web_vtt(),
                Self::SubRip => cue.text.clone(),
            };
            let _ = write!(file, "{start} --> {end}\n{text}\n\n");
        }
        file
    }

    fn time(self, ms: f64) -> String {
        let ms = ms.round().max(0.0) as u64;
        let point = match self {
            Self::WebVtt => '.',
            Self::SubRip => ',',
        };
        let (hours, minutes, seconds) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60);
        format!("{hours:02}:{minutes:02}:{seconds:02}{point}{:03}", ms % 1000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_follow_their_formats() {
        let cues = [
            Cue {
                start_ms: 0.4,
                end_ms: 1500.0,
                text: "Click: \"A <b>\"\nPage: b.test".to_owned(),
            },
            Cue {
                start_ms: 3_723_004.0,
                end_ms: 3_724_000.0,
                text: "x".to_owned(),
            },
        ];
        assert_eq!(
            SubtitleFormat::WebVtt.write(&cues),
            "WEBVTT\n\n00:00:00.000 --> 00:00:01.500\nClick: \"A &lt;b&gt;\"\nPage: b.test\n\n\
             01:02:03.004 --> 01:02:04.000\nx\n\n"
        );
        assert_eq!(
            SubtitleFormat::SubRip.write(&cues[1..]),
            "1\n01:02:03,004 --> 01:02:04,000\nx\n\n"
        );
        assert_eq!(SubtitleFormat::WebVtt.write(&[]), "WEBVTT\n\n");
        assert_eq!(SubtitleFormat::SubRip.write(&[]), "\n");
        assert!(SubtitleFormat::of_path(Path::new("a.VTT")).is_ok());
        assert_eq!(
            SubtitleFormat::of_path(Path::new("a.txt")).unwrap_err().kind(),
            Kind::Usage
        );
    }
}
