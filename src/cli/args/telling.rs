//! How much a command says on standard error: what every command takes that works for a while.

use clap::Args;

use crate::cli::telling::Telling;

#[derive(Debug, Args)]
#[command(next_help_heading = "Telling")]
pub(in crate::cli) struct TellingArgs {
    /// Say nothing but errors
    #[arg(short, long, conflicts_with = "verbose")]
    quiet: bool,

    /// Say more
    #[arg(short, long)]
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
