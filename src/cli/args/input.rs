//! Where a recording comes from, and which session of it is meant.

use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::Args;

use crate::recording::DEFAULT_MAX_BYTES;
use crate::source::{AllowedHost, Rate, in_largest_unit};

/// What every command takes that reads a recording.
#[derive(Debug, Args)]
#[allow(clippy::doc_markdown, reason = "the help shows it as it is written here")]
pub(in crate::cli) struct InputArgs {
    /// The recording: a file, - for standard input, an https address, posthog://HOST/PROJECT/SESSION, or the address
    /// that the browser shows above a replay in PostHog
    #[arg(value_name = "INPUT")]
    pub(in crate::cli) name: OsString,

    /// Read and decode at most this much, such as 500MB or 4GiB
    #[arg(
        hide_short_help = true,
        long,
        default_value_t = ByteSize(DEFAULT_MAX_BYTES),
        value_name = "SIZE",
        allow_negative_numbers = true,
        help_heading = "Reading",
    )]
    pub(in crate::cli) max_input: ByteSize,

    /// Read PostHog's personal API key from this file, or - for standard input [default: from POSTHOG_API_KEY]
    #[arg(long, value_name = "FILE", help_heading = "Reading", hide_short_help = true)]
    pub(in crate::cli) posthog_key_file: Option<PathBuf>,

    /// Contact this host although it is in a private network, even without encryption; may be repeated
    #[arg(
        hide_short_help = true,
        long,
        value_name = "HOST[:PORT]",
        help_heading = "Reading"
    )]
    pub(in crate::cli) allow_host: Vec<AllowedHost>,

    /// Keep PostHog's blocks here, so that a run that ended early goes on [default: the user's cache folder]
    #[arg(long, value_name = "FOLDER", help_heading = "Reading", hide_short_help = true)]
    pub(in crate::cli) block_cache: Option<PathBuf>,

    /// How long one reply of PostHog may take, or a download stand still, in seconds
    #[arg(
        long,
        default_value = "60",
        value_name = "SECONDS",
        value_parser = seconds,
        allow_negative_numbers = true,
        help_heading = "Reading",
        hide_short_help = true,
    )]
    pub(in crate::cli) timeout: Duration,

    /// How long a download may take, waits and retries included, in seconds
    #[arg(
        long,
        default_value = "1800",
        value_name = "SECONDS",
        value_parser = seconds,
        allow_negative_numbers = true,
        help_heading = "Reading",
        hide_short_help = true,
    )]
    pub(in crate::cli) patience: Duration,

    /// How often to ask again after a failure that may pass
    #[arg(
        hide_short_help = true,
        long,
        default_value = "4",
        value_name = "N",
        value_parser = retries,
        allow_negative_numbers = true,
        help_heading = "Reading",
    )]
    pub(in crate::cli) retries: u32,

    /// Requests to PostHog a minute and an hour, at most
    #[arg(
        hide_short_help = true,
        long,
        default_value_t,
        value_name = "N/N",
        help_heading = "Reading"
    )]
    pub(in crate::cli) posthog_rate: Rate,
}

/// What every command takes that reads one session.
#[derive(Debug, Args)]
pub(in crate::cli) struct RecordingArgs {
    #[command(flatten)]
    pub(in crate::cli) input: InputArgs,

    /// Which session, where the input holds several: its number or its id, as inspect lists them
    #[arg(long, value_name = "N|ID", help_heading = "Reading")]
    pub(in crate::cli) session: Option<String>,
}

/// A number of bytes, written with or without a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) struct ByteSize(pub(in crate::cli) u64);

impl fmt::Display for ByteSize {
    /// As it may be written on the command line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (count, unit) = in_largest_unit(self.0);
        write!(f, "{count}{unit}")
    }
}

impl FromStr for ByteSize {
    type Err = String;

    /// `1000`, `500K`, `1MB` in powers of 1000; `4Gi`, `4GiB` in powers of 1024.
    fn from_str(text: &str) -> Result<Self, String> {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = text.split_at(digits);
        let unit = unit.trim_start().to_ascii_uppercase();
        let unit = unit.strip_suffix('B').unwrap_or(&unit);
        let (base, letter) = unit
            .strip_suffix('I')
            .map_or((1000, unit), |letter| (1024, letter));
        let power = match letter {
            "" if base == 1000 => Some(0),
            "K" => Some(1),
            "M" => Some(2),
            "G" => Some(3),
            "T" => Some(4),
            _ => None,
        };
        let factor = power.map(|power| u64::pow(base, power));
        number
            .parse::<u64>()
            .ok()
            .zip(factor)
            .and_then(|(number, factor)| number.checked_mul(factor))
            .filter(|bytes| *bytes > 0)
            .map(Self)
            .ok_or_else(|| format!("'{text}' is not a size such as 500MB or 4GiB"))
    }
}

pub(super) fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text
        .parse()
        .ok()
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    seconds
        .filter(|time| !time.is_zero() && *time < Duration::from_secs(1 << 30))
        .ok_or_else(|| format!("'{text}' is not a time in seconds; write a number above 0, for example 60"))
}

fn retries(text: &str) -> Result<u32, String> {
    text.parse().map_err(|_| {
        format!("'{text}' is not how often to try; write a whole number, for example 4, or 0 for never")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units() {
        for (text, bytes) in [
            ("1", 1),
            ("5k", 5000),
            ("5kB", 5000),
            ("5 KiB", 5 << 10),
            ("1M", 1_000_000),
            ("1Mi", 1 << 20),
            ("1GiB", 1 << 30),
            ("2G", 2_000_000_000),
        ] {
            assert_eq!(text.parse(), Ok(ByteSize(bytes)), "{text}");
        }
        for text in ["1", "1000", "5KiB", "1025KiB", "1GiB", "2TiB"] {
            assert_eq!(text.parse::<ByteSize>().unwrap().to_string(), text);
        }
        for wrong in ["", "0", "G", "1X", "1iB", "-1", "1.5G", "99999999999T"] {
            assert!(wrong.parse::<ByteSize>().is_err(), "{wrong}");
        }
        assert!(seconds("0").is_err() && seconds("inf").is_err() && seconds("0.5").is_ok());
    }
}
