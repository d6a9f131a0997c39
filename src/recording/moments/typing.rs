//! What the person typed, as the recorder tells it: the whole contents of a field after each change. Passwords and the like
//! are left out here, so that nothing after this can show them.

use std::collections::HashMap;

use super::document::Document;
use super::field::FieldKind;
use crate::recording::json_text::{integer, member, text};
use crate::recording::rrweb_types::{IncrementalSource, MouseInteraction};
use crate::recording::{Event, EventType, Recording, Window};

/// As many letters before the caret are kept.
const MOST_LETTERS: usize = 200;

/// A field of a form, from this moment on.
#[derive(Debug, Clone, PartialEq)]
pub struct Typing {
    /// Session time.
    pub session_ms: f64,
    /// The window's place in `Recording::windows`.
    pub window: usize,
    /// What the field is called; empty if it has no name.
    pub field: String,
    pub text: TypedText,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TypedText {
    /// What stands before the caret, its last 200 letters; empty for a field that was emptied.
    Plain(String),
    /// This many letters that the recorder masked.
    Masked(usize),
    /// Something that must not be shown, of unknown length.
    Secret,
}

/// Everything that was typed in all windows, in order of time. What scripts put into fields is left out as far as it can be
/// told from typing: by the recorder's own mark, or since another field has the focus.
pub fn typing(recording: &Recording) -> Vec<Typing> {
    let mut typed: Vec<Typing> = Vec::new();
    for (place, window) in recording.windows.iter().enumerate() {
        typed.extend(Reader::default().read(window).into_iter().map(|change| Typing {
            session_ms: (change.timestamp_ms - recording.started_ms).max(0.0),
            window: place,
            field: change.field,
            text: change.text,
        }));
    }
    typed.sort_by(|a, b| a.session_ms.total_cmp(&b.session_ms));
    typed
}

struct Change {
    timestamp_ms: f64,
    field: String,
    text: TypedText,
}

/// Goes through one window.
#[derive(Default)]
struct Reader {
    document: Document,
    /// The element with the focus, if that is known.
    focus: Option<i64>,
    /// What stands in each field.
    contents: HashMap<i64, String>,
}

impl Reader {
    fn read(mut self, window: &Window) -> Vec<Change> {
        window
            .events
            .iter()
            .filter_map(|event| self.look(event))
            .collect()
    }

    fn look(&mut self, event: &Event) -> Option<Change> {
        self.document.apply(event);
        match (event.kind, event.source) {
            (EventType::FullSnapshot, _) => {
                self.focus = None;
                self.contents.clear();
                None
            }
            (_, Some(IncrementalSource::MouseInteraction)) => {
                let id = integer(event.data()?, "id");
                match event.mouse_interaction()? {
                    MouseInteraction::Focus => self.focus = id,
                    MouseInteraction::Blur if self.focus == id => self.focus = None,
                    _ => {}
                }
                None
            }
            (_, Some(IncrementalSource::Input)) => self.input(event),
            _ => None,
        }
    }

