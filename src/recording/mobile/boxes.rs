//! Boxes, text and pictures.

use super::node::Element;
use super::style::{Css, Length};
use super::wireframe::{Kind, Wireframe};

/// Stripes that let the background's colour through.
const STRIPES: &str = "repeating-linear-gradient(45deg, rgba(0, 0, 0, 0.07) 0 8px, transparent 8px 16px)";
/// That of Android's font; iOS has 1.19. A higher one would push the last lines out of boxes made for the phone's.
const LINE_HEIGHT: f64 = 1.17;
const PLACEHOLDER_BACKGROUND: &str = "#f3f4ef";

pub(super) fn div(wireframe: &Wireframe<'_>) -> Element {
    Element::div(wireframe.css(|css| css.set("overflow", "hidden").set("white-space", "nowrap")))
}

pub(super) fn rectangle(wireframe: &Wireframe<'_>) -> Element {
    Element::div(wireframe.css(|css| css))
}

pub(super) fn text(wireframe: &Wireframe<'_>) -> Element {
    let text = wireframe.text.as_ref().map_or("", |text| &text.0);
    let looks = |css: Css| {
        css.set("overflow", "hidden")
            .set("white-space", "pre-wrap")
            .set("line-height", LINE_HEIGHT)
    };
    Element::div(wireframe.css(looks)).text(text)
}

/// An image or a screenshot; takes its picture out of the wireframe.
pub(super) fn image(wireframe: &mut Wireframe<'_>) -> Element {
    let Some(picture) = wireframe.base64.take() else {
        return placeholder(wireframe);
    };
    let side = |length: Option<Length>| length.and_then(Length::pixels).map(|pixels| pixels.to_string());
    let is_screenshot = wireframe.kind == Kind::Screenshot;
    Element::new("img")
        .attribute("src", picture.into_address())
        .maybe("width", side(wireframe.width))
        .maybe("height", side(wireframe.height))
        .maybe(super::SCREENSHOT_MARK, is_screenshot.then_some("true"))
        .style(wireframe.css(|css| css))
}

/// Stands for what the app did not record.
pub(super) fn placeholder(wireframe: &Wireframe<'_>) -> Element {
    let label = match wireframe.kind {
        Kind::WebView => wireframe.url.as_ref(),
        _ => wireframe.label.as_ref(),
    };
    let name = match wireframe.kind {
        Kind::WebView => "web_view",
        Kind::Image => "image",
        Kind::Screenshot => "screenshot",
        _ => "placeholder",
    };
    let label = label.map_or(name, |label| &label.0);
    Element::div(wireframe.css(striped)).text(label)
}

/// The looks of a placeholder: a box with stripes and its label in the middle.
pub(super) fn striped(css: Css) -> Css {
    css.set("color", "#35373e")
        .set("background-color", PLACEHOLDER_BACKGROUND)
        .set("background-image", STRIPES)
        .set("font-size", "14px")
        .set("display", "flex")
        .set("align-items", "safe center")
        .set("justify-content", "safe center")
        .set("text-align", "center")
        .set("white-space", "normal")
        .set("overflow-wrap", "anywhere")
        .set("overflow", "hidden")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording::mobile::node::Node;

    #[test]
    fn a_text_keeps_its_lines() {
        let json = r#"{"id":1,"type":"text","text":"Main Street 1\nTown"}"#;
        let element = text(&serde_json::from_str(json).unwrap());
        let attributes = serde_json::to_string(&element.attributes).unwrap();
        assert!(attributes.contains("white-space: pre-wrap;"), "{attributes}");
        assert_eq!(element.children, [Node::Text("Main Street 1\nTown".to_owned())]);
    }
}
