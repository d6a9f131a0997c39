//! What is kept of an element: what it is called by its attributes, and whether it is seen. `tree` has one for each.

use super::appearance::Appearance;
use super::field::Field;
use super::legible::LONGEST_NAME;
use crate::recording::json_text::text;
use crate::recording::serialized_node::{self, Attributes};

/// What an element is called by where it holds no text, the best first.
const NAMING_ATTRIBUTES: [&str; 6] = ["aria-label", "alt", "title", "placeholder", "value", "name"];

#[derive(Debug)]
pub(super) struct Element {
    /// Whether a click on what is in it is meant for it, as with links and buttons.
    pub(super) acts: bool,
    /// By an attribute.
    pub(super) name: Option<Box<str>>,
    pub(super) appearance: Appearance,
    pub(super) is_label: bool,
    /// Whether people write into it, though it is no field of a form.
    pub(super) is_editor: bool,
    pub(super) field: Option<Box<Field>>,
}

impl Element {
    pub(super) fn of(element: &serialized_node::Element<'_>) -> Self {
        let tag = &*element.tag;
        Self {
            acts: matches!(tag, "a" | "button" | "label" | "summary" | "option")
                || element.attributes.json("role").is_some(),
            name: naming(&element.attributes),
            appearance: Appearance::of(element),
            is_label: tag == "label",
            is_editor: is_editor(&element.attributes).unwrap_or(false),
            field: Field::of(tag, &element.attributes).map(Box::new),
        }
    }

    /// Takes new values of some attributes.
    pub(super) fn change(&mut self, attributes: &Attributes<'_>) {
        self.appearance.change(attributes);
        if let Some(name) = naming(attributes) {
            self.name = Some(name);
        }
        self.is_editor = is_editor(attributes).unwrap_or(self.is_editor);
        if let Some(field) = &mut self.field {
            field.change(attributes);
        }
    }
}

/// None where the attributes say nothing about it.
fn is_editor(attributes: &Attributes<'_>) -> Option<bool> {
    let value = text(attributes.json("contenteditable")?);
    Some(value.is_some_and(|value| matches!(&*value.to_ascii_lowercase(), "" | "true" | "plaintext-only")))
}

fn naming(attributes: &Attributes<'_>) -> Option<Box<str>> {
    NAMING_ATTRIBUTES.iter().find_map(|name| {
        let text = attributes.text(name)?;
        let fits = !text.trim().is_empty() && text.chars().count() <= LONGEST_NAME;
        fits.then(|| text.into())
    })
}
