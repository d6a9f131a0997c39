//! Frames of several browsers, put in order: each browser takes the next segment that nobody has, and pictures of
//! those ahead wait, packed, until all before them are delivered.
//!
//! Segments are taken in order, and each browser captures in order. So the next frame is always the first one that waits
//! in the room of the browser that took its segment. A browser whose room is full holds later frames only: nobody waits
//! in a circle.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use super::QUEUE;
use crate::capture::{CapturedFrame, FrameSink, PackedPicture, Shot};

/// What may wait of each browser's pictures, in bytes.
const ROOM: usize = 64 << 20;

/// Bytes that a picture counts for while it is not packed, as one that will not wait long: there is room for [`QUEUE`] of
/// them.
const UNPACKED: usize = ROOM / QUEUE;

/// A frame without a picture, with all that belongs to it.
const FRAME: usize = size_of::<Waiting>();

/// The segments that nobody has taken yet.
#[derive(Debug)]
pub(super) struct SegmentQueue {
    left: Mutex<VecDeque<Range<u64>>>,
    taken: mpsc::UnboundedSender<Taken>,
}

/// Which browser captures which frames.
#[derive(Debug)]
pub(super) struct Taken {
    frames: Range<u64>,
    worker: usize,
}

impl SegmentQueue {
    /// And where is told, in order, who takes what.
    pub(super) fn new(segments: Vec<Range<u64>>) -> (Self, mpsc::UnboundedReceiver<Taken>) {
        let (taken, told) = mpsc::unbounded_channel();
        let left = Mutex::new(segments.into());
        (Self { left, taken }, told)
    }

    /// The next segment; None when all are taken.
    pub(super) fn take(&self, worker: usize) -> Option<Range<u64>> {
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        let frames = left.pop_front()?;
        let taken = Taken {
            frames: frames.clone(),
            worker,
        };
        // Told under the lock, so that it is told in order.
        self.taken.send(taken).ok()?;
        Some(frames)
    }
}

/// A frame that waits, and the room that it takes.
type Waiting = (CapturedFrame, OwnedSemaphorePermit);

/// Where frames of one browser wait.
#[derive(Debug)]
struct WaitingRoom {
    worker: usize,
    /// Whose frames are delivered now.
    delivered: Arc<AtomicUsize>,
    room: Arc<Semaphore>,
    waiting: mpsc::UnboundedSender<Waiting>,
}

impl WaitingRoom {
    /// Takes frames in until the browser has no more, or nobody wants them any more.
    async fn fill(self, mut captured: mpsc::Receiver<CapturedFrame>) {
        while let Some(mut frame) = captured.recv().await {
            let ahead = self.delivered.load(Ordering::Relaxed) != self.worker;
            if ahead && let Shot::Picture(picture) = &frame.shot {
                let picture = Arc::clone(picture);
                let packing = tokio::task::spawn_blocking(move || PackedPicture::pack(&picture));
                let Ok(packed) = packing.await else { return };
                frame.shot = Shot::Packed(packed);
            }
            let Ok(room) = Arc::clone(&self.room)
                .acquire_many_owned(room_for(&frame.shot))
                .await
            else {
                return;
            };
            if self.waiting.send((frame, room)).is_err() {
                return;
            }
        }
    }
}

fn room_for(shot: &Shot) -> u32 {
    let picture = match shot {
        Shot::Picture(_) => UNPACKED,
        Shot::Packed(picture) => picture.bytes(),
        Shot::Encoded(screenshot) => screenshot.0.len(),
        Shot::Synthetic(_) | Shot::Repeat => 0,
    };
    // One that is larger than all the room gets all of it.
    (picture + FRAME).min(ROOM) as u32
}

/// Takes frames out of the waiting rooms.
#[derive(Debug)]
pub(super) struct Delivery {
    taken: mpsc::UnboundedReceiver<Taken>,
    delivered: Arc<AtomicUsize>,
    /// None where a single browser sends its frames on by itself.
    waiting: Vec<mpsc::UnboundedReceiver<Waiting>>,
    sink: FrameSink,
}

