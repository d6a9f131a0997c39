//! Where a finished file or folder may go: what is refused before any work is done for it.

use std::fs::{self, File, Metadata};
use std::io::{self, ErrorKind};
use std::path::Path;

use crate::error::{Error, Kind, Result};

/// This many links may lead from one to the next, as in the kernel.
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

/// What is at a destination, if anything is; of a link that leads to nothing, the link. Fails if the file system has no room
/// for such a name.
pub(super) fn there(destination: &Path) -> Result<Option<Metadata>> {
    match fs::metadata(destination).or_else(|_| fs::symlink_metadata(destination)) {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind() == ErrorKind::InvalidFilename => {
            let message = format!("the output's name {} is too long", destination.display());
            Err(Error::new(Kind::Usage, message).hint("Choose a shorter one; most systems take 255 bytes."))
        }
        Err(_) => Ok(None),
    }
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

/// Lets what was moved to a destination survive a power cut, as far as that is possible: not every file system syncs folders,
/// and one that may be written to need not be readable.
pub(super) fn sync_folder(destination: &Path) -> io::Result<()> {
    let Ok(folder) = File::open(folder_of(destination)) else {
        return Ok(());
    };
    match folder.sync_all() {
        Err(error) if matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::Unsupported) => Ok(()),
        synced => synced,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_cannot_be_synced_is_no_failure() {
        let folder = tempfile::tempdir().unwrap();
        for place in [
            &folder.path().join("none/a"),
            Path::new("/proc/self/a"),
            Path::new("a"),
        ] {
            assert!(sync_folder(place).is_ok(), "{}", place.display());
        }
    }
}
