//! The command line as it is typed: names, defaults and help; one file for each command with many options. No I/O;
//! `settings` resolves it.

mod assets;
mod beside;
mod capture;
mod content;
mod fetch;
mod input;
mod max_size;
mod picture;
mod preset;
mod render;
mod telling;
mod time;
mod verify;
mod words;

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, Parser, Subcommand};

use crate::browser::BROWSER_VARIABLE;

pub(super) use assets::AssetArgs;
pub(super) use beside::BesideArgs;
pub(super) use capture::{CaptureArgs, RequestedCapture};
pub(super) use content::ContentArgs;
pub(super) use fetch::FetchArgs;
pub(super) use input::{InputArgs, RecordingArgs};
pub(super) use max_size::MaxSize;
pub(super) use picture::PictureArgs;
pub(super) use preset::{Preset, with_preset};
pub(super) use render::{ProgressStyle, RenderArgs, asks_for_json};
pub(super) use telling::TellingArgs;
pub(super) use time::TimeArgs;
pub(super) use verify::VerifyArgs;
pub(super) use words::WordArgs;

/// Turns a session replay (rrweb events, from PostHog or any rrweb tool) into a video that opens anywhere.
#[derive(Debug, Parser)]
#[command(
    name = "replaycast",
    version,
    max_term_width = 110,
    disable_help_subcommand = true
)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Render a recording to a video
    #[command(disable_help_flag = true)]
    Render(Box<RenderArgs>),
    /// Say what is in a recording, without a browser
    Inspect(InspectArgs),
    /// Keep a recording from PostHog, or from the web, exactly as it is received
    Fetch(FetchArgs),
    /// Say whether a video is what its recording gives
    Verify(Box<VerifyArgs>),
    /// Say whether this machine can render: browser, sandbox, encoders, fonts
    Doctor(DoctorArgs),
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Browser")]
pub(super) struct BrowserArgs {
    /// The Chromium to use [default: from the usual places, the one that suits how pictures are taken]
    #[arg(long, env = BROWSER_VARIABLE, value_name = "FILE", hide_short_help = true)]
    pub(super) browser: Option<PathBuf>,

    /// Run Chrome without its sandbox: a hostile recording could then reach this machine
    #[arg(long, hide_short_help = true)]
    pub(super) no_browser_sandbox: bool,
}

#[derive(Debug, Args)]
pub(super) struct InspectArgs {
    #[command(flatten)]
    pub(super) recording: RecordingArgs,

    /// Print JSON instead of text
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub(super) struct DoctorArgs {
    /// Print JSON instead of text
    #[arg(long)]
    pub(super) json: bool,

    // The heading of its options would be that of any after it.
    #[command(flatten)]
    pub(super) browser: BrowserArgs,
}

/// How many there are of something, of which there is at least one.
fn count<N: FromStr>(text: &str) -> Result<N, String> {
    text.parse().map_err(|_| {
        format!("'{text}' is not how many there may be; write a whole number from 1 on, for example 4")
    })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn wrong_numbers_are_told_with_what_to_write() {
        for (option, says) in [
            ("--jobs 0", "a whole number from 1 on"),
            ("--jobs -1", "a whole number from 1 on"),
            ("--moments 0", "a whole number from 1 on"),
            ("--moments 501", "500 are the most"),
            ("--clip -5+3", "is not a time"),
            ("--around -5", "is no event"),
            ("--idle -1", "skip:5:1"),
            ("--speed 2x", "2 or 0.5"),
            ("--fps -3", "a number from 0.1 to 240"),
            ("--timeout -1", "a number above 0"),
            ("--patience -1", "a number above 0"),
            ("--asset-timeout -1", "a number above 0"),
            ("--deadline 1m", "a number above 0"),
            ("--retries -1", "0 for never"),
            ("--scale -1", "a number from 1 to 4"),
            ("--loop -1", "forever or a number"),
            ("--max-size -1", "10MB"),
            ("--max-input -1", "500MB"),
            ("--title=", "Order 7 fails"),
        ] {
            let words = ["replaycast", "render", "a.json", "--contact-sheet=a.png"];
            let told = Cli::try_parse_from(words.into_iter().chain(option.split(' ')))
                .unwrap_err()
                .to_string();
            assert!(
                told.contains("invalid value") && told.contains(says),
                "{option}: {told}"
            );
        }
        // Which of these there are is known later.
        for option in ["--speed", "--deadline"] {
            let words = ["replaycast", "render", "a.json", option, "-1"];
            assert!(Cli::try_parse_from(words).is_ok(), "{option}");
        }
    }

    #[test]
    fn the_help_of_render_fits_on_two_screens() {
        let mut command = Cli::command().term_width(100);
        command.build();
        let render = command.find_subcommand_mut("render").unwrap();
        let lines = render.render_help().to_string().lines().count();
        assert!(
            lines <= 100,
            "{lines} lines: hide what is seldom needed from the short help"
        );
        let all = render.render_long_help().to_string();
        assert!(all.contains("--deadline") && all.contains("--encoder"));
    }
}
