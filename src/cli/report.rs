//! The JSON of `--report`: what was rendered, the map from session time to video time, problems and timings. Each video
//! has its own; what the videos of one render have in common is in all of them.

use serde::Serialize;

use super::args::RenderArgs;
use super::fitting::FitReport;
use super::print;
use super::settings::{Destination, RenderSettings};
use crate::assets::AssetsSummary;
use crate::capture::CaptureStatistics;
use crate::error::Result;
use crate::frame::Size;
use crate::pipeline::{BrowserFacts, Rendered, Written};
use crate::player::MissingAsset;
use crate::player::Warning;
use crate::recording::{Format, Problem, Recording};
use crate::timeline::{Piece, RenderPlan, Turn};

#[derive(Debug, Serialize)]
pub(super) struct Report<'a> {
    replaycast: &'static str,
    input: Input<'a>,
    output: Output,
    /// None where the video is all that is to be shown.
    clip: Option<ClipNumber>,
    /// Video time against session time, in milliseconds; straight lines between the ends of each piece.
    time_map: &'a [Piece],
    shown_windows: Vec<ShownWindow<'a>>,
    capture: Capture<'a>,
    /// Why the video may not be what was recorded: all blank, or never changing.
    doubt: Option<String>,
    /// What the recording only names by address, and what became of it.
    assets: &'a AssetsSummary,
    missing_assets: &'a [MissingAsset],
    missing_fonts: &'a [String],
    player_warnings: &'a [Warning],
    timings: Timings,
}

impl<'a> Report<'a> {
    /// `total_s` is the time from the command's beginning until all videos were made.
    pub(super) fn new(
        args: &RenderArgs,
        settings: &RenderSettings,
        recording: &'a Recording,
        video: &ReportedVideo<'a>,
        rendered: &'a Rendered,
        total_s: f64,
    ) -> Self {
        let captured = &rendered.captured;
        Self {
            replaycast: env!("CARGO_PKG_VERSION"),
            input: Input::of(recording),
            output: Output::of(settings, video),
            clip: video.clip,
            time_map: video.plan.clock.pieces(),
            shown_windows: ShownWindow::all(recording, video.plan),
            capture: Capture::of(rendered, !args.capture.browser.no_browser_sandbox),
            doubt: video.written.doubt.as_ref().map(ToString::to_string),
            assets: &captured.assets,
            missing_assets: &captured.problems.missing,
            missing_fonts: &captured.problems.fonts,
            player_warnings: &captured.problems.warnings,
            timings: Timings::of(rendered, total_s),
        }
    }

    pub(super) fn to_json(&self) -> Result<String> {
        print::json(self, "report")
    }
}

#[derive(Debug, Serialize)]
struct Input<'a> {
    name: &'a str,
    format: Format,
    session: Option<&'a str>,
    /// The ids of all windows.
    windows: Vec<&'a str>,
    started_ms: f64,
    duration_s: f64,
    problems: &'a [Problem],
}

impl<'a> Input<'a> {
    fn of(recording: &'a Recording) -> Self {
        Self {
            name: &recording.name,
            format: recording.format,
            session: recording.session.as_deref(),
            windows: recording
                .windows
                .iter()
                .map(|window| window.id.as_str())
                .collect(),
            started_ms: recording.started_ms,
            duration_s: recording.duration_ms() / 1000.0,
            problems: &recording.problems,
        }
    }
}

#[derive(Debug, Serialize)]
struct Output {
    /// None for standard output.
    path: Option<String>,
    format: &'static str,
    codec: &'static str,
    size: Size,
    /// The device pixel ratio.
    scale: f64,
    fps: String,
    duration_s: f64,
    /// Places of the frame grid, and how many of them are frames of the file.
    frames: u64,
    encoded_frames: u64,
    bytes: u64,
    /// How it was made to fit, with --max-size.
    fit: Option<FitReport>,
}

