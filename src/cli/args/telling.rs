//! How much a command says on standard error: what every command takes that works for a while.

use clap::Args;

use crate::cli::telling::Telling;

#[derive(Debug, Args)]
pub(in crate::cli) struct TellingArgs {
    /// Say nothing but errors
    #[arg(short, long, conflicts_with = "verbose", help_heading = "Telling")]
    quiet: bool,

    /// Say more
    #[arg(short, long, help_heading = "Telling")]
    verbose: bool,
}

impl TellingArgs {
    pub(in crate::cli) const fn level(&self) -> Telling {
        match (self.quiet, self.verbose) {
            (true, _) => Telling::Nothing,
            (false, false) => Telling::Usual,
            (false, true) => Telling::Everything,
        }
    }
}