    fn input(&mut self, event: &Event) -> Option<Change> {
        let data = event.data()?;
        let id = integer(data, "id")?;
        let now = text(member(data, "text")?)?.into_owned();
        let kind = self.document.field_kind(id)?;
        let text = match kind {
            FieldKind::NotTyped => return None,
            FieldKind::Secret => TypedText::Secret,
            FieldKind::Text => {
                let before = self.contents.insert(id, now.clone()).unwrap_or_default();
                if before == now {
                    return None;
                }
                shown(&before, &now)
            }
        };
        let by_a_script = member(data, "userTriggered") == Some("false");
        let elsewhere = self.focus.is_some_and(|focus| focus != id);
        (!by_a_script && !elsewhere).then(|| Change {
            timestamp_ms: event.timestamp_ms,
            field: self.document.field_name(id),
            text,
        })
    }
}

fn shown(before: &str, now: &str) -> TypedText {
    if !now.is_empty() && now.chars().all(|letter| matches!(letter, '*' | '•' | '●')) {
        return TypedText::Masked(now.chars().count().min(MOST_LETTERS));
    }
    let (before, letters): (Vec<char>, Vec<char>) = (before.chars().collect(), now.chars().collect());
    let pairs = letters.iter().zip(&before);
    let kept = pairs.take_while(|(now, before)| now == before).count();
    let behind = letters[kept..]
        .iter()
        .rev()
        .zip(before[kept..].iter().rev())
        .take_while(|(now, before)| now == before)
        .count();
    let caret = letters.len() - behind;
    // Where all that is left of a change is what stands behind it, it is told by that.
    let caret = if caret == 0 { letters.len() } else { caret };
    let first = caret.saturating_sub(MOST_LETTERS);
    TypedText::Plain(letters[first..caret].iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording;
    use crate::source::RawInput;

    #[test]
    fn what_stands_before_the_caret_is_shown() {
        let plain = |text: &str| TypedText::Plain(text.to_owned());
        for (before, now, expected) in [
            ("", "a", plain("a")),
            ("Hello world", "Hello big world", plain("Hello big ")),
            ("Hello", "Hell", plain("Hell")),
            ("abc", "bc", plain("bc")),
            ("abc", "", plain("")),
            ("", "***", TypedText::Masked(3)),
            ("aa", "aaa", plain("aaa")),
        ] {
            assert_eq!(shown(before, now), expected, "{before} {now}");
        }
        let TypedText::Plain(long) = shown("", &"é".repeat(1_000_000)) else {
            panic!("it is not masked");
        };
        assert_eq!(long.chars().count(), MOST_LETTERS);
    }

    /// Of a form with these events: (data of the event).
    fn typed(events: &[&str]) -> Vec<(String, TypedText)> {
        const FORM: &str = r#"{"node":{"type":0,"id":1,"childNodes":[
            {"type":2,"tagName":"label","attributes":{"for":"mail"},"id":2,"childNodes":[{"type":3,"textContent":"E-mail *","id":3}]},
            {"type":2,"tagName":"input","attributes":{"id":"mail","name":"m1"},"id":4,"childNodes":[]},
            {"type":2,"tagName":"label","attributes":{},"id":5,"childNodes":[
                {"type":3,"textContent":"Note","id":6},
                {"type":2,"tagName":"textarea","attributes":{},"id":7,"childNodes":[{"type":3,"textContent":"old","id":8}]}]},
            {"type":2,"tagName":"input","attributes":{"type":"password","placeholder":"Password"},"id":9,"childNodes":[]},
            {"type":2,"tagName":"input","attributes":{"type":"checkbox"},"id":10,"childNodes":[]},
            {"type":2,"tagName":"input","attributes":{"name":"card_number","placeholder":"1234 5678"},"id":11,"childNodes":[]},
            {"type":2,"tagName":"label","attributes":{},"id":12,"childNodes":[
                {"type":3,"textContent":"Security code","id":13},
                {"type":2,"tagName":"input","attributes":{"type":"tel"},"id":14,"childNodes":[]}]}]}}"#;
        let mut lines = vec![
            r#"{"type":4,"timestamp":1000000,"data":{"href":"","width":800,"height":600}}"#.to_owned(),
            format!(r#"{{"type":2,"timestamp":1000000,"data":{FORM}}}"#),
        ];
        lines.extend(events.iter().zip(1..).map(|(data, number)| {
            format!(
                r#"{{"type":3,"timestamp":{},"data":{data}}}"#,
                1_000_000 + number * 100
            )
        }));
        let input = RawInput {
            name: "test".to_owned(),
            bytes: format!("[{}]", lines.join(",")).into(),
        };
        let found = typing(&recording::open(input).unwrap());
        found
            .into_iter()
            .map(|typing| (typing.field, typing.text))
            .collect()
    }

    #[test]
    fn fields_are_called_by_their_labels_and_passwords_are_never_told() {
        let plain = |field: &str, text: &str| (field.to_owned(), TypedText::Plain(text.to_owned()));
        assert_eq!(
            typed(&[
                r#"{"source":5,"id":4,"text":"a","isChecked":false}"#,
                r#"{"source":5,"id":4,"text":"a","isChecked":false}"#,
                r#"{"source":5,"id":4,"text":"ab","isChecked":false,"userTriggered":false}"#,
                r#"{"source":5,"id":7,"text":"x","isChecked":false}"#,
                r#"{"source":5,"id":9,"text":"hunter2","isChecked":false}"#,
                r#"{"source":5,"id":10,"text":"on","isChecked":true}"#,
                r#"{"source":5,"id":99,"text":"nobody knows what this is","isChecked":false}"#,
            ]),
            [
                plain("E-mail *", "a"),
                plain("Note", "x"),
                ("Password".to_owned(), TypedText::Secret),
            ]
        );
    }

    #[test]
    fn what_is_called_a_secret_is_one() {
        let typed = typed(&[
            r#"{"source":5,"id":11,"text":"4242","isChecked":false}"#,
            r#"{"source":5,"id":14,"text":"123","isChecked":false}"#,
        ]);
        let secret = |field: &str| (field.to_owned(), TypedText::Secret);
        assert_eq!(typed, [secret("1234 5678"), secret("Security code")]);
    }

    #[test]
    fn only_the_field_with_the_focus_is_typed_into() {
        let typed = typed(&[
            r#"{"source":2,"type":5,"id":4}"#,
            r#"{"source":5,"id":4,"text":"a","isChecked":false}"#,
            r#"{"source":5,"id":7,"text":"by a script","isChecked":false}"#,
            r#"{"source":2,"type":6,"id":4}"#,
            r#"{"source":5,"id":7,"text":"by a script?","isChecked":false}"#,
        ]);
        let texts: Vec<_> = typed.into_iter().map(|(_, text)| text).collect();
        assert_eq!(
            texts,
            ["a", "by a script?"].map(|text| TypedText::Plain(text.to_owned()))
        );
    }
}
