//! Which containers and codecs can be written, and how each is asked of FFmpeg: the tables, no FFmpeg call.
//! The command line resolves its options here; `libav` reads the encoder and muxer rows.

use std::fmt;
use std::num::NonZeroU16;
use std::str::FromStr;

use clap::ValueEnum;

use super::alternative::{ALTERNATIVES, Alternative};
use crate::error::{Error, Kind, Result};
use crate::frame::Fps;

/// The file format around the video.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, ValueEnum)]
pub enum Container {
    Mp4,
    #[value(name = "webm")]
    WebM,
    Gif,
    /// Animated.
    #[value(name = "webp")]
    WebP,
    /// Animated PNG.
    Apng,
    /// A folder of pictures.
    Png,
}

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

/// How pixels lie in the frames that an encoder takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// BT.709 in limited range, chroma at half the size.
    Yuv420,
    /// Planes of green, blue and red.
    Gbr,
    Rgb,
    Bgr0,
    Bgra,
}

/// How often an animation is played.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Loops {
    #[default]
    Forever,
    Times(NonZeroU16),
}

impl FromStr for Loops {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "forever" => Ok(Self::Forever),
            _ => text.parse().map(Self::Times).map_err(|_| {
                format!("'{text}' is not how often to play; write forever or a number from 1 to 65535")
            }),
        }
    }
}

type Options = &'static [(&'static str, &'static str)];

/// One row of the container table.
struct ContainerRow {
    /// Our name for it and the muxer's.
    name: &'static str,
    extensions: &'static [&'static str],
    /// What it can hold; the first is the default.
    codecs: &'static [Codec],
    muxer_options: Options,
    /// The muxer's name for how often it is played, 0 being forever.
    loop_option: Option<&'static str>,
}

/// One row of the codec table.
struct CodecRow {
    name: &'static str,
    /// None: it is not FFmpeg's work.
    encoder: Option<&'static str>,
    /// Those that do not depend on the quality.
    options: Options,
}

impl Container {
    pub const ALL: [Self; 6] = [
        Self::Mp4,
        Self::WebM,
        Self::Gif,
        Self::WebP,
        Self::Apng,
        Self::Png,
    ];

    const fn row(self) -> ContainerRow {
        match self {
            Self::Mp4 => ContainerRow {
                name: "mp4",
                extensions: &["mp4", "m4v"],
                codecs: &[Codec::H264, Codec::Vp9, Codec::Av1, Codec::Hevc],
                // The index in front lets a browser play the file while it still loads.
                muxer_options: &[("movflags", "+faststart")],
                loop_option: None,
            },
            Self::WebM => ContainerRow {
                name: "webm",
                extensions: &["webm"],
                codecs: &[Codec::Vp9, Codec::Av1],
                muxer_options: &[],
                loop_option: None,
            },
            Self::Gif => Self::picture("gif", &["gif"], &[Codec::Gif], None),
            Self::WebP => Self::picture("webp", &["webp"], &[Codec::WebP], Some("loop")),
            Self::Apng => Self::picture("apng", &["apng"], &[Codec::Apng], Some("plays")),
            // A folder has no extension.
            Self::Png => Self::picture("png", &[], &[Codec::Png], None),
        }
    }

