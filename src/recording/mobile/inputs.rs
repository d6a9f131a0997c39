//! What the user fills in or presses.

use super::lenient::Text;
use super::node::Element;
use super::progress;
use super::style::{Color, Css, Style};
use super::wireframe::{InputType, Kind, Wireframe};

const TOGGLE_ON: &str = "#1d4aff";
const TOGGLE_OFF: &str = "#b6b7af";

/// `radio_group` is the name that the radio buttons of one group share.
pub(super) fn input(wireframe: &Wireframe<'_>, radio_group: Option<String>) -> Element {
    match wireframe.input_type {
        InputType::Text => field(wireframe, "text"),
        InputType::Password => field(wireframe, "password"),
        InputType::Email => field(wireframe, "email"),
        InputType::Number => field(wireframe, "number"),
        InputType::Search => field(wireframe, "search"),
        InputType::Tel => field(wireframe, "tel"),
        InputType::Url => field(wireframe, "url"),
        InputType::Checkbox => choice(wireframe, "checkbox", None),
        InputType::Radio => choice(wireframe, "radio", radio_group),
        InputType::Toggle => toggle(wireframe),
        InputType::Select => select(wireframe),
        InputType::TextArea => text_area(wireframe),
        InputType::Button => button(wireframe),
        InputType::Progress => progress::progress(wireframe),
    }
}

fn value<'a>(wireframe: &'a Wireframe<'_>) -> Option<&'a str> {
    wireframe.value.as_ref().map(|Text(value)| value.as_str())
}

fn label<'a>(wireframe: &'a Wireframe<'_>) -> Option<&'a str> {
    wireframe.label.as_ref().map(|Text(label)| label.as_str())
}

fn dimmed(wireframe: &Wireframe<'_>) -> Option<&'static str> {
    wireframe.disabled.then_some("0.5")
}

fn control(wireframe: &Wireframe<'_>, tag: &'static str, css: Css) -> Element {
    Element::new(tag)
        .style(css.maybe("opacity", dimmed(wireframe)))
        .flag("disabled", wireframe.disabled)
}

/// A field whose style says nothing looks like one of ours. The app's text is meant for what the app has below it, which
/// may be dark, and its pictures have their own border.
fn field_looks(style: &Style) -> impl FnOnce(Css) -> Css {
    let background = if style.color.is_some() || style.has_picture() {
        "transparent"
    } else {
        "#ffffff"
    };
    let border = (!style.has_picture()).then_some("1px solid #b6b7af");
    move |css| {
        css.set("color", "#1d1f27")
            .set("background-color", background)
            .maybe("border", border)
            .set("border-radius", "4px")
            .set("padding", "4px 8px")
    }
}

fn field(wireframe: &Wireframe<'_>, input_type: &'static str) -> Element {
    control(wireframe, "input", wireframe.css(field_looks(&wireframe.style)))
        .attribute("type", input_type)
        .maybe("value", value(wireframe))
}

/// The SDKs tell of fields for one line as if they were for many.
fn text_area(wireframe: &Wireframe<'_>) -> Element {
    let css = wireframe
        .css(field_looks(&wireframe.style))
        .set("display", "block")
        .set("align-content", wireframe.style.lines_align())
        .set("overflow", "hidden");
    control(wireframe, "textarea", css).maybe("value", value(wireframe))
}

fn select(wireframe: &Wireframe<'_>) -> Element {
    let chosen = value(wireframe);
    let listed = |chosen: &str| wireframe.options.iter().any(|Text(option)| option == chosen);
    let unlisted = chosen.filter(|chosen| !listed(chosen));
    let options = wireframe.options.iter().map(|Text(option)| option.as_str());
    unlisted
        .into_iter()
        .chain(options)
        .map(|option| {
            Element::new("option")
                .flag("selected", chosen == Some(option))
                .text(option)
        })
        .fold(
            control(wireframe, "select", wireframe.css(field_looks(&wireframe.style))),
            Element::child,
        )
}

fn button(wireframe: &Wireframe<'_>) -> Element {
    let style = &wireframe.style;
    let background = if style.has_picture() {
        "transparent"
    } else if style.color.as_ref().is_some_and(Color::is_light) {
        "#5c5e57"
    } else {
        "#e5e7e0"
    };
    let looks = |css: Css| {
        css.set("color", "#1d1f27")
            .set("background-color", background)
            .set("border-radius", "4px")
            .set("overflow", "hidden")
    };
    let button = control(wireframe, "button", wireframe.css(looks)).attribute("type", "button");
    match value(wireframe).or(label(wireframe)) {
        Some(text) if !has_child_text(wireframe, text) => button.text(text),
        _ => button,
    }
}

/// On iOS a button's text is told of the button and of the label within it, which knows where it is.
fn has_child_text(wireframe: &Wireframe<'_>, text: &str) -> bool {
    wireframe.child_wireframes.iter().any(|raw| {
        serde_json::from_str::<Wireframe<'_>>(raw.get()).is_ok_and(|child| {
            child.kind == Kind::Text && child.text.is_some_and(|Text(child)| child == text)
        })
    })
}

/// A checkbox or radio button, in a `<label>` where it has one.
fn choice(wireframe: &Wireframe<'_>, input_type: &'static str, name: Option<String>) -> Element {
    let input = |css: Css| {
        Element::new("input")
            .style(css)
            .attribute("type", input_type)
            .maybe("name", name)
            .flag("checked", wireframe.checked)
            .flag("disabled", wireframe.disabled)
    };
    match label(wireframe) {
        None => input(wireframe.css(|css| css)),
        Some(label) => Element::new("label")
            .style(wireframe.css(row))
            .child(input(Css::default().set("flex", "none")))
            .text(label),
    }
}

