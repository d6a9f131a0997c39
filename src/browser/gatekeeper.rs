//! Answers every request of a page: the document from memory, images, fonts and style sheets from the provider of
//! assets, all else with a refusal. `page` starts one for each page.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use chromiumoxide_cdp::cdp::browser_protocol::fetch;
use chromiumoxide_cdp::cdp::browser_protocol::network::ErrorReason;
use chromiumoxide_cdp::cdp::browser_protocol::page::HandleJavaScriptDialogParams;
use chromiumoxide_types::Command;
use serde::Deserialize;
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use url::Url;

use super::asset::{AssetKind, AssetReply};
use super::connection::{Connection, Event};
use super::document::Document;
use super::traffic::Traffic;

/// A name that nobody can own. Below `localhost` (RFC 6761) a page may use what browsers keep for secure ones, such as
/// decoders, without https: under that it would not show the assets of a recorded page that was not.
const ORIGIN: &str = "http://player.replaycast.localhost";

/// Behind it are recorded addresses of SVG images of which browsers show parts only if they are of a document's own origin.
/// `sprites.ts` writes them so.
const SAME_ORIGIN: &str = "/.replaycast/same-origin/";

const SVG: &str = "image/svg+xml";

/// The page's address: its path is that of what relative addresses are relative to.
pub(super) fn page_address(base: Option<&Url>) -> String {
    format!("{ORIGIN}{}", base.map_or("/", Url::path))
}

#[derive(Clone)]
pub(super) struct Gatekeeper {
    pub(super) connection: Connection,
    pub(super) session: Arc<str>,
    pub(super) deadline: Duration,
    pub(super) document: Arc<Document>,
    pub(super) blocked: Arc<AtomicU64>,
}

/// `Fetch.requestPaused`, as much of it as decides. The generated type refuses resource types that it does not
/// know, and a request without an answer would hang the page.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PausedRequest {
    request_id: String,
    request: Requested,
    resource_type: String,
}

#[derive(Deserialize)]
struct Requested {
    url: String,
    method: String,
    #[serde(default)]
    headers: HashMap<String, String>,
}

impl Requested {
    /// Who may read the answer: whoever asks, or anybody where it does not say who that is.
    fn reader(&self) -> &str {
        self.headers.get("Origin").map_or("*", String::as_str)
    }
}

impl Gatekeeper {
    /// Until the browser goes; then nothing is under way any more.
    pub(super) async fn serve(self, mut events: mpsc::UnboundedReceiver<Event>, traffic: Arc<Traffic>) {
        let mut served = false;
        while let Some(event) = events.recv().await {
            match event.method.as_str() {
                "Fetch.requestPaused" => {
                    let Some(paused) = event.parse::<PausedRequest>() else {
                        continue;
                    };
                    let is_document =
                        paused.resource_type == "Document" && paused.request.url.starts_with(ORIGIN);
                    if is_document && !served {
                        served = true;
                        self.tell(self.document_answer(paused.request_id)).await;
                    } else {
                        self.answer(paused).await;
                    }
                }
                "Page.javascriptDialogOpening" => self.tell(HandleJavaScriptDialogParams::new(false)).await,
                _ => {}
            }
        }
        traffic.forget();
    }

    /// Gives an asset as soon as it is there; refuses everything else at once.
    async fn answer(&self, paused: PausedRequest) {
        let asset = self
            .document
            .assets
            .as_ref()
            .filter(|_| paused.request.method == "GET")
            .and_then(|assets| {
                let kind = AssetKind::of(&paused.resource_type)?;
                let asked = Asked::of(kind, &paused.request.url, assets.base.as_ref())?;
                Some((Arc::clone(&assets.provider), kind, asked))
            });
        let Some((provider, kind, Asked { address, only_svg })) = asset else {
            self.blocked.fetch_add(1, Ordering::Relaxed);
            self.tell(refusal(paused)).await;
            return;
        };
        let this = self.clone();
        tokio::spawn(async move {
            match provider.answer(kind, address).await {
                Some(reply) if !only_svg || is_svg(&reply) => {
                    let (answer, room) = asset_answer(&paused, reply);
                    this.tell(answer).await;
                    drop(room);
                }
                _ => this.tell(failure(paused.request_id, ErrorReason::Failed)).await,
            }
        });
    }

    /// A command whose failure shows elsewhere: the page crashes or stalls.
    async fn tell<C: Command>(&self, command: C) {
        let told = self.connection.call(Some(&self.session), command, self.deadline);
        drop(told.await);
    }

    fn document_answer(&self, request: String) -> fetch::FulfillRequestParams {
        let headers = [
            ("Content-Type", "text/html; charset=utf-8"),
            ("Content-Security-Policy", &self.document.content_security_policy),
            ("Referrer-Policy", "no-referrer"),
        ];
        fulfilled(request, 200, &headers, Some(self.document.html.as_bytes()))
    }
}

/// What a page asks for.
#[derive(Debug, PartialEq, Eq)]
struct Asked {
    /// As the recorded page meant it.
    address: String,
    only_svg: bool,
}

impl Asked {
    /// None for what no page is given.
    fn of(kind: AssetKind, url: &str, base: Option<&Url>) -> Option<Self> {
        let recorded = path_of_ours(url).and_then(|path| path.strip_prefix(SAME_ORIGIN));
        let only_svg = recorded.is_some();
        let address = match recorded {
            Some(recorded) => (kind == AssetKind::Image && is_web(recorded)).then(|| recorded.to_owned()),
            None => asset_address(url, base),
        };
        address.map(|address| Self { address, only_svg })
    }
}

