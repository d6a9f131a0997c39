//! The options of `render`.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{AssetArgs, BrowserArgs, InputArgs};
use crate::capture::CaptureMethod;
use crate::encode::{Codec, Container};
use crate::frame::Fps;
use crate::overlay::CursorLook;
use crate::timeline::{Idle, SessionTime, SizeOption, WindowOption};

#[derive(Debug, Args)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a switch that the user may set"
)]
pub(in crate::cli) struct RenderArgs {
    #[command(flatten)]
    pub(in crate::cli) input: InputArgs,

    /// Which session, where the input holds several: its number or its id, as inspect lists them
    #[arg(long, value_name = "N|ID", help_heading = "Reading")]
    pub(in crate::cli) session: Option<String>,

    /// Where the video goes; - is standard output [default: INPUT's name with the format's extension]
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    pub(in crate::cli) output: Option<PathBuf>,

    /// Container [default: by the output's extension; mp4 for an output without a name]
    #[arg(long, value_enum, help_heading = "Output")]
    pub(in crate::cli) format: Option<Container>,

    /// Codec [default: h264 in mp4, vp9 in webm]
    #[arg(long, value_enum, help_heading = "Output")]
    pub(in crate::cli) codec: Option<Codec>,

    /// Replace an existing output
    #[arg(long, help_heading = "Output")]
    pub(in crate::cli) force: bool,

    /// Constant frame rate; without it an unchanged picture costs nothing
    #[arg(long, help_heading = "Output")]
    pub(in crate::cli) cfr: bool,

    /// Frames per second, whole or a fraction such as 30000/1001
    #[arg(long, default_value = "30", value_name = "N", help_heading = "Picture")]
    pub(in crate::cli) fps: Fps,

    /// Fit into this canvas, letterboxed; or native, the recording's largest window, at most 1920x1080
    #[arg(long, default_value = "native", value_name = "WxH", help_heading = "Picture")]
    pub(in crate::cli) size: SizeOption,

    /// How the mouse looks
    #[arg(
        long,
        value_enum,
        default_value = "arrow",
        value_name = "LOOK",
        help_heading = "Picture"
    )]
    pub(in crate::cli) cursor: CursorLook,

    /// Let the mouse leave a trail
    #[arg(long, help_heading = "Picture")]
    pub(in crate::cli) trail: bool,

    /// Begin here: seconds, h:mm:ss, or an absolute ISO 8601 time
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, help_heading = "Time")]
    pub(in crate::cli) start: Option<SessionTime>,

    /// End here
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, help_heading = "Time")]
    pub(in crate::cli) end: Option<SessionTime>,

    /// Play this many times as fast
    #[arg(long, default_value = "1", value_name = "X", help_heading = "Time")]
    pub(in crate::cli) speed: f64,

    /// Idle time: keep, or skip[:GAP[:KEEP]], gaps longer than GAP seconds become KEEP seconds
    #[arg(long, default_value = "skip:5:1", value_name = "HOW", help_heading = "Time")]
    pub(in crate::cli) idle: Idle,

    /// Which browser window (tab): its id, as inspect lists it; or auto, the one that the person is in
    #[arg(long, default_value = "auto", value_name = "ID", help_heading = "Picture")]
    pub(in crate::cli) window: WindowOption,

    /// How pictures are taken [default: framebuffer, damage or screenshot, the first that works here]
    #[arg(long, value_enum, value_name = "HOW", help_heading = "Browser")]
    pub(in crate::cli) capture: Option<CaptureMethod>,

    /// Browsers that render parts of the recording at the same time; the pictures stay the same [default: with damage
    /// capture as many as there are cores, memory and work for, else 1]
    #[arg(long, value_name = "N", help_heading = "Browser")]
    pub(in crate::cli) jobs: Option<NonZeroUsize>,

    #[command(flatten)]
    pub(in crate::cli) assets: AssetArgs,

    #[command(flatten)]
    pub(in crate::cli) browser: BrowserArgs,

    /// How long any one step of the browser may take, in seconds
    #[arg(long, default_value = "120", value_name = "SECONDS", help_heading = "Browser")]
    pub(in crate::cli) deadline: f64,

    /// Write what was rendered as JSON: the time map, problems, missing assets, timings
    #[arg(long, value_name = "FILE", help_heading = "Telling")]
    pub(in crate::cli) report: Option<PathBuf>,

    /// Write a line for each frame: index, video ms, session ms, hash of its pixels
    #[arg(long, value_name = "FILE", help_heading = "Telling")]
    pub(in crate::cli) frame_hashes: Option<PathBuf>,

    /// Progress on standard error
    #[arg(
        long,
        value_enum,
        default_value = "auto",
        value_name = "HOW",
        help_heading = "Telling"
    )]
    pub(in crate::cli) progress: ProgressStyle,

    /// Say nothing but errors
    #[arg(short, long, conflicts_with = "verbose", help_heading = "Telling")]
    pub(in crate::cli) quiet: bool,

    /// Say more
    #[arg(short, long, help_heading = "Telling")]
    pub(in crate::cli) verbose: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ProgressStyle {
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
    use clap::Parser;

    use super::*;
    use crate::cli::args::{Cli, Command};

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
        assert_eq!((render.cursor, render.trail), (CursorLook::Arrow, false));
    }
}
