//! Parts: what is written beside a destination until it is complete. A part is locked while somebody writes it, so what a
//! killed run left is known by its free lock, and removed.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::{FlockOperation, Mode, OFlags, flock};
use rustix::io::Errno;
use tempfile::Builder;

/// What the names of all parts end with.
pub(super) const PART: &str = ".part";

/// What the names of all parts for one destination begin with.
pub(super) fn part_prefix(name: &OsStr) -> String {
    // Fifty characters stay below the usual limit of 255 bytes in any alphabet.
    let name: String = name.to_string_lossy().chars().take(50).collect();
    format!(".{name}.")
}

/// Creates a part and locks it, after removing those that killed runs left for the same destination: their lock is free.
/// Waits for nothing that is in the folder.
pub(super) fn create_part<T: AsRef<Path>>(
    folder: &Path,
    prefix: &str,
    create: impl Fn(&mut Builder<'_, '_>, &Path) -> io::Result<T>,
    open: impl Fn(&T) -> io::Result<File>,
) -> io::Result<(T, File)> {
    remove_left_parts(folder, prefix);
    loop {
        let part = create(Builder::new().prefix(prefix).suffix(PART), folder).map_err(without_path)?;
        match open(&part) {
            Ok(lock) if is_held(&lock, part.as_ref()) => return Ok((part, lock)),
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
}

/// What the system said, without the name of the part, which `tempfile` adds and nobody gave.
pub(super) fn without_path(error: io::Error) -> io::Error {
    match error.to_string().split_once(" at path ") {
        Some((said, _)) => io::Error::new(error.kind(), said.to_owned()),
        None => error,
    }
}

/// Locks a new part. Until then another run takes it for one that was left, and locks and removes it: then it is lost.
fn is_held(lock: &File, part: &Path) -> bool {
    // Where a file system has no locks, nobody removes anything.
    let taken = flock(lock, FlockOperation::NonBlockingLockExclusive) == Err(Errno::WOULDBLOCK);
    !taken && fs::symlink_metadata(part).is_ok()
}

/// What cannot be removed stays: it is in nobody's way.
fn remove_left_parts(folder: &Path, prefix: &str) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let Ok(kind) = entry.file_type() else { continue };
        if !name.starts_with(prefix) || !name.ends_with(PART) || !(kind.is_file() || kind.is_dir()) {
            continue;
        }
        // The lock is held until the part is gone, so that nobody can go on with it.
        let Ok(_lock) = lock_left_part(&entry.path()) else {
            continue;
        };
        let _ = if kind.is_dir() {
            fs::remove_dir_all(entry.path())
        } else {
            fs::remove_file(entry.path())
        };
    }
}

/// Fails if the part is still written.
fn lock_left_part(path: &Path) -> io::Result<OwnedFd> {
    // Somebody may have put a link or a pipe there since the folder was read.
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let part = rustix::fs::open(path, flags, Mode::empty())?;
    flock(&part, FlockOperation::NonBlockingLockExclusive)?;
    Ok(part)
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};

    use tempfile::NamedTempFile;

    use super::*;

    #[test]
    fn a_folder_that_takes_no_part_is_told_without_the_parts_name() {
        let folder = tempfile::tempdir().unwrap();
        let none = folder.path().join("none");
        let create = |part: &mut Builder<'_, '_>, folder: &Path| part.tempfile_in(folder);
        let open = |part: &NamedTempFile| part.as_file().try_clone();
        let error = create_part(&none, ".a.mp4.", create, open).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
        assert!(!error.to_string().contains(PART), "{error}");
    }

    #[test]
    fn a_part_that_is_taken_for_a_left_one_before_its_lock_is_made_anew() {
        let folder = tempfile::tempdir().unwrap();
        let (made, others) = (Cell::new(0), RefCell::new(Vec::new()));
        let create = |part: &mut Builder<'_, '_>, folder: &Path| {
            let part = part.tempfile_in(folder)?;
            made.set(made.get() + 1);
            match made.get() {
                1 => fs::remove_file(part.path())?,
                2 => {
                    let other = File::open(part.path())?;
                    flock(&other, FlockOperation::LockExclusive)?;
                    others.borrow_mut().push(other);
                }
                _ => {}
            }
            Ok(part)
        };
        let open = |part: &NamedTempFile| part.as_file().try_clone();
        let (part, _lock) = create_part(folder.path(), ".a.", create, open).unwrap();
        assert_eq!(made.get(), 3);
        assert!(part.path().exists());
    }
}
