//! How pictures are taken: shared by `render` and `verify`.

use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};

use super::BrowserArgs;
use crate::capture::CaptureMethod;
use crate::pipeline::PictureOrigin;

#[derive(Debug, Args)]
#[command(next_help_heading = "Browser")]
pub(in crate::cli) struct CaptureArgs {
    /// How pictures are taken [default: framebuffer, damage or screenshot, the first that works here; none where all that
    /// is seen are recorded screenshots of an app, which need no browser]
    #[arg(hide_short_help = true, long = "capture", value_enum, value_name = "HOW")]
    pub(in crate::cli) how: Option<RequestedCapture>,

    #[command(flatten)]
    pub(in crate::cli) browser: BrowserArgs,

    /// How long any one step of the browser may take, in seconds
    #[arg(
        hide_short_help = true,
        long,
        default_value = "120",
        value_name = "SECONDS",
        value_parser = deadline,
        allow_negative_numbers = true,
    )]
    pub(in crate::cli) deadline: f64,
}

/// What may be asked for by `--capture`. A slideshow may not: whether there is one is for the recording to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) enum RequestedCapture {
    Browser(CaptureMethod),
    Synthetic,
}

impl ValueEnum for RequestedCapture {
    fn value_variants<'a>() -> &'a [Self] {
        &[
            Self::Browser(CaptureMethod::Damage),
            Self::Browser(CaptureMethod::EveryFrame),
            Self::Browser(CaptureMethod::Framebuffer),
            Self::Browser(CaptureMethod::FramebufferEveryFrame),
            Self::Browser(CaptureMethod::Screenshot),
            Self::Synthetic,
        ]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        match self {
            Self::Browser(method) => method.to_possible_value(),
            Self::Synthetic => {
                let synthetic = PossibleValue::new(PictureOrigin::Synthetic.name());
                Some(
                    synthetic
                        .help("Made-up pictures without a browser, for tests of everything else")
                        .hide(true),
                )
            }
        }
    }
}

/// Which numbers make sense is said with a hint, once all is read.
fn deadline(text: &str) -> Result<f64, String> {
    text.parse()
        .map_err(|_| format!("'{text}' is not a time in seconds; write a number above 0, for example 120"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_method_can_be_asked_for() {
        for method in CaptureMethod::value_variants() {
            let asked = RequestedCapture::from_str(method.name(), false);
            assert_eq!(asked, Ok(RequestedCapture::Browser(*method)));
        }
        let synthetic = RequestedCapture::from_str("synthetic", false);
        assert_eq!(synthetic, Ok(RequestedCapture::Synthetic));
        assert!(RequestedCapture::from_str("slideshow", false).is_err());
    }
}
