//! What a page may be given beside its document: images, fonts and style sheets, from whoever provides them. The
//! gatekeeper asks; the stage `assets` answers.

use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::OwnedSemaphorePermit;
use url::Url;

/// What the page needs an address for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AssetKind {
    Image,
    Font,
    Stylesheet,
}

impl AssetKind {
    /// By CDP's `Network.ResourceType`; None for what no page is given.
    pub(super) fn of(resource_type: &str) -> Option<Self> {
        match resource_type {
            "Image" => Some(Self::Image),
            "Font" => Some(Self::Font),
            "Stylesheet" => Some(Self::Stylesheet),
            _ => None,
        }
    }
}

#[derive(Debug)]
pub enum AssetReply {
    Body {
        content_type: String,
        body: Arc<[u8]>,
        /// Dropped once the browser has the body; whoever provides others can wait for that.
        room: OwnedSemaphorePermit,
    },
    /// It is at another address, against which the relative addresses in it count.
    MovedTo(String),
}

pub type Answering<'a> = Pin<Box<dyn Future<Output = Option<AssetReply>> + Send + 'a>>;

/// Answers for all pages of all browsers of a render; the same question gets the same answer.
pub trait AssetProvider: Debug + Send + Sync {
    /// None where it cannot be had. `address` is absolute, or a path where the page has no address of its own.
    fn answer(&self, kind: AssetKind, address: String) -> Answering<'_>;

    /// How long all answers may take that a page waits for at once.
    fn patience(&self) -> Duration;
}

/// Where a page's assets come from.
#[derive(Debug, Clone)]
pub struct PageAssets {
    pub provider: Arc<dyn AssetProvider>,
    /// What relative addresses of the page are relative to, http or https.
    pub base: Option<Url>,
}
