//! The recording that a command is about: the arguments resolved, the bytes read, the session chosen. Says on the way
//! what takes time and what is missing.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::args::InputArgs;
use super::telling::Telling;
use super::{cache, print};
use crate::aside::aside;
use crate::error::Result;
use crate::recording::{Archive, Recording};
use crate::source::{
    self, Input, KeySource, MissingBlock, Retrieved, SourceEvent, SourceObserver, SourceOptions,
};

const TELL_EVERY: Duration = Duration::from_secs(5);
/// Shorter waits are nobody's business.
const LONG_WAIT: Duration = Duration::from_secs(2);
/// This many missing ranges fit in a line.
const MOST_RANGES: usize = 3;

/// What to read and how.
#[derive(Debug)]
pub(super) struct Reading {
    pub(super) input: Input,
    pub(super) options: SourceOptions,
}

impl Reading {
    /// Fails on a wrong address, before anything is read.
    pub(super) fn resolve(args: &InputArgs) -> Result<Self> {
        let block_cache = cache::folder("--block-cache", args.block_cache.as_deref(), cache::usual)?;
        let options = SourceOptions {
            max_bytes: args.max_input.0,
            allowed_hosts: args.allow_host.clone(),
            posthog_key: match &args.posthog_key_file {
                None => KeySource::Environment,
                Some(path) if path.as_os_str() == "-" => KeySource::StandardInput,
                Some(path) => KeySource::File(path.clone()),
            },
            block_cache,
            timeout: args.timeout,
            patience: args.patience,
            retries: args.retries,
            rate: args.posthog_rate,
            metadata: false,
        };
        Ok(Self {
            input: Input::parse(&args.name)?,
            options,
        })
    }

    /// Reads the bytes.
    pub(super) async fn retrieve(&self, telling: Telling) -> Result<Retrieved> {
        source::read(&self.input, &self.options, &Notes::new(telling)).await
    }

    /// Reads the bytes and finds the sessions in them. What is missing is said, and no failure.
    pub(super) async fn archive(&self, telling: Telling) -> Result<Archive> {
        let Retrieved { raw, provenance } = self.retrieve(telling).await?;
        let missing = provenance.missing();
        if !missing.is_empty() {
            telling.note(&format!("{}; the rest is used", describe_missing(missing)));
        }
        let max_bytes = self.options.max_bytes;
        aside("reader", move || Archive::read(raw, max_bytes)).await
    }

    /// The same, and makes one session playable.
    pub(super) async fn recording(&self, session: Option<String>, telling: Telling) -> Result<Recording> {
        let archive = self.archive(telling).await?;
        aside("reader", move || archive.into_recording(session.as_deref())).await
    }
}

/// How many blocks are missing, and of what time, in one line.
pub(super) fn describe_missing(missing: &[MissingBlock]) -> String {
    let range = |block: &MissingBlock| match (block.start, block.end) {
        (Some(start), Some(end)) => format!("{start} to {end}"),
        _ => format!("block {}", block.key),
    };
    let mut ranges: Vec<String> = missing.iter().take(MOST_RANGES).map(range).collect();
    if missing.len() > MOST_RANGES {
        ranges.push(format!("and {} more", missing.len() - MOST_RANGES));
    }
    let blocks = print::counted(missing.len() as u64, "block is", "blocks are");
    format!("{blocks} missing: {}", ranges.join(", "))
}

/// Says what happens, in lines.
struct Notes {
    telling: Telling,
    last: Mutex<Instant>,
}

impl Notes {
    fn new(telling: Telling) -> Self {
        Self {
            telling,
            last: Mutex::new(Instant::now()),
        }
    }

    /// Whether it is time for a line about something that happens often.
    fn is_due(&self) -> bool {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let due = last.elapsed() >= TELL_EVERY;
        if due {
            *last = Instant::now();
        }
        due
    }
}

impl SourceObserver for Notes {
    fn on(&self, event: SourceEvent) {
        let everything = self.telling == Telling::Everything;
        if self.telling == Telling::Nothing {
            return;
        }
        match event {
            SourceEvent::Listed { blocks, kept } if everything || kept > 0 => {
                print::note(&format!(
                    "{blocks} blocks, {kept} of them kept from an earlier run"
                ));
            }
            SourceEvent::Received { blocks, of, bytes } if everything || blocks == of || self.is_due() => {
                print::note(&format!("block {blocks} of {of}, {}", print::bytes(bytes)));
            }
            SourceEvent::Waiting { wait, reason } if everything || wait >= LONG_WAIT => {
                let wait = print::seconds(wait.as_secs_f64());
                print::note(&format!("waiting {wait}: {reason}"));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_blocks_fit_in_a_line() {
        let block = |key: &str, start: Option<&str>| MissingBlock {
            key: key.into(),
            start: start.map(|time| time.parse().unwrap()),
            end: start.map(|time| time.parse().unwrap()),
        };
        let time = Some("2025-01-01T00:00:05Z");
        assert_eq!(
            describe_missing(&[block("7", time)]),
            "1 block is missing: 2025-01-01T00:00:05Z to 2025-01-01T00:00:05Z"
        );
        let many: Vec<MissingBlock> = ["1", "2", "3", "4", "5"].map(|key| block(key, None)).into();
        assert_eq!(
            describe_missing(&many),
            "5 blocks are missing: block 1, block 2, block 3, and 2 more"
        );
    }
}
