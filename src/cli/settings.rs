//! What was typed, resolved and checked: one value from which `render` runs. No printing here.

use std::ffi::OsStr;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::args::{AssetArgs, BesideArgs, InputArgs, Preset, RenderArgs};
use super::cache;
use super::destinations::{self, Place};
use super::naming::{NUMBER, Naming, names_beside};
use super::print;
use crate::assets::{AssetOptions, Limits};
use crate::encode::{Codec, Container, Loops, OutputFormat, Quality, Timing, holds_poster};
use crate::error::{Error, Kind, Result};
use crate::frame::Fps;
use crate::overlay::OverlayStyle;
use crate::player::StageLook;
use crate::source::Input;

/// Where the video goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Destination {
    File(PathBuf),
    Folder(PathBuf),
    StandardOutput,
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) | Self::Folder(path) => path.display().fmt(f),
            Self::StandardOutput => f.write_str("standard output"),
        }
    }
}

impl Destination {
    /// The same with another name.
    pub(super) fn map(&self, file: impl FnOnce(&Path) -> PathBuf) -> Self {
        match self {
            Self::File(path) => Self::File(file(path)),
            Self::Folder(path) => Self::Folder(file(path)),
            Self::StandardOutput => Self::StandardOutput,
        }
    }
}

/// Everything about a render that does not depend on the recording's contents.
#[derive(Debug)]
pub(super) struct RenderSettings {
    /// As it is written: `naming` makes the name of a file of it.
    pub(super) destination: Destination,
    pub(super) naming: Naming,
    pub(super) format: OutputFormat,
    pub(super) quality: Quality,
    pub(super) fps: Fps,
    pub(super) timing: Timing,
    pub(super) loops: Loops,
    pub(super) stage: StageLook,
    pub(super) overlay: OverlayStyle,
    pub(super) assets: AssetOptions,
}

impl RenderSettings {
    /// Fails before any work is done: on a wrong combination, a missing encoder.
    pub(super) fn resolve(args: &RenderArgs, input: &Input) -> Result<Self> {
        let format = format(args.output.as_deref(), args.format, args.codec)?;
        let format = match &args.encoder {
            Some(name) => format.with_encoder(name)?,
            None => format,
        };
        let naming = Naming::resolve(args)?;
        let destination = destination(input, args.output.as_deref(), format, naming)?;
        let container = format.container();
        check_fitting(args, format).map_err(|error| with_preset_told(args.preset, error))?;
        let quality = args.quality.unwrap_or_default();
        format.check_encoder(quality)?;
        let settings = Self {
            destination,
            naming,
            format,
            quality,
            fps: args.fps.unwrap_or(container.usual_fps()),
            loops: args.loops.unwrap_or_default(),
            timing: if args.cfr {
                Timing::Constant
            } else {
                Timing::Variable
            },
            stage: args.content.picture.stage(),
            overlay: args.content.picture.overlay(),
            assets: asset_options(&args.assets, &args.recording.input, args.capture.deadline)?,
        };
        settings.check_destinations(args, input, naming.least())?;
        Ok(settings)
    }

    /// Fails if the files of `videos` videos cannot all be written, or one would replace what is read.
    pub(super) fn check_destinations(&self, args: &RenderArgs, input: &Input, videos: usize) -> Result<()> {
        let video = match &self.destination {
            Destination::File(path) | Destination::Folder(path) => Some(("--output", path.as_path())),
            Destination::StandardOutput => None,
        };
        let names: Vec<_> = video.into_iter().chain(names_beside(args)).collect();
        let written: Vec<Place> = (1..=videos)
            .flat_map(|number| {
                let place = move |&(option, name)| Place::new(option, self.naming.file(name, number));
                names.iter().map(place)
            })
            .collect();
        let read = destinations::read(input, &args.recording.input, Some(&args.assets));
        destinations::check(&written, &read)
    }
}

/// Refuses what a format cannot do, so that no option does nothing.
fn check_fitting(args: &RenderArgs, format: OutputFormat) -> Result<()> {
    let refuse = |message: String, hint: &str| Err(Error::new(Kind::Usage, message).hint(hint));
    let container = format.container();
    let is_animation = container.is_animation();
    check_poster(&args.beside, container)?;
    match args.quality {
        Some(Quality::Lossless) if container == Container::Gif => {
            return refuse(
                "a GIF has too few colours to be lossless".to_owned(),
                "Use --quality high, or --format apng, webp or png.",
            );
        }
        Some(quality) if quality != Quality::Lossless && container.is_always_lossless() => {
            return refuse(
                format!("{container} is always lossless"),
                "Leave --quality out, or write --quality lossless.",
            );
        }
        _ => {}
    }
    if args.max_size.is_some() && container.is_folder() {
        return refuse(
            "a folder of pictures has no largest size".to_owned(),
            "Use --max-size with a video or an animation.",
        );
    }
    if args.max_size.is_some() && args.quality == Some(Quality::Lossless) && !container.is_always_lossless() {
        return refuse(
            "a lossless video is as large as it is".to_owned(),
            "Leave --quality lossless or --max-size out.",
        );
    }
    if !format.has_usual_encoder() && args.quality == Some(Quality::Lossless) {
        return refuse(
            "lossless video is made by the usual encoders only".to_owned(),
            "Leave --encoder or --quality lossless out.",
        );
    }
    if args.loops.is_some() && !is_animation {
        return refuse(
            format!("{container} does not say how often it is played"),
            "Use --loop with gif, webp or apng.",
        );
    }
    if args.cfr && is_animation {
        return refuse(
            format!("{container} has no constant frame rate: each picture lasts until the next"),
            "Leave --cfr out.",
        );
    }
    match (args.fps, container.most_fps()) {
        (Some(fps), Some(most)) if fps.as_f64() > most.as_f64() => refuse(
            format!(
                "{} frames a second are too many for {container}: {most} are the most",
                print::rate(fps)
            ),
            "Leave --fps out, or use --format webp or apng.",
        ),
        _ => Ok(()),
    }
}

