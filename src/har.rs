//! The shape of a HAR file (HTTP Archive 1.2), as browsers' developer tools save it, as far as it is read. `assets` takes
//! replies out of it, `recording` what recorders sent.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

/// The file's entries. Each is to be read by itself, as an [`Entry`]: one may be odd, such as with half a character of a
/// script's text.
pub(crate) fn entries(text: &[u8]) -> serde_json::Result<Vec<&RawValue>> {
    #[derive(Deserialize)]
    struct File<'a> {
        #[serde(borrow)]
        log: Log<'a>,
    }
    #[derive(Deserialize)]
    struct Log<'a> {
        #[serde(borrow)]
        entries: Vec<&'a RawValue>,
    }
    // Some tools begin the file with a byte order mark.
    let text = text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(text);
    serde_json::from_slice(text).map(|File { log }| log.entries)
}

/// A request and what came of it.
#[derive(Debug, Deserialize)]
pub(crate) struct Entry<'a> {
    #[serde(borrow)]
    pub(crate) request: Request<'a>,
    #[serde(borrow)]
    pub(crate) response: Option<Response<'a>>,
}

impl<'a> Entry<'a> {
    /// Nothing where its form is another.
    pub(crate) fn parse(entry: &'a RawValue) -> Option<Self> {
        serde_json::from_str(entry.get()).ok()
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Request<'a> {
    #[serde(borrow, default)]
    pub(crate) method: Cow<'a, str>,
    #[serde(borrow)]
    pub(crate) url: Cow<'a, str>,
    #[serde(borrow)]
    pub(crate) post_data: Option<Content<'a>>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Response<'a> {
    #[serde(default)]
    pub(crate) status: i64,
    #[serde(borrow)]
    pub(crate) content: Option<Content<'a>>,
    /// Where to, as the server says it.
    #[serde(borrow, rename = "redirectURL")]
    pub(crate) redirect: Option<Cow<'a, str>>,
}

/// A body, sent or received.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Content<'a> {
    #[serde(borrow)]
    pub(crate) mime_type: Option<Cow<'a, str>>,
    /// Mostly a JSON string.
    #[serde(borrow)]
    pub(crate) text: Option<&'a RawValue>,
    #[serde(borrow)]
    encoding: Option<Cow<'a, str>>,
}

impl Content<'_> {
    /// Whether the text is the bytes in base64. Else it is Unicode.
    pub(crate) fn is_base64(&self) -> bool {
        self.encoding.as_deref() == Some("base64")
    }
}
