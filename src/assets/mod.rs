//! Assets of the recording: images, fonts and style sheets that it only names by address. One [`Assets`] serves all
//! pages of all browsers of a render: what is given comes first, then the cache, then the network. Each address is
//! asked for once, and its answer stays.

mod allowance;
mod bodies;
mod cache;
mod content;
mod fetcher;
mod folder;
mod given;
mod har;
mod stopwatch;
mod summary;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::OnceCell;
use tokio::task::spawn_blocking;
use url::Url;

use bodies::{Bodies, Body};
use cache::{Cached, DiskCache, Freshness};
use content::Found;
use fetcher::Fetcher;
use given::Given;
use summary::Origin;

use crate::browser::{Answering, AssetKind, AssetProvider, AssetReply};
use crate::error::Result;
use crate::source::{AllowedHost, http};

pub use fetcher::Limits;
pub use summary::{AssetEntry, AssetsSummary, Status};

/// Whatever a recording names beyond this many addresses is missing.
const MOST_ADDRESSES: usize = 5000;

/// Where assets may come from.
#[derive(Debug, Clone)]
pub struct AssetOptions {
    /// Fetches nothing; what is given or in the cache is used.
    pub offline: bool,
    /// Folders and HAR files, looked into in this order.
    pub given: Vec<PathBuf>,
    /// The folder of the cache; None keeps nothing.
    pub cache: Option<PathBuf>,
    /// Hosts that may have private addresses.
    pub allowed_hosts: Vec<AllowedHost>,
    pub limits: Limits,
}

/// Why an asset is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Missing {
    /// A relative address, and nobody knows of what page.
    Relative,
    /// An address that is not fetched, or a redirect to one.
    Address,
    Offline,
    Private,
    UnknownHost,
    /// The host was asked before, in vain.
    DeadHost,
    Connect,
    Tls,
    CutOff,
    Redirects,
    Status(u16),
    TooLarge,
    /// Not an image, a font or a style sheet, whichever was wanted.
    WrongType,
    TimedOut,
    /// The render has spent all its time, bytes or requests for assets.
    Spent,
    /// This machine has no trusted certificates.
    Setup,
}

/// An asset as it was obtained.
#[derive(Debug)]
struct Held {
    origin: Origin,
    content_type: String,
    body: Arc<[u8]>,
    /// Only of style sheets.
    moved_to: Option<String>,
}

/// An asset as pages are given it, whenever they ask.
#[derive(Debug, Clone)]
struct Kept {
    origin: Origin,
    content_type: String,
    bytes: u64,
    body: Body,
    /// Only of style sheets.
    moved_to: Option<String>,
}

type Question = (AssetKind, String);
type Outcome = std::result::Result<Kept, Missing>;

#[derive(Debug)]
pub struct Assets {
    given: Arc<Given>,
    cache: Option<DiskCache>,
    /// None fetches nothing.
    fetcher: Option<Fetcher>,
    bodies: Arc<Bodies>,
    asked: Mutex<HashMap<Question, Arc<OnceCell<Outcome>>>>,
}

impl Assets {
    /// Reads what is given and opens the cache, which can take a moment. Without a cache that can be used all is
    /// fetched.
    pub fn open(options: &AssetOptions) -> Result<Self> {
        let cache = options
            .cache
            .as_deref()
            .and_then(|folder| DiskCache::open(folder, options.limits.total_bytes).ok());
        Ok(Self {
            given: Arc::new(Given::open(&options.given)?),
            bodies: Arc::new(Bodies::new(cache.as_ref().map(|cache| cache.folder().to_owned()))),
            cache,
            fetcher: (!options.offline).then(|| Fetcher::new(options.allowed_hosts.clone(), options.limits)),
            asked: Mutex::default(),
        })
    }

    /// What became of all that was asked for so far.
    pub fn summary(&self) -> AssetsSummary {
        let asked = self.asked();
        let outcomes = asked
            .iter()
            .filter_map(|((kind, address), outcome)| Some((*kind, address.as_str(), outcome.get()?)));
        let waited = self.fetcher.as_ref().map(Fetcher::waited).unwrap_or_default();
        AssetsSummary::of(outcomes, waited)
    }

    async fn reply(&self, kind: AssetKind, address: String) -> Option<AssetReply> {
        let question = (kind, without_fragment(address));
        let cell = {
            let mut asked = self.asked();
            if asked.len() >= MOST_ADDRESSES && !asked.contains_key(&question) {
                return None;
            }
            Arc::clone(asked.entry(question.clone()).or_default())
        };
        let (kind, address) = question;
        let obtained = async { Ok(self.kept(self.obtain(kind, &address).await?).await) };
        let outcome = cell.get_or_init(|| obtained).await;
        let kept = outcome.as_ref().ok()?;
        match &kept.moved_to {
            Some(moved_to) => {
                self.note_moved(kind, moved_to, kept);
                Some(AssetReply::MovedTo(moved_to.clone()))
            }
            None => Some(AssetReply::Body {
                content_type: kept.content_type.clone(),
                body: self.body(&kept.body).await?,
            }),
        }
    }

