//! The decoding stage: from what was captured to pixels, with pointer and words on them. It has a thread of its own.

use std::sync::Arc;
use std::sync::mpsc as blocking;
use std::time::Instant;

use image::RgbaImage;
use tokio::sync::mpsc;

use super::BusyTimes;
use super::appearance::Appearance;
use super::drawing::{Captured, Drawing};
use crate::capture::{CapturedFrame, Shot, decode, synthetic_picture};
use crate::error::{Error, Kind, Result};
use crate::frame::{Canvas, Frame};
use crate::timeline::CapturePlan;

/// Pictures to pixels with pointer and words on them, for each video, and their hashes. Gives the times of each, and what
/// the pictures of each video look like.
pub(super) fn decode_frames(
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
pub(super) struct Decoder {
    canvas: Canvas,
    picture: Option<Arc<RgbaImage>>,
}

impl Decoder {
    pub(super) const fn new(canvas: Canvas) -> Self {
        Self {
            canvas,
            picture: None,
        }
    }

    /// What a frame shows.
    pub(super) fn decode(&mut self, shot: Shot) -> Result<&Arc<RgbaImage>> {
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
