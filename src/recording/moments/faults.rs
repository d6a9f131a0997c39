//! What went wrong in the recorded page, as its recorder tells: console messages, failed requests, exceptions.

use super::legible::collapsed;
use crate::recording::Event;
use crate::recording::json_text::{elements, member, text};
use crate::recording::rrweb_types::{EventType, IncrementalSource};

/// As much of a message is kept.
const LONGEST_MESSAGE: usize = 200;

/// A request that is older than this when it is told has a clock of its own.
const OLDEST_REQUEST_MS: f64 = 60_000.0;

/// The faults that an event tells: when (milliseconds since 1970) and what.
pub(super) fn of(event: &Event, data: &str) -> Vec<(f64, String)> {
    let now = |message: Option<String>| message.map(|message| (event.timestamp_ms, message));
    match (event.kind, event.source) {
        (EventType::Plugin, _) => {
            let payload = member(data, "payload").unwrap_or_default();
            match string(data, "plugin").as_deref() {
                Some("rrweb/console@1") => now(logged(payload)).into_iter().collect(),
                Some("rrweb/network@1") => elements(member(payload, "requests").unwrap_or_default())
                    .filter_map(|request| failed_request(request, event.timestamp_ms))
                    .collect(),
                _ => Vec::new(),
            }
        }
        // How rrweb wrote the console before it had plugins.
        (_, Some(IncrementalSource::Log)) => now(logged(data)).into_iter().collect(),
        (EventType::Custom, _) => now(exception(data)).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// Arguments of the console's functions are written as JSON within JSON.
fn logged(payload: &str) -> Option<String> {
    let level = string(payload, "level")?;
    if !matches!(&*level, "error" | "assert") {
        return None;
    }
    let words: Vec<String> = elements(member(payload, "payload").unwrap_or_default())
        .filter_map(|argument| {
            let argument = text(argument)?;
            Some(text(&argument).map_or_else(|| argument.to_string(), |text| text.to_string()))
        })
        .collect();
    Some(shortened(&words.join(" "), "console error"))
}

fn failed_request(request: &str, told_ms: f64) -> Option<(f64, String)> {
    let number = |name: &str| member(request, name).and_then(|number| number.parse::<f64>().ok());
    let status = number("status").or_else(|| number("responseStatus"))?;
    let method = string(request, "method");
    // A browser also tells 0 of resources of other sites that it fetched well, without a method.
    let unanswered = status == 0.0 && method.is_some() && member(request, "isInitial") != Some("true");
    if !(status >= 400.0 || unanswered) {
        return None;
    }
    let address = string(request, "name")
        .or_else(|| string(request, "url"))
        .unwrap_or_default();
    let address = crate::recording::summary::without_query(&address);
    let outcome = if unanswered {
        "no answer".to_owned()
    } else {
        status.to_string()
    };
    let message = format!("{} {address}: {outcome}", method.as_deref().unwrap_or("GET"));
    let ended_ms = number("timestamp").map(|begun| begun + number("duration").unwrap_or(0.0));
    let plausible = |ms: &f64| (told_ms - OLDEST_REQUEST_MS..=told_ms).contains(ms);
    Some((
        ended_ms.filter(plausible).unwrap_or(told_ms),
        shortened(&message, "request failed"),
    ))
}

/// `$exception` and its like; and what Sentry puts into its breadcrumbs.
fn exception(data: &str) -> Option<String> {
    let tag = string(data, "tag")?;
    let payload = member(data, "payload").unwrap_or_default();
    let named = || {
        let of = |json: &str| {
            ["$exception_message", "message", "value", "$exception_type"]
                .iter()
                .find_map(|name| string(json, name))
        };
        of(payload)
            .or_else(|| elements(member(payload, "$exception_list")?).next().and_then(of))
            .or_else(|| text(payload).map(|text| text.to_string()))
            .unwrap_or_default()
    };
    match &*tag.to_ascii_lowercase() {
        "$exception" | "exception" | "error" | "unhandledrejection" => Some(shortened(&named(), "exception")),
        "breadcrumb"
            if string(payload, "category").as_deref() == Some("console")
                && string(payload, "level").as_deref() == Some("error") =>
        {
            Some(shortened(&named(), "console error"))
        }
        _ => None,
    }
}

/// One line, which says at least what it is about.
fn shortened(message: &str, otherwise: &str) -> String {
    let message = collapsed(message);
    if message.is_empty() {
        return otherwise.to_owned();
    }
    match message.char_indices().nth(LONGEST_MESSAGE) {
        Some((end, _)) => format!("{}…", &message[..end]),
        None => message,
    }
}

fn string(json: &str, name: &str) -> Option<String> {
    text(member(json, name)?).map(Into::into)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_told_from_what_went_well() {
        for (kind, data, expected) in [
            (
                6,
                r#"{"plugin":"rrweb/console@1","payload":{"level":"error","payload":["\"it  \\n broke\"","7"]}}"#,
                &[(100_000.0, "it broke 7")][..],
            ),
            (
                6,
                r#"{"plugin":"rrweb/console@1","payload":{"level":"assert","payload":[]}}"#,
                &[(100_000.0, "console error")],
            ),
            (
                6,
                r#"{"plugin":"rrweb/console@1","payload":{"level":"warn","payload":["\"x\""]}}"#,
                &[],
            ),
            (
                3,
                r#"{"source":11,"level":"error","payload":["\"old\""]}"#,
                &[(100_000.0, "old")],
            ),
            (
                6,
                r#"{"plugin":"rrweb/network@1","payload":{"requests":[
                    {"name":"https://a.test/x?token=1","method":"POST","status":503,"timestamp":90000,"duration":500},
                    {"name":"https://a.test/y","responseStatus":404,"timestamp":5},
                    {"name":"https://a.test/z","method":"GET","status":0},
                    {"name":"https://cdn.test/i.png","responseStatus":0},
                    {"name":"https://a.test/fine","status":204},7]}}"#,
                &[
                    (90_500.0, "POST https://a.test/x: 503"),
                    (100_000.0, "GET https://a.test/y: 404"),
                    (100_000.0, "GET https://a.test/z: no answer"),
                ],
            ),
            (
                5,
                r#"{"tag":"$exception","payload":{"$exception_list":[{"type":"TypeError","value":"no such thing"}]}}"#,
                &[(100_000.0, "no such thing")],
            ),
            (
                5,
                r#"{"tag":"$exception","payload":null}"#,
                &[(100_000.0, "exception")],
            ),
            (
                5,
                r#"{"tag":"breadcrumb","payload":{"category":"console","level":"error","message":"m"}}"#,
                &[(100_000.0, "m")],
            ),
            (5, r#"{"tag":"$pageview","payload":{"href":"x"}}"#, &[]),
            (6, "7", &[]),
        ] {
            let json = format!(r#"{{"type":{kind},"timestamp":100000,"data":{data}}}"#);
            let event = Event::parse(json.into(), 0).unwrap().0;
            let expected: Vec<_> = expected
                .iter()
                .map(|(ms, text)| (*ms, (*text).to_owned()))
                .collect();
            assert_eq!(of(&event, data), expected, "{data}");
        }
    }

    #[test]
    fn long_messages_are_cut() {
        assert_eq!(
            shortened(&"ü".repeat(900), "").chars().count(),
            LONGEST_MESSAGE + 1
        );
    }
}
