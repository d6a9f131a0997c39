//! What `PostHog`'s staff export of a session: a ZIP archive with a row of its database, in `ClickHouse`'s JSON, that
//! lists the session's blocks, and for each block a copy of the file in its storage with nothing but that block in it.

use std::borrow::Cow;
use std::collections::HashMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::posthog_snappy::{self, Blocks};
use super::{Collector, Contents, Format};
use crate::error::{Error, Kind, Result};
use crate::recording::budget::Budget;
use crate::recording::container::{Container, Zip};

const TABLE: &str = "clickhouse/session-replay-events.json";

#[derive(Deserialize)]
struct Table<'a> {
    #[serde(borrow)]
    data: Vec<Row<'a>>,
}

#[derive(Deserialize)]
struct Row<'a> {
    #[serde(borrow)]
    session_id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    block_urls: Vec<Cow<'a, str>>,
    #[serde(borrow, default)]
    block_first_timestamps: Vec<&'a RawValue>,
}

/// Where the table is, among the names of a ZIP archive's entries.
pub(super) fn find_table(names: &[String]) -> Option<usize> {
    names.iter().position(|name| {
        name.strip_suffix(TABLE)
            .is_some_and(|folder| folder.is_empty() || folder.ends_with('/'))
    })
}

pub(super) fn read(
    mut zip: Zip,
    names: &[String],
    table: usize,
    containers: Vec<Container>,
    budget: &mut Budget,
) -> Result<Contents> {
    let folder = names[table].trim_end_matches(TABLE);
    let entries: HashMap<&str, usize> = names
        .iter()
        .enumerate()
        .filter_map(|(index, name)| Some((name.strip_prefix(folder)?, index)))
        .collect();

    let json = zip.read(table, budget).map_err(|error| error.during(TABLE))?;
    let table: Table<'_> = serde_json::from_slice(&json).map_err(|cause| {
        let message = format!("a PostHog staff export whose {TABLE} cannot be read");
        Error::new(Kind::InvalidRecording, message).caused_by(cause)
    })?;

    let mut collector = Collector::new(budget);
    let mut listed = 0;
    for row in &table.data {
        let mut blocks = Blocks::default();
        for url in row.urls_in_order() {
            let block = match stored_at(url).and_then(|(file, start, length)| {
                Some((*entries.get(format!("data/{file}").as_str())?, start, length))
            }) {
                Some((entry, start, length)) => zip.read_range(entry, start, length, collector.budget)?,
                None => None,
            };
            blocks.push(block.as_deref(), collector.budget)?;
        }
        listed += row.block_urls.len();
        if let Some(lines) = blocks.finish(&mut collector) {
            collector.session(row.session_id.as_deref());
            posthog_snappy::read(lines, &mut collector)?;
        }
    }
    if collector.is_empty() {
        return Err(Error::new(
            Kind::InvalidRecording,
            format!("a PostHog staff export, but none of the {listed} blocks that it lists can be read"),
        )
        .hint("Export the session again."));
    }
    collector.finish(Format::PosthogAdminZip, containers)
}

impl Row<'_> {
    /// The database does not keep them in the order of time.
    fn urls_in_order(&self) -> Vec<&str> {
        // Numbers, or dates that are all written alike: longer is later, and equally long ones compare as text.
        let started = |index: usize| {
            let time = self.block_first_timestamps.get(index).map(|time| time.get());
            time.map(|time| (time.len(), time))
        };
        let mut order: Vec<usize> = (0..self.block_urls.len()).collect();
        order.sort_by_key(|&index| started(index));
        order.into_iter().map(|index| &*self.block_urls[index]).collect()
    }
}

