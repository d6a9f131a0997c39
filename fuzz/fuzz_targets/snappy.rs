//! PostHog's blocks, compressed by Snappy, behind their lengths or alone.
#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use replaycast_fuzz::{Damage, Event, Json, Many, Rare, Window, read, snappy};

#[derive(Debug, Arbitrary)]
struct Input {
    is_framed: bool,
    blocks: Many<Block>,
    after: Rare<Vec<u8>>,
}

#[derive(Debug, Arbitrary)]
struct Block {
    lines: Many<Line>,
    /// What is said of the length, where that is a lie.
    length: Rare<u32>,
    damage: Damage,
}

#[derive(Debug, Arbitrary)]
enum Line {
    Pair(Window, Event),
    Repeated(Event, u8),
    Any(Json),
    Bytes(Vec<u8>),
}

/// Of one repeated line.
const MOST_BYTES: usize = 64 << 10;

impl Block {
    fn bytes(self, is_framed: bool) -> Vec<u8> {
        let mut lines = Vec::new();
        for line in self.lines {
            match line {
                Line::Pair(Window(window), Event(event)) => {
                    lines.extend(format!("[{window},{event}]").into_bytes())
                }
                Line::Repeated(Event(event), times) => {
                    let times = usize::from(times).min(MOST_BYTES / event.len().max(1));
                    lines.extend(format!("[\"w\",{event}]\n").repeat(times).into_bytes());
                }
                Line::Any(Json(json)) => lines.extend(json.into_bytes()),
                Line::Bytes(bytes) => lines.extend(bytes),
            }
            lines.push(b'\n');
        }
        let mut block = snappy(&lines);
        self.damage.apply(&mut block);
        if is_framed {
            let length = self.length.0.unwrap_or(block.len() as u32);
            block.splice(..0, length.to_be_bytes());
        }
        block
    }
}

fuzz_target!(|input: Input| {
    let blocks = input.blocks.into_iter();
    let mut bytes: Vec<u8> = blocks.flat_map(|block| block.bytes(input.is_framed)).collect();
    bytes.extend(input.after.0.into_iter().flatten());
    read(&bytes);
});
