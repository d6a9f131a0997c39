//! `PostHog`'s events as its recorder sends them: `{"event":"$snapshot","properties":{"$session_id":"…","$window_id":"…",
//! "$snapshot_items":[event, …]}}`, one or many, among events of other kinds. Databases keep the properties in a string.

use bytestring::ByteString;

use super::{Collector, Fields, is_json};
use crate::error::Result;
use crate::recording::problem::ProblemKind;
use crate::recording::{event, json_text};

/// A captured event of any kind.
pub(super) struct Capture<'a> {
    /// Only of a `$snapshot`, which is `$snapshot_items` further down `PostHog`'s own pipeline. Perhaps in a string.
    properties: Option<&'a str>,
}

impl<'a> Capture<'a> {
    pub(super) fn of(fields: &Fields<'a>) -> Option<Self> {
        let name = json_text::exact_text(fields.get("event")?)?;
        let is_snapshot = name.starts_with("$snapshot");
        let properties = fields
            .get("properties")
            .filter(|value| value.starts_with('{') || is_snapshot && value.starts_with("\"{"))?;
        Some(Self {
            properties: is_snapshot.then_some(properties),
        })
    }

    pub(super) const fn is_snapshot(&self) -> bool {
        self.properties.is_some()
    }

    /// Whether a value is a `$snapshot`.
    pub(super) fn is_one(value: &'a str) -> bool {
        Fields::of(value)
            .and_then(|fields| Self::of(&fields))
            .is_some_and(|capture| capture.is_snapshot())
    }

    /// Takes the events of a `$snapshot` and passes over all else. `text` is what it is part of.
    pub(super) fn read(&self, text: &ByteString, collector: &mut Collector<'_>) -> Result<()> {
        let Some(properties) = self.properties else {
            return Ok(());
        };
        if !properties.starts_with('"') {
            return read_properties(&text.slice_ref(properties), collector);
        }
        let Some(properties) = json_text::exact_text(properties).filter(|properties| is_json(properties))
        else {
            collector.lose(ProblemKind::NotAnEvent);
            return Ok(());
        };
        collector.budget.spend(properties.len() as u64)?;
        read_properties(&properties.into_owned().into(), collector)
    }
}

fn read_properties(text: &ByteString, collector: &mut Collector<'_>) -> Result<()> {
    let Some(properties) = Fields::of(text) else {
        return Ok(());
    };
    let id = |name| event::id(properties.get(name));
    let window = id("$window_id");
    collector.session(id("$session_id").as_deref());
    let items = ["$snapshot_items", "$snapshot_data"].map(|name| properties.get(name));
    let Some(items) = items.into_iter().flatten().next() else {
        collector.lose(ProblemKind::NotAnEvent);
        return Ok(());
    };
    if items.starts_with("\"[")
        && let Some(items) = json_text::exact_text(items).filter(|items| is_json(items))
    {
        collector.budget.spend(items.len() as u64)?;
        return read_items(&items.into_owned().into(), window.as_deref(), collector);
    }
    read_items(&text.slice_ref(items), window.as_deref(), collector)
}

/// A list of events, or one.
fn read_items(items: &ByteString, window: Option<&str>, collector: &mut Collector<'_>) -> Result<()> {
    if !items.starts_with('[') {
        return collector.event(window, items.clone());
    }
    for item in json_text::elements(items) {
        collector.event(window, items.slice_ref(item))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::Format;
    use super::super::tests::{META, SNAPSHOT, failure, found, problems, quoted, sessions};
    use crate::recording::problem::{Place, ProblemKind};

    /// A `$snapshot` of a session and window.
    fn capture(session: &str, window: &str, rest: &str) -> String {
        format!(
            r#"{{"event":"$snapshot","properties":{{"$session_id":"{session}","$window_id":"{window}",{rest}}}}}"#
        )
    }

    #[test]
    fn captures_are_read_one_or_many() {
        let items = capture(
            "s1",
            "w1",
            &format!(r#""$lib":"web","$snapshot_items":[{META},{SNAPSHOT}]"#),
        );
        let one = capture("s2", "w2", &format!(r#""$snapshot_data":{SNAPSHOT}"#));
        let list = capture("s1", "w3", &format!(r#""$snapshot_data":[{SNAPSHOT}]"#));
        let click = r#"{"event":"$autocapture","properties":{"$session_id":"s1"}}"#;
        let clicks = [click; 9].join(",");
        let in_string = |capture: &str| {
            let properties = crate::recording::json_text::member(capture, "properties").unwrap();
            capture.replace(properties, &quoted(properties))
        };
        let items_in_string = items.replace(
            &format!("[{META},{SNAPSHOT}]"),
            &quoted(&format!("[{META},{SNAPSHOT}]")),
        );
        let table = [&items, &one, &list].map(|capture| in_string(capture)).join("\n");
        for text in [
            table,
            format!("[{items},{one},{click},{list}]"),
            format!("[{items_in_string},{one},{click},{list}]"),
            format!("[{clicks},{items},{one},{list}]"),
            format!("{items}\n{click}\n{one}\n{list}\n"),
            format!("{click}\n{items}\n{one}\n{list}\n"),
            format!("{items}\n{one}\n{list}\n").replace("\"$snapshot\"", "\"$snapshot_items\""),
            format!(r#"{{"api_key":"k","batch":[{clicks},{items},{one},{list}]}}"#),
            format!(r#"{{"data":{}}}"#, quoted(&format!("[{items},{one},{list}]"))),
        ] {
            assert_eq!(sessions(&text), "s1:3 s2:1", "{text}");
            let windows = [("w1", 2), ("w3", 1), ("w2", 1)].map(|(id, events)| (id.to_owned(), events));
            assert_eq!(found(&text), (Format::PosthogWire, windows.to_vec()), "{text}");
            assert_eq!(problems(&text), [], "{text}");
        }
        assert_eq!(sessions(&items), "s1:2");
        let anonymous = format!(r#"{{"event":"$snapshot","properties":{{"$snapshot_items":[{META}]}}}}"#);
        assert_eq!(
            sessions(&format!("{anonymous}\n{items}\n{anonymous}")),
            "-:2 s1:2"
        );
    }

    #[test]
    fn a_snapshot_without_items_is_counted() {
        let text = format!(
            "{}\n{}",
            capture("s", "w", "\"a\":1"),
            capture("s", "w", &format!(r#""$snapshot_data":[{META}]"#))
        );
        assert_eq!(problems(&text), [(ProblemKind::NotAnEvent, 1, Place::Event(0))]);
        failure(r#"[{"event":"$pageview","properties":{}}]"#);
        failure(r#"{"event":"$pageview","properties":{}}"#);
        failure(r#"{"event":"$snapshot","properties":"{"}"#);
        // Events of a product beside those of a replay.
        let beside =
            format!(r#"{{"clicks":[{{"event":"click","properties":{{}}}}],"replay":{{"events":[{META}]}}}}"#);
        assert_eq!(found(&beside).0, Format::RrwebWrapper);
    }
}
