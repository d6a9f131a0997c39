//! What a video shows: the options that `verify` must be given as `render` was.

use clap::Args;

use super::{PictureArgs, TimeArgs, WordArgs};

#[derive(Debug, Args)]
pub(in crate::cli) struct ContentArgs {
    #[command(flatten)]
    pub(in crate::cli) picture: PictureArgs,

    #[command(flatten)]
    pub(in crate::cli) words: WordArgs,

    #[command(flatten)]
    pub(in crate::cli) time: TimeArgs,
}
