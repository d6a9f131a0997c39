//! A part of the session as users write it for `--clip`: from a time on for so long, or from a time to another.
//! The command line parses it; `clips` places it.

use std::fmt;
use std::str::FromStr;

use super::SessionTime;

#[derive(Debug, Clone, PartialEq)]
pub struct ClipRange {
    /// As it was written, for messages.
    text: String,
    start: SessionTime,
    end: End,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum End {
    /// Milliseconds after the start.
    After(f64),
    At(SessionTime),
}

impl ClipRange {
    /// Start and end in session time, which may lie outside of the recording, or the wrong way round.
    pub(super) fn session_ms(&self, started_ms: f64) -> (f64, f64) {
        let start_ms = self.start.session_ms(started_ms);
        let end_ms = match self.end {
            End::After(length_ms) => start_ms + length_ms,
            End::At(end) => end.session_ms(started_ms),
        };
        (start_ms, end_ms)
    }
}

impl fmt::Display for ClipRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for ClipRange {
    type Err = String;

    /// `1:30+15`, `90+0:15`, `1:30..1:45`; the start may be a date and time with its offset from UTC.
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "'{text}' is not a part of the session; write START+LENGTH or START..END, for example 1:30+15 or 90..105"
            )
        };
        let time = |part: &str| match part {
            "" => Err(wrong()),
            time => time.parse(),
        };
        // An offset from UTC has a plus as well; the length comes last.
        let (start, end) = if let Some((start, end)) = text.split_once("..") {
            (start, End::At(time(end)?))
        } else {
            let (start, length) = text.rsplit_once('+').ok_or_else(wrong)?;
            match time(length)? {
                SessionTime::Offset(ms) if ms > 0.0 => (start, End::After(ms)),
                _ => return Err(wrong()),
            }
        };
        Ok(Self {
            text: text.to_owned(),
            start: time(start)?,
            end,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_written_by_length_or_by_end() {
        let second = 1000.0;
        for (text, start, end) in [
            ("2+1", 2.0, 3.0),
            ("1:30+0:15.5", 90.0, 105.5),
            ("12.5..14", 12.5, 14.0),
            ("1970-01-01T01:00:10+01:00+5", 0.0, 5.0),
            ("1970-01-01T00:00:12Z..1970-01-01T00:00:13Z", 2.0, 3.0),
            ("5..3", 5.0, 3.0),
        ] {
            let range: ClipRange = text.parse().unwrap();
            let found = range.session_ms(10.0 * second);
            assert_eq!(found, (start * second, end * second), "{text}");
            assert_eq!(range.to_string(), text);
        }
        for wrong in [
            "",
            "5",
            "5+",
            "+5",
            "5+0",
            "5..",
            "..5",
            "5-9",
            "x+1",
            "1+-2",
            "1970-01-01T01:00:10+01:00",
        ] {
            let told = wrong.parse::<ClipRange>().unwrap_err();
            // What is missing has no name; what was written has one.
            assert!(!told.starts_with("''") || wrong.is_empty(), "{wrong}: {told}");
        }
    }
}
