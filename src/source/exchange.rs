//! Requests to one server, with everything that happens between them: pacing, waits that the server asks for, tries
//! after failures that may pass, and an end to all patience. `web` and `posthog` talk to servers through it.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::HeaderValue;
use tokio::time::{Instant, sleep};
use url::Url;

use super::http::{self, Client, Failure, Reply, Request};
use super::pace::{Pacer, Rate, backoff, retry_after};
use super::{SourceEvent, SourceObserver, SourceOptions, WaitReason};
use crate::error::{Error, Kind};

/// Why there are no bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The server's answer, with the wait that it asks for.
    Status {
        status: u16,
        wait: Option<Duration>,
    },
    Failure(Failure),
    /// Waiting for the server's limit would take longer than the patience that is left.
    RateLimited {
        wait: Duration,
    },
    OutOfPatience,
}

impl Refusal {
    /// Whether another try can help, soon.
    pub(super) const fn may_pass(&self) -> bool {
        match self {
            Self::Status { status, .. } => http::status_may_pass(*status),
            Self::Failure(failure) => failure.may_pass(),
            Self::RateLimited { .. } | Self::OutOfPatience => false,
        }
    }

    /// The refusal in general words; who knows what was asked for has better ones for most statuses.
    pub(super) fn into_error(self, host: &str) -> Error {
        match self {
            Self::Failure(failure) => failure.into_error(host),
            Self::Status {
                status: status @ (401 | 403),
                ..
            } => Error::new(
                Kind::AuthRefused,
                format!("{host} refuses access (status {status})"),
            ),
            Self::Status {
                status: status @ (404 | 410),
                ..
            } => Error::new(
                Kind::InputNotFound,
                format!("{host} has no such file (status {status})"),
            ),
            Self::Status { status, .. } if self.may_pass() => Error::new(
                Kind::SourceUnavailable,
                format!("{host} has a fault (status {status})"),
            )
            .hint("Try again later."),
            Self::Status { status, .. } => Error::new(
                Kind::InputNotFound,
                format!("{host} does not give this out (status {status})"),
            ),
            Self::RateLimited { wait } => Error::new(
                Kind::SourceUnavailable,
                format!(
                    "{host} wants no further request for {} s",
                    wait.as_secs_f64().ceil()
                ),
            )
            .hint("Run it again later, or let it wait with --patience SECONDS."),
            Self::OutOfPatience => Error::new(
                Kind::SourceUnavailable,
                format!("the recording did not arrive from {host} in time"),
            )
            .hint("Run it again later, or give it longer with --patience SECONDS."),
        }
    }
}

/// How long a reply may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Within {
    /// The timeout is for the whole reply.
    Timeout,
    /// The timeout is for each standstill; the patience for the whole.
    Patience,
}

pub(super) struct Exchange<'a> {
    client: Client,
    authorization: Option<HeaderValue>,
    pacer: Option<Pacer>,
    give_up: Instant,
    options: &'a SourceOptions,
    observer: &'a dyn SourceObserver,
}

impl<'a> Exchange<'a> {
    pub(super) fn new(options: &'a SourceOptions, observer: &'a dyn SourceObserver) -> Result<Self, Failure> {
        Ok(Self {
            client: Client::new(&options.allowed_hosts)?,
            authorization: None,
            pacer: None,
            give_up: Instant::now() + options.patience,
            options,
            observer,
        })
    }

    /// Sends this with every request.
    pub(super) fn authorized(mut self, authorization: HeaderValue) -> Self {
        self.authorization = Some(authorization);
        self
    }

    pub(super) fn paced(mut self, rate: Rate) -> Self {
        self.pacer = Some(Pacer::new(rate));
        self
    }

    pub(super) fn allows(&self, url: &Url) -> bool {
        self.client.allows(url)
    }

    pub(super) fn tell(&self, event: SourceEvent) {
        self.observer.on(event);
    }

    /// Asks until there is an answer that stays.
    pub(super) async fn get(
        &mut self,
        url: &Url,
        within: Within,
        max_bytes: u64,
    ) -> Result<Vec<u8>, Refusal> {
        let mut retries = 0;
        loop {
            let refusal = match self.ask(url, within, max_bytes).await {
                Ok(bytes) => return Ok(bytes),
                Err(refusal) => refusal,
            };
            if !refusal.may_pass() || retries == self.options.retries {
                return Err(refusal);
            }
            retries += 1;
            self.pause_after(&refusal, retries).await?;
        }
    }

    /// Asks once; only the server's limits are waited for.
    pub(super) async fn ask(
        &mut self,
        url: &Url,
        within: Within,
        max_bytes: u64,
    ) -> Result<Vec<u8>, Refusal> {
        let mut limited = 0;
        loop {
            self.keep_pace().await?;
            let reply = self.send(url, within, max_bytes).await?;
            let wait = reply.retry_after.as_deref();
            let wait = wait.and_then(|value| retry_after(value, Timestamp::now()));
            match reply.status {
                200..=299 => return Ok(reply.body),
                429 => {
                    limited += 1;
                    let wait = wait.unwrap_or_default().max(backoff(limited));
                    self.pause(wait, WaitReason::TooManyRequests).await?;
                }
                status => return Err(Refusal::Status { status, wait }),
            }
        }
    }

    async fn send(&mut self, url: &Url, within: Within, max_bytes: u64) -> Result<Reply, Refusal> {
        let left = self.give_up.saturating_duration_since(Instant::now());
        let timeout = self.options.timeout;
        let request = Request {
            url,
            authorization: self.authorization.as_ref(),
            known: None,
            max_bytes,
            idle: timeout,
            whole: match within {
                Within::Timeout => timeout.min(left),
                Within::Patience => left,
            },
        };
        match self.client.get(&request).await {
            Err(Failure::TimedOut) if Instant::now() >= self.give_up => Err(Refusal::OutOfPatience),
            result => result.map_err(Refusal::Failure),
        }
    }

    async fn keep_pace(&mut self) -> Result<(), Refusal> {
        let Some(pacer) = &mut self.pacer else {
            return Ok(());
        };
        let wait = pacer.wait(Instant::now());
        if !wait.is_zero() {
            self.pause(wait, WaitReason::Pace).await?;
        }
        if let Some(pacer) = &mut self.pacer {
            pacer.note(Instant::now());
        }
        Ok(())
    }

    /// Waits as the server asks, or as long as is usual before this retry; the first is 1.
    pub(super) async fn pause_after(&self, refusal: &Refusal, retry: u32) -> Result<(), Refusal> {
        let asked = match refusal {
            Refusal::Status { wait, .. } => wait.unwrap_or_default(),
            _ => Duration::ZERO,
        };
        match self.pause(asked.max(backoff(retry)), WaitReason::Failure).await {
            // What went wrong says more than that there is no time left to try again.
            Err(_) => Err(refusal.clone()),
            waited => waited,
        }
    }

    async fn pause(&self, wait: Duration, reason: WaitReason) -> Result<(), Refusal> {
        // A server may ask for more time than an `Instant` can be put off by.
        if wait > self.give_up.saturating_duration_since(Instant::now()) {
            return Err(match reason {
                WaitReason::Failure => Refusal::OutOfPatience,
                _ => Refusal::RateLimited { wait },
            });
        }
        self.tell(SourceEvent::Waiting { wait, reason });
        sleep(wait).await;
        Ok(())
    }
}
