//! What changes the picture itself, but for its size in pixels and its frame rate: shared by `render` and `verify`.

use clap::Args;

use crate::frame::Theme;
use crate::overlay::{CursorLook, OverlayStyle};
use crate::player::{Background, ColorScheme, PageFit, StageLook};
use crate::timeline::WindowOption;

#[derive(Debug, Args)]
#[command(next_help_heading = "Picture")]
pub(in crate::cli) struct PictureArgs {
    /// Draw the page with this many pixels to each of its own, from 1 to 4: with --size native the video has as many
    /// times the pixels; with another the video has that size, and the page is drawn into it at this device pixel ratio
    #[arg(
        long,
        default_value = "1",
        value_name = "X",
        value_parser = scale,
        allow_negative_numbers = true,
    )]
    pub(in crate::cli) scale: f64,

    /// How the page is fitted into a canvas of another shape
    #[arg(
        long,
        value_enum,
        default_value = "contain",
        value_name = "HOW",
        hide_short_help = true
    )]
    pub(in crate::cli) fit: PageFit,

    /// What surrounds the page: theme, #rrggbb, or a colour name of CSS 2.1
    #[arg(long, default_value = "theme", value_name = "COLOR", hide_short_help = true)]
    pub(in crate::cli) background: Background,

    /// The colours of what is not the page
    #[arg(long, value_enum, default_value = "dark", value_name = "THEME")]
    pub(in crate::cli) theme: Theme,

    /// What the page is told that its user prefers: dark, if the recorded person's device was set so and the page followed
    #[arg(
        long,
        value_enum,
        default_value = "light",
        value_name = "SCHEME",
        hide_short_help = true
    )]
    pub(in crate::cli) color_scheme: ColorScheme,

    /// How the mouse looks
    #[arg(long, value_enum, default_value = "arrow", value_name = "LOOK")]
    pub(in crate::cli) cursor: CursorLook,

    /// Let the mouse leave a trail
    #[arg(long)]
    pub(in crate::cli) trail: bool,

    /// Which browser window (tab): its number or its id, as inspect lists them; or auto, the one that the person is in
    #[arg(long, default_value = "auto", value_name = "N|ID")]
    pub(in crate::cli) window: WindowOption,
}

impl PictureArgs {
    pub(in crate::cli) const fn stage(&self) -> StageLook {
        StageLook {
            fit: self.fit,
            theme: self.theme,
            background: self.background,
            color_scheme: self.color_scheme,
        }
    }

    pub(in crate::cli) const fn overlay(&self) -> OverlayStyle {
        OverlayStyle {
            cursor: self.cursor,
            trail: self.trail,
            theme: self.theme,
        }
    }
}

fn scale(text: &str) -> Result<f64, String> {
    let scale = text.parse().ok().filter(|scale| (1.0..=4.0).contains(scale));
    scale.ok_or_else(|| format!("'{text}' is not a number from 1 to 4; --size makes a video smaller"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_are_from_1_to_4() {
        assert!(scale("1").is_ok() && scale("1.5").is_ok() && scale("4").is_ok());
        for wrong in ["0.5", "5", "nan", "inf", "2x", ""] {
            assert!(scale(wrong).is_err(), "{wrong}");
        }
    }
}
