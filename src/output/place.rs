//! Where a finished file or folder may go: what is refused before any work is done for it.

use std::fs;
use std::path::Path;

use crate::error::{Error, Kind, Result};

/// So many links may lead from one to the next, as in the kernel.
const MOST_LINKS: usize = 40;

/// Fails if the destination, or a link that it is, leads to a name by which the system shows devices and processes. Such
/// a name may lead on to an ordinary file (/dev/stdout), but it is the name that a move replaces, for all programs.
pub(super) fn refuse_system_place(destination: &Path) -> Result<()> {
    let mut path = destination.to_owned();
    for _ in 0..MOST_LINKS {
        let Ok(folder) = folder_of(&path).canonicalize() else {
            break;
        };
        // Shared memory is a folder for files as any other.
        let of_devices = folder.starts_with("/dev") && !folder.starts_with("/dev/shm");
        if of_devices || folder.starts_with("/proc") {
            let message = format!("the output {} is a place of the system", destination.display());
            return Err(Error::new(Kind::Usage, message)
                .hint("Choose another place; the video alone can go to standard output, with --output -."));
        }
        let Ok(target) = fs::read_link(&path) else { break };
        path = folder.join(target);
    }
    Ok(())
}

/// The folder that a destination is in, which must exist.
pub(super) fn folder_for(destination: &Path) -> Result<&Path> {
    let folder = folder_of(destination);
    if folder.is_dir() {
        return Ok(folder);
    }
    Err(Error::new(
        Kind::Usage,
        format!("the output's folder {} does not exist", folder.display()),
    )
    .hint("Create it first, or choose another place."))
}

pub(super) fn exists(destination: &Path) -> Error {
    Error::new(
        Kind::OutputExists,
        format!("the output {} exists", destination.display()),
    )
    .hint("Replace it with --force, or choose another place.")
}

pub(super) fn folder_of(destination: &Path) -> &Path {
    match destination.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}
