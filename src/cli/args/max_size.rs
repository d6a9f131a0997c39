//! `--max-size`: a number of bytes, or the name of a service that takes files of at most that many.

use std::str::FromStr;

use super::input::ByteSize;

/// Services and the largest file that each takes from everybody, in bytes; docs/cookbook.md says where that is written.
pub(in crate::cli) const SERVICES: [(&str, u64); 6] = [
    ("github", 10_000_000),
    // Of the message, in which files take four thirds and a line end every 76 characters.
    ("gmail", 18_000_000),
    ("jira", 10_000_000),
    ("slack", 1_000_000_000),
    ("linear", 10_000_000),
    ("discord", 10 << 20),
];

/// The most bytes that a file may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) struct MaxSize(pub(in crate::cli) u64);

impl FromStr for MaxSize {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let service = SERVICES.into_iter().find(|(name, _)| *name == text);
        if let Some((_, bytes)) = service {
            return Ok(Self(bytes));
        }
        text.parse::<ByteSize>().map(|size| Self(size.0)).map_err(|_| {
            let names: Vec<&str> = SERVICES.iter().map(|(name, _)| *name).collect();
            format!(
                "'{text}' is not a size such as 10MB or 500KiB, nor one of {}",
                names.join(", ")
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_a_number_or_a_service() {
        for (text, bytes) in [
            ("10MB", 10_000_000),
            ("500KiB", 500 << 10),
            ("github", 10_000_000),
            ("discord", 10_485_760),
        ] {
            assert_eq!(text.parse(), Ok(MaxSize(bytes)), "{text}");
        }
        for wrong in ["", "0", "10 apples", "GitHub."] {
            assert!(wrong.parse::<MaxSize>().is_err(), "{wrong}");
        }
        // A message with a file of this size, in base64 with line ends, and some text stays below 25 MB.
        let (_, gmail) = SERVICES[1];
        assert!(gmail.div_ceil(3) * 4 * 78 / 76 + 100_000 < 25_000_000);
    }
}
