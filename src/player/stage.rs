//! How the replayed page lies in the picture and what surrounds it. `cli` parses it, `Player` hands it to the page,
//! whose `stage.ts` lays it out.

use std::str::FromStr;

use serde::Serialize;

use crate::frame::{Color, Theme};

/// How a page is fitted into a canvas of another shape.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum PageFit {
    /// All of it is shown
    #[default]
    Contain,
    /// It fills the width; what is longer is cut at the bottom
    Width,
}

/// What the page lies on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Background {
    #[default]
    Theme,
    Color(Color),
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StageLook {
    pub fit: PageFit,
    pub theme: Theme,
    pub background: Background,
}

impl StageLook {
    /// The colour around the page.
    pub const fn surround(self) -> Color {
        match (self.background, self.theme) {
            (Background::Color(color), _) => color,
            (Background::Theme, theme) => theme.surround(),
        }
    }
}

impl FromStr for Background {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "theme" => Ok(Self::Theme),
            color => color
                .parse()
                .map(Self::Color)
                .map_err(|wrong| format!("{wrong}, or theme")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_outdoes_the_theme() {
        for (background, theme, surround) in [
            ("theme", Theme::Dark, "#1b1d23"),
            ("theme", Theme::Light, "#e6e8ec"),
            ("white", Theme::Dark, "#ffffff"),
            ("#123456", Theme::Light, "#123456"),
        ] {
            let look = StageLook {
                theme,
                background: background.parse().unwrap(),
                ..StageLook::default()
            };
            assert_eq!(look.surround().to_string(), surround, "{background} {theme:?}");
        }
        let wrong = "paper".parse::<Background>().unwrap_err();
        assert!(wrong.ends_with("for example white, or theme"), "{wrong}");
    }
}
