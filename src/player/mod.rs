//! The replay inside the page, as Rust sees it: hand the recording in, move it to a session time, learn what
//! changed. `capture` drives it; the page's side of the contract is `player-assets/src/contract.ts`.

mod adapted_assets;
mod adapted_rules;
mod fence;
mod players;
mod pointer;
mod slides;
mod stage;
mod still_images;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use url::Url;

use crate::browser::{Browser, Document, Page, PageAssets};
use crate::error::{Error, Kind, Result};
use crate::frame::{Canvas, PageArea, Pointer};
use crate::recording::{PointerSample, Window};

use self::adapted_assets::AdaptedAssets;
use self::pointer::{Fit, PointerTrack};
use self::still_images::still;
pub use fence::Fence;
pub use players::Players;
pub use slides::{SlideLayout, SlidePlayer};
pub use stage::{Background, ColorScheme, PageFit, StageLook};

/// The player's script, built by `make player` and embedded here.
const SCRIPT: &str = include_str!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/player-assets/dist/player.js"
));

/// Events go to the page in parts of about this size, so that no message gets huge.
const PART_BYTES: usize = 4 << 20;

/// How long the page may take for what it has, beyond the time in which assets arrive.
const PATIENCE: Duration = Duration::from_secs(10);

/// What one step did.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Advance {
    /// Whether anything that can be seen in the page may have changed. The pointer is not in it.
    pub changed: bool,
    /// Session time in milliseconds before which nothing can change; None when nothing is left to come.
    pub quiet_until: Option<f64>,
}

/// What the page says of one step.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Step {
    arrived: bool,
    changed: bool,
    quiet_until: Option<f64>,
    /// None until the replayed window's size is known.
    fit: Option<Fit>,
    pointer: Vec<PointerSample>,
}

/// An asset that the recording names and that was not there to be shown.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct MissingAsset {
    /// Without query and fragment.
    pub url: String,
    /// The policy directive that it fell under, for example `img-src`.
    pub kind: String,
    /// Where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct Warning {
    pub message: String,
    pub count: u64,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct Problems {
    pub missing: Vec<MissingAsset>,
    pub warnings: Vec<Warning>,
    /// Font families that the pages asked for first and that are neither in the recording nor on this machine.
    pub fonts: Vec<String>,
    /// Whether the pages had anything that should be seen.
    pub visible: bool,
}

impl Problems {
    /// Counts those of another player as well.
    pub fn add(&mut self, other: Self) {
        self.merge(other, |known, more| known + more);
    }

    /// Takes in those of another browser that played the same recording, or a part of it: what both met counts once.
    pub fn unite(&mut self, other: Self) {
        self.merge(other, u64::max);
    }

    fn merge(&mut self, other: Self, count: impl Fn(u64, u64) -> u64) {
        for asset in other.missing {
            if !self.missing.contains(&asset) {
                self.missing.push(asset);
            }
        }
        self.visible |= other.visible;
        for family in other.fonts {
            if !self.fonts.contains(&family) {
                self.fonts.push(family);
            }
        }
        for warning in other.warnings {
            match self
                .warnings
                .iter_mut()
                .find(|known| known.message == warning.message)
            {
                Some(known) => known.count = count(known.count, warning.count),
                None => self.warnings.push(warning),
            }
        }
    }
}

/// A page that replays one window of a recording.
#[derive(Debug)]
pub struct Player {
    page: Page,
    canvas: Canvas,
    /// How long the page waits for what it needs.
    patience: Duration,
    pointer: Mutex<PointerTrack>,
}

