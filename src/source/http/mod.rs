//! The one client for http and https: GET only, public addresses only, checked where they are dialled and again on
//! each redirect, no cookies, no referrer, no credentials for another host. `web`, `posthog` and the stage `assets` ask
//! through it.

mod address;
mod allowed;
mod failure;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{
    ACCEPT_ENCODING, AUTHORIZATION, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderMap,
    HeaderName, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED, LOCATION, RETRY_AFTER,
};
use reqwest::redirect::Policy;
use rustls_platform_verifier::BuilderVerifierExt;
use serde::{Deserialize, Serialize};
use tokio::time::timeout;
use url::{Host, Url};

use crate::error::{Error, Kind, Result};

pub use allowed::AllowedHost;
pub(crate) use failure::{Failure, status_may_pass};

use failure::{ResolveError, classify};

pub(crate) const MOST_REDIRECTS: usize = 5;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const USER_AGENT: &str = concat!("replaycast/", env!("CARGO_PKG_VERSION"));

#[derive(Debug)]
pub(crate) struct Client {
    /// Dials public addresses only.
    guarded: reqwest::Client,
    /// Dials any address; for the allowed hosts alone.
    trusting: reqwest::Client,
    allowed: Vec<AllowedHost>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Request<'a> {
    pub(crate) url: &'a Url,
    /// Sent to the address' own origin, never to where it redirects.
    pub(crate) authorization: Option<&'a HeaderValue>,
    /// Of what is known already: the reply has status 304 and no body if that is still the same.
    pub(crate) known: Option<&'a Validators>,
    pub(crate) max_bytes: u64,
    /// How long the server may say nothing.
    pub(crate) idle: Duration,
    /// How long the whole reply may take.
    pub(crate) whole: Duration,
}

/// What tells one version of a reply from another, as the server wrote it (RFC 9110, section 8.8).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Validators {
    pub(crate) etag: Option<String>,
    pub(crate) last_modified: Option<String>,
}

#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    /// Where it came from, after all redirects.
    pub(crate) url: Url,
    /// As the server wrote it.
    pub(crate) retry_after: Option<String>,
    pub(crate) content_type: Option<String>,
    /// Although none was asked for.
    pub(crate) content_encoding: Option<String>,
    pub(crate) validators: Validators,
    /// Whether the server forbids to keep it (`no-store`).
    pub(crate) no_store: bool,
    /// Empty unless the status is a success: what a server says about a failure is nobody's text to print.
    pub(crate) body: Vec<u8>,
}

/// What one address answers.
#[derive(Debug)]
pub(crate) enum Hop {
    Reply(Reply),
    /// An address that may be asked in its place.
    Redirect(Url),
}

impl Client {
    pub(crate) fn new(allowed: &[AllowedHost]) -> Result<Self, Failure> {
        Ok(Self {
            guarded: build(Resolver { public_only: true })?,
            trusting: build(Resolver { public_only: false })?,
            allowed: allowed.to_vec(),
        })
    }

    /// Whether the user vouches for this address' host.
    pub(super) fn allows(&self, url: &Url) -> bool {
        self.allowed.iter().any(|allowed| allowed.admits(url))
    }

    pub(crate) async fn get(&self, request: &Request<'_>) -> Result<Reply, Failure> {
        timeout(request.whole, self.follow(request))
            .await
            .unwrap_or(Err(Failure::TimedOut))
    }

    async fn follow(&self, request: &Request<'_>) -> Result<Reply, Failure> {
        let mut url = request.url.clone();
        let mut authorization = request.authorization;
        for _ in 0..=MOST_REDIRECTS {
            let hop = Request {
                url: &url,
                authorization,
                ..*request
            };
            match self.get_once(&hop).await? {
                Hop::Reply(reply) => return Ok(reply),
                Hop::Redirect(next) => {
                    if next.origin() != url.origin() {
                        authorization = None;
                    }
                    url = next;
                }
            }
        }
        Err(Failure::TooManyRedirects)
    }

    /// Asks the address alone, and tells where it redirects.
    pub(crate) async fn get_once(&self, request: &Request<'_>) -> Result<Hop, Failure> {
        let Request { url, .. } = *request;
        let mut builder = self
            .client_for(url)?
            .get(url.clone())
            .header(ACCEPT_ENCODING, "identity");
        if let Some(value) = request.authorization {
            builder = builder.header(AUTHORIZATION, value.clone());
        }
        for (name, value) in request.known.into_iter().flat_map(Validators::conditions) {
            builder = builder.header(name, value);
        }
        let sent = timeout(request.idle, builder.send()).await;
        let response = sent
            .map_err(|_| Failure::TimedOut)?
            .map_err(|error| classify(&error, url.host_str().unwrap_or_default()))?;
        match redirect(url, &response)? {
            Some(next) => Ok(Hop::Redirect(next)),
            None => receive(response, request).await.map(Hop::Reply),
        }
    }

