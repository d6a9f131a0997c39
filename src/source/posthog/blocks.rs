//! Gets numbered blocks, as many at a time as the server bears, and finds out which it left out. `session` calls it.

use super::address::SessionAddress;
use super::cache::SessionCache;
use super::chunk::Chunk;
use super::coverage::{EventTimes, Trust, contains};
use super::listing::Block;
use crate::source::SourceEvent;
use crate::source::exchange::{Exchange, Refusal, Within};

/// A personal key may ask for this many at a time, and for one more not.
const MOST_BLOCKS: usize = 20;
/// This many replies must come well before more is asked for at once.
const GROW_AFTER: usize = 4;
/// Where this many blocks in a row cannot be had, the fault lies not with the blocks.
const MOST_FAILURES: usize = 3;

pub(super) struct BlockDownload<'d, 'e> {
    exchange: &'d mut Exchange<'e>,
    address: &'d SessionAddress,
    blocks: &'d [Block],
    cache: Option<&'d SessionCache>,
    max_bytes: u64,
    batch: usize,
    /// Replies in a row that came well, and blocks in a row that did not.
    successes: usize,
    failures: usize,
    progress: Downloaded,
}

/// What there is in the end.
#[derive(Debug)]
pub(super) struct Downloaded {
    pub(super) chunks: Vec<Chunk>,
    pub(super) missing: Vec<Block>,
    pub(super) trust: Trust,
}

impl<'d, 'e> BlockDownload<'d, 'e> {
    pub(super) fn new(
        exchange: &'d mut Exchange<'e>,
        address: &'d SessionAddress,
        blocks: &'d [Block],
        cache: Option<&'d SessionCache>,
        max_bytes: u64,
    ) -> Self {
        let kept = cache.map(|cache| cache.chunks(blocks, max_bytes));
        Self {
            exchange,
            address,
            blocks,
            cache,
            max_bytes,
            batch: MOST_BLOCKS,
            successes: 0,
            failures: 0,
            progress: Downloaded {
                chunks: kept.unwrap_or_default(),
                missing: Vec::new(),
                trust: Trust::Edges,
            },
        }
    }

    pub(super) async fn run(mut self) -> Result<Downloaded, Refusal> {
        let held = |block: &&Block| self.progress.chunks.iter().any(|chunk| chunk.holds(block.key));
        let (kept, wanted): (Vec<&Block>, Vec<&Block>) = self.blocks.iter().partition(held);
        self.exchange.tell(SourceEvent::Listed {
            blocks: self.blocks.len(),
            kept: kept.len(),
        });
        let mut settled = 0;
        while settled < wanted.len() {
            let batch = consecutive(&wanted[settled..], self.batch);
            settled += match batch {
                [block] => self.get_one(block).await?,
                _ => self.get_many(batch).await?,
            };
            self.exchange.tell(SourceEvent::Received {
                blocks: kept.len() + settled,
                of: self.blocks.len(),
                bytes: self.received_bytes(),
            });
        }
        self.progress.chunks.sort_by_key(|chunk| chunk.first);
        Ok(self.progress)
    }

    /// Gets a batch in one reply. Returns how many blocks need no more care: all, or none when it was too much.
    async fn get_many(&mut self, batch: &[&Block]) -> Result<usize, Refusal> {
        let url = self.url(batch[0], batch[batch.len() - 1]);
        let reply = self.exchange.ask(&url, Within::Timeout, self.bytes_left()).await;
        let failure = match reply {
            Ok(text) => {
                let times = EventTimes::read(&text);
                if !times.cut_off {
                    self.accept(batch, text, &times).await?;
                    self.succeeded();
                    return Ok(batch.len());
                }
                None
            }
            Err(refusal) if refusal.may_pass() => Some(refusal),
            // Too much, or one block of the batch is not known: smaller ones show.
            Err(Refusal::Status {
                status: 400 | 404 | 413,
                ..
            }) => None,
            Err(refusal) => return Err(refusal),
        };
        self.batch = (batch.len() / 2).max(1);
        self.successes = 0;
        if let Some(refusal) = failure {
            self.exchange.pause_after(&refusal, 1).await?;
        }
        Ok(0)
    }

    async fn get_one(&mut self, block: &Block) -> Result<usize, Refusal> {
        match self.text_of(block).await? {
            Some(text) => {
                self.keep(block.key, block.key, Vec::new(), text);
                self.succeeded();
            }
            None => self.progress.missing.push(block.clone()),
        }
        Ok(1)
    }

