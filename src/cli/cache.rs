//! Where things are kept from one run to the next.

use std::path::{Path, PathBuf};
use std::{env, fs};

use crate::error::{Error, Result};

/// The folder that was given, made if need be; else the usual one, if there is any.
pub(super) fn folder(
    given: Option<&Path>,
    usual: impl FnOnce() -> Option<PathBuf>,
) -> Result<Option<PathBuf>> {
    let Some(folder) = given else { return Ok(usual()) };
    fs::create_dir_all(folder)
        .map_err(|cause| Error::io(format!("cannot make the folder {}", folder.display()), cause))?;
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
