//! Which session, on which server: `posthog://HOST/PROJECT/SESSION`, or the address that a browser shows above a replay.

use url::Url;

use crate::error::{Error, Kind, Result};
use crate::source::http;

const SESSION_PARAMETER: &str = "sessionRecordingId";
const LONGEST_ID: usize = 200;

/// A session of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionAddress {
    /// Scheme, host and port; the path is `/`.
    origin: Url,
    project: String,
    session: String,
}

impl SessionAddress {
    /// `posthog://HOST[:PORT]/PROJECT/SESSION`, which always means https.
    pub(in crate::source) fn from_posthog_scheme(text: &str) -> Result<Self> {
        let rest = text.split_once("://").map_or("", |(_, rest)| rest);
        // A web address forgives slashes too many, and would take the project for the host.
        let rest = if rest.starts_with(['/', '\\']) { "" } else { rest };
        let url = http::parse(&format!("https://{rest}"))?;
        let parts: Vec<&str> = segments(&url);
        let [project, session] = parts[..] else {
            return Err(usage("a posthog address names a host, a project and a session")
                .hint("Write posthog://us.posthog.com/PROJECT/SESSION, or copy the address of the replay from the browser."));
        };
        Self::new(&url, project, session)
    }

    /// The address of a page on which `PostHog` plays a session; None for every other address.
    pub(in crate::source) fn from_browser(url: &Url) -> Result<Option<Self>> {
        let parts = segments(url);
        match parts[..] {
            ["project", project, ref page @ ..] => {
                let Some(session) = session_of(url, page)? else {
                    return Ok(None);
                };
                Self::new(url, project, &session).map(Some)
            }
            ["replay", ref rest @ ..]
                if parameter(url).is_some()
                    || matches!(rest, [session] if is_id(session) && !session.contains('.')) =>
            {
                let session = session_of(url, &parts)?.filter(|session| is_id(session));
                let session = session.as_deref().unwrap_or("SESSION");
                let host = http::authority(url);
                Err(usage("the address names a session, but no project").hint(format!(
                    "Write posthog://{host}/PROJECT/{session}; the project's number is in the addresses of its pages."
                )))
            }
            _ => Ok(None),
        }
    }

    fn new(url: &Url, project: &str, session: &str) -> Result<Self> {
        if project.is_empty() || project.len() > 20 || !project.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(usage("the project in the address is not a number"));
        }
        if !is_id(session) {
            return Err(usage("the session in the address is not an id"));
        }
        let mut origin = url.clone();
        origin.set_path("/");
        origin.set_query(None);
        origin.set_fragment(None);
        // The old name only redirects, and a key does not follow a redirect to another host.
        if origin.host_str() == Some("app.posthog.com") {
            origin
                .set_host(Some("us.posthog.com"))
                .map_err(|why| usage("the input is not a valid address").caused_by(why))?;
        }
        Ok(Self {
            origin,
            project: project.to_owned(),
            session: session.to_owned(),
        })
    }

    pub(super) const fn origin(&self) -> &Url {
        &self.origin
    }

    pub fn host(&self) -> String {
        http::authority(&self.origin)
    }

    pub fn project(&self) -> &str {
        &self.project
    }

    pub fn session(&self) -> &str {
        &self.session
    }

    /// An address of the API below the session, with a query.
    pub(super) fn api(&self, below: &[&str], query: &[(&str, &str)]) -> Url {
        let mut url = self.origin.clone();
        let path = [
            "api",
            "projects",
            &self.project,
            "session_recordings",
            &self.session,
        ];
        // An http address always has a path.
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.clear().extend(path).extend(below);
        }
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        url
    }
}

/// The session that a page of a project plays; None for a page that may be anything else.
fn session_of(url: &Url, page: &[&str]) -> Result<Option<String>> {
    let session = match page {
        _ if parameter(url).is_some() => parameter(url),
        [
            "replay",
            "home" | "recent" | "playlists" | "file-playback" | "settings" | "templates",
            ..,
        ] => None,
        ["replay", session] => Some((*session).to_owned()),
        ["replay" | "person" | "persons", ..] => None,
        _ => return Ok(None),
    };
    session.map(Some).ok_or_else(|| {
        usage("the address is a page of PostHog that names no session")
            .hint("Open the replay itself, and copy the address from there.")
    })
}

fn segments(url: &Url) -> Vec<&str> {
    let parts = url.path_segments().into_iter().flatten();
    parts.filter(|part| !part.is_empty()).collect()
}

/// The session of a list's or a person's page: in the query, or behind the `#`.
fn parameter(url: &Url) -> Option<String> {
    let fragment = url.fragment().unwrap_or_default().trim_start_matches(['?', '/']);
    let pairs = url
        .query_pairs()
        .chain(url::form_urlencoded::parse(fragment.as_bytes()));
    let mut sessions = pairs.filter(|(name, _)| name == SESSION_PARAMETER);
    sessions.next().map(|(_, session)| session.into_owned())
}