/// Why a delivery is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DeliveryEnd {
    /// All are delivered, or a browser has ended without those that are wanted next.
    NoMoreFrames,
    /// Nobody takes the frames any more.
    Refused,
}

impl Delivery {
    /// And where each of the browsers sends its frames. Must be called in a runtime.
    pub(super) fn new(
        taken: mpsc::UnboundedReceiver<Taken>,
        workers: usize,
        sink: FrameSink,
    ) -> (Self, Vec<FrameSink>) {
        let delivered = Arc::new(AtomicUsize::new(0));
        let waiting_room = |worker| {
            let (waiting, arrived) = mpsc::unbounded_channel();
            let (sink, captured) = mpsc::channel(QUEUE);
            let room = WaitingRoom {
                worker,
                delivered: Arc::clone(&delivered),
                room: Arc::new(Semaphore::new(ROOM)),
                waiting,
            };
            // It ends when the browser's frames do, or when nobody takes them any more.
            tokio::spawn(room.fill(captured));
            (arrived, sink)
        };
        let (waiting, sinks) = if workers == 1 {
            (Vec::new(), vec![sink.clone()])
        } else {
            (0..workers).map(waiting_room).unzip()
        };
        let delivery = Self {
            taken,
            delivered,
            waiting,
            sink,
        };
        (delivery, sinks)
    }

    /// Hands all frames on in order.
    pub(super) async fn deliver(mut self) -> DeliveryEnd {
        if self.waiting.is_empty() {
            return self.watch().await;
        }
        while let Some(Taken { frames, worker }) = self.taken.recv().await {
            self.delivered.store(worker, Ordering::Relaxed);
            let mut next = frames.start;
            while next < frames.end {
                // Only what can go on at once is taken: a picture in hand would be one more in memory.
                let Ok(place) = self.sink.reserve().await else {
                    return DeliveryEnd::Refused;
                };
                let Some((frame, room)) = self.waiting[worker].recv().await else {
                    return DeliveryEnd::NoMoreFrames;
                };
                drop(room);
                next += frame.lasts;
                place.send(frame);
            }
        }
        DeliveryEnd::NoMoreFrames
    }

