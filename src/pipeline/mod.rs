//! Runs one render: browser, capture, decoding and encoding side by side, joined by bounded queues.
//! The one place that owns tasks and threads. Dropping the future stops everything and kills the browsers.

mod appearance;
mod jobs;
mod order;
mod sample;
mod subject;
mod workers;

use std::fmt;
use std::mem;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc as blocking;
use std::time::Instant;

use image::RgbaImage;
use tokio::sync::mpsc;
use tokio::task::{JoinError, spawn_blocking};

use crate::assets::AssetsSummary;
use crate::beside::Beside;
use crate::browser::NetworkIsolation;
use crate::capture::{CaptureMethod, CaptureStatistics, CapturedFrame, Shot, decode, synthetic_picture};
use crate::encode::EncodeSummary;
use crate::error::{Error, Kind, Result};
use crate::fit::{EncodesAgain, Fit, FittingEncoder, Target};
use crate::frame::{Canvas, Frame, Picture};
use crate::frame_hashes::FrameHashes;
use crate::overlay::Overlay;
use crate::player::Problems;
use crate::timeline::RenderPlan;

use self::appearance::Appearance;
pub use self::appearance::Doubt;
pub use self::sample::{SampleJob, sample};
pub use self::subject::Subject;

/// Frames that may wait between two stages. A 1920x1080 picture is 8 MB.
const QUEUE: usize = 4;

/// Everything that one render needs, resolved.
#[derive(Debug)]
pub struct RenderJob {
    pub subject: Arc<Subject>,
    /// How many browsers render it, as far as it can be shared out. None chooses what suits work and machine.
    pub jobs: Option<NonZeroUsize>,
    /// What is made of the frames; the caller moves it to its place.
    pub target: Target,
    /// What is made of them beside the video.
    pub beside: Beside,
    /// Where a line for each frame of the grid is written.
    pub frame_hashes: Option<PathBuf>,
}

/// What a finished render was.
#[derive(Debug)]
pub struct Rendered {
    pub encoded: EncodeSummary,
    /// How it was made to fit, where its size has a limit.
    pub fit: Option<Fit>,
    pub captured: CaptureStatistics,
    pub method: CaptureMethod,
    pub problems: Problems,
    /// Why the video may not be what was recorded.
    pub doubt: Option<Doubt>,
    pub assets: AssetsSummary,
    /// Browsers that took part, and segments of frames that they shared.
    pub jobs: usize,
    pub segments: usize,
    /// None for synthetic capture.
    pub browser: Option<BrowserFacts>,
    /// Seconds until the first picture could be taken.
    pub startup_s: f64,
    pub busy: BusyTimes,
}

#[derive(Debug, Clone, serde::Serialize)]
pub struct BrowserFacts {
    pub version: String,
    pub network_isolation: NetworkIsolation,
    pub blocked_requests: u64,
    /// Commands of the DevTools protocol, from the start to the end.
    pub calls: u64,
}

/// Seconds for which the stages after capture worked, without their waiting for each other.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
#[allow(clippy::struct_field_names, reason = "each name ends with its unit")]
pub struct BusyTimes {
    /// Pictures to RGBA pixels.
    pub decode_s: f64,
    /// The pointer onto them.
    pub overlay_s: f64,
    pub hash_s: f64,
    /// To the codec's colours, and into the file.
    pub encode_s: f64,
}

/// What a render tells while it runs.
#[derive(Debug, Clone, Copy)]
pub enum RenderEvent<'a> {
    BrowserStarted {
        version: &'a str,
        method: CaptureMethod,
        /// How many there will be of its kind.
        jobs: usize,
    },
    /// This way of capture does not work here; the next one is tried.
    WayPassedOver { method: CaptureMethod, why: &'a Error },
    /// So many frames of the grid are in the video.
    FramesEncoded(u64),
    /// The video is too large, or smaller than it may be.
    EncodesAgain(EncodesAgain),
}