fn toggle(wireframe: &Wireframe<'_>) -> Element {
    let (color, left) = if wireframe.checked {
        (TOGGLE_ON, "18px")
    } else {
        (TOGGLE_OFF, "2px")
    };
    let track = Css::default()
        .set("position", "relative")
        .set("flex", "none")
        .set("width", "36px")
        .set("height", "20px")
        .set("border-radius", "10px")
        .set("background-color", color)
        .maybe("opacity", dimmed(wireframe));
    let handle = Css::default()
        .set("position", "absolute")
        .set("left", left)
        .set("top", "2px")
        .set("width", "16px")
        .set("height", "16px")
        .set("border-radius", "8px")
        .set("background-color", "#ffffff");
    let slider = |css: Css| Element::div(css).child(Element::div(handle));
    match label(wireframe) {
        None => Element::div(wireframe.css(row)).child(slider(track)),
        // On the phone the switch is at the end of its row.
        Some(label) => Element::new("label")
            .style(wireframe.css(row))
            .text(label)
            .child(slider(track.set("margin-left", "auto"))),
    }
}

fn row(css: Css) -> Css {
    css.set("display", "flex")
        .set("align-items", "center")
        .set("gap", "8px")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(json: &str) -> String {
        let json = format!(r#"{{"id":1,"type":"input",{json}}}"#);
        let wireframe: Wireframe<'_> = serde_json::from_str(&json).unwrap();
        format!("{:?}", input(&wireframe, Some("group".to_owned())))
    }

    #[test]
    fn each_input_type_has_its_element() {
        for (json, parts) in [
            (
                r#""value":7"#,
                &["\"input\"", r#"("type", "text"), ("value", "7")"#][..],
            ),
            (
                r#""inputType":"url","disabled":true"#,
                &[r#"("disabled", ""), ("type", "url")"#],
            ),
            (
                r#""inputType":"text_area","value":"a""#,
                &["\"textarea\"", "align-content: safe center;", r#"("value", "a")"#],
            ),
            (
                r#""inputType":"text_area","style":{"verticalAlign":"top"}"#,
                &["align-content: start;"],
            ),
            (
                r#""inputType":"button","label":"Go""#,
                &["\"button\"", r#"Text("Go")"#],
            ),
            (
                r#""inputType":"checkbox","checked":true"#,
                &[r#"("type", "checkbox"), ("checked", "")"#],
            ),
            (
                r#""inputType":"radio","label":"Bus""#,
                &[
                    "\"label\"",
                    r#"("type", "radio"), ("name", "group")"#,
                    r#"Text("Bus")"#,
                ],
            ),
            (r#""inputType":"toggle","checked":true"#, &[TOGGLE_ON]),
            (
                r#""inputType":"toggle","label":"x""#,
                &["\"label\"", r#"[Text("x"), Element"#, TOGGLE_OFF],
            ),
            (r#""inputType":"progress","value":1"#, &["\"progress\""]),
            (
                r#""inputType":"select","options":["a","b"],"value":"b""#,
                &[r#"("selected", "")"#, r#"Text("a")"#],
            ),
            // A value that is none of the options is shown all the same.
            (
                r#""inputType":"select","options":[1],"value":"c""#,
                &[r#"("selected", "")"#, r#"Text("c")"#],
            ),
        ] {
            let shown = shown(json);
            for part in parts {
                assert!(shown.contains(part), "{json}: {part} is not in {shown}");
            }
        }
    }

    #[test]
    fn text_can_be_read_on_what_is_below_it() {
        let white = "background-color: #ffffff;";
        let clear = "background-color: transparent;";
        let border = "border: 1px solid";
        for (json, there, not_there) in [
            (r#""style":{}"#, &[white, border][..], &[clear][..]),
            // White text of a dark app.
            (
                r##""inputType":"text_area","style":{"color":"#FFFFFF"}"##,
                &[clear, border],
                &[white],
            ),
            (
                r#""inputType":"text_area","style":{"backgroundImage":"AAAA"}"#,
                &[clear],
                &[white, border],
            ),
            (
                r##""style":{"color":"#FFFFFF","backgroundColor":"#222222"}"##,
                &["background-color: #222222;", border],
                &[],
            ),
            (
                r#""inputType":"button","style":{"backgroundImage":"AAAA"}"#,
                &[clear],
                &["#e5e7e0"],
            ),
            (
                r##""inputType":"button","style":{"color":"#FFFFFF"}"##,
                &["#5c5e57"],
                &["#e5e7e0"],
            ),
        ] {
            let shown = shown(json);
            for part in there {
                assert!(shown.contains(part), "{json}: {part} is not in {shown}");
            }
            for part in not_there {
                assert!(!shown.contains(part), "{json}: {part} is in {shown}");
            }
        }
    }

    #[test]
    fn the_text_of_a_button_is_not_drawn_twice() {
        let button = |child: &str| {
            let json = format!(r#""inputType":"button","value":"Go","childWireframes":[7,{child}]"#);
            shown(&json).contains(r#"Text("Go")"#)
        };
        assert!(!button(r#"{"id":2,"type":"text","text":"Go"}"#));
        assert!(button(r#"{"id":2,"type":"text","text":"Stop"}"#));
        assert!(button(r#"{"id":2,"type":"image","text":"Go"}"#));
    }
}
