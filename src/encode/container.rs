//! The file formats around a video, as one table. `format` pairs each with a codec; `muxer` opens it.

use std::fmt;
use std::num::NonZeroU16;
use std::str::FromStr;

use clap::ValueEnum;

use super::codec::{Codec, Options};
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

impl Container {
    pub(super) const ALL: [Self; 6] = [
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

    pub(super) const fn extensions(self) -> &'static [&'static str] {
        self.row().extensions
    }

    pub(super) fn of_extension(extension: &str) -> Option<Self> {
        let extension = extension.to_ascii_lowercase();
        Self::ALL
            .into_iter()
            .find(|container| container.extensions().contains(&extension.as_str()))
    }
}

impl fmt::Display for Container {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_command_line() {
        for container in Container::ALL {
            assert_eq!(
                container.to_possible_value().unwrap().get_name(),
                container.name()
            );
        }
    }
}
