//! A folder that appears at its destination once it is complete, in the place of one of its kind if that is asked for.

use std::fs::{self, File, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::exchange::exchange;
use super::part::{create_part, part_prefix};
use super::place::{exists, folder_for, folder_of, refuse_system_place};
use crate::error::{Error, Kind, Result};

/// A folder on its way to its destination. Dropped without `commit`, it leaves no trace and the destination as it was.
#[derive(Debug)]
pub struct FolderStaging {
    folder: TempDir,
    destination: PathBuf,
    overwrite: bool,
    is_ours: fn(&str) -> bool,
    _lock: File,
}

impl FolderStaging {
    /// Checks the destination and creates an empty folder beside it, readable by its owner only. What is there is
    /// replaced only if it is an empty folder, or with `overwrite` one in which all files are ours by their names.
    pub fn begin(destination: &Path, overwrite: bool, is_ours: fn(&str) -> bool) -> Result<Self> {
        let shown = destination.display();
        let Some(name) = destination.file_name() else {
            return Err(Error::new(
                Kind::Usage,
                format!("the output '{shown}' is no name of a folder"),
            ));
        };
        refuse_system_place(destination)?;
        may_be_replaced(destination, overwrite, is_ours)?;
        let parent = folder_for(destination)?;
        let (folder, lock) = create_part(
            parent,
            &part_prefix(name),
            |part, parent| part.permissions(Permissions::from_mode(0o700)).tempdir_in(parent),
            |folder| File::open(folder.path()),
        )
        .map_err(|error| Error::creating("a folder", parent, error))?;
        Ok(Self {
            folder,
            destination: destination.to_owned(),
            overwrite,
            is_ours,
            _lock: lock,
        })
    }

    /// Where to write meanwhile.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Moves the folder to its destination. An old one stays until then, and is removed last.
    pub fn commit(self) -> Result<()> {
        let Self {
            folder,
            destination,
            overwrite,
            is_ours,
            ..
        } = self;
        let failed = |error| Error::io(format!("finishing {}", destination.display()), error);
        // Somebody may have put something there meanwhile.
        may_be_replaced(&destination, overwrite, is_ours)?;
        // An empty folder is replaced by the move itself.
        match fs::rename(folder.path(), &destination) {
            Err(error) if error.kind() == ErrorKind::DirectoryNotEmpty => {
                exchange(folder.path(), &destination).map_err(failed)?;
            }
            moved => {
                moved.map_err(failed)?;
                // Nothing is left to be removed there.
                let _ = folder.keep();
            }
        }
        File::open(folder_of(&destination))
            .and_then(|parent| parent.sync_all())
            .map_err(failed)
    }
}

/// Whether a folder may take the place of what is at `destination`.
fn may_be_replaced(destination: &Path, overwrite: bool, is_ours: fn(&str) -> bool) -> Result<()> {
    if fs::symlink_metadata(destination).is_err() {
        return Ok(());
    }
    let shown = destination.display();
    let entries: Vec<_> = fs::read_dir(destination)
        .map_err(|_| {
            let message = format!("the output {shown} exists and is not a folder");
            Error::new(Kind::Usage, message)
        })?
        .flatten()
        .collect();
    let ours = |entry: &fs::DirEntry| {
        is_ours(&entry.file_name().to_string_lossy()) && entry.file_type().is_ok_and(|kind| kind.is_file())
    };
    if !entries.iter().all(ours) {
        let message = format!("the folder {shown} has other files in it");
        return Err(Error::new(Kind::OutputExists, message)
            .hint("Choose a new folder; one that holds anything else is never replaced."));
    }
    if !entries.is_empty() && !overwrite {
        return Err(exists(destination));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::names;
    use super::*;

    fn is_ours(name: &str) -> bool {
        name == "ours"
    }

    #[test]
    fn a_folder_takes_its_place_and_replaces_only_its_like() {
        let folder = tempfile::tempdir().unwrap();
        let destination = folder.path().join("frames");
        let write = |overwrite, text: &str| {
            let staging = FolderStaging::begin(&destination, overwrite, is_ours)?;
            fs::write(staging.path().join("ours"), text).unwrap();
            staging.commit()
        };
        write(false, "one").unwrap();
        assert_eq!(names(folder.path()), ["frames"]);
        let mode = fs::metadata(&destination).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
        assert_eq!(write(false, "two").unwrap_err().kind(), Kind::OutputExists);
        write(true, "three").unwrap();
        assert_eq!(names(folder.path()), ["frames"]);
        assert_eq!(fs::read(destination.join("ours")).unwrap(), b"three");
        fs::write(destination.join("holiday"), "").unwrap();
        assert_eq!(write(true, "four").unwrap_err().kind(), Kind::OutputExists);
        assert_eq!(fs::read(destination.join("ours")).unwrap(), b"three");
        drop(FolderStaging::begin(&folder.path().join("other"), false, is_ours).unwrap());
        assert_eq!(names(folder.path()), ["frames"]);
        fs::create_dir(folder.path().join("empty")).unwrap();
        assert!(FolderStaging::begin(&folder.path().join("empty"), false, is_ours).is_ok());
        for bad in [&destination.join("ours"), Path::new("/dev/new")] {
            let error = FolderStaging::begin(bad, true, is_ours).unwrap_err();
            assert_eq!(error.kind(), Kind::Usage);
        }
    }

    #[test]
    fn what_appears_in_a_folder_meanwhile_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let destination = folder.path().join("frames");
        let staging = FolderStaging::begin(&destination, true, is_ours).unwrap();
        fs::write(staging.path().join("ours"), "new").unwrap();
        fs::create_dir(&destination).unwrap();
        fs::write(destination.join("holiday"), "").unwrap();
        assert_eq!(staging.commit().unwrap_err().kind(), Kind::OutputExists);
        assert_eq!(names(&destination), ["holiday"]);
        assert_eq!(names(folder.path()), ["frames"]);
    }

    #[test]
    fn folders_of_killed_runs_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        let dead = folder.path().join(".frames.dead.part");
        fs::create_dir(&dead).unwrap();
        fs::write(dead.join("ours"), "half").unwrap();
        let live = FolderStaging::begin(&folder.path().join("frames"), false, is_ours).unwrap();
        let next = FolderStaging::begin(&folder.path().join("frames"), false, is_ours).unwrap();
        assert!(!dead.exists() && live.path().exists() && next.path().exists());
    }
}