impl Player {
    /// Opens a page for pictures of `canvas` and begins to replay `window`, whose recording began at
    /// `session_start_ms` since the epoch. Relative addresses are those of the recorded page, unless `assets` has
    /// a base for them.
    pub async fn start(
        browser: &Browser,
        canvas: Canvas,
        stage: StageLook,
        window: &Window,
        session_start_ms: f64,
        mut assets: PageAssets,
    ) -> Result<Self> {
        let patience = PATIENCE + assets.provider.patience();
        assets.base = assets.base.or_else(|| page_address(window));
        assets.provider = Arc::new(AdaptedAssets(assets.provider));
        let page = browser.open_page(canvas, document(assets)?).await?;
        if stage.color_scheme == ColorScheme::Dark {
            page.emulate_media("prefers-color-scheme", "dark").await?;
        }
        for part in parts(window) {
            let load = "function (events) { return this.replaycast.load(events); }";
            let _: u64 = page.call_function(load, vec![part.into()]).await?;
        }
        let start = "function (options) { return this.replaycast.start(options); }";
        let (width, height) = canvas.css_size();
        let options = json!({
            "canvas": { "width": width, "height": height },
            "fit": stage.fit,
            "surround": stage.surround().to_string(),
            "sessionStart": session_start_ms,
            "patience": patience.as_millis(),
        });
        let () = page.call_function(start, vec![options]).await?;
        let player = Self {
            page,
            canvas,
            patience,
            pointer: Mutex::default(),
        };
        player.settle().await?;
        Ok(player)
    }

    /// Moves the replay to `session_ms`, which is never before the last one, and waits until it can be drawn. If
    /// anything may have changed, the fence changes in the same frame.
    pub async fn advance_with_fence(&self, session_ms: f64, fence: &mut Fence) -> Result<Advance> {
        let next = fence.next();
        let advance = "function (time, fence) { return this.replaycast.advance(time, fence); }";
        let advance = self.step(advance, vec![json!(session_ms), json!(next)]).await?;
        if advance.advance.changed {
            *fence = next;
        }
        if advance.late {
            // The first change was there before all of the frame was.
            self.paint_fence(fence).await?;
        }
        Ok(advance.advance)
    }

    /// Gives the fence another colour, in a frame of its own.
    pub async fn paint_fence(&self, fence: &mut Fence) -> Result<()> {
        fence.change_color();
        let paint = "function (fence) { return this.replaycast.paintFence(fence); }";
        self.page.call_function(paint, vec![json!(fence)]).await
    }

    /// Moves the replay to `session_ms`, which is never before the last one, and waits until it can be drawn.
    pub async fn advance(&self, session_ms: f64) -> Result<Advance> {
        let advance = "function (time) { return this.replaycast.advance(time); }";
        Ok(self.step(advance, vec![json!(session_ms)]).await?.advance)
    }

    /// Moves the replay through frames that nobody looks at, by the same steps as [`Self::advance`]. Returns how many
    /// of these session times are passed, maybe none: the page stops in between, so that no call takes long.
    pub async fn pass(&self, session_ms: &[f64]) -> Result<usize> {
        let pass = "function (times) { return this.replaycast.pass(times); }";
        let passed = self.page.call_function(pass, vec![json!(session_ms)]).await?;
        self.settle().await?;
        Ok(passed)
    }

    /// Takes the replay out of the picture, or puts it back. Once a frame was drawn without it, nothing is left of
    /// what was drawn before. The fence is painted, if there is one.
    pub async fn conceal(&self, concealed: bool, fence: Option<&Fence>) -> Result<()> {
        let conceal = "function (concealed, fence) { return this.replaycast.conceal(concealed, fence); }";
        let arguments = [json!(concealed)]
            .into_iter()
            .chain(fence.map(|fence| json!(fence)));
        self.page.call_function(conceal, arguments.collect()).await
    }

    async fn step(&self, advance: &str, arguments: Vec<Value>) -> Result<Stepped> {
        loop {
            let mut step: Step = self.page.call_function(advance, arguments.clone()).await?;
            let settled = self.settle().await?;
            let late = settled.is_some();
            if let Some(quiet_until) = settled {
                step.quiet_until = quiet_until;
            }
            self.follow_pointer(&step);
            if step.arrived {
                return Ok(Stepped {
                    advance: Advance {
                        changed: step.changed || late,
                        quiet_until: step.quiet_until,
                    },
                    late,
                });
            }
        }
    }