/// What `PostHog` accepts as a session's id. It is safe as a name of a file.
fn is_id(text: &str) -> bool {
    (1..=LONGEST_ID).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_.:-".contains(&byte))
        && !text.bytes().all(|byte| byte == b'.')
}

fn usage(message: &str) -> Error {
    Error::new(Kind::Usage, message)
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;

    use super::*;
    use crate::source::Input;

    #[test]
    fn every_way_of_naming_a_session_is_known() {
        for (text, host, project, session) in [
            (
                "posthog://eu.posthog.com/12/0197-ab",
                "https://eu.posthog.com/",
                "12",
                "0197-ab",
            ),
            (
                "posthog://ph.lan:8443/1/s_1.x:y",
                "https://ph.lan:8443/",
                "1",
                "s_1.x:y",
            ),
            (
                "https://us.posthog.com/project/2/replay/0197-ab?t=5#x",
                "https://us.posthog.com/",
                "2",
                "0197-ab",
            ),
            (
                "https://app.posthog.com/project/2/replay/0197-ab/",
                "https://us.posthog.com/",
                "2",
                "0197-ab",
            ),
            (
                "http://ph.lan:8000/project/3/replay/home?sessionRecordingId=abc",
                "http://ph.lan:8000/",
                "3",
                "abc",
            ),
            (
                "https://h.test/project/3/replay/playlists/q?x=1&sessionRecordingId=abc",
                "https://h.test/",
                "3",
                "abc",
            ),
            (
                "https://h.test/project/3/person/some%20one#activeTab=sessionRecordings&sessionRecordingId=abc",
                "https://h.test/",
                "3",
                "abc",
            ),
        ] {
            let Ok(Input::Posthog(found)) = Input::parse(OsStr::new(text)) else {
                panic!("{text} is not seen as a session");
            };
            assert_eq!(
                (found.origin.as_str(), found.project(), found.session()),
                (host, project, session),
                "{text}"
            );
        }
    }

    #[test]
    fn what_names_no_session_says_so() {
        for (text, says) in [
            ("https://us.posthog.com/replay/0197-ab", "no project"),
            ("https://us.posthog.com/project/2/replay/home", "no session"),
            ("https://us.posthog.com/project/2/person/x", "no session"),
            ("https://us.posthog.com/project/two/replay/abc", "not a number"),
            ("https://us.posthog.com/project/2/replay/a%2Fb", "not an id"),
            ("posthog://h.test/1/..", "a host, a project and a session"),
            ("posthog://h.test/1/...", "not an id"),
            ("posthog://h.test/1", "a host, a project and a session"),
            ("posthog:///1/2/3", "not a valid address"),
            ("posthog://h.test/1/abc/more", "a host, a project and a session"),
            ("posthog://key@h.test/1/abc", "password"),
        ] {
            let error = Input::parse(OsStr::new(text)).unwrap_err();
            assert_eq!(error.kind(), Kind::Usage, "{text}");
            assert!(error.to_string().contains(says), "{text}: {error}");
        }
        for (text, hint) in [
            (
                "https://us.posthog.com/replay/0197-ab",
                "posthog://us.posthog.com/PROJECT/0197-ab;",
            ),
            (
                "https://h.test/replay/home?sessionRecordingId=0197-ab",
                "posthog://h.test/PROJECT/0197-ab;",
            ),
            (
                "https://h.test/replay?a=b#sessionRecordingId=0197-ab",
                "posthog://h.test/PROJECT/0197-ab;",
            ),
            (
                "https://h.test/replay/home?sessionRecordingId=a%2Fb",
                "posthog://h.test/PROJECT/SESSION;",
            ),
            ("https://h.test/replay/home", "Open the replay itself"),
        ] {
            let error = Input::parse(OsStr::new(text)).unwrap_err();
            assert!(
                error.hint_text().is_some_and(|told| told.contains(hint)),
                "{text}: {error:?}"
            );
        }
        for plain in [
            "https://h.test/project/2/data.json",
            "https://h.test/replay/a.json",
            "https://h.test/a/b",
        ] {
            let input = Input::parse(OsStr::new(plain)).unwrap();
            assert!(matches!(input, Input::Web(_)), "{plain}");
        }
    }

    #[test]
    fn the_api_is_asked_below_the_session() {
        let address = SessionAddress::from_posthog_scheme("posthog://h.test/1/a:b").unwrap();
        let url = address.api(&["snapshots"], &[("blob_key", "a/b c")]);
        assert_eq!(
            url.as_str(),
            "https://h.test/api/projects/1/session_recordings/a:b/snapshots?blob_key=a%2Fb+c"
        );
    }
}
