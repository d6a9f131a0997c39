//! What a session consists of, as `PostHog` lists it: numbered blocks, a single object kept for long, or what older
//! versions have. Pure; `session` asks for the text.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Kind, Result};

/// A numbered block of the current format, with the time of its first and last event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Block {
    pub(super) key: u64,
    pub(super) start: Option<Timestamp>,
    pub(super) end: Option<Timestamp>,
}

/// Something that is asked for by its name, one at a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Object {
    pub(super) store: Store,
    pub(super) key: Option<String>,
    pub(super) start: Option<Timestamp>,
    pub(super) end: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Store {
    /// The whole session in one object, after its move to long-term storage.
    LongTerm,
    /// The format before the current one.
    Blob,
    /// What that format had not yet written down.
    Realtime,
}

impl Store {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::LongTerm => "blob_v2_lts",
            Self::Blob => "blob",
            Self::Realtime => "realtime",
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Listing {
    /// In the order of their keys, each key once.
    Blocks(Vec<Block>),
    Objects(Vec<Object>),
}

#[derive(Deserialize)]
struct Reply {
    sources: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    source: String,
    blob_key: Option<Key>,
    start_timestamp: Option<String>,
    end_timestamp: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Key {
    Text(String),
    Number(u64),
}

impl Entry {
    fn key(&self) -> Option<String> {
        self.blob_key.as_ref().map(|key| match key {
            Key::Text(text) => text.clone(),
            Key::Number(number) => number.to_string(),
        })
    }

    fn times(&self) -> [Option<Timestamp>; 2] {
        [&self.start_timestamp, &self.end_timestamp].map(|text| text.as_ref()?.parse().ok())
    }
}

impl Listing {
    /// Reads the reply. Where there are blocks of the current format, everything else repeats them.
    pub(super) fn parse(json: &[u8]) -> Result<Self> {
        let odd = |what: &str| {
            Error::new(
                Kind::SourceUnavailable,
                format!("the list of blocks from PostHog {what}"),
            )
            .hint("Check that the address is that of a PostHog server.")
        };
        let Reply { sources } = serde_json::from_slice(json).map_err(|_| odd("is not one"))?;
        let of = |name: &str| {
            sources
                .iter()
                .filter(move |entry| entry.source == name)
                .collect::<Vec<_>>()
        };

        let current = of("blob_v2");
        if !current.is_empty() {
            let blocks = current.into_iter().map(|entry| {
                let [start, end] = entry.times();
                let key = entry.key().and_then(|key| key.parse().ok());
                key.map(|key| Block { key, start, end })
                    .ok_or_else(|| odd("has a block without a number"))
            });
            let mut blocks = blocks.collect::<Result<Vec<_>>>()?;
            blocks.sort_by_key(|block| block.key);
            blocks.dedup_by_key(|block| block.key);
            return Ok(Self::Blocks(blocks));
        }
        let objects = |store: Store| {
            of(store.name()).into_iter().map(move |entry| {
                let [start, end] = entry.times();
                Object {
                    store,
                    key: entry.key(),
                    start,
                    end,
                }
            })
        };
        let mut found: Vec<Object> = objects(Store::LongTerm).collect();
        if found.is_empty() {
            found = objects(Store::Blob).chain(objects(Store::Realtime)).collect();
        }
        Ok(Self::Objects(found))
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Self::Blocks(blocks) => blocks.len(),
            Self::Objects(objects) => objects.len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_of_the_current_format_win() {
        let json = br#"{"sources":[
            {"source":"realtime","start_timestamp":"2025-01-01T00:00:09Z","blob_key":null},
            {"source":"blob","start_timestamp":"2025-01-01T00:00:00Z","end_timestamp":null,"blob_key":"1-2"},
            {"source":"blob_v2","start_timestamp":"2025-01-01T00:00:05Z","end_timestamp":"2025-01-01T00:00:06Z","blob_key":"10"},
            {"source":"blob_v2","start_timestamp":"2025-01-01T00:00:00Z","end_timestamp":"odd","blob_key":"9"},
            {"source":"blob_v2_lts","blob_key":"a/b"}]}"#;
        let Listing::Blocks(blocks) = Listing::parse(json).unwrap() else {
            panic!("blocks win");
        };
        assert_eq!(blocks.iter().map(|block| block.key).collect::<Vec<_>>(), [9, 10]);
        assert!(blocks[0].start.is_some() && blocks[0].end.is_none());
    }

    #[test]
    fn older_formats_are_known() {
        let stores = |json: &str| match Listing::parse(json.as_bytes()).unwrap() {
            Listing::Objects(objects) => objects.into_iter().map(|object| object.store).collect::<Vec<_>>(),
            Listing::Blocks(_) => panic!("no blocks"),
        };
        assert_eq!(
            stores(
                r#"{"sources":[{"source":"blob_v2_lts","blob_key":"p"},{"source":"blob","blob_key":"1-2"}]}"#
            ),
            [Store::LongTerm]
        );
        assert_eq!(
            stores(r#"{"sources":[{"source":"realtime"},{"source":"blob","blob_key":"1-2"}]}"#),
            [Store::Blob, Store::Realtime]
        );
        assert_eq!(stores(r#"{"sources":[]}"#), []);
        for (odd, says) in [
            ("", "is not one"),
            ("<html>", "is not one"),
            ("{}", "is not one"),
            (
                r#"{"sources":[{"source":"blob_v2","blob_key":"x"}]}"#,
                "has a block without a number",
            ),
            (
                r#"{"sources":[{"source":"blob_v2"}]}"#,
                "has a block without a number",
            ),
        ] {
            let error = Listing::parse(odd.as_bytes()).unwrap_err();
            assert_eq!(error.kind(), Kind::SourceUnavailable, "{odd}");
            assert!(error.to_string().ends_with(says), "{odd}: {error}");
        }
    }
}
