//! `PostHog`'s export file: `{"version":"2023-04-28","data":{"snapshots":[event with windowId, …]}}`, before that
//! `{"version":"2022-12-02","data":{"snapshotsByWindowId":{"window":[event, …]}}}`.
//! The events in it have been processed already; doing it again changes nothing.

use std::borrow::Cow;

use bytestring::ByteString;

use super::{Collector, Fields, SessionId, unsupported};
use crate::error::{Error, Kind, Result};
use crate::recording::json_text;

const BY_WINDOW: &str = "2022-12-02";
const IN_ORDER: &str = "2023-04-28";

/// An object with data and with a version that is a date.
pub(super) fn is_one(fields: &Fields<'_>) -> bool {
    let Some(version) = version(fields) else {
        return false;
    };
    let is_date = version.len() == IN_ORDER.len()
        && version
            .bytes()
            .zip(IN_ORDER.bytes())
            .all(|(byte, example)| match example {
                b'-' => byte == b'-',
                _ => byte.is_ascii_digit(),
            });
    is_date && (fields.get("data").is_some() || [BY_WINDOW, IN_ORDER].contains(&&*version))
}

fn version<'a>(fields: &Fields<'a>) -> Option<Cow<'a, str>> {
    json_text::exact_text(fields.get("version")?)
}

pub(super) fn read(object: &ByteString, collector: &mut Collector<'_>) -> Result<()> {
    let export = Fields::of(object).ok_or_else(|| without("data"))?;
    let version = version(&export).unwrap_or_default();
    if ![BY_WINDOW, IN_ORDER].contains(&&*version) {
        return Err(unsupported::export_version(&version));
    }
    let data = export.get("data").and_then(Fields::of);
    let data = data.ok_or_else(|| without("data"))?;
    collector.session(SessionId::of(&data).as_ref().map(|id| &*id.text));
    let mut is_empty = true;
    let mut read = |window: Option<&str>, list: &str| {
        if !list.starts_with('[') {
            return Err(without("a list of snapshots"));
        }
        for event in json_text::elements(list) {
            is_empty = false;
            collector.event(window, object.slice_ref(event))?;
        }
        Ok(())
    };
    if version == BY_WINDOW {
        let windows = data.get("snapshotsByWindowId");
        let windows = windows.filter(|windows| windows.starts_with('{'));
        for (window, list) in json_text::members(windows.ok_or_else(|| without("snapshots by window"))?) {
            read(Some(&window), list)?;
        }
    } else {
        read(None, data.get("snapshots").ok_or_else(|| without("snapshots"))?)?;
    }
    if is_empty {
        return Err(
            Error::new(Kind::InvalidRecording, "a PostHog export with 0 snapshots in it").hint(
                "It was exported before the recording had loaded: export it again, and wait until it has.",
            ),
        );
    }
    Ok(())
}

fn without(what: &str) -> Error {
    Error::new(Kind::InvalidRecording, format!("a PostHog export without {what}")).hint(
        "The file was cut or edited: export it again, and wait until the recording has loaded to the end.",
    )
}

#[cfg(test)]
mod tests {
    use super::super::Format;
    use super::super::tests::{META, SNAPSHOT, failure, found, sessions};

    fn export(version: &str, data: &str) -> String {
        format!(r#"{{"version":"{version}","data":{{"person":null,{data}}}}}"#)
    }

    #[test]
    fn both_versions_are_read() {
        let own = META.replacen('{', "{\"windowId\":\"other\",", 1);
        let by_window =
            format!(r#""snapshotsByWindowId":{{"w1":[{own},{SNAPSHOT}],"w2":[{SNAPSHOT}]}},"next":1"#);
        let windows = [("w1", 2), ("w2", 1)].map(|(id, events)| (id.to_owned(), events));
        let text = export("2022-12-02", &by_window);
        assert_eq!(found(&text), (Format::PosthogExport, windows.to_vec()));
        assert_eq!(sessions(&text), "-:3");
        let in_order = format!(r#""id":"0197-demo","snapshots":[{own},{META}]"#);
        let windows = [("other", 1), ("main", 1)].map(|(id, events)| (id.to_owned(), events));
        let text = export("2023-04-28", &in_order);
        assert_eq!(found(&text), (Format::PosthogExport, windows.to_vec()));
        assert_eq!(sessions(&text), "0197-demo:2");
        // A version that is no date makes no export.
        let other = format!(r#"{{"version":"4.1.0-beta","data":{{"events":[{META}]}}}}"#);
        assert_eq!(found(&other).0, Format::RrwebWrapper);
        let other = format!(r#"{{"version":"2025-01-01","events":[{META}]}}"#);
        assert_eq!(found(&other).0, Format::RrwebWrapper);
    }

    #[test]
    fn what_is_missing_is_named() {
        let snapshots = format!(r#""snapshots":[{META}]"#);
        for (text, name) in [
            (export("2031-01-01", &snapshots), "version 2031-01-01"),
            (r#"{"version":"2023-04-28"}"#.to_owned(), "without data"),
            (
                r#"{"version":"2023-04-28","data":null}"#.to_owned(),
                "without data",
            ),
            (export("2022-12-02", &snapshots), "without snapshots by window"),
            (export("2023-04-28", "\"id\":\"s\""), "without snapshots"),
            (
                export("2023-04-28", "\"snapshots\":{}"),
                "without a list of snapshots",
            ),
            (export("2023-04-28", "\"snapshots\":[]"), "0 snapshots"),
            (
                export("2022-12-02", "\"snapshotsByWindowId\":{\"w\":[]}"),
                "0 snapshots",
            ),
        ] {
            let message = failure(&*text);
            assert!(message.contains(name), "{text}: {message}");
        }
    }
}
