//! What the user may ask of the timeline, before any recording is known. The command line parses these and
//! `Timeline::resolve` makes sense of them.

use std::str::FromStr;

use super::{SessionTime, WindowOption};

#[derive(Debug, Clone, PartialEq)]
pub struct TimelineOptions {
    /// The beginning of the recording if nothing else is said.
    pub start: Option<SessionTime>,
    /// The end of the recording if nothing else is said.
    pub end: Option<SessionTime>,
    /// Whether what is blank at the beginning is left out.
    pub trim_start: bool,
    /// The video plays this many times as fast as the session.
    pub speed: f64,
    pub idle: Idle,
    pub window: WindowOption,
}

impl Default for TimelineOptions {
    fn default() -> Self {
        Self {
            start: None,
            end: None,
            trim_start: false,
            speed: 1.0,
            idle: Idle::default(),
            window: WindowOption::default(),
        }
    }
}

/// What becomes of time in which the user does nothing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Idle {
    Keep,
    /// A gap longer than `gap_ms` becomes `keep_ms`: its first and last halves of `keep_ms` are played at normal
    /// speed, and the middle is cut. `keep_ms` is never more than `gap_ms`.
    Skip {
        gap_ms: f64,
        keep_ms: f64,
    },
}

impl Default for Idle {
    fn default() -> Self {
        Self::Skip {
            gap_ms: 5000.0,
            keep_ms: 1000.0,
        }
    }
}

impl FromStr for Idle {
    type Err = String;

    /// `keep`, `skip`, `skip:GAP` or `skip:GAP:KEEP`, in seconds.
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "'{text}' is not keep, skip, skip:GAP or skip:GAP:KEEP with seconds, for example skip:5:1"
            )
        };
        let seconds_ms = |text: &str| {
            let seconds: f64 = text.parse().map_err(|_| wrong())?;
            let ms = seconds * 1000.0;
            (ms.is_finite() && ms >= 0.0).then_some(ms).ok_or_else(wrong)
        };
        let mut parts = text.split(':');
        match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some("keep"), None, ..) => Ok(Self::Keep),
            (Some("skip"), None, ..) => Ok(Self::default()),
            (Some("skip"), Some(gap), None, _) => {
                let gap_ms = seconds_ms(gap)?;
                let keep_ms = gap_ms.min(1000.0);
                Ok(Self::Skip { gap_ms, keep_ms })
            }
            (Some("skip"), Some(gap), Some(keep), None) => {
                let (gap_ms, keep_ms) = (seconds_ms(gap)?, seconds_ms(keep)?);
                if keep_ms > gap_ms {
                    return Err(format!("'{text}' would make gaps longer: KEEP is more than GAP"));
                }
                Ok(Self::Skip { gap_ms, keep_ms })
            }
            _ => Err(wrong()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn idle_rules_parse() {
        let skip = |gap_ms, keep_ms| Ok(Idle::Skip { gap_ms, keep_ms });
        for (text, idle) in [
            ("keep", Ok(Idle::Keep)),
            ("skip", skip(5000.0, 1000.0)),
            ("skip:30", skip(30_000.0, 1000.0)),
            ("skip:0.5", skip(500.0, 500.0)),
            ("skip:5:0", skip(5000.0, 0.0)),
            ("skip:2.5:2", skip(2500.0, 2000.0)),
        ] {
            assert_eq!(text.parse(), idle, "{text}");
        }
        for wrong in [
            "",
            "Keep",
            "keep:1",
            "skip:",
            "skip:x",
            "skip:-1",
            "skip:inf",
            "skip:nan",
            "skip:1:2",
            "skip:5:1:1",
        ] {
            assert!(wrong.parse::<Idle>().is_err(), "{wrong}");
        }
    }
}
