//! Threads for work that would keep others from theirs: a browser's display is looked at until a frame is there. `workers`
//! has one for each browser.

use std::thread;
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use tokio::sync::{oneshot, watch};

use crate::error::{Error, Kind, Result};

/// How long work may take to see that nobody wants it: it does so only between two steps.
const MAY_END: Duration = Duration::from_secs(2);
const PAUSE: Duration = Duration::from_millis(1);

/// Dropped, it ends the work and waits for that: the runtime, which may go next, is needed to end well.
pub(super) struct OwnThreads {
    wanted: watch::Sender<bool>,
    threads: Vec<thread::JoinHandle<()>>,
}

impl OwnThreads {
    pub(super) fn new() -> Self {
        Self {
            wanted: watch::Sender::new(true),
            threads: Vec::new(),
        }
    }

    /// Starts `work` on a thread of its own, and gives what it will give.
    pub(super) fn start<T: Send + 'static>(
        &mut self,
        work: impl Future<Output = Result<T>> + Send + 'static,
    ) -> Result<impl Future<Output = Result<T>> + Send + 'static> {
        let runtime = Handle::current();
        let mut wanted = self.wanted.subscribe();
        let (done, result) = oneshot::channel();
        let work = move || {
            runtime.block_on(async {
                tokio::select! {
                    biased;
                    _ = wanted.wait_for(|wanted| !wanted) => {}
                    // Nobody waits for it when another failed before.
                    result = work => drop(done.send(result)),
                }
            });
        };
        let thread = thread::Builder::new().name("browser".into()).spawn(work);
        self.threads
            .push(thread.map_err(|source| Error::io("starting a thread", source))?);
        let broke_down = |_| Error::new(Kind::Internal, "the thread of a browser broke down");
        Ok(async move { result.await.map_err(broke_down)? })
    }
}

impl Drop for OwnThreads {
    fn drop(&mut self) {
        self.wanted.send_replace(false);
        let begun = Instant::now();
        while self.threads.iter().any(|thread| !thread.is_finished()) && begun.elapsed() < MAY_END {
            thread::sleep(PAUSE);
        }
    }
}
