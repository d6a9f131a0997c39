//! Assets that were fetched once, on disk: a file for each address, named by the address' hash, a line of JSON about
//! the reply and then its body.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use url::Url;

use super::bodies::read_at;
use super::{Held, Missing, Origin, content};
use crate::browser::AssetKind;
use crate::source::cache_folder::{CacheFolder, is_older};
use crate::source::http::{self, Reply, Validators};

const EXTENSION: &str = "asset";
/// A younger file is used without asking the server for a newer version.
const FRESH: Duration = Duration::from_secs(24 * 3600);
/// A file that nobody used for this long is removed.
const KEEP: Duration = Duration::from_secs(60 * 24 * 3600);
/// No file of ours is larger.
const MOST_BYTES: u64 = 64 << 20;
/// Of all files together, with what a run may add.
const MOST_TOTAL_BYTES: u64 = 1 << 30;

#[derive(Debug, Clone)]
pub(super) struct DiskCache {
    folder: CacheFolder,
}

/// What is known of a reply beside its body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Meta {
    /// For people: without what may be a secret.
    url: String,
    /// Of a style sheet, which counts from where it is.
    moved_to: Option<String>,
    content_type: Option<String>,
    #[serde(flatten)]
    pub(super) validators: Validators,
    /// When the server last confirmed that this is current, in seconds since 1970.
    checked_s: u64,
    /// Of the body.
    bytes: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cached {
    pub(super) meta: Meta,
    body: std::sync::Arc<[u8]>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Freshness {
    Fresh,
    Stale,
}

impl Cached {
    pub(super) fn new(kind: AssetKind, url: &Url, reply: Reply) -> Self {
        let moved = kind == AssetKind::Stylesheet && reply.url != *url;
        Self {
            meta: Meta {
                url: http::shown(url),
                moved_to: moved.then(|| reply.url.to_string()),
                content_type: reply.content_type,
                validators: reply.validators,
                checked_s: now_s(),
                bytes: reply.body.len() as u64,
            },
            body: reply.body.into(),
        }
    }

    pub(super) fn held(&self, kind: AssetKind, origin: Origin) -> Result<Held, Missing> {
        let content_type = content::accept(kind, self.meta.content_type.as_deref(), &self.body);
        Ok(Held {
            origin,
            content_type: content_type.ok_or(Missing::WrongType)?,
            body: self.body.clone(),
            moved_to: self.meta.moved_to.clone(),
        })
    }

    pub(super) fn freshness(&self) -> Freshness {
        let age = now_s().checked_sub(self.meta.checked_s);
        if age.is_some_and(|age| age < FRESH.as_secs()) {
            Freshness::Fresh
        } else {
            Freshness::Stale
        }
    }

    fn checked_now(mut self) -> Self {
        self.meta.checked_s = now_s();
        self
    }
}

impl DiskCache {
    /// Makes the folder, and removes what nobody used for long, or longest where there is no room for this many bytes more.
    pub(super) fn open(folder: &Path, room: u64) -> io::Result<Self> {
        let opened = CacheFolder::open(folder)?;
        let mut kept = Vec::new();
        for entry in fs::read_dir(folder)?.flatten() {
            let path = entry.path();
            if path.extension().is_none_or(|extension| extension != EXTENSION) {
                continue;
            }
            if is_older(&path, KEEP) {
                // Another run may be at the same.
                let _ = fs::remove_file(path);
            } else if let Ok(meta) = entry.metadata() {
                kept.push((meta.modified().ok(), meta.len(), path));
            }
        }
        make_room(kept, room);
        Ok(Self { folder: opened })
    }

    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// None also for what cannot be read, or is no file of ours.
    pub(super) fn get(&self, url: &Url) -> Option<Cached> {
        let file = File::open(self.path(url)).ok()?;
        let length = file.metadata().ok()?.len();
        if length > MOST_BYTES {
            return None;
        }
        let mut line = Vec::new();
        BufReader::new(&file).read_until(b'\n', &mut line).ok()?;
        let meta: Meta = serde_json::from_slice(&line).ok()?;
        let begin = line.len() as u64;
        if !line.ends_with(b"\n") || begin.checked_add(meta.bytes) != Some(length) {
            return None;
        }
        let body = read_at(&file, begin, usize::try_from(meta.bytes).ok()?).ok()?;
        // Its age is counted from its last use.
        let _ = file.set_modified(SystemTime::now());
        Some(Cached { meta, body })
    }

    pub(super) fn keep(&self, url: &Url, cached: &Cached) -> io::Result<()> {
        let mut head = serde_json::to_vec(&cached.meta)?;
        head.push(b'\n');
        self.folder.write(file_name(url), |file| {
            file.write_all(&head)?;
            file.write_all(&cached.body)
        })
    }

    /// Notes that the server has just confirmed that this is current.
    pub(super) fn checked(&self, url: &Url) -> io::Result<()> {
        match self.get(url) {
            Some(cached) => self.keep(url, &cached.checked_now()),
            None => Ok(()),
        }
    }

    fn path(&self, url: &Url) -> PathBuf {
        self.folder().join(file_name(url))
    }
}

/// Removes what was used longest ago until this many bytes can be added. The files are told by when they were used, and how
/// large they are.
fn make_room(mut kept: Vec<(Option<SystemTime>, u64, PathBuf)>, room: u64) {
    kept.sort();
    let mut total: u64 = kept.iter().map(|(_, bytes, _)| bytes).sum();
    for (_, bytes, path) in kept {
        if total <= MOST_TOTAL_BYTES.saturating_sub(room) {
            break;
        }
        let _ = fs::remove_file(path);
        total -= bytes;
    }
}

fn file_name(url: &Url) -> String {
    let mut url = url.clone();
    url.set_fragment(None);
    let hash = blake3::hash(url.as_str().as_bytes()).to_hex();
    format!("{}.{EXTENSION}", &hash[..32])
}

fn now_s() -> u64 {
    SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n{\n}\n";

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    fn reply(from: &str, content_type: &str, body: &[u8]) -> Reply {
        Reply {
            status: 200,
            url: url(from),
            retry_after: None,
            content_type: Some(content_type.into()),
            content_encoding: None,
            validators: Validators {
                etag: Some("\"1\"".into()),
                last_modified: None,
            },
            no_store: false,
            body: body.to_vec(),
        }
    }

    fn picture(address: &Url) -> Cached {
        let reply = reply(address.as_str(), "image/png", PNG);
        Cached::new(AssetKind::Image, address, reply)
    }

    #[test]
    fn what_is_kept_comes_back_for_the_same_address() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("assets");
        let cache = DiskCache::open(&folder, 0).unwrap();
        let address = url("https://h.test/a.png?sig=canary");
        let kept = picture(&address);
        cache.keep(&address, &kept).unwrap();

        let again = DiskCache::open(&folder, 0).unwrap();
        assert_eq!(again.get(&address), Some(kept.clone()));
        assert_eq!(
            again.get(&url("https://h.test/a.png?sig=canary#part")),
            Some(kept.clone())
        );
        assert_eq!(again.get(&url("https://h.test/a.png")), None);
        let held = kept.held(AssetKind::Image, Origin::Cache).unwrap();
        assert_eq!((&*held.body, held.content_type.as_str()), (PNG, "image/png"));
        let as_font = kept.held(AssetKind::Font, Origin::Cache);
        assert_eq!(as_font.unwrap_err(), Missing::WrongType);

        // Nobody else reads it, and no secret is in it.
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&folder), mode(&cache.path(&address))), (0o700, 0o600));
        let file = fs::read(cache.path(&address)).unwrap();
        assert!(!String::from_utf8_lossy(&file).contains("canary"));
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
    }

    #[test]
    fn only_style_sheets_remember_where_they_were_found() {
        let address = url("https://h.test/a");
        for (kind, from, moved_to) in [
            (
                AssetKind::Stylesheet,
                "https://cdn.test/b.css",
                Some("https://cdn.test/b.css"),
            ),
            (AssetKind::Stylesheet, "https://h.test/a", None),
            (AssetKind::Image, "https://cdn.test/b", None),
        ] {
            let cached = Cached::new(kind, &address, reply(from, "text/css", b"a{}"));
            assert_eq!(cached.meta.moved_to.as_deref(), moved_to, "{kind:?} {from}");
        }
    }

    #[test]
    fn damaged_files_do_not_count() {
        let root = tempfile::tempdir().unwrap();
        let cache = DiskCache::open(root.path(), 0).unwrap();
        let address = url("https://h.test/a.png");
        let kept = picture(&address);
        cache.keep(&address, &kept).unwrap();
        let whole = fs::read(cache.path(&address)).unwrap();
        for length in 0..whole.len() {
            fs::write(cache.path(&address), &whole[..length]).unwrap();
            assert_eq!(cache.get(&address), None, "{length} bytes");
        }
    }

    #[test]
    fn age_counts_from_the_last_check_and_the_last_use() {
        let root = tempfile::tempdir().unwrap();
        let cache = DiskCache::open(root.path(), 0).unwrap();
        let old = Duration::from_secs(61 * 24 * 3600);
        let addresses = [url("https://h.test/unused"), url("https://h.test/used")];
        for address in &addresses {
            let mut kept = picture(address);
            kept.meta.checked_s -= old.as_secs();
            cache.keep(address, &kept).unwrap();
            let file = File::open(cache.path(address)).unwrap();
            file.set_modified(SystemTime::now() - old).unwrap();
        }
        let used = cache.get(&addresses[1]).unwrap();
        assert_eq!(used.freshness(), Freshness::Stale);
        assert_eq!(used.checked_now().freshness(), Freshness::Fresh);
        let again = DiskCache::open(root.path(), 0).unwrap();
        assert!(again.get(&addresses[0]).is_none() && again.get(&addresses[1]).is_some());
    }

    #[test]
    fn the_folder_has_a_limit() {
        let root = tempfile::tempdir().unwrap();
        for (name, hours) in [("a.asset", 3), ("b.asset", 1), ("c.asset", 2), ("other.file", 9)] {
            let file = File::create(root.path().join(name)).unwrap();
            // Without a block on the disk.
            file.set_len(MOST_TOTAL_BYTES / 2 - 10).unwrap();
            let used = SystemTime::now() - Duration::from_secs(hours * 3600);
            file.set_modified(used).unwrap();
        }
        let there = |name: &str| root.path().join(name).exists();
        DiskCache::open(root.path(), 20).unwrap();
        assert_eq!(["a.asset", "b.asset", "c.asset"].map(there), [false, true, true]);
        DiskCache::open(root.path(), 21).unwrap();
        assert_eq!(["b.asset", "c.asset"].map(there), [true, false]);
        DiskCache::open(root.path(), MOST_TOTAL_BYTES + 1).unwrap();
        assert!(!there("b.asset") && there("other.file"));
    }
}
