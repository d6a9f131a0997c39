//! The recordings in a ZIP archive, a HAR file or a form: one, or several, which then are sessions named for their
//! entries, or pieces of them. What else is in there is passed over.

use std::collections::HashSet;

use super::joined::Joined;
use super::{Contents, posthog_admin_zip, read_within};
use crate::error::{Error, Kind, Result};
use crate::recording::Session;
use crate::recording::budget::Budget;
use crate::recording::container::{Container, Entries};
use crate::recording::event::Event;
use crate::recording::problem::{Place, ProblemKind, Problems};

/// `containers` are those that are open already, the one with the entries the last of them.
pub(super) fn read(entries: Entries, containers: Vec<Container>, budget: &mut Budget) -> Result<Contents> {
    let names = entries.names();
    let mut entries = match (entries, posthog_admin_zip::find_table(&names)) {
        (Entries::Zip(zip), Some(table)) => {
            return posthog_admin_zip::read(zip, &names, table, containers, budget);
        }
        (entries, _) => entries,
    };
    let of_browser = matches!(entries, Entries::Har(_));
    let mut recordings = Vec::new();
    let mut unreadable = Vec::new();
    let mut failure = None;
    for (index, name) in names.into_iter().enumerate() {
        if containers.ends_with(&[Container::Zip]) && is_no_file_of_the_user(&name) {
            continue;
        }
        let mut promising = true;
        let read = entries.read(index, budget).and_then(|bytes| {
            // Most of what a browser sends and gets is no recording.
            promising = !of_browser && (Container::of(&bytes).is_some() || may_be_json(&bytes));
            read_within(containers.clone(), bytes, budget)
        });
        match read {
            Ok(contents) => recordings.push((name, contents)),
            Err(error) if error.kind() != Kind::InvalidRecording => return Err(error.during(name)),
            Err(error) if promising => {
                unreadable.push((name.clone(), index as u64));
                failure.get_or_insert(error.during(name));
            }
            Err(_) => {}
        }
    }
    let mut problems = Problems::default();
    let addresses: HashSet<_> = recordings.iter().map(|(name, _)| name.clone()).collect();
    for (name, index) in unreadable {
        // What a browser sent elsewhere is none of the recording's.
        if !of_browser || addresses.contains(&name) {
            problems.note(ProblemKind::UnreadableEntry, Place::Entry(index));
        }
    }
    let mut contents =
        join(recordings, of_browser).ok_or_else(|| failure.unwrap_or_else(|| no_recording(&containers)))?;
    contents.problems.add_all(problems);
    Ok(contents)
}

/// One recording is taken as it is.
fn join(recordings: Vec<(String, Contents)>, of_browser: bool) -> Option<Contents> {
    let several = recordings.len() > 1;
    let mut joined = Joined::default();
    let mut all: Option<Contents> = None;
    for (name, mut contents) in recordings {
        if several {
            for session in std::mem::take(&mut contents.sessions) {
                joined.add(&name, session);
            }
        }
        match &mut all {
            Some(all) => all.problems.add_all(contents.problems),
            None => all = Some(contents),
        }
    }
    let mut all = all?;
    if several {
        all.sessions = joined.into_sessions(of_browser);
    }
    // What cannot be played among what a browser sent was perhaps meant for something else.
    if of_browser && all.sessions.iter().any(can_be_played) {
        all.sessions.retain(can_be_played);
    }
    Some(all)
}

fn can_be_played(session: &Session) -> bool {
    let mut events = session.windows.iter().flat_map(|window| &window.events);
    events.any(Event::is_full_snapshot)
}

/// Folders, and what macOS adds.
fn is_no_file_of_the_user(name: &str) -> bool {
    name.ends_with('/') || name.starts_with("__MACOSX/") || name.ends_with(".DS_Store")
}

/// Whether something that is no recording was perhaps meant to be one.
fn may_be_json(bytes: &[u8]) -> bool {
    let text = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    match text.trim_ascii_start() {
        [b'{', rest @ ..] => rest.trim_ascii_start().starts_with(b"\""),
        [b'[', rest @ ..] => matches!(rest.trim_ascii_start().first(), Some(b'{' | b'[' | b'"' | b'n')),
        _ => false,
    }
}

