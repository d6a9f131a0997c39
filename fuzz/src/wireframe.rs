//! What `PostHog`'s mobile SDKs record of a screen: wireframes.

use arbitrary::{Arbitrary, Result, Unstructured};

use crate::json::{list, number, object, string, value, word};
use crate::odds::maybe;

/// The JSON of one wireframe.
#[derive(Debug, Clone)]
pub struct Wireframe(pub String);

impl<'a> Arbitrary<'a> for Wireframe {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        wireframe(u, 4).map(Self)
    }
}

/// One of few, so that events speak of the same; some are those of the page around.
pub(crate) fn id(u: &mut Unstructured<'_>) -> Result<String> {
    Ok(match u.int_in_range(0..=12)? {
        number @ 0..=11 => number.to_string(),
        _ => number(u)?,
    })
}

/// A wireframe with at most `depth` within each other.
pub(crate) fn wireframe(u: &mut Unstructured<'_>, depth: usize) -> Result<String> {
    const KINDS: &[&str] = &[
        "div",
        "rectangle",
        "text",
        "image",
        "screenshot",
        "placeholder",
        "web_view",
        "input",
        "progress",
        "radio_group",
        "status_bar",
        "navigation_bar",
        "hologram",
    ];
    const INPUTS: &[&str] = &[
        "text",
        "password",
        "email",
        "number",
        "search",
        "tel",
        "url",
        "checkbox",
        "toggle",
        "radio",
        "select",
        "text_area",
        "button",
        "progress",
    ];
    let children = if depth > 0 {
        maybe(u, |u| list(u, |u| wireframe(u, depth - 1)))?
    } else {
        None
    };
    let boolean = |u: &mut Unstructured<'_>| Ok(u.arbitrary::<bool>()?.to_string());
    let members = vec![
        ("id", Some(id(u)?)),
        ("type", maybe(u, |u| word(u, KINDS))?),
        ("x", maybe(u, number)?),
        ("y", maybe(u, number)?),
        ("width", maybe(u, length)?),
        ("height", maybe(u, length)?),
        ("style", maybe(u, style)?),
        ("childWireframes", children),
        ("text", maybe(u, string)?),
        ("base64", maybe(u, picture)?),
        ("label", maybe(u, string)?),
        ("url", maybe(u, string)?),
        ("inputType", maybe(u, |u| word(u, INPUTS))?),
        (
            "value",
            maybe(u, |u| if u.arbitrary()? { number(u) } else { string(u) })?,
        ),
        ("max", maybe(u, number)?),
        ("options", maybe(u, |u| list(u, string))?),
        ("checked", maybe(u, boolean)?),
        ("disabled", maybe(u, boolean)?),
    ];
    object(u, members)
}

fn length(u: &mut Unstructured<'_>) -> Result<String> {
    Ok(match u.int_in_range(0..=3)? {
        0 => number(u)?,
        1 => format!(
            "\"{}{}\"",
            number(u)?,
            u.choose(&["px", "vw", "vh", "%", "em", "rem", "pt", "é"])?
        ),
        2 => value(u)?,
        _ => u.int_in_range(1..=900_u16)?.to_string(),
    })
}

fn picture(u: &mut Unstructured<'_>) -> Result<String> {
    word(
        u,
        &[
            "iVBORw0KGgo=",
            "data:image/webp;base64,AA\"\\)",
            "A\nA=",
            "data:text/html,",
            "no base64!",
        ],
    )
}

fn style(u: &mut Unstructured<'_>) -> Result<String> {
    const COLORS: &[&str] = &[
        "#fff",
        "#12215f",
        "#é12",
        "#ffff",
        "rgba(1, 2, 3, .5)",
        "url(x)",
        "red;",
        "#",
        "\u{130}",
    ];
    let color = |u: &mut Unstructured<'_>| word(u, COLORS);
    let members = vec![
        ("color", maybe(u, color)?),
        ("backgroundColor", maybe(u, color)?),
        ("backgroundImage", maybe(u, picture)?),
        (
            "backgroundSize",
            maybe(u, |u| word(u, &["contain", "cover", "auto", "3px", "1em"]))?,
        ),
        ("borderWidth", maybe(u, length)?),
        ("borderRadius", maybe(u, length)?),
        ("borderColor", maybe(u, color)?),
        (
            "verticalAlign",
            maybe(u, |u| word(u, &["top", "center", "bottom"]))?,
        ),
        (
            "horizontalAlign",
            maybe(u, |u| word(u, &["left", "center", "right"]))?,
        ),
        ("fontSize", maybe(u, length)?),
        (
            "fontFamily",
            maybe(u, |u| word(u, &["sans-serif", "\"a\", 'b'", "x;}"]))?,
        ),
        ("paddingLeft", maybe(u, length)?),
        ("paddingTop", maybe(u, length)?),
        (
            "bar",
            maybe(u, |u| word(u, &["horizontal", "circular", "rating"]))?,
        ),
    ];
    object(u, members)
}
