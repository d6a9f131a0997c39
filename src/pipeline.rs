//! Runs one render: browser, capture, decoding and encoding side by side, joined by bounded queues.
//! The one place that owns tasks and threads. Dropping the future stops everything and kills the browser.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc as blocking;
use std::time::Instant;

use image::RgbaImage;
use tokio::sync::mpsc;
use tokio::task::{JoinError, spawn_blocking};

use crate::browser::{Browser, BrowserOptions, FrameControl, NetworkIsolation};
use crate::capture::{
    CaptureMethod, CaptureStatistics, CapturedFrame, Shot, capture, capture_synthetic, decode,
    gives_frames_on_demand, synthetic_picture,
};
use crate::encode::{EncodeSummary, Encoder, EncoderSettings};
use crate::error::{Error, Kind, Result};
use crate::frame::{Frame, FrameSpec, Picture, Size};
use crate::frame_hashes::FrameHashes;
use crate::player::{Players, Problems};
use crate::recording::Recording;
use crate::timeline::RenderPlan;

/// Frames that may wait between two stages. A 1920x1080 picture is 8 MB.
const QUEUE: usize = 4;

/// Everything that one render needs, resolved.
#[derive(Debug)]
pub struct RenderJob<'a> {
    pub recording: &'a Recording,
    pub plan: &'a RenderPlan,
    /// None only for synthetic capture, which has no browser.
    pub browser: Option<BrowserOptions>,
    /// None: damage capture where the browser can, else screenshots.
    pub capture: Option<CaptureMethod>,
    pub encoder: EncoderSettings,
    /// Where the video is written; the caller moves it to its place.
    pub output: PathBuf,
    /// Where a line for each frame of the grid is written.
    pub frame_hashes: Option<PathBuf>,
}

/// What a finished render was.
#[derive(Debug)]
pub struct Rendered {
    pub encoded: EncodeSummary,
    pub captured: CaptureStatistics,
    pub method: CaptureMethod,
    pub problems: Problems,
    /// None for synthetic capture.
    pub browser: Option<BrowserFacts>,
    /// Seconds until the first picture could be taken.
    pub startup_s: f64,
}

#[derive(Debug, Clone, serde::Serialize)]
pub struct BrowserFacts {
    pub version: String,
    pub network_isolation: NetworkIsolation,
    pub blocked_requests: u64,
}

/// What a render tells while it runs.
#[derive(Debug, Clone, Copy)]
pub enum RenderEvent<'a> {
    BrowserStarted {
        version: &'a str,
    },
    /// The browser has no beginFrame, so pictures are ordinary screenshots.
    ScreenshotFallback,
    /// One more frame of the grid is in the video.
    FrameEncoded(FrameSpec),
}

