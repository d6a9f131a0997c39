//! Types and times that stand in a string, as databases and some tools write them.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use serde_json::value::RawValue;

use super::raw::{is_object, is_string, number};
use crate::recording::json_text::{exact_text, member};
use crate::recording::rrweb_types::EventType;

/// The type that a string says by its number or by the name in rrweb's source.
pub(in crate::recording) fn quoted_type(json: &str) -> Option<EventType> {
    let text = exact_text(json)?;
    let number = text.parse().ok().map(EventType::from_number);
    number.or_else(|| EventType::from_name(&text))
}

/// The time that a string says: a number of whatever the recorder counts in, or date and time, in milliseconds. Or an
/// object of a database's: `{"$date":"…"}`, `{"$date":{"$numberLong":"…"}}`, `{"$numberLong":"…"}`.
pub(in crate::recording) fn quoted_time(json: &str) -> Option<f64> {
    let told = |json| quoted_number(json).or_else(|| date_and_time(json));
    if !json.starts_with('{') {
        return told(json);
    }
    let date = member(json, "$date").unwrap_or(json);
    let time = member(date, "$numberLong").unwrap_or(date);
    number(time).or_else(|| told(time))
}

/// The number that a string of digits says.
fn quoted_number(json: &str) -> Option<f64> {
    let digits = json.strip_prefix('"')?.strip_suffix('"')?;
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    number(digits).filter(|_| is_number)
}

/// The milliseconds since 1970 of a date with a time as ISO 8601 and databases write it: with `T` or a space between them, and
/// `Z`, an offset or ` UTC` behind them. Without a zone it is UTC, which no time within the recording depends on.
fn date_and_time(json: &str) -> Option<f64> {
    let text = json.strip_prefix('"')?.strip_suffix('"')?;
    if !matches!(text.as_bytes().get(10), Some(b'T' | b' ')) {
        return None;
    }
    let text = text.strip_suffix(" UTC").unwrap_or(text);
    let in_utc = |time: DateTime| Offset::UTC.to_timestamp(time).ok();
    let time: Timestamp = text.parse().ok().or_else(|| in_utc(text.parse().ok()?))?;
    Some(time.as_microsecond() as f64 / 1e3)
}

/// Whether a timestamp is text or an object, and no number in a string.
pub(super) fn is_date(timestamp: &RawValue) -> bool {
    is_object(timestamp) || is_string(timestamp) && quoted_number(timestamp.get()).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_in_a_string_is_a_number_or_a_date() {
        const EXPECTED: f64 = 1_714_557_600_123.0;
        for (text, expected) in [
            ("1714557600123", Some(EXPECTED)),
            ("2024-05-01T10:00:00.123Z", Some(EXPECTED)),
            ("2024-05-01T12:00:00.123+02:00", Some(EXPECTED)),
            ("2024-05-01T10:00:00.123+0000", Some(EXPECTED)),
            ("2024-05-01 10:00:00.123+00", Some(EXPECTED)),
            ("2024-05-01 10:00:00.123 UTC", Some(EXPECTED)),
            ("2024-05-01 10:00:00.123", Some(EXPECTED)),
            ("2024-05-01T10:00:00.123456", Some(EXPECTED + 0.456)),
            ("2024-05-01T10:00:00.123456789Z", Some(EXPECTED + 0.456)),
            ("1970-01-01T00:00:00Z", Some(0.0)),
            ("0001-01-01T00:00:00Z", Some(-62_135_596_800_000.0)),
            ("2024-05-01", None),
            ("2024-05-01T", None),
            ("2024-13-01T10:00:00Z", None),
            ("2024-05-01T25:00:00Z", None),
            ("10:00:00 in the morning", None),
            ("2024-05-01é10:00:00", None),
            ("", None),
        ] {
            assert_eq!(quoted_time(&format!("\"{text}\"")), expected, "{text}");
        }
        assert_eq!(quoted_time("\""), None);
    }
}
