//! The videos that a render makes: what each is to be, the encoding stage that writes one after the other, and what they
//! have become.

use std::path::PathBuf;
use std::sync::mpsc::Receiver;
use std::time::Instant;

use super::{Doubt, RenderEvent, RenderObserver};
use crate::beside::Beside;
use crate::encode::EncodeSummary;
use crate::error::Result;
use crate::fit::{EncodesAgain, Fit, FittingEncoder, Target};
use crate::frame::Frame;

/// What a video is to be, and where it goes.
#[derive(Debug)]
pub struct Output {
    /// The caller moves its file to its place.
    pub target: Target,
    /// What is made of the frames beside the video.
    pub beside: Beside,
    /// Where a line for each frame of the grid is written.
    pub frame_hashes: Option<PathBuf>,
}

/// What a finished video is.
#[derive(Debug)]
pub struct Written {
    pub encoded: EncodeSummary,
    /// How it was made to fit, where its size has a limit.
    pub fit: Option<Fit>,
    /// Why it may not be what was recorded.
    pub doubt: Option<Doubt>,
}

impl Output {
    /// Writes the next `frame_count` frames of the grid. `tell` hears of each frame how many places it lasts, `again` of each
    /// time that the video is encoded once more. Adds the seconds that it took to `busy_s`. None when the frames ended early:
    /// then the failure is on the other side.
    fn write(
        self,
        frame_count: u64,
        frames: &Receiver<Frame>,
        busy_s: &mut f64,
        mut tell: impl FnMut(u64),
        again: &dyn Fn(EncodesAgain),
    ) -> Result<Option<Encoded>> {
        let mut beside = self.beside;
        let mut encoder = FittingEncoder::create(self.target)?;
        let mut written = 0;
        while written < frame_count {
            let Ok(frame) = frames.recv() else {
                return Ok(None);
            };
            let begun = Instant::now();
            encoder.push(&frame)?;
            beside.push(&frame)?;
            *busy_s += begun.elapsed().as_secs_f64();
            written += frame.lasts;
            tell(frame.lasts);
        }
        let begun = Instant::now();
        let (summary, fit) = encoder.finish(again)?;
        beside.finish(summary.grid_frames)?;
        *busy_s += begun.elapsed().as_secs_f64();
        Ok(Some((summary, fit)))
    }
}

/// What was written of a video, and how it was made to fit.
type Encoded = (EncodeSummary, Option<Fit>);

/// Writes one video after the other, each with its number of frames. Gives what was written of each, and
/// the seconds it took. None when the frames ended early: then the failure is on the other side.
pub(super) fn encode_frames(
    videos: impl Iterator<Item = (Output, u64)>,
    frames: &Receiver<Frame>,
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
