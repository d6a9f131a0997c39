//! Runs one render: browser, capture, decoding and encoding side by side, joined by bounded queues.
//! The one place that owns tasks and threads. Dropping the future stops everything and kills the browsers.

mod appearance;
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
use std::time::Instant;

use image::RgbaImage;
use tokio::sync::mpsc;
use tokio::task::{JoinError, spawn_blocking};

use crate::capture::{CaptureMethod, CapturedFrame, Shot, decode, synthetic_picture};
use crate::encode::EncodeSummary;
use crate::error::{Error, Kind, Result};
use crate::fit::{EncodesAgain, Fit};
use crate::frame::{Canvas, Frame};
use crate::timeline::CapturePlan;

use self::appearance::Appearance;
pub use self::appearance::Doubt;
use self::drawing::{Captured, Drawing};
pub use self::output::{Output, Written};
pub use self::picture_source::{BrowserFacts, PictureOrigin, PictureSource};
pub use self::sample::{SampleJob, sample};
pub use self::subject::Subject;
pub use self::workers::CaptureSummary;

/// Frames that may wait between two stages. A 1920x1080 picture is 8 MB.
const QUEUE: usize = 1;

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
    /// So many screenshots of an app could not be shown.
    ScreenshotsDamaged(u64),
    /// So many frames of all grids are in their videos.
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
    let watching = Arc::clone(&observer);
    let videos = outputs.into_iter().zip(frame_counts);
    let encoder = spawn_blocking(move || encode_frames(videos, &from_decoder, watching.as_ref()));

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

/// The decoding stage: pictures to pixels with pointer and words on them, for each video, and their hashes. Gives the times
/// of each, and what the pictures of each video look like.
fn decode_frames(
    mut captured: mpsc::Receiver<CapturedFrame>,
    plan: &CapturePlan,
    mut drawings: Vec<Drawing>,
    drawn: &blocking::SyncSender<Frame>,
) -> Result<(BusyTimes, Vec<Appearance>)> {
    let mut decoder = Decoder::new(plan.canvas);
    let mut busy = BusyTimes::default();
    while let Some(captured) = captured.blocking_recv() {
        let CapturedFrame {
            spec,
            shot,
            pointer,
            lasts,
            page,
        } = captured;
        let begun = Instant::now();
        let picture = decoder.decode(shot)?;
        busy.decode_s += begun.elapsed().as_secs_f64();
        let video = plan.video_at(spec.index);
        let captured = Captured {
            index: spec.index - plan.start_of(video),
            lasts,
            picture,
            pointer: pointer.as_ref(),
            page,
        };
        let is_wanted = drawings[video].draw(&captured, &mut busy, |frame| drawn.send(frame).is_ok())?;
        if !is_wanted {
            break;
        }
    }
    let appearances = drawings.into_iter().map(|drawing| drawing.appearance);
    Ok((busy, appearances.collect()))
}

/// The picture that was captured last, decoded.
struct Decoder {
    canvas: Canvas,
    picture: Option<Arc<RgbaImage>>,
}

impl Decoder {
    const fn new(canvas: Canvas) -> Self {
        Self {
            canvas,
            picture: None,
        }
    }

    /// What a frame shows.
    fn decode(&mut self, shot: Shot) -> Result<&Arc<RgbaImage>> {
        let picture = match shot {
            Shot::Encoded(screenshot) => Some(Arc::new(decode(&screenshot, self.canvas)?)),
            Shot::Picture(picture) => Some(picture),
            Shot::Packed(picture) => Some(Arc::new(picture.unpack()?)),
            Shot::Synthetic(number) => Some(Arc::new(synthetic_picture(self.canvas.size, number))),
            Shot::Repeat => None,
        };
        if picture.is_some() {
            self.picture = picture;
        }
        let lacking = || Error::new(Kind::Internal, "the first frame has no picture");
        self.picture.as_ref().ok_or_else(lacking)
    }
}

/// What was written of a video, and how it was made to fit.
type Encoded = (EncodeSummary, Option<Fit>);

/// The encoding stage: one video after the other, each with its number of frames. Gives what was written of each, and
/// the seconds it took. None when the frames ended early: then the failure is on the other side.
fn encode_frames(
    videos: impl Iterator<Item = (Output, u64)>,
    frames: &blocking::Receiver<Frame>,
    observer: &dyn RenderObserver,
) -> Result<Option<(Vec<Encoded>, f64)>> {
    let mut busy_s = 0.0;
    let mut count = 0;
    let mut summaries = Vec::new();
    for (output, frame_count) in videos {
        let tell = |frames| {
            count += frames;
            observer.on(RenderEvent::FramesEncoded(count));
        };
        let again = |again| observer.on(RenderEvent::EncodesAgain(again));
        match output.write(frame_count, frames, &mut busy_s, tell, &again)? {
            Some(summary) => summaries.push(summary),
            None => return Ok(None),
        }
    }
    Ok(Some((summaries, busy_s)))
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
