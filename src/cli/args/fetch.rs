//! The options of `fetch`.

use std::path::PathBuf;

use clap::Args;

use super::{InputArgs, TellingArgs};

#[derive(Debug, Args)]
pub(in crate::cli) struct FetchArgs {
    #[command(flatten)]
    pub(in crate::cli) input: InputArgs,

    /// Where the recording goes; FILE.meta.json beside it says where it comes from
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    pub(in crate::cli) output: PathBuf,

    /// Compress it [default: if the output's name ends in .zst]
    #[arg(long, help_heading = "Output")]
    pub(in crate::cli) zstd: bool,

    /// Write what there is, even if the server does not give out all blocks
    #[arg(long, help_heading = "Output")]
    pub(in crate::cli) partial: bool,

    /// Replace an existing output
    #[arg(long, help_heading = "Output")]
    pub(in crate::cli) force: bool,

    #[command(flatten)]
    pub(in crate::cli) telling: TellingArgs,
}