fn path_of_ours(url: &str) -> Option<&str> {
    url.strip_prefix(ORIGIN).filter(|path| path.starts_with('/'))
}

fn is_web(url: &str) -> bool {
    url.starts_with("http://") || url.starts_with("https://")
}

/// The address as the recorded page meant it; None for what is no web address.
fn asset_address(url: &str, base: Option<&Url>) -> Option<String> {
    match (path_of_ours(url), base) {
        (Some(path), Some(base)) => Some(format!("{}{path}", base.origin().ascii_serialization())),
        (Some(path), None) => Some(path.to_owned()),
        (None, _) => is_web(url).then(|| url.to_owned()),
    }
}

fn is_svg(reply: &AssetReply) -> bool {
    matches!(reply, AssetReply::Body { content_type, .. } if content_type == SVG)
}

/// The answer, and what to hold on to until the browser has it.
fn asset_answer(
    paused: &PausedRequest,
    reply: AssetReply,
) -> (fetch::FulfillRequestParams, Option<OwnedSemaphorePermit>) {
    let request = paused.request_id.clone();
    let reader = paused.request.reader();
    match reply {
        AssetReply::Body {
            content_type,
            body,
            room,
        } => {
            let headers = [
                ("Content-Type", content_type.as_str()),
                ("X-Content-Type-Options", "nosniff"),
                // Fonts load from nowhere else without this, nor does what is asked for with credentials without both.
                ("Access-Control-Allow-Origin", reader),
                ("Access-Control-Allow-Credentials", "true"),
                // An element that is made anew need not ask again.
                ("Cache-Control", "max-age=31536000"),
            ];
            (fulfilled(request, 200, &headers, Some(&body)), Some(room))
        }
        AssetReply::MovedTo(address) => {
            let headers = [
                ("Location", address.as_str()),
                ("Access-Control-Allow-Origin", reader),
                ("Access-Control-Allow-Credentials", "true"),
            ];
            (fulfilled(request, 302, &headers, None), None)
        }
    }
}

fn fulfilled(
    request: String,
    status: i64,
    headers: &[(&str, &str)],
    body: Option<&[u8]>,
) -> fetch::FulfillRequestParams {
    let mut answer = fetch::FulfillRequestParams::new(fetch::RequestId::new(request), status);
    let headers = headers
        .iter()
        .map(|(name, value)| fetch::HeaderEntry::new(*name, *value));
    answer.response_headers = Some(headers.collect());
    answer.body = body.map(|body| BASE64.encode(body).into());
    answer
}

/// An aborted navigation leaves the frame as it was; any other refusal would show an error page in it.
fn refusal(paused: PausedRequest) -> fetch::FailRequestParams {
    let reason = match paused.resource_type.as_str() {
        "Document" => ErrorReason::Aborted,
        _ => ErrorReason::BlockedByClient,
    };
    failure(paused.request_id, reason)
}

fn failure(request: String, reason: ErrorReason) -> fetch::FailRequestParams {
    fetch::FailRequestParams::new(fetch::RequestId::new(request), reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_addresses_are_those_of_the_recorded_page() {
        let base = Url::parse("https://shop.test:8443/app/page.html?x=1").unwrap();
        assert_eq!(
            page_address(Some(&base)),
            "http://player.replaycast.localhost/app/page.html"
        );
        assert_eq!(page_address(None), "http://player.replaycast.localhost/");
        for (url, with_base, without) in [
            (
                "http://player.replaycast.localhost/app/x.png?v=2",
                Some("https://shop.test:8443/app/x.png?v=2"),
                Some("/app/x.png?v=2"),
            ),
            (
                "https://cdn.test/x.png",
                Some("https://cdn.test/x.png"),
                Some("https://cdn.test/x.png"),
            ),
            (
                "http://player.replaycast.localhost.test/x",
                Some("http://player.replaycast.localhost.test/x"),
                Some("http://player.replaycast.localhost.test/x"),
            ),
            ("file:///etc/passwd", None, None),
            ("ftp://h/x.png", None, None),
        ] {
            assert_eq!(asset_address(url, Some(&base)).as_deref(), with_base, "{url}");
            assert_eq!(asset_address(url, None).as_deref(), without, "{url}");
        }
    }

    #[test]
    fn parts_of_svg_images_come_from_the_recorded_address() {
        let base = Url::parse("https://shop.test/app/").unwrap();
        let asked = |kind, behind: &str| {
            let url = format!("http://player.replaycast.localhost/.replaycast/same-origin/{behind}");
            Asked::of(kind, &url, Some(&base))
        };
        for (behind, expected) in [
            ("https://shop.test/x.svg?v=2", Some("https://shop.test/x.svg?v=2")),
            ("http://[::1]:80/a/x.svg", Some("http://[::1]:80/a/x.svg")),
            ("file:///etc/passwd", None),
            ("x.svg", None),
            ("", None),
        ] {
            let expected = expected.map(|address| Asked {
                address: address.to_owned(),
                only_svg: true,
            });
            assert_eq!(asked(AssetKind::Image, behind), expected, "{behind}");
            assert_eq!(asked(AssetKind::Stylesheet, behind), None, "{behind}");
            assert_eq!(asked(AssetKind::Font, behind), None, "{behind}");
        }
    }
}
