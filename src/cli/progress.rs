//! Progress on standard error: a bar, plain lines or JSON lines. Told by the pipeline, frame by frame.

use std::io::IsTerminal;
use std::sync::{Mutex, PoisonError};
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

#[derive(Debug)]
pub(super) struct Progress {
    frames: u64,
    /// Video milliseconds of one frame.
    frame_ms: f64,
    begun: Instant,
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
            Display::Bar(bar) => bar.suspend(|| print::note(text)),
            _ => print::note(text),
        }
    }

    fn frames_done(&self, done: u64) {
        match &self.display {
            Display::Nothing => {}
            Display::Bar(bar) => {
                bar.set_position(done);
                if done.is_multiple_of(16) {
                    bar.set_message(self.standing(done).speed_text());
                }
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
        let left_s = elapsed_s * (self.frames - done.min(self.frames)) as f64 / done.max(1) as f64;
        Standing {
            done,
            frames: self.frames,
            elapsed_s,
            left_s,
            speed: done as f64 * self.frame_ms / 1000.0 / elapsed_s.max(1e-9),
        }
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
    left_s: f64,
    /// Seconds of video for each second of work.
    speed: f64,
}

impl Standing {
    fn percent(&self) -> u64 {
        self.done * 100 / self.frames.max(1)
    }

    fn speed_text(&self) -> String {
        format!("{:.1}x real time", self.speed)
    }

    fn line(&self) -> String {
        let Self { done, frames, .. } = self;
        format!(
            "frame {done} of {frames} ({}%), {}, {} left",
            self.percent(),
            self.speed_text(),
            print::seconds(self.left_s)
        )
    }

    fn json(&self) -> String {
        json!({
            "frames_done": self.done,
            "frames": self.frames,
            "percent": self.percent(),
            "speed": (self.speed * 100.0).round() / 100.0,
            "elapsed_s": (self.elapsed_s * 1000.0).round() / 1000.0,
            "left_s": (self.left_s * 1000.0).round() / 1000.0,
        })
        .to_string()
    }
}

fn bar(frames: u64) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(frames), ProgressDrawTarget::stderr_with_hz(BAR_PER_SECOND));
    let template = "[{bar:30}] {percent:>3}%  frame {pos} of {len}  {msg}  {eta} left";
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
        let standing = Standing {
            done: 60,
            frames: 240,
            elapsed_s: 1.0,
            left_s: 3.0,
            speed: 2.0,
        };
        assert_eq!(
            standing.line(),
            "frame 60 of 240 (25%), 2.0x real time, 3.0 s left"
        );
        let json: serde_json::Value = serde_json::from_str(&standing.json()).unwrap();
        assert_eq!(json["percent"], 25);
    }
}
