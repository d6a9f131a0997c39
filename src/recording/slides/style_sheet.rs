//! Whether a style sheet leaves screenshots and the bare page under them as they are. `document` asks it of those in the
//! head: ours, and the resets of other tools.

use crate::recording::mobile;

/// What a slide's document is made of; its elements have neither classes nor ids.
const ELEMENTS: [&str; 5] = ["html", "head", "body", "div", "img"];

pub(super) fn leaves_slides_alone(css: &str) -> bool {
    mobile::STYLE_SHEETS.contains(&css) || css.split_inclusive('}').all(rule_leaves_slides_alone)
}

/// A rule with all before it; or the white space at the end.
fn rule_leaves_slides_alone(rule: &str) -> bool {
    let rule = rule.trim();
    if rule.is_empty() {
        return true;
    }
    let Some((selectors, declarations)) = rule.strip_suffix('}').and_then(|rule| rule.split_once('{')) else {
        return false;
    };
    selectors.split(',').map(str::trim).all(|selector| {
        is_of_others(selector)
            || declarations
                .split(';')
                .map(str::trim)
                .all(|declaration| declaration.is_empty() || has_no_effect(selector, declaration))
    })
}

/// Whether it is a plain selector of elements that no slide has.
fn is_of_others(selector: &str) -> bool {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let name = selector.strip_prefix(['.', '#']).unwrap_or(selector);
    let (name, pseudo_class) = name.split_once(':').unwrap_or((name, "none"));
    let is_plain = [name, pseudo_class]
        .iter()
        .all(|part| !part.is_empty() && part.chars().all(is_name));
    is_plain && (selector.starts_with(['.', '#']) || !ELEMENTS.contains(&&*name.to_ascii_lowercase()))
}

/// Margins move nothing that is fixed, and images have no border without one.
fn has_no_effect(selector: &str, declaration: &str) -> bool {
    let Some((property, value)) = declaration.split_once(':') else {
        return false;
    };
    match (selector, property.trim()) {
        ("html" | "body", "margin") => true,
        ("img", "border" | "border-style") => value.trim() == "none",
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_cannot_be_seen_passes() {
        for (css, alone) in [
            ("", true),
            (mobile::STYLE_SHEETS[0], true),
            (
                "body { margin: unset; }\n input, button { font: inherit; padding: 0 !important }\n .input:focus { outline: none; }\n img { border-style: none; }\n",
                true,
            ),
            ("body { background: red }", false),
            ("img { margin: 1px; }", false),
            ("img { border: 1px solid; }", false),
            ("p, img { opacity: 0.5; }", false),
            ("p > img { opacity: 0.5; }", false),
            ("* { padding: 1px }", false),
            (":root { zoom: 2 }", false),
            ("IMG { opacity: 0 }", false),
            ("@media print { p { color: red } }", false),
            ("@import 'a.css'; p { color: red }", false),
            ("p { color: red", false),
            ("/* p { } */ img { opacity: 0 }", false),
        ] {
            assert_eq!(leaves_slides_alone(css), alone, "{css}");
        }
    }
}
