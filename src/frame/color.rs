//! Colours as people write them, and those of what is not the page.

use std::fmt;
use std::str::FromStr;

/// An opaque colour: red, green, blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Color(pub [u8; 3]);

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

impl Color {
    /// The sixteen colours of HTML 4, and orange, which CSS 2.1 added; with both spellings of grey.
    const NAMED: [(&str, [u8; 3]); 18] = [
        ("aqua", [0x00, 0xff, 0xff]),
        ("black", [0x00, 0x00, 0x00]),
        ("blue", [0x00, 0x00, 0xff]),
        ("fuchsia", [0xff, 0x00, 0xff]),
        ("gray", [0x80, 0x80, 0x80]),
        ("green", [0x00, 0x80, 0x00]),
        ("grey", [0x80, 0x80, 0x80]),
        ("lime", [0x00, 0xff, 0x00]),
        ("maroon", [0x80, 0x00, 0x00]),
        ("navy", [0x00, 0x00, 0x80]),
        ("olive", [0x80, 0x80, 0x00]),
        ("orange", [0xff, 0xa5, 0x00]),
        ("purple", [0x80, 0x00, 0x80]),
        ("red", [0xff, 0x00, 0x00]),
        ("silver", [0xc0, 0xc0, 0xc0]),
        ("teal", [0x00, 0x80, 0x80]),
        ("white", [0xff, 0xff, 0xff]),
        ("yellow", [0xff, 0xff, 0x00]),
    ];

    /// Its name, if it has one.
    pub fn name(self) -> Option<&'static str> {
        let named = Self::NAMED.iter().find(|(_, channels)| *channels == self.0);
        named.map(|(name, _)| *name)
    }
}

impl FromStr for Color {
    type Err = String;

    /// `#rrggbb`, `#rgb` or one of CSS 2.1's names.
    fn from_str(text: &str) -> Result<Self, String> {
        let lower = text.to_ascii_lowercase();
        let named = Self::NAMED.iter().find(|(name, _)| *name == lower);
        named
            .map(|(_, channels)| *channels)
            .or_else(|| hex_channels(lower.strip_prefix('#')?))
            .map(Self)
            .ok_or_else(|| {
                format!("'{text}' is not a colour; write #rrggbb or a name of CSS 2.1, for example white")
            })
    }
}

fn hex_channels(digits: &str) -> Option<[u8; 3]> {
    let digits: Vec<u8> = digits
        .chars()
        .map(|digit| digit.to_digit(16).map(|digit| digit as u8))
        .collect::<Option<_>>()?;
    match digits[..] {
        [red, green, blue] => Some([red, green, blue].map(|digit| digit * 0x11)),
        [r1, r0, g1, g0, b1, b0] => Some([r1 << 4 | r0, g1 << 4 | g0, b1 << 4 | b0]),
        _ => None,
    }
}

/// The colours of what is not the page.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    Light,
    #[default]
    Dark,
}

impl Theme {
    /// What pictures lie on.
    pub const fn surround(self) -> Color {
        match self {
            Self::Dark => Color([0x1b, 0x1d, 0x23]),
            Self::Light => Color([0xe6, 0xe8, 0xec]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_names_or_hexadecimal() {
        for (text, color) in [
            ("white", [255; 3]),
            ("Navy", [0, 0, 128]),
            ("#1b1d23", [0x1b, 0x1d, 0x23]),
            ("#FA0", [0xff, 0xaa, 0]),
        ] {
            assert_eq!(text.parse(), Ok(Color(color)), "{text}");
        }
        for wrong in [
            "",
            "#",
            "#12345",
            "#1234567",
            "#ggg",
            "rgb(0,0,0)",
            "whit",
            "1b1d23",
        ] {
            assert!(wrong.parse::<Color>().is_err(), "{wrong}");
        }
        assert_eq!(Color([0x1b, 0, 0xff]).to_string(), "#1b00ff");
    }
}
