//! The style of a wireframe, and the CSS that is written from it. Every value comes from the recording, so each is
//! either checked here or escaped: nothing can end its declaration and begin another.

use std::fmt::{self, Write};

use serde::Deserialize;

use super::lenient::{Text, or_default};

/// The value of a `style` attribute.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Css(String);

impl Css {
    /// The later of two declarations of a property wins.
    pub(super) fn set(mut self, property: &str, value: impl fmt::Display) -> Self {
        if !self.0.is_empty() {
            self.0.push(' ');
        }
        // Writing to a string cannot fail.
        let _ = write!(self.0, "{property}: {value};");
        self
    }

    pub(super) fn maybe(self, property: &str, value: Option<impl fmt::Display>) -> Self {
        match value {
            Some(value) => self.set(property, value),
            None => self,
        }
    }

    pub(super) fn into_string(self) -> String {
        self.0
    }
}

/// A number of pixels, or a length with one of the units that apps send.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(try_from = "Text")]
pub(super) struct Length {
    number: f64,
    unit: Unit,
}

/// As CSS writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Unit(&'static str);

const UNITS: [Unit; 6] = [PX, Unit("vw"), Unit("vh"), Unit("%"), Unit("em"), Unit("rem")];
const PX: Unit = Unit("px");

impl Length {
    pub(super) const fn px(number: f64) -> Self {
        Self { number, unit: PX }
    }

    pub(super) fn rounded(self) -> Self {
        Self {
            number: self.number.round(),
            ..self
        }
    }

    /// Its number, if those are pixels.
    pub(super) fn pixels(self) -> Option<f64> {
        (self.unit == PX).then_some(self.number)
    }
}

impl TryFrom<Text> for Length {
    type Error = &'static str;

    fn try_from(Text(text): Text) -> Result<Self, Self::Error> {
        let text = text.trim();
        let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == '%');
        // The letters of `1e5` belong to its number, so that one is tried first.
        let (number, unit) = match text.parse() {
            Ok(number) => (Some(number), PX),
            Err(_) => (
                digits.parse().ok(),
                UNITS
                    .into_iter()
                    .find(|Unit(unit)| *unit == &text[digits.len()..])
                    .ok_or("not a unit")?,
            ),
        };
        let number = number
            .filter(|number: &f64| number.is_finite())
            .ok_or("not a length")?;
        Ok(Self { number, unit })
    }
}

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.number, self.unit.0)
    }
}

/// A CSS colour; not checked for being one, only for being nothing worse.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Color(String);

impl Color {
    pub(super) fn new(color: &str) -> Self {
        Self(color.to_owned())
    }

    /// Black or white, whichever can be read on this colour, as far as it is written in hexadecimal.
    pub(super) fn contrast(&self) -> Self {
        let dark = self.luma().is_some_and(|luma| luma < 0.5);
        Self::new(if dark { "#ffffff" } else { "#000000" })
    }

    /// Whether it is known to be nearer to white than to black.
    pub(super) fn is_light(&self) -> bool {
        self.luma().is_some_and(|luma| luma >= 0.5)
    }

    /// Brightness between 0 and 1, by the weights of BT.601.
    fn luma(&self) -> Option<f64> {
        let digits = self.0.strip_prefix('#')?;
        let channel = |index: usize| match digits.len() {
            3 | 4 => u8::from_str_radix(digits.get(index..=index)?, 16)
                .ok()
                .map(|digit| digit * 17),
            6 | 8 => u8::from_str_radix(digits.get(index * 2..index * 2 + 2)?, 16).ok(),
            _ => None,
        };
        let [red, green, blue] = [channel(0)?, channel(1)?, channel(2)?].map(f64::from);
        Some((0.299 * red + 0.587 * green + 0.114 * blue) / 255.0)
    }
}

impl TryFrom<String> for Color {
    type Error = &'static str;

    fn try_from(color: String) -> Result<Self, Self::Error> {
        let plain = |c: char| c.is_ascii_alphanumeric() || "#(),.%/ -".contains(c);
        let harmless = color.chars().all(plain) && !color.to_ascii_lowercase().contains("url");
        (harmless && !color.trim().is_empty())
            .then_some(Self(color))
            .ok_or("not a colour")
    }
}

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A picture that is part of the recording, as a `data:` address. What lies elsewhere is never fetched.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Picture(String);

impl Picture {
    pub(super) fn into_address(self) -> String {
        self.0
    }

    /// For a style, where a quotation mark or a backslash would end the address.
    fn as_css(&self) -> String {
        format!("url(\"{}\")", self.0.replace('"', "%22").replace('\\', "%5C"))
    }
}

impl TryFrom<String> for Picture {
    type Error = &'static str;

    /// Base64 without `data:` is a PNG; newlines stand in it where an encoder wraps its lines.
    fn try_from(mut text: String) -> Result<Self, Self::Error> {
        text.retain(|c| !matches!(c, '\n' | '\r'));
        if text.starts_with("data:image/") {
            return Ok(Self(text));
        }
        let base64 = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=');
        (!text.is_empty() && text.chars().all(base64))
            .then(|| Self(format!("data:image/png;base64,{text}")))
            .ok_or("not a picture")
    }
}

