//! What `PostHog`'s mobile SDKs record: wireframes, and the events that hold them.

use arbitrary::{Arbitrary, Result, Unstructured};

use crate::event::{Event, Time};
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

/// The JSON of an event of a mobile recording.
#[derive(Debug, Clone)]
pub struct MobileEvent(pub String);

impl<'a> Arbitrary<'a> for MobileEvent {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let time: Time = u.arbitrary()?;
        let (kind, data) = match u.int_in_range(0..=7_u8)? {
            0 => {
                let wireframes = Some(list(u, |u| wireframe(u, 4))?);
                (2, object(u, vec![("wireframes", wireframes)])?)
            }
            1 => {
                let open = Some(word(u, &["true", "false"])?.replace('"', ""));
                let height = maybe(u, number)?;
                let payload = object(u, vec![("open", open), ("height", height)])?;
                let members = vec![
                    ("tag", Some("\"keyboard\"".to_owned())),
                    ("payload", Some(payload)),
                ];
                (5, object(u, members)?)
            }
            2 => {
                let touch = |u: &mut Unstructured<'_>| {
                    let members = vec![
                        ("id", Some(id(u)?)),
                        ("x", maybe(u, number)?),
                        ("y", maybe(u, number)?),
                    ];
                    object(u, members)
                };
                let positions = maybe(u, |u| list(u, touch))?;
                let source = Some((*u.choose(&["1", "2", "6", "12"])?).to_owned());
                let members = vec![("source", source), ("id", Some(id(u)?)), ("positions", positions)];
                (3, object(u, members)?)
            }
            3 => return Event::at(u, &time).map(|Event(json)| Self(json)),
            _ => {
                let members = vec![
                    ("source", Some("0".to_owned())),
                    ("adds", maybe(u, |u| list(u, put))?),
                    ("updates", maybe(u, |u| list(u, put))?),
                    ("removes", maybe(u, |u| list(u, removal))?),
                    ("texts", maybe(u, |_| Ok("[]".to_owned()))?),
                ];
                (3, object(u, members)?)
            }
        };
        let members = vec![
            ("type", Some(kind.to_string())),
            ("data", Some(data)),
            ("timestamp", Some(time.0)),
        ];
        object(u, members).map(Self)
    }
}

/// One of few, so that events speak of the same; some are those of the page around.
fn id(u: &mut Unstructured<'_>) -> Result<String> {
    Ok(match u.int_in_range(0..=12)? {
        number @ 0..=11 => number.to_string(),
        _ => number(u)?,
    })
}

fn put(u: &mut Unstructured<'_>) -> Result<String> {
    let members = vec![("parentId", maybe(u, id)?), ("wireframe", Some(wireframe(u, 3)?))];
    object(u, members)
}

fn removal(u: &mut Unstructured<'_>) -> Result<String> {
    let members = vec![("id", Some(id(u)?)), ("parentId", maybe(u, id)?)];
    object(u, members)
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
