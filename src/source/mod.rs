//! Where the bytes of a recording come from: a file, standard input, a web address, `PostHog`.
//! The commands parse an [`Input`], call [`read`] and hand the [`RawInput`] to `recording::Archive`; what the bytes
//! mean is not known here.

pub(crate) mod cache_folder;
mod exchange;
mod file;
pub(crate) mod http;
mod input;
mod limit;
mod pace;
mod posthog;
mod stdin;
mod web;

use std::fmt;
use std::io::Read;
use std::path::PathBuf;
use std::time::Duration;

use serde::Serialize;

use crate::aside::aside;
use crate::error::{Error, Kind, Result};
use limit::too_large;

pub use http::AllowedHost;
pub use input::Input;
pub(crate) use limit::{bytes_in_words, in_largest_unit};
pub use pace::Rate;
pub use posthog::{KeySource, MissingBlock, PosthogProvenance, SessionAddress};

/// The bytes of one recording, with the name that messages call them by.
#[derive(Debug, Clone)]
pub struct RawInput {
    pub name: String,
    pub bytes: Vec<u8>,
}

/// How to read, beyond what to read.
#[derive(Debug, Clone)]
pub struct SourceOptions {
    /// Nothing larger is read, from wherever.
    pub max_bytes: u64,
    /// Hosts that may have private addresses, and to which a key may go unencrypted.
    pub allowed_hosts: Vec<AllowedHost>,
    /// Looked at only when the input is `PostHog`'s.
    pub posthog_key: KeySource,
    /// The folder that keeps `PostHog`'s blocks; None keeps nothing.
    pub block_cache: Option<PathBuf>,
    /// How long one reply of `PostHog` may take, or a file may stand still.
    pub timeout: Duration,
    /// How long everything may take, waits and retries included.
    pub patience: Duration,
    /// How often a request is made again after a failure that may pass.
    pub retries: u32,
    pub rate: Rate,
    /// Also asks `PostHog` what it knows about the session.
    pub metadata: bool,
}

/// A recording's bytes and where they come from.
#[derive(Debug)]
pub struct Retrieved {
    pub raw: RawInput,
    pub provenance: Provenance,
}

/// Where bytes come from; never with a query string or a key.
#[derive(Debug, Serialize)]
#[serde(tag = "source", rename_all = "kebab-case")]
pub enum Provenance {
    File,
    StandardInput,
    Web { address: String },
    Posthog(Box<PosthogProvenance>),
}

impl Provenance {
    /// The parts that should be there and could not be had.
    pub fn missing(&self) -> &[MissingBlock] {
        match self {
            Self::Posthog(posthog) => &posthog.missing,
            _ => &[],
        }
    }
}

/// What happens while a recording arrives.
#[derive(Debug, Clone, Copy)]
pub enum SourceEvent {
    /// `PostHog` lists this many blocks; some of them were kept from an earlier run.
    Listed {
        blocks: usize,
        kept: usize,
    },
    Received {
        blocks: usize,
        of: usize,
        bytes: u64,
    },
    Waiting {
        wait: Duration,
        reason: WaitReason,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitReason {
    /// Our own pacing, after the documented limits.
    Pace,
    /// The server said that there were too many requests.
    TooManyRequests,
    /// A failure that may pass.
    Failure,
}

impl fmt::Display for WaitReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pace => "to stay below the server's limit of requests",
            Self::TooManyRequests => "the server answers that there were too many requests",
            Self::Failure => "before another try",
        })
    }
}

pub trait SourceObserver: Send + Sync {
    fn on(&self, event: SourceEvent);
}

/// Reads INPUT whole. Whoever drops the future stops it.
pub async fn read(
    input: &Input,
    options: &SourceOptions,
    observer: &dyn SourceObserver,
) -> Result<Retrieved> {
    let max_bytes = options.max_bytes;
    let (raw, provenance) = match input {
        Input::File(path) => {
            let path = path.clone();
            let raw = aside("reader", move || file::read(&path, max_bytes)).await?;
            (raw, Provenance::File)
        }
        Input::StandardInput => {
            let raw = aside("reader", move || stdin::read(max_bytes)).await?;
            (raw, Provenance::StandardInput)
        }
        Input::Web(url) => {
            let raw = web::read(url, options, observer).await?;
            let address = http::shown(url);
            (raw, Provenance::Web { address })
        }
        Input::Posthog(address) => {
            let (raw, provenance) = posthog::read(address, options, observer).await?;
            (raw, Provenance::Posthog(Box::new(provenance)))
        }
    };
    if raw.bytes.is_empty() {
        return Err(Error::new(
            Kind::InvalidRecording,
            format!("{} is empty", raw.name),
        ));
    }
    Ok(Retrieved { raw, provenance })
}

/// Reads to the end, or to just beyond the limit, which is an error.
fn read_bounded(
    reader: impl Read,
    expected: u64,
    max_bytes: u64,
    name: &str,
    failed: impl FnOnce(std::io::Error) -> Error,
) -> Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(usize::try_from(expected.min(max_bytes)).unwrap_or(0));
    reader
        .take(max_bytes.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    if bytes.len() as u64 > max_bytes {
        return Err(too_large(name, max_bytes));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_beyond_the_limit_is_read() {
        let read = |max| read_bounded(&b"12345"[..], 5, max, "it", |error| Error::io("it", error));
        assert_eq!(read(5).unwrap(), b"12345");
        assert_eq!(read(4).unwrap_err().kind(), Kind::RecordingTooLarge);
        let endless = read_bounded(std::io::repeat(0), 0, 100, "it", |error| Error::io("it", error));
        assert!(endless.unwrap_err().to_string().contains("100 bytes"));
    }

    #[test]
    fn what_is_no_readable_file_says_so() {
        let dir = tempfile::tempdir().unwrap();
        for (path, says) in [
            (dir.path().to_owned(), "is a directory"),
            (dir.path().join("absent.json"), "does not exist"),
        ] {
            let error = file::read(&path, 10).unwrap_err();
            assert_eq!(error.kind(), Kind::InputNotFound);
            assert!(error.to_string().contains(says), "{error}");
        }
        let path = dir.path().join("a.json");
        std::fs::write(&path, b"[]").unwrap();
        let raw = file::read(&path, 2).unwrap();
        assert_eq!(
            (raw.bytes, raw.name),
            (b"[]".to_vec(), path.display().to_string())
        );
    }
}
