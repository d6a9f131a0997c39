//! One of the videos that a render makes: what it is to be, its writing while frames come, and what it has become. The
//! encoding stage calls it.

use std::path::PathBuf;

use super::Doubt;
use crate::beside::Beside;
use crate::encode::{Annotations, EncodeSummary, Encoder, EncoderSettings};
use crate::error::Result;
use crate::frame::Frame;

/// What a video is to be, and where it goes.
#[derive(Debug)]
pub struct Output {
    pub encoder: EncoderSettings,
    /// What the video file says of itself.
    pub annotations: Annotations,
    /// What is made of the frames beside the video.
    pub beside: Beside,
    /// Where the video is written; the caller moves it to its place.
    pub path: PathBuf,
    /// Where a line for each frame of the grid is written.
    pub frame_hashes: Option<PathBuf>,
}

/// What a finished video is.
#[derive(Debug)]
pub struct Written {
    pub encoded: EncodeSummary,
    /// Why it may not be what was recorded.
    pub doubt: Option<Doubt>,
}

/// A video on its way into its file. An encoder takes much memory, so it is there from the first frame to the last only.
pub(super) struct Writing {
    frames_left: u64,
    state: State,
}

enum State {
    Waiting(Box<Output>),
    Encoding(Encoder, Box<Beside>),
    Finished(EncodeSummary),
    /// While one of the others becomes the next, or fails to.
    Nothing,
}

impl Writing {
    pub(super) fn new(output: Output, frame_count: u64) -> Self {
        Self {
            frames_left: frame_count,
            state: State::Waiting(Box::new(output)),
        }
    }

    /// Takes the next frame.
    pub(super) fn push(&mut self, frame: &Frame) -> Result<()> {
        if let State::Waiting(output) = &mut self.state {
            let encoder = Encoder::create(&output.path, output.encoder, &output.annotations)?;
            let beside = Box::new(std::mem::take(&mut output.beside));
            self.state = State::Encoding(encoder, beside);
        }
        if let State::Encoding(encoder, beside) = &mut self.state {
            encoder.push(frame)?;
            beside.push(frame)?;
        }
        self.frames_left = self.frames_left.saturating_sub(frame.lasts);
        if self.frames_left == 0
            && let State::Encoding(encoder, beside) = std::mem::replace(&mut self.state, State::Nothing)
        {
            let summary = encoder.finish()?;
            beside.finish(summary.grid_frames)?;
            self.state = State::Finished(summary);
        }
        Ok(())
    }

    /// What was written; None if frames are missing.
    pub(super) fn finished(self) -> Option<EncodeSummary> {
        match self.state {
            State::Finished(summary) => Some(summary),
            _ => None,
        }
    }
}
