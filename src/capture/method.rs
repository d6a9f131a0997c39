//! The ways to take pictures of a page in a browser, by their names, and what each asks of the browser.

use crate::browser::{BrowserUse, FrameControl};

/// How pictures are taken of what a browser shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum CaptureMethod {
    /// Only when the compositor reports damage; the same pixels as every-frame
    Damage,
    /// Every frame of the grid: the slow reference
    EveryFrame,
    /// From the memory of a display that a browser with windows draws on; the fastest
    Framebuffer,
    /// The same of every frame of the grid: the slow reference of framebuffer
    #[value(hide = true)]
    FramebufferEveryFrame,
    /// Ordinary screenshots, for browsers without beginFrame
    Screenshot,
}

impl CaptureMethod {
    /// The methods that are tried where none is asked for, the best first.
    pub const PREFERRED: [Self; 3] = [Self::Framebuffer, Self::Damage, Self::Screenshot];

    /// As `--capture` takes it and reports give it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Damage => "damage",
            Self::EveryFrame => "every-frame",
            Self::Framebuffer => "framebuffer",
            Self::FramebufferEveryFrame => "framebuffer-every-frame",
            Self::Screenshot => "screenshot",
        }
    }

    /// Which browser it takes.
    pub const fn browser_use(self) -> BrowserUse {
        match self.frame_control() {
            FrameControl::Display => BrowserUse::OnDisplay,
            FrameControl::BeginFrame | FrameControl::Browser => BrowserUse::Headless,
        }
    }

    /// Who decides when it draws.
    pub(super) const fn frame_control(self) -> FrameControl {
        match self {
            Self::Framebuffer | Self::FramebufferEveryFrame => FrameControl::Display,
            Self::Damage | Self::EveryFrame => FrameControl::BeginFrame,
            Self::Screenshot => FrameControl::Browser,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum;

    use super::*;

    #[test]
    fn names_are_those_of_the_command_line() {
        for method in CaptureMethod::value_variants() {
            assert_eq!(method.to_possible_value().unwrap().get_name(), method.name());
        }
    }
}