/// Told from several threads; must not block for long.
pub trait RenderObserver: Send + Sync {
    fn on(&self, event: RenderEvent<'_>);
}

/// Renders a job into its output file.
pub async fn render(job: RenderJob<'_>, observer: Arc<dyn RenderObserver>) -> Result<Rendered> {
    let size = job.plan.size;
    let frames = job.plan.frame_count;
    let hashes = job.frame_hashes.as_deref().map(FrameHashes::create).transpose()?;
    let encoder = Encoder::create(&job.output, job.encoder)?;

    let (to_decoder, from_capture) = mpsc::channel(QUEUE);
    let (to_encoder, from_decoder) = blocking::sync_channel(QUEUE);
    let decoder = spawn_blocking(move || decode_frames(from_capture, size, hashes, &to_encoder));
    let watching = Arc::clone(&observer);
    let encoder = spawn_blocking(move || encode_frames(encoder, &from_decoder, frames, watching.as_ref()));

    let capture = capture_frames(&job, observer.as_ref(), to_decoder).await;
    let decoding = decoder.await.unwrap_or_else(|error| Err(thread_failed(&error)));
    let encoding = encoder.await.unwrap_or_else(|error| Err(thread_failed(&error)));

    // A failure downstream closes the queues upstream of it: the last stage's error is the cause.
    let summary = encoding?;
    decoding?;
    let capture = capture?;
    let lost = || Error::new(Kind::Internal, "frames were lost on the way to the encoder");
    let summary = summary.ok_or_else(lost)?;
    Ok(Rendered {
        encoded: summary,
        captured: capture.statistics,
        method: capture.method,
        problems: capture.problems,
        browser: capture.browser,
        startup_s: capture.startup_s,
    })
}

struct CaptureSummary {
    statistics: CaptureStatistics,
    method: CaptureMethod,
    problems: Problems,
    browser: Option<BrowserFacts>,
    startup_s: f64,
}

/// The capture stage: a browser for as long as it takes, then gone.
async fn capture_frames(
    job: &RenderJob<'_>,
    observer: &dyn RenderObserver,
    sink: mpsc::Sender<CapturedFrame>,
) -> Result<CaptureSummary> {
    let begun = Instant::now();
    let Some(options) = job.browser.clone() else {
        return Ok(CaptureSummary {
            statistics: capture_synthetic(job.plan, &sink).await,
            method: CaptureMethod::Synthetic,
            problems: Problems::default(),
            browser: None,
            startup_s: 0.0,
        });
    };
    let (browser, method) = start_browser(options, job.capture, job.plan.size, observer).await?;
    let startup_s = begun.elapsed().as_secs_f64();
    let mut players = Players::new(&browser, job.plan.size, job.recording);
    let statistics = capture(method, &browser, &mut players, job.plan, &sink).await?;
    let (problems, blocked_requests) = players.finish().await?;
    Ok(CaptureSummary {
        statistics,
        method,
        problems,
        browser: Some(BrowserFacts {
            version: browser.version().to_owned(),
            network_isolation: browser.network_isolation(),
            blocked_requests,
        }),
        startup_s,
    })
}

/// Starts a browser that can do what is wanted; without a wish, the best that it can do.
async fn start_browser(
    mut options: BrowserOptions,
    wanted: Option<CaptureMethod>,
    canvas: Size,
    observer: &dyn RenderObserver,
) -> Result<(Browser, CaptureMethod)> {
    options.frames = match wanted {
        Some(CaptureMethod::Screenshot) => FrameControl::Browser,
        Some(CaptureMethod::Framebuffer | CaptureMethod::FramebufferEveryFrame) => {
            FrameControl::Display { canvas }
        }
        _ => FrameControl::BeginFrame,
    };
    let browser = Browser::launch(options.clone()).await?;
    observer.on(RenderEvent::BrowserStarted {
        version: browser.version(),
    });
    match wanted {
        Some(
            method @ (CaptureMethod::Screenshot
            | CaptureMethod::Framebuffer
            | CaptureMethod::FramebufferEveryFrame),
        ) => Ok((browser, method)),
        wanted if gives_frames_on_demand(&browser).await => {
            Ok((browser, wanted.unwrap_or(CaptureMethod::Damage)))
        }
        None => {
            // The flags for beginFrame keep an ordinary browser from drawing at all: start another one.
            drop(browser);
            options.frames = FrameControl::Browser;
            observer.on(RenderEvent::ScreenshotFallback);
            Ok((Browser::launch(options).await?, CaptureMethod::Screenshot))
        }
        Some(_) => Err(Error::new(
            Kind::BrowserCannotStart,
            format!(
                "{} gives no frames on demand (HeadlessExperimental.beginFrame)",
                browser.version()
            ),
        )
        .hint("Use chromium-headless-shell, or --capture screenshot.")),
    }
}

/// The decoding stage: pictures to pixels, and their hashes.
fn decode_frames(
    mut captured: mpsc::Receiver<CapturedFrame>,
    size: Size,
    mut hashes: Option<FrameHashes>,
    decoded: &blocking::SyncSender<Frame>,
) -> Result<()> {
    while let Some(CapturedFrame { spec, shot }) = captured.blocking_recv() {
        let picture = match shot {
            Shot::Encoded(screenshot) => new_picture(decode(&screenshot, size)?),
            Shot::Raw(picture) => new_picture(picture.to_rgba()),
            Shot::Synthetic(number) => new_picture(synthetic_picture(size, number)),
            Shot::Repeat => Picture::Repeat,
        };
        let frame = Frame { spec, picture };
        if let Some(hashes) = &mut hashes {
            hashes.add(&frame)?;
        }
        if decoded.send(frame).is_err() {
            return Ok(());
        }
    }
    hashes.map_or(Ok(()), FrameHashes::finish)
}

fn new_picture(pixels: RgbaImage) -> Picture {
    Picture::New(Arc::new(pixels))
}

/// The encoding stage. None when the frames ended early: then the failure is on the other side.
fn encode_frames(
    mut encoder: Encoder,
    frames: &blocking::Receiver<Frame>,
    expected: u64,
    observer: &dyn RenderObserver,
) -> Result<Option<EncodeSummary>> {
    let mut count = 0;
    for frame in frames {
        encoder.push(&frame)?;
        count += 1;
        observer.on(RenderEvent::FrameEncoded(frame.spec));
    }
    if count < expected {
        return Ok(None);
    }
    encoder.finish().map(Some)
}

fn thread_failed(error: &JoinError) -> Error {
    Error::new(
        Kind::Internal,
        format!("a stage of the pipeline broke down: {error}"),
    )
}

impl fmt::Display for RenderEvent<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BrowserStarted { version } => write!(f, "started {version}"),
            Self::ScreenshotFallback => {
                f.write_str("this browser gives no frames on demand; taking ordinary screenshots instead")
            }
            Self::FrameEncoded(spec) => write!(f, "frame {}", spec.index),
        }
    }
}
