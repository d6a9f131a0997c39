//! How pictures are to be taken, resolved from what was typed and, where that leaves it open, from the recording.

use std::sync::Arc;
use std::time::Duration;

use super::args::{BrowserArgs, CaptureArgs, RequestedCapture};
use crate::aside::aside;
use crate::browser::{BrowserOptions, BrowserUse, find_browser};
use crate::capture::{CaptureMethod, CaptureWay, CaptureWays};
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
    Suitable(Result<CaptureWays>),
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
                let ways = CaptureWays::only(way(method)?);
                Ok(Self::Insisted(PictureSource::Browser(ways)))
            }
            None => {
                let [best, others @ ..] = CaptureMethod::PREFERRED;
                let mut ways = way(best).map(CaptureWays::only);
                for method in others {
                    ways = match (ways, way(method)) {
                        (Ok(ways), Ok(next)) => Ok(ways.or(next)),
                        (Ok(ways), Err(_)) => Ok(ways),
                        (Err(_), next) => next.map(CaptureWays::only),
                    };
                }
                match ways {
                    Err(error) if error.kind() != Kind::NoBrowser => Err(error),
                    ways => Ok(Self::Suitable(ways)),
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
            Error::new(Kind::Usage, format!("--deadline {deadline_s} is no time to wait"))
                .hint("Write seconds, more than 0, for example --deadline 120.")
        })?;
    Ok(BrowserOptions {
        binary: find_browser(args.browser.as_deref(), use_for)?,
        sandbox: !args.no_browser_sandbox,
        deadline,
    })
}
