//! A wireframe as the mobile SDKs send it. All but the id may be missing, and what has a wrong type counts as missing.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::lenient::{Number, Text, WireframeId, or_default};
use super::style::{Css, Length, Picture, Style};
use crate::frame::Size;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Wireframe<'a> {
    pub(super) id: WireframeId,
    #[serde(rename = "type", default, deserialize_with = "or_default")]
    pub(super) kind: Kind,
    #[serde(default, deserialize_with = "or_default")]
    x: Option<Number>,
    #[serde(default, deserialize_with = "or_default")]
    y: Option<Number>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) width: Option<Length>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) height: Option<Length>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) style: Style,
    /// Read one by one, so that a wrong one costs only itself.
    #[serde(borrow, default, deserialize_with = "or_default")]
    pub(super) child_wireframes: Vec<&'a RawValue>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) text: Option<Text>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) base64: Option<Picture>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) label: Option<Text>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) url: Option<Text>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) input_type: InputType,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) value: Option<Text>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) max: Option<Number>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) options: Vec<Text>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) checked: bool,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) disabled: bool,
}

/// What must be known of a screenshot before it is put on the screen, without a copy of its picture.
#[derive(Debug, Deserialize)]
pub(super) struct Header<'a> {
    pub(super) id: WireframeId,
    #[serde(rename = "type", default, deserialize_with = "or_default")]
    kind: Kind,
    #[serde(default, deserialize_with = "or_default")]
    width: Option<Length>,
    #[serde(default, deserialize_with = "or_default")]
    height: Option<Length>,
    #[serde(borrow, default)]
    base64: Option<&'a RawValue>,
}

impl<'a> Header<'a> {
    /// None of other wireframes.
    pub(super) fn of_screenshot(raw: &'a RawValue) -> Option<Self> {
        let header: Self = serde_json::from_str(raw.get()).ok()?;
        (header.kind == Kind::Screenshot).then_some(header)
    }

    /// Whether there is anything that may be its picture.
    pub(super) fn has_picture(&self) -> bool {
        self.base64
            .is_some_and(|raw| raw.get().starts_with('"') && raw.get() != r#""""#)
    }

    /// As that of [`Wireframe::size`].
    pub(super) fn size(&self) -> Option<Size> {
        size(self.width, self.height)
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    #[default]
    Div,
    Rectangle,
    Text,
    Image,
    Screenshot,
    Placeholder,
    WebView,
    Input,
    Progress,
    RadioGroup,
    StatusBar,
    NavigationBar,
    /// One that a later SDK may have.
    #[serde(other)]
    Unknown,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum InputType {
    #[default]
    Text,
    Password,
    Email,
    Number,
    Search,
    Tel,
    Url,
    Checkbox,
    Toggle,
    Radio,
    Select,
    TextArea,
    Button,
    Progress,
}

impl Wireframe<'_> {
    /// Where it is: all coordinates are those of the screen, whatever it is nested in.
    pub(super) fn position(&self) -> Css {
        let pixels = |number: Option<Number>| Length::px(number.map_or(0.0, |Number(number)| number));
        Css::default()
            .set("position", "fixed")
            .set("left", pixels(self.x))
            .set("top", pixels(self.y))
            .maybe("width", self.width)
            .maybe("height", self.height)
    }

    /// Its position and, after the looks that its kind has by itself, its style.
    pub(super) fn css(&self, looks: impl FnOnce(Css) -> Css) -> Css {
        self.style.write(looks(self.position()))
    }

    /// Whether it is drawn with all its parts, which the app may tell of as well: the label in a list to choose from, the
    /// knob of a switch. A button holds what the app puts into it.
    pub(super) fn is_control(&self) -> bool {
        match self.kind {
            Kind::Progress => true,
            Kind::Input => self.input_type != InputType::Button,
            _ => false,
        }
    }

    /// Where it is, if it says how large it is.
    pub(super) fn area(&self) -> Option<Area> {
        let start = |number: Option<Number>| number.map_or(0.0, |Number(number)| number);
        let (left, top) = (start(self.x), start(self.y));
        Some(Area {
            left,
            top,
            right: left + self.width?.pixels()?,
            bottom: top + self.height?.pixels()?,
        })
    }

    /// Its size in whole pixels, if it has one that can be shown.
    pub(super) fn size(&self) -> Option<Size> {
        size(self.width, self.height)
    }
}

/// A box on the screen, in pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Area {
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
}

impl Area {
    pub(super) fn covers(&self, other: &Self) -> bool {
        self.left <= other.left
            && self.top <= other.top
            && self.right >= other.right
            && self.bottom >= other.bottom
    }
}

fn size(width: Option<Length>, height: Option<Length>) -> Option<Size> {
    let side = |length: Option<Length>| {
        let pixels = length?.pixels()?.round();
        (pixels >= 1.0).then_some(pixels as u32)
    };
    Some(Size::new(side(width)?, side(height)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_types_count_as_missing() {
        let wireframe: Wireframe<'_> = serde_json::from_str(
            r#"{"id":"41","type":7,"x":null,"y":"8.5","width":"100vw","height":[],"style":[],"childWireframes":{},
            "text":3,"base64":true,"inputType":"dial","options":[1,"b",{}],"checked":"yes","max":{},"future":1}"#,
        )
        .unwrap();
        assert_eq!((wireframe.id, wireframe.kind), (WireframeId(41), Kind::Div));
        assert_eq!(
            wireframe.position().into_string(),
            "position: fixed; left: 0px; top: 8.5px; width: 100vw;"
        );
        assert_eq!(wireframe.text, Some(Text("3".into())));
        assert_eq!(wireframe.input_type, InputType::Text);
        assert!(wireframe.options.is_empty() && !wireframe.checked && wireframe.base64.is_none());
        assert_eq!(wireframe.size(), None);
    }

    #[test]
    fn without_an_id_there_is_no_wireframe() {
        for json in [
            "{}",
            "null",
            "7",
            r#"{"id":1.5}"#,
            r#"{"id":null}"#,
            r#"{"id":1,"id":2}"#,
        ] {
            assert!(serde_json::from_str::<Wireframe<'_>>(json).is_err(), "{json}");
        }
        let unknown: Wireframe<'_> = serde_json::from_str(r#"{"id":1,"type":"hologram"}"#).unwrap();
        assert_eq!(unknown.kind, Kind::Unknown);
    }
}
