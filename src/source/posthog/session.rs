//! A session as one text: what the listing names, from the cache or from the server, in order. Says what is missing,
//! and turns refusals into words about keys, projects and recordings.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::value::RawValue;

use super::address::SessionAddress;
use super::blocks::BlockDownload;
use super::cache::SessionCache;
use super::coverage::Trust;
use super::key::ApiKey;
use super::listing::{Block, Listing, Object, Store};
use crate::error::{Error, Kind, Result};
use crate::source::exchange::{Exchange, Refusal, Within};
use crate::source::http::Failure;
use crate::source::limit::too_large;
use crate::source::{RawInput, SourceEvent, SourceObserver, SourceOptions};

/// Lists and metadata are small; more than this is something else.
const MOST_LISTING_BYTES: u64 = 64 << 20;

/// A part of the session that the server lists and does not give out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MissingBlock {
    pub key: String,
    /// The time of its first event and of its last, where the listing says.
    pub start: Option<Timestamp>,
    pub end: Option<Timestamp>,
}

impl From<&Block> for MissingBlock {
    fn from(block: &Block) -> Self {
        Self {
            key: block.key.to_string(),
            start: block.start,
            end: block.end,
        }
    }
}

impl From<&Object> for MissingBlock {
    fn from(object: &Object) -> Self {
        Self {
            key: object
                .key
                .clone()
                .unwrap_or_else(|| object.store.name().to_owned()),
            start: object.start,
            end: object.end,
        }
    }
}

/// Which session it is, and what the server says about it.
#[derive(Debug, Serialize)]
pub struct PosthogProvenance {
    host: String,
    project: String,
    session: String,
    /// How far the times of the listing told whether every block came.
    times_trusted: Trust,
    blocks: Vec<Block>,
    pub missing: Vec<MissingBlock>,
    /// As received.
    listing: Box<RawValue>,
    /// As received; None where it was not asked for or not given.
    recording: Option<Box<RawValue>>,
}

pub(in crate::source) async fn read(
    address: &SessionAddress,
    options: &SourceOptions,
    observer: &dyn SourceObserver,
) -> Result<(RawInput, PosthogProvenance)> {
    let key = ApiKey::read(&options.posthog_key).await?;
    let mut exchange = Exchange::new(options, observer)
        .map_err(|failure| failure.into_error(&address.host()))?
        .authorized(key.authorization()?)
        .paced(options.rate);
    if address.origin().scheme() != "https" && !exchange.allows(address.origin()) {
        let host = address.host();
        return Err(Error::new(
            Kind::Usage,
            format!("the API key would go to {host} without encryption"),
        )
        .hint(format!(
            "Use https; or, within a network that you trust, --allow-host {host}."
        )));
    }
    let cache = options.block_cache.as_deref();
    // Without a place to keep blocks the next run asks for all of them again, and that is all.
    let cache = cache.and_then(|root| SessionCache::open(root, address).ok());
    let session = Session { address, options };
    let read = session.read(&mut exchange, cache.as_ref()).await;
    read.map_err(|failed| match failed {
        Failed::Refused(refusal) => {
            if let (Refusal::Status { status: 410, .. }, Some(cache)) = (&refusal, cache) {
                cache.forget();
            }
            session.explain(refusal)
        }
        Failed::Other(error) => error,
    })
}

enum Failed {
    Refused(Refusal),
    Other(Error),
}

impl From<Refusal> for Failed {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

struct Session<'a> {
    address: &'a SessionAddress,
    options: &'a SourceOptions,
}

