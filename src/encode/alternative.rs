//! Encoders of FFmpeg that may stand in the place of a codec's usual one, as one table: those of hardware, and other software.
//! `OutputFormat` is given one by `--encoder`; `coder` opens it.

use super::codec::{Codec, Options};

/// An encoder that takes 4:2:0 pictures of the system's memory and has a constant quantizer.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Alternative {
    /// FFmpeg's name for it.
    pub(super) name: &'static str,
    pub(super) codec: Codec,
    /// The name of its quantizer, its values for low, medium and high quality, and the coarsest that is chosen for a small
    /// file.
    pub(super) rate: &'static str,
    pub(super) values: [u8; 3],
    pub(super) coarsest: u8,
    pub(super) options: Options,
}

/// Frames between keyframes: not every one of these encoders takes them where they are asked for.
pub(super) const KEY_FRAMES: u32 = 300;

const NVENC: Options = &[("preset", "p4"), ("rc", "constqp"), ("forced-idr", "1")];

pub(super) const ALTERNATIVES: &[Alternative] = &[
    Alternative {
        name: "h264_nvenc",
        codec: Codec::H264,
        rate: "qp",
        values: [32, 26, 20],
        coarsest: 38,
        options: NVENC,
    },
    Alternative {
        name: "hevc_nvenc",
        codec: Codec::Hevc,
        rate: "qp",
        values: [33, 28, 22],
        coarsest: 40,
        options: NVENC,
    },
    Alternative {
        name: "av1_nvenc",
        codec: Codec::Av1,
        rate: "qp",
        values: [180, 140, 96],
        coarsest: 220,
        options: NVENC,
    },
    Alternative {
        name: "librav1e",
        codec: Codec::Av1,
        rate: "qp",
        values: [160, 110, 70],
        coarsest: 200,
        options: &[("speed", "9"), ("rav1e-params", "low_latency=true")],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn better_is_never_coarser_than_the_coarsest() {
        for row in ALTERNATIVES {
            let [low, medium, high] = row.values;
            assert!(
                row.coarsest > low && low > medium && medium > high,
                "{}",
                row.name
            );
            assert_ne!(row.codec.encoder_name(), Some(row.name));
        }
    }
}
