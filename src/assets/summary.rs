//! What became of the assets of a render, for the report and for people.

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use serde::Serialize;
use url::Url;

use super::{Missing, Outcome};
use crate::browser::AssetKind;
use crate::source::http;

/// Where an asset came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    Given,
    Cache,
    Network,
    /// It is another asset under the address that it moved to.
    Redirect,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct AssetsSummary {
    pub fetched: u64,
    pub fetched_bytes: u64,
    /// That were fetched from, in order.
    pub hosts: Vec<String>,
    pub cached: u64,
    pub given: u64,
    pub missing: u64,
    /// Missing, too, and not in the list: addresses beyond [`MOST_ADDRESSES`](super::MOST_ADDRESSES).
    pub not_asked: u64,
    /// Seconds for which anything was under way.
    pub waited_s: f64,
    /// In the order of their addresses.
    pub list: Vec<AssetEntry>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct AssetEntry {
    /// Without query and fragment.
    pub url: String,
    /// The policy directive that it falls under: `img-src`, `font-src` or `style-src-elem`.
    pub kind: &'static str,
    pub status: Status,
    pub bytes: u64,
    /// Why it is missing.
    pub reason: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    Given,
    Cached,
    Fetched,
    Missing,
}

impl AssetsSummary {
    pub(super) fn of<'a>(
        outcomes: impl Iterator<Item = (AssetKind, &'a str, &'a Outcome)>,
        waited: Duration,
    ) -> Self {
        let mut hosts = BTreeSet::new();
        let mut list = Vec::new();
        for (kind, address, outcome) in outcomes {
            let (status, bytes, reason) = match outcome {
                Ok(kept) => {
                    let status = match kept.origin {
                        Origin::Given => Status::Given,
                        Origin::Cache => Status::Cached,
                        Origin::Network => Status::Fetched,
                        Origin::Redirect => continue,
                    };
                    (status, kept.bytes, None)
                }
                Err(missing) => (Status::Missing, 0, Some(missing.to_string())),
            };
            let url = Url::parse(address).ok();
            if status == Status::Fetched {
                hosts.extend(url.as_ref().map(http::authority));
            }
            let path = address.split(['?', '#']).next().unwrap_or_default();
            list.push(AssetEntry {
                url: url.as_ref().map_or_else(|| path.to_owned(), http::shown),
                kind: directive(kind),
                status,
                bytes,
                reason,
            });
        }
        list.sort();
        let count = |status| list.iter().filter(|entry| entry.status == status).count() as u64;
        Self {
            fetched: count(Status::Fetched),
            fetched_bytes: list
                .iter()
                .filter(|entry| entry.status == Status::Fetched)
                .map(|entry| entry.bytes)
                .sum(),
            hosts: hosts.into_iter().collect(),
            cached: count(Status::Cached),
            given: count(Status::Given),
            missing: count(Status::Missing),
            not_asked: 0,
            waited_s: waited.as_secs_f64(),
            list,
        }
    }
}

impl AssetsSummary {
    pub fn missing_entries(&self) -> impl Iterator<Item = &AssetEntry> {
        self.list.iter().filter(|entry| entry.status == Status::Missing)
    }
}

const fn directive(kind: AssetKind) -> &'static str {
    match kind {
        AssetKind::Image => "img-src",
        AssetKind::Font => "font-src",
        AssetKind::Stylesheet => "style-src-elem",
    }
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Relative => "a relative address, and the page has none of its own",
            Self::Address => "an address that is not fetched",
            Self::Offline => "nothing is fetched offline",
            Self::Private => "the host is in a private network or on this machine",
            Self::UnknownHost => "the host's name cannot be resolved",
            Self::DeadHost => "the host did not answer before",
            Self::Connect => "the host does not accept connections",
            Self::Tls => "no trusted encrypted connection to the host",
            Self::CutOff => "the reply was cut off",
            Self::Redirects => "too many redirects",
            Self::Status(status) => return write!(f, "the server answered with status {status}"),
            Self::TooLarge => "too large",
            Self::WrongType => "not of the type that was asked for",
            Self::TimedOut => "it did not arrive in time",
            Self::Spent => "the render's limit for assets was reached",
            Self::Unreadable => "the file that it was put into for the render cannot be read",
            Self::Setup => "this machine has no trusted certificates",
        })
    }
}