impl Output {
    fn of(settings: &RenderSettings, video: &ReportedVideo<'_>) -> Self {
        let ReportedVideo { plan, written, .. } = *video;
        let (format, fit) = (settings.format, written.fit.as_ref());
        Self {
            path: match video.destination {
                Destination::File(path) | Destination::Folder(path) => Some(path.display().to_string()),
                Destination::StandardOutput => None,
            },
            format: format.container().name(),
            codec: format.codec().name(),
            size: fit.map_or(plan.size, |fit| fit.chosen.size),
            scale: plan.scale,
            fps: fit.map_or(plan.fps, |fit| fit.chosen.fps).to_string(),
            duration_s: written.encoded.duration_ms / 1000.0,
            frames: written.encoded.grid_frames,
            encoded_frames: written.encoded.encoded_frames,
            bytes: video.bytes,
            fit: fit.map(|fit| FitReport::new(fit, format)),
        }
    }
}

/// Which of the clips that were made together.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct ClipNumber {
    /// From 1.
    pub(super) number: usize,
    pub(super) of: usize,
}

/// The video that a report is of.
pub(super) struct ReportedVideo<'a> {
    pub(super) destination: &'a Destination,
    pub(super) clip: Option<ClipNumber>,
    pub(super) plan: &'a RenderPlan,
    pub(super) written: &'a Written,
    pub(super) bytes: u64,
}

/// Which window is shown from a moment of the session on.
#[derive(Debug, Serialize)]
struct ShownWindow<'a> {
    from_session_ms: f64,
    window: &'a str,
}

impl<'a> ShownWindow<'a> {
    fn all(recording: &'a Recording, plan: &RenderPlan) -> Vec<Self> {
        let turns = plan.windows.turns().iter();
        let window = |turn: &Turn| Self {
            from_session_ms: turn.start_ms,
            window: &recording.windows[turn.window].id,
        };
        turns.map(window).collect()
    }
}

#[derive(Debug, Serialize)]
struct Capture<'a> {
    method: &'static str,
    #[serde(flatten)]
    statistics: CaptureStatistics,
    browser: Option<&'a BrowserFacts>,
    /// Commands to the browser for each minute of video.
    browser_calls_per_minute: Option<f64>,
    browser_sandbox: bool,
    /// Browsers that took part, and segments of frames that they shared.
    jobs: usize,
    segments: usize,
}

impl<'a> Capture<'a> {
    fn of(rendered: &'a Rendered, browser_sandbox: bool) -> Self {
        let captured = &rendered.captured;
        let browser = captured.origin.browser();
        // Browsers worked for all of the videos.
        let videos_ms = videos_ms(rendered);
        Self {
            method: captured.origin.name(),
            statistics: captured.statistics,
            browser,
            browser_calls_per_minute: browser.map(|browser| browser.calls as f64 * 60_000.0 / videos_ms),
            browser_sandbox,
            jobs: captured.jobs,
            segments: captured.segments,
        }
    }
}

/// Seconds, of all videos together. Capture is one stage, decoding and hashing another, encoding the third; they work
/// side by side, so that their times add up to more than the total.
#[derive(Debug, Serialize)]
#[allow(clippy::struct_field_names, reason = "each name ends with its unit")]
struct Timings {
    total_s: f64,
    startup_s: f64,
    advance_s: f64,
    damage_check_s: f64,
    screenshot_s: f64,
    decode_s: f64,
    overlay_s: f64,
    hash_s: f64,
    encode_s: f64,
}

impl Timings {
    fn of(rendered: &Rendered, total_s: f64) -> Self {
        let Rendered { captured, busy, .. } = rendered;
        let statistics = &captured.statistics;
        Self {
            total_s,
            startup_s: captured.startup_s,
            advance_s: statistics.advance_s,
            damage_check_s: statistics.damage_check_s,
            screenshot_s: statistics.screenshot_s,
            decode_s: busy.decode_s,
            overlay_s: busy.overlay_s,
            hash_s: busy.hash_s,
            encode_s: busy.encode_s,
        }
    }
}

/// How long the videos of a render are together, in milliseconds.
pub(super) fn videos_ms(rendered: &Rendered) -> f64 {
    rendered
        .outputs
        .iter()
        .map(|output| output.encoded.duration_ms)
        .sum()
}
