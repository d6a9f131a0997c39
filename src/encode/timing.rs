//! Decides which places of the frame grid become frames of the video, and how each is coded. Pure.
//! `Video` asks it once for every grid frame, in order.

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

/// After this many changes comes a keyframe, so that seeking stays quick: what lies between is to be decoded first.
const KEY_CHANGES: u64 = 300;
/// A keyframe has to follow stills, so only a longer rest becomes stills.
const STILL_SECONDS: u64 = 10;
/// The most seconds between keyframes, whatever happens.
const KEY_SECONDS: u64 = 300;
/// The most seconds that a picture lasts where only changes are frames: a frame of WebP has at most 4 hours, one of APNG 18.
const CHANGE_SECONDS: u64 = 3600;

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
    /// After this many places of the grid a frame is due, changed or not.
    longest: u64,
    fps: Fps,
    /// The number of grid frames seen.
    grid_frames: u64,
    last_placed: u64,
    last_changed: u64,
    last_key: Option<u64>,
    changes_since_key: u64,
    /// The frame placed last is a still, or a keyframe among stills.
    resting: bool,
}

impl Pacer {
    pub(super) fn new(timing: Timing, fps: Fps) -> Self {
        Self::with_longest(
            match timing {
                Timing::Constant => 0,
                // A rate below one a second rounds to zero: every grid frame is due.
                Timing::Variable => frames_in(1, fps),
            },
            fps,
        )
    }

    /// For formats in which a picture lasts by itself: only what changed becomes a frame, for as long as a frame may last.
    pub(super) fn of_changes(fps: Fps) -> Self {
        Self::with_longest(frames_in(CHANGE_SECONDS, fps), fps)
    }

    const fn with_longest(longest: u64, fps: Fps) -> Self {
        Self {
            longest,
            fps,
            grid_frames: 0,
            last_placed: 0,
            last_changed: 0,
            last_key: None,
            changes_since_key: 0,
            resting: false,
        }
    }

    /// Takes the next grid frame; `None` means that the frame before it lasts longer.
    pub(super) fn next(&mut self, changed: bool) -> Option<Placed> {
        let pts = self.grid_frames;
        self.grid_frames += 1;
        let due = pts - self.last_placed >= self.longest;
        if changed {
            self.last_changed = pts;
            self.changes_since_key += 1;
        }
        let rests = self.resting || pts - self.last_changed >= self.frames_in(STILL_SECONDS);
        let coding = match self.last_key.map(|key| pts - key) {
            None => Coding::Key,
            Some(_) if changed && (self.resting || self.changes_since_key >= KEY_CHANGES) => Coding::Key,
            Some(_) if !changed && !due => return None,
            Some(age) if age >= self.frames_in(KEY_SECONDS) => Coding::Key,
            Some(_) if changed || !rests => Coding::Inter,
            Some(_) => Coding::Still,
        };
        self.last_placed = pts;
        self.resting = !changed && rests;
        if coding == Coding::Key {
            self.last_key = Some(pts);
            self.changes_since_key = 0;
        }
        Some(Placed { pts, coding })
    }

    fn frames_in(&self, seconds: u64) -> u64 {
        frames_in(seconds, self.fps)
    }
}

/// The whole grid frames in this many seconds.
pub(super) fn frames_in(seconds: u64, fps: Fps) -> u64 {
    seconds * u64::from(fps.num) / u64::from(fps.den)
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
    fn where_pictures_last_only_changes_are_frames() {
        let mut pacer = Pacer::of_changes(Fps::new(5, 1));
        let grid = format!("N{}N-N{}", "-".repeat(2000), "-".repeat(2000));
        let placed = grid.chars().filter_map(|frame| pacer.next(frame == 'N'));
        assert!(placed.map(|placed| placed.pts).eq([0, 2001, 2003]));
        let mut pacer = Pacer::of_changes(Fps::new(1, 2));
        let placed = (0..4000).filter_map(|place| pacer.next(place == 0));
        assert!(placed.map(|placed| placed.pts).eq([0, 1800, 3600]));
    }

    #[test]
    fn changing_pictures_get_a_keyframe_after_so_many_changes() {
        for (sketch, expected) in [
            ("N".repeat(700), vec![0, 300, 600]),
            ("N-".repeat(350), vec![0, 600]),
        ] {
            let placed = place(Timing::Variable, Fps::new(30, 1), sketch.chars());
            let keys = placed.iter().filter(|(_, coding)| *coding == Coding::Key);
            assert!(
                keys.map(|(pts, _)| *pts).eq(expected.iter().copied()),
                "{placed:?}"
            );
        }
    }

    #[test]
    fn a_still_picture_is_coded_as_such_until_a_keyframe() {
        let grid = format!("N{}NN{}N", "-".repeat(312), "-".repeat(9));
        let placed = place(Timing::Variable, Fps::new(1, 1), grid.chars());
        let run = |from: usize, to: usize, coding| placed[from..to].iter().all(|frame| frame.1 == coding);
        assert_eq!(placed.len(), 325);
        assert!(run(0, 1, Coding::Key) && run(1, 10, Coding::Inter) && run(10, 300, Coding::Still));
        assert!(run(300, 301, Coding::Key) && run(301, 313, Coding::Still));
        assert!(run(313, 314, Coding::Key) && run(314, 325, Coding::Inter));
    }
}
