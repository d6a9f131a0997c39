//! What `blocks` downloads at a time and `cache` keeps.

/// The text of consecutive blocks, as it came in one reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Chunk {
    pub(super) first: u64,
    pub(super) last: u64,
    /// Those in between that the server left out.
    pub(super) omitted: Vec<u64>,
    pub(super) text: Vec<u8>,
}

impl Chunk {
    pub(super) fn holds(&self, key: u64) -> bool {
        (self.first..=self.last).contains(&key) && !self.omitted.contains(&key)
    }
}