impl Session<'_> {
    async fn read(
        &self,
        exchange: &mut Exchange<'_>,
        cache: Option<&SessionCache>,
    ) -> Result<(RawInput, PosthogProvenance), Failed> {
        // Older servers list the current format only when asked to.
        let url = self.address.api(&["snapshots"], &[("blob_v2", "true")]);
        let json = exchange.get(&url, Within::Timeout, MOST_LISTING_BYTES).await?;
        let listing = Listing::parse(&json)?;
        if listing.len() == 0 {
            return Err(self.nothing_listed().into());
        }
        let mut trust = Trust::Nothing;
        let (texts, missing, blocks) = match listing {
            Listing::Blocks(blocks) => {
                let max_bytes = self.options.max_bytes;
                let download = BlockDownload::new(exchange, self.address, &blocks, cache, max_bytes);
                let downloaded = download.run().await?;
                trust = downloaded.trust;
                let texts = downloaded.chunks.into_iter().map(|chunk| chunk.text).collect();
                (
                    texts,
                    downloaded.missing.iter().map(MissingBlock::from).collect(),
                    blocks,
                )
            }
            Listing::Objects(objects) => {
                let (texts, missing) = self.objects(exchange, cache, &objects).await?;
                (texts, missing, Vec::new())
            }
        };
        let bytes = join(texts);
        if bytes.is_empty() {
            return Err(self.nothing_given().into());
        }
        let recording = if self.options.metadata {
            self.metadata(exchange).await
        } else {
            None
        };
        let raw = RawInput {
            name: format!("session {} at {}", self.address.session(), self.address.host()),
            bytes,
        };
        let provenance = PosthogProvenance {
            host: self.address.host(),
            project: self.address.project().to_owned(),
            session: self.address.session().to_owned(),
            times_trusted: trust,
            blocks,
            missing,
            listing: raw_json(&json).unwrap_or_else(|| RawValue::NULL.to_owned()),
            recording,
        };
        Ok((raw, provenance))
    }

    async fn objects(
        &self,
        exchange: &mut Exchange<'_>,
        cache: Option<&SessionCache>,
        objects: &[Object],
    ) -> Result<(Vec<Vec<u8>>, Vec<MissingBlock>), Refusal> {
        let mut texts: Vec<Vec<u8>> = Vec::new();
        let mut missing = Vec::new();
        for object in objects {
            let bytes: u64 = texts.iter().map(|text| text.len() as u64).sum();
            let left = self.options.max_bytes.saturating_sub(bytes);
            // What is not yet written down for good may change.
            let lasting = object.key.as_deref().filter(|_| object.store != Store::Realtime);
            let kept = cache
                .zip(lasting)
                .and_then(|(cache, key)| cache.object(key, left));
            let text = match kept {
                Some(text) => Ok(text),
                None => self.object(exchange, object, left).await.inspect(|text| {
                    if let Some((cache, key)) = cache.zip(lasting) {
                        // A full disk only means that the next run asks again.
                        let _ = cache.keep_object(key, text);
                    }
                }),
            };
            match text {
                Ok(text) => texts.push(text),
                Err(Refusal::Status { status: 404, .. }) => missing.push(MissingBlock::from(object)),
                Err(refusal) => return Err(refusal),
            }
            exchange.tell(SourceEvent::Received {
                blocks: texts.len() + missing.len(),
                of: objects.len(),
                bytes: texts.iter().map(|text| text.len() as u64).sum(),
            });
        }
        Ok((texts, missing))
    }

    /// The text of one object, of at most `most` bytes.
    async fn object(
        &self,
        exchange: &mut Exchange<'_>,
        object: &Object,
        most: u64,
    ) -> Result<Vec<u8>, Refusal> {
        let mut query = vec![("source", object.store.name()), ("decompress", "true")];
        query.extend(object.key.as_deref().map(|key| ("blob_key", key)));
        let url = self.address.api(&["snapshots"], &query);
        exchange.get(&url, Within::Patience, most).await
    }

    /// What `PostHog` knows about the recording. Nothing depends on it, so a refusal is no failure.
    async fn metadata(&self, exchange: &mut Exchange<'_>) -> Option<Box<RawValue>> {
        let url = self.address.api(&[], &[]);
        let json = exchange
            .get(&url, Within::Timeout, MOST_LISTING_BYTES)
            .await
            .ok()?;
        raw_json(&json)
    }

    fn explain(&self, refusal: Refusal) -> Error {
        let (host, project, session) = (
            self.address.host(),
            self.address.project(),
            self.address.session(),
        );
        match refusal {
            Refusal::Status { status: 401, .. } => Error::new(
                Kind::AuthRefused,
                format!("PostHog at {host} does not accept the API key"),
            )
            .hint("Check that it is a personal API key (phx_…) of this server and was not revoked."),
            Refusal::Status { status: 403, .. } => Error::new(
                Kind::AuthRefused,
                format!("the API key may not read recordings of project {project} at {host}"),
            )
            .hint("Give it the scope session_recording:read, and access to this project."),
            Refusal::Status { status: 404, .. } => Error::new(
                Kind::InputNotFound,
                format!("there is no recording {session} in project {project} at {host}"),
            )
            .hint("Check project and session; recordings also end with their retention."),
            Refusal::Status { status: 410, .. } => Error::new(
                Kind::InputNotFound,
                format!("the recording {session} was deleted from {host}"),
            ),
            Refusal::Failure(Failure::TooLarge) => {
                too_large(&format!("session {session} at {host}"), self.options.max_bytes)
            }
            refusal => refusal.into_error(&host),
        }
    }

    fn nothing_listed(&self) -> Error {
        let session = self.address.session();
        Error::new(
            Kind::InputNotFound,
            format!("{} has no snapshots of session {session}", self.address.host()),
        )
        .hint("A session that has just begun has none yet; otherwise its recording has expired.")
    }

    fn nothing_given(&self) -> Error {
        let session = self.address.session();
        Error::new(
            Kind::SourceUnavailable,
            format!(
                "{} lists session {session} and gives out none of it",
                self.address.host()
            ),
        )
        .hint("Try again later.")
    }
}

/// Puts texts of lines one after the other.
fn join(texts: Vec<Vec<u8>>) -> Vec<u8> {
    let mut joined = Vec::new();
    for text in texts {
        if joined.is_empty() {
            joined = text;
            continue;
        }
        if !joined.ends_with(b"\n") {
            joined.push(b'\n');
        }
        joined.extend_from_slice(&text);
    }
    joined
}

fn raw_json(json: &[u8]) -> Option<Box<RawValue>> {
    serde_json::from_slice(json).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_joined_at_lines() {
        let texts = [&b"a\n"[..], b"", b"b", b"c\n"].map(<[u8]>::to_vec);
        assert_eq!(join(texts.into()), b"a\nb\nc\n");
    }
}
