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

use std::collections::{HashMap, HashSet};
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OnceCell, Semaphore};
use tokio::task::spawn_blocking;
use url::Url;

use bodies::{Bodies, Body};
use cache::{Cached, DiskCache, Freshness};
use fetcher::Fetcher;
use given::Given;
use summary::Origin;

use crate::browser::{Answering, AssetKind, AssetProvider, AssetReply};
use crate::error::Result;
use crate::source::http::{Reply, Validators};
use crate::source::{AllowedHost, http};

pub use fetcher::Limits;
pub use summary::{AssetEntry, AssetsSummary, Status};

/// Whatever a recording names beyond this many addresses is missing.
pub const MOST_ADDRESSES: usize = 5000;
/// Bodies on their way to all browsers together, in bytes. Each is there in three forms while it is sent: as it is, as
/// base64, and in a message. A larger one goes alone.
const MOST_UNDER_WAY: u32 = 24 << 20;
/// This many bodies at a time are read from what is given or in the cache, or kept.
const AT_A_TIME: usize = 2;

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
    /// It was there, and the file that it was put into for the render cannot be read.
    Unreadable,
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

/// What the cache has of an address.
#[derive(Debug)]
struct Known {
    validators: Validators,
    freshness: Freshness,
    outcome: Outcome,
}

type Question = (AssetKind, String);
type Outcome = std::result::Result<Kept, Missing>;