    const fn picture(
        name: &'static str,
        extensions: &'static [&'static str],
        codecs: &'static [Codec],
        loop_option: Option<&'static str>,
    ) -> ContainerRow {
        ContainerRow {
            name,
            extensions,
            codecs,
            muxer_options: &[],
            loop_option,
        }
    }

    pub const fn name(self) -> &'static str {
        self.row().name
    }

    pub const fn codecs(self) -> &'static [Codec] {
        self.row().codecs
    }

    /// The frame rate that it is usually given: in formats of pictures each frame costs much.
    pub const fn usual_fps(self) -> Fps {
        match self {
            Self::Mp4 | Self::WebM | Self::Png => Fps::new(30, 1),
            Self::Gif | Self::WebP | Self::Apng => Fps::new(15, 1),
        }
    }

    /// The highest frame rate that it may be given.
    pub const fn most_fps(self) -> Option<Fps> {
        match self {
            // It counts in hundredths of a second, and players take their time for shorter pictures.
            Self::Gif => Some(Fps::new(15, 1)),
            _ => None,
        }
    }

    /// Whether it keeps every pixel, whatever the quality.
    pub const fn is_always_lossless(self) -> bool {
        matches!(self, Self::Apng | Self::Png)
    }

    /// Whether it is an animation: it can play again from its start by itself, and a picture lasts however long, so that
    /// frames need not be repeated.
    pub const fn is_animation(self) -> bool {
        matches!(self, Self::Gif | Self::WebP | Self::Apng)
    }

    /// Whether it is a folder of files.
    pub const fn is_folder(self) -> bool {
        matches!(self, Self::Png)
    }

    pub(super) fn muxer_options(self, loops: Loops) -> Vec<(&'static str, String)> {
        let row = self.row();
        let count = match loops {
            Loops::Forever => 0,
            Loops::Times(times) => times.get(),
        };
        let options = row.muxer_options.iter();
        options
            .map(|(name, value)| (*name, (*value).to_owned()))
            .chain(row.loop_option.map(|name| (name, count.to_string())))
            .collect()
    }

    fn of_extension(extension: &str) -> Option<Self> {
        let extension = extension.to_ascii_lowercase();
        Self::ALL
            .into_iter()
            .find(|container| container.row().extensions.contains(&extension.as_str()))
    }
}

impl Codec {
    pub const ALL: [Self; 8] = [
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
            Self::H264 => CodecRow {
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
            },
            Self::Vp9 => CodecRow {
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
            },
            Self::Av1 => CodecRow {
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
            },
            Self::Hevc => CodecRow {
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
            },
            Self::Gif => CodecRow {
                name: "gif",
                encoder: None,
                options: &[],
            },
            Self::WebP => CodecRow {
                name: "webp",
                encoder: Some("libwebp_anim"),
                options: &[("compression_level", "3")],
            },
            Self::Apng => CodecRow {
                name: "apng",
                encoder: Some("apng"),
                options: &[("pred", "none")],
            },
            Self::Png => CodecRow {
                name: "png",
                encoder: None,
                options: &[],
            },
        }
    }

    pub const fn name(self) -> &'static str {
        self.row().name
    }

    /// FFmpeg's name for the encoder; None for what FFmpeg is not needed for.
    pub const fn encoder_name(self) -> Option<&'static str> {
        self.row().encoder
    }

    pub(super) const fn encoder_options(self) -> Options {
        self.row().options
    }
}

impl fmt::Display for Container {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for Codec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Container {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = || format!("'{text}' is not a format; known are {}", list(Self::ALL));
        Self::ALL
            .into_iter()
            .find(|it| it.name() == text)
            .ok_or_else(known)
    }
}

impl FromStr for Codec {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = || format!("'{text}' is not a codec; known are {}", list(Self::ALL));
        Self::ALL
            .into_iter()
            .find(|it| it.name() == text)
            .ok_or_else(known)
    }
}

/// A container and a codec that fit each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutputFormat {
    container: Container,
    codec: Codec,
    /// In the place of the codec's usual encoder.
    alternative: Option<&'static Alternative>,
}

impl OutputFormat {
    /// Picks the format: what was asked for, else what the output's extension says, else the container's
    /// usual codec.
    pub fn resolve(
        extension: Option<&str>,
        container: Option<Container>,
        codec: Option<Codec>,
    ) -> Result<Self> {
        let container = match (container, extension) {
            (Some(container), _) => container,
            (None, Some(extension)) => Container::of_extension(extension).ok_or_else(|| {
                let known = list(Container::ALL.iter().flat_map(|it| it.row().extensions));
                Error::new(
                    Kind::Usage,
                    format!("no video format belongs to the extension '.{extension}'; known are {known}"),
                )
                .hint("Use a known extension, or name the format with --format; --format png fills a folder.")
            })?,
            (None, None) => {
                return Err(
                    Error::new(Kind::Usage, "the output's name does not say its video format")
                        .hint(format!("Name it with --format: {}.", list(Container::ALL))),
                );
            }
        };
        let codec = codec.unwrap_or(container.codecs()[0]);
        if container.codecs().contains(&codec) {
            Ok(Self {
                container,
                codec,
                alternative: None,
            })
        } else {
            let fitting = list(container.codecs());
            Err(Error::new(
                Kind::Usage,
                format!("{container} cannot hold {codec}; it can hold {fitting}"),
            )
            .hint("Choose another --codec or another --format."))
        }
    }

