//! Whether an element is seen, as far as its tag and its attributes tell; no style sheet is asked. Each `Element` has
//! an [`Appearance`].

use crate::recording::json_text::{elements, member, text};
use crate::recording::serialized_node::{Attributes, Element};

/// One pixel is a counter of visits, nothing to be seen.
const LEAST_SIDE: f64 = 2.0;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Appearance {
    kind: Kind,
    /// By the attribute `hidden`, or a dialog that is not open.
    hidden_by_attribute: bool,
    /// By its own `style`.
    hidden_by_style: bool,
    /// Its attributes make it smaller than anything that is seen.
    tiny: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Neither it nor anything in it is seen.
    Never,
    /// It is seen by itself.
    Itself,
    /// It is seen as far as it has a source.
    Image { filled: bool },
    /// What is in it is seen while it has the attribute `open`.
    Dialog,
    /// What is in it is seen.
    Contents,
}

impl Appearance {
    pub(super) fn of(element: &Element<'_>) -> Self {
        let kind = match &*element.tag {
            "head" | "title" | "template" | "desc" | "defs" | "symbol" | "metadata" | "datalist" => {
                Kind::Never
            }
            _ if element.blocked => Kind::Itself,
            "input"
                if element
                    .attributes
                    .text("type")
                    .is_some_and(|kind| kind == "hidden") =>
            {
                Kind::Never
            }
            "svg" | "canvas" | "video" | "input" | "textarea" | "select" | "button" | "progress"
            | "meter" | "hr" => Kind::Itself,
            "img" => Kind::Image { filled: false },
            "dialog" => Kind::Dialog,
            _ => Kind::Contents,
        };
        let mut appearance = Self {
            kind,
            hidden_by_attribute: kind == Kind::Dialog,
            hidden_by_style: false,
            tiny: false,
        };
        appearance.change(&element.attributes);
        appearance
    }

    /// Takes new values of some attributes.
    pub(super) fn change(&mut self, attributes: &Attributes<'_>) {
        let is_there = |name: &str| {
            attributes
                .json(name)
                .map(|json| json != "null" && json != "false")
        };
        let hiding = match self.kind {
            Kind::Dialog => is_there("open").map(|open| !open),
            _ => is_there("hidden"),
        };
        self.hidden_by_attribute = hiding.unwrap_or(self.hidden_by_attribute);
        if let Some(hides) = attributes.json("style").and_then(hides) {
            self.hidden_by_style = hides;
        }
        if let Kind::Image { filled } = &mut self.kind {
            let sources = ["src", "srcset", "rr_dataURL"];
            *filled = sources
                .iter()
                .filter_map(|name| is_there(name))
                .max()
                .unwrap_or(*filled);
        }
        let sides = ["width", "height", "rr_width", "rr_height"].map(|name| attributes.text(name));
        let mut sides = sides.iter().flatten().filter_map(|side| pixels(side));
        if let Some(side) = sides.by_ref().reduce(f64::min) {
            self.tiny = side < LEAST_SIDE;
        }
    }

    /// Neither it nor anything in it is seen.
    pub(super) fn is_hidden(self) -> bool {
        self.kind == Kind::Never || self.hidden_by_attribute || self.hidden_by_style
    }

    /// It is seen by itself, whatever is in it.
    pub(super) fn is_seen(self) -> bool {
        let by_itself = matches!(self.kind, Kind::Itself | Kind::Image { filled: true });
        by_itself && !self.tiny && !self.is_hidden()
    }
}

/// Of `12`, `12px`; none of a part of something else.
fn pixels(text: &str) -> Option<f64> {
    let text = text.trim();
    text.strip_suffix("px").unwrap_or(text).parse().ok()
}

/// Whether a `style` hides its element; None if it says nothing about that. rrweb writes all of it as a string, or a
/// change of it as an object of properties.
fn hides(json: &str) -> Option<bool> {
    if let Some(style) = text(json) {
        let compact: String = style.chars().filter(|c| !c.is_whitespace()).collect();
        let compact = compact.to_ascii_lowercase();
        return Some(compact.split(';').any(|declaration| {
            let declaration = declaration.strip_suffix("!important").unwrap_or(declaration);
            declaration
                .split_once(':')
                .is_some_and(|(name, value)| is_hiding(name, value))
        }));
    }
    if json == "null" {
        return Some(false);
    }
    let value = |name: &str| {
        let value = member(json, name)?;
        // A value and its priority stand in a list.
        let value = text(value).or_else(|| elements(value).next().and_then(text));
        Some(value.is_some_and(|value| is_hiding(name, value.trim())))
    };
    ["display", "visibility", "opacity"]
        .into_iter()
        .filter_map(value)
        .max()
}

fn is_hiding(name: &str, value: &str) -> bool {
    match name {
        "display" => value == "none",
        "visibility" => value == "hidden",
        "opacity" => value.parse() == Ok(0.0),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording::serialized_node::{Visitor, walk};

    struct Seen(Option<Appearance>);

    impl Visitor for Seen {
        fn element(&mut self, element: &Element<'_>) {
            self.0 = Some(Appearance::of(element));
        }
    }

    fn appearance(tag: &str, attributes: &str) -> Appearance {
        let json =
            format!(r#"{{"type":2,"tagName":"{tag}","attributes":{attributes},"childNodes":[],"id":1}}"#);
        let mut seen = Seen(None);
        walk(&json, &mut seen);
        seen.0.unwrap()
    }

    #[test]
    fn tags_and_attributes_tell_what_is_seen() {
        for (tag, attributes, seen, hidden) in [
            ("div", "{}", false, false),
            ("head", "{}", false, true),
            ("svg", "{}", true, false),
            ("svg", r#"{"width":"0","height":"0"}"#, false, false),
            (
                "svg",
                r#"{"style":"position: absolute; Display : none"}"#,
                false,
                true,
            ),
            ("img", "{}", false, false),
            ("img", r#"{"src":"a.png"}"#, true, false),
            (
                "img",
                r#"{"src":"a.png","width":"1px","height":"1"}"#,
                false,
                false,
            ),
            ("img", r#"{"src":"a.png","width":"100%"}"#, true, false),
            ("input", "{}", true, false),
            ("input", r#"{"type":"hidden"}"#, false, true),
            ("div", r#"{"hidden":""}"#, false, true),
            ("div", r#"{"style":"opacity: 0.0 !important"}"#, false, true),
            ("div", r#"{"style":"opacity: 0.5; color: none"}"#, false, false),
            ("div", r#"{"rr_width":"90px","rr_height":"40px"}"#, true, false),
            ("dialog", "{}", false, true),
            ("dialog", r#"{"open":""}"#, false, false),
        ] {
            let found = appearance(tag, attributes);
            assert_eq!(
                (found.is_seen(), found.is_hidden()),
                (seen, hidden),
                "{tag} {attributes}"
            );
        }
    }

    #[test]
    fn changes_hide_and_show() {
        let mut image = appearance("img", r#"{"style":"display:none"}"#);
        for (change, seen) in [
            (r#"{"src":"a.png"}"#, false),
            (r#"{"style":{"color":"red"}}"#, false),
            (r#"{"style":{"display":false}}"#, true),
            (r#"{"style":{"visibility":["hidden","important"]}}"#, false),
            (r#"{"style":null}"#, true),
            (r#"{"hidden":""}"#, false),
            (r#"{"hidden":null}"#, true),
            (r#"{"src":null}"#, false),
        ] {
            image.change(&Attributes::of(change));
            assert_eq!(image.is_seen(), seen, "{change}");
        }
    }
}