/// Refuses the time of a poster that is neither in the file nor beside it.
fn check_poster(args: &BesideArgs, container: Container) -> Result<()> {
    let is_in_file = holds_poster(container) && !args.no_annotations;
    if args.poster_at.is_none() || args.poster.is_some() || is_in_file {
        return Ok(());
    }
    Err(
        Error::new(Kind::Usage, "there is no poster that --poster-at could be for").hint(
            "Write one to a file with --poster. An MP4 has one in itself, unless --no-annotations leaves it out.",
        ),
    )
}

/// An error about options of which some may be the preset's, which the user did not write.
fn with_preset_told(preset: Option<Preset>, error: Error) -> Error {
    let (Some(preset), Some(hint)) = (preset, error.hint_text()) else {
        return error;
    };
    let hint = format!(
        "{hint} Some of these may be of --preset {}: options that you write win over it.",
        preset.described()
    );
    error.hint(hint)
}

/// Nothing that the browser does may end before the last asset is there or has failed.
pub(super) fn asset_options(args: &AssetArgs, input: &InputArgs, deadline_s: f64) -> Result<AssetOptions> {
    let usual_cache = || cache::usual().map(|folder| folder.join("assets"));
    let cache = cache::folder("--asset-cache", args.asset_cache.as_deref(), usual_cache)?;
    let limits = Limits::default();
    let half_the_deadline = Duration::try_from_secs_f64(deadline_s / 2.0).unwrap_or(Duration::MAX);
    Ok(AssetOptions {
        offline: args.offline,
        given: args.assets.clone(),
        cache,
        allowed_hosts: input.allow_host.clone(),
        limits: Limits {
            asset_time: args.asset_timeout,
            total_time: limits.total_time.min(half_the_deadline),
            ..limits
        },
    })
}

/// What a folder of pictures is called after its recording.
const FRAMES: &str = "-frames";

/// An output without a name of its own says nothing about its format: then it is the one that plays everywhere.
fn format(output: Option<&Path>, container: Option<Container>, codec: Option<Codec>) -> Result<OutputFormat> {
    match output {
        Some(path) if path.as_os_str() != "-" => {
            OutputFormat::resolve(path.extension().and_then(OsStr::to_str), container, codec)
        }
        _ => OutputFormat::resolve(None, container.or(Some(Container::Mp4)), codec),
    }
}

