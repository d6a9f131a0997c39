//! Pictures of some frames of a plan, as a render would put them into the video, without making one. One browser takes
//! them, where one is needed; `verify` looks at them.

use std::collections::BTreeSet;
use std::sync::Arc;

use image::RgbaImage;
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;

use super::decoding::Decoder;
use super::drawing::Shown;
use super::{PictureSource, QUEUE, RenderEvent, RenderObserver, Subject, thread_failed};
use crate::capture::{CapturedFrame, FrameSink, capture, capture_synthetic};
use crate::error::Result;
use crate::frame::{Frame, FrameSpec, Picture};
use crate::overlay::Overlay;
use crate::timeline::CapturePlan;

/// What the pictures are taken of, and how.
#[derive(Debug)]
pub struct SampleJob {
    pub subject: Subject,
    /// The frames of the plan, by their index.
    pub frames: BTreeSet<u64>,
}

/// Takes the pictures and hands each to `look`, in order, on a thread of its own. Gives back what `look` has made of
/// `state`.
pub async fn sample<S: Send + 'static>(
    job: SampleJob,
    observer: &dyn RenderObserver,
    state: S,
    look: fn(&mut S, FrameSpec, &RgbaImage) -> Result<()>,
) -> Result<S> {
    let (sink, captured) = mpsc::channel(QUEUE);
    let (plan, overlay, frames) = (
        Arc::clone(&job.subject.plan),
        job.subject.overlay(0),
        job.frames.clone(),
    );
    let looking = spawn_blocking(move || look_at(captured, &plan, overlay, &frames, state, look));
    let taken = take(&job, observer, sink).await;
    // When nobody looks any more, the reason is on that side.
    let looked = looking.await.unwrap_or_else(|error| Err(thread_failed(&error)))?;
    taken.map(|()| looked)
}

async fn take(job: &SampleJob, observer: &dyn RenderObserver, sink: FrameSink) -> Result<()> {
    let SampleJob { subject, frames } = job;
    let plan = &subject.plan;
    let segments = frames.iter().map(|&index| index..index + 1);
    let ways = match &subject.source {
        PictureSource::Browser(ways) => ways,
        PictureSource::Slideshow(slideshow) => {
            subject
                .draw_slideshow(slideshow, segments, observer, &sink)
                .await?;
            return Ok(());
        }
        PictureSource::Synthetic => {
            capture_synthetic(plan, &sink).await;
            return Ok(());
        }
    };
    let (browser, way) = subject.start_browser(ways, observer).await?;
    observer.on(RenderEvent::BrowserStarted {
        version: browser.version(),
        method: way.method,
        jobs: 1,
    });
    let mut players = subject.players(&browser);
    capture(way.method, &browser, &mut players, plan, segments, &sink).await?;
    Ok(())
}

fn look_at<S>(
    mut captured: mpsc::Receiver<CapturedFrame>,
    plan: &CapturePlan,
    mut overlay: Overlay,
    frames: &BTreeSet<u64>,
    mut state: S,
    look: fn(&mut S, FrameSpec, &RgbaImage) -> Result<()>,
) -> Result<S> {
    let mut decoder = Decoder::new(plan.canvas);
    let mut shown = Shown::new();
    let mut drawn = None;
    while let Some(captured) = captured.blocking_recv() {
        let CapturedFrame {
            spec,
            shot,
            pointer,
            lasts,
            ..
        } = captured;
        let picture = shown.next(decoder.decode(shot)?);
        let captured = Frame { spec, picture, lasts };
        for frame in overlay.over(captured, pointer.as_ref()) {
            if let Picture::New(picture) = frame.picture {
                drawn = Some(picture);
            }
            for &index in frames.range(frame.spec.index..frame.spec.index + frame.lasts) {
                if let Some(picture) = drawn.as_deref() {
                    look(&mut state, plan.frame(index), picture)?;
                }
            }
        }
    }
    Ok(state)
}
