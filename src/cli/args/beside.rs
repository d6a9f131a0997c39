//! What is written into the video and beside it, besides its pictures.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Args;

use super::count;
use crate::timeline::SessionTime;

#[derive(Debug, Args)]
#[command(next_help_heading = "Beside the picture")]
pub(in crate::cli) struct BesideArgs {
    /// Leave title, chapters, subtitles and poster out of the video file
    #[arg(long)]
    pub(in crate::cli) no_annotations: bool,

    /// Write what happened as subtitles (.vtt or .srt): clicks, pages, errors, but nothing that was typed
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) subtitles: Option<PathBuf>,

    /// Write one picture of the video, as .png, .jpg or .webp
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) poster: Option<PathBuf>,

    /// When the poster is taken, in session time [default: the busiest moment]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, hide_short_help = true)]
    pub(in crate::cli) poster_at: Option<SessionTime>,

    /// Write one picture with many moments of the video in it, as .png, .jpg or .webp
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) contact_sheet: Option<PathBuf>,

    /// How many moments the contact sheet has at most, up to 500
    #[arg(
        hide_short_help = true,
        long,
        value_name = "N",
        default_value = "12",
        value_parser = moments,
        allow_negative_numbers = true,
        requires = "contact_sheet",
    )]
    pub(in crate::cli) moments: NonZeroUsize,

    /// Write each picture that differs from the one before as a PNG into a folder, with index.json: when each is shown
    #[arg(long, value_name = "FOLDER")]
    pub(in crate::cli) frames: Option<PathBuf>,
}

/// Each is a picture that is kept until the sheet is drawn.
const MOST_MOMENTS: usize = 500;

fn moments(text: &str) -> Result<NonZeroUsize, String> {
    let moments: NonZeroUsize = count(text)?;
    if moments.get() > MOST_MOMENTS {
        return Err(format!("{MOST_MOMENTS} are the most that fit on a sheet"));
    }
    Ok(moments)
}
