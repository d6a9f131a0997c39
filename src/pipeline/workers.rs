//! The capture stage: one browser or several, each capturing segments of the same recording, for as long as it takes.
//! The first failure ends them all.

use std::iter;
use std::num::NonZeroUsize;
use std::ops::Range;
use std::sync::Arc;
use std::time::Instant;

use tokio::task::JoinSet;

use super::order::{Delivery, DeliveryEnd, SegmentQueue};
use super::threads::OwnThreads;
use super::{
    BrowserFacts, PictureOrigin, PictureSource, RenderEvent, RenderObserver, Subject, jobs, thread_failed,
};
use crate::assets::AssetsSummary;
use crate::browser::Browser;
use crate::capture::{CaptureStatistics, CaptureWay, CaptureWays, FrameSink, capture, capture_synthetic};
use crate::error::Result;
use crate::player::{MissingAsset, Problems};
use crate::timeline::Workload;

/// What a finished capture was.
#[derive(Debug)]
pub struct CaptureSummary {
    pub origin: PictureOrigin,
    pub statistics: CaptureStatistics,
    pub problems: Problems,
    pub assets: AssetsSummary,
    /// Seconds until the first picture could be taken.
    pub startup_s: f64,
    /// Browsers that took part, and segments of frames that they shared; 1 of each where none was needed.
    pub jobs: usize,
    pub segments: usize,
}

impl CaptureSummary {
    /// Of pictures that no browser took, and that needed no assets.
    fn without_browser(origin: PictureOrigin, statistics: CaptureStatistics, problems: Problems) -> Self {
        Self {
            origin,
            statistics,
            problems,
            assets: AssetsSummary::default(),
            startup_s: 0.0,
            jobs: 1,
            segments: 1,
        }
    }
}

/// Captures all frames into `sink`, in order, with `jobs` browsers, or as many as suit. Ends early without an error when
/// that is closed.
pub(super) async fn capture_frames(
    subject: &Arc<Subject>,
    jobs: Option<NonZeroUsize>,
    observer: &dyn RenderObserver,
    sink: FrameSink,
) -> Result<CaptureSummary> {
    match &subject.source {
        PictureSource::Browser(ways) => capture_with_browsers(ways, subject, jobs, observer, sink).await,
        PictureSource::Slideshow(slideshow) => {
            let all = iter::once(0..subject.plan.frame_count);
            let (statistics, problems) = subject.draw_slideshow(slideshow, all, observer, &sink).await?;
            let origin = PictureOrigin::Slideshow;
            Ok(CaptureSummary::without_browser(origin, statistics, problems))
        }
        PictureSource::Synthetic => {
            let statistics = capture_synthetic(&subject.plan, &sink).await;
            let (origin, problems) = (PictureOrigin::Synthetic, Problems::default());
            Ok(CaptureSummary::without_browser(origin, statistics, problems))
        }
    }
}

async fn capture_with_browsers(
    ways: &CaptureWays,
    subject: &Arc<Subject>,
    jobs: Option<NonZeroUsize>,
    observer: &dyn RenderObserver,
    sink: FrameSink,
) -> Result<CaptureSummary> {
    let begun = Instant::now();
    let (browser, way) = subject.start_browser(ways, observer).await?;
    let startup_s = begun.elapsed().as_secs_f64();
    let (version, network_isolation) = (browser.version().to_owned(), browser.network_isolation());
    let Workload {
        segments,
        expected_captures,
    } = Workload::of(&subject.plan, &subject.recording);
    let jobs = jobs
        .map_or_else(|| jobs::suitable(way.method, expected_captures), usize::from)
        .min(segments.len());
    observer.on(RenderEvent::BrowserStarted {
        version: &version,
        method: way.method,
        jobs,
    });
    let segment_count = segments.len();
    let workers = Workers::start(browser, way, subject, jobs, segments, sink)?;
    let done = workers.finish().await?;
    let facts = BrowserFacts {
        version,
        network_isolation,
        blocked_requests: done.blocked_requests,
        calls: done.calls,
    };
    let assets = subject.assets.summary();
    let mut problems = done.problems;
    problems.unite(missing(&assets));
    Ok(CaptureSummary {
        origin: PictureOrigin::Browser {
            method: way.method,
            facts,
        },
        statistics: done.statistics,
        problems,
        assets,
        startup_s,
        jobs,
        segments: segment_count,
    })
}

