//! Hosts that the user allows although their addresses are not public: `--allow-host HOST[:PORT]`.

use std::str::FromStr;

use url::Url;

/// A host, with one port or with all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllowedHost {
    /// As `url` writes it: lower case, numbers in their usual form.
    host: String,
    port: Option<u16>,
}

impl AllowedHost {
    pub(super) fn admits(&self, url: &Url) -> bool {
        url.host_str() == Some(&self.host)
            && self
                .port
                .is_none_or(|port| url.port_or_known_default() == Some(port))
    }
}

impl FromStr for AllowedHost {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("'{text}' is not HOST or HOST:PORT");
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) if !host.contains(':') || host.ends_with(']') => {
                (host, Some(port.parse().map_err(|_| wrong())?))
            }
            _ => (text, None),
        };
        let url = Url::parse(&format!("http://{host}/")).map_err(|_| wrong())?;
        let bare = url.path() == "/"
            && url.username().is_empty()
            && url.port().is_none()
            && url.query().is_none()
            && url.fragment().is_none();
        match url.host_str() {
            Some(host) if bare => Ok(Self {
                host: host.to_owned(),
                port,
            }),
            _ => Err(wrong()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_allowed_on_its_port_or_on_all() {
        for (allowed, address, admitted) in [
            ("posthog.lan", "https://PostHog.LAN/x", true),
            ("posthog.lan", "http://posthog.lan:8000/", true),
            ("posthog.lan:8000", "http://posthog.lan:8000/", true),
            ("posthog.lan:8000", "http://posthog.lan/", false),
            ("posthog.lan:443", "https://posthog.lan/", true),
            ("posthog.lan", "https://evil.posthog.lan/", false),
            ("*", "https://posthog.lan/", false),
            ("127.0.0.1:80", "http://2130706433/", true),
            ("[::1]:9", "http://[::1]:9/", true),
        ] {
            let host: AllowedHost = allowed.parse().unwrap();
            assert_eq!(
                host.admits(&address.parse().unwrap()),
                admitted,
                "{allowed} {address}"
            );
        }
        for wrong in ["", "a:b", "a:99999", "u@h", "h/x", "http://h"] {
            let parsed = wrong.parse::<AllowedHost>();
            assert_eq!(parsed, Err(format!("'{wrong}' is not HOST or HOST:PORT")));
        }
    }
}
