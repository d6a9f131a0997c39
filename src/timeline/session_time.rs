//! A moment of the session as users write it: seconds from the beginning, or a date and time.
//! The command line parses `--start` and `--end` with it; `Timeline::resolve` places it.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum SessionTime {
    /// Milliseconds since the recording's first event.
    Offset(f64),
    /// Milliseconds since 1970.
    Absolute(f64),
}

impl SessionTime {
    /// As session time; negative if it is before the recording.
    pub fn session_ms(self, started_ms: f64) -> f64 {
        match self {
            Self::Offset(ms) => ms,
            Self::Absolute(epoch_ms) => epoch_ms - started_ms,
        }
    }
}

impl fmt::Display for SessionTime {
    /// `12.5 s`, or the date and time in UTC.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // Written out, it may have 300 digits.
            Self::Offset(ms) if *ms >= 1e15 => write!(f, "{:e} s", ms / 1000.0),
            Self::Offset(ms) => write!(f, "{} s", ms / 1000.0),
            Self::Absolute(epoch_ms) => match Timestamp::from_microsecond((epoch_ms * 1000.0).round() as i64)
            {
                Ok(time) => time.fmt(f),
                Err(_) => f.write_str("a time without a date"),
            },
        }
    }
}

impl FromStr for SessionTime {
    type Err = String;

    /// `12.5`, `2:03`, `1:02:03.5`, or ISO 8601 with an offset from UTC.
    fn from_str(text: &str) -> Result<Self, String> {
        // Only a date has a dash in it.
        if text.get(1..).is_some_and(|rest| rest.contains('-')) {
            return absolute(text);
        }
        offset(text).ok_or_else(|| {
            format!("'{text}' is not a time; write seconds (12.5), 1:02:03.5 or 2024-05-01T10:00:00Z")
        })
    }
}

fn absolute(text: &str) -> Result<SessionTime, String> {
    let time: Timestamp = text.parse().map_err(|_| {
        format!("'{text}' is not a time; write it with its offset from UTC: 2024-05-01T10:00:00Z or …+02:00")
    })?;
    Ok(SessionTime::Absolute(time.as_microsecond() as f64 / 1000.0))
}

fn offset(text: &str) -> Option<SessionTime> {
    let (rest, seconds) = text
        .rsplit_once(':')
        .map_or((None, text), |(rest, seconds)| (Some(rest), seconds));
    let plain = seconds.starts_with(|c: char| c.is_ascii_digit());
    let mut total: f64 = seconds.parse().ok().filter(|_| plain)?;
    if let Some(rest) = rest {
        let (hours, minutes) = rest.split_once(':').unwrap_or(("0", rest));
        let whole = |part: &str| {
            part.bytes()
                .all(|c| c.is_ascii_digit())
                .then(|| part.parse().ok())?
        };
        let (hours, minutes): (u32, u32) = (whole(hours)?, whole(minutes)?);
        // 90:00 is fine, 1:90:00 and 0:75 are slips.
        if total >= 60.0 || (rest.contains(':') && minutes >= 60) {
            return None;
        }
        total += 60.0 * f64::from(minutes) + 3600.0 * f64::from(hours);
    }
    let ms = total * 1000.0;
    ms.is_finite().then_some(SessionTime::Offset(ms))
}

#[cfg(test)]
mod tests {
    use super::*;
    use SessionTime::{Absolute, Offset};

    #[test]
    fn times_parse_as_people_write_them() {
        for (text, time) in [
            ("0", Offset(0.0)),
            ("12.5", Offset(12_500.0)),
            ("90", Offset(90_000.0)),
            ("2:03", Offset(123_000.0)),
            ("90:00", Offset(5_400_000.0)),
            ("1:02:03.5", Offset(3_723_500.0)),
            ("2024-05-01T10:00:00Z", Absolute(1_714_557_600_000.0)),
            ("2024-05-01T12:00:00.25+02:00", Absolute(1_714_557_600_250.0)),
            ("2024-05-01 10:00:00Z", Absolute(1_714_557_600_000.0)),
        ] {
            assert_eq!(text.parse(), Ok(time), "{text}");
        }
    }

    #[test]
    fn times_are_told_as_they_are_meant() {
        for (text, told) in [
            ("12.5", "12.5 s"),
            ("1:02:03", "3723 s"),
            ("1e300", "1e300 s"),
            ("0", "0 s"),
            ("2024-05-01T12:00:00.25+02:00", "2024-05-01T10:00:00.25Z"),
        ] {
            let time: SessionTime = text.parse().unwrap();
            assert_eq!(time.to_string(), told);
        }
    }

    #[test]
    fn slips_are_refused() {
        for text in [
            "",
            "-5",
            "+5",
            "x",
            "1:",
            ":5",
            "1:-5",
            "1:75",
            "1:60:00",
            "1:2:3:4",
            "1e999",
            "inf",
            "nan",
            "1:+2:3",
            "2024-05-01",
            "2024-05-01T10:00:00",
            "2024-13-01T10:00:00Z",
            "é-",
        ] {
            assert!(text.parse::<SessionTime>().is_err(), "{text}");
        }
    }
}
