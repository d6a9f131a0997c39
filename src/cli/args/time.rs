//! Which part of the session is shown, and how fast: shared by `render` and `verify`.

use clap::Args;

use crate::timeline::{Idle, SessionTime, TimelineOptions, WindowOption};

#[derive(Debug, Args)]
pub(in crate::cli) struct TimeArgs {
    /// Begin here: seconds, h:mm:ss, or an absolute ISO 8601 time
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, help_heading = "Time")]
    pub(in crate::cli) start: Option<SessionTime>,

    /// End here
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, help_heading = "Time")]
    pub(in crate::cli) end: Option<SessionTime>,

    /// Play this many times as fast
    #[arg(long, default_value = "1", value_name = "X", help_heading = "Time")]
    pub(in crate::cli) speed: f64,

    /// Idle time: keep, or skip[:GAP[:KEEP]], gaps longer than GAP seconds become KEEP seconds
    #[arg(long, default_value = "skip:5:1", value_name = "HOW", help_heading = "Time")]
    pub(in crate::cli) idle: Idle,
}

impl TimeArgs {
    /// The options of the timeline, which shows this window.
    pub(in crate::cli) fn timeline(&self, window: &WindowOption) -> TimelineOptions {
        TimelineOptions {
            start: self.start,
            end: self.end,
            speed: self.speed,
            idle: self.idle,
            window: window.clone(),
        }
    }
}