/// Names of fonts, without quotation marks.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(from = "String")]
struct FontFamily {
    names: String,
    is_bold: bool,
}

/// Android's name for the bold font of its system.
const ANDROID_BOLD: &str = "sans-serif-bold";

/// A phone's own font is rarely on this machine, and without another the browser would take one with serifs. Of the common
/// fonts those that browsers take for this are nearest to the phones' in width.
const FALLBACK_FONT: &str = "sans-serif";

impl From<String> for FontFamily {
    fn from(mut names: String) -> Self {
        names.retain(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_' | ','));
        let is_bold = names == ANDROID_BOLD;
        Self {
            names: if is_bold { "sans-serif".to_owned() } else { names },
            is_bold,
        }
    }
}

impl fmt::Display for FontFamily {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {FALLBACK_FONT}", self.names)
    }
}

/// How a progress is drawn.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Bar {
    #[default]
    Horizontal,
    Circular,
    Rating,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum VerticalAlign {
    Top,
    Center,
    Bottom,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum HorizontalAlign {
    Left,
    Center,
    Right,
}

#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum BackgroundSize {
    Contain,
    Cover,
    Auto,
    #[serde(untagged)]
    Length(Length),
}

impl fmt::Display for BackgroundSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Contain => f.write_str("contain"),
            Self::Cover => f.write_str("cover"),
            Self::Auto => f.write_str("auto"),
            Self::Length(length) => length.fmt(f),
        }
    }
}

/// The style of a wireframe, every key of which may be missing.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Style {
    #[serde(deserialize_with = "or_default")]
    pub(super) color: Option<Color>,
    #[serde(deserialize_with = "or_default")]
    pub(super) background_color: Option<Color>,
    #[serde(deserialize_with = "or_default")]
    background_image: Option<Picture>,
    #[serde(deserialize_with = "or_default")]
    background_size: Option<BackgroundSize>,
    #[serde(deserialize_with = "or_default")]
    border_width: Option<Length>,
    #[serde(deserialize_with = "or_default")]
    border_radius: Option<Length>,
    #[serde(deserialize_with = "or_default")]
    border_color: Option<Color>,
    #[serde(deserialize_with = "or_default")]
    vertical_align: Option<VerticalAlign>,
    #[serde(deserialize_with = "or_default")]
    horizontal_align: Option<HorizontalAlign>,
    #[serde(deserialize_with = "or_default")]
    font_size: Option<Length>,
    #[serde(deserialize_with = "or_default")]
    font_family: Option<FontFamily>,
    #[serde(deserialize_with = "or_default")]
    padding_left: Option<Length>,
    #[serde(deserialize_with = "or_default")]
    padding_right: Option<Length>,
    #[serde(deserialize_with = "or_default")]
    padding_top: Option<Length>,
    #[serde(deserialize_with = "or_default")]
    padding_bottom: Option<Length>,
    #[serde(deserialize_with = "or_default")]
    pub(super) bar: Bar,
}

impl Style {
    /// Adds what the style says to `css`.
    pub(super) fn write(&self, css: Css) -> Css {
        let css = css
            .maybe("color", self.color.as_ref())
            .maybe("background-color", self.background_color.as_ref());
        self.align(self.border(self.background(css)))
            .maybe("font-size", self.font_size)
            .maybe("font-family", self.font_family.as_ref())
            .maybe("font-weight", self.is_bold().then_some("bold"))
            .maybe("padding-left", self.padding_left)
            .maybe("padding-right", self.padding_right)
            .maybe("padding-top", self.padding_top)
            .maybe("padding-bottom", self.padding_bottom)
    }

    /// Whether it has a picture for the background.
    pub(super) const fn has_picture(&self) -> bool {
        self.background_image.is_some()
    }

