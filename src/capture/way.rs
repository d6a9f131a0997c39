//! A method of capture with the browser that it takes, and the choice between several: the first that works on this
//! machine is taken.

use std::time::Duration;

use super::{CaptureMethod, probe};
use crate::browser::{Browser, BrowserOptions, BrowserUse, FrameControl};
use crate::error::{Error, Kind, Result};
use crate::frame::Canvas;

#[derive(Debug, Clone)]
pub struct CaptureWay {
    pub method: CaptureMethod,
    pub browser: BrowserOptions,
}

impl CaptureWay {
    /// Starts the browser and makes sure that it gives pictures of `canvas` in this way.
    ///
    /// # Errors
    /// `NoBrowser` and `BrowserCannotStart` if this way cannot be gone on this machine.
    pub async fn start(&self, canvas: Canvas) -> Result<Browser> {
        let frames = self.method.frame_control();
        let browser = Browser::launch(self.browser.clone(), frames, canvas).await?;
        let (works, lacking) = match frames {
            FrameControl::Browser => return Ok(browser),
            FrameControl::Display => {
                let shows = probe::shows_on_display(&browser, canvas, START_PATIENCE).await?;
                (shows, "draws nothing on its display")
            }
            FrameControl::BeginFrame => (
                probe::gives_frames_on_demand(&browser).await,
                "gives no frames on demand (HeadlessExperimental.beginFrame)",
            ),
        };
        if works {
            return Ok(browser);
        }
        let message = format!("{} {lacking}", browser.version());
        Err(
            Error::new(Kind::BrowserCannotStart, message).hint(match self.method.browser_use() {
                BrowserUse::OnDisplay => "Use --capture damage, or --capture screenshot.",
                BrowserUse::Headless => "Use chromium-headless-shell, or --capture screenshot.",
            }),
        )
    }
}

/// A machine under load takes its time; a browser that draws nothing at all is rare.
const START_PATIENCE: Duration = Duration::from_secs(20);

/// The ways that may be gone on a machine, at least one, the best first.
#[derive(Debug, Clone)]
pub struct CaptureWays {
    best: CaptureWay,
    others: Vec<CaptureWay>,
}

impl CaptureWays {
    pub const fn only(way: CaptureWay) -> Self {
        Self {
            best: way,
            others: Vec::new(),
        }
    }

    /// And if those do not work, this one.
    #[must_use]
    pub fn or(mut self, way: CaptureWay) -> Self {
        self.others.push(way);
        self
    }

    /// Starts a browser in the first way that works, and hands it out with that way. `passed_over` hears of each that
    /// does not, while there is another.
    ///
    /// # Errors
    /// `NoBrowser` and `BrowserCannotStart` of the last way.
    pub async fn start_first(
        &self,
        canvas: Canvas,
        mut passed_over: impl FnMut(CaptureMethod, &Error),
    ) -> Result<(Browser, &CaptureWay)> {
        let mut way = &self.best;
        let mut others = self.others.iter();
        loop {
            let error = match way.start(canvas).await {
                Ok(browser) => return Ok((browser, way)),
                Err(error) => error,
            };
            let is_of_this_way = matches!(error.kind(), Kind::NoBrowser | Kind::BrowserCannotStart);
            match others.next() {
                Some(next) if is_of_this_way => {
                    passed_over(way.method, &error);
                    way = next;
                }
                _ => return Err(error),
            }
        }
    }
}
