//! The options about images, fonts and style sheets that the recording only names by address.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use url::Url;

use super::input::seconds;

#[derive(Debug, Args)]
#[command(next_help_heading = "Assets")]
#[allow(clippy::doc_markdown, reason = "the help shows it as it is written here")]
pub(in crate::cli) struct AssetArgs {
    /// Fetch no images, fonts and style sheets; those given or in the cache are used
    #[arg(long)]
    pub(in crate::cli) offline: bool,

    /// Take assets from here first: a folder (HOST/PATH, PATH or just the file's name) or a HAR file; may be repeated
    #[arg(long, value_name = "FOLDER|FILE.har")]
    pub(in crate::cli) assets: Vec<PathBuf>,

    /// Keep what was fetched here, for the next render [default: the user's cache folder]
    #[arg(long, value_name = "FOLDER", hide_short_help = true)]
    pub(in crate::cli) asset_cache: Option<PathBuf>,

    /// What relative addresses are relative to [default: the recorded page]
    #[arg(long, value_name = "URL", value_parser = web_address, hide_short_help = true)]
    pub(in crate::cli) asset_base: Option<Url>,

    /// How long one asset may take, in seconds
    #[arg(
        long,
        default_value = "10",
        value_name = "SECONDS",
        value_parser = seconds,
        allow_negative_numbers = true,
        hide_short_help = true,
    )]
    pub(in crate::cli) asset_timeout: Duration,
}

fn web_address(text: &str) -> Result<Url, String> {
    Url::parse(text)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https"))
        .ok_or_else(|| format!("'{text}' is not an http or https address"))
}
