//! How pictures are to be taken, resolved from what was typed and, where that leaves it open, from the recording.

use std::sync::Arc;
use std::time::Duration;

use super::args::{BrowserArgs, CaptureArgs, RequestedCapture};
use crate::aside::aside;
use crate::browser::{BrowserOptions, BrowserUse, find_browser};
use crate::capture::{CaptureMethod, CaptureWay};
use crate::error::{Error, Kind, Result};
use crate::pipeline::PictureSource;
use crate::recording::Recording;
use crate::timeline::{CapturePlan, Slideshow};

/// How pictures are to be taken.
#[derive(Debug)]
pub(super) enum CaptureChoice {
    /// As was asked for.
    Insisted(PictureSource),
    /// As suits the recording: the ways that this machine has the programs for, the best first. Why there is none
    /// matters only to recordings that need a browser.
    Suitable(Result<Vec<CaptureWay>>),
}

impl CaptureChoice {
    pub(super) fn resolve(args: &CaptureArgs) -> Result<Self> {
        let way = |method: CaptureMethod| {
            let browser = browser_options(&args.browser, args.deadline, method.browser_use())?;
            Ok(CaptureWay { method, browser })
        };
        match args.how {
            Some(RequestedCapture::Synthetic) => Ok(Self::Insisted(PictureSource::Synthetic)),
            Some(RequestedCapture::Browser(method)) => {
                Ok(Self::Insisted(PictureSource::Browser(vec![way(method)?])))
            }
            None => {
                let (ways, lacking): (Vec<_>, Vec<_>) = CaptureMethod::PREFERRED
                    .into_iter()
                    .map(way)
                    .partition(Result::is_ok);
                match lacking.into_iter().next_back() {
                    Some(Err(error)) if ways.is_empty() && error.kind() == Kind::NoBrowser => {
                        Ok(Self::Suitable(Err(error)))
                    }
                    Some(Err(error)) if ways.is_empty() => Err(error),
                    _ => Ok(Self::Suitable(Ok(ways.into_iter().flatten().collect()))),
                }
            }
        }
    }

    /// Where the pictures of this plan come from.
    pub(super) async fn source(
        self,
        recording: &Arc<Recording>,
        plan: &Arc<CapturePlan>,
    ) -> Result<PictureSource> {
        let ways = match self {
            Self::Insisted(source) => return Ok(source),
            Self::Suitable(ways) => ways,
        };
        let (recording, plan) = (Arc::clone(recording), Arc::clone(plan));
        match aside("planner", move || Ok(Slideshow::of(&plan, &recording))).await? {
            Some(slideshow) => Ok(PictureSource::Slideshow(slideshow)),
            None => ways.map(PictureSource::Browser),
        }
    }
}

pub(super) fn browser_options(
    args: &BrowserArgs,
    deadline_s: f64,
    use_for: BrowserUse,
) -> Result<BrowserOptions> {
    let deadline = Duration::try_from_secs_f64(deadline_s)
        .ok()
        .filter(|deadline| !deadline.is_zero())
        .ok_or_else(|| {
            Error::new(Kind::Usage, format!("--deadline {deadline_s} is not a time"))
                .hint("Write seconds, for example --deadline 120.")
        })?;
    Ok(BrowserOptions {
        binary: find_browser(args.browser.as_deref(), use_for)?,
        sandbox: !args.no_browser_sandbox,
        deadline,
    })
}