    /// The client that may dial this address. A number instead of a name never reaches the resolver.
    fn client_for(&self, url: &Url) -> Result<&reqwest::Client, Failure> {
        if self.allows(url) {
            return Ok(&self.trusting);
        }
        let number = match url.host() {
            Some(Host::Ipv4(address)) => IpAddr::V4(address),
            Some(Host::Ipv6(address)) => IpAddr::V6(address),
            _ => return Ok(&self.guarded),
        };
        if address::is_public(number) {
            return Ok(&self.guarded);
        }
        Err(Failure::Private {
            host: url.host_str().unwrap_or_default().to_owned(),
        })
    }
}

fn build(resolver: Resolver) -> Result<reqwest::Client, Failure> {
    let setup = |error: &dyn std::fmt::Display| Failure::Setup(error.to_string());
    let tls = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(BuilderVerifierExt::with_platform_verifier)
        .map_err(|error| setup(&error))?
        .with_no_client_auth();
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .dns_resolver(resolver)
        .redirect(Policy::none())
        .referer(false)
        .no_proxy()
        .user_agent(USER_AGENT)
        .connect_timeout(CONNECT_TIMEOUT)
        .build()
        .map_err(|error| setup(&error))
}

/// Gives the connector only addresses that it may dial, so that nothing can change between check and use.
#[derive(Debug, Clone, Copy)]
struct Resolver {
    public_only: bool,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let public_only = self.public_only;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0))
                .await
                .map_err(|_| ResolveError::Lookup)?;
            let mut addresses: Vec<_> = found.collect();
            if addresses.is_empty() {
                return Err(ResolveError::Lookup.into());
            }
            addresses.retain(|found| !public_only || address::is_public(found.ip()));
            if addresses.is_empty() {
                return Err(ResolveError::Private.into());
            }
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

fn redirect(from: &Url, response: &reqwest::Response) -> Result<Option<Url>, Failure> {
    if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let what = |what| Failure::Address { what };
    let target = response
        .headers()
        .get(LOCATION)
        .and_then(|location| str::from_utf8(location.as_bytes()).ok())
        .and_then(|location| from.join(location).ok())
        .ok_or_else(|| what("nowhere"))?;
    match target.scheme() {
        "https" => {}
        "http" if from.scheme() == "http" => {}
        "http" => return Err(what("an address without encryption")),
        _ => return Err(what("an address that is neither http nor https")),
    }
    if has_credentials(&target) {
        return Err(what("an address with a password in it"));
    }
    Ok(Some(target))
}

async fn receive(mut response: reqwest::Response, request: &Request<'_>) -> Result<Reply, Failure> {
    let host = request.url.host_str().unwrap_or_default();
    let status = response.status();
    let headers = response.headers();
    let mut reply = Reply {
        status: status.as_u16(),
        url: request.url.clone(),
        retry_after: text(headers, RETRY_AFTER),
        content_type: text(headers, CONTENT_TYPE),
        content_encoding: text(headers, CONTENT_ENCODING),
        validators: Validators {
            etag: text(headers, ETAG),
            last_modified: text(headers, LAST_MODIFIED),
        },
        no_store: headers.get_all(CACHE_CONTROL).iter().any(|value| {
            value
                .as_bytes()
                .to_ascii_lowercase()
                .windows(8)
                .any(|word| word == b"no-store")
        }),
        body: Vec::new(),
    };
    if status.is_success() {
        let fits = |length: u64| length <= request.max_bytes;
        if !response.content_length().is_none_or(fits) {
            return Err(Failure::TooLarge);
        }
        loop {
            let chunk = timeout(request.idle, response.chunk()).await;
            let chunk = chunk
                .map_err(|_| Failure::TimedOut)?
                .map_err(|error| classify(&error, host))?;
            let Some(chunk) = chunk else { break };
            if !fits((reply.body.len() + chunk.len()) as u64) {
                return Err(Failure::TooLarge);
            }
            reply.body.extend_from_slice(&chunk);
        }
    }
    Ok(reply)
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    let value = headers.get(name)?;
    value.to_str().ok().map(str::to_owned)
}

impl Validators {
    pub(crate) const fn is_empty(&self) -> bool {
        self.etag.is_none() && self.last_modified.is_none()
    }

    fn conditions(&self) -> impl Iterator<Item = (HeaderName, &str)> {
        let etag = self.etag.as_deref().map(|etag| (IF_NONE_MATCH, etag));
        let modified = self.last_modified.as_deref();
        let modified = modified.map(|time| (IF_MODIFIED_SINCE, time));
        etag.into_iter().chain(modified)
    }
}

/// An address as the user wrote it. Passwords belong nowhere near a command line.
pub(super) fn parse(text: &str) -> Result<Url> {
    let usage = |message: &str| Error::new(Kind::Usage, message);
    let url = Url::parse(text).map_err(|why| usage("the input is not a valid address").caused_by(why))?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err(usage("the input is not an http or https address"));
    }
    if has_credentials(&url) {
        return Err(usage("the address has a user name or password in it").hint(
            "Other users of this machine could read it; download the recording with a tool that keeps it.",
        ));
    }
    Ok(url)
}

pub(crate) fn has_credentials(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

/// An address for messages: what follows the path may be a secret.
pub(crate) fn shown(url: &Url) -> String {
    let mut shown = url.clone();
    shown.set_query(None);
    shown.set_fragment(None);
    shown.to_string()
}

/// Host and, where it is not the usual one, port.
pub(crate) fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

#[cfg(test)]
mod tests;
