//! The command line as it is typed: names, defaults and help. No I/O; `settings` resolves it.

use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::browser::BROWSER_VARIABLE;
use crate::capture::CaptureMethod;
use crate::encode::{Codec, Container};
use crate::frame::Fps;
use crate::overlay::CursorLook;
use crate::source::{AllowedHost, Rate};
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
    /// Keep a recording from PostHog, or from the web, exactly as it is received
    Fetch(FetchArgs),
    /// Say whether this machine can render: browser, sandbox, encoders, fonts
    Doctor(DoctorArgs),
}

#[derive(Debug, Args)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a switch that the user may set"
)]
pub(super) struct RenderArgs {
    #[command(flatten)]
    pub(super) input: InputArgs,

    /// Which session, where the input holds several: its number or its id, as inspect lists them
    #[arg(long, value_name = "N|ID", help_heading = "Reading")]
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

    /// How the mouse looks
    #[arg(
        long,
        value_enum,
        default_value = "arrow",
        value_name = "LOOK",
        help_heading = "Picture"
    )]
    pub(super) cursor: CursorLook,

    /// Let the mouse leave a trail
    #[arg(long, help_heading = "Picture")]
    pub(super) trail: bool,

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

    /// How pictures are taken [default: framebuffer, damage or screenshot, the first that works here]
    #[arg(long, value_enum, value_name = "HOW", help_heading = "Browser")]
    pub(super) capture: Option<CaptureMethod>,

    /// Browsers that render parts of the recording at the same time; the pictures stay the same [default: with damage
    /// capture as many as there are cores, memory and work for, else 1]
    #[arg(long, value_name = "N", help_heading = "Browser")]
    pub(super) jobs: Option<NonZeroUsize>,

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
    #[command(flatten)]
    pub(super) input: InputArgs,

    /// Which session, where the input holds several: its number or its id, as inspect lists them
    #[arg(long, value_name = "N|ID", help_heading = "Reading")]
    pub(super) session: Option<String>,

    /// Print JSON instead of text
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a switch that the user may set"
)]
pub(super) struct FetchArgs {
    #[command(flatten)]
    pub(super) input: InputArgs,

    /// Where the recording goes; FILE.meta.json beside it says where it comes from
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    pub(super) output: PathBuf,

    /// Compress it [default: if the output's name ends in .zst]
    #[arg(long, help_heading = "Output")]
    pub(super) zstd: bool,

    /// Write what there is, even if the server does not give out all blocks
    #[arg(long, help_heading = "Output")]
    pub(super) partial: bool,

    /// Replace an existing output
    #[arg(long, help_heading = "Output")]
    pub(super) force: bool,

    /// Say nothing but errors
    #[arg(short, long, conflicts_with = "verbose", help_heading = "Telling")]
    pub(super) quiet: bool,

    /// Say more
    #[arg(short, long, help_heading = "Telling")]
    pub(super) verbose: bool,
}

/// What every command takes that reads a recording.
#[derive(Debug, Args)]
#[allow(clippy::doc_markdown, reason = "the help shows it as it is written here")]
pub(super) struct InputArgs {
    /// The recording: a file, - for standard input, an https address, posthog://HOST/PROJECT/SESSION, or the address
    /// that the browser shows above a replay in PostHog
    #[arg(value_name = "INPUT")]
    pub(super) name: OsString,

    /// Read and decode at most this much, such as 500MB or 4GiB
    #[arg(long, default_value = "1GiB", value_name = "SIZE", help_heading = "Reading")]
    pub(super) max_input: ByteSize,

    /// Read PostHog's personal API key from this file, or - for standard input [default: from POSTHOG_API_KEY]
    #[arg(long, value_name = "FILE", help_heading = "Reading")]
    pub(super) posthog_key_file: Option<PathBuf>,

    /// Contact this host although it is in a private network, even without encryption; may be repeated
    #[arg(long, value_name = "HOST[:PORT]", help_heading = "Reading")]
    pub(super) allow_host: Vec<AllowedHost>,

    /// Keep PostHog's blocks here, so that a run that ended early goes on [default: the user's cache folder]
    #[arg(long, value_name = "FOLDER", help_heading = "Reading")]
    pub(super) block_cache: Option<PathBuf>,

    /// How long one reply of PostHog may take, or a download stand still, in seconds
    #[arg(long, default_value = "60", value_name = "SECONDS", value_parser = seconds, help_heading = "Reading")]
    pub(super) timeout: Duration,

    /// How long a download may take, waits and retries included, in seconds
    #[arg(long, default_value = "1800", value_name = "SECONDS", value_parser = seconds, help_heading = "Reading")]
    pub(super) patience: Duration,

    /// How often to ask again after a failure that may pass
    #[arg(long, default_value = "4", value_name = "N", help_heading = "Reading")]
    pub(super) retries: u32,

    /// Requests to PostHog a minute and an hour, at most
    #[arg(long, default_value_t, value_name = "N/N", help_heading = "Reading")]
    pub(super) posthog_rate: Rate,
}

/// A number of bytes, written with or without a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ByteSize(pub(super) u64);

impl FromStr for ByteSize {
    type Err = String;

    /// `1000`, `500K`, `1MB` in powers of 1000; `4Gi`, `4GiB` in powers of 1024.
    fn from_str(text: &str) -> Result<Self, String> {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = text.split_at(digits);
        let unit = unit.trim_start().to_ascii_uppercase();
        let unit = unit.strip_suffix('B').unwrap_or(&unit);
        let (base, letter) = unit
            .strip_suffix('I')
            .map_or((1000, unit), |letter| (1024, letter));
        let power = match letter {
            "" if base == 1000 => Some(0),
            "K" => Some(1),
            "M" => Some(2),
            "G" => Some(3),
            "T" => Some(4),
            _ => None,
        };
        let factor = power.map(|power| u64::pow(base, power));
        number
            .parse::<u64>()
            .ok()
            .zip(factor)
            .and_then(|(number, factor)| number.checked_mul(factor))
            .filter(|bytes| *bytes > 0)
            .map(Self)
            .ok_or_else(|| format!("'{text}' is not a size such as 500MB or 4GiB"))
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text
        .parse()
        .ok()
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    seconds
        .filter(|time| !time.is_zero() && *time < Duration::from_secs(1 << 30))
        .ok_or_else(|| format!("'{text}' is not a time in seconds"))
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
    fn sizes_have_units() {
        for (text, bytes) in [
            ("1", 1),
            ("5k", 5000),
            ("5kB", 5000),
            ("5 KiB", 5 << 10),
            ("1M", 1_000_000),
            ("1Mi", 1 << 20),
            ("1GiB", 1 << 30),
            ("2G", 2_000_000_000),
        ] {
            assert_eq!(text.parse(), Ok(ByteSize(bytes)), "{text}");
        }
        for wrong in ["", "0", "G", "1X", "1iB", "-1", "1.5G", "99999999999T"] {
            assert!(wrong.parse::<ByteSize>().is_err(), "{wrong}");
        }
        assert!(seconds("0").is_err() && seconds("inf").is_err() && seconds("0.5").is_ok());
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
        assert_eq!((render.cursor, render.trail), (CursorLook::Arrow, false));
    }
}