    fn follow_pointer(&self, step: &Step) {
        let mut pointer = self.pointer.lock().unwrap_or_else(PoisonError::into_inner);
        pointer.follow(step.fit.map(|fit| fit.times(self.canvas.scale)), &step.pointer);
    }

    /// Waits for what the page itself does not see: images that only style sheets ask for, and whatever asks for more
    /// once it is there. None where there was nothing to wait for; else until when nothing can change.
    async fn settle(&self) -> Result<Option<Option<f64>>> {
        let begun = Instant::now();
        let mut settled = None;
        while self.page.is_loading() {
            let left = self.patience.saturating_sub(begun.elapsed());
            self.page.wait_until_loaded(left).await;
            let settle = "function () { return this.replaycast.settle(); }";
            settled = Some(self.page.call_function(settle, Vec::new()).await?);
        }
        Ok(settled)
    }

    /// The mouse or the finger in the picture, at a session time that no later advance was for; None before it first
    /// moved.
    pub fn pointer_at(&self, session_ms: f64) -> Option<Pointer> {
        let pointer = self.pointer.lock().unwrap_or_else(PoisonError::into_inner);
        pointer.at(session_ms)
    }

    /// Where the page is in the picture, at the time of the last advance; None until its size is known.
    pub fn page_area(&self) -> Option<PageArea> {
        let pointer = self.pointer.lock().unwrap_or_else(PoisonError::into_inner);
        pointer.page_in(self.canvas.size)
    }

    pub async fn problems(&self) -> Result<Problems> {
        let problems = "function () { return this.replaycast.problems(); }";
        self.page.call_function(problems, Vec::new()).await
    }

    pub const fn page(&self) -> &Page {
        &self.page
    }
}

/// A step, and whether some of it came after the page had thought that it was ready.
struct Stepped {
    advance: Advance,
    late: bool,
}

/// The address of the window's first page that has one.
fn page_address(window: &Window) -> Option<Url> {
    let pages = window.events.iter().filter_map(|event| event.href());
    let mut addresses = pages.filter_map(|href| Url::parse(href).ok());
    addresses.find(|url| matches!(url.scheme(), "http" | "https"))
}

/// The recording as JSON arrays of bounded size, its images standing still.
fn parts(window: &Window) -> Vec<String> {
    let mut parts = Vec::new();
    let mut part = String::new();
    for event in &window.events {
        part.push(if part.is_empty() { '[' } else { ',' });
        part.push_str(&still(&event.json));
        if part.len() >= PART_BYTES {
            part.push(']');
            parts.push(std::mem::take(&mut part));
        }
    }
    if !part.is_empty() {
        part.push(']');
        parts.push(part);
    }
    parts
}

/// The page under a policy that lets our script run and nothing else, and lets nothing load but images, fonts and
/// style sheets, and read but data of the recording itself. The replayed documents inherit it.
fn document(assets: PageAssets) -> Result<Document> {
    let nonce = nonce()?;
    Ok(Document {
        html: format!(
            "<!doctype html><html><head><meta charset=utf-8></head><body>\
             <script nonce={nonce}>{SCRIPT}</script></body></html>"
        ),
        content_security_policy: format!(
            "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'unsafe-inline' data: blob: http: https:; \
             img-src data: blob: http: https:; font-src data: blob: http: https:; connect-src data:; frame-src 'none'; \
             object-src 'none'; worker-src 'none'; base-uri 'none'; form-action 'none'"
        ),
        ready_when: "replaycast",
        assets: Some(assets),
    })
}

fn nonce() -> Result<String> {
    let mut random = [0_u8; 16];
    rustix::rand::getrandom(&mut random, rustix::rand::GetRandomFlags::empty()).map_err(|source| {
        Error::new(Kind::Internal, "no random numbers from the system").caused_by(source)
    })?;
    Ok(format!("{:032x}", u128::from_ne_bytes(random)))
}
