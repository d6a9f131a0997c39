//! Events out of tables: their `data` is JSON in a string, their `type` and `timestamp` are strings, as exports of
//! databases write them. [`super::collector`] decodes the events that have such.

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
    for (name, value) in json_text::members(json) {
        let may_be_object = name == "timestamp";
        if !(value.starts_with('"') || may_be_object && value.starts_with('{')) {
            continue;
        }
        let decoded = match &*name {
            "data" => data(value, budget)?,
            "type" => event::quoted_type(value).ok_or(DAMAGED)?.number().to_string(),
            "timestamp" => event::quoted_time(value).ok_or(DAMAGED)?.to_string(),
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
    fn types_and_times_may_be_written_as_text() {
        let plain = |kind: u8, ms: u32, data: &str| {
            format!(
                r#"{{"type":{kind},"timestamp":{},"data":{data}}}"#,
                1_714_557_600_000_u64 + u64::from(ms)
            )
        };
        let row = |kind: &str, time: &str, data: &str| {
            format!(
                r#"{{"type":"{kind}","timestamp":"{time}","data":{}}}"#,
                quoted(data)
            )
        };
        let (meta, snapshot, change) = (
            r#"{"href":"","width":8,"height":6}"#,
            r#"{"node":{}}"#,
            r#"{"source":0}"#,
        );
        let expected = [plain(4, 0, meta), plain(2, 10, snapshot), plain(3, 2500, change)];
        for [kinds, times] in [
            [
                ["4", "2", "3"],
                [
                    "2024-05-01T10:00:00Z",
                    "2024-05-01T10:00:00.01Z",
                    "2024-05-01T10:00:02.5Z",
                ],
            ],
            [
                ["Meta", "FullSnapshot", "IncrementalSnapshot"],
                [
                    "2024-05-01 10:00:00",
                    "2024-05-01 10:00:00.010",
                    "2024-05-01 10:00:02.500",
                ],
            ],
            [
                ["4", "2", "IncrementalSnapshot"],
                [
                    "1714557600000",
                    "2024-05-01 10:00:00.010 UTC",
                    "2024-05-01T12:00:02.5+02:00",
                ],
            ],
        ] {
            let rows = [
                row(kinds[0], times[0], meta),
                row(kinds[1], times[1], snapshot),
                row(kinds[2], times[2], change),
            ];
            for text in [
                rows.join("\n"),
                format!("[{}]", rows.join(",")),
                format!(r#"{{"rows":[{}]}}"#, rows.join(",")),
            ] {
                assert_eq!(events(&text), expected, "{text}");
                assert_eq!(problems(&text), [], "{text}");
            }
        }
        // Windows are told by their snapshots, whatever says that they are such.
        let window = |node: u8| {
            let snapshot = format!(r#"{{"node":{{"id":{node}}}}}"#);
            [row("4", "1", meta), row("2", "2", &snapshot)].join(",")
        };
        let by_window = format!(r#"{{"w1":[{}],"w2":[{}]}}"#, window(1), window(2));
        let windows = [("w1", 2), ("w2", 2)].map(|(id, events)| (id.to_owned(), events));
        assert_eq!(found(&by_window).1, windows);
    }

    #[test]
    fn times_may_be_objects_of_a_database() {
        let event = |kind: u8, time: &str, data: &str| {
            format!(r#"{{"_id":{{"$oid":"6"}},"type":{kind},"timestamp":{time},"data":{data}}}"#)
        };
        let meta = r#"{"href":"","width":8,"height":6}"#;
        let snapshot = r#"{"node":{}}"#;
        let expected = [
            event(4, "1714557600000", meta),
            event(2, "1714557600010", snapshot),
        ];
        for times in [
            [
                r#"{"$date":"2024-05-01T10:00:00Z"}"#,
                r#"{"$date":"2024-05-01T10:00:00.010Z"}"#,
            ],
            [
                r#"{"$date":{"$numberLong":"1714557600000"}}"#,
                r#"{"$date":1714557600010}"#,
            ],
            [
                r#"{"$numberLong":"1714557600000"}"#,
                r#"{ "$numberLong" : "1714557600010" }"#,
            ],
        ] {
            let lines = [event(4, times[0], meta), event(2, times[1], snapshot)];
            let in_rows = lines
                .each_ref()
                .map(|event| format!(r#"{{"n":1,"event":{event}}}"#));
            for text in [
                lines.join("\n"),
                format!("[{}]", lines.join(",")),
                in_rows.join("\n"),
            ] {
                assert_eq!(events(&text), expected, "{text}");
                assert_eq!(problems(&text), [], "{text}");
            }
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
