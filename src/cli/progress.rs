//! Progress on standard error: a bar, plain lines or JSON lines. Told by the pipeline, frame by frame.

use std::io::IsTerminal;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle as BarStyle};
use serde_json::json;

use super::args::ProgressStyle;
use super::telling::Telling;
use super::{fitting, print};
use crate::encode::OutputFormat;
use crate::pipeline::{RenderEvent, RenderObserver};
use crate::timeline::CapturePlan;

const PLAIN_EVERY: Duration = Duration::from_secs(5);
const JSON_EVERY: Duration = Duration::from_secs(1);
const BAR_PER_SECOND: u8 = 5;

/// The time that is left is told once frames have come for [`LEAST_SECONDS`], and of [`LEAST_PART`] frames one is there.
const LEAST_SECONDS: f64 = 2.0;
const LEAST_PART: u64 = 50;

#[derive(Debug)]
pub(super) struct Progress {
    frames: u64,
    /// Video milliseconds of one frame.
    frame_ms: f64,
    begun: Instant,
    /// When the first frames were there, and how many: what came before says nothing of what is left.
    first: OnceLock<(Instant, u64)>,
    display: Display,
    format: OutputFormat,
    telling: Telling,
}

#[derive(Debug)]
enum Display {
    Bar(ProgressBar),
    Lines {
        json: bool,
        every: Duration,
        last: Mutex<Instant>,
    },
    Nothing,
}

impl Progress {
    pub(super) fn new(
        style: ProgressStyle,
        telling: Telling,
        plan: &CapturePlan,
        format: OutputFormat,
    ) -> Self {
        let frames = plan.videos.iter().map(|video| video.frame_count).sum();
        let on_terminal = std::io::stderr().is_terminal();
        let lines = |json, every| Display::Lines {
            json,
            every,
            last: Mutex::new(Instant::now()),
        };
        let display = match style {
            _ if telling == Telling::Nothing => Display::Nothing,
            ProgressStyle::Off => Display::Nothing,
            ProgressStyle::Json => lines(true, JSON_EVERY),
            ProgressStyle::Auto if on_terminal => Display::Bar(bar(frames)),
            ProgressStyle::Auto | ProgressStyle::Plain => lines(false, PLAIN_EVERY),
        };
        Self {
            frames,
            frame_ms: plan.fps.frame_ms(1),
            begun: Instant::now(),
            first: OnceLock::new(),
            display,
            format,
            telling,
        }
    }

    /// Clears the bar; what is printed next starts on a fresh line.
    pub(super) fn finish(&self) {
        if let Display::Bar(bar) = &self.display {
            bar.finish_and_clear();
        }
    }

    fn note(&self, text: &str) {
        match &self.display {
            Display::Bar(bar) => bar.suspend(|| print::notes(text)),
            _ => print::notes(text),
        }
    }

    fn frames_done(&self, done: u64) {
        match &self.display {
            Display::Nothing => {}
            Display::Bar(bar) => {
                bar.set_position(done);
                bar.set_message(self.standing(done).short_text());
            }
            Display::Lines { json, every, last } => {
                let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
                if last.elapsed() >= *every || done == self.frames {
                    *last = Instant::now();
                    let standing = self.standing(done);
                    print::note(&if *json { standing.json() } else { standing.line() });
                }
            }
        }
    }

    fn standing(&self, done: u64) -> Standing {
        let elapsed_s = self.begun.elapsed().as_secs_f64();
        let (first, first_done) = *self.first.get_or_init(|| (Instant::now(), done));
        let left_s = left_s(
            first.elapsed().as_secs_f64(),
            done.saturating_sub(first_done),
            self.frames.saturating_sub(done),
            self.frames,
        );
        Standing {
            done,
            frames: self.frames,
            elapsed_s,
            left_s,
            speed: done as f64 * self.frame_ms / 1000.0 / elapsed_s.max(1e-9),
        }
    }
}