/// The file, the first byte and the number of bytes of `s3://bucket/folder/file?range=bytes=FIRST-LAST`.
fn stored_at(url: &str) -> Option<(&str, u64, u64)> {
    let (path, range) = url.split_once("?range=bytes=")?;
    let (first, last) = range.split_once('-')?;
    let (first, last): (u64, u64) = (first.parse().ok()?, last.parse().ok()?);
    let file = path.rsplit('/').next()?;
    Some((file, first, last.checked_sub(first)?.checked_add(1)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording::container::tests::zip_of;
    use crate::recording::format;
    use crate::recording::format::posthog_snappy::tests::block;
    use crate::recording::format::tests::{META, SNAPSHOT};
    use crate::recording::problem::{Place, ProblemKind};

    const FOLDER: &str = "s3://bucket/recordings/30d/";

    /// The file that a block is stored in, as the export copies it, and the block's address.
    fn stored(file: &str, first: usize, block: &[u8]) -> (Vec<u8>, String) {
        let copy = [&vec![0; first], block, &[0; 1024]].concat();
        let last = first + block.len() - 1;
        (copy, format!("{FOLDER}{file}?range=bytes={first}-{last}"))
    }

    fn table(urls: &[String], timestamps: &str) -> String {
        let row = format!(
            r#"{{"session_id":"s1","block_urls":{},"block_first_timestamps":{timestamps},"distinct_id":"u"}}"#,
            serde_json::to_string(urls).unwrap()
        );
        format!(r#"{{"meta":[{{"name":"session_id","type":"String"}}],"data":[{row}],"rows":1}}"#)
    }

    fn contents(bytes: Vec<u8>) -> Result<Contents> {
        format::read(bytes, &mut Budget::new(1 << 20))
    }

    #[test]
    fn blocks_are_found_by_the_table_in_the_order_of_time() {
        let (late, late_url) = stored("17-ab", 5000, &block(SNAPSHOT));
        let (early, early_url) = stored("18-cd", 0, &block(META));
        let (cut, cut_url) = stored("19-ef", 40, &block(META));
        let missing = format!("{FOLDER}20-00?range=bytes=0-9");
        let odd = "s3://bucket/file".to_owned();
        let table = table(
            &[late_url, early_url, cut_url, missing, odd],
            r#"["2025-09-16 05:20:00.010","2025-09-16 05:20:00.000","2025-09-16 05:21:00.000","2025-09-16 05:22:00.000","2025-09-16 05:23:00.000"]"#,
        );
        for folder in ["", "export/"] {
            let name = |file: &str| format!("{folder}{file}");
            let zip = zip_of(&[
                (&name("clickhouse/events.json"), b"{}"),
                (&name(TABLE), table.as_bytes()),
                (&name("s3_prefix.txt"), b"recordings"),
                (&name("data/17-ab"), &late),
                (&name("data/18-cd"), &early),
                (&name("data/19-ef"), &cut[..60]),
            ]);
            let contents = contents(zip).unwrap();
            assert_eq!(contents.format, Format::PosthogAdminZip);
            assert_eq!(contents.containers, [Container::Zip]);
            let [session] = &contents.sessions[..] else {
                panic!()
            };
            assert_eq!(session.id.as_deref(), Some("s1"));
            let times: Vec<f64> = session.windows[0]
                .events
                .iter()
                .map(|event| event.timestamp_ms)
                .collect();
            assert_eq!(times, [1.0, 2.0]);
            let problems = contents.problems.into_vec();
            let [problem] = problems[..] else {
                panic!("{problems:?}")
            };
            assert_eq!(
                (problem.kind, problem.count, problem.first),
                (ProblemKind::UnreadableBlock, 3, Place::Block(2))
            );
        }
    }

    #[test]
    fn without_a_block_there_is_no_recording() {
        let url = format!("{FOLDER}a?range=bytes=18446744073709551614-18446744073709551615");
        for (table, expected) in [
            (table(&[url], "[]"), "none of the 1 blocks"),
            ("{}".to_owned(), "cannot be read"),
        ] {
            let zip = zip_of(&[(TABLE, table.as_bytes()), ("data/a", b"abc")]);
            let error = contents(zip).unwrap_err();
            assert_eq!(error.kind(), Kind::InvalidRecording);
            assert!(error.to_string().contains(expected), "{error}");
        }
    }
}
