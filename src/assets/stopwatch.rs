//! How long a render has had any asset under way: what it may spend is limited. Used by `fetcher`.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

#[derive(Debug, Default)]
pub(super) struct Stopwatch(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    running: usize,
    /// Since when something has been running without a break.
    since: Option<Instant>,
    before: Duration,
}

impl Stopwatch {
    /// Runs until the result is dropped; several at a time count once.
    pub(super) fn run(&self) -> Running<'_> {
        let mut state = self.state();
        state.running += 1;
        state.since.get_or_insert_with(Instant::now);
        Running(self)
    }

    pub(super) fn spent(&self) -> Duration {
        let state = self.state();
        state.before + state.since.map(|since| since.elapsed()).unwrap_or_default()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(super) struct Running<'a>(&'a Stopwatch);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.running -= 1;
        if state.running == 0
            && let Some(since) = state.since.take()
        {
            state.before += since.elapsed();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::thread::sleep;

    use super::*;

    #[test]
    fn several_at_a_time_count_once_and_pauses_do_not() {
        let watch = Stopwatch::default();
        let nap = Duration::from_millis(20);
        let first = watch.run();
        let second = watch.run();
        drop(first);
        sleep(nap);
        drop(second);
        let spent = watch.spent();
        assert!(spent >= nap);
        sleep(nap);
        assert_eq!(watch.spent(), spent);
        drop(watch.run());
        assert!(watch.spent() >= spent);
    }
}