/// The seconds that the frames which are `left` take if they are as fast as those that came in these seconds; None as long
/// as that would be a guess.
fn left_s(seconds: f64, came: u64, left: u64, frames: u64) -> Option<f64> {
    let is_known = seconds >= LEAST_SECONDS && came * LEAST_PART >= frames;
    match left {
        0 => Some(0.0),
        left => is_known.then(|| seconds * left as f64 / came.max(1) as f64),
    }
}

impl RenderObserver for Progress {
    fn on(&self, event: RenderEvent<'_>) {
        match event {
            RenderEvent::FramesEncoded(count) => self.frames_done(count),
            _ if !self.telling.includes(&event) => {}
            RenderEvent::EncodesAgain(again) => self.note(&fitting::describe_next(again, self.format)),
            _ => self.note(&event.to_string()),
        }
    }
}

/// Where a render stands.
struct Standing {
    done: u64,
    frames: u64,
    elapsed_s: f64,
    /// None as long as it cannot be told.
    left_s: Option<f64>,
    /// Seconds of video for each second of work.
    speed: f64,
}

impl Standing {
    fn percent(&self) -> u64 {
        self.done * 100 / self.frames.max(1)
    }

    fn left_text(&self) -> Option<String> {
        self.left_s
            .map(|left_s| format!("{} left", print::seconds(left_s)))
    }

    /// What stands behind the bar.
    fn short_text(&self) -> String {
        let speed = format!("{:.1}x", self.speed);
        [speed]
            .into_iter()
            .chain(self.left_text())
            .collect::<Vec<_>>()
            .join(", ")
    }

    fn line(&self) -> String {
        let Self { done, frames, .. } = self;
        let frames = format!("frame {done} of {frames} ({}%)", self.percent());
        let speed = format!("{:.1}x real time", self.speed);
        let parts = [frames, speed].into_iter().chain(self.left_text());
        parts.collect::<Vec<_>>().join(", ")
    }

    fn json(&self) -> String {
        json!({
            "frames_done": self.done,
            "frames": self.frames,
            "percent": self.percent(),
            "speed": (self.speed * 100.0).round() / 100.0,
            "elapsed_s": (self.elapsed_s * 1000.0).round() / 1000.0,
            "left_s": self.left_s.map(|left_s| (left_s * 1000.0).round() / 1000.0),
        })
        .to_string()
    }
}

fn bar(frames: u64) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(frames), ProgressDrawTarget::stderr_with_hz(BAR_PER_SECOND));
    // The bar takes what the words leave of the line.
    let template = "[{wide_bar}] {percent:>3}%  {pos}/{len}  {msg}";
    if let Ok(style) = BarStyle::with_template(template) {
        bar.set_style(style.progress_chars("=> "));
    }
    bar
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_what_is_done_and_what_is_left() {
        let mut standing = Standing {
            done: 60,
            frames: 240,
            elapsed_s: 1.0,
            left_s: Some(3.0),
            speed: 2.0,
        };
        assert_eq!(standing.short_text(), "2.0x, 3.0 s left");
        assert_eq!(
            standing.line(),
            "frame 60 of 240 (25%), 2.0x real time, 3.0 s left"
        );
        let json: serde_json::Value = serde_json::from_str(&standing.json()).unwrap();
        assert_eq!(json["percent"], 25);
        assert_eq!(json["left_s"], 3.0);
        standing.left_s = None;
        assert_eq!(standing.line(), "frame 60 of 240 (25%), 2.0x real time");
        assert_eq!(standing.short_text(), "2.0x");
        let json: serde_json::Value = serde_json::from_str(&standing.json()).unwrap();
        assert!(json["left_s"].is_null());
    }

    #[test]
    fn what_is_left_is_told_once_it_is_known() {
        for (seconds, came, left, told) in [
            (0.1, 1, 899, None),
            (1.9, 100, 800, None),
            (5.0, 17, 883, None),
            (2.0, 18, 882, Some(98.0)),
            (9.0, 450, 450, Some(9.0)),
            (0.1, 900, 0, Some(0.0)),
        ] {
            assert_eq!(
                left_s(seconds, came, left, 900),
                told,
                "{seconds} s, {came} frames"
            );
        }
    }
}