#[derive(Debug)]
pub struct Assets {
    given: Arc<Given>,
    cache: Option<DiskCache>,
    /// None fetches nothing.
    fetcher: Option<Fetcher>,
    /// How long all answers may take together. Files that are given count as well: they have to be read.
    patience: Duration,
    bodies: Arc<Bodies>,
    /// Bytes of [`MOST_UNDER_WAY`] that are left.
    room: Arc<Semaphore>,
    /// Of [`AT_A_TIME`], those that are free.
    slots: Semaphore,
    asked: Mutex<HashMap<Question, Arc<OnceCell<Outcome>>>>,
    /// Beyond [`MOST_ADDRESSES`], by hash: of these nothing else is kept.
    not_asked: Mutex<HashSet<blake3::Hash>>,
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
            patience: options.limits.total_time,
            room: Arc::new(Semaphore::new(MOST_UNDER_WAY as usize)),
            slots: Semaphore::new(AT_A_TIME),
            asked: Mutex::default(),
            not_asked: Mutex::default(),
        })
    }

    /// What became of all that was asked for so far.
    pub fn summary(&self) -> AssetsSummary {
        let asked = self.asked();
        let outcomes = asked
            .iter()
            .filter_map(|((kind, address), outcome)| Some((*kind, address.as_str(), outcome.get()?)));
        let waited = self.fetcher.as_ref().map(Fetcher::waited).unwrap_or_default();
        AssetsSummary {
            not_asked: self.not_asked().len() as u64,
            ..AssetsSummary::of(outcomes, waited)
        }
    }

    async fn reply(&self, kind: AssetKind, address: String) -> Option<AssetReply> {
        let question = (kind, without_fragment(address));
        let cell = {
            let mut asked = self.asked();
            if asked.len() >= MOST_ADDRESSES && !asked.contains_key(&question) {
                self.not_asked().insert(blake3::hash(question.1.as_bytes()));
                return None;
            }
            Arc::clone(asked.entry(question.clone()).or_default())
        };
        let (kind, address) = question;
        let outcome = cell.get_or_init(|| self.obtain(kind, &address)).await;
        let kept = outcome.as_ref().ok()?;
        if let Some(moved_to) = &kept.moved_to {
            self.note_moved(kind, moved_to, kept);
            return Some(AssetReply::MovedTo(moved_to.clone()));
        }
        let bytes = u32::try_from(kept.bytes).unwrap_or(u32::MAX);
        let room = Arc::clone(&self.room).acquire_many_owned(bytes.min(MOST_UNDER_WAY));
        let room = room.await.ok()?;
        let Some(body) = self.body(&kept.body).await else {
            let cell = OnceCell::new_with(Some(Err(Missing::Unreadable)));
            self.asked().insert((kind, address), Arc::new(cell));
            return None;
        };
        Some(AssetReply::Body {
            content_type: kept.content_type.clone(),
            room,
            body,
        })
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

    async fn obtain(&self, kind: AssetKind, address: &str) -> Outcome {
        if let Some(outcome) = self.given(kind, address).await {
            return outcome;
        }
        let url = match Url::parse(address) {
            Ok(url) if http::has_credentials(&url) => return Err(Missing::Address),
            Ok(url) => url,
            Err(_) => return Err(Missing::Relative),
        };
        let known = self.cached(kind, &url).await;
        let Some(fetcher) = &self.fetcher else {
            return known.map_or(Err(Missing::Offline), |known| known.outcome);
        };
        let known = match known {
            Some(known) if known.freshness == Freshness::Fresh => return known.outcome,
            known => known,
        };
        let validators = known.as_ref().map(|known| &known.validators);
        match (fetcher.fetch(&url, validators).await, known) {
            (Ok(Some(reply)), _) => self.arrived(kind, &url, reply).await,
            (Ok(None), Some(known)) => {
                let kept = known.outcome?;
                self.checked(&url).await;
                Ok(kept)
            }
            (Ok(None), None) => Err(Missing::Status(304)),
            // What was there once is better than nothing.
            (Err(_), Some(known)) => known.outcome,
            (Err(missing), None) => Err(missing),
        }
    }

    async fn given(&self, kind: AssetKind, address: &str) -> Option<Outcome> {
        let _slot = self.slots.acquire().await.ok()?;
        let given = Arc::clone(&self.given);
        let address = address.to_owned();
        let found = spawn_blocking(move || given.find(&address)).await;
        let (declared, body) = found.ok().flatten()?;
        let Some(content_type) = content::accept(kind, declared.as_deref(), &body) else {
            return Some(Err(Missing::WrongType));
        };
        let held = Held {
            origin: Origin::Given,
            content_type,
            body,
            moved_to: None,
        };
        Some(Ok(self.kept(held).await))
    }

    async fn cached(&self, kind: AssetKind, url: &Url) -> Option<Known> {
        let cache = self.cache.clone()?;
        let _slot = self.slots.acquire().await.ok()?;
        let url = url.clone();
        let cached = spawn_blocking(move || cache.get(&url)).await.ok().flatten()?;
        let (freshness, held) = (cached.freshness(), cached.held(kind, Origin::Cache));
        Some(Known {
            validators: cached.meta.validators,
            freshness,
            outcome: match held {
                Ok(held) => Ok(self.kept(held).await),
                Err(missing) => Err(missing),
            },
        })
    }

    async fn arrived(&self, kind: AssetKind, url: &Url, reply: Reply) -> Outcome {
        let _slot = self.slots.acquire().await;
        let may_keep = !reply.no_store;
        let arrived = Cached::new(kind, url, reply);
        let held = arrived.held(kind, Origin::Network)?;
        if may_keep {
            self.with_cache(url, move |cache, url| cache.keep(url, &arrived))
                .await;
        }
        Ok(self.kept(held).await)
    }

    /// Notes that the server has confirmed what is in the cache.
    async fn checked(&self, url: &Url) {
        let _slot = self.slots.acquire().await;
        self.with_cache(url, DiskCache::checked).await;
    }

    /// A cache that cannot be written, for want of space or rights, is none.
    async fn with_cache<F>(&self, url: &Url, write: F)
    where
        F: FnOnce(&DiskCache, &Url) -> io::Result<()> + Send + 'static,
    {
        if let Some(cache) = self.cache.clone() {
            let url = url.clone();
            drop(spawn_blocking(move || write(&cache, &url)).await);
        }
    }

    fn asked(&self) -> MutexGuard<'_, HashMap<Question, Arc<OnceCell<Outcome>>>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn not_asked(&self) -> MutexGuard<'_, HashSet<blake3::Hash>> {
        self.not_asked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl AssetProvider for Assets {
    fn answer(&self, kind: AssetKind, address: String) -> Answering<'_> {
        Box::pin(self.reply(kind, address))
    }

    fn patience(&self) -> Duration {
        self.patience
    }
}

fn without_fragment(mut address: String) -> String {
    if let Some(end) = address.find('#') {
        address.truncate(end);
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offline() -> Assets {
        Assets::open(&AssetOptions {
            offline: true,
            given: Vec::new(),
            cache: None,
            allowed_hosts: Vec::new(),
            limits: Limits::default(),
        })
        .unwrap()
    }

    fn image(assets: &Assets, address: String) -> Option<AssetReply> {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(assets.reply(AssetKind::Image, address))
    }

    #[test]
    fn what_can_no_longer_be_read_is_missing() {
        let (assets, address) = (offline(), "https://h.test/a.png".to_owned());
        let kept = Kept {
            origin: Origin::Cache,
            content_type: "image/png".into(),
            bytes: 5,
            body: Body::File { begin: 0, bytes: 5 },
            moved_to: None,
        };
        let cell = Arc::new(OnceCell::new_with(Some(Ok(kept))));
        assets.asked().insert((AssetKind::Image, address.clone()), cell);
        assert!(image(&assets, address).is_none());
        let summary = assets.summary();
        let reason = summary.list[0].reason.as_deref();
        assert_eq!((summary.cached, summary.missing), (0, 1));
        assert!(reason.is_some_and(|reason| reason.contains("cannot be read")));
    }

    #[test]
    fn addresses_beyond_the_most_are_counted_once() {
        let assets = offline();
        for number in (0..MOST_ADDRESSES + 2).chain([0, MOST_ADDRESSES]) {
            let address = format!("https://h.test/{number}.png#part");
            assert!(image(&assets, address).is_none(), "{number}");
        }
        let summary = assets.summary();
        assert_eq!(
            (summary.list.len(), summary.missing, summary.not_asked),
            (MOST_ADDRESSES, MOST_ADDRESSES as u64, 2)
        );
    }

    #[test]
    fn what_is_given_may_take_as_long_as_what_is_fetched() {
        for offline in [false, true] {
            let limits = Limits::default();
            let assets = Assets::open(&AssetOptions {
                offline,
                given: Vec::new(),
                cache: None,
                allowed_hosts: Vec::new(),
                limits,
            });
            assert_eq!(
                assets.unwrap().patience(),
                limits.total_time,
                "offline: {offline}"
            );
        }
    }
}
