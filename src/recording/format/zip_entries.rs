//! The recordings in a ZIP archive: one, or several, which then are sessions named for their entries. What else is in
//! the archive is passed over.

use super::{Contents, posthog_admin_zip, read_within};
use crate::error::{Error, Kind, Result};
use crate::recording::budget::Budget;
use crate::recording::container::{Container, Zip};
use crate::recording::problem::{Place, ProblemKind, Problems};

/// `containers` are those that are open already, the archive itself the last of them.
pub(super) fn read(mut zip: Zip, containers: Vec<Container>, budget: &mut Budget) -> Result<Contents> {
    let names = zip.names();
    if let Some(table) = posthog_admin_zip::find_table(&names) {
        return posthog_admin_zip::read(zip, &names, table, containers, budget);
    }
    let mut recordings = Vec::new();
    let mut problems = Problems::default();
    let mut failure = None;
    for (index, name) in names.into_iter().enumerate() {
        if is_no_file_of_the_user(&name) {
            continue;
        }
        let mut promising = true;
        let read = zip.read(index, budget).and_then(|bytes| {
            promising = Container::of(&bytes).is_some() || may_be_json(&bytes);
            read_within(containers.clone(), bytes, budget)
        });
        match read {
            Ok(contents) => recordings.push((name, contents)),
            Err(error) if error.kind() != Kind::InvalidRecording => return Err(error.during(name)),
            Err(error) if promising => {
                problems.note(ProblemKind::UnreadableEntry, Place::Entry(index as u64));
                failure.get_or_insert(error.during(name));
            }
            Err(_) => {}
        }
    }
    let several = recordings.len() > 1;
    let joined = recordings.into_iter().map(|(name, mut contents)| {
        if several {
            name_sessions(&name, &mut contents);
        }
        contents
    });
    let mut contents = joined
        .reduce(|mut all, contents| {
            all.sessions.extend(contents.sessions);
            all.problems.add_all(contents.problems);
            all
        })
        .ok_or_else(|| failure.unwrap_or_else(no_recording))?;
    contents.problems.add_all(problems);
    Ok(contents)
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

/// Sessions that name themselves keep that name.
fn name_sessions(entry: &str, contents: &mut Contents) {
    let mut unnamed: Vec<_> = contents
        .sessions
        .iter_mut()
        .filter(|session| session.id.is_none())
        .collect();
    let several = unnamed.len() > 1;
    for (index, session) in unnamed.iter_mut().enumerate() {
        session.id = Some(if several {
            format!("{entry}#{}", index + 1)
        } else {
            entry.to_owned()
        });
    }
}

fn no_recording() -> Error {
    Error::new(Kind::InvalidRecording, "a ZIP archive without a recording in it")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording::container::tests::zip_of;
    use crate::recording::format::tests::{META, SNAPSHOT};
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