fn destination(
    input: &Input,
    output: Option<&Path>,
    format: OutputFormat,
    naming: Naming,
) -> Result<Destination> {
    match output {
        Some(path) if path.as_os_str() == "-" && format.container().is_folder() => Err(Error::new(
            Kind::Usage,
            "a folder of pictures cannot be written to standard output",
        )
        .hint("Name the folder with --output DIR.")),
        Some(path) if path.as_os_str() == "-" => Ok(Destination::StandardOutput),
        Some(path) if format.container().is_folder() => Ok(Destination::Folder(path.to_path_buf())),
        Some(path) => Ok(Destination::File(path.to_path_buf())),
        None => {
            let stem = input.stem().ok_or_else(|| {
                Error::new(
                    Kind::Usage,
                    "a recording from standard input has no name to call the video by",
                )
                .hint("Say where the video goes with --output FILE.")
            })?;
            let mut path = stem.into_os_string();
            let is_folder = format.container().is_folder();
            if is_folder {
                path.push(FRAMES);
            }
            if matches!(naming, Naming::Numbered(_)) {
                path.push("-");
                path.push(NUMBER);
            }
            if is_folder {
                return Ok(Destination::Folder(path.into()));
            }
            path.push(".");
            path.push(format.container().name());
            Ok(Destination::File(path.into()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_output_without_a_name_is_an_mp4() {
        for output in [None, Some(Path::new("-"))] {
            assert_eq!(format(output, None, None).unwrap().container(), Container::Mp4);
            let webm = format(output, Some(Container::WebM), None).unwrap();
            assert_eq!(webm.container(), Container::WebM);
        }
        assert!(format(Some(Path::new("video")), None, None).is_err());
    }

    #[test]
    fn what_a_format_cannot_do_is_refused() {
        use clap::Parser;

        use crate::cli::args::{Cli, Command};
        for (options, fits) in [
            (
                &[
                    "--format",
                    "gif",
                    "--loop",
                    "3",
                    "--fps",
                    "10",
                    "--quality",
                    "low",
                ][..],
                true,
            ),
            (&["--format", "gif", "--fps", "16"], false),
            (&["--format", "gif", "--quality", "lossless"], false),
            (
                &["--format", "webp", "--quality", "lossless", "--fps", "30"],
                true,
            ),
            (&["--format", "webp", "--cfr"], false),
            (&["--format", "apng", "--quality", "high"], false),
            (
                &["--format", "apng", "--quality", "lossless", "--loop", "forever"],
                true,
            ),
            (&["--format", "png", "--cfr"], true),
            (&["--format", "mp4", "--poster-at", "1"], true),
            (&["--format", "gif", "--poster-at", "1"], false),
            (
                &["--format", "gif", "--poster-at", "1", "--poster", "a.png"],
                true,
            ),
            (
                &["--format", "mp4", "--poster-at", "1", "--no-annotations"],
                false,
            ),
            (&["--format", "png", "--loop", "1"], false),
            (&["--format", "mp4", "--loop", "forever"], false),
            (&["--format", "mp4", "--max-size", "10MB"], true),
            (&["--format", "png", "--max-size", "10MB"], false),
            (
                &["--format", "webm", "--max-size", "gmail", "--quality", "lossless"],
                false,
            ),
            (
                &["--format", "apng", "--max-size", "1MB", "--quality", "lossless"],
                true,
            ),
            (
                &["--format", "mp4", "--quality", "lossless", "--cfr", "--fps", "60"],
                true,
            ),
            (
                &["--format", "mp4", "--quality", "lossless", "--encoder", "libx264"],
                true,
            ),
            (
                &[
                    "--format",
                    "mp4",
                    "--quality",
                    "lossless",
                    "--encoder",
                    "h264_nvenc",
                ],
                false,
            ),
        ] {
            let command = ["replaycast", "render", "a.json"].iter().chain(options);
            let Command::Render(args) = Cli::try_parse_from(command).unwrap().command else {
                panic!("render was asked for");
            };
            let format = OutputFormat::resolve(None, args.format, None).unwrap();
            let format = match &args.encoder {
                Some(name) => format.with_encoder(name).unwrap(),
                None => format,
            };
            let checked = check_fitting(&args, format);
            assert_eq!(checked.is_ok(), fits, "{options:?}");
            if let Err(error) = checked {
                assert_eq!(error.kind(), Kind::Usage);
            }
        }
    }

    #[test]
    fn what_a_preset_stands_for_is_told_where_it_does_not_fit() {
        let error = || Error::new(Kind::Usage, "apng is always lossless").hint("Leave --quality out.");
        let told = |preset| with_preset_told(preset, error()).hint_text().unwrap().to_owned();
        assert_eq!(told(None), "Leave --quality out.");
        assert_eq!(
            told(Some(Preset::Archive)),
            "Leave --quality out. Some of these may be of --preset archive (--idle keep --quality high): options that \
             you write win over it."
        );
    }

    #[test]
    fn pictures_go_into_a_folder() {
        let png = OutputFormat::resolve(None, Some(Container::Png), None).unwrap();
        let input = Input::parse(OsStr::new("a/b.json")).unwrap();
        let to = |output| destination(&input, output, png, Naming::Whole);
        assert_eq!(to(None).unwrap(), Destination::Folder("a/b-frames".into()));
        assert_eq!(to(Some(Path::new("x"))).unwrap(), Destination::Folder("x".into()));
        assert_eq!(to(Some(Path::new("-"))).unwrap_err().kind(), Kind::Usage);
    }

    #[test]
    fn the_output_is_named_after_the_input() {
        let webm = OutputFormat::resolve(None, Some(Container::WebM), None).unwrap();
        let input = |name: &str| Input::parse(OsStr::new(name)).unwrap();
        let destination = |input: Input, output, naming| destination(&input, output, webm, naming);
        let beside = destination(input("a/b.c.json"), None, Naming::One).unwrap();
        assert_eq!(beside, Destination::File("a/b.c.webm".into()));
        let numbered = destination(input("a/b.c.json"), None, Naming::Numbered(1)).unwrap();
        assert_eq!(numbered, Destination::File("a/b.c-{n}.webm".into()));
        let fetched = destination(input("posthog://h.test/1/abc"), None, Naming::Whole).unwrap();
        assert_eq!(fetched, Destination::File("abc.webm".into()));
        let named = destination(input("a.json"), Some(Path::new("x.webm")), Naming::Whole).unwrap();
        assert_eq!(named, Destination::File("x.webm".into()));
        let piped = destination(input("-"), Some(Path::new("-")), Naming::Whole).unwrap();
        assert_eq!(piped, Destination::StandardOutput);
        assert_eq!(
            destination(input("-"), None, Naming::Whole).unwrap_err().kind(),
            Kind::Usage
        );
    }
}
