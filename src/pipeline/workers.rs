//! The capture stage: one browser or several, each capturing segments of the same recording, for as long as it takes.
//! The first failure ends them all.

use std::iter;
use std::num::NonZeroUsize;
use std::ops::Range;
use std::sync::Arc;
use std::time::Instant;

use tokio::task::JoinSet;

use super::order::{Delivered, Delivery, SegmentQueue};
use super::threads::OwnThreads;
use super::{BrowserFacts, PictureSource, RenderEvent, RenderObserver, Subject, jobs, thread_failed};
use crate::assets::AssetsSummary;
use crate::browser::Browser;
use crate::capture::{CaptureMethod, CaptureStatistics, CaptureWay, FrameSink, capture, capture_synthetic};
use crate::error::Result;
use crate::player::{MissingAsset, Problems};
use crate::timeline::Workload;

#[derive(Debug)]
pub(super) struct CaptureSummary {
    pub(super) statistics: CaptureStatistics,
    pub(super) method: CaptureMethod,
    pub(super) problems: Problems,
    pub(super) assets: AssetsSummary,
    pub(super) browser: Option<BrowserFacts>,
    pub(super) startup_s: f64,
    pub(super) jobs: usize,
    pub(super) segments: usize,
}

impl CaptureSummary {
    /// Of a capture that has not begun.
    fn new(method: CaptureMethod) -> Self {
        Self {
            statistics: CaptureStatistics::default(),
            method,
            problems: Problems::default(),
            assets: AssetsSummary::default(),
            browser: None,
            startup_s: 0.0,
            jobs: 1,
            segments: 1,
        }
    }
}

/// Captures all frames into `sink`, in order, with so many browsers, or as many as suit. Ends early without an error when
/// that is closed.
pub(super) async fn capture_frames(
    subject: &Arc<Subject>,
    jobs: Option<NonZeroUsize>,
    observer: &dyn RenderObserver,
    sink: FrameSink,
) -> Result<CaptureSummary> {
    let mut summary = match &subject.source {
        PictureSource::Browser(ways) => capture_with_browsers(ways, subject, jobs, observer, sink).await?,
        PictureSource::Slideshow(slideshow) => {
            let all = iter::once(0..subject.plan.frame_count);
            let (statistics, problems) = subject.draw_slideshow(slideshow, all, observer, &sink).await?;
            CaptureSummary {
                statistics,
                problems,
                ..CaptureSummary::new(CaptureMethod::Slideshow)
            }
        }
        PictureSource::Synthetic => CaptureSummary {
            statistics: capture_synthetic(&subject.plan, &sink).await,
            ..CaptureSummary::new(CaptureMethod::Synthetic)
        },
    };
    summary.assets = subject.assets.summary();
    summary.problems.unite(missing(&summary.assets));
    Ok(summary)
}

async fn capture_with_browsers(
    ways: &[CaptureWay],
    subject: &Arc<Subject>,
    jobs: Option<NonZeroUsize>,
    observer: &dyn RenderObserver,
    sink: FrameSink,
) -> Result<CaptureSummary> {
    let begun = Instant::now();
    let (browser, way) = subject.start_browser(ways, observer).await?;
    let startup_s = begun.elapsed().as_secs_f64();
    let facts = BrowserFacts {
        version: browser.version().to_owned(),
        network_isolation: browser.network_isolation(),
        blocked_requests: 0,
        calls: 0,
    };
    let Workload {
        segments,
        expected_captures,
    } = Workload::of(&subject.plan, &subject.recording);
    let jobs = jobs
        .map_or_else(|| jobs::suitable(way.method, expected_captures), usize::from)
        .min(segments.len());
    observer.on(RenderEvent::BrowserStarted {
        version: browser.version(),
        method: way.method,
        jobs,
    });
    let mut summary = CaptureSummary {
        browser: Some(facts),
        startup_s,
        jobs,
        segments: segments.len(),
        ..CaptureSummary::new(way.method)
    };
    let workers = Workers::start(browser, way, subject, jobs, segments, sink)?;
    workers.finish(&mut summary).await?;
    Ok(summary)
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

    /// Waits until all is captured and delivered, or nobody takes it; adds what was done to `summary`.
    async fn finish(self, summary: &mut CaptureSummary) -> Result<()> {
        // The threads end last, when nobody waits for them any more.
        let Self {
            threads: _threads,
            mut tasks,
            delivery,
        } = self;
        let mut delivery = std::pin::pin!(delivery.deliver());
        tokio::select! {
            finished = join_all(&mut tasks, summary) => {
                finished?;
                delivery.await;
            }
            delivered = &mut delivery => {
                // Browsers that are still at work would notice only with their next frame.
                if delivered == Delivered::WhatThereWas {
                    join_all(&mut tasks, summary).await?;
                }
            }
        }
        Ok(())
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
async fn join_all(tasks: &mut JoinSet<Result<Done>>, summary: &mut CaptureSummary) -> Result<()> {
    while let Some(ended) = tasks.join_next().await {
        let done = ended.unwrap_or_else(|error| Err(thread_failed(&error)))?;
        summary.statistics += done.statistics;
        summary.problems.unite(done.problems);
        if let Some(facts) = &mut summary.browser {
            facts.blocked_requests = facts.blocked_requests.max(done.blocked_requests);
            facts.calls += done.calls;
        }
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