    /// Waits until all is captured, or nobody takes it.
    async fn watch(mut self) -> DeliveryEnd {
        let all_taken = async { while self.taken.recv().await.is_some() {} };
        tokio::select! {
            () = all_taken => DeliveryEnd::NoMoreFrames,
            () = self.sink.closed() => DeliveryEnd::Refused,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;
    use crate::browser::Screenshot;
    use crate::frame::FrameSpec;

    fn frame(index: u64, bytes: usize) -> CapturedFrame {
        let spec = FrameSpec {
            index,
            pts_ms: 0.0,
            session_ms: 0.0,
        };
        let shot = match bytes {
            0 => Shot::Repeat,
            _ => Shot::Encoded(Screenshot(vec![0; bytes])),
        };
        CapturedFrame {
            spec,
            shot,
            pointer: None,
            lasts: 1,
            page: None,
        }
    }

    /// Two browsers with segments of `length` frames; the first is held up until `released`.
    struct Race {
        delivery: tokio::task::JoinHandle<DeliveryEnd>,
        frames: mpsc::Receiver<CapturedFrame>,
        released: Arc<Semaphore>,
        captured: Arc<[AtomicUsize; 2]>,
    }

    fn race(segments: u64, length: u64, bytes: usize) -> Race {
        let ranges = (0..segments).map(|at| at * length..(at + 1) * length).collect();
        let (queue, taken) = SegmentQueue::new(ranges);
        let queue = Arc::new(queue);
        let (sink, frames) = mpsc::channel(QUEUE);
        let (delivery, sinks) = Delivery::new(taken, 2, sink);
        let released = Arc::new(Semaphore::new(0));
        let captured = Arc::new([AtomicUsize::new(0), AtomicUsize::new(0)]);
        // The first segment is the first browser's, whoever is scheduled first.
        let mut first = queue.take(0);
        for (worker, sink) in sinks.into_iter().enumerate() {
            let (queue, released, captured) =
                (Arc::clone(&queue), Arc::clone(&released), Arc::clone(&captured));
            let mut given = if worker == 0 { first.take() } else { None };
            tokio::spawn(async move {
                while let Some(frames) = given.take().or_else(|| queue.take(worker)) {
                    for index in frames {
                        if worker == 0 {
                            released.acquire().await.unwrap().forget();
                        }
                        if sink.send(frame(index, bytes)).await.is_err() {
                            return;
                        }
                        captured[worker].fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
        Race {
            delivery: tokio::spawn(delivery.deliver()),
            frames,
            released,
            captured,
        }
    }

    #[test]
    fn frames_without_a_picture_take_room_too() {
        assert!(room_for(&Shot::Repeat) as usize >= size_of::<CapturedFrame>());
    }

    #[tokio::test]
    async fn frames_come_in_order_whoever_lags() {
        let mut race = race(7, 40, 0);
        race.released.add_permits(7 * 40);
        for index in 0..7 * 40 {
            assert_eq!(race.frames.recv().await.unwrap().spec.index, index);
        }
        assert!(race.frames.recv().await.is_none());
        assert_eq!(race.delivery.await.unwrap(), DeliveryEnd::NoMoreFrames);
    }

    #[tokio::test]
    async fn a_browser_that_is_ahead_waits_when_its_room_is_full() {
        let bytes = 8 << 20;
        let mut race = race(4, 30, bytes);
        let fits = ROOM / bytes;
        let ahead = || race.captured[1].load(Ordering::Relaxed);
        let begun = Instant::now();
        while ahead() < fits - 1 && begun.elapsed() < Duration::from_secs(10) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        // For as long as it takes to see that it goes no further.
        tokio::time::sleep(Duration::from_millis(100)).await;
        let ahead = ahead();
        assert!(
            (fits - 1..=fits + QUEUE + 1).contains(&ahead),
            "{ahead} frames wait"
        );
        // It does not wait in a circle.
        race.released.add_permits(4 * 30);
        for index in 0..4 * 30 {
            assert_eq!(race.frames.recv().await.unwrap().spec.index, index);
        }
    }

    #[tokio::test]
    async fn a_single_browser_needs_no_order() {
        let (queue, taken) = SegmentQueue::new(vec![0..2, 2..3]);
        let (sink, mut frames) = mpsc::channel(QUEUE);
        let (delivery, sinks) = Delivery::new(taken, 1, sink);
        let delivery = tokio::spawn(delivery.deliver());
        assert_eq!((queue.take(0), queue.take(0)), (Some(0..2), Some(2..3)));
        tokio::spawn(async move {
            for index in 0..3 {
                sinks[0].send(frame(index, 9)).await.unwrap();
            }
            drop(queue);
        });
        for index in 0..3 {
            assert_eq!(frames.recv().await.unwrap().spec.index, index);
        }
        assert_eq!(delivery.await.unwrap(), DeliveryEnd::NoMoreFrames);
        assert!(frames.recv().await.is_none());
    }

    #[tokio::test]
    async fn a_single_browser_hears_that_nobody_takes_its_frames() {
        let (_queue, taken) = SegmentQueue::new(vec![0..2, 2..3]);
        let (sink, frames) = mpsc::channel(QUEUE);
        let (delivery, _sinks) = Delivery::new(taken, 1, sink);
        drop(frames);
        assert_eq!(delivery.deliver().await, DeliveryEnd::Refused);
    }

    #[tokio::test]
    async fn all_end_when_nobody_takes_the_frames() {
        let Race {
            delivery,
            frames,
            released,
            ..
        } = race(4, 30, 0);
        drop(frames);
        released.add_permits(1);
        assert_eq!(delivery.await.unwrap(), DeliveryEnd::Refused);
    }
}
