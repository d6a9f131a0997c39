//! Parts: what is written beside a destination until it is complete. A part is locked while somebody writes it, so what a
//! killed run left is known by its free lock, and removed.

use std::ffi::OsStr;
use std::fs::{self, DirBuilder, File};
use std::io::{self, ErrorKind};
use std::mem;
use std::os::fd::OwnedFd;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, Mode, OFlags, flock};
use rustix::io::Errno;
use tempfile::{Builder, NamedTempFile};

/// What the names of all parts end with.
pub(super) const PART: &str = ".part";

/// Creates a file in a folder, for its owner alone. An error is what the system said: the file's name, which nobody gave,
/// is not in it.
pub(super) fn create_file(name: &Builder<'_, '_>, folder: &Path) -> io::Result<NamedTempFile> {
    let create = |path: &Path| {
        let mut file = File::options();
        file.read(true)
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)
    };
    name.make_in(folder, create)
}

/// A folder that is removed with all that is in it when it is dropped, unless it is kept.
#[derive(Debug)]
pub(super) struct PartFolder {
    /// Empty once it is kept.
    path: PathBuf,
}

impl PartFolder {
    /// Creates it in a folder, for its owner alone, with errors like those of a file.
    pub(super) fn create(name: &Builder<'_, '_>, folder: &Path) -> io::Result<Self> {
        let create = |path: &Path| DirBuilder::new().mode(0o700).create(path);
        let ((), path) = name.make_in(folder, create)?.keep()?;
        Ok(Self { path })
    }

    pub(super) fn keep(mut self) -> PathBuf {
        mem::take(&mut self.path)
    }
}

impl AsRef<Path> for PartFolder {
    fn as_ref(&self) -> &Path {
        &self.path
    }
}

impl Drop for PartFolder {
    fn drop(&mut self) {
        if !self.path.as_os_str().is_empty() {
            // What cannot be removed now is removed by the next run.
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}

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
    create: impl Fn(&Builder<'_, '_>, &Path) -> io::Result<T>,
    open: impl Fn(&T) -> io::Result<File>,
) -> io::Result<(T, File)> {
    remove_left_parts(folder, prefix);
    loop {
        let part = create(Builder::new().prefix(prefix).suffix(PART), folder)?;
        match open(&part) {
            Ok(lock) if is_held(&lock, part.as_ref()) => return Ok((part, lock)),
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
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
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_folder_that_takes_no_part_is_told_without_the_parts_name() {
        let folder = tempfile::tempdir().unwrap();
        let none = folder.path().join("none");
        let open_file = |part: &NamedTempFile| part.as_file().try_clone();
        let open_folder = |part: &PartFolder| File::open(part);
        for error in [
            create_part(&none, ".a.mp4.", create_file, open_file).unwrap_err(),
            create_part(&none, ".frames.", PartFolder::create, open_folder).unwrap_err(),
        ] {
            assert_eq!(error.kind(), ErrorKind::NotFound);
            assert!(!error.to_string().contains(PART), "{error}");
        }
    }

    #[test]
    fn a_folder_is_its_owners_alone_and_gone_unless_it_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let name = Builder::new();
        let dropped = PartFolder::create(&name, folder.path()).unwrap();
        let path = dropped.as_ref().to_owned();
        fs::write(path.join("a"), "a").unwrap();
        drop(dropped);
        assert!(!path.exists());
        let kept = PartFolder::create(&name, folder.path()).unwrap().keep();
        assert_eq!(fs::metadata(&kept).unwrap().permissions().mode() & 0o777, 0o700);
    }

    #[test]
    fn a_part_that_is_taken_for_a_left_one_before_its_lock_is_made_anew() {
        let folder = tempfile::tempdir().unwrap();
        let (made, others) = (Cell::new(0), RefCell::new(Vec::new()));
        let create = |part: &Builder<'_, '_>, folder: &Path| {
            let part = create_file(part, folder)?;
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
