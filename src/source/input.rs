//! INPUT as the command line names it, told apart before anything is opened: a file, standard input, a web address,
//! a session in `PostHog`. The commands parse it early, so that a wrong address fails before any work.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use url::Url;

use super::http;
use super::posthog::SessionAddress;
use crate::error::{Error, Kind, Result};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    File(PathBuf),
    StandardInput,
    /// A plain file behind http or https.
    Web(Url),
    Posthog(SessionAddress),
}

impl Input {
    pub fn parse(input: &OsStr) -> Result<Self> {
        if input == "-" {
            return Ok(Self::StandardInput);
        }
        let Some((scheme, text)) = address(input) else {
            return Ok(Self::File(input.into()));
        };
        match scheme.to_ascii_lowercase().as_str() {
            "posthog" => SessionAddress::from_posthog_scheme(text).map(Self::Posthog),
            "http" | "https" => {
                let url = http::parse(text)?;
                Ok(match SessionAddress::from_browser(&url)? {
                    Some(session) => Self::Posthog(session),
                    None => Self::Web(url),
                })
            }
            _ => Err(Error::new(
                Kind::Usage,
                format!("this version cannot read {scheme} addresses"),
            )
            .hint("Give a file, - for standard input, an https address, or posthog://HOST/PROJECT/SESSION.")),
        }
    }

    /// What an output is called after: a path without its extension. None for standard input.
    pub fn stem(&self) -> Option<PathBuf> {
        match self {
            Self::File(path) => Some(path.with_extension("")),
            Self::StandardInput => None,
            Self::Web(url) => {
                let last = url.path_segments().and_then(|mut parts| parts.next_back());
                let name = Path::new(last.unwrap_or_default()).file_stem();
                let name = name.and_then(OsStr::to_str).unwrap_or_default();
                Some(plain_name(name).into())
            }
            Self::Posthog(session) => Some(plain_name(session.session()).into()),
        }
    }
}

/// The scheme and the whole of `https://…`, for any scheme: a path hardly ever holds `://`.
fn address(input: &OsStr) -> Option<(&str, &str)> {
    let text = input.to_str()?;
    let (scheme, _) = text.split_once("://")?;
    let name_like = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
    name_like.then_some((scheme, text))
}

/// A file name that somebody else's address cannot make dangerous.
fn plain_name(name: &str) -> String {
    let kept = |c: char| {
        if c.is_ascii_alphanumeric() || "._-".contains(c) {
            c
        } else {
            '_'
        }
    };
    let name: String = name.chars().take(120).map(kept).collect();
    let name = name.trim_start_matches(['.', '-']);
    if name.is_empty() {
        "recording".to_owned()
    } else {
        name.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(input: &str) -> Result<Input> {
        Input::parse(OsStr::new(input))
    }

    #[test]
    fn addresses_are_told_apart_from_paths() {
        for path in [
            "a.json",
            "./s3/x",
            "C:\\x",
            "://x",
            "dir/a://b",
            r"http:\\localhost\x",
        ] {
            assert_eq!(parse(path).unwrap(), Input::File(path.into()), "{path}");
        }
        assert_eq!(parse("-").unwrap(), Input::StandardInput);
        assert!(matches!(parse("HTTPS://a.test/x.json").unwrap(), Input::Web(_)));
        for address in [
            "s3://bucket/key",
            "gs://b/k",
            "az://b/k",
            "FILE:///etc/passwd",
            "ftp://h/x",
            "gopher://h",
            "ws://h",
        ] {
            let error = parse(address).unwrap_err();
            assert_eq!(error.kind(), Kind::Usage, "{address}");
            assert!(error.to_string().contains("cannot read"), "{error}");
        }
    }

    #[test]
    fn secrets_in_an_address_are_refused_unseen() {
        let error = parse("https://me:s3cret@a.test/x").unwrap_err();
        assert_eq!(error.kind(), Kind::Usage);
        assert!(!format!("{error:?}").contains("s3cret"), "{error:?}");
    }

    #[test]
    fn an_output_is_called_after_the_last_part() {
        for (input, stem) in [
            ("a/b.c.json", "a/b.c"),
            ("https://h.test/a/b.json?sig=x", "b"),
            ("https://h.test/", "recording"),
            ("https://h.test/..%2f..%2fetc", "recording"),
            ("https://h.test/-o%20x.json", "o_20x"),
            ("posthog://eu.posthog.com/1/0197-abc", "0197-abc"),
        ] {
            let found = parse(input).unwrap().stem().unwrap();
            if stem == "recording" {
                let name = found.to_str().unwrap();
                assert!(!name.starts_with('.') && !name.contains('/'), "{input}: {name}");
            } else {
                assert_eq!(found, PathBuf::from(stem), "{input}");
            }
        }
    }
}
