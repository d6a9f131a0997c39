//! What a video is written as: a container, a codec that it can hold, and who encodes it. The command line resolves its
//! options here.

use std::fmt;

use super::alternative::{ALTERNATIVES, Alternative};
use super::codec::Codec;
use super::container::Container;
use crate::error::{Error, Kind, Result};

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
                let known = list(Container::ALL.iter().flat_map(|it| it.extensions()));
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

    /// Whether nobody chose another encoder than the codec's usual one.
    pub const fn has_usual_encoder(self) -> bool {
        self.alternative.is_none()
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
}
