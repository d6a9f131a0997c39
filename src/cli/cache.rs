//! Where things are kept from one run to the next.

use std::env;
use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// The folder that was given by an option, made for its owner alone if need be; else the usual one, if there is any.
pub(super) fn folder(
    option: &str,
    given: Option<&Path>,
    usual: impl FnOnce() -> Option<PathBuf>,
) -> Result<Option<PathBuf>> {
    let Some(folder) = given else { return Ok(usual()) };
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(|cause| {
            Error::io(format!("making the folder {}", folder.display()), cause)
                .hint(format!("Choose a folder that can be written to, with {option}."))
        })?;
    Ok(Some(folder.to_owned()))
}

/// Ours in the user's cache folder, after the XDG base directory specification.
pub(super) fn usual() -> Option<PathBuf> {
    let folder = |name| {
        env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    folder("XDG_CACHE_HOME")
        .or_else(|| folder("HOME").map(|home| home.join(".cache")))
        .map(|cache| cache.join("replaycast"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_cannot_be_made_is_told_with_its_option() {
        let error = folder("--asset-cache", Some(Path::new("/dev/null/a")), || None).unwrap_err();
        assert!(
            error
                .hint_text()
                .is_some_and(|hint| hint.contains("--asset-cache"))
        );
    }
}
