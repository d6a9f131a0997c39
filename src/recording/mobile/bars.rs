//! What the system draws around an app: the status bar, the navigation bar, the keyboard.

use serde::Deserialize;

use super::boxes;
use super::lenient::{Number, or_default};
use super::node::Element;
use super::style::{Color, Css, Length, Style};
use super::wireframe::Wireframe;

/// The colours of the navigation bar; a keyboard that has none of its own takes them.
#[derive(Debug, Clone, Default)]
pub(super) struct BarColors {
    color: Option<Color>,
    background_color: Option<Color>,
}

impl BarColors {
    pub(super) fn of(style: &Style) -> Self {
        Self {
            color: style.color.clone(),
            background_color: style.background_color.clone(),
        }
    }
}

/// The payload of a `keyboard` event.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Keyboard {
    #[serde(deserialize_with = "or_default")]
    pub(super) open: bool,
    #[serde(deserialize_with = "or_default")]
    x: Option<Number>,
    #[serde(deserialize_with = "or_default")]
    y: Option<Number>,
    #[serde(deserialize_with = "or_default")]
    width: Option<Length>,
    #[serde(deserialize_with = "or_default")]
    height: Option<Length>,
    #[serde(deserialize_with = "or_default")]
    styles: Style,
}

/// `timestamp_ms` since 1970, for the clock.
pub(super) fn status_bar(wireframe: &Wireframe<'_>, timestamp_ms: f64) -> Element {
    let css = wireframe.css(|css| {
        bar(css, &wireframe.style)
            .set("padding", "0 12px")
            .set("font-size", "14px")
    });
    Element::div(css).text(clock(timestamp_ms))
}

/// Hours and minutes in UTC: the app's time zone is not recorded, and the viewer's must not matter.
fn clock(timestamp_ms: f64) -> String {
    let minutes = (timestamp_ms / 60_000.0).floor().rem_euclid(1440.0) as u32;
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

/// Back, home and recent apps, drawn: as characters they would need a font for emoji.
pub(super) fn navigation_bar(wireframe: &Wireframe<'_>) -> Element {
    let css = wireframe.css(|css| bar(css, &wireframe.style).set("justify-content", "space-around"));
    [
        "M15 4v16L4 12z",
        "M12 5a7 7 0 1 0 0 14 7 7 0 1 0 0-14z",
        "M6 6h12v12H6z",
    ]
    .into_iter()
    .map(|shape| {
        let path = Element::svg("path")
            .attribute("fill", "currentColor")
            .attribute("d", shape);
        Element::svg("svg")
            .attribute("viewBox", "0 0 24 24")
            .attribute("height", "60%")
            .child(path)
    })
    .fold(Element::div(css), Element::child)
}

/// A row across the screen whose contents can be read on its background.
fn bar(css: Css, style: &Style) -> Css {
    let contrast = style
        .background_color
        .as_ref()
        .map_or(Color::new("#000000"), Color::contrast);
    css.set("display", "flex")
        .set("align-items", "center")
        .set("overflow", "hidden")
        .set("white-space", "nowrap")
        .set("color", contrast)
}

pub(super) fn keyboard(keyboard: &Keyboard, colors: &BarColors) -> Element {
    let rounded = |length: Option<Length>| length.map(Length::rounded);
    let pixels = |number: Option<Number>| number.map(|Number(number)| Length::px(number));
    let css = Css::default()
        .set("position", "fixed")
        .set("left", pixels(keyboard.x).unwrap_or(Length::px(0.0)));
    // Without a place it is at the lower edge of the screen.
    let css = match pixels(keyboard.y) {
        Some(y) => css.set("top", y),
        None => css.set("bottom", "0px"),
    };
    let css = match rounded(keyboard.width) {
        Some(width) => css.set("width", width),
        None => css.set("width", "100vw"),
    };
    let contrast = colors.background_color.as_ref().map(Color::contrast);
    let css = boxes::striped(css.maybe("height", rounded(keyboard.height)))
        .maybe("color", colors.color.as_ref().or(contrast.as_ref()))
        .maybe("background-color", colors.background_color.as_ref());
    Element::div(keyboard.styles.write(css)).text("keyboard")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_shows_utc() {
        for (timestamp_ms, expected) in [
            (0.0, "00:00"),
            (1_758_000_000_000.0, "05:20"),
            (-60_000.0, "23:59"),
            (86_399_999.9, "23:59"),
        ] {
            assert_eq!(clock(timestamp_ms), expected, "{timestamp_ms}");
        }
    }

    #[test]
    fn a_keyboard_takes_the_colours_of_the_navigation_bar() {
        let style = serde_json::from_str(r##"{"color":"#eee","backgroundColor":"#111"}"##).unwrap();
        let json = r#"{"open":true,"height":300.6,"width":389.5,"x":1,"y":"543"}"#;
        let element = keyboard(&serde_json::from_str(json).unwrap(), &BarColors::of(&style));
        let attributes = serde_json::to_string(&element.attributes).unwrap();
        for declaration in [
            "left: 1px;",
            "top: 543px;",
            "width: 390px;",
            "height: 301px;",
            "color: #eee;",
            "background-color: #111;",
        ] {
            assert!(attributes.contains(declaration), "{declaration} in {attributes}");
        }
        let bare = keyboard(&Keyboard::default(), &BarColors::default());
        let attributes = serde_json::to_string(&bare.attributes).unwrap();
        assert!(attributes.contains("bottom: 0px; width: 100vw;"), "{attributes}");
        // Its name can be read.
        let dark = serde_json::from_str(r##"{"backgroundColor":"#000000"}"##).unwrap();
        let dark = keyboard(&Keyboard::default(), &BarColors::of(&dark));
        let attributes = serde_json::to_string(&dark.attributes).unwrap();
        assert!(
            attributes.contains("color: #ffffff; background-color: #000000;"),
            "{attributes}"
        );
    }
}
