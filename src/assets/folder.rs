//! A folder of assets, as a mirroring tool or a person makes it. The asset at `https://host:port/path/name.png?query`
//! is the first of these files that exists, each also without the query:
//!
//! - `host:port/path/name.png?query` and `host/path/name.png?query`, as `wget --mirror` writes them,
//! - `path/name.png?query`, for a folder of one site,
//! - `name.png`.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use percent_encoding::percent_decode_str;
use url::Url;

use super::bodies::read_at;
use super::content::Found;

/// No asset is larger.
const MOST_BYTES: u64 = 64 << 20;

#[derive(Debug)]
pub(super) struct Folder(PathBuf);

impl Folder {
    pub(super) fn new(path: &Path) -> Self {
        Self(path.to_owned())
    }

    pub(super) fn find(&self, address: &str) -> Option<Found> {
        let (path, bytes) = candidates(address).into_iter().find_map(|candidate| {
            let path = self.0.join(candidate);
            let meta = fs::metadata(&path).ok()?;
            (meta.is_file() && meta.len() <= MOST_BYTES).then_some((path, meta.len()))
        })?;
        let body = read_at(&File::open(&path).ok()?, 0, usize::try_from(bytes).ok()?).ok()?;
        // Only style sheets have to be called what they are.
        let declared = is_stylesheet(&path, &body).then(|| "text/css".to_owned());
        Some((declared, body))
    }
}

/// By its name, which may have none of the usual endings: fonts' sheets are often called `css` or `css2`.
fn is_stylesheet(path: &Path, body: &[u8]) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let without_query = name.split('?').next().unwrap_or_default();
    let called_so = name.to_ascii_lowercase().contains(".css") || !without_query.contains('.');
    called_so && body.trim_ascii_start().first() != Some(&b'<')
}

/// Where the asset may be within the folder, never outside it.
fn candidates(address: &str) -> Vec<PathBuf> {
    // A path alone is one of a page without an address.
    let relative = Url::parse("http://relative.invalid/").ok();
    let Ok(url) = Url::options().base_url(relative.as_ref()).parse(address) else {
        return Vec::new();
    };
    let Some(segments) = url.path_segments().and_then(|segments| {
        segments
            .filter(|segment| !segment.is_empty())
            .map(file_name)
            .collect::<Option<Vec<OsString>>>()
    }) else {
        return Vec::new();
    };
    let Some((name, folders)) = segments.split_last() else {
        return Vec::new();
    };
    let host = url.host_str().unwrap_or_default();
    let hosts = url.port().map(|port| format!("{host}:{port}"));
    let hosts = hosts.into_iter().chain([host.to_owned()]).map(PathBuf::from);
    let query = url.query().and_then(file_name);
    let query = query.map(|query| [name, OsStr::new("?"), &query].into_iter().collect::<OsString>());
    let names = || query.iter().chain([name]);
    let mut candidates: Vec<PathBuf> = hosts
        .chain([PathBuf::new()])
        .flat_map(|mut folder| {
            folder.extend(folders);
            names().map(move |name| folder.join(name)).collect::<Vec<_>>()
        })
        .collect();
    candidates.push(PathBuf::from(name));
    candidates
}

/// The name of a file or folder, without what percent signs stand for; None for one that leads elsewhere.
fn file_name(segment: &str) -> Option<OsString> {
    let name: Vec<u8> = percent_decode_str(segment).collect();
    let leads_away = matches!(&name[..], b"" | b"." | b"..") || name.iter().any(|byte| b"/\0".contains(byte));
    (!leads_away).then(|| OsString::from_vec(name))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn an_asset_has_several_places() {
        for (address, expected) in [
            (
                "https://h.test:8443/a/b%20c.png?v=1#x",
                &[
                    "h.test:8443/a/b c.png?v=1",
                    "h.test:8443/a/b c.png",
                    "h.test/a/b c.png?v=1",
                    "h.test/a/b c.png",
                    "a/b c.png?v=1",
                    "a/b c.png",
                    "b c.png",
                ][..],
            ),
            (
                "/img/x.png",
                &["relative.invalid/img/x.png", "img/x.png", "x.png"],
            ),
            (
                "https://h.test/../../etc/passwd",
                &["h.test/etc/passwd", "etc/passwd", "passwd"],
            ),
            ("https://h.test/%2e%2e/%2e%2e/x", &["h.test/x", "x", "x"]),
            ("https://h.test/..%2f..%2fx", &[]),
            ("https://h.test/a%00", &[]),
            (
                "https://h.test/a.png?../../x",
                &["h.test/a.png", "a.png", "a.png"],
            ),
            // In whatever encoding.
            (
                "https://h.test/caf%E9/x",
                &["h.test/caf\u{fffd}/x", "caf\u{fffd}/x", "x"],
            ),
            // A name is decoded once.
            (
                "https://h.test/a%2520b.png?c%2520d",
                &[
                    "h.test/a%20b.png?c%20d",
                    "h.test/a%20b.png",
                    "a%20b.png?c%20d",
                    "a%20b.png",
                    "a%20b.png",
                ],
            ),
            ("https://h.test/", &[]),
        ] {
            let found: Vec<String> = candidates(address)
                .iter()
                .map(|path| path.display().to_string())
                .collect();
            assert_eq!(found, expected, "{address}");
        }
    }

    #[test]
    fn files_are_found_and_folders_are_not() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("h.test/a")).unwrap();
        fs::write(root.path().join("h.test/a/x.css"), "a{}").unwrap();
        fs::write(root.path().join("y.png"), "png").unwrap();
        let folder = Folder::new(root.path());
        let css = Some((Some("text/css".to_owned()), Arc::from(b"a{}".as_slice())));
        assert_eq!(folder.find("https://h.test/a/x.css?v=3"), css);
        assert_eq!(
            folder.find("https://other.test/b/y.png"),
            Some((None, Arc::from(b"png".as_slice())))
        );
        assert_eq!(folder.find("https://h.test/a"), None);
        assert_eq!(folder.find("https://h.test/z.png"), None);
    }

    #[test]
    fn style_sheets_are_known_by_their_own_name() {
        let root = tempfile::tempdir().unwrap();
        let folder = Folder::new(root.path());
        for (path, is_sheet) in [
            ("www.css.test/logo.svg", false),
            ("h.test/x.CSS", true),
            ("h.test/x.css?v=3", true),
            ("h.test/load.php?only=a.css", true),
            ("h.test/css2?family=Lato", true),
            ("h.test/css", true),
        ] {
            let file = root.path().join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, "a{}").unwrap();
            let (declared, _) = folder.find(&format!("https://{path}")).unwrap();
            assert_eq!(declared.as_deref(), is_sheet.then_some("text/css"), "{path}");
        }
        for name in ["logo", "logo.svg?from=x.css"] {
            fs::write(root.path().join("h.test").join(name), " <svg>").unwrap();
            let (declared, _) = folder.find(&format!("https://h.test/{name}")).unwrap();
            assert_eq!(declared, None, "{name}");
        }
    }
}