    /// Where the lines of a text area begin, as CSS says it of a block; in the middle if the style does not say.
    pub(super) const fn lines_align(&self) -> &'static str {
        match self.vertical_align {
            Some(VerticalAlign::Top) => "start",
            Some(VerticalAlign::Bottom) => "end",
            Some(VerticalAlign::Center) | None => "safe center",
        }
    }

    fn is_bold(&self) -> bool {
        self.font_family.as_ref().is_some_and(|font| font.is_bold)
    }

    fn background(&self, css: Css) -> Css {
        let Some(picture) = &self.background_image else {
            return css;
        };
        css.set("background-image", picture.as_css())
            .set(
                "background-size",
                self.background_size.unwrap_or(BackgroundSize::Contain),
            )
            .set("background-repeat", "no-repeat")
            .set("background-position", "center")
    }

    fn border(&self, css: Css) -> Css {
        let any = self.border_width.is_some() || self.border_radius.is_some() || self.border_color.is_some();
        css.maybe("border-style", any.then_some("solid"))
            .maybe("border-width", self.border_width)
            .maybe("border-radius", self.border_radius)
            .maybe("border-color", self.border_color.as_ref())
    }

    fn align(&self, css: Css) -> Css {
        let vertical = self.vertical_align.map(|align| match align {
            VerticalAlign::Top => "flex-start",
            VerticalAlign::Center => "center",
            VerticalAlign::Bottom => "flex-end",
        });
        let horizontal = self.horizontal_align.map(|align| match align {
            HorizontalAlign::Left => ("flex-start", "left"),
            HorizontalAlign::Center => ("center", "center"),
            HorizontalAlign::Right => ("flex-end", "right"),
        });
        let any = vertical.is_some() || horizontal.is_some();
        css.maybe("display", any.then_some("flex"))
            .maybe("align-items", vertical)
            .maybe("justify-content", horizontal.map(|(side, _)| side))
            // For text that takes several lines.
            .maybe("text-align", horizontal.map(|(_, side)| side))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn css(json: &str) -> String {
        let style: Style = serde_json::from_str(json).unwrap();
        style.write(Css::default()).into_string()
    }

    #[test]
    fn each_key_has_its_css() {
        for (json, expected) in [
            ("{}", ""),
            (
                r##"{"color":"#f00","backgroundColor":"rgba(1, 2, 3, .5)"}"##,
                "color: #f00; background-color: rgba(1, 2, 3, .5);",
            ),
            (
                r#"{"borderRadius":"4px"}"#,
                "border-style: solid; border-radius: 4px;",
            ),
            (
                r#"{"borderWidth":1,"borderColor":"red"}"#,
                "border-style: solid; border-width: 1px; border-color: red;",
            ),
            (
                r#"{"verticalAlign":"bottom"}"#,
                "display: flex; align-items: flex-end;",
            ),
            (
                r#"{"horizontalAlign":"right"}"#,
                "display: flex; justify-content: flex-end; text-align: right;",
            ),
            (
                r#"{"fontSize":"16px","fontFamily":"Open Sans, serif"}"#,
                "font-size: 16px; font-family: Open Sans, serif, sans-serif;",
            ),
            // What iOS and Android call the fonts of their systems.
            (
                r#"{"fontFamily":".AppleSystemUIFont"}"#,
                "font-family: AppleSystemUIFont, sans-serif;",
            ),
            (
                r#"{"fontFamily":"sans-serif-bold"}"#,
                "font-family: sans-serif, sans-serif; font-weight: bold;",
            ),
            (
                r#"{"paddingLeft":1,"paddingRight":2,"paddingTop":3.5,"paddingBottom":"4"}"#,
                "padding-left: 1px; padding-right: 2px; padding-top: 3.5px; padding-bottom: 4px;",
            ),
            (
                r#"{"backgroundImage":"AA\nBB==","backgroundSize":"cover"}"#,
                "background-image: url(\"data:image/png;base64,AABB==\"); background-size: cover; \
                 background-repeat: no-repeat; background-position: center;",
            ),
        ] {
            assert_eq!(css(json), expected, "{json}");
        }
    }

    #[test]
    fn wrong_values_cost_only_themselves() {
        for json in [
            r#"{"color":7,"borderWidth":{},"fontSize":"big","verticalAlign":"up","bar":3}"#,
            r#"{"color":"red; position: static"}"#,
            r#"{"backgroundColor":"url(x)"}"#,
            r#"{"borderWidth":"1px; color: red"}"#,
            r#"{"backgroundImage":"https://a.test/x.png"}"#,
            r#"{"backgroundImage":"AA\") no-repeat"}"#,
        ] {
            let json = json.replacen('{', r#"{"paddingTop":1,"#, 1);
            let css = css(&json);
            assert!(css.ends_with("padding-top: 1px;"), "{json}: {css}");
            assert!(!css.contains("red") && !css.contains("url"), "{json}: {css}");
        }
        let svg = r#"{"backgroundImage":"data:image/svg+xml,<svg a=\"b\\\">\"); color: red"}"#;
        assert!(css(svg).contains(r#"url("data:image/svg+xml,<svg a=%22b%5C%22>%22); color: red")"#));
        assert_eq!(
            css(r#"{"fontFamily":"\"x\"; } y"}"#),
            "font-family: x  y, sans-serif;"
        );
    }

    #[test]
    fn lengths() {
        for (json, expected) in [
            ("12", Some("12px")),
            (r#""100vw""#, Some("100vw")),
            (r#""50%""#, Some("50%")),
            (r#""1e2""#, Some("100px")),
            (r#""px""#, None),
            (r#""12pt""#, None),
            (r#""1é""#, None),
            ("true", None),
        ] {
            let length: Option<Length> = serde_json::from_str(json).ok();
            assert_eq!(
                length.map(|length| length.to_string()).as_deref(),
                expected,
                "{json}"
            );
        }
    }

    #[test]
    fn text_on_dark_colours_is_white() {
        for (color, contrast) in [
            ("#000", "#ffffff"),
            ("#1d4aff", "#ffffff"),
            ("#f3f4efff", "#000000"),
            ("navy", "#000000"),
            ("#é", "#000000"),
        ] {
            assert_eq!(Color::new(color).contrast(), Color::new(contrast), "{color}");
        }
    }
}