fn no_recording(containers: &[Container]) -> Error {
    let what = match containers.last() {
        Some(Container::Har) => "a HAR file without a recording in it, neither sent nor received",
        Some(Container::Multipart) => "multipart form data without a recording in it",
        _ => "a ZIP archive without a recording in it",
    };
    Error::new(Kind::InvalidRecording, what)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording::container::tests::zip_of;
    use crate::recording::format::tests::{META, SNAPSHOT, gzip, latin1_quoted, quoted};
    use crate::recording::format::{Format, read};

    fn contents(bytes: Vec<u8>) -> Result<Contents> {
        read(bytes, &mut Budget::new(1 << 20))
    }

    fn ids(contents: &Contents) -> Vec<Option<&str>> {
        contents
            .sessions
            .iter()
            .map(|session| session.id.as_deref())
            .collect()
    }

    #[test]
    fn several_recordings_are_sessions_named_for_their_entries() {
        let array = format!("[{META},{SNAPSHOT}]");
        let lines = format!("{META}\n{SNAPSHOT}");
        let export = format!(r#"{{"version":"2023-04-28","data":{{"id":"s7","snapshots":[{META}]}}}}"#);
        let inner = zip_of(&[("c.json", array.as_bytes()), ("d.json", array.as_bytes())]);
        let zip = zip_of(&[
            ("README.md", b"# [Some](words)"),
            ("__MACOSX/._a.json", array.as_bytes()),
            ("folder/", b""),
            ("folder/a.json", array.as_bytes()),
            ("picture.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
            ("b.jsonl", lines.as_bytes()),
            ("export.json", export.as_bytes()),
            ("inner.zip", &inner),
            ("cut.json", &array.as_bytes()[..40]),
        ]);
        let contents = contents(zip).unwrap();
        let expected = ["folder/a.json", "b.jsonl", "s7", "c.json", "d.json"];
        assert_eq!(ids(&contents), expected.map(Some));
        assert_eq!(
            (contents.format, &contents.containers[..]),
            (Format::RrwebArray, &[Container::Zip][..])
        );
        let problems = contents.problems.into_vec();
        let [problem] = problems[..] else {
            panic!("{problems:?}")
        };
        assert_eq!(
            (problem.kind, problem.count, problem.first),
            (ProblemKind::UnreadableEntry, 1, Place::Entry(8))
        );
    }

    /// The id of each session, and the number of its events.
    fn sessions(entries: &[(&str, String)]) -> String {
        let entries: Vec<_> = entries
            .iter()
            .map(|(name, text)| (*name, text.as_bytes()))
            .collect();
        let sessions = contents(zip_of(&entries)).unwrap().sessions;
        let told = sessions.iter().map(|session| {
            let events: usize = session.windows.iter().map(|window| window.events.len()).sum();
            format!("{}:{events}", session.id.as_deref().unwrap_or("-"))
        });
        told.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn files_with_the_same_session_are_one() {
        let event = |time_ms: u64| format!(r#"{{"type":3,"timestamp":{time_ms},"data":{{"source":1}}}}"#);
        let sent = |id: &str, events: &str| {
            format!(
                r#"{{"event":"$snapshot","properties":{{"$session_id":"{id}","$window_id":"w","$snapshot_items":[{events}]}}}}"#
            )
        };
        let first = format!("{META},{SNAPSHOT}");
        let entries = [
            ("1", sent("a", &first)),
            ("2", sent("b", &first)),
            ("3", sent("a", &event(5))),
            ("4", sent("b", &event(6))),
        ];
        assert_eq!(sessions(&entries), "a:3 b:3");
    }

    #[test]
    fn files_that_cannot_be_played_alone_go_on_with_the_one_before() {
        let bodies = |start_ms: u64| {
            let at = |events: String| format!(r#"{{"version":1,"events":[{events}]}}"#);
            let event = |ms: u64| {
                format!(
                    r#"{{"type":3,"timestamp":{},"data":{{"source":1}}}}"#,
                    start_ms + ms
                )
            };
            let snapshot = |ms: u64| {
                format!(
                    r#"{{"type":2,"timestamp":{},"data":{{"node":{{}}}}}}"#,
                    start_ms + ms
                )
            };
            [
                at(snapshot(0)),
                at(event(900)),
                at(snapshot(30_000)),
                at(event(300_000)),
            ]
        };
        let [one, two, three, four] = bodies(1_700_000_000_000);
        // In an archive, files come in any order.
        let mut entries = vec![("c", three), ("b", two), ("d", four), ("a", one)];
        assert_eq!(sessions(&entries), "-:4");
        let [one, two, ..] = bodies(1_700_009_000_000);
        entries.extend([("f", two), ("e", one)]);
        assert_eq!(sessions(&entries), "a:4 e:2");
        // What can be played alone is a session of its own, however soon it follows.
        let [one, _, three, _] = bodies(1_700_000_000_000);
        assert_eq!(sessions(&[("a", one), ("b", three)]), "a:1 b:1");
    }

    const ADDRESS: &str = "https://in.example/v1/replay/";

    /// A HAR file of requests with these bodies, each as the JSON of `postData`, and the reply to each.
    fn har(messages: &[(&str, String, &str)]) -> String {
        let entries = messages.iter().map(|(address, sent, replied)| {
            format!(
                r#"{{"startedDateTime":"2024-05-01T10:00:00Z","request":{{"method":"POST","url":"{address}?v=1","postData":{sent}}},
                "response":{{"status":200,"content":{{"size":1,"mimeType":"application/json","text":{}}}}}}}"#,
                quoted(replied)
            )
        });
        let entries = entries.collect::<Vec<_>>().join(",\n");
        format!(
            r#"{{ "log": {{"version":"1.2","creator":{{"name":"WebInspector"}},"pages":[],"entries":[{entries}]}}}}"#
        )
    }

    fn post(text: &str) -> String {
        format!(r#"{{"mimeType":"text/plain","text":{}}}"#, quoted(text))
    }

    fn move_at(time_ms: u64) -> String {
        format!(r#"{{"type":3,"timestamp":{time_ms},"data":{{"source":1}}}}"#)
    }

    #[test]
    fn what_a_browser_sent_is_read_from_a_har_file() {
        let first = format!(r#"{{"events":[{META},{SNAPSHOT}]}}"#);
        let second = format!(r#"{{"events":[{}]}}"#, move_at(500));
        let other = move_at(600);
        let text = har(&[
            ("https://shop.example/api", post("{\"type\":3}"), r#"{"ok":true}"#),
            (ADDRESS, post(&first), ""),
            ("https://other.example/i", post(&format!("[{other}]")), ""),
            (ADDRESS, post(&second), r#"{"events":[]}"#),
        ]);
        let contents = contents(format!("\u{feff}{text}").into()).unwrap();
        assert_eq!(contents.containers, [Container::Har]);
        // Another address has nothing that can be played.
        let events = contents
            .sessions
            .iter()
            .map(|session| session.windows[0].events.len());
        assert_eq!(events.collect::<Vec<_>>(), [3]);
        assert_eq!(contents.problems.into_vec(), []);
    }

    #[test]
    fn what_a_server_replied_is_read_from_a_har_file() {
        let lines = format!("{META}\n{SNAPSHOT}\n");
        let text = har(&[(ADDRESS, "null".to_owned(), &lines)]);
        assert_eq!(
            contents(text.into()).unwrap().sessions[0].windows[0].events.len(),
            2
        );
    }

    #[test]
    fn compressed_bodies_in_a_har_file() {
        let body = gzip(&format!("[{META},{SNAPSHOT}]"));
        let base64 = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, &body);
        for sent in [
            format!(r#"{{"text":{},"encoding":"base64"}}"#, quoted(&base64)),
            format!(r#"{{"text":{}}}"#, latin1_quoted(&body)),
            format!(
                r#"{{"text":{}}}"#,
                latin1_quoted(&["{\"title\":\"é\"}\n".as_bytes(), &body].concat())
            ),
        ] {
            let contents = contents(har(&[(ADDRESS, sent, "")]).into()).unwrap();
            assert_eq!(contents.sessions[0].windows[0].events.len(), 2);
        }
        let destroyed = |before: &str| post(&String::from_utf8_lossy(&[before.as_bytes(), &body].concat()));
        for before in ["", "{\"event_id\":1}\n", "--x\r\nContent-Type: a/b\r\n\r\n"] {
            let error = contents(har(&[(ADDRESS, destroyed(before), "{}")]).into()).unwrap_err();
            assert!(
                error.to_string().contains(&format!(
                    "{ADDRESS}: a compressed body that the browser saved as text"
                )),
                "{error}"
            );
        }
        let error = contents(har(&[(ADDRESS, post("{}"), "{}")]).into()).unwrap_err();
        assert!(
            error.to_string().contains("a HAR file without a recording"),
            "{error}"
        );
    }

    #[test]
    fn destroyed_bodies_beside_others_are_counted() {
        let destroyed = post(&String::from_utf8_lossy(&gzip(&format!("[{}]", move_at(900)))));
        let text = har(&[
            (ADDRESS, post(&format!("[{META},{SNAPSHOT}]")), ""),
            (ADDRESS, destroyed.clone(), ""),
            ("https://other.example/", destroyed, ""),
        ]);
        let problems = contents(text.into()).unwrap().problems.into_vec();
        let [problem] = problems[..] else {
            panic!("{problems:?}")
        };
        assert_eq!((problem.kind, problem.count), (ProblemKind::UnreadableEntry, 1));
    }

    #[test]
    fn sessions_of_several_addresses_in_a_har_file_are_named_for_them() {
        let events = format!("[{META},{SNAPSHOT}]");
        let text = har(&[
            ("https://a.example/x", post(&events), ""),
            ("https://b.example/y", post(&events), ""),
            ("https://a.example/x", post(&format!("[{}]", move_at(900))), ""),
        ]);
        let contents = contents(text.into()).unwrap();
        assert_eq!(
            ids(&contents),
            ["https://a.example/x", "https://b.example/y"].map(Some)
        );
        assert_eq!(contents.sessions[0].windows[0].events.len(), 3);
    }

    #[test]
    fn an_object_with_a_log_is_no_har_file() {
        for text in [
            format!(r#"{{"log":{{"entries":[{META},{SNAPSHOT}]}}}}"#),
            format!(r#"{{"log":{{"events":[{META},{SNAPSHOT}]}}}}"#),
        ] {
            let contents = contents(text.into()).unwrap();
            assert_eq!(
                (contents.format, &contents.containers[..]),
                (Format::RrwebWrapper, &[][..])
            );
        }
    }

    #[test]
    fn the_parts_of_a_form_are_read() {
        let segment = crate::recording::container::tests::wrap(
            Container::Zlib,
            format!(r#"{{"records":[{META},{SNAPSHOT}]}}"#).as_bytes(),
        );
        let part = |name: &str, content: &[u8], end: &str| {
            [
                format!("Content-Disposition: form-data; name=\"{name}\"; filename=\"blob\"{end}{end}")
                    .as_bytes(),
                content,
                end.as_bytes(),
            ]
            .concat()
        };
        for end in ["\r\n", "\n"] {
            let boundary = format!("------WebKitFormBoundaryX{end}");
            let body = [
                boundary.as_bytes(),
                &part("segment", &segment, end),
                boundary.as_bytes(),
                &part("event", br#"{"records_count":2}"#, end),
                b"------WebKitFormBoundaryX--",
            ]
            .concat();
            let contents = contents(body.clone()).unwrap();
            assert_eq!(contents.containers, [Container::Multipart, Container::Zlib]);
            assert_eq!(contents.sessions[0].windows[0].events.len(), 2);
            for length in 0..body.len() {
                let _ = read(body[..length].to_vec(), &mut Budget::new(1 << 20));
            }
        }
    }

    #[test]
    fn one_recording_needs_no_name() {
        let array = format!("[{META},{SNAPSHOT}]");
        let zip = zip_of(&[("LICENSE", b"MIT"), ("a.json", array.as_bytes())]);
        let contents = contents(zip).unwrap();
        assert_eq!(ids(&contents), [None]);
        assert_eq!(contents.problems.into_vec(), []);
    }

    #[test]
    fn an_archive_without_a_recording_says_what_is_wrong() {
        for (entries, expected) in [
            (&[][..], "without a recording"),
            (&[("README", &b"words"[..])], "without a recording"),
            (
                &[("README", b"words"), ("cut.json", b"[{\"type\":")],
                "cut.json: the JSON ends too early",
            ),
        ] {
            let error = contents(zip_of(entries)).unwrap_err();
            assert_eq!(error.kind(), Kind::InvalidRecording);
            assert!(error.to_string().contains(expected), "{error}");
        }
    }

    #[test]
    fn what_an_archive_claims_is_not_believed() {
        let text = format!("[{META},{SNAPSHOT}]");
        let zip = zip_of(&[("a.json", text.as_bytes())]);
        let directory = zip.windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap();
        let end = zip.windows(4).position(|bytes| bytes == b"PK\x05\x06").unwrap();
        // The decoded size, in the entry's header and in the directory; the number of entries; the directory's size.
        for (field, length) in [
            (22, 4),
            (directory + 24, 4),
            (end + 8, 4),
            (end + 12, 4),
            (directory + 20, 4),
        ] {
            let mut lie = zip.clone();
            lie[field..field + length].fill(0xfe);
            if let Err(error) = contents(lie) {
                assert_eq!(error.kind(), Kind::InvalidRecording, "{field}: {error}");
            }
        }
        let mut encrypted = zip.clone();
        encrypted[6] |= 1;
        encrypted[directory + 8] |= 1;
        let error = contents(encrypted).unwrap_err();
        assert!(
            error.to_string().contains("a.json: the ZIP entry is encrypted"),
            "{error}"
        );
        let mut lzma = zip;
        lzma[8] = 14;
        lzma[directory + 10] = 14;
        let error = contents(lzma).unwrap_err();
        assert!(
            error.to_string().contains("another method than deflate"),
            "{error}"
        );
    }
}
