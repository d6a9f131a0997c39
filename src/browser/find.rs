//! Finds the browser's real binary: what the user named, the environment, then the known places.
//! Called by the command line before a browser is started, and by `doctor`.

use std::fs::File;
use std::io::Read;
use std::path::{self, Path, PathBuf};

use super::display;
use crate::error::{Error, Kind, Result};

/// The environment variable that names the browser.
pub const BROWSER_VARIABLE: &str = "REPLAYCAST_BROWSER";

/// What a browser is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BrowserUse {
    /// Give frames through the protocol. Headless shells are best: only they have `HeadlessExperimental.beginFrame`.
    Headless,
    /// Draw windows on a display, which a headless shell cannot.
    OnDisplay,
}

const HEADLESS_PLACES: &[&str] = &[
    "/usr/lib/chromium/chromium-headless-shell",
    "/opt/chrome-headless-shell/chrome-headless-shell",
];

const HEADLESS_NAMES: &[&str] = &[
    "chrome-headless-shell",
    "chromium-headless-shell",
    "headless_shell",
];

const PLACES: &[&str] = &[
    "/usr/lib/chromium/chromium",
    "/usr/lib/chromium-browser/chromium-browser",
    "/opt/google/chrome/chrome",
    "/opt/chromium/chrome",
];

const NAMES: &[&str] = &["chromium", "chromium-browser", "google-chrome"];

/// The browser to use, by its absolute path: it is started in another folder than ours. `wanted` is what the user asked
/// for, by option or environment.
pub fn find_browser(wanted: Option<&Path>, use_for: BrowserUse) -> Result<PathBuf> {
    if use_for == BrowserUse::OnDisplay {
        display::find_display_server()?;
    }
    if let Some(wanted) = wanted {
        return if is_executable(wanted) {
            Ok(real_binary(wanted))
        } else {
            Err(Error::new(
                Kind::NoBrowser,
                format!("{} is not an executable browser", wanted.display()),
            )
            .hint("Correct --browser or REPLAYCAST_BROWSER, or leave both out to search the usual places."))
        };
    }
    let (candidates, hint) = match use_for {
        BrowserUse::Headless => (
            [(HEADLESS_PLACES, HEADLESS_NAMES), (PLACES, NAMES)].as_slice(),
            "Install chromium-headless-shell (Debian: apt install chromium-headless-shell), \
             or name a Chromium with --browser.",
        ),
        BrowserUse::OnDisplay => (
            [(PLACES, NAMES)].as_slice(),
            "Install chromium (Debian: apt install chromium), name one with --browser, or use --capture damage.",
        ),
    };
    candidates
        .iter()
        .find_map(|(places, names)| find_among(places, names))
        .map(|place| real_binary(&place))
        .ok_or_else(|| {
            Error::new(Kind::NoBrowser, "no browser found in the usual places or on PATH").hint(hint)
        })
}

/// The first that is there, of these places and then of these names on PATH.
fn find_among(places: &[&str], names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path =
        std::env::split_paths(&path).flat_map(|folder| names.iter().map(move |name| folder.join(name)));
    places
        .iter()
        .map(PathBuf::from)
        .chain(on_path)
        .find(|place| is_executable(place))
}

fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata()
        .is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

/// Debian's launchers are shell scripts that stay in between, so that killing them would orphan the browser:
/// steps over to the binary beside the packaged files where there is one.
fn real_binary(path: &Path) -> PathBuf {
    let mut start = [0_u8; 2];
    let is_script = File::open(path)
        .and_then(|mut file| file.read_exact(&mut start))
        .is_ok_and(|()| &start == b"#!");
    let packaged = path
        .file_name()
        .map(|name| Path::new("/usr/lib/chromium").join(name));
    match packaged {
        Some(packaged) if is_script && is_executable(&packaged) => packaged,
        _ => path::absolute(path).unwrap_or_else(|_| path.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_browser_is_named() {
        let error = find_browser(Some(Path::new("/no/such/browser")), BrowserUse::Headless).unwrap_err();
        assert_eq!(error.kind(), Kind::NoBrowser);
        assert!(error.to_string().contains("/no/such/browser"));
    }

    #[test]
    fn a_folder_is_no_browser() {
        let error = find_browser(Some(Path::new("/usr")), BrowserUse::Headless).unwrap_err();
        assert_eq!(error.kind(), Kind::NoBrowser);
        assert!(
            error.to_string().contains("/usr is not an executable browser"),
            "{error}"
        );
    }
}
