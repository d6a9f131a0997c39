//! The options of `render`.

use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{ArgAction, Args, ValueEnum};

use super::{
    AssetArgs, BesideArgs, CaptureArgs, ContentArgs, MaxSize, Preset, RecordingArgs, TellingArgs, count,
};
use crate::encode::{Codec, Container, Loops, Quality};
use crate::frame::Fps;
use crate::timeline::SizeOption;

#[derive(Debug, Args)]
#[command(
    mut_arg("session", |session| session.hide_short_help(true)),
    mut_arg("verbose", |verbose| verbose.hide_short_help(true))
)]
pub(in crate::cli) struct RenderArgs {
    /// Print the options that are needed most
    #[arg(short, long, action = ArgAction::HelpShort)]
    help: Option<bool>,

    /// Print all options
    #[arg(long, action = ArgAction::HelpLong)]
    help_all: Option<bool>,

    #[command(flatten)]
    pub(in crate::cli) recording: RecordingArgs,

    /// Where the video goes, with --format png a folder; - is standard output [default: INPUT's name with the format's
    /// extension]
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    pub(in crate::cli) output: Option<PathBuf>,

    /// Container, or an animation, or a folder of pictures [default: by the output's extension; mp4 for an output without
    /// a name]
    #[arg(long, value_enum, help_heading = "Output")]
    pub(in crate::cli) format: Option<Container>,

    /// Codec [default: h264 in mp4, vp9 in webm]
    #[arg(long, value_enum, help_heading = "Output")]
    pub(in crate::cli) codec: Option<Codec>,

    /// FFmpeg's encoder for the codec, as doctor lists them: of hardware, or other software [default: libx264 for h264,
    /// libvpx-vp9 for vp9, libaom-av1 for av1, libx265 for hevc]
    #[arg(long, value_name = "NAME", help_heading = "Output", hide_short_help = true)]
    pub(in crate::cli) encoder: Option<String>,

    /// How much of the picture is kept [default: medium; apng and png are lossless]
    #[arg(long, value_enum, value_name = "HOW", help_heading = "Output")]
    pub(in crate::cli) quality: Option<Quality>,

    #[arg(long, value_enum, value_name = "NAME", help_heading = "Output", hide_possible_values = true, help = Preset::help())]
    pub(in crate::cli) preset: Option<Preset>,

    /// Never write a larger file than this, such as 10MB, 500KiB, or what github, gmail, jira, slack, linear or discord
    /// takes: where it would get larger, quality, then frame rate, then size are lowered
    #[arg(
        long,
        value_name = "SIZE",
        allow_negative_numbers = true,
        help_heading = "Output"
    )]
    pub(in crate::cli) max_size: Option<MaxSize>,

    /// How often a GIF, WebP or APNG plays: N times, or forever [default: forever]
    #[arg(
        long = "loop",
        value_name = "N",
        allow_negative_numbers = true,
        hide_short_help = true,
        help_heading = "Output"
    )]
    pub(in crate::cli) loops: Option<Loops>,

    /// Replace existing outputs
    #[arg(long, help_heading = "Output")]
    pub(in crate::cli) force: bool,

    /// Constant frame rate; without it an unchanged picture costs nothing
    #[arg(long, help_heading = "Output", hide_short_help = true)]
    pub(in crate::cli) cfr: bool,

    /// Frames per second, such as 30, 29.97 (which is 30000/1001) or a fraction [default: 30; 15, which is a GIF's most, in
    /// gif, webp and apng]
    #[arg(
        long,
        value_name = "N",
        allow_negative_numbers = true,
        help_heading = "Picture"
    )]
    pub(in crate::cli) fps: Option<Fps>,

    /// The video's size; the page is fitted into it. Or native, the recording's largest window, at most 1920x1080
    #[arg(long, default_value = "native", value_name = "WxH", help_heading = "Picture")]
    pub(in crate::cli) size: SizeOption,

    #[command(flatten)]
    pub(in crate::cli) content: ContentArgs,

    #[command(flatten)]
    pub(in crate::cli) capture: CaptureArgs,

    /// Browsers that render parts of the recording at the same time; the pictures stay the same [default: as many as
    /// there are cores, memory and work for]
    #[arg(
        long,
        value_name = "N",
        value_parser = count::<NonZeroUsize>,
        allow_negative_numbers = true,
        help_heading = "Browser",
        hide_short_help = true,
    )]
    pub(in crate::cli) jobs: Option<NonZeroUsize>,

    #[command(flatten)]
    pub(in crate::cli) assets: AssetArgs,

    /// Fail, and keep the old output, if every frame is blank or the picture never changes although it should
    #[arg(long, hide_short_help = true, help_heading = "Output")]
    pub(in crate::cli) strict: bool,

    #[command(flatten)]
    pub(in crate::cli) beside: BesideArgs,

    /// Write what was rendered as JSON: the time map, problems, missing assets, timings
    #[arg(long, value_name = "FILE", help_heading = "Telling")]
    pub(in crate::cli) report: Option<PathBuf>,

    /// Write a line for each frame: index, video ms, session ms, hash of its pixels
    #[arg(long, value_name = "FILE", help_heading = "Telling", hide_short_help = true)]
    pub(in crate::cli) frame_hashes: Option<PathBuf>,

    /// Progress on standard error
    #[arg(
        hide_short_help = true,
        long,
        value_enum,
        default_value = "auto",
        value_name = "HOW",
        help_heading = "Telling"
    )]
    pub(in crate::cli) progress: ProgressStyle,

    #[command(flatten)]
    pub(in crate::cli) telling: TellingArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ProgressStyle {
    /// A bar on a terminal, plain lines elsewhere
    Auto,
    /// A line every few seconds
    Plain,
    /// A JSON object every second, between lines of text, and one for an error as the last line
    Json,
    Off,
}

/// Whether a command line that could not be read asks for JSON.
pub(in crate::cli) fn asks_for_json(arguments: &[OsString]) -> bool {
    arguments.iter().any(|argument| argument == "--progress=json")
        || arguments.windows(2).any(|pair| pair == ["--progress", "json"])
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use crate::cli::args::{Cli, Command};
    use crate::overlay::OverlayStyle;
    use crate::player::StageLook;
    use crate::timeline::Idle;

    #[test]
    fn defaults_are_the_documented_ones() {
        let cli = Cli::try_parse_from(["replaycast", "render", "a.json"]).unwrap();
        let Command::Render(render) = cli.command else {
            panic!("render was asked for");
        };
        assert!(render.fps.is_none() && render.quality.is_none() && render.loops.is_none());
        assert_eq!(
            render.content.time.idle,
            Idle::Skip {
                gap_ms: 5000.0,
                keep_ms: 1000.0
            }
        );
        assert!((render.content.time.speed - 1.0).abs() < f64::EPSILON);
        assert!(!render.cfr && !render.force && render.capture.how.is_none());
        assert_eq!(render.content.picture.overlay(), OverlayStyle::default());
        assert_eq!(render.content.picture.stage(), StageLook::default());
        assert!((render.content.picture.scale - 1.0).abs() < f64::EPSILON);
    }
}
