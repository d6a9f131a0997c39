//! The options of `verify`.

use std::num::NonZeroU64;
use std::path::PathBuf;

use clap::Args;

use super::{AssetArgs, CaptureArgs, ContentArgs, RecordingArgs, TellingArgs, count};
use crate::frame::Fps;

#[derive(Debug, Args)]
#[command(
    mut_arg("quiet", |quiet| quiet.help("Say nothing but the result and errors")),
    mut_arg("clip", |clip| clip.help("The part of the session that the video shows, or START..END")),
    mut_arg("around", |around| around.help("What the video is around, written as for render; it must give one clip"))
)]
pub(in crate::cli) struct VerifyArgs {
    /// The video, which must be made by `render` with the same options for time, picture, words and assets
    #[arg(value_name = "VIDEO")]
    pub(in crate::cli) video: PathBuf,

    #[command(flatten)]
    pub(in crate::cli) recording: RecordingArgs,

    /// How many moments to compare, evenly spread
    #[arg(
        long,
        default_value = "20",
        value_name = "N",
        value_parser = count::<NonZeroU64>,
        allow_negative_numbers = true,
        help_heading = "Comparing",
    )]
    pub(in crate::cli) samples: NonZeroU64,

    /// Compare every moment at which a frame can begin
    #[arg(long, conflicts_with = "samples", help_heading = "Comparing")]
    pub(in crate::cli) all: bool,

    /// The least structural similarity (SSIM) that a frame may have, from 0 to 1
    #[arg(
        long,
        default_value = "0.95",
        value_name = "SSIM",
        value_parser = similarity,
        allow_negative_numbers = true,
        help_heading = "Comparing",
    )]
    pub(in crate::cli) min_ssim: f64,

    /// Write the frame that is least alike as a PNG: expected on the left, actual on the right
    #[arg(long, value_name = "FILE", help_heading = "Comparing")]
    pub(in crate::cli) worst: Option<PathBuf>,

    /// Replace an existing file with that frame
    #[arg(long, requires = "worst", help_heading = "Comparing")]
    pub(in crate::cli) force: bool,

    /// Frames per second that the video was made with [default: found in the video]
    #[arg(
        long,
        value_name = "N",
        allow_negative_numbers = true,
        help_heading = "Picture"
    )]
    pub(in crate::cli) fps: Option<Fps>,

    #[command(flatten)]
    pub(in crate::cli) content: ContentArgs,

    #[command(flatten)]
    pub(in crate::cli) assets: AssetArgs,

    #[command(flatten)]
    pub(in crate::cli) capture: CaptureArgs,

    /// Print JSON instead of text
    #[arg(long, help_heading = "Telling")]
    pub(in crate::cli) json: bool,

    #[command(flatten)]
    pub(in crate::cli) telling: TellingArgs,
}

fn similarity(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|ssim| (0.0..=1.0).contains(ssim));
    number.ok_or_else(|| format!("'{text}' is not a number from 0 to 1"))
}
