//! Pictures of recordings that are screenshots themselves: decoded when their frame is due, without a browser. The
//! same frames as a browser's: a new picture where another slide is shown, repeats between.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;
use std::time::Instant;

use image::RgbImage;
use tokio::task::spawn_blocking;

use super::film::Film;
use super::scene::at;
use super::slide_picture::{decode, draw};
use super::{CaptureStatistics, CapturedFrame, FrameSink, Shot, spent};
use crate::error::{Error, Kind, Result};
use crate::player::{Problems, SlideLayout, SlidePlayer, StageLook, Warning};
use crate::timeline::{CapturePlan, Slideshow};

const DAMAGED: &str = "a screenshot is damaged: the one before it stays";

/// Draws these segments of a plan that shows nothing but screenshots, in order; needs no browser. Tells which could not
/// be decoded: then the one before stays.
pub async fn capture_slideshow(
    slideshow: &Slideshow,
    stage: StageLook,
    plan: &CapturePlan,
    segments: impl Iterator<Item = Range<u64>>,
    sink: &FrameSink,
) -> Result<(CaptureStatistics, Problems)> {
    let mut statistics = CaptureStatistics::default();
    let mut problems = Problems::default();
    let mut windows = BTreeMap::new();
    let mut shown = None;
    let mut film = Film::new(sink);
    let mut video = None;
    for spec in segments.flatten().map(|place| plan.frame(place)) {
        // Each video is what it is alone.
        let playing = Some(plan.video_at(spec.index));
        if video != playing {
            (video, shown) = (playing, None);
            windows.clear();
        }
        let place = plan.windows.window_at(spec.session_ms);
        let slides = slideshow
            .window(place)
            .ok_or_else(|| Error::new(Kind::Internal, "a window is shown that was not looked at"))?;
        let window = windows.entry(place).or_insert_with(|| Window {
            player: SlidePlayer::new(slides, plan.canvas, stage),
            latest: None,
            damaged: None,
        });
        let slide = window.player.advance(spec.session_ms);
        let mut shot = Shot::Repeat;
        if shown.replace((place, slide)) != Some((place, slide)) {
            let begun = Instant::now();
            let drawn = window.draw().await.map_err(at(spec))?;
            statistics.screenshots += 1;
            spent(&mut statistics.screenshot_s, begun);
            problems.add(drawn.problems);
            shot = drawn.shot;
        }
        let frame = CapturedFrame {
            spec,
            shot,
            pointer: window.player.pointer_at(spec.session_ms),
            page: window.player.page_area(),
            lasts: 1,
        };
        if film.add(frame).await.is_err() {
            break;
        }
    }
    film.finish().await;
    Ok((statistics, problems))
}

/// A window of the app, which stands wherever it was left.
struct Window<'a> {
    player: SlidePlayer<'a>,
    /// The last screenshot that could be decoded, in case that the next one is damaged.
    latest: Option<Arc<RgbImage>>,
    /// The last one that could not: it counts once, in however many layouts it is shown.
    damaged: Option<SlideLayout>,
}

struct Drawn {
    shot: Shot,
    problems: Problems,
}

impl Window<'_> {
    /// Draws what is shown now, on a thread of its own.
    async fn draw(&mut self) -> Result<Drawn> {
        let layout = self.player.layout();
        let latest = self.latest.take();
        let mut problems = Problems {
            visible: layout.screenshot.is_some(),
            ..Problems::default()
        };
        let drawing = spawn_blocking(move || {
            let decoded = layout
                .screenshot
                .as_ref()
                .map(|(_, screenshot)| screenshot.bytes().and_then(|file| decode(&file)));
            let is_damaged = matches!(decoded, Some(None));
            let image = decoded.flatten().map(Arc::new).or(latest);
            let picture = draw(&layout, image.as_deref());
            (picture, image, is_damaged.then_some(layout))
        });
        let (picture, image, damaged) = drawing.await.map_err(|source| {
            Error::new(Kind::Internal, "drawing a screenshot broke down").caused_by(source)
        })?;
        self.latest = image;
        if let Some(damaged) = damaged {
            let image = |layout: &SlideLayout| layout.screenshot.as_ref().map(|(_, image)| image.clone());
            let known = self.damaged.as_ref().and_then(image);
            if known != image(&damaged) {
                problems.warnings.push(Warning {
                    message: DAMAGED.to_owned(),
                    count: 1,
                });
            }
            self.damaged = Some(damaged);
        }
        Ok(Drawn {
            shot: Shot::Picture(Arc::new(picture)),
            problems,
        })
    }
}
