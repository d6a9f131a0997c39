//! What is told in words, on the picture and below it: shared by `render` and `verify`.

use std::sync::Arc;

use clap::{Args, ValueEnum};

use crate::error::Result;
use crate::overlay::footer_height;
use crate::recording::{Moment, Recording};
use crate::story::{Note, Script, ScriptOptions};
use crate::timeline::{BandHeight, CapturePlan, SessionTime};

#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Words in the picture")]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a switch that the user may set"
)]
pub(in crate::cli) struct WordArgs {
    /// Where clicks, pages and errors are told: as subtitles to switch on, or always, in the picture
    #[arg(long, value_enum, default_value = "subtitles", value_name = "HOW")]
    pub(in crate::cli) captions: Captions,

    /// Show what is typed, as it is typed; masked letters are dots, passwords are never shown
    #[arg(long)]
    pub(in crate::cli) keys: bool,

    /// Show a text for some seconds from this session time on, written as for --start; may be repeated
    #[arg(
        long = "annotate",
        value_name = "TIME:TEXT",
        value_parser = note,
        allow_hyphen_values = true,
    )]
    pub(in crate::cli) notes: Vec<Note>,

    /// Show a title in the first seconds; it is the video file's title, too
    #[arg(long, value_name = "TEXT", value_parser = title)]
    pub(in crate::cli) title: Option<String>,

    /// Add a band below the picture: session time, date and time (UTC), the page's address, window, skipped idle time
    #[arg(long)]
    pub(in crate::cli) footer: bool,

    /// Do not say where idle time was skipped
    #[arg(long, hide_short_help = true)]
    pub(in crate::cli) no_idle_mark: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Captions {
    /// Only as subtitles, in formats that have them
    Subtitles,
    /// In the picture, too
    Burn,
}

impl WordArgs {
    /// How high the footer is.
    pub(in crate::cli) fn band(&self) -> BandHeight {
        if self.footer { footer_height } else { |_| 0 }
    }

    /// What is told in each of the videos. `moments` are those of the recording. Fails if a note is about a moment that
    /// none of the videos shows.
    pub(in crate::cli) fn scripts(
        &self,
        recording: &Recording,
        moments: &[Moment],
        plan: &CapturePlan,
    ) -> Result<Vec<Arc<Script>>> {
        for note in &self.notes {
            plan.check_shown("--annotate", note.time, recording)?;
        }
        let options = ScriptOptions {
            title: self.title.clone(),
            notes: self.notes.clone(),
            captions: self.captions == Captions::Burn,
            keys: self.keys,
            skipped: !self.no_idle_mark,
            footer: self.footer,
        };
        let script = |video| Arc::new(Script::new(recording, moments, video, &options));
        Ok(plan.videos.iter().map(script).collect())
    }
}

/// Nothing would be an empty box.
fn title(text: &str) -> Result<String, String> {
    match text.trim() {
        "" => {
            Err("a title needs a text; write for example \"Order 7 fails\", or leave --title out".to_owned())
        }
        title => Ok(title.to_owned()),
    }
}

/// The time is the longest beginning that is one: it may have colons in it.
fn note(text: &str) -> Result<Note, String> {
    let colons = text.match_indices(':').map(|(at, _)| at);
    let mut parts = colons.map(|at| (&text[..at], &text[at + 1..]));
    let split = parts.rfind(|(time, _)| time.parse::<SessionTime>().is_ok());
    match split {
        Some((time, words)) if !words.trim().is_empty() => Ok(Note {
            time: time.parse()?,
            text: words.trim().to_owned(),
        }),
        _ => Err(format!(
            "'{text}' is not a time and a text; write for example 1:23:\"Here it fails\""
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_not_empty() {
        assert_eq!(title(" Order 7 "), Ok("Order 7".to_owned()));
        assert!(title("").is_err() && title(" \t").is_err());
    }

    #[test]
    fn notes_are_a_time_and_a_text() {
        use SessionTime::{Absolute, Offset};
        for (text, time, words) in [
            ("12.5:Look", Offset(12_500.0), "Look"),
            ("1:30: 5 items: all wrong", Offset(90_000.0), "5 items: all wrong"),
            ("1:02:03.5:x", Offset(3_723_500.0), "x"),
            ("2024-05-01T10:00:00Z:x", Absolute(1_714_557_600_000.0), "x"),
            ("2024-05-01T12:00:00+02:00:x", Absolute(1_714_557_600_000.0), "x"),
        ] {
            let note = note(text).unwrap();
            assert_eq!((note.time, note.text.as_str()), (time, words), "{text}");
        }
        for wrong in ["", "Look", "12.5", "12.5:", "12.5: ", "x:Look"] {
            assert!(note(wrong).is_err(), "{wrong}");
        }
    }
}