/// The browsers at work, and what puts their frames in order.
struct Workers {
    tasks: JoinSet<Result<Done>>,
    delivery: Delivery,
    threads: OwnThreads,
}

impl Workers {
    /// The first works with `browser`, the others start one each.
    fn start(
        browser: Browser,
        way: &CaptureWay,
        subject: &Arc<Subject>,
        jobs: usize,
        segments: Vec<Range<u64>>,
        sink: FrameSink,
    ) -> Result<Self> {
        let (queue, taken) = SegmentQueue::new(segments);
        let queue = Arc::new(queue);
        let (delivery, sinks) = Delivery::new(taken, jobs, sink);
        let mut threads = OwnThreads::new();
        let mut tasks = JoinSet::new();
        let mut started = Some(browser);
        for (number, sink) in sinks.into_iter().enumerate() {
            let worker = Worker {
                number,
                way: way.clone(),
                subject: Arc::clone(subject),
                queue: Arc::clone(&queue),
                sink,
            };
            tasks.spawn(threads.start(worker.run(started.take()))?);
        }
        Ok(Self {
            tasks,
            delivery,
            threads,
        })
    }

    /// Waits until all is captured and delivered, or nobody takes it.
    async fn finish(self) -> Result<Done> {
        // The threads end last, when nobody waits for them any more.
        let Self {
            threads: _threads,
            mut tasks,
            delivery,
        } = self;
        let mut delivery = std::pin::pin!(delivery.deliver());
        let mut done = Done::default();
        tokio::select! {
            finished = join_all(&mut tasks, &mut done) => {
                finished?;
                delivery.await;
            }
            delivered = &mut delivery => {
                // Browsers that are still at work would notice only with their next frame.
                if delivered == DeliveryEnd::NoMoreFrames {
                    join_all(&mut tasks, &mut done).await?;
                }
            }
        }
        Ok(done)
    }
}

/// What could not be had, as a page tells of what it was refused.
fn missing(assets: &AssetsSummary) -> Problems {
    let missing = assets.missing_entries().map(|asset| MissingAsset {
        url: asset.url.clone(),
        kind: asset.kind.to_owned(),
        reason: asset.reason.clone(),
    });
    Problems {
        missing: missing.collect(),
        ..Problems::default()
    }
}

/// Waits for all, or for the first that fails.
async fn join_all(tasks: &mut JoinSet<Result<Done>>, all: &mut Done) -> Result<()> {
    while let Some(ended) = tasks.join_next().await {
        let done = ended.unwrap_or_else(|error| Err(thread_failed(&error)))?;
        all.statistics += done.statistics;
        all.problems.unite(done.problems);
        all.blocked_requests = all.blocked_requests.max(done.blocked_requests);
        all.calls += done.calls;
    }
    Ok(())
}

/// One browser's part.
struct Worker {
    number: usize,
    way: CaptureWay,
    subject: Arc<Subject>,
    queue: Arc<SegmentQueue>,
    sink: FrameSink,
}

/// What one browser did, or several together.
#[derive(Default)]
struct Done {
    statistics: CaptureStatistics,
    problems: Problems,
    blocked_requests: u64,
    calls: u64,
}

impl Worker {
    /// Captures segments for as long as there are any, with this browser or one of its own.
    async fn run(self, started: Option<Browser>) -> Result<Done> {
        let Self {
            number,
            way,
            subject,
            queue,
            sink,
        } = self;
        let browser = match started {
            Some(browser) => browser,
            None => way.start(subject.plan.canvas).await?,
        };
        let mut players = subject.players(&browser);
        let segments = std::iter::from_fn(move || queue.take(number));
        let statistics = capture(way.method, &browser, &mut players, &subject.plan, segments, &sink).await?;
        drop(sink);
        let (problems, blocked_requests) = players.finish().await?;
        Ok(Done {
            statistics,
            problems,
            blocked_requests,
            calls: browser.calls(),
        })
    }
}
