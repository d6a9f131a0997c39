//! What a video shows: the options that `verify` must be given as `render` was.

use clap::Args;

use super::{PictureArgs, TimeArgs, WordArgs};
use crate::timeline::{ClipOptions, TimelineOptions};

#[derive(Debug, Args)]
pub(in crate::cli) struct ContentArgs {
    #[command(flatten)]
    pub(in crate::cli) picture: PictureArgs,

    #[command(flatten)]
    pub(in crate::cli) words: WordArgs,

    #[command(flatten)]
    pub(in crate::cli) time: TimeArgs,
}

impl ContentArgs {
    pub(in crate::cli) fn clips(&self) -> ClipOptions {
        self.time.clips()
    }

    pub(in crate::cli) fn timeline(&self) -> TimelineOptions {
        self.time.timeline(&self.picture.window)
    }
}
