//! Pages, texts and times in words that can be read in passing. Pure; all that is told in a video uses them.

use jiff::Timestamp;

use crate::recording::without_query;

const MOST_LETTERS: usize = 80;

/// The title of a page, or else its address without its scheme, user and query.
pub(super) fn page_name(url: &str, title: Option<&str>) -> String {
    let title = title.map(shortened).filter(|title| !title.is_empty());
    title.unwrap_or_else(|| shortened(&host_and_path(without_query(url))))
}

/// The address of a page without its scheme, user, query and fragment: no token stands in it.
pub(super) fn address(url: &str) -> String {
    shortened(&host_and_path(url.split(['?', '#']).next().unwrap_or_default()))
}

/// An address without its scheme, and without the user and the password that may stand before its host.
fn host_and_path(address: &str) -> String {
    let address = address.split_once("://").map_or(address, |(_, rest)| rest);
    let (host, path) = address.split_at(address.find(['/', '#']).unwrap_or(address.len()));
    let host = host.rsplit('@').next().unwrap_or(host);
    format!("{host}{path}")
}

/// One line that can be read in passing.
pub(super) fn shortened(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= MOST_LETTERS {
        return line;
    }
    let kept: String = line.chars().take(MOST_LETTERS - 1).collect();
    format!("{}…", kept.trim_end())
}

/// A length of time by its two largest units: `3 min 12 s`.
pub(super) fn lasting(ms: f64) -> String {
    let seconds = (ms / 1000.0).round() as u64;
    let two = |large: u64, large_unit: &str, small: u64, small_unit: &str| match small {
        0 => format!("{large} {large_unit}"),
        _ => format!("{large} {large_unit} {small} {small_unit}"),
    };
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => two(seconds / 60, "min", seconds % 60, "s"),
        _ => two(seconds / 3600, "h", seconds / 60 % 60, "min"),
    }
}

/// Whole seconds of session time as `--start` takes them: `2:03`, or with hours `1:02:03`.
pub(super) fn session_time(seconds: u64, with_hours: bool) -> String {
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    if with_hours {
        format!("{hours}:{minutes:02}:{:02}", seconds % 60)
    } else {
        format!("{}:{:02}", seconds / 60, seconds % 60)
    }
}

/// Milliseconds since 1970 as date and time of day, in whole seconds. Empty beyond the year 9999.
pub(super) fn wall_clock(epoch_ms: f64) -> String {
    Timestamp::from_second((epoch_ms / 1000.0).floor() as i64)
        .map(|time| time.strftime("%Y-%m-%d %H:%M:%S UTC").to_string())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_cut_and_lines_are_joined() {
        assert_eq!(shortened(" a\n b\t c "), "a b c");
        let long = shortened(&"ü".repeat(200));
        assert_eq!((long.chars().count(), long.ends_with('…')), (MOST_LETTERS, true));
        assert_eq!(page_name("https://a.test/x?q#y", Some(" ")), "a.test/x");
        assert_eq!(page_name("https://a.test/x", Some("Shop")), "Shop");
        assert_eq!(
            page_name("https://me:secret@a.test/x#/y@z", None),
            "a.test/x#/y@z"
        );
    }

    #[test]
    fn addresses_keep_no_secrets() {
        for (url, expected) in [
            ("https://a.test/x?token=1#y", "a.test/x"),
            ("https://a.test/#/route?x", "a.test/"),
            ("https://me:secret@a.test:8000/x@y", "a.test:8000/x@y"),
            ("http://a.test", "a.test"),
            ("about:blank", "about:blank"),
            ("", ""),
        ] {
            assert_eq!(address(url), expected, "{url}");
        }
    }

    #[test]
    fn times_are_told_as_people_say_them() {
        for (ms, expected) in [
            (4400.0, "4 s"),
            (59_600.0, "1 min"),
            (192_000.0, "3 min 12 s"),
            (3_600_000.0, "1 h"),
            (5_925_000.0, "1 h 38 min"),
            (360_000_000.0, "100 h"),
        ] {
            assert_eq!(lasting(ms), expected);
        }
        assert_eq!(session_time(3723, true), "1:02:03");
        assert_eq!(session_time(3723, false), "62:03");
        assert_eq!(session_time(5, false), "0:05");
        assert_eq!(wall_clock(1_714_557_600_999.0), "2024-05-01 10:00:00 UTC");
        assert_eq!(wall_clock(f64::MAX), "");
    }
}
