//! Byte counts as people read them, which the command line and the errors of `fit` tell.

/// In the largest decimal unit that gives at least 1.
pub(crate) fn in_words(bytes: u64) -> String {
    let count = bytes as f64;
    match count {
        _ if count < 1000.0 => format!("{bytes} B"),
        // What would be rounded to 1000 is one of the next unit.
        _ if count < 999_950.0 => format!("{:.1} kB", count / 1e3),
        _ if count < 999_950_000.0 => format!("{:.1} MB", count / 1e6),
        _ => format!("{:.2} GB", count / 1e9),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_those_that_people_use() {
        for (bytes, told) in [
            (999, "999 B"),
            (1000, "1.0 kB"),
            (999_949, "999.9 kB"),
            (999_950, "1.0 MB"),
            (1_234_567, "1.2 MB"),
            (999_950_000, "1.00 GB"),
        ] {
            assert_eq!(in_words(bytes), told);
        }
    }
}
