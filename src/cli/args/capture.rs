//! How pictures are taken: shared by `render` and `verify`.

use clap::Args;

use super::BrowserArgs;
use crate::capture::CaptureMethod;

#[derive(Debug, Args)]
pub(in crate::cli) struct CaptureArgs {
    /// How pictures are taken [default: framebuffer, damage or screenshot, the first that works here; none where all that
    /// is seen are recorded screenshots of an app, which need no browser]
    #[arg(
        hide_short_help = true,
        long = "capture",
        value_enum,
        value_name = "HOW",
        help_heading = "Browser"
    )]
    pub(in crate::cli) method: Option<CaptureMethod>,

    #[command(flatten)]
    pub(in crate::cli) browser: BrowserArgs,

    /// How long any one step of the browser may take, in seconds
    #[arg(
        hide_short_help = true,
        long,
        default_value = "120",
        value_name = "SECONDS",
        help_heading = "Browser"
    )]
    pub(in crate::cli) deadline: f64,
}
