//! Keeps what arrived, since blocks never change: a run that was killed goes on where it was. A folder for each
//! session, for its owner's eyes only, and not for ever.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::address::SessionAddress;
use super::chunk::Chunk;
use super::listing::Block;
use crate::source::cache_folder::{CacheFolder, entries, is_older};

const EXTENSION: &str = ".jsonl";
/// Recordings are personal data: what was not touched for a week goes.
const KEEP: Duration = Duration::from_secs(7 * 24 * 3600);

#[derive(Debug)]
pub(super) struct SessionCache {
    folder: CacheFolder,
}

impl SessionCache {
    /// Makes the session's folder below `root`, and removes what has become old.
    pub(super) fn open(root: &Path, address: &SessionAddress) -> io::Result<Self> {
        let host = address
            .host()
            .replace(|c: char| !c.is_ascii_alphanumeric() && c != '.' && c != '-', "_");
        let projects = root.join("posthog").join(host);
        let folder = projects.join(address.project()).join(address.session());
        let opened = CacheFolder::open(&folder)?;
        let sessions = folders(root.join("posthog"), 3);
        for old in sessions
            .iter()
            .filter(|old| **old != folder && is_older(old, KEEP))
        {
            // Another run may be at the same.
            let _ = fs::remove_dir_all(old);
        }
        Ok(Self { folder: opened })
    }

    /// The chunks that hold blocks of this listing. The listing of a live session may give a number to another
    /// block, so a chunk counts only where times agree too.
    pub(super) fn chunks(&self, blocks: &[Block], max_bytes: u64) -> Vec<Chunk> {
        let mut found: Vec<(ChunkName, PathBuf)> = entries(self.folder.path())
            .into_iter()
            .filter_map(|path| Some((ChunkName::parse(path.file_name()?.to_str()?)?, path)))
            .filter(|(name, _)| name.digest == digest(within(blocks, name.first, name.last)))
            .collect();
        // Of two that overlap, the one that begins first and is longest.
        found.sort_by_key(|(name, _)| (name.first, u64::MAX - name.last, name.omitted.len()));
        let mut next = 0;
        let mut left = max_bytes;
        let mut chunks = Vec::new();
        for (name, path) in found {
            if name.first < next {
                continue;
            }
            let fits = fs::metadata(&path).is_ok_and(|meta| meta.len() <= left);
            let Some(text) = fits.then(|| fs::read(&path).ok()).flatten() else {
                continue;
            };
            left = left.saturating_sub(text.len() as u64);
            next = name.last + 1;
            chunks.push(Chunk {
                first: name.first,
                last: name.last,
                omitted: name.omitted,
                text,
            });
        }
        chunks
    }

    pub(super) fn keep_chunk(&self, chunk: &Chunk, blocks: &[Block]) -> io::Result<()> {
        let name = ChunkName {
            first: chunk.first,
            last: chunk.last,
            digest: digest(within(blocks, chunk.first, chunk.last)),
            omitted: chunk.omitted.clone(),
        };
        self.write(&name.to_string(), &chunk.text)
    }

    pub(super) fn object(&self, key: &str, max_bytes: u64) -> Option<Vec<u8>> {
        let path = self.folder.path().join(object_name(key));
        let fits = fs::metadata(&path).is_ok_and(|meta| meta.len() <= max_bytes);
        fits.then(|| fs::read(path).ok()).flatten()
    }

    pub(super) fn keep_object(&self, key: &str, text: &[u8]) -> io::Result<()> {
        self.write(&object_name(key), text)
    }

    /// For a recording that its owner deleted.
    pub(super) fn forget(self) {
        // What cannot be removed now goes by its age.
        let _ = fs::remove_dir_all(self.folder.path());
    }

    fn write(&self, name: &str, text: &[u8]) -> io::Result<()> {
        self.folder.write(name, |file| {
            file.write_all(text)?;
            file.sync_all()
        })
    }
}

/// `FIRST-LAST-DIGEST[-without-KEY…].jsonl`
#[derive(Debug, PartialEq, Eq)]
struct ChunkName {
    first: u64,
    last: u64,
    digest: String,
    omitted: Vec<u64>,
}

impl ChunkName {
    fn parse(name: &str) -> Option<Self> {
        let name = name.strip_suffix(EXTENSION)?;
        let (range, omitted) = name.split_once("-without-").unwrap_or((name, ""));
        let mut parts = range.split('-');
        let (first, last) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        let digest = parts.next()?.to_owned();
        let omitted = omitted.split('-').filter(|key| !key.is_empty());
        let omitted = omitted
            .map(|key| key.parse().ok())
            .collect::<Option<Vec<u64>>>()?;
        (parts.next().is_none() && first <= last && last < u64::MAX).then_some(Self {
            first,
            last,
            digest,
            omitted,
        })
    }
}