    pub const fn container(self) -> Container {
        self.container
    }

    pub const fn codec(self) -> Codec {
        self.codec
    }

    /// The same, encoded by FFmpeg's encoder of this name.
    pub fn with_encoder(self, name: &str) -> Result<Self> {
        let codec = self.codec;
        let alternative = ALTERNATIVES
            .iter()
            .find(|row| row.codec == codec && row.name == name);
        if alternative.is_some() || codec.encoder_name() == Some(name) {
            return Ok(Self { alternative, ..self });
        }
        let others = ALTERNATIVES.iter().filter(|row| row.codec == codec);
        let known = list(codec.encoder_name().into_iter().chain(others.map(|row| row.name)));
        let message = format!("{name} is not an encoder for {codec} that can be used here");
        Err(Error::new(Kind::Usage, message).hint(if known.is_empty() {
            format!("Leave --encoder out: {codec} has none to choose from.")
        } else {
            format!("For {codec} there are {known}; --codec chooses another codec.")
        }))
    }

    pub(super) const fn alternative(self) -> Option<&'static Alternative> {
        self.alternative
    }
}

fn list<T: fmt::Display>(items: impl IntoIterator<Item = T>) -> String {
    let names: Vec<_> = items.into_iter().map(|item| item.to_string()).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_resolves_from_extension_and_options() {
        use Codec::{H264, Vp9};
        use Container::{Mp4, WebM};
        for (extension, container, codec, expected) in [
            (Some("mp4"), None, None, (Mp4, H264)),
            (Some("MP4"), None, None, (Mp4, H264)),
            (Some("m4v"), None, Some(Vp9), (Mp4, Vp9)),
            (Some("webm"), None, None, (WebM, Vp9)),
            (Some("video"), Some(WebM), None, (WebM, Vp9)),
            (Some("mp4"), Some(WebM), None, (WebM, Vp9)),
            (None, Some(Mp4), Some(H264), (Mp4, H264)),
        ] {
            let format = OutputFormat::resolve(extension, container, codec).unwrap();
            assert_eq!((format.container(), format.codec()), expected, "{extension:?}");
        }
    }

    #[test]
    fn what_does_not_fit_is_a_usage_error_that_names_the_choices() {
        for (extension, container, codec, part) in [
            (
                Some("mov"),
                None,
                None,
                "known are mp4, m4v, webm, gif, webp, apng",
            ),
            (None, None, None, "does not say"),
            (
                Some("webm"),
                None,
                Some(Codec::H264),
                "webm cannot hold h264; it can hold vp9, av1",
            ),
        ] {
            let error = OutputFormat::resolve(extension, container, codec).unwrap_err();
            assert_eq!(error.kind(), Kind::Usage);
            assert!(error.to_string().contains(part), "{error}");
            assert!(error.hint_text().is_some());
        }
    }

    #[test]
    fn names_read_back_and_agree_with_the_command_line() {
        for container in Container::ALL {
            assert_eq!(container.name().parse(), Ok(container));
            assert_eq!(
                container.to_possible_value().unwrap().get_name(),
                container.name()
            );
        }
        for codec in Codec::ALL {
            assert_eq!(codec.name().parse(), Ok(codec));
            assert_eq!(codec.to_possible_value().unwrap().get_name(), codec.name());
        }
        assert!("avi".parse::<Container>().is_err());
        assert!("mpeg2".parse::<Codec>().is_err());
    }
}
