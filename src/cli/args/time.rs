//! Which part of the session is shown, and how fast: shared by `render` and `verify`.

use clap::Args;

use crate::timeline::{Around, ClipOptions, ClipRange, Idle, SessionTime, TimelineOptions, WindowOption};

#[derive(Debug, Args)]
#[command(next_help_heading = "Time")]
pub(in crate::cli) struct TimeArgs {
    /// Begin here: seconds, h:mm:ss, or an absolute ISO 8601 time
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(in crate::cli) start: Option<SessionTime>,

    /// End here
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(in crate::cli) end: Option<SessionTime>,

    /// Show only this part of the session, or START..END; may be repeated, and each becomes a video of its own: an n in
    /// curly brackets in the names of files is its number
    #[arg(long, value_name = "START+LENGTH", allow_hyphen_values = true)]
    pub(in crate::cli) clip: Vec<ClipRange>,

    /// Show what is around something that happened: error (also exceptions and failed requests), click:TEXT, page:ADDRESS
    /// with * for anything, custom:TAG, or a time; from 10 s before it to 5 s after it unless other numbers stand behind
    /// it. May be repeated. With an n in curly brackets in the output's name each is a video, else the first
    #[arg(long, value_name = "EVENT[:BEFORE:AFTER]", allow_hyphen_values = true)]
    pub(in crate::cli) around: Vec<Around>,

    /// Leave out the beginning for as long as the page is blank
    #[arg(long)]
    pub(in crate::cli) trim_start: bool,

    /// Play this many times as fast
    #[arg(
        long,
        default_value = "1",
        value_name = "X",
        value_parser = times,
        allow_negative_numbers = true,
    )]
    pub(in crate::cli) speed: f64,

    /// Idle time: keep, or skip[:GAP[:KEEP]], gaps longer than GAP seconds become KEEP seconds
    #[arg(
        long,
        default_value = "skip:5:1",
        value_name = "HOW",
        allow_hyphen_values = true
    )]
    pub(in crate::cli) idle: Idle,
}

impl TimeArgs {
    /// The options of the timeline, which shows this window.
    pub(in crate::cli) fn timeline(&self, window: &WindowOption) -> TimelineOptions {
        TimelineOptions {
            start: self.start,
            end: self.end,
            trim_start: self.trim_start,
            speed: self.speed,
            idle: self.idle,
            window: window.clone(),
        }
    }

    /// Which clips are made: all, or the first.
    pub(in crate::cli) fn clips(&self, only_first: bool) -> ClipOptions {
        ClipOptions {
            ranges: self.clip.clone(),
            around: self.around.clone(),
            only_first,
        }
    }
}

fn times(text: &str) -> Result<f64, String> {
    text.parse()
        .map_err(|_| format!("'{text}' is not a number; write how many times as fast, for example 2 or 0.5"))
}
