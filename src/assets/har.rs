//! The replies in a HAR file (HTTP Archive 1.2), which browsers' developer tools save.

use std::borrow::Cow;
use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use url::Url;

use super::content::{Found, accept};
use super::without_fragment;
use crate::browser::AssetKind;
use crate::har::{Content, Entry, Response, entries};
use crate::source::http::MOST_REDIRECTS;

const KINDS: [AssetKind; 3] = [AssetKind::Image, AssetKind::Font, AssetKind::Stylesheet];

#[derive(Debug)]
pub(super) struct Har {
    /// By address, without its fragment.
    replies: HashMap<String, Found>,
    redirects: HashMap<String, String>,
}

impl Har {
    pub(super) fn parse(bytes: &[u8]) -> serde_json::Result<Self> {
        let mut har = Self {
            replies: HashMap::new(),
            redirects: HashMap::new(),
        };
        for Entry { request, response } in entries(bytes)?.into_iter().filter_map(Entry::parse) {
            if request.method == "GET"
                && let Some(response) = response
                && let Ok(url) = Url::parse(&request.url)
            {
                har.add(&url, &response);
            }
        }
        Ok(har)
    }

    fn add(&mut self, url: &Url, response: &Response<'_>) {
        match (response.status, response.redirect.as_deref()) {
            // Not modified: the browser has put in what it had.
            (200 | 304, _) => {
                let Some(content) = &response.content else { return };
                let declared = content.mime_type.as_deref();
                // Most of a page's replies are no assets.
                let is_asset = |body: &[u8]| KINDS.iter().any(|kind| accept(*kind, declared, body).is_some());
                if let Some(body) = body(content).filter(|body| is_asset(body)) {
                    let declared = declared.map(str::to_owned);
                    self.replies
                        .insert(without_fragment(url.to_string()), (declared, body.into()));
                }
            }
            (300..400, Some(to)) => {
                if let Ok(to) = url.join(to) {
                    let from = without_fragment(url.to_string());
                    self.redirects.insert(from, without_fragment(to.into()));
                }
            }
            _ => {}
        }
    }

    pub(super) fn find(&self, address: &str) -> Option<Found> {
        let url = Url::parse(address).ok()?;
        let mut address = &without_fragment(url.into());
        for _ in 0..=MOST_REDIRECTS {
            if let Some(found) = self.replies.get(address) {
                return Some(found.clone());
            }
            address = self.redirects.get(address)?;
        }
        None
    }
}

/// None where it was not saved, or is damaged. What is saved as text is Unicode now.
fn body(content: &Content<'_>) -> Option<Vec<u8>> {
    let text: Cow<'_, str> = serde_json::from_str(content.text?.get()).ok()?;
    if content.is_base64() {
        return BASE64.decode(&*text).ok();
    }
    // A byte order mark says so, whatever the type or the text says of its characters.
    let is_clear = text.is_ascii() || text.starts_with('\u{feff}');
    Some(
        if is_clear {
            text.into_owned()
        } else {
            format!("\u{feff}{text}")
        }
        .into_bytes(),
    )
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

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
                r#"{"mimeType":"image/png","encoding":"base64","text":"iVBORw0KGgo="}"#,
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
            entry(
                "GET",
                "https://h.test/moved.png",
                302,
                r#"{"size":0},"redirectURL":"b.png""#,
            ),
            entry(
                "GET",
                "https://h.test/loop.png",
                301,
                r#"{},"redirectURL":"/loop.png""#,
            ),
            entry(
                "GET",
                "https://h.test/x.html",
                200,
                r#"{"mimeType":"text/html","text":"<p>"}"#,
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
                Some((Some("image/png"), &b"\x89PNG\r\n\x1a\n"[..])),
            ),
            (
                "https://h.test/moved.png",
                Some((Some("image/png"), &b"\x89PNG\r\n\x1a\n"[..])),
            ),
            ("https://h.test/loop.png", None),
            ("https://h.test/x.html", None),
            ("https://h.test/empty.png", None),
            ("https://h.test/damaged.png", None),
            ("https://h.test/404.png", None),
            ("https://h.test/post.png", None),
            ("/b.png", None),
        ] {
            let expected = found.map(|(declared, body)| (declared.map(str::to_owned), Arc::from(body)));
            assert_eq!(har.find(address), expected, "{address}");
        }
        for wrong in ["", "[]", "{\"log\":{}}", "a,b\n"] {
            assert!(Har::parse(wrong.as_bytes()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn odd_entries_take_nothing_from_the_others() {
        let text = r#"{"log":{"entries":[
            {"request":{"method":"GET","url":"https://h.test/a.js"},
             "response":{"status":200,"content":{"mimeType":"text/javascript","text":"half a pair: \ud83d"}}},
            {"request":{"method":"GET","url":"https://h.test/aborted.png"},"response":null},
            {"request":{"method":"GET","url":"https://h.test/a.css"},
             "response":{"status":200,"content":{"mimeType":"text/css","text":"a{}"}}}]}}"#;
        let har = Har::parse(text.as_bytes()).unwrap();
        assert!(har.find("https://h.test/a.css").is_some());
        assert!(har.find("https://h.test/aborted.png").is_none());
    }

    #[test]
    fn a_reply_that_is_not_modified_has_the_body_of_the_browsers_cache() {
        let text = r#"{"log":{"entries":[{"request":{"method":"GET","url":"https://h.test/a.css"},
            "response":{"status":304,"redirectURL":"","content":{"mimeType":"text/css","text":"a{}"}}}]}}"#;
        let har = Har::parse(text.as_bytes()).unwrap();
        assert!(har.find("https://h.test/a.css").is_some());
    }

    #[test]
    fn text_is_unicode_whatever_it_came_in() {
        let text = r#"{"log":{"entries":[{"request":{"method":"GET","url":"https://h.test/a.css"},
            "response":{"status":200,"content":{
                "mimeType":"text/css; charset=iso-8859-1","text":"a::before{content:'é'}"}}}]}}"#;
        let har = Har::parse(text.as_bytes()).unwrap();
        let (declared, body) = har.find("https://h.test/a.css").unwrap();
        assert_eq!(declared.as_deref(), Some("text/css; charset=iso-8859-1"));
        assert_eq!(&*body, "\u{feff}a::before{content:'é'}".as_bytes());
    }
}