impl std::fmt::Display for ChunkName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}-{}", self.first, self.last, self.digest)?;
        for (index, key) in self.omitted.iter().enumerate() {
            write!(f, "{}{key}", if index == 0 { "-without-" } else { "-" })?;
        }
        f.write_str(EXTENSION)
    }
}

fn within(blocks: &[Block], first: u64, last: u64) -> impl Iterator<Item = &Block> {
    blocks
        .iter()
        .filter(move |block| (first..=last).contains(&block.key))
}

/// Stands for the numbers and times of blocks.
fn digest<'a>(blocks: impl Iterator<Item = &'a Block>) -> String {
    let mut hasher = blake3::Hasher::new();
    for Block { key, start, end } in blocks {
        hasher.update(format!("{key} {start:?} {end:?}\n").as_bytes());
    }
    hasher.finalize().to_hex()[..16].to_owned()
}

fn object_name(key: &str) -> String {
    format!(
        "object-{}{EXTENSION}",
        &blake3::hash(key.as_bytes()).to_hex()[..32]
    )
}

/// The folders this many levels down.
fn folders(root: PathBuf, levels: usize) -> Vec<PathBuf> {
    (0..levels).fold(vec![root], |folders, _| {
        folders.iter().flat_map(|folder| entries(folder)).collect()
    })
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::os::unix::fs::PermissionsExt;
    use std::time::SystemTime;

    use jiff::Timestamp;

    use super::*;

    fn blocks(count: i64) -> Vec<Block> {
        let time = |ms| Timestamp::from_millisecond(ms).ok();
        let block = |n: i64| Block {
            key: n as u64,
            start: time(n * 1000),
            end: time(n * 1000 + 900),
        };
        (0..count).map(block).collect()
    }

    fn chunk(first: u64, last: u64, omitted: &[u64]) -> Chunk {
        Chunk {
            first,
            last,
            omitted: omitted.to_vec(),
            text: format!("{first}-{last}").into_bytes(),
        }
    }

    fn session(root: &Path, session: &str) -> SessionCache {
        let address =
            SessionAddress::from_posthog_scheme(&format!("posthog://h.test:8/1/{session}")).unwrap();
        SessionCache::open(root, &address).unwrap()
    }

    #[test]
    fn what_is_kept_comes_back_without_overlaps() {
        let root = tempfile::tempdir().unwrap();
        let cache = session(root.path(), "s");
        let blocks = blocks(10);
        let kept = [
            chunk(0, 4, &[2]),
            chunk(2, 2, &[]),
            chunk(3, 7, &[]),
            chunk(6, 8, &[]),
        ];
        for chunk in &kept {
            cache.keep_chunk(chunk, &blocks).unwrap();
        }
        assert_eq!(cache.chunks(&blocks, 100), [kept[0].clone(), kept[3].clone()]);
        assert_eq!(cache.chunks(&blocks, 3), [kept[0].clone()]);
        let mode = fs::metadata(cache.folder.path()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
        assert_eq!(
            fs::metadata(entries(cache.folder.path())[0].as_path())
                .unwrap()
                .permissions()
                .mode()
                & 0o777,
            0o600
        );
        cache.keep_object("a/b", b"text").unwrap();
        assert_eq!(cache.object("a/b", 4).unwrap(), b"text");
        assert!(cache.object("a/b", 3).is_none() && cache.object("other", 9).is_none());
        cache.forget();
        assert!(session(root.path(), "s").chunks(&blocks, 100).is_empty());
    }

    #[test]
    fn a_number_that_names_another_block_now_does_not_count() {
        let root = tempfile::tempdir().unwrap();
        let cache = session(root.path(), "s");
        let mut blocks = blocks(10);
        cache.keep_chunk(&chunk(0, 4, &[]), &blocks).unwrap();
        cache.keep_chunk(&chunk(5, 9, &[]), &blocks).unwrap();
        blocks[3].end = blocks[4].end;
        assert_eq!(cache.chunks(&blocks, 100), [chunk(5, 9, &[])]);
    }

    #[test]
    fn old_sessions_go() {
        let root = tempfile::tempdir().unwrap();
        let old = session(root.path(), "old").folder.path().to_owned();
        let young = session(root.path(), "young").folder.path().to_owned();
        let long_ago = SystemTime::now() - KEEP - Duration::from_secs(60);
        File::open(&old).unwrap().set_modified(long_ago).unwrap();
        session(root.path(), "new");
        assert!(!old.exists() && young.exists());
    }
}