    fn succeeded(&mut self) {
        self.successes += 1;
        if self.successes.is_multiple_of(GROW_AFTER) {
            self.batch = (self.batch * 2).min(MOST_BLOCKS);
        }
    }

    /// The text of one block, or None where the server does not give it out.
    async fn text_of(&mut self, block: &Block) -> Result<Option<Vec<u8>>, Refusal> {
        let url = self.url(block, block);
        let mut before = None;
        loop {
            match self.exchange.get(&url, Within::Timeout, self.bytes_left()).await {
                Ok(text) if text.trim_ascii().is_empty() => return Ok(None),
                // A text without an end is asked for again; if it stays so, that is how it is.
                Ok(text) if EventTimes::read(&text).cut_off && before.as_ref() != Some(&text) => {
                    before = Some(text);
                }
                Ok(text) => {
                    self.failures = 0;
                    return Ok(Some(text));
                }
                Err(Refusal::Status {
                    status: 400 | 404 | 413,
                    ..
                }) => return Ok(None),
                Err(refusal)
                    if refusal.may_pass() && self.failures + 1 < MOST_FAILURES.min(self.blocks.len()) =>
                {
                    self.failures += 1;
                    return Ok(None);
                }
                Err(refusal) => return Err(refusal),
            }
        }
    }

    /// Takes a reply, and asks for each block alone that seems to be left out of it.
    async fn accept(&mut self, batch: &[&Block], text: Vec<u8>, times: &EventTimes) -> Result<(), Refusal> {
        self.failures = 0;
        let mut omitted = Vec::new();
        let mut found = Vec::new();
        for block in batch {
            if times.may_hold(block, self.progress.trust) {
                continue;
            }
            match self.text_of(block).await? {
                Some(alone) if contains(&text, &alone) => self.progress.trust = self.progress.trust.weaker(),
                alone => {
                    omitted.push(block.key);
                    found.push((*block, alone));
                }
            }
        }
        if omitted.len() < batch.len() {
            self.keep(batch[0].key, batch[batch.len() - 1].key, omitted, text);
        }
        for (block, alone) in found {
            match alone {
                Some(text) => self.keep(block.key, block.key, Vec::new(), text),
                None => self.progress.missing.push(block.clone()),
            }
        }
        Ok(())
    }

    fn keep(&mut self, first: u64, last: u64, omitted: Vec<u64>, text: Vec<u8>) {
        let chunk = Chunk {
            first,
            last,
            omitted,
            text,
        };
        if let Some(cache) = self.cache {
            // A full disk only means that the next run asks again.
            let _ = cache.keep_chunk(&chunk, self.blocks);
        }
        self.progress.chunks.push(chunk);
    }

    fn url(&self, first: &Block, last: &Block) -> url::Url {
        let query = [
            ("source", "blob_v2"),
            ("start_blob_key", &first.key.to_string()),
            ("end_blob_key", &last.key.to_string()),
            ("decompress", "true"),
        ];
        self.address.api(&["snapshots"], &query)
    }

    fn received_bytes(&self) -> u64 {
        self.progress
            .chunks
            .iter()
            .map(|chunk| chunk.text.len() as u64)
            .sum()
    }

    fn bytes_left(&self) -> u64 {
        self.max_bytes.saturating_sub(self.received_bytes())
    }
}

/// The blocks at the front whose numbers follow each other, at most `most`.
fn consecutive<'a, 'b>(blocks: &'a [&'b Block], most: usize) -> &'a [&'b Block] {
    let follows = |pair: &[&Block]| pair[1].key == pair[0].key + 1;
    let length = 1 + blocks.windows(2).take_while(|pair| follows(pair)).count();
    &blocks[..length.min(most)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_has_no_gap_and_at_most_the_limit() {
        let block = |key| Block {
            key,
            start: None,
            end: None,
        };
        let blocks = [3, 4, 5, 9, 10].map(block);
        let blocks: Vec<&Block> = blocks.iter().collect();
        let keys = |from: usize, most| {
            consecutive(&blocks[from..], most)
                .iter()
                .map(|block| block.key)
                .collect::<Vec<_>>()
        };
        assert_eq!(keys(0, 20), [3, 4, 5]);
        assert_eq!(keys(0, 2), [3, 4]);
        assert_eq!(keys(2, 20), [5]);
        assert_eq!(keys(3, 20), [9, 10]);
    }
}
