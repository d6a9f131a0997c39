//! Where pictures come from: what may be tried before a render, and what was used after it.

use crate::browser::NetworkIsolation;
use crate::capture::{CaptureMethod, CaptureWays};
use crate::timeline::Slideshow;

/// Where pictures are to come from.
#[derive(Debug)]
pub enum PictureSource {
    /// A browser, in the first of these ways that works.
    Browser(CaptureWays),
    /// The screenshots of a mobile app as they were recorded.
    Slideshow(Slideshow),
    /// They are made up, for tests of everything else.
    Synthetic,
}

/// Where the pictures of a finished render came from.
#[derive(Debug, Clone)]
pub enum PictureOrigin {
    Browser {
        method: CaptureMethod,
        facts: BrowserFacts,
    },
    Slideshow,
    Synthetic,
}

#[derive(Debug, Clone, serde::Serialize)]
pub struct BrowserFacts {
    pub version: String,
    pub network_isolation: NetworkIsolation,
    pub blocked_requests: u64,
    /// Commands of the DevTools protocol, from the start to the end.
    pub calls: u64,
}

impl PictureOrigin {
    /// As reports give it.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Browser { method, .. } => method.name(),
            Self::Slideshow => "slideshow",
            Self::Synthetic => "synthetic",
        }
    }

    /// None where none was needed.
    pub const fn browser(&self) -> Option<&BrowserFacts> {
        match self {
            Self::Browser { facts, .. } => Some(facts),
            Self::Slideshow | Self::Synthetic => None,
        }
    }
}
