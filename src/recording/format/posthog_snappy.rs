//! `PostHog`'s blocks in binary: JSON lines compressed by raw Snappy, which knows no frames. Its API sends several, each
//! behind its length as a big-endian `u32`; its storage holds one alone. Told apart as `PostHog`'s own loader does.

use super::{Collector, Format, lines, text, value};
use crate::error::Result;
use crate::recording::budget::Budget;
use crate::recording::problem::{Place, ProblemKind, Problems};

/// Snappy's densest element makes 64 bytes of three. A header that promises more is a lie, and no memory is
/// taken for it.
const MOST_EXPANSION: usize = 22;

/// The lines of all blocks, or nothing if these are no blocks. Blocks that cannot be read are counted.
pub(super) fn decode(bytes: &[u8], collector: &mut Collector<'_>) -> Result<Option<Vec<u8>>> {
    let mut blocks = Blocks::default();
    let mut rest = bytes;
    if first_block(rest).is_some_and(|(block, _)| !block.is_empty()) {
        while !rest.is_empty() {
            // The rest of a block that was cut off is no block.
            let (block, after) =
                first_block(rest).map_or((None, &[][..]), |(block, after)| (Some(block), after));
            blocks.push(block, collector.budget)?;
            rest = after;
        }
    }
    if blocks.lines.is_empty() {
        blocks = Blocks::default();
        blocks.push(Some(bytes), collector.budget)?;
    }
    Ok(blocks.finish(collector))
}

/// A block behind its length, and what follows it.
fn first_block(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk()?;
    rest.split_at_checked(u32::from_be_bytes(*length) as usize)
}

pub(super) fn read(lines: Vec<u8>, collector: &mut Collector<'_>) -> Result<Format> {
    let lines = text::decode(lines, collector)?;
    lines::read(&lines, value::DEPTH, collector)?;
    Ok(Format::PosthogSnappy)
}

/// Blocks, decoded one after the other.
#[derive(Default)]
pub(super) struct Blocks {
    lines: Vec<u8>,
    problems: Problems,
    next: u64,
}

impl Blocks {
    /// Adds a block, or counts it where there is none or it is damaged.
    pub(super) fn push(&mut self, block: Option<&[u8]>, budget: &mut Budget) -> Result<()> {
        let before = self.lines.len();
        let decoded = match block.and_then(|block| Some((block, length(block)?))) {
            Some((block, length)) => {
                budget.spend(length as u64 + 1)?;
                self.lines.resize(before + length, 0);
                snap::raw::Decoder::new()
                    .decompress(block, &mut self.lines[before..])
                    .is_ok()
            }
            None => false,
        };
        if decoded {
            self.lines.push(b'\n');
        } else {
            self.lines.truncate(before);
            self.problems
                .note(ProblemKind::UnreadableBlock, Place::Block(self.next));
        }
        self.next += 1;
        Ok(())
    }

    /// The lines of the blocks that could be read, if there are any.
    pub(super) fn finish(self, collector: &mut Collector<'_>) -> Option<Vec<u8>> {
        if self.lines.is_empty() {
            return None;
        }
        collector.problems.add_all(self.problems);
        Some(self.lines)
    }
}

/// What a block says of its decoded length, if that is possible for a block of this size.
fn length(block: &[u8]) -> Option<usize> {
    let length = snap::raw::decompress_len(block).ok()?;
    let least = length.div_ceil(MOST_EXPANSION);
    let possible = least..=snap::raw::max_compress_len(length);
    (length > 0 && possible.contains(&block.len())).then_some(length)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::error::Kind;
    use crate::recording::Problem;
    use crate::recording::format::tests::{META, SNAPSHOT};
    use crate::recording::format::{self, Contents};

    /// A block of one line.
    pub(in crate::recording::format) fn block(event: &str) -> Vec<u8> {
        let line = format!("[\"w\",{event}]");
        snap::raw::Encoder::new().compress_vec(line.as_bytes()).unwrap()
    }

    fn behind_lengths(blocks: &[Vec<u8>]) -> Vec<u8> {
        let framed = blocks.iter().flat_map(|block| {
            let length = block.len() as u32;
            [length.to_be_bytes().to_vec(), block.clone()].concat()
        });
        framed.collect()
    }

    fn contents(bytes: Vec<u8>) -> Result<Contents> {
        format::read(bytes, &mut Budget::new(1 << 20))
    }

    /// The number of events, and the first unreadable block of how many.
    fn found(bytes: Vec<u8>) -> (usize, Option<(Place, u64)>) {
        let contents = contents(bytes).unwrap();
        assert_eq!(contents.format, Format::PosthogSnappy);
        let problem = |problem: Problem| {
            assert_eq!(problem.kind, ProblemKind::UnreadableBlock);
            (problem.first, problem.count)
        };
        let events = contents.sessions[0].windows[0].events.len();
        (
            events,
            contents.problems.into_vec().into_iter().map(problem).next(),
        )
    }

    #[test]
    fn blocks_are_read_alone_and_behind_their_lengths() {
        let (first, second) = (block(META), block(SNAPSHOT));
        assert_eq!(found(first.clone()), (1, None));
        let two = [first.clone(), second.clone()];
        assert_eq!(found(behind_lengths(&two)), (2, None));
        let damaged = [first, vec![0xff; 9], second];
        assert_eq!(found(behind_lengths(&damaged)), (2, Some((Place::Block(1), 1))));
    }

    #[test]
    fn a_tail_that_was_cut_off_is_left_out() {
        let first = behind_lengths(&[block(META)]);
        let whole = behind_lengths(&[block(META), block(SNAPSHOT)]);
        for end in first.len() + 1..whole.len() {
            assert_eq!(
                found(whole[..end].to_vec()),
                (1, Some((Place::Block(1), 1))),
                "{end}"
            );
        }
        for end in 0..first.len() {
            let error = contents(first[..end].to_vec()).unwrap_err();
            assert_eq!(error.kind(), Kind::InvalidRecording, "{end}");
        }
    }

    #[test]
    fn no_memory_is_taken_for_a_length_that_cannot_be() {
        // 4 GiB less one, as Snappy writes it.
        let lie = [&[0xff, 0xff, 0xff, 0xff, 0x0f][..], &block(META)].concat();
        assert_eq!(length(&lie), None);
        let mut budget = Budget::new(1000);
        Blocks::default().push(Some(&lie), &mut budget).unwrap();
        budget.spend(1000).unwrap();
    }

    #[test]
    fn blocks_count_on_the_budget() {
        let zeros = snap::raw::Encoder::new()
            .compress_vec(&vec![b' '; 1 << 16])
            .unwrap();
        let many = behind_lengths(&vec![zeros; 17]);
        let error = contents(many).unwrap_err();
        assert_eq!(error.kind(), Kind::RecordingTooLarge);
    }
}
