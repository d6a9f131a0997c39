//! What has been captured, on its way out: frames that look like the one before go as one, so that hours in which
//! nothing happens cost nothing further on. All methods of capture put their frames on it.

use std::collections::VecDeque;

use super::{CapturedFrame, FrameSink, Shot};

pub(super) struct Film<'a> {
    sink: &'a FrameSink,
    /// The last frame, which may last longer still.
    last: Option<CapturedFrame>,
    /// Those before it that have not been sent.
    complete: VecDeque<CapturedFrame>,
}

/// Whoever takes the frames has failed.
#[derive(Debug)]
pub(super) struct Closed;

impl<'a> Film<'a> {
    pub(super) const fn new(sink: &'a FrameSink) -> Self {
        Self {
            sink,
            last: None,
            complete: VecDeque::new(),
        }
    }

    /// Adds the next frame of a segment, or the first of one, and sends what is complete.
    #[allow(clippy::large_types_passed_by_value, reason = "it is kept")]
    pub(super) async fn add(&mut self, frame: CapturedFrame) -> Result<(), Closed> {
        self.keep(frame);
        self.send().await
    }

    /// Adds a frame, to be sent later.
    #[allow(clippy::large_types_passed_by_value, reason = "it is kept")]
    pub(super) fn keep(&mut self, frame: CapturedFrame) {
        if let Some(last) = &mut self.last
            && matches!(frame.shot, Shot::Repeat)
            && (last.pointer, last.page) == (frame.pointer, frame.page)
            && last.spec.index + last.lasts == frame.spec.index
        {
            last.lasts += frame.lasts;
            return;
        }
        self.complete.extend(self.last.replace(frame));
    }

    /// Sends what is complete.
    pub(super) async fn send(&mut self) -> Result<(), Closed> {
        while let Some(frame) = self.complete.pop_front() {
            self.sink.send(frame).await.map_err(|_| Closed)?;
        }
        Ok(())
    }

    /// Sends what is left.
    pub(super) async fn finish(mut self) {
        self.complete.extend(self.last.take());
        // Nobody is left to be told that nobody takes it.
        drop(self.send().await);
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc;

    use super::*;
    use crate::frame::{FrameSpec, Hand, Point, Pointer, WAKE_POINTS};

    fn pointer(x: f64) -> Pointer {
        let position = Point { x, y: 0.0 };
        Pointer {
            position,
            scale: 1.0,
            hand: Hand::Mouse,
            click: None,
            wake: [position; WAKE_POINTS],
        }
    }

    #[tokio::test]
    async fn frames_that_look_alike_go_as_one() {
        let (sink, mut frames) = mpsc::channel(16);
        let mut film = Film::new(&sink);
        // Frame 7 follows a segment that another browser took.
        for (index, shot, x) in [
            (0, Shot::Synthetic(1), 1.0),
            (1, Shot::Repeat, 1.0),
            (2, Shot::Repeat, 1.0),
            (3, Shot::Repeat, 2.0),
            (4, Shot::Synthetic(2), 2.0),
            (7, Shot::Repeat, 2.0),
            (8, Shot::Repeat, 2.0),
        ] {
            let spec = FrameSpec {
                index,
                pts_ms: 0.0,
                session_ms: 0.0,
            };
            let frame = CapturedFrame {
                spec,
                shot,
                pointer: Some(pointer(x)),
                page: None,
                lasts: 1,
            };
            film.add(frame).await.unwrap();
        }
        film.finish().await;
        drop(sink);
        let mut sent = Vec::new();
        while let Some(frame) = frames.recv().await {
            sent.push((frame.spec.index, frame.lasts));
        }
        assert_eq!(sent, [(0, 3), (3, 1), (4, 1), (7, 2)]);
    }
}
