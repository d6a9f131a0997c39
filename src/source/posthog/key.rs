//! The personal API key: read from the environment, a file or standard input, never an argument, shown nowhere,
//! wiped when it is no longer used.

use std::ffi::OsStr;
use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::PathBuf;

use reqwest::header::HeaderValue;
use zeroize::Zeroizing;

use crate::aside::aside;
use crate::error::{Error, Kind, Result};

/// The environment variable that holds the key.
const KEY_VARIABLE: &str = "POSTHOG_API_KEY";

const LONGEST_KEY: u64 = 4096;

/// Where the key is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeySource {
    /// In the environment, as `POSTHOG_API_KEY`.
    Environment,
    File(PathBuf),
    StandardInput,
}

/// A key that does not show itself.
pub(super) struct ApiKey(Zeroizing<String>);

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey(hidden)")
    }
}

impl ApiKey {
    pub(super) async fn read(source: &KeySource) -> Result<Self> {
        match source {
            KeySource::Environment => Self::from_variable(std::env::var_os(KEY_VARIABLE).as_deref()),
            KeySource::File(path) => {
                let path = path.clone();
                aside("key reader", move || {
                    let failed =
                        |cause| Error::io(format!("cannot read the key in {}", path.display()), cause);
                    Self::from_reader(File::open(&path).map_err(failed)?, failed)
                })
                .await
            }
            KeySource::StandardInput => {
                aside("key reader", || {
                    let failed = |cause| Error::io("cannot read the key from standard input", cause);
                    Self::from_reader(std::io::stdin().lock(), failed)
                })
                .await
            }
        }
    }

    fn from_variable(value: Option<&OsStr>) -> Result<Self> {
        match value {
            Some(value) => Self::new(value.to_str().unwrap_or("\u{fffd}")),
            None => Err(Error::new(Kind::Usage, "PostHog wants a personal API key").hint(format!(
                "Make one in PostHog's settings with the scope session_recording:read, and put it into the \
                 environment as {KEY_VARIABLE} or into a file for --posthog-key-file."
            ))),
        }
    }

    fn from_reader(reader: impl Read, failed: impl FnOnce(std::io::Error) -> Error) -> Result<Self> {
        // As large as it can get: a buffer that grows leaves copies behind.
        let mut text = Zeroizing::new(String::with_capacity(LONGEST_KEY as usize + 1));
        reader
            .take(LONGEST_KEY)
            .read_to_string(&mut text)
            .map_err(failed)?;
        Self::new(&text)
    }

    fn new(text: &str) -> Result<Self> {
        let key = text.trim();
        let wrong = |what: &str| Err(Error::new(Kind::Usage, format!("the PostHog API key {what}")));
        match key {
            "" => wrong("is empty"),
            _ if !key.bytes().all(|byte| byte.is_ascii_graphic()) => wrong("has characters that no key has"),
            _ if key.starts_with("phc_") => {
                wrong("is a project's key, which can only send events").map_err(|error: Error| {
                    error.hint("Make a personal API key (phx_…) with the scope session_recording:read.")
                })
            }
            _ => Ok(Self(Zeroizing::new(key.to_owned()))),
        }
    }

    /// The header that carries it, marked so that it is not shown either.
    pub(super) fn authorization(&self) -> Result<HeaderValue> {
        let text = Zeroizing::new(format!("Bearer {}", *self.0));
        let mut value = HeaderValue::from_str(&text)
            .map_err(|_| Error::new(Kind::Usage, "the PostHog API key has characters that no key has"))?;
        value.set_sensitive(true);
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_trimmed_and_hidden() {
        let failed = |cause| Error::io("the key", cause);
        let key = ApiKey::from_reader(&b"phx_canary\n"[..], failed).unwrap();
        let authorization = key.authorization().unwrap();
        assert_eq!(authorization.to_str().unwrap(), "Bearer phx_canary");
        assert!(!format!("{key:?}{authorization:?}").contains("canary"));
    }

    #[test]
    fn a_wrong_key_is_not_repeated() {
        for (text, says) in [
            (Some("  "), "is empty"),
            (Some("phx_canary two"), "characters"),
            (Some("phc_canary"), "project's key"),
            (None, "personal API key"),
        ] {
            let error = ApiKey::from_variable(text.map(OsStr::new)).unwrap_err();
            assert_eq!(error.kind(), Kind::Usage);
            assert!(error.to_string().contains(says), "{error}");
            assert!(!format!("{error:?}").contains("canary"), "{error:?}");
        }
    }
}
