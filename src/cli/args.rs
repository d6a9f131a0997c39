//! The command line as it is typed: names, defaults and help. No I/O; `settings` resolves it.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::browser::BROWSER_VARIABLE;
use crate::capture::CaptureMethod;
use crate::encode::{Codec, Container};
use crate::frame::Fps;
use crate::timeline::{Idle, SessionTime, SizeOption, WindowOption};

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
    Render(Box<RenderArgs>),
    /// Say what is in a recording, without a browser
    Inspect(InspectArgs),
    /// Say whether this machine can render: browser, sandbox, encoders, fonts
    Doctor(DoctorArgs),
}

#[derive(Debug, Args)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a switch that the user may set"
)]
pub(super) struct RenderArgs {
    /// The recording: a file, or - for standard input
    pub(super) input: OsString,

    /// Which session, by id or number, where the input holds several; inspect lists them
    #[arg(long, value_name = "SESSION", help_heading = "Input")]
    pub(super) session: Option<String>,

    /// Where the video goes; - is standard output [default: INPUT's name with the format's extension]
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    pub(super) output: Option<PathBuf>,

    /// Container [default: by the output's extension; mp4 for an output without a name]
    #[arg(long, value_enum, help_heading = "Output")]
    pub(super) format: Option<Container>,

    /// Codec [default: h264 in mp4, vp9 in webm]
    #[arg(long, value_enum, help_heading = "Output")]
    pub(super) codec: Option<Codec>,

    /// Replace an existing output
    #[arg(long, help_heading = "Output")]
    pub(super) force: bool,

    /// Constant frame rate; without it an unchanged picture costs nothing
    #[arg(long, help_heading = "Output")]
    pub(super) cfr: bool,

    /// Frames per second, whole or a fraction such as 30000/1001
    #[arg(long, default_value = "30", value_name = "N", help_heading = "Picture")]
    pub(super) fps: Fps,

    /// Fit into this canvas, letterboxed; or native, the recording's largest window, at most 1920x1080
    #[arg(long, default_value = "native", value_name = "WxH", help_heading = "Picture")]
    pub(super) size: SizeOption,

    /// Begin here: seconds, h:mm:ss, or an absolute ISO 8601 time
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, help_heading = "Time")]
    pub(super) start: Option<SessionTime>,

    /// End here
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, help_heading = "Time")]
    pub(super) end: Option<SessionTime>,

    /// Play this many times as fast
    #[arg(long, default_value = "1", value_name = "X", help_heading = "Time")]
    pub(super) speed: f64,

    /// Idle time: keep, or skip[:GAP[:KEEP]], gaps longer than GAP seconds become KEEP seconds
    #[arg(long, default_value = "skip:5:1", value_name = "HOW", help_heading = "Time")]
    pub(super) idle: Idle,

    /// Which browser window (tab): its id, as inspect lists it; or auto, the one that the person is in
    #[arg(long, default_value = "auto", value_name = "ID", help_heading = "Picture")]
    pub(super) window: WindowOption,

    /// How pictures are taken [default: damage, or screenshot where the browser has no beginFrame]
    #[arg(long, value_enum, value_name = "HOW", help_heading = "Browser")]
    pub(super) capture: Option<CaptureMethod>,

    #[command(flatten)]
    pub(super) browser: BrowserArgs,

    /// How long any one step of the browser may take, in seconds
    #[arg(long, default_value = "120", value_name = "SECONDS", help_heading = "Browser")]
    pub(super) deadline: f64,

    /// Write what was rendered as JSON: the time map, problems, missing assets, timings
    #[arg(long, value_name = "FILE", help_heading = "Telling")]
    pub(super) report: Option<PathBuf>,

    /// Write a line for each frame: index, video ms, session ms, hash of its pixels
    #[arg(long, value_name = "FILE", help_heading = "Telling")]
    pub(super) frame_hashes: Option<PathBuf>,

    /// Progress on standard error
    #[arg(
        long,
        value_enum,
        default_value = "auto",
        value_name = "HOW",
        help_heading = "Telling"
    )]
    pub(super) progress: ProgressStyle,

    /// Say nothing but errors
    #[arg(short, long, conflicts_with = "verbose", help_heading = "Telling")]
    pub(super) quiet: bool,

    /// Say more
    #[arg(short, long, help_heading = "Telling")]
    pub(super) verbose: bool,
}

#[derive(Debug, Args)]
pub(super) struct BrowserArgs {
    /// The Chromium to use [default: the usual places; chromium-headless-shell is best]
    #[arg(long, env = BROWSER_VARIABLE, value_name = "FILE", help_heading = "Browser")]
    pub(super) browser: Option<PathBuf>,

    /// Run Chrome without its sandbox: a hostile recording could then reach this machine
    #[arg(long, help_heading = "Browser")]
    pub(super) no_browser_sandbox: bool,
}

#[derive(Debug, Args)]
pub(super) struct InspectArgs {
    /// The recording: a file, or - for standard input
    pub(super) input: OsString,

    /// Which session, by id or number, where the input holds several; inspect lists them
    #[arg(long, value_name = "SESSION")]
    pub(super) session: Option<String>,

    /// Print JSON instead of text
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub(super) struct DoctorArgs {
    #[command(flatten)]
    pub(super) browser: BrowserArgs,

    /// Print JSON instead of text
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ProgressStyle {
    /// A bar on a terminal, plain lines elsewhere
    Auto,
    /// A line every few seconds
    Plain,
    /// A JSON object every second
    Json,
    Off,
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
    fn defaults_are_the_documented_ones() {
        let cli = Cli::try_parse_from(["replaycast", "render", "a.json"]).unwrap();
        let Command::Render(render) = cli.command else {
            panic!("render was asked for");
        };
        assert_eq!(render.fps, Fps::new(30, 1));
        assert_eq!(
            render.idle,
            Idle::Skip {
                gap_ms: 5000.0,
                keep_ms: 1000.0
            }
        );
        assert!((render.speed - 1.0).abs() < f64::EPSILON);
        assert!(!render.cfr && !render.force && render.capture.is_none());
    }
}
