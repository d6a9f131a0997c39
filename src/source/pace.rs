//! How fast a server may be asked: the limits kept between requests, the waits after failures, `Retry-After`.

use std::collections::VecDeque;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use tokio::time::Instant;

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

const FIRST_WAIT: Duration = Duration::from_millis(500);
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// How many requests a minute and an hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    pub per_minute: usize,
    pub per_hour: usize,
}

/// What `PostHog` documents for personal keys of paying projects.
impl Default for Rate {
    fn default() -> Self {
        Self {
            per_minute: 60,
            per_hour: 300,
        }
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.per_minute, self.per_hour)
    }
}

impl FromStr for Rate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = |text: &str| text.parse().ok().filter(|count: &usize| *count > 0);
        text.split_once('/')
            .and_then(|(minute, hour)| Some((number(minute)?, number(hour)?)))
            .map(|(per_minute, per_hour)| Self { per_minute, per_hour })
            .ok_or_else(|| format!("'{text}' is not REQUESTS-A-MINUTE/REQUESTS-AN-HOUR, such as 60/300"))
    }
}

/// Remembers when requests were made, as the server does.
#[derive(Debug)]
pub(super) struct Pacer {
    rate: Rate,
    made: VecDeque<Instant>,
}

impl Pacer {
    pub(super) const fn new(rate: Rate) -> Self {
        Self {
            rate,
            made: VecDeque::new(),
        }
    }

    /// How long the next request has to wait.
    pub(super) fn wait(&mut self, now: Instant) -> Duration {
        while self
            .made
            .front()
            .is_some_and(|made| now.duration_since(*made) >= HOUR)
        {
            self.made.pop_front();
        }
        let until_free = |limit: usize, window: Duration| {
            let nth_last = self.made.len().checked_sub(limit).map(|index| self.made[index]);
            nth_last.map_or(Duration::ZERO, |made| {
                (made + window).saturating_duration_since(now)
            })
        };
        until_free(self.rate.per_minute, MINUTE).max(until_free(self.rate.per_hour, HOUR))
    }

    pub(super) fn note(&mut self, now: Instant) {
        self.made.push_back(now);
    }
}

/// The wait before a retry, of which the first is 1: doubled each time, and between half and all of that, so that
/// many clients do not come back in step.
pub(super) fn backoff(retry: u32) -> Duration {
    let full = FIRST_WAIT
        .saturating_mul(1 << retry.saturating_sub(1).min(10))
        .min(LONGEST_WAIT);
    let mut random = [0];
    // Without random numbers the wait is just not random.
    let _ = rustix::rand::getrandom(&mut random, rustix::rand::GetRandomFlags::NONBLOCK);
    full / 2 + full.mul_f64(f64::from(random[0]) / 510.0)
}

/// `Retry-After` in either of its forms: seconds, or a date.
pub(super) fn retry_after(value: &str, now: Timestamp) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = DateTimeParser::new().parse_timestamp(value).ok()?;
    Some(Duration::try_from(until.duration_since(now)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_limits_are_kept() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut pacer = Pacer::new("2/3".parse().unwrap());
        for (now, wait) in [(0, 0), (1, 0), (2, 58), (60, 0), (61, 3539), (3600, 0)] {
            let found = pacer.wait(at(now));
            assert_eq!(found, Duration::from_secs(wait), "at {now} s");
            if found.is_zero() {
                pacer.note(at(now));
            }
        }
    }

    #[test]
    fn waits_double_up_to_a_limit() {
        for (retry, most_ms) in [(1, 500), (2, 1000), (3, 2000), (7, 30_000), (u32::MAX, 30_000)] {
            let wait = backoff(retry).as_millis();
            assert!((most_ms / 2..=most_ms).contains(&wait), "{retry}: {wait}");
        }
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now: Timestamp = "1994-11-06T08:49:00Z".parse().unwrap();
        for (value, seconds) in [
            ("7", Some(7)),
            (" 0 ", Some(0)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(37)),
            ("Sun, 06 Nov 1994 08:00:00 GMT", Some(0)),
            ("soon", None),
            ("-1", None),
        ] {
            assert_eq!(
                retry_after(value, now),
                seconds.map(Duration::from_secs),
                "{value}"
            );
        }
        assert!("0/1".parse::<Rate>().is_err() && "60".parse::<Rate>().is_err());
    }
}
