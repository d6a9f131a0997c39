//! Made-up frames, so that everything but the browser can be tested without one: a new picture once a second,
//! repeats between.

use image::{Rgba, RgbaImage};

use super::film::Film;
use super::{CaptureStatistics, CapturedFrame, FrameSink, Shot};
use crate::frame::Size;
use crate::timeline::CapturePlan;

const PICTURE_EVERY_MS: f64 = 1000.0;

/// Made-up frames for the whole plan; needs no player.
pub async fn capture_synthetic(plan: &CapturePlan, sink: &FrameSink) -> CaptureStatistics {
    let mut statistics = CaptureStatistics::default();
    let mut shown = None;
    let mut film = Film::new(sink);
    for place in 0..plan.frame_count {
        let spec = plan.frame(place);
        // Each video begins with a picture.
        let number = (plan.video_at(place), (spec.session_ms / PICTURE_EVERY_MS) as u64);
        let shot = if shown.replace(number) == Some(number) {
            Shot::Repeat
        } else {
            statistics.screenshots += 1;
            Shot::Synthetic(number.1)
        };
        let frame = CapturedFrame {
            spec,
            shot,
            pointer: None,
            page: None,
            lasts: 1,
        };
        if film.add(frame).await.is_err() {
            break;
        }
    }
    film.finish().await;
    statistics
}

/// The picture of a number: eight vertical bars, bright where the number's bit is set.
pub fn synthetic_picture(size: Size, number: u64) -> RgbaImage {
    RgbaImage::from_fn(size.width, size.height, |x, _| {
        let bit = u64::from(x) * 8 / u64::from(size.width.max(1));
        let level = if number >> bit & 1 == 1 { 220 } else { 40 };
        Rgba([level, level, 128, 255])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_spell_the_number() {
        let picture = synthetic_picture(Size::new(80, 2), 0b101);
        let bright: Vec<bool> = (0..8)
            .map(|bar| picture.get_pixel(bar * 10 + 5, 1)[0] > 128)
            .collect();
        assert_eq!(bright, [true, false, true, false, false, false, false, false]);
    }
}
