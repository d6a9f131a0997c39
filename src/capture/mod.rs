//! From a plan to pictures: steps the replay through the frame grid and decides which frames need a new picture.
//! `pipeline` owns the browser's life and takes the pictures on from here.

mod begin_frame;
mod calm;
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
use std::time::Instant;

use image::RgbaImage;
use tokio::sync::mpsc;

use self::film::Film;
use self::scene::{LeftOut, Scene};
use crate::browser::{Browser, FrameControl, Screenshot};
use crate::error::Result;
use crate::frame::{FrameSpec, PageArea, Pointer};
use crate::player::{Player, Players};
use crate::timeline::CapturePlan;

pub use decode::decode;
pub use method::CaptureMethod;
pub use packed::PackedPicture;
pub use slideshow::capture_slideshow;
pub use synthetic::{capture_synthetic, synthetic_picture};
pub use way::{CaptureWay, CaptureWays};

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

/// Whether pictures are taken of frames that nothing changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Frames {
    Changed,
    Every,
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
/// at least played. Each segment begins with a picture, drawn from nothing, so that it does not depend on
/// what was drawn before. Ends early without an error when the sink is closed: then the failure is on the other side.
pub async fn capture(
    method: CaptureMethod,
    browser: &Browser,
    players: &mut Players<'_>,
    plan: &CapturePlan,
    segments: impl Iterator<Item = Range<u64>>,
    sink: &FrameSink,
) -> Result<CaptureStatistics> {
    let left_out = match method.frame_control() {
        FrameControl::BeginFrame => LeftOut::Drawn,
        FrameControl::Display | FrameControl::Browser => LeftOut::Played,
    };
    let scene = Scene::new(players, plan, segments, left_out);
    let mut film = Film::new(sink);
    let statistics = match method {
        CaptureMethod::Damage => begin_frame::capture(Frames::Changed, plan, scene, &mut film).await,
        CaptureMethod::EveryFrame => begin_frame::capture(Frames::Every, plan, scene, &mut film).await,
        CaptureMethod::Framebuffer => {
            framebuffer::capture(Frames::Changed, browser, plan.canvas, scene, &mut film).await
        }
        CaptureMethod::FramebufferEveryFrame => {
            framebuffer::capture(Frames::Every, browser, plan.canvas, scene, &mut film).await
        }
        CaptureMethod::Screenshot => screenshot::capture(scene, &mut film).await,
    }?;
    film.finish().await;
    Ok(statistics)
}

/// Adds the time since `begun` to one of the statistics.
fn spent(seconds: &mut f64, begun: Instant) {
    *seconds += begun.elapsed().as_secs_f64();
}
