//! The form field that an element is, and whether what is typed into it may be seen. `Element` has one.

use super::legible::legible;
use crate::recording::serialized_node::Attributes;

/// What a field is called by if there is no label, the best first. Its value is left out: that is what was typed.
const NAMING_ATTRIBUTES: [&str; 3] = ["aria-label", "placeholder", "title"];

/// What is longer is no id that somebody wrote. In bytes.
const LONGEST_ID: usize = 1024;

/// What the names of fields for secrets have in them, in small letters and digits only.
const SECRET_NAMES: [&str; 12] = [
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "cardnumber",
    "creditcard",
    "ccnumber",
    "cvv",
    "cvc",
    "securitycode",
    "onetimecode",
    "verificationcode",
];

/// How rrweb marks a field that was once one for a password, though it shows its text now.
const WAS_PASSWORD: &str = "data-rr-is-password";

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) kind: FieldKind,
    /// The attribute by which a `label` finds it.
    pub(super) html_id: Option<Box<str>>,
    /// For people.
    pub(super) name: Option<Box<str>>,
    /// For the program that gets the form.
    pub(super) form_name: Option<Box<str>>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum FieldKind {
    #[default]
    Text,
    /// Nothing that is typed into it is ever shown.
    Secret,
    /// A box to tick, a slider, a list: nothing is typed there.
    NotTyped,
}

impl Field {
    /// None for elements that are no fields, as buttons are.
    pub(super) fn of(tag: &str, attributes: &Attributes<'_>) -> Option<Self> {
        let is_field = match tag {
            "input" => !matches!(
                attributes
                    .text("type")
                    .unwrap_or_default()
                    .to_ascii_lowercase()
                    .as_str(),
                "button" | "image" | "reset" | "submit"
            ),
            _ => matches!(tag, "textarea" | "select"),
        };
        is_field.then(|| {
            let mut field = Self::default();
            if tag == "select" {
                field.kind = FieldKind::NotTyped;
            }
            field.change(attributes);
            field
        })
    }

    /// Whether its attributes call it as a field for secrets is called.
    pub(super) fn is_called_secret(&self) -> bool {
        let names = [&self.html_id, &self.name, &self.form_name];
        names.into_iter().flatten().any(|name| names_secret(name))
    }

    /// Takes attributes that are new or changed. What was secret stays so: a password that is shown is still one.
    pub(super) fn change(&mut self, attributes: &Attributes<'_>) {
        if self.kind != FieldKind::Secret {
            self.kind = kind(attributes).unwrap_or(self.kind);
        }
        if let Some(id) = attributes.text("id").filter(|id| id.len() <= LONGEST_ID) {
            self.html_id = Some(id.into());
        }
        let given = |name: &&str| attributes.text(name).filter(|text| !text.trim().is_empty());
        if let Some(name) = NAMING_ATTRIBUTES.iter().find_map(given) {
            self.name = Some(legible(&name));
        }
        if let Some(name) = given(&"name") {
            self.form_name = Some(legible(&name));
        }
    }
}

/// Whether a field that is called so is for something that nobody may see.
pub(super) fn names_secret(name: &str) -> bool {
    let letters = name.chars().filter(char::is_ascii_alphanumeric);
    let letters: String = letters.map(|letter| letter.to_ascii_lowercase()).collect();
    SECRET_NAMES.iter().any(|secret| letters.contains(secret))
}

/// None where the attributes say nothing about it.
fn kind(attributes: &Attributes<'_>) -> Option<FieldKind> {
    let text = |name: &str| attributes.text(name).map(|text| text.to_ascii_lowercase());
    let is_secret = |purpose: &str| {
        purpose.ends_with("password") || purpose == "one-time-code" || purpose.starts_with("cc-")
    };
    let purpose = text("autocomplete").unwrap_or_default();
    if attributes.json(WAS_PASSWORD).is_some() || purpose.split_whitespace().any(is_secret) {
        return Some(FieldKind::Secret);
    }
    Some(match &*text("type")? {
        "password" => FieldKind::Secret,
        "checkbox" | "color" | "date" | "datetime-local" | "file" | "hidden" | "month" | "radio"
        | "range" | "time" | "week" => FieldKind::NotTyped,
        _ => FieldKind::Text,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_and_their_like_are_secret() {
        use FieldKind::{NotTyped, Secret, Text};
        for (tag, attributes, expected) in [
            ("div", "{}", None),
            ("input", r#"{"type":"submit","value":"Send"}"#, None),
            ("input", "{}", Some(Text)),
            ("textarea", r#"{"rows":"3"}"#, Some(Text)),
            ("input", r#"{"type":"email"}"#, Some(Text)),
            ("input", r#"{"type":"Password"}"#, Some(Secret)),
            (
                "input",
                r#"{"type":"text","data-rr-is-password":""}"#,
                Some(Secret),
            ),
            (
                "input",
                r#"{"autocomplete":"section-a new-password"}"#,
                Some(Secret),
            ),
            ("input", r#"{"autocomplete":"cc-number"}"#, Some(Secret)),
            ("input", r#"{"type":"checkbox"}"#, Some(NotTyped)),
            ("select", "{}", Some(NotTyped)),
        ] {
            let field = Field::of(tag, &Attributes::of(attributes));
            assert_eq!(field.map(|field| field.kind), expected, "{attributes}");
        }
    }

    #[test]
    fn a_password_that_is_shown_stays_secret() {
        let mut field = Field::of("input", &Attributes::of(r#"{"type":"password","name":"pw"}"#)).unwrap();
        field.change(&Attributes::of(r#"{"type":"text","title":"Shown"}"#));
        assert_eq!(
            (field.kind, field.name.as_deref()),
            (FieldKind::Secret, Some("Shown"))
        );
        let mut plain = Field::of("input", &Attributes::of(r#"{"type":"text"}"#)).unwrap();
        plain.change(&Attributes::of(r#"{"class":"x"}"#));
        assert_eq!(plain.kind, FieldKind::Text);
    }
}
