//! The replies in a HAR file (HTTP Archive 1.2), which browsers' developer tools save.

use std::borrow::Cow;
use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::Deserialize;
use url::Url;

use super::given::Found;

#[derive(Debug)]
pub(super) struct Har {
    /// By address, without its fragment.
    replies: HashMap<String, Found>,
}

#[derive(Deserialize)]
struct File<'a> {
    #[serde(borrow)]
    log: Log<'a>,
}

#[derive(Deserialize)]
struct Log<'a> {
    #[serde(borrow)]
    entries: Vec<Entry<'a>>,
}

#[derive(Deserialize)]
struct Entry<'a> {
    #[serde(borrow)]
    request: Request<'a>,
    #[serde(borrow)]
    response: Response<'a>,
}

#[derive(Deserialize)]
struct Request<'a> {
    #[serde(borrow)]
    method: Cow<'a, str>,
    #[serde(borrow)]
    url: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Response<'a> {
    status: i64,
    #[serde(borrow)]
    content: Content<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Content<'a> {
    #[serde(borrow)]
    mime_type: Option<Cow<'a, str>>,
    #[serde(borrow)]
    text: Option<Cow<'a, str>>,
    #[serde(borrow)]
    encoding: Option<Cow<'a, str>>,
}

impl Har {
    pub(super) fn parse(bytes: &[u8]) -> serde_json::Result<Self> {
        // Some tools begin the file with a byte order mark.
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let file: File<'_> = serde_json::from_slice(bytes)?;
        let mut replies = HashMap::new();
        for Entry { request, response } in file.log.entries {
            if request.method != "GET" || response.status != 200 {
                continue;
            }
            if let (Some(address), Some(body)) = (address(&request.url), response.content.body()) {
                let declared = response.content.mime_type.map(Cow::into_owned);
                replies.insert(address, (declared, body));
            }
        }
        Ok(Self { replies })
    }

    pub(super) fn find(&self, wanted: &str) -> Option<Found> {
        self.replies.get(&address(wanted)?).cloned()
    }
}

impl Content<'_> {
    /// None where it was not saved, or is damaged.
    fn body(&self) -> Option<Vec<u8>> {
        let text = self.text.as_deref()?;
        match self.encoding.as_deref() {
            Some("base64") => BASE64.decode(text).ok(),
            _ => Some(text.as_bytes().to_vec()),
        }
    }
}

fn address(text: &str) -> Option<String> {
    let mut url = Url::parse(text).ok()?;
    url.set_fragment(None);
    Some(url.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replies_that_were_saved_are_found() {
        let entry = |method: &str, url: &str, status: u16, content: &str| {
            format!(
                r#"{{"request":{{"method":"{method}","url":"{url}","headers":[]}},
                    "response":{{"status":{status},"content":{content}}}}}"#
            )
        };
        let entries = [
            entry(
                "GET",
                "https://h.test/a.css#x",
                200,
                r#"{"size":3,"mimeType":"text/css","text":"a{}"}"#,
            ),
            entry(
                "GET",
                "https://h.test/b.png",
                200,
                r#"{"mimeType":"image/png","encoding":"base64","text":"iVBORw=="}"#,
            ),
            entry(
                "GET",
                "https://h.test/empty.png",
                200,
                r#"{"size":0,"mimeType":"x-unknown"}"#,
            ),
            entry(
                "GET",
                "https://h.test/damaged.png",
                200,
                r#"{"encoding":"base64","text":"%"}"#,
            ),
            entry("GET", "https://h.test/404.png", 404, r#"{"text":"no"}"#),
            entry("POST", "https://h.test/post.png", 200, r#"{"text":"no"}"#),
        ];
        let text = format!(
            "\u{feff}{{\"log\":{{\"version\":\"1.2\",\"entries\":[{}]}}}}",
            entries.join(",")
        );
        let har = Har::parse(text.as_bytes()).unwrap();
        for (address, found) in [
            ("https://h.test/a.css", Some((Some("text/css"), &b"a{}"[..]))),
            (
                "https://H.test/b.png#part",
                Some((Some("image/png"), &b"\x89PNG"[..])),
            ),
            ("https://h.test/empty.png", None),
            ("https://h.test/damaged.png", None),
            ("https://h.test/404.png", None),
            ("https://h.test/post.png", None),
            ("/b.png", None),
        ] {
            let expected = found.map(|(declared, body)| (declared.map(str::to_owned), body.to_vec()));
            assert_eq!(har.find(address), expected, "{address}");
        }
        for wrong in ["", "[]", "{\"log\":{}}", "a,b\n"] {
            assert!(Har::parse(wrong.as_bytes()).is_err(), "{wrong}");
        }
    }
}
