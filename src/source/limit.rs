//! What is said of an input that is larger than it may be.

use crate::error::{Error, Kind};

pub(super) fn too_large(name: &str, max_bytes: u64) -> Error {
    let limit = bytes_in_words(max_bytes);
    Error::new(
        Kind::RecordingTooLarge,
        format!("{name} is larger than the limit of {limit}"),
    )
    .hint("If that is meant to be, allow more with --max-input, for example --max-input 4GiB.")
}

pub(crate) fn bytes_in_words(bytes: u64) -> String {
    match in_largest_unit(bytes) {
        (1, "") => "1 byte".to_owned(),
        (count, "") => format!("{count} bytes"),
        (count, unit) => format!("{count} {unit}"),
    }
}

/// How many there are of the largest unit that leaves a whole number, and its name, which bytes have none of.
pub(crate) fn in_largest_unit(bytes: u64) -> (u64, &'static str) {
    const UNITS: [(u64, &str); 4] = [
        (1 << 40, "TiB"),
        (1 << 30, "GiB"),
        (1 << 20, "MiB"),
        (1 << 10, "KiB"),
    ];
    UNITS
        .into_iter()
        .find(|(unit, _)| bytes >= *unit && bytes.is_multiple_of(*unit))
        .map_or((bytes, ""), |(unit, name)| (bytes / unit, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_have_units() {
        for (bytes, words) in [
            (0, "0 bytes"),
            (1, "1 byte"),
            (1000, "1000 bytes"),
            (1 << 10, "1 KiB"),
            (1025 << 10, "1025 KiB"),
            (4 << 30, "4 GiB"),
            (2 << 40, "2 TiB"),
            (u64::MAX, "18446744073709551615 bytes"),
        ] {
            assert_eq!(bytes_in_words(bytes), words);
        }
        let error = too_large("a.json", 1);
        assert_eq!(error.to_string(), "a.json is larger than the limit of 1 byte");
    }
}
