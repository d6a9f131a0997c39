//! The capture stage: one browser or several, each capturing segments of the same recording, for as long as it takes.
//! The first failure ends them all.

use std::iter;
use std::num::NonZeroUsize;
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

/// Captures all frames into `sink`, in order, with so many browsers, or as many as suit. Ends early without an error when
/// that is closed.
pub(super) async fn capture_frames(
    subject: &Arc<Subject>,
    jobs: Option<NonZeroUsize>,
    observer: &dyn RenderObserver,
    sink: FrameSink,
) -> Result<CaptureSummary> {
    let begun = Instant::now();
    let plan = &subject.plan;
    let without_browser = |method, statistics, problems| CaptureSummary {
        statistics,
        method,
        problems,
        assets: subject.assets.summary(),
        browser: None,
        startup_s: 0.0,
        jobs: 1,
        segments: 1,
    };
    let ways = match &subject.source {
        PictureSource::Browser(ways) => ways,
        PictureSource::Slideshow(slideshow) => {
            let all = iter::once(0..plan.frame_count);
            let (statistics, problems) = subject.draw_slideshow(slideshow, all, observer, &sink).await?;
            return Ok(without_browser(CaptureMethod::Slideshow, statistics, problems));
        }
        PictureSource::Synthetic => {
            let statistics = capture_synthetic(plan, &sink).await;
            let problems = Problems::default();
            return Ok(without_browser(CaptureMethod::Synthetic, statistics, problems));
        }
    };
    let (browser, way) = subject.start_browser(ways, observer).await?;
    let startup_s = begun.elapsed().as_secs_f64();
    let facts = BrowserFacts {
        version: browser.version().to_owned(),
        network_isolation: browser.network_isolation(),
        blocked_requests: 0,
        calls: 0,
    };

    let workload = Workload::of(plan, &subject.recording);
    let jobs = jobs.map_or_else(|| jobs::suitable(way.method, &workload), usize::from);
    let segments = workload.segments;
    let (jobs, segment_count) = (jobs.min(segments.len()), segments.len());
    observer.on(RenderEvent::BrowserStarted {
        version: browser.version(),
        method: way.method,
        jobs,
    });

    let (queue, taken) = SegmentQueue::new(segments);
    let queue = Arc::new(queue);
    let (delivery, sinks) = Delivery::new(taken, jobs, sink);
    let mut threads = OwnThreads::new();
    let mut workers = JoinSet::new();
    let mut started = Some(browser);
    for (number, sink) in sinks.into_iter().enumerate() {
        let worker = Worker {
            number,
            way: way.clone(),
            subject: Arc::clone(subject),
            queue: Arc::clone(&queue),
            sink,
        };
        workers.spawn(threads.start(worker.run(started.take()))?);
    }
    drop(queue);

    let mut summary = CaptureSummary {
        statistics: CaptureStatistics::default(),
        method: way.method,
        problems: Problems::default(),
        assets: AssetsSummary::default(),
        browser: Some(facts),
        startup_s,
        jobs,
        segments: segment_count,
    };
    let mut delivery = std::pin::pin!(delivery.deliver());
    tokio::select! {
        finished = finish(&mut workers, &mut summary) => {
            finished?;
            delivery.await;
        }
        delivered = &mut delivery => {
            // Browsers that are still at work would notice only with their next frame.
            if delivered == Delivered::WhatThereWas {
                finish(&mut workers, &mut summary).await?;
            }
        }
    }
    summary.assets = subject.assets.summary();
    summary.problems.unite(missing(&summary.assets));
    Ok(summary)
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
async fn finish(workers: &mut JoinSet<Result<Done>>, summary: &mut CaptureSummary) -> Result<()> {
    while let Some(ended) = workers.join_next().await {
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
