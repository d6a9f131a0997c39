//! A folder of files that are kept for later runs, for its owner's eyes only. A file is written under another name and
//! renamed, so that any number of runs can share the folder. `posthog` and the stage `assets` keep what arrived.

use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use tempfile::Builder;

/// Ends the names of files that are not yet whole.
const PART: &str = ".part";
/// A run that was stopped leaves them.
const KEEP_PART: Duration = Duration::from_secs(3600);

#[derive(Debug, Clone)]
pub(crate) struct CacheFolder(PathBuf);

impl CacheFolder {
    /// Makes the folder, and removes what others left unfinished.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        DirBuilder::new().recursive(true).mode(0o700).create(path)?;
        for part in entries(path) {
            if part.to_string_lossy().ends_with(PART) && is_older(&part, KEEP_PART) {
                // Another run may be at the same.
                let _ = fs::remove_file(part);
            }
        }
        Ok(Self(path.to_owned()))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// A file of this name, with what `write` puts into it, takes the place of the one before it; or nothing changes.
    pub(crate) fn write(
        &self,
        name: impl AsRef<Path>,
        write: impl FnOnce(&mut File) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut file = Builder::new().suffix(PART).tempfile_in(&self.0)?;
        write(file.as_file_mut())?;
        file.persist(self.0.join(name))?;
        Ok(())
    }
}

/// What is in a folder; nothing where it cannot be read.
pub(crate) fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).collect()
}

/// Whether it was last changed longer ago. Links are not followed.
pub(crate) fn is_older(path: &Path, age: Duration) -> bool {
    let modified = fs::symlink_metadata(path).and_then(|meta| meta.modified());
    let since = modified.map(|time| SystemTime::now().duration_since(time));
    since.is_ok_and(|since| since.is_ok_and(|since| since > age))
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn files_are_whole_or_not_there_and_nobody_elses() {
        let root = tempfile::tempdir().unwrap();
        let folder = CacheFolder::open(&root.path().join("a/b")).unwrap();
        folder.write("kept", |file| file.write_all(b"1")).unwrap();
        let failed = folder.write("kept", |file| {
            file.write_all(b"half")?;
            Err(io::ErrorKind::StorageFull.into())
        });
        assert_eq!(failed.unwrap_err().kind(), io::ErrorKind::StorageFull);
        assert_eq!(fs::read(folder.path().join("kept")).unwrap(), b"1");
        assert_eq!(entries(folder.path()), [folder.path().join("kept")]);
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(folder.path()), 0o700);
        assert_eq!(mode(&folder.path().join("kept")), 0o600);
    }

    #[test]
    fn what_was_left_unfinished_goes_in_the_end() {
        let root = tempfile::tempdir().unwrap();
        for (name, minutes) in [("old.part", 61), ("young.part", 59), ("old.file", 61)] {
            let file = File::create(root.path().join(name)).unwrap();
            let changed = SystemTime::now() - Duration::from_secs(minutes * 60);
            file.set_modified(changed).unwrap();
        }
        CacheFolder::open(root.path()).unwrap();
        let there = ["old.part", "young.part", "old.file"].map(|name| root.path().join(name).exists());
        assert_eq!(there, [false, true, true]);
    }
}
