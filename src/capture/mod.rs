//! From a plan to pictures: steps the replay through the frame grid and decides which frames need a new picture.
//! Called by `pipeline`, which owns the browser's life and takes the pictures on from here.

mod begin_frame;
mod decode;
mod film;
mod framebuffer;
mod method;
mod packed;
mod probe;
mod resample;
mod reuse;
mod scene;
mod screenshot;
mod slide_picture;
mod slideshow;
mod synthetic;
mod way;

use std::ops::{AddAssign, Range};
use std::sync::Arc;
use std::time::{Duration, Instant};

use image::RgbaImage;
use tokio::sync::mpsc;

use crate::browser::{Browser, Screenshot};
use crate::error::{Error, Kind, Result};
use crate::frame::{FrameSpec, PageArea, Pointer};
use crate::player::{Player, Players, Problems, StageLook};
use crate::timeline::{CapturePlan, Slideshow};

pub use decode::decode;
pub use method::CaptureMethod;
pub use packed::PackedPicture;
pub use synthetic::synthetic_picture;
pub use way::{CaptureWay, start_first};

/// What a captured frame shows, before it is decoded.
#[derive(Debug)]
pub enum Shot {
    Encoded(Screenshot),
    Picture(Arc<RgbaImage>),
    /// A picture that has to wait.
    Packed(PackedPicture),
    /// A made-up picture, known by its number.
    Synthetic(u64),
    /// Exactly the picture of the frame before, but for the pointer.
    Repeat,
}

#[derive(Debug)]
pub struct CapturedFrame {
    pub spec: FrameSpec,
    pub shot: Shot,
    /// What is to be drawn on it; a moving pointer alone is no reason to take a picture.
    pub pointer: Option<Pointer>,
    /// Places of the grid that look like it, its own included; at least 1.
    pub lasts: u64,
    /// Where the page is in it; None where nobody knows.
    pub page: Option<PageArea>,
}

/// Where captured frames go; closed when whoever takes them has failed.
pub type FrameSink = mpsc::Sender<CapturedFrame>;

impl CapturedFrame {
    /// What a player shows at the time of its last advance.
    fn of(player: &Player, spec: FrameSpec, shot: Shot) -> Self {
        Self {
            spec,
            shot,
            pointer: player.pointer_at(spec.session_ms),
            page: player.page_area(),
            lasts: 1,
        }
    }
}

/// What the capture cost, for the report.
#[derive(Debug, Clone, Copy, Default, PartialEq, serde::Serialize)]
pub struct CaptureStatistics {
    /// Pictures taken.
    pub screenshots: u64,
    /// Calls that moved the replay.
    pub advances: u64,
    /// Frames drawn without a picture, to ask for damage.
    pub damage_checks: u64,
    /// Seconds spent moving the replay, asking for damage and taking pictures; the report has them with its timings.
    #[serde(skip)]
    pub advance_s: f64,
    #[serde(skip)]
    pub damage_check_s: f64,
    #[serde(skip)]
    pub screenshot_s: f64,
}

impl AddAssign for CaptureStatistics {
    fn add_assign(&mut self, other: Self) {
        self.screenshots += other.screenshots;
        self.advances += other.advances;
        self.damage_checks += other.damage_checks;
        self.advance_s += other.advance_s;
        self.damage_check_s += other.damage_check_s;
        self.screenshot_s += other.screenshot_s;
    }
}

/// Captures these segments of the plan's frames, in order, from players that have not begun; frames between them are
/// played without being drawn. Each segment begins with a picture, drawn from nothing, so that it does not depend on
/// what was drawn before. Ends early without an error when the sink is closed: then the failure is on the other side.
pub async fn capture(
    method: CaptureMethod,
    browser: &Browser,
    players: &mut Players<'_>,
    plan: &CapturePlan,
    segments: impl Iterator<Item = Range<u64>>,
    sink: &FrameSink,
) -> Result<CaptureStatistics> {
    match method {
        CaptureMethod::Damage => begin_frame::capture_damage(players, plan, segments, sink).await,
        CaptureMethod::EveryFrame => begin_frame::capture_every_frame(players, plan, segments, sink).await,
        CaptureMethod::Framebuffer | CaptureMethod::FramebufferEveryFrame => {
            let framebuffer = browser
                .framebuffer()
                .ok_or_else(|| Error::new(Kind::Internal, "the browser draws on no display"))?;
            let frames = match method {
                CaptureMethod::FramebufferEveryFrame => framebuffer::Frames::Every,
                _ => framebuffer::Frames::Changed,
            };
            framebuffer::capture(
                frames,
                framebuffer,
                players,
                plan,
                segments,
                browser.deadline(),
                sink,
            )
            .await
        }
        CaptureMethod::Screenshot => screenshot::capture(players, plan, segments, sink).await,
    }
}

/// Draws these segments of a plan that shows nothing but screenshots, in order; needs no browser. Tells which could not
/// be decoded: then the one before stays.
pub async fn capture_slideshow(
    slideshow: &Slideshow,
    stage: StageLook,
    plan: &CapturePlan,
    segments: impl Iterator<Item = Range<u64>>,
    sink: &FrameSink,
) -> Result<(CaptureStatistics, Problems)> {
    slideshow::capture(slideshow, stage, plan, segments, sink).await
}

/// Made-up frames for the whole plan; needs no player.
pub async fn capture_synthetic(plan: &CapturePlan, sink: &FrameSink) -> CaptureStatistics {
    synthetic::capture(plan, sink).await
}

/// Adds the time since `begun` to one of the statistics.
fn spent(seconds: &mut f64, begun: Instant) {
    *seconds += begun.elapsed().as_secs_f64();
}

/// How often a picture is asked for before the browser counts as unable to give one.
const PICTURE_TRIES: u32 = 10;
const PICTURE_PAUSE: Duration = Duration::from_millis(20);
