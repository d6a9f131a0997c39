//! The compressions of a video, and how each is asked of FFmpeg, as one table. `format` pairs each with a container;
//! `coder` opens its encoder.

use std::fmt;

use clap::ValueEnum;

/// Names and values, as FFmpeg reads them.
pub(super) type Options = &'static [(&'static str, &'static str)];

/// The video compression; the formats of pictures have their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, ValueEnum)]
pub enum Codec {
    H264,
    Vp9,
    Av1,
    Hevc,
    Gif,
    #[value(name = "webp")]
    WebP,
    Apng,
    Png,
}

/// One row of the codec table.
struct CodecRow {
    name: &'static str,
    /// None: it is not FFmpeg's work.
    encoder: Option<&'static str>,
    /// Those that do not depend on the quality.
    options: Options,
}

const H264: CodecRow = CodecRow {
    name: "h264",
    encoder: Some("libx264"),
    // Pages scroll by hundreds of whole pixels: looking for them that far off saves up to half, finer looks
    // save nothing. Looking ahead tells which parts of a page stay: they are coded well once, which saves
    // a quarter. B-frames save nothing on screens. Durations are hidden from the rate control, which would
    // spend a lot on each frame that lasts. Stills want a single reference; keyframes come only where
    // they are asked for.
    options: &[
        ("preset", "superfast"),
        ("forced-idr", "1"),
        (
            "x264-params",
            "keyint=infinite:scenecut=0:ref=1:me=umh:merange=512:subme=2:mbtree=1:rc-lookahead=8:force-cfr=1:\
             aq-strength=0.7",
        ),
    ],
};

const VP9: CodecRow = CodecRow {
    name: "vp9",
    encoder: Some("libvpx-vp9"),
    options: &[
        ("b", "0"),
        ("deadline", "realtime"),
        ("cpu-used", "7"),
        ("row-mt", "1"),
        ("tune-content", "screen"),
        ("lag-in-frames", "0"),
        ("auto-alt-ref", "0"),
    ],
};

const AV1: CodecRow = CodecRow {
    name: "av1",
    encoder: Some("libaom-av1"),
    options: &[
        ("b", "0"),
        ("usage", "realtime"),
        ("cpu-used", "8"),
        ("row-mt", "1"),
        ("lag-in-frames", "0"),
        ("aom-params", "tune-content=screen"),
    ],
};

const HEVC: CodecRow = CodecRow {
    name: "hevc",
    encoder: Some("libx265"),
    options: &[
        ("preset", "superfast"),
        ("forced-idr", "1"),
        (
            "x265-params",
            "keyint=-1:scenecut=0:bframes=0:rc-lookahead=10:frame-threads=1:log-level=none",
        ),
    ],
};

const GIF: CodecRow = CodecRow {
    name: "gif",
    encoder: None,
    options: &[],
};

const WEBP: CodecRow = CodecRow {
    name: "webp",
    encoder: Some("libwebp_anim"),
    options: &[("compression_level", "3")],
};

const APNG: CodecRow = CodecRow {
    name: "apng",
    encoder: Some("apng"),
    options: &[("pred", "none")],
};

const PNG: CodecRow = CodecRow {
    name: "png",
    encoder: None,
    options: &[],
};

impl Codec {
    pub(super) const ALL: [Self; 8] = [
        Self::H264,
        Self::Vp9,
        Self::Av1,
        Self::Hevc,
        Self::Gif,
        Self::WebP,
        Self::Apng,
        Self::Png,
    ];

    const fn row(self) -> CodecRow {
        match self {
            Self::H264 => H264,
            Self::Vp9 => VP9,
            Self::Av1 => AV1,
            Self::Hevc => HEVC,
            Self::Gif => GIF,
            Self::WebP => WEBP,
            Self::Apng => APNG,
            Self::Png => PNG,
        }
    }

    pub const fn name(self) -> &'static str {
        self.row().name
    }

    /// FFmpeg's name for the encoder; None for what FFmpeg is not needed for.
    pub(super) const fn encoder_name(self) -> Option<&'static str> {
        self.row().encoder
    }

    pub(super) const fn encoder_options(self) -> Options {
        self.row().options
    }
}

impl fmt::Display for Codec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_command_line() {
        for codec in Codec::ALL {
            assert_eq!(codec.to_possible_value().unwrap().get_name(), codec.name());
        }
    }
}
