//! How the replayed page lies in the picture and what surrounds it. `cli` parses it, `Player` hands it to the page,
//! whose `stage.ts` lays it out.

use std::str::FromStr;

use serde::Serialize;

use super::pointer::Fit;
use crate::frame::{Canvas, Color, Size, Theme};

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

/// What pages are told that their user prefers (CSS `prefers-color-scheme`), which recordings do not tell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum ColorScheme {
    #[default]
    Light,
    Dark,
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
    pub color_scheme: ColorScheme,
}

impl StageLook {
    /// The colour around the page.
    pub const fn surround(self) -> Color {
        match (self.background, self.theme) {
            (Background::Color(color), _) => color,
            (Background::Theme, theme) => theme.surround(),
        }
    }

    /// Where a window of this size is in the picture, in pixels of the picture: what the page's `stage.ts` does.
    pub(super) fn fitted(self, canvas: Canvas, viewport: Size) -> Fit {
        let (width, height) = (f64::from(viewport.width), f64::from(viewport.height));
        let (canvas_width, canvas_height) = canvas.css_size();
        let (across, down) = (canvas_width / width, canvas_height / height);
        let fitted = match self.fit {
            PageFit::Width => across,
            PageFit::Contain => across.min(down),
        };
        // The canvas is at most one pixel longer than an odd window: that is padding, not a reason to scale.
        let scale = if (fitted - 1.0).abs() < 2.0 / width.max(height) {
            1.0
        } else {
            fitted
        };
        let beside = |room: f64| ((room / 2.0 * canvas.scale).floor() / canvas.scale).max(0.0);
        let fit = Fit {
            left: beside(canvas_width - width * scale),
            top: beside(canvas_height - height * scale),
            scale,
            width: width * scale,
            height: height * scale,
        };
        fit.times(canvas.scale)
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

    #[test]
    fn a_window_is_fitted_as_on_the_page() {
        use PageFit::{Contain, Width};
        // In halves, so that whole numbers tell all.
        let fitted = |canvas: (u32, u32), scale, viewport: (u32, u32), fit| {
            let canvas = Canvas {
                size: Size::new(canvas.0, canvas.1),
                scale,
            };
            let look = StageLook {
                fit,
                ..StageLook::default()
            };
            let fit = look.fitted(canvas, Size::new(viewport.0, viewport.1));
            [fit.left, fit.top, fit.scale, fit.width, fit.height].map(|length| (length * 2.0) as u32)
        };
        for (canvas, scale, viewport, fit, expected) in [
            ((390, 844), 1.0, (390, 844), Contain, [0, 0, 2, 780, 1688]),
            // Made even: the last column is surround.
            ((392, 844), 1.0, (391, 844), Contain, [0, 0, 2, 782, 1688]),
            ((780, 1688), 2.0, (390, 844), Contain, [0, 0, 4, 1560, 3376]),
            ((400, 400), 1.0, (200, 400), Contain, [200, 0, 2, 400, 800]),
            ((390, 844), 1.0, (780, 390), Contain, [0, 648, 1, 780, 390]),
            ((400, 300), 1.0, (200, 400), Width, [0, 0, 4, 800, 1600]),
        ] {
            assert_eq!(
                fitted(canvas, scale, viewport, fit),
                expected,
                "{viewport:?} in {canvas:?}"
            );
        }
    }
}