    async fn kept(&self, held: Held) -> Kept {
        let bytes = held.body.len() as u64;
        let (bodies, body) = (Arc::clone(&self.bodies), Arc::clone(&held.body));
        let body = spawn_blocking(move || bodies.keep(body)).await;
        Kept {
            origin: held.origin,
            content_type: held.content_type,
            bytes,
            body: body.unwrap_or(Body::Memory(held.body)),
            moved_to: held.moved_to,
        }
    }

    async fn body(&self, body: &Body) -> Option<Arc<[u8]>> {
        let (bodies, body) = (Arc::clone(&self.bodies), body.clone());
        spawn_blocking(move || bodies.read(&body)).await.ok()?.ok()
    }

    /// The page asks at the other address next.
    fn note_moved(&self, kind: AssetKind, moved_to: &str, kept: &Kept) {
        let kept = Kept {
            origin: Origin::Redirect,
            moved_to: None,
            ..kept.clone()
        };
        let question = (kind, without_fragment(moved_to.to_owned()));
        let cell = Arc::new(OnceCell::new_with(Some(Ok(kept))));
        self.asked().entry(question).or_insert(cell);
    }

    async fn obtain(&self, kind: AssetKind, address: &str) -> std::result::Result<Held, Missing> {
        if let Some((declared, body)) = self.given(address).await {
            let content_type = content::accept(kind, declared.as_deref(), &body).ok_or(Missing::WrongType)?;
            return Ok(Held {
                origin: Origin::Given,
                content_type,
                body: body.into(),
                moved_to: None,
            });
        }
        let url = match Url::parse(address) {
            Ok(url) if http::has_credentials(&url) => return Err(Missing::Address),
            Ok(url) => url,
            Err(_) => return Err(Missing::Relative),
        };
        let cached = self.cached(&url).await;
        let from_cache = |cached: Cached| cached.held(kind, Origin::Cache);
        let Some(fetcher) = &self.fetcher else {
            return cached.map_or(Err(Missing::Offline), from_cache);
        };
        let cached = match cached {
            Some(cached) if cached.freshness() == Freshness::Fresh => return from_cache(cached),
            cached => cached,
        };
        let known = cached.as_ref().map(|cached| &cached.meta.validators);
        match (fetcher.fetch(&url, known).await, cached) {
            (Ok(Some(reply)), _) => {
                let may_keep = !reply.no_store;
                let arrived = Cached::new(kind, &url, reply);
                let held = arrived.held(kind, Origin::Network)?;
                if may_keep {
                    self.keep(&url, arrived).await;
                }
                Ok(held)
            }
            (Ok(None), Some(cached)) => {
                let cached = cached.checked_now();
                let held = cached.held(kind, Origin::Cache)?;
                self.keep(&url, cached).await;
                Ok(held)
            }
            (Ok(None), None) => Err(Missing::Status(304)),
            // What was there once is better than nothing.
            (Err(_), Some(cached)) => from_cache(cached),
            (Err(missing), None) => Err(missing),
        }
    }

    async fn given(&self, address: &str) -> Option<Found> {
        let given = Arc::clone(&self.given);
        let address = address.to_owned();
        spawn_blocking(move || given.find(&address)).await.ok().flatten()
    }

    async fn cached(&self, url: &Url) -> Option<Cached> {
        let cache = self.cache.clone()?;
        let url = url.clone();
        spawn_blocking(move || cache.get(&url)).await.ok().flatten()
    }

    /// A cache that cannot be written, for want of space or rights, is none.
    async fn keep(&self, url: &Url, arrived: Cached) {
        if let Some(cache) = self.cache.clone() {
            let url = url.clone();
            drop(spawn_blocking(move || cache.keep(&url, &arrived)).await);
        }
    }

    fn asked(&self) -> MutexGuard<'_, HashMap<Question, Arc<OnceCell<Outcome>>>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl AssetProvider for Assets {
    fn answer(&self, kind: AssetKind, address: String) -> Answering<'_> {
        Box::pin(self.reply(kind, address))
    }

    fn patience(&self) -> Duration {
        self.fetcher.as_ref().map_or(Duration::ZERO, Fetcher::patience)
    }
}

fn without_fragment(mut address: String) -> String {
    if let Some(end) = address.find('#') {
        address.truncate(end);
    }
    address
}