/// Told from several threads; must not block for long.
pub trait RenderObserver: Send + Sync {
    fn on(&self, event: RenderEvent<'_>);
}

/// Renders a job into its output file.
pub async fn render(mut job: RenderJob, observer: Arc<dyn RenderObserver>) -> Result<Rendered> {
    let plan = Arc::clone(&job.subject.plan);
    let frames = plan.frame_count;
    let hashes = job.frame_hashes.as_deref().map(FrameHashes::create).transpose()?;
    let encoder = FittingEncoder::create(job.target.clone())?;
    let beside = mem::take(&mut job.beside);

    let (to_decoder, from_capture) = mpsc::channel(QUEUE);
    let (to_encoder, from_decoder) = blocking::sync_channel(QUEUE);
    let overlay = Overlay::new(job.subject.overlay);
    let decoder = spawn_blocking(move || decode_frames(from_capture, &plan, overlay, hashes, &to_encoder));
    let watching = Arc::clone(&observer);
    let encoder =
        spawn_blocking(move || encode_frames(encoder, beside, &from_decoder, frames, watching.as_ref()));

    let capture = workers::capture_frames(&job, observer.as_ref(), to_decoder).await;
    let decoding = decoder.await.unwrap_or_else(|error| Err(thread_failed(&error)));
    let encoding = encoder.await.unwrap_or_else(|error| Err(thread_failed(&error)));

    // A failure downstream closes the queues upstream of it: the last stage's error is the cause.
    let summary = encoding?;
    let (busy, appearance) = decoding?;
    let capture = capture?;
    let lost = || Error::new(Kind::Internal, "frames were lost on the way to the encoder");
    let (summary, fit, encode_s) = summary.ok_or_else(lost)?;
    let is_real = capture.browser.is_some();
    let doubt = || {
        appearance.doubt(
            &job.subject.plan,
            &job.subject.recording,
            capture.problems.visible,
        )
    };
    Ok(Rendered {
        doubt: is_real.then(doubt).flatten(),
        encoded: summary,
        fit,
        captured: capture.statistics,
        method: capture.method,
        problems: capture.problems,
        assets: capture.assets,
        jobs: capture.jobs,
        segments: capture.segments,
        browser: capture.browser,
        startup_s: capture.startup_s,
        busy: BusyTimes { encode_s, ..busy },
    })
}

/// The decoding stage: pictures to pixels with the pointer on them, and their hashes. Gives the times of each, and what
/// the pictures look like.
fn decode_frames(
    mut captured: mpsc::Receiver<CapturedFrame>,
    plan: &RenderPlan,
    mut overlay: Overlay,
    mut hashes: Option<FrameHashes>,
    decoded: &blocking::SyncSender<Frame>,
) -> Result<(BusyTimes, Appearance)> {
    let mut appearance = Appearance::new();
    let mut shown = Shown::default();
    let mut busy = BusyTimes::default();
    let canvas = plan.canvas();
    while let Some(captured) = captured.blocking_recv() {
        let CapturedFrame {
            spec,
            shot,
            pointer,
            lasts,
            page,
        } = captured;
        let begun = Instant::now();
        let picture = shown.show(shot, canvas)?;
        if let Picture::New(picture) = &picture {
            appearance.look(picture, page);
        }
        busy.decode_s += begun.elapsed().as_secs_f64();
        let begun = Instant::now();
        let picture = overlay.over(picture, pointer.as_ref());
        busy.overlay_s += begun.elapsed().as_secs_f64();
        let frame = Frame { spec, picture, lasts };
        if let Some(hashes) = &mut hashes {
            let begun = Instant::now();
            hashes.add(spec, &frame.picture)?;
            for index in spec.index + 1..spec.index + lasts {
                hashes.add(plan.frame(index), &Picture::Repeat)?;
            }
            busy.hash_s += begun.elapsed().as_secs_f64();
        }
        if decoded.send(frame).is_err() {
            return Ok((busy, appearance));
        }
    }
    hashes.map_or(Ok(()), FrameHashes::finish)?;
    Ok((busy, appearance))
}

/// The picture of the last frame that had one.
#[derive(Default)]
struct Shown(Option<Arc<RgbaImage>>);

impl Shown {
    /// Decodes what was captured.
    fn show(&mut self, shot: Shot, canvas: Canvas) -> Result<Picture> {
        Ok(match shot {
            Shot::Encoded(screenshot) => self.next(decode(&screenshot, canvas)?),
            Shot::Raw(picture) => self.next(picture.to_rgba()),
            Shot::Packed(picture) => self.next(picture.unpack()?),
            Shot::Synthetic(number) => self.next(synthetic_picture(canvas.size, number)),
            Shot::Repeat => Picture::Repeat,
        })
    }

    /// A picture that equals the one before is a repeat, so that the video is the same wherever a segment begins.
    fn next(&mut self, pixels: RgbaImage) -> Picture {
        if self.0.as_deref() == Some(&pixels) {
            return Picture::Repeat;
        }
        Picture::New(Arc::clone(self.0.insert(Arc::new(pixels))))
    }
}

/// The encoding stage: what was written, and the seconds it took. None when the frames ended early: then the failure is
/// on the other side.
fn encode_frames(
    mut encoder: FittingEncoder,
    mut beside: Beside,
    frames: &blocking::Receiver<Frame>,
    expected: u64,
    observer: &dyn RenderObserver,
) -> Result<Option<(EncodeSummary, Option<Fit>, f64)>> {
    let mut busy_s = 0.0;
    let mut count = 0;
    for frame in frames {
        let begun = Instant::now();
        encoder.push(&frame)?;
        beside.push(&frame)?;
        busy_s += begun.elapsed().as_secs_f64();
        count += frame.lasts;
        observer.on(RenderEvent::FramesEncoded(count));
    }
    if count < expected {
        return Ok(None);
    }
    let begun = Instant::now();
    let (summary, fit) = encoder.finish(&|again| observer.on(RenderEvent::EncodesAgain(again)))?;
    beside.finish(summary.grid_frames)?;
    busy_s += begun.elapsed().as_secs_f64();
    Ok(Some((summary, fit, busy_s)))
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
            Self::BrowserStarted {
                version,
                method,
                jobs,
            } => {
                write!(f, "started {version}, capture by {}, jobs: {jobs}", method.name())
            }
            Self::WayPassedOver { method, why } => {
                write!(f, "capture by {} does not work here: {why}", method.name())
            }
            Self::FramesEncoded(count) => write!(f, "{count} frames encoded"),
            Self::EncodesAgain(again) => write!(f, "{} bytes; encoding again", again.bytes),
        }
    }
}
