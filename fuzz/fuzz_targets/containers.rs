//! A text in gzip, zlib, Zstandard, ZIP, an envelope, a form and a HAR file, within each other, and damaged on the way.
#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use replaycast_fuzz::{Damage, Text, deflated_zip, envelope, form, gzip, har, read, stored_zip, zlib, zstd};

#[derive(Debug, Arbitrary)]
struct Input<'a> {
    /// From the inside out.
    layers: Vec<(Layer, Damage)>,
    text: &'a [u8],
}

#[derive(Debug, Arbitrary)]
enum Layer {
    Gzip {
        level: u8,
    },
    Zlib {
        level: u8,
    },
    Zstd,
    Envelope,
    Form,
    Har,
    StoredZip {
        name: Text,
    },
    DeflatedZip {
        names: Vec<Text>,
    },
    /// Members of gzip, frames of Zstandard, and for the others more than belongs there.
    Repeated {
        times: u8,
    },
    /// An empty frame of Zstandard that is to be skipped.
    Skippable,
    Zeros(u8),
}

/// After this no more layers are added. Unpacked it may be much more.
const MOST_BYTES: usize = 1 << 20;

fuzz_target!(|input: Input<'_>| {
    let mut bytes = input.text.to_vec();
    for (layer, damage) in input.layers.into_iter().take(16) {
        if bytes.len() > MOST_BYTES {
            break;
        }
        bytes = match layer {
            Layer::Gzip { level } => gzip(&bytes, level),
            Layer::Zlib { level } => zlib(&bytes, level),
            Layer::Zstd => zstd(&bytes),
            Layer::Envelope => envelope(&bytes),
            Layer::Form => form(&bytes),
            Layer::Har => har(&bytes),
            Layer::StoredZip { name: Text(name) } => stored_zip(&[(name, bytes)]),
            Layer::DeflatedZip { names } => {
                let entries: Vec<(String, &[u8])> = names
                    .into_iter()
                    .take(8)
                    .map(|Text(name)| (name, &*bytes))
                    .collect();
                deflated_zip(&entries)
            }
            Layer::Repeated { times } => {
                bytes.repeat(usize::from(times).min(MOST_BYTES / bytes.len().max(1)))
            }
            Layer::Skippable => [&[0x50, 0x2a, 0x4d, 0x18, 0, 0, 0, 0], &*bytes].concat(),
            Layer::Zeros(count) => [&*bytes, &vec![0; usize::from(count)]].concat(),
        };
        damage.apply(&mut bytes);
    }
    read(&bytes);
});
