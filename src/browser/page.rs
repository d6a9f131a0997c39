//! One page of the browser: shows a single document that we hand in, runs functions in it, draws frames.
//! What else it asks for is the gatekeeper's business. `player` talks to it, `capture` takes pictures of it.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use chromiumoxide_cdp::cdp::browser_protocol::emulation::{
    MediaFeature, SetDeviceMetricsOverrideParams, SetEmulatedMediaParams, SetFocusEmulationEnabledParams,
};
use chromiumoxide_cdp::cdp::browser_protocol::fetch;
use chromiumoxide_cdp::cdp::browser_protocol::headless_experimental::{
    BeginFrameParams, ScreenshotParams, ScreenshotParamsFormat,
};
use chromiumoxide_cdp::cdp::browser_protocol::inspector;
use chromiumoxide_cdp::cdp::browser_protocol::network;
use chromiumoxide_cdp::cdp::browser_protocol::page::{
    self as cdp_page, BringToFrontParams, CaptureScreenshotFormat, CaptureScreenshotParams, NavigateParams,
};
use chromiumoxide_cdp::cdp::browser_protocol::target::{CloseTargetParams, TargetId};
use chromiumoxide_cdp::cdp::js_protocol::runtime::{
    CallArgument, CallFunctionOnParams, EvaluateParams, RemoteObjectId,
};
use chromiumoxide_types::Command;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use tokio::sync::mpsc;

use super::connection::{Answer, Connection};
use super::document::Document;
use super::gatekeeper::{Gatekeeper, page_address};
use super::traffic::Traffic;
use crate::error::{Error, Kind, Result};
use crate::frame::{Canvas, Size};

const LOAD_POLL: Duration = Duration::from_millis(5);

/// A picture as the browser made it: PNG.
#[derive(Debug)]
pub struct Screenshot(pub Vec<u8>);

#[derive(Debug)]
pub struct Page {
    connection: Connection,
    target: TargetId,
    session: Arc<str>,
    deadline: Duration,
    global: RemoteObjectId,
    blocked: Arc<AtomicU64>,
    traffic: Arc<Traffic>,
}

impl Page {
    pub(super) async fn open(
        connection: Connection,
        target: TargetId,
        session: Arc<str>,
        deadline: Duration,
        canvas: Option<Canvas>,
        document: Document,
    ) -> Result<Self> {
        let blocked = Arc::new(AtomicU64::new(0));
        let mut page = Self {
            connection,
            target,
            session,
            deadline,
            global: RemoteObjectId::new(String::new()),
            blocked,
            traffic: Arc::default(),
        };
        page.call(inspector::EnableParams::default()).await?;
        page.call(cdp_page::EnableParams::default()).await?;
        // Whatever else the browser shows, and however late its window gets the focus.
        page.call(SetFocusEmulationEnabledParams::new(true)).await?;
        if let Some(canvas) = canvas {
            let Size { width, height } = canvas.viewport();
            let (width, height) = (i64::from(width), i64::from(height));
            let metrics = SetDeviceMetricsOverrideParams::new(width, height, canvas.scale, false);
            page.call(metrics).await?;
        }

        let ready_when = document.ready_when;
        let base = document.assets.as_ref().and_then(|assets| assets.base.as_ref());
        let address = page_address(base);
        let has_assets = document.assets.is_some();
        page.guard(document).await?;
        page.call(NavigateParams::new(address)).await?;
        page.global = tokio::time::timeout(deadline, page.wait_for(ready_when))
            .await
            .map_err(|_| Error::new(Kind::Stalled, "the player page did not load in time"))??;
        if has_assets {
            let tell_of_traffic = network::EnableParams {
                // The renderer need not keep what it has received.
                max_total_buffer_size: Some(0),
                max_resource_buffer_size: Some(0),
                ..network::EnableParams::default()
            };
            page.call(tell_of_traffic).await?;
        }
        Ok(page)
    }

    /// Has every request of the page answered by a gatekeeper, and followed, from now on.
    async fn guard(&self, document: Document) -> Result<()> {
        let gatekeeper = Gatekeeper {
            connection: self.connection.clone(),
            session: Arc::clone(&self.session),
            deadline: self.deadline,
            document: Arc::new(document),
            blocked: Arc::clone(&self.blocked),
        };
        let (sender, events) = mpsc::unbounded_channel();
        let traffic = Arc::clone(&self.traffic);
        self.connection.listen(&self.session, move |event| {
            traffic.follow(&event);
            let _ = sender.send(event);
        });
        tokio::spawn(gatekeeper.serve(events, Arc::clone(&self.traffic)));
        self.call(fetch::EnableParams::default()).await.map(drop)
    }

    /// Has a feature of media queries this value, in the page and all in it; others are the browser's own.
    pub async fn emulate_media(&self, feature: &str, value: &str) -> Result<()> {
        let features = vec![MediaFeature::new(feature, value)];
        let emulated = SetEmulatedMediaParams {
            features: Some(features),
            ..SetEmulatedMediaParams::default()
        };
        self.call(emulated).await.map(drop)
    }

    /// Calls a function of the page's global object with JSON arguments and waits for its result.
    /// `function` is the text of a JavaScript function.
    pub async fn call_function<T: DeserializeOwned>(
        &self,
        function: &str,
        arguments: Vec<serde_json::Value>,
    ) -> Result<T> {
        let mut params = CallFunctionOnParams::new(function);
        params.object_id = Some(self.global.clone());
        params.return_by_value = Some(true);
        params.await_promise = Some(true);
        params.arguments = Some(
            arguments
                .into_iter()
                .map(|value| CallArgument {
                    value: Some(value),
                    unserializable_value: None,
                    object_id: None,
                })
                .collect(),
        );
        let answer = self.call(params).await?;
        answer.parse::<Evaluated<'_>>()?.into_value()
    }

