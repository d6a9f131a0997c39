//! Addresses that a recording names: distinct ones, counted by their host. `lacks` keeps one [`Addresses`] for each
//! kind of asset.

use std::collections::{BTreeMap, HashSet};

use serde::Serialize;
use url::Url;

/// What a recording only names by address, each address counted once.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Elsewhere {
    pub count: u64,
    /// How many of them are `blob:` addresses, whose contents went with the recorded tab: nobody can fetch them.
    pub blobs: u64,
    /// The hosts of the others, those with most addresses first.
    pub hosts: Vec<HostCount>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HostCount {
    pub host: String,
    pub count: u64,
}

/// Whose address it is, if nothing better is known.
const UNKNOWN_HOST: &str = "unknown host";

/// The addresses met so far.
#[derive(Debug, Default)]
pub(super) struct Addresses {
    known: HashSet<String>,
    blobs: u64,
    hosts: BTreeMap<String, u64>,
}

impl Addresses {
    /// Takes in an address as it stands in a page at `base`.
    pub(super) fn note(&mut self, base: Option<&Url>, address: &str) {
        let address = address.trim();
        // A part of a picture is no picture of its own; a part of the page itself lacks nothing.
        let address = address.split('#').next().unwrap_or(address);
        // Only absolute addresses are known, so that a relative one is always looked at.
        if address.is_empty() || is_inside(address) || self.known.contains(address) {
            return;
        }
        let absolute = absolute(base, address);
        let key = absolute.as_ref().map_or(address, Url::as_str);
        if is_inside(key) || !self.known.insert(key.to_owned()) {
            return;
        }
        match absolute {
            Some(url) if url.scheme() == "blob" => self.blobs += 1,
            url => *self.hosts.entry(host(url.as_ref())).or_default() += 1,
        }
    }

    pub(super) fn into_elsewhere(self) -> Elsewhere {
        Elsewhere {
            count: self.known.len() as u64,
            blobs: self.blobs,
            hosts: by_count(self.hosts),
        }
    }
}

/// Hosts and how often each was met, the most frequent first.
pub(super) fn by_count(hosts: BTreeMap<String, u64>) -> Vec<HostCount> {
    let mut hosts: Vec<HostCount> = hosts
        .into_iter()
        .map(|(host, count)| HostCount { host, count })
        .collect();
    hosts.sort_by_key(|host| std::cmp::Reverse(host.count));
    hosts
}

/// Where an address in a page at `base` points to: a host with its port, or the scheme where there is no host.
pub(super) fn host_of(base: Option<&Url>, address: &str) -> String {
    host(absolute(base, address.trim()).as_ref())
}

fn absolute(base: Option<&Url>, address: &str) -> Option<Url> {
    Url::options().base_url(base).parse(address).ok()
}

fn host(url: Option<&Url>) -> String {
    let Some(url) = url else {
        return UNKNOWN_HOST.to_owned();
    };
    let scheme = url.scheme();
    let place = match (url.host_str(), url.port()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (Some(host), None) => host.to_owned(),
        (None, _) => return format!("{scheme}:"),
    };
    match scheme {
        "http" | "https" => place,
        _ => format!("{scheme}://{place}"),
    }
}

/// Whether what it stands for is in the recording, or is nothing that could be loaded.
fn is_inside(address: &str) -> bool {
    ["data:", "about:", "javascript:"].into_iter().any(|scheme| {
        address
            .get(..scheme.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    })
}

/// The addresses in a `srcset`; the rest of each candidate is its size.
pub(super) fn srcset(srcset: &str) -> impl Iterator<Item = &str> {
    let mut rest = srcset;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == ',');
        let end = rest.find(|c: char| c.is_ascii_whitespace()).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        let address = word.trim_end_matches(',');
        // A comma at the end of the address ends the candidate; else one after the size does.
        rest = if address.len() == word.len() {
            after.split_once(',').map_or("", |(_, next)| next)
        } else {
            after
        };
        (!address.is_empty()).then_some(address)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_address_counts_once_for_its_host() {
        let base = Url::parse("https://shop.test/a/b").unwrap();
        let mut addresses = Addresses::default();
        for address in [
            "https://cdn.test/x.png",
            "https://CDN.test/x.png#part",
            " https://cdn.test:8443/y.png",
            "/x.png",
            "https://shop.test/x.png",
            "//other.test/é.png",
            "c.png",
            "#gradient",
            "",
            "data:image/png;base64,AA",
            "DATA:,x",
            "about:blank",
            "blob:https://shop.test/1-2",
            "blob:https://shop.test/1-2",
            "chrome-extension://abc/x.png",
            "https://:80",
        ] {
            addresses.note(Some(&base), address);
        }
        addresses.note(None, "x.png");
        let elsewhere = addresses.into_elsewhere();
        let hosts: Vec<(&str, u64)> = elsewhere
            .hosts
            .iter()
            .map(|host| (host.host.as_str(), host.count))
            .collect();
        assert_eq!(
            hosts,
            [
                ("shop.test", 2),
                ("unknown host", 2),
                ("cdn.test", 1),
                ("cdn.test:8443", 1),
                ("chrome-extension://abc", 1),
                ("other.test", 1),
            ]
        );
        assert_eq!((elsewhere.count, elsewhere.blobs), (9, 1));
    }

    #[test]
    fn a_srcset_has_several() {
        for (text, expected) in [
            ("a.png 1x, b.png 2x", &["a.png", "b.png"][..]),
            ("a.png, b.png", &["a.png", "b.png"]),
            ("a,b.png 100w ,c.png", &["a,b.png", "c.png"]),
            (
                " data:image/png;base64,AA== 1x,x.png 2x",
                &["data:image/png;base64,AA==", "x.png"],
            ),
            (", ,", &[]),
            ("", &[]),
        ] {
            assert_eq!(srcset(text).collect::<Vec<_>>(), expected, "{text}");
        }
    }
}
