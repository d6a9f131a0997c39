//! Runs one render: browsers, capture, decoding and encoding side by side, joined by bounded queues.
//! Dropping the future stops everything and kills the browsers.

mod appearance;
mod decoding;
mod drawing;
mod jobs;
mod order;
mod output;
mod picture_source;
mod sample;
mod subject;
mod threads;
mod workers;

use std::fmt;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::mpsc as blocking;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::{JoinError, spawn_blocking};

use crate::capture::CaptureMethod;
use crate::error::{Error, Kind, Result};
use crate::fit::EncodesAgain;

use self::appearance::Appearance;
pub use self::appearance::Doubt;
use self::decoding::decode_frames;
use self::drawing::Drawing;
use self::output::encode_frames;
pub use self::output::{Output, Written};
pub use self::picture_source::{BrowserFacts, PictureOrigin, PictureSource};
pub use self::sample::{SampleJob, sample};
pub use self::subject::Subject;
pub use self::workers::CaptureSummary;

/// Frames that may wait between two stages. A 1920x1080 picture is 8 MB.
const QUEUE: usize = 1;

/// How long the last stage may take to see that nobody wants the videos any more.
const MAY_WRITE: Duration = Duration::from_secs(1);

/// Everything that one render needs, resolved.
#[derive(Debug)]
pub struct RenderJob {
    pub subject: Arc<Subject>,
    /// How many browsers render it, as far as it can be shared out. None chooses what suits work and machine.
    pub jobs: Option<NonZeroUsize>,
    /// One for each of the plan's videos, in their order.
    pub outputs: Vec<Output>,
}

/// What a finished render was.
#[derive(Debug)]
pub struct Rendered {
    /// One for each of the job's outputs.
    pub outputs: Vec<Written>,
    pub captured: CaptureSummary,
    pub busy: BusyTimes,
}

/// Seconds for which the stages after capture worked, without their waiting for each other.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
#[allow(clippy::struct_field_names, reason = "each name ends with its unit")]
pub struct BusyTimes {
    /// Pictures to RGBA pixels.
    pub decode_s: f64,
    /// Pointer and words onto them.
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
    /// No browser is needed.
    SlideshowFound,
    /// This many screenshots of an app could not be shown.
    ScreenshotsDamaged(u64),
    /// This many frames of all grids are in their videos.
    FramesEncoded(u64),
    /// The video is too large, or smaller than it may be.
    EncodesAgain(EncodesAgain),
}

/// Told from several threads; must not block for long.
pub trait RenderObserver: Send + Sync {
    fn on(&self, event: RenderEvent<'_>);
}

/// Renders a job into its output files.
pub async fn render(job: RenderJob, observer: Arc<dyn RenderObserver>) -> Result<Rendered> {
    let RenderJob {
        subject,
        jobs,
        outputs,
    } = job;
    let plan = Arc::clone(&subject.plan);
    let drawings = outputs
        .iter()
        .enumerate()
        .map(|(video, output)| {
            let plan = Arc::clone(&plan.videos[video]);
            Drawing::new(plan, subject.overlay(video), output.frame_hashes.clone())
        })
        .collect();
    let frame_counts: Vec<u64> = plan.videos.iter().map(|video| video.frame_count).collect();

    let (to_decoder, from_capture) = mpsc::channel(QUEUE);
    // One picture is encoded while the next one is drawn; none waits in between.
    let (to_encoder, from_decoder) = blocking::sync_channel(0);
    let decoder = spawn_blocking(move || decode_frames(from_capture, &plan, drawings, &to_encoder));
    let (writes, _until_written) = UntilWritten::new();
    let watching = Arc::clone(&observer);
    let videos = outputs.into_iter().zip(frame_counts);
    let encoder = spawn_blocking(move || {
        let _writes = writes;
        encode_frames(videos, &from_decoder, watching.as_ref())
    });

    let captured = workers::capture_frames(&subject, jobs, observer.as_ref(), to_decoder).await;
    let decoding = decoder.await.unwrap_or_else(|error| Err(thread_failed(&error)));
    let encoding = encoder.await.unwrap_or_else(|error| Err(thread_failed(&error)));

    // A failure downstream closes the queues upstream of it: the last stage's error is the cause.
    let summaries = encoding?;
    let (busy, appearances) = decoding?;
    let captured = captured?;
    let lost = || Error::new(Kind::Internal, "frames were lost on the way to the encoder");
    let (summaries, encode_s) = summaries.ok_or_else(lost)?;
    let doubt = |video, appearance: &Appearance| match captured.origin {
        // Made-up pictures show nothing of the recording.
        PictureOrigin::Synthetic => None,
        _ => appearance.doubt(video, &subject.recording, captured.problems.visible),
    };
    let outputs = summaries.into_iter().zip(&subject.plan.videos).zip(&appearances);
    Ok(Rendered {
        outputs: outputs
            .map(|(((encoded, fit), video), appearance)| Written {
                encoded,
                fit,
                doubt: doubt(video, appearance),
            })
            .collect(),
        captured,
        busy: BusyTimes { encode_s, ..busy },
    })
}

/// Dropped, it waits until the encoding stage writes no more: what it was writing may be removed next.
struct UntilWritten(blocking::Receiver<()>);

impl UntilWritten {
    /// And what the stage holds for as long as it writes.
    fn new() -> (blocking::SyncSender<()>, Self) {
        let (writes, written) = blocking::sync_channel(0);
        (writes, Self(written))
    }
}

impl Drop for UntilWritten {
    fn drop(&mut self) {
        // Nothing is ever sent.
        let _ = self.0.recv_timeout(MAY_WRITE);
    }
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
            Self::SlideshowFound => {
                f.write_str("all that is seen are screenshots of an app: they are shown without a browser")
            }
            Self::ScreenshotsDamaged(count) => write!(
                f,
                "warning: {count} screenshot{} damaged; the one before stays",
                if *count == 1 { " is" } else { "s are" }
            ),
            Self::FramesEncoded(count) => write!(f, "{count} frames encoded"),
            Self::EncodesAgain(again) => write!(f, "{} bytes; encoding again", again.bytes),
        }
    }
}
