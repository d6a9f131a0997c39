//! Where the bytes of a recording come from: a file or standard input.
//! The commands call [`read`] and hand its [`RawInput`] to `recording::open`; nothing here looks into the bytes.

mod file;
mod stdin;

use std::ffi::OsStr;
use std::path::Path;

use crate::error::{Error, Kind, Result};

/// The bytes of one recording, with the name that messages call them by.
#[derive(Debug, Clone)]
pub struct RawInput {
    pub name: String,
    pub bytes: Vec<u8>,
}

/// Reads INPUT as the command line names it: a path, or `-` for standard input.
pub fn read(input: &OsStr) -> Result<RawInput> {
    if let Some(scheme) = url_scheme(input) {
        return Err(Error::new(
            Kind::Usage,
            format!(
                "'{}' is a {scheme} address; this version reads files and standard input",
                input.display()
            ),
        )
        .hint("Download the recording first, or pipe it in with '-' as the input."));
    }
    let raw = if input == "-" {
        stdin::read()?
    } else {
        file::read(Path::new(input))?
    };
    if raw.bytes.is_empty() {
        return Err(Error::new(
            Kind::InvalidRecording,
            format!("{} is empty", raw.name),
        ));
    }
    Ok(raw)
}

/// `https` of `https://…`, for any scheme: a path hardly ever holds `://`.
fn url_scheme(input: &OsStr) -> Option<&str> {
    let (scheme, _) = input.to_str()?.split_once("://")?;
    let name_like = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
    name_like.then_some(scheme)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(input: impl AsRef<OsStr>) -> (Kind, String) {
        let error = read(input.as_ref()).unwrap_err();
        (error.kind(), error.to_string())
    }

    #[test]
    fn addresses_are_told_apart_from_paths() {
        for address in ["https://a.test/x.json", "s3://bucket/key", "posthog+https://eu/1"] {
            let (kind, message) = failure(address);
            assert_eq!(kind, Kind::Usage, "{address}");
            assert!(
                message.contains("this version reads files and standard input"),
                "{message}"
            );
        }
        for path in ["a.json", "./s3/x", "C:\\x", "://x", "dir/a://b"] {
            assert_eq!(url_scheme(OsStr::new(path)), None, "{path}");
        }
    }

    #[test]
    fn a_file_is_read_whole_and_named_by_its_path() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.json");
        std::fs::write(&path, b"[]").unwrap();
        let raw = read(path.as_os_str()).unwrap();
        assert_eq!(
            (raw.bytes.as_slice(), raw.name),
            (&b"[]"[..], path.display().to_string())
        );
    }

    #[test]
    fn what_is_no_readable_file_says_so() {
        let dir = tempfile::tempdir().unwrap();
        let (kind, message) = failure(dir.path());
        assert_eq!(kind, Kind::InputNotFound);
        assert!(message.contains("is a directory"), "{message}");

        let (kind, message) = failure(dir.path().join("absent.json"));
        assert_eq!(kind, Kind::InputNotFound);
        assert!(message.contains("does not exist"), "{message}");

        let empty = dir.path().join("empty.json");
        std::fs::write(&empty, b"").unwrap();
        let (kind, message) = failure(&empty);
        assert_eq!(kind, Kind::InvalidRecording);
        assert!(message.ends_with("empty.json is empty"), "{message}");
    }
}
