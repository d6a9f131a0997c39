//! Fetches assets from the network, through the one client of `source::http`, within the limits of a render: bytes,
//! number, time, and no second visit to a host that does not answer.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep, timeout_at};
use url::Url;

use super::Missing;
use super::stopwatch::Stopwatch;
use crate::source::AllowedHost;
use crate::source::http::{self, Client, Failure, Reply, Request, Validators};

const AT_A_TIME: usize = 16;
/// Before the second and last try.
const PAUSE: Duration = Duration::from_millis(200);

/// What the assets of one render may cost.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    pub asset_bytes: u64,
    pub total_bytes: u64,
    pub count: u64,
    /// For one asset, redirects and the second try included.
    pub asset_time: Duration,
    /// For all of them, as long as any is under way.
    pub total_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            asset_bytes: 10 << 20,
            total_bytes: 200 << 20,
            count: 2000,
            asset_time: Duration::from_secs(10),
            total_time: Duration::from_secs(60),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Host {
    Alive,
    Dead,
}

#[derive(Debug)]
pub(super) struct Fetcher {
    allowed: Vec<AllowedHost>,
    limits: Limits,
    /// Made when it is first needed: where nothing is fetched, nothing has to be set up.
    client: OnceLock<Result<Client, Failure>>,
    slots: Semaphore,
    watch: Stopwatch,
    count: AtomicU64,
    bytes: AtomicU64,
    /// By host and port.
    hosts: Mutex<HashMap<String, Host>>,
}

impl Fetcher {
    pub(super) fn new(allowed: Vec<AllowedHost>, limits: Limits) -> Self {
        Self {
            allowed,
            limits,
            client: OnceLock::new(),
            slots: Semaphore::new(AT_A_TIME),
            watch: Stopwatch::default(),
            count: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            hosts: Mutex::default(),
        }
    }

    /// No fetch takes longer.
    pub(super) const fn patience(&self) -> Duration {
        self.limits.total_time
    }

    /// For how long anything was under way.
    pub(super) fn waited(&self) -> Duration {
        self.watch.spent()
    }

    /// None where what is known is still so.
    pub(super) async fn fetch(
        &self,
        url: &Url,
        known: Option<&Validators>,
    ) -> Result<Option<Reply>, Missing> {
        let _running = self.watch.run();
        let left = self.limits.total_time.saturating_sub(self.watch.spent());
        let whole_end = Instant::now() + left;
        let slot = timeout_at(whole_end, self.slots.acquire()).await;
        let Ok(Ok(_slot)) = slot else {
            return Err(Missing::Spent);
        };
        let host = http::authority(url);
        if self.hosts().get(&host) == Some(&Host::Dead) {
            return Err(Missing::DeadHost);
        }
        if self.bytes.load(Ordering::Relaxed) >= self.limits.total_bytes
            || self.count.fetch_add(1, Ordering::Relaxed) >= self.limits.count
        {
            return Err(Missing::Spent);
        }
        let end = whole_end.min(Instant::now() + self.limits.asset_time);
        let mut reply = self.ask(url, known, end).await;
        if may_pass(&reply) && Instant::now() + PAUSE < end {
            sleep(PAUSE).await;
            reply = self.ask(url, known, end).await;
        }
        self.note_host(host, &reply);
        let reply = reply.map_err(Missing::from)?;
        self.bytes.fetch_add(reply.body.len() as u64, Ordering::Relaxed);
        match reply.status {
            200 => decoded(reply, self.limits.asset_bytes).map(Some),
            304 if known.is_some() => Ok(None),
            status => Err(Missing::Status(status)),
        }
    }

    async fn ask(&self, url: &Url, known: Option<&Validators>, end: Instant) -> Result<Reply, Failure> {
        let client = self.client.get_or_init(|| Client::new(&self.allowed));
        let left = end.saturating_duration_since(Instant::now());
        let request = Request {
            url,
            authorization: None,
            known: known.filter(|known| !known.is_empty()),
            max_bytes: self.limits.asset_bytes,
            idle: left,
            whole: left,
        };
        client.as_ref().map_err(Clone::clone)?.get(&request).await
    }

    /// A host that answered once is only slow when it does not answer the next time.
    fn note_host(&self, host: String, reply: &Result<Reply, Failure>) {
        let mut hosts = self.hosts();
        match reply {
            Err(Failure::Lookup | Failure::Connect | Failure::TimedOut) => {
                hosts.entry(host).or_insert(Host::Dead);
            }
            Err(Failure::Setup(_) | Failure::Private { .. }) => {}
            Ok(_) | Err(_) => {
                hosts.insert(host, Host::Alive);
            }
        }
    }

    fn hosts(&self) -> MutexGuard<'_, HashMap<String, Host>> {
        self.hosts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn may_pass(reply: &Result<Reply, Failure>) -> bool {
    match reply {
        Ok(reply) => matches!(reply.status, 408 | 425 | 500..=599),
        Err(failure) => failure.may_pass(),
    }
}

/// Some servers compress although they were asked not to.
fn decoded(mut reply: Reply, max_bytes: u64) -> Result<Reply, Missing> {
    use std::io::Read;

    match reply.content_encoding.as_deref().map(str::trim) {
        None | Some("" | "identity") => Ok(reply),
        Some("gzip" | "x-gzip") => {
            let mut body = Vec::new();
            flate2::read::MultiGzDecoder::new(reply.body.as_slice())
                .take(max_bytes + 1)
                .read_to_end(&mut body)
                .map_err(|_| Missing::CutOff)?;
            if body.len() as u64 > max_bytes {
                return Err(Missing::TooLarge);
            }
            reply.body = body;
            Ok(reply)
        }
        Some(_) => Err(Missing::WrongType),
    }
}

impl From<Failure> for Missing {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Private { .. } => Self::Private,
            Failure::Address { .. } => Self::Address,
            Failure::TooManyRedirects => Self::Redirects,
            Failure::Lookup => Self::UnknownHost,
            Failure::Connect => Self::Connect,
            Failure::Tls => Self::Tls,
            Failure::TimedOut => Self::TimedOut,
            Failure::CutOff => Self::CutOff,
            Failure::TooLarge => Self::TooLarge,
            Failure::Setup(_) => Self::Setup,
        }
    }
}
