//! Events out of tables: their `data` is JSON in a string, their `timestamp` a string of digits, as exports of databases
//! write them. [`super::collector`] decodes the events that have such.

use bytestring::ByteString;

use super::is_json;
use super::lost::Lost;
use crate::recording::budget::Budget;
use crate::recording::event;
use crate::recording::json_text::{self, exact_text};
use crate::recording::problem::ProblemKind;
use crate::recording::splice::{place, splice};

const DAMAGED: Lost = Lost::Dropped(ProblemKind::NotAnEvent);

/// The event with what the strings hold in their places.
pub(super) fn decode(json: &str, budget: &mut Budget) -> Result<ByteString, Lost> {
    let mut edits = Vec::new();
    for (name, value) in json_text::members(json).filter(|(_, value)| value.starts_with('"')) {
        let decoded = match &*name {
            "data" => data(value, budget)?,
            "timestamp" => event::quoted_number(value).ok_or(DAMAGED)?.to_string(),
            _ => continue,
        };
        edits.push((place(value, json), decoded));
    }
    Ok(splice(json, edits).into())
}

/// The JSON in a string. Text that is no value of its own would change the event around it.
fn data(string: &str, budget: &mut Budget) -> Result<String, Lost> {
    let text = exact_text(string).ok_or(DAMAGED)?;
    let text = text.trim();
    budget.spend(text.len() as u64)?;
    if is_json(text) {
        Ok(text.to_owned())
    } else {
        Err(DAMAGED)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Format;
    use super::super::tests::{META, SNAPSHOT, events, found, problems, quoted, read_whole};
    use super::*;
    use crate::error::Kind;
    use crate::recording::format;
    use crate::recording::problem::Place;

    /// The event as a table has it.
    fn of_table(json: &str) -> String {
        let data = json_text::member(json, "data").unwrap();
        json.replace(data, &quoted(data))
    }

    fn with_quoted_time(json: &str) -> String {
        let timestamp = json_text::member(json, "timestamp").unwrap();
        let (told, quoted) = (
            format!("\"timestamp\":{timestamp}"),
            format!("\"timestamp\":\"{timestamp}\""),
        );
        json.replace(&told, &quoted)
    }

    #[test]
    fn quoted_fields_are_decoded_in_their_place() {
        let change =
            r#"{"type":3,"timestamp":3,"data":{"source":0,"texts":[{"id":2,"value":"\"é\\"}]},"delay":7}"#;
        let custom = r#"{"type":5,"timestamp":4.5,"data":{"tag":"{}","payload":"{"}}"#;
        let plain = [META, SNAPSHOT, change, custom];
        for table in [
            plain.map(of_table),
            plain.map(with_quoted_time),
            plain.map(|json| with_quoted_time(&of_table(json))),
        ] {
            let lines = table.join("\n");
            assert_eq!(found(&lines).0, Format::RrwebLines, "{lines}");
            assert_eq!(events(&lines), plain, "{lines}");
            assert_eq!(problems(&lines), [], "{lines}");
            assert_eq!(events(&format!("[{}]", table.join(","))), plain);
        }
    }

    #[test]
    fn what_is_only_text_stays_or_is_counted() {
        let text = r#"{"type":5,"timestamp":3,"data":"hello"}"#;
        assert_eq!(events(&format!("{META}\n{text}")), [META, text]);
        for broken in [
            r#"{"type":3,"timestamp":3,"data":"{\"source\":0"}"#,
            r#"{"type":3,"timestamp":3,"data":"{},{}"}"#,
            r#"{"type":3,"timestamp":"3x","data":{"source":0}}"#,
            r#"{"type":3,"timestamp":"","data":{"source":0}}"#,
            r#"{"type":3,"timestamp":"inf","data":{"source":0}}"#,
        ] {
            let text = format!("{META}\n{broken}\n{SNAPSHOT}");
            assert_eq!(events(&text), [META, SNAPSHOT], "{broken}");
            assert_eq!(
                problems(&text),
                [(ProblemKind::NotAnEvent, 1, Place::Event(1))],
                "{broken}"
            );
        }
        assert!(read_whole(r#"[{"type":4,"timestamp":"2026-01-01"}]"#).is_err());
    }

    #[test]
    fn decoded_data_counts() {
        let text = of_table(SNAPSHOT);
        let size = text.len() as u64;
        let error = format::read(text.into(), &mut Budget::new(size + 1)).unwrap_err();
        assert_eq!(error.kind(), Kind::RecordingTooLarge);
    }
}
