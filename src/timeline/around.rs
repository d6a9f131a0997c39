//! Something that happened, as users write it for `--around`, with how much of the session is wanted before and after
//! it. The command line parses it; `clips` looks for it among the recording's moments.

use std::fmt;
use std::str::FromStr;

use super::SessionTime;
use crate::recording::{Moment, MomentKind, without_query};

/// What is shown of the time before something that happened, and of the time after it, if nobody says.
const BEFORE_MS: f64 = 10_000.0;
const AFTER_MS: f64 = 5000.0;

#[derive(Debug, Clone, PartialEq)]
pub struct Around {
    pub(super) event: AroundEvent,
    pub(super) before_ms: f64,
    pub(super) after_ms: f64,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum AroundEvent {
    /// Console errors, exceptions, failed requests.
    Error,
    /// Clicks on what is called so, or has it in its name; in lower case.
    Click(String),
    /// Pages whose address, with its query or without, is like this, in which `*` stands for anything.
    Page(String),
    /// Custom events with this tag.
    Custom(String),
    Time(SessionTime),
}

impl AroundEvent {
    /// Whether it is this moment that is meant. A time is none.
    pub(super) fn is(&self, moment: &Moment) -> bool {
        match (self, &moment.kind) {
            (Self::Error, MomentKind::Error { .. }) => true,
            (Self::Click(wanted), MomentKind::Click { text }) => text.to_lowercase().contains(wanted),
            (Self::Page(pattern), MomentKind::Page { url, .. }) => {
                matches(pattern, url) || matches(pattern, without_query(url))
            }
            (Self::Custom(wanted), MomentKind::Custom { tag }) => wanted == tag,
            _ => false,
        }
    }
}

impl fmt::Display for AroundEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Error => f.write_str("error"),
            Self::Click(text) => write!(f, "click:{text}"),
            Self::Page(pattern) => write!(f, "page:{pattern}"),
            Self::Custom(tag) => write!(f, "custom:{tag}"),
            Self::Time(time) => time.fmt(f),
        }
    }
}

impl FromStr for Around {
    type Err = String;

    /// `error`, `click:TEXT`, `page:GLOB`, `custom:TAG` or a time, with `:BEFORE:AFTER` in seconds behind it or not.
    fn from_str(text: &str) -> Result<Self, String> {
        // A text with two numbers at its end has them as margins, unless it is a time by itself, 1:02:03.
        let with_margins = with_margins(text).filter(|_| !is_time_of_day(text));
        if with_margins.is_none()
            && let Ok(event) = text.parse()
        {
            return Ok(Self {
                event,
                before_ms: BEFORE_MS,
                after_ms: AFTER_MS,
            });
        }
        with_margins.ok_or_else(|| {
            format!(
                "'{text}' is no event; write error, click:TEXT, page:ADDRESS, custom:TAG or a time, \
                 and maybe :BEFORE:AFTER in seconds behind it, for example click:pay:10:5"
            )
        })
    }
}

/// Hours, minutes and seconds, the last two of two digits each as clocks show them.
fn is_time_of_day(text: &str) -> bool {
    let mut parts = text.split(':').rev();
    let mut has_two_digits = || {
        let whole = parts.next().map(|part| part.split('.').next().unwrap_or(part));
        whole.is_some_and(|whole| whole.len() == 2)
    };
    has_two_digits() && has_two_digits() && parts.count() == 1 && text.parse::<SessionTime>().is_ok()
}

fn with_margins(text: &str) -> Option<Around> {
    let (rest, after) = text.rsplit_once(':')?;
    let (event, before) = rest.rsplit_once(':')?;
    Some(Around {
        event: event.parse().ok()?,
        before_ms: seconds_ms(before)?,
        after_ms: seconds_ms(after)?,
    })
}

fn seconds_ms(text: &str) -> Option<f64> {
    let plain = text.starts_with(|c: char| c.is_ascii_digit());
    let seconds: f64 = text.parse().ok().filter(|_| plain)?;
    (seconds * 1000.0).is_finite().then_some(seconds * 1000.0)
}

impl FromStr for AroundEvent {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let Some((kind, wanted)) = text.split_once(':').filter(|(_, wanted)| !wanted.is_empty()) else {
            return match text {
                "error" => Ok(Self::Error),
                time => time.parse().map(Self::Time).map_err(drop),
            };
        };
        match kind {
            "click" => Ok(Self::Click(wanted.to_lowercase())),
            "page" => Ok(Self::Page(wanted.to_owned())),
            "custom" => Ok(Self::Custom(wanted.to_owned())),
            _ => text.parse().map(Self::Time).map_err(drop),
        }
    }
}

/// Whether a pattern describes all of a text; `*` stands for anything, also for nothing.
fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else {
        return false;
    };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else {
        return rest.is_empty();
    };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_written_with_or_without_margins() {
        let click = |text: &str| AroundEvent::Click(text.to_owned());
        let page = |text: &str| AroundEvent::Page(text.to_owned());
        let time = |seconds: f64| AroundEvent::Time(SessionTime::Offset(seconds * 1000.0));
        for (text, event, before, after) in [
            ("error", AroundEvent::Error, 10.0, 5.0),
            ("error:3:0.5", AroundEvent::Error, 3.0, 0.5),
            ("click:Pay now", click("pay now"), 10.0, 5.0),
            ("click:Pay:0:2", click("pay"), 0.0, 2.0),
            ("click:at 9:30", click("at 9:30"), 10.0, 5.0),
            ("click:9:30", click("9:30"), 10.0, 5.0),
            ("click:9:30:1:2", click("9:30"), 1.0, 2.0),
            ("page:http://h:8080/x*", page("http://h:8080/x*"), 10.0, 5.0),
            ("page:http://h:8080/x*:2:2", page("http://h:8080/x*"), 2.0, 2.0),
            (
                "custom:sign-up",
                AroundEvent::Custom("sign-up".to_owned()),
                10.0,
                5.0,
            ),
            ("90", time(90.0), 10.0, 5.0),
            ("1:30", time(90.0), 10.0, 5.0),
            ("1:02:03", time(3723.0), 10.0, 5.0),
            ("90:3:5", time(90.0), 3.0, 5.0),
            ("90:10:5.5", time(90.0), 10.0, 5.5),
            ("1:10:05.5", time(4205.5), 10.0, 5.0),
            ("1:30:10:5", time(90.0), 10.0, 5.0),
            ("1:02:03:4:6", time(3723.0), 4.0, 6.0),
        ] {
            let expected = Around {
                event,
                before_ms: before * 1000.0,
                after_ms: after * 1000.0,
            };
            assert_eq!(text.parse(), Ok(expected), "{text}");
        }
        for wrong in [
            "",
            "errors",
            "click",
            "click:",
            "page:",
            "error:3",
            "error:-1:2",
            "error:1:x",
        ] {
            assert!(wrong.parse::<Around>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn addresses_are_matched_as_a_whole() {
        for (pattern, text, expected) in [
            ("*", "", true),
            ("a", "a", true),
            ("a", "ab", false),
            ("a*", "ab", true),
            ("*b", "ab", true),
            ("*/cart", "https://a.test/cart?x", false),
            ("*/cart*", "https://a.test/cart?x", true),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*b*c", "a-b-c", false),
            ("ab*ba", "aba", false),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }
}
