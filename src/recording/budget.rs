//! How much decoded text one recording may amount to. Everything that decompresses draws on the same [`Budget`], so
//! that nesting cannot multiply: containers, packed events and compressed fields count together.

use std::io::{self, Read};

use crate::error::{Error, Kind, Result};
use crate::source::bytes_in_words;

const CHUNK: usize = 256 << 10;

/// Bytes that may still be decoded.
#[derive(Debug)]
pub(super) struct Budget {
    limit: u64,
    left: u64,
}

impl Budget {
    pub(super) const fn new(limit: u64) -> Self {
        Self { limit, left: limit }
    }

    /// Takes account of text that is there already.
    pub(super) fn spend(&mut self, bytes: u64) -> Result<()> {
        match self.left.checked_sub(bytes) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => Err(Error::new(
                Kind::RecordingTooLarge,
                format!("the recording is larger than {} when decoded", bytes_in_words(self.limit)),
            )
            .hint("If it is not a decompression bomb, allow more with --max-input, for example --max-input 4GiB.")),
        }
    }

    /// Reads a decoder to its end, or until the budget is used up. `what` names the data in an error.
    pub(super) fn read(&mut self, source: impl Read, what: &str) -> Result<Vec<u8>> {
        let mut decoded = Vec::new();
        self.append(&mut decoded, source, what)?;
        Ok(decoded)
    }

    /// Like [`read`](Self::read), behind what has been decoded before.
    pub(super) fn append(&mut self, decoded: &mut Vec<u8>, mut source: impl Read, what: &str) -> Result<()> {
        loop {
            let before = decoded.len();
            let read = source.by_ref().take(CHUNK as u64).read_to_end(decoded);
            self.spend((decoded.len() - before) as u64)?;
            match read {
                Ok(0) => return Ok(()),
                Ok(_) => {}
                Err(cause) => {
                    let after = decoded.len();
                    return Err(Error::new(
                        Kind::InvalidRecording,
                        format!("the {what} is damaged or cut off, after {after} decoded bytes"),
                    )
                    .caused_by(cause)
                    .hint("Download or export it again, and wait until it has loaded to the end."));
                }
            }
        }
    }

    /// Decodes this many bytes without keeping them. That takes time, but no memory: it costs a sixty-fourth. Says
    /// whether there were as many; damage counts as their end.
    pub(super) fn skip(&mut self, mut decoder: impl Read, bytes: u64) -> Result<bool> {
        let mut left = bytes;
        while left > 0 {
            let step = left.min(1 << 20);
            self.spend(step.div_ceil(64))?;
            match io::copy(&mut decoder.by_ref().take(step), &mut io::sink()) {
                Ok(skipped) if skipped == step => left -= step,
                _ => return Ok(false),
            }
        }
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_decoded_counts_together() {
        let mut budget = Budget::new(1024);
        assert_eq!(budget.read(&b"abc"[..], "text").unwrap(), b"abc");
        budget.spend(1000).unwrap();
        let error = budget.read(&[0; 22][..], "text").unwrap_err();
        assert_eq!(error.kind(), Kind::RecordingTooLarge);
        assert!(error.to_string().contains("larger than 1 KiB"), "{error}");
    }

    #[test]
    fn what_is_passed_over_costs_little() {
        let mut budget = Budget::new(1 << 20);
        assert!(budget.skip(io::repeat(0), 32 << 20).unwrap());
        assert_eq!(budget.left, 1 << 19);
        assert!(!budget.skip(&b"abc"[..], 4).unwrap());
        let error = budget.skip(io::repeat(0), u64::MAX).unwrap_err();
        assert_eq!(error.kind(), Kind::RecordingTooLarge);
    }

    #[test]
    fn a_bomb_stops_at_the_budget() {
        let mut budget = Budget::new(1 << 20);
        let error = budget.read(io::repeat(0), "text").unwrap_err();
        assert_eq!(error.kind(), Kind::RecordingTooLarge);
        assert!(error.to_string().contains("larger than 1 MiB"), "{error}");
    }
}