    /// Draws the frame of `time` (milliseconds, never backwards) if anything changed, and says whether it did.
    pub async fn begin_frame(&self, time: f64, interval: f64) -> Result<bool> {
        let answer = self.call(begin_frame_params(time, interval)).await?;
        Ok(answer.parse::<DrawnFrame<'_>>()?.has_damage)
    }

    /// Draws the frame of `time` and takes its picture; None while the renderer cannot give one yet.
    pub async fn begin_frame_with_screenshot(&self, time: f64, interval: f64) -> Result<Option<Screenshot>> {
        let mut params = begin_frame_params(time, interval);
        params.screenshot = Some(ScreenshotParams {
            format: Some(ScreenshotParamsFormat::Png),
            quality: None,
            optimize_for_speed: Some(true),
        });
        let answer = self.call(params).await?;
        answer
            .parse::<DrawnFrame<'_>>()?
            .screenshot_data
            .map(|data| decode(&data))
            .transpose()
    }

    /// A picture of the page as it is, from a browser that draws frames by itself.
    pub async fn capture_screenshot(&self) -> Result<Screenshot> {
        let params = CaptureScreenshotParams {
            format: Some(CaptureScreenshotFormat::Png),
            optimize_for_speed: Some(true),
            from_surface: Some(true),
            ..CaptureScreenshotParams::default()
        };
        let answer = self.call(params).await?;
        decode(&answer.parse::<Captured<'_>>()?.data)
    }

    /// Shows the page in front of all others of its browser; for pages on a display.
    pub async fn bring_to_front(&self) -> Result<()> {
        self.call(BringToFrontParams::default()).await.map(drop)
    }

    /// Ends the page; its renderer may go as well.
    pub(super) async fn close(&self) -> Result<()> {
        self.connection
            .call(None, CloseTargetParams::new(self.target.clone()), self.deadline)
            .await
            .map(drop)
    }

    /// How many requests of the page were refused.
    pub fn blocked_requests(&self) -> u64 {
        self.blocked.load(Ordering::Relaxed)
    }

    /// Whether anything is loading that the page asked for before its last answer.
    pub fn is_loading(&self) -> bool {
        !self.traffic.is_quiet()
    }

    /// Waits until nothing is loading. After `patience` that is over, and false.
    pub async fn wait_until_loaded(&self, patience: Duration) -> bool {
        let loaded = tokio::time::timeout(patience, self.traffic.until_quiet()).await;
        if loaded.is_err() {
            self.traffic.forget();
        }
        loaded.is_ok()
    }

    async fn wait_for(&self, property: &str) -> Result<RemoteObjectId> {
        let mut params = EvaluateParams::new(format!("window.{property} ? window : undefined"));
        params.return_by_value = Some(false);
        loop {
            let answer = self.call(params.clone()).await?;
            if let Some(global) = answer.parse::<Evaluated<'_>>()?.result.object_id {
                return Ok(RemoteObjectId::new(global));
            }
            tokio::time::sleep(LOAD_POLL).await;
        }
    }

    async fn call<C: Command>(&self, command: C) -> Result<Answer> {
        self.connection
            .call(Some(&self.session), command, self.deadline)
            .await
    }
}

fn begin_frame_params(time: f64, interval: f64) -> BeginFrameParams {
    BeginFrameParams {
        frame_time_ticks: Some(time),
        interval: Some(interval),
        no_display_updates: Some(false),
        screenshot: None,
    }
}

fn decode(data: &str) -> Result<Screenshot> {
    let png = BASE64.decode(data);
    png.map(Screenshot)
        .map_err(|source| Error::new(Kind::Internal, "the browser's picture is not base64").caused_by(source))
}

// Answers that hold pictures or values of any shape are read with borrowed types of our own, which copy less
// than the generated ones and do not fail on fields that a newer browser adds.

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DrawnFrame<'a> {
    has_damage: bool,
    #[serde(borrow)]
    screenshot_data: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Captured<'a> {
    #[serde(borrow)]
    data: Cow<'a, str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Evaluated<'a> {
    #[serde(borrow)]
    result: RemoteValue<'a>,
    exception_details: Option<ExceptionDetails>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RemoteValue<'a> {
    #[serde(borrow)]
    value: Option<&'a RawValue>,
    object_id: Option<String>,
}

#[derive(Deserialize)]
struct ExceptionDetails {
    text: String,
    exception: Option<ExceptionObject>,
}

#[derive(Deserialize)]
struct ExceptionObject {
    description: Option<String>,
}

impl Evaluated<'_> {
    fn into_value<T: DeserializeOwned>(self) -> Result<T> {
        if let Some(details) = self.exception_details {
            let description = details.exception.and_then(|exception| exception.description);
            let why = description.unwrap_or(details.text);
            return Err(Error::new(
                Kind::Internal,
                format!("the player page failed: {why}"),
            ));
        }
        let value = self.result.value.map_or("null", RawValue::get);
        serde_json::from_str(value).map_err(|source| {
            Error::new(Kind::Internal, "the player page gave an unforeseen result").caused_by(source)
        })
    }
}
