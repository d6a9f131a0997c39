//! Decides which places of the frame grid become frames of the video, and how each is coded. Pure.
//! `Encoder` asks it once for every grid frame, in order.

use crate::frame::Fps;

/// How the video's frames lie in time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Timing {
    /// An unchanged frame costs nothing: the frame before it lasts longer, up to a second.
    #[default]
    Variable,
    /// Every place of the grid is a frame of its own, for editors that want a constant rate.
    Constant,
}

/// Changing pictures get a keyframe this often, so that seeking stays quick.
const KEY_SECONDS: u64 = 10;
/// Unchanged pictures are cheap to decode, and a keyframe is most of their size.
const STILL_KEY_SECONDS: u64 = 300;

/// A grid frame that the video gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Placed {
    /// Presentation time in units of 1/fps.
    pub(super) pts: u64,
    pub(super) coding: Coding,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    /// On its own, so that playback can start here.
    Key,
    /// As a difference to the frame before.
    Inter,
    /// The frame before once more. Only stills or a keyframe may follow.
    Still,
}

/// Walks the grid.
#[derive(Debug)]
pub(super) struct Pacer {
    timing: Timing,
    fps: Fps,
    /// The number of grid frames seen.
    grid_frames: u64,
    last_placed: u64,
    last_key: Option<u64>,
    /// The picture has not changed since the last keyframe, or stills follow it already.
    resting: bool,
}

impl Pacer {
    pub(super) const fn new(timing: Timing, fps: Fps) -> Self {
        Self {
            timing,
            fps,
            grid_frames: 0,
            last_placed: 0,
            last_key: None,
            resting: false,
        }
    }

    /// Takes the next grid frame; `None` means that the frame before it lasts longer.
    pub(super) fn next(&mut self, changed: bool) -> Option<Placed> {
        let pts = self.grid_frames;
        self.grid_frames += 1;
        let due = match self.timing {
            Timing::Constant => true,
            // A rate below one a second rounds to zero: every grid frame is due.
            Timing::Variable => pts - self.last_placed >= self.frames_in(1),
        };
        let coding = match self.last_key.map(|key| pts - key) {
            None => Coding::Key,
            Some(age) if changed && (self.resting || age >= self.frames_in(KEY_SECONDS)) => Coding::Key,
            Some(_) if changed => Coding::Inter,
            Some(_) if !due => return None,
            Some(age) if age >= self.frames_in(STILL_KEY_SECONDS) => Coding::Key,
            Some(age) if self.resting || age >= self.frames_in(KEY_SECONDS) => Coding::Still,
            Some(_) => Coding::Inter,
        };
        self.last_placed = pts;
        self.resting = !changed && coding != Coding::Inter;
        if coding == Coding::Key {
            self.last_key = Some(pts);
        }
        Some(Placed { pts, coding })
    }

    pub(super) const fn grid_frames(&self) -> u64 {
        self.grid_frames
    }

    /// The whole grid frames in so many seconds.
    fn frames_in(&self, seconds: u64) -> u64 {
        seconds * u64::from(self.fps.num) / u64::from(self.fps.den)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The placed frames for `grid`, where `N` is a new picture and `-` a repeated one.
    fn place(timing: Timing, fps: Fps, grid: impl IntoIterator<Item = char>) -> Vec<(u64, Coding)> {
        let mut pacer = Pacer::new(timing, fps);
        let placed = grid.into_iter().filter_map(|frame| pacer.next(frame == 'N'));
        placed.map(|placed| (placed.pts, placed.coding)).collect()
    }

    fn times(timing: Timing, fps: Fps, grid: &str) -> Vec<u64> {
        place(timing, fps, grid.chars())
            .into_iter()
            .map(|(pts, _)| pts)
            .collect()
    }

    #[test]
    fn unchanged_frames_are_left_out_up_to_a_second() {
        use Timing::{Constant, Variable};
        let five = Fps::new(5, 1);
        for (timing, fps, grid, expected) in [
            (Variable, five, "N", vec![0]),
            (Variable, five, "NNN", vec![0, 1, 2]),
            (Variable, five, "N----", vec![0]),
            (Variable, five, "N-----", vec![0, 5]),
            (Variable, five, "N-N--------N", vec![0, 2, 7, 11]),
            (Variable, Fps::new(1, 2), "N--", vec![0, 1, 2]),
            (Variable, Fps::new(5000, 1001), "N---------", vec![0, 4, 8]),
            (Constant, five, "N--N-", vec![0, 1, 2, 3, 4]),
        ] {
            assert_eq!(times(timing, fps, grid), expected, "{grid} at {fps}");
        }
    }

    #[test]
    fn a_changed_picture_is_a_keyframe_ten_seconds_after_the_last() {
        let busy = place(Timing::Variable, Fps::new(5, 1), "N".repeat(120).chars());
        let keys: Vec<_> = busy.iter().filter(|(_, coding)| *coding == Coding::Key).collect();
        assert_eq!(keys, [&(0, Coding::Key), &(50, Coding::Key), &(100, Coding::Key)]);
    }

    #[test]
    fn a_still_picture_is_coded_as_such_until_a_keyframe() {
        let grid = format!("N{}NN", "-".repeat(312));
        let placed = place(Timing::Variable, Fps::new(1, 1), grid.chars());
        let run = |from: usize, to: usize, coding| placed[from..to].iter().all(|frame| frame.1 == coding);
        assert_eq!(placed.len(), 315);
        assert!(run(0, 1, Coding::Key) && run(1, 10, Coding::Inter) && run(10, 300, Coding::Still));
        assert!(run(300, 301, Coding::Key) && run(301, 313, Coding::Still));
        assert!(run(313, 314, Coding::Key) && run(314, 315, Coding::Inter));
    }
}
