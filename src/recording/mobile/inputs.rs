//! What the user fills in or presses.

use super::lenient::Text;
use super::node::Element;
use super::progress;
use super::style::Css;
use super::wireframe::{InputType, Wireframe};

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
        InputType::TextArea => control(wireframe, "textarea", field_looks).maybe("value", value(wireframe)),
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

fn control(wireframe: &Wireframe<'_>, tag: &'static str, looks: fn(Css) -> Css) -> Element {
    Element::new(tag)
        .style(wireframe.css(looks).maybe("opacity", dimmed(wireframe)))
        .flag("disabled", wireframe.disabled)
}

fn field_looks(css: Css) -> Css {
    css.set("color", "#1d1f27")
        .set("background-color", "#ffffff")
        .set("border", "1px solid #b6b7af")
        .set("border-radius", "4px")
        .set("padding", "4px 8px")
}

fn field(wireframe: &Wireframe<'_>, input_type: &'static str) -> Element {
    control(wireframe, "input", field_looks)
        .attribute("type", input_type)
        .maybe("value", value(wireframe))
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
        .fold(control(wireframe, "select", field_looks), Element::child)
}

fn button(wireframe: &Wireframe<'_>) -> Element {
    let looks = |css: Css| {
        css.set("color", "#1d1f27")
            .set("background-color", "#e5e7e0")
            .set("border-radius", "4px")
            .set("overflow", "hidden")
    };
    control(wireframe, "button", looks)
        .attribute("type", "button")
        .text(value(wireframe).or(label(wireframe)).unwrap_or_default())
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
    let slider = Css::default()
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
    let slider = Element::div(slider).child(Element::div(handle));
    match label(wireframe) {
        None => Element::div(wireframe.css(row)).child(slider),
        Some(label) => Element::new("label")
            .style(wireframe.css(row))
            .child(slider)
            .text(label),
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
                &["\"textarea\"", r#"("value", "a")"#],
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
            (r#""inputType":"toggle","label":"x""#, &["\"label\"", TOGGLE_OFF]),
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
}
