//! A folder that appears at its destination once it is complete, in the place of one of its kind if that is asked for.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use rustix::fs::syncfs;

use super::exchange::exchange;
use super::part::{PartFolder, create_part, part_prefix};
use super::place::{exists, folder_for, refuse_system_place, sync_folder, there};
use crate::error::{Error, Kind, Result};

/// A folder on its way to its destination. Dropped without `commit`, it leaves no trace and the destination as it was.
#[derive(Debug)]
pub struct FolderStaging {
    folder: PartFolder,
    destination: PathBuf,
    overwrite: bool,
    is_ours: fn(&str) -> bool,
    _lock: File,
}

impl FolderStaging {
    /// Checks the destination and creates an empty folder beside it, readable by its owner only. What is there is
    /// replaced only if it is an empty folder, or with `overwrite` one in which all files are ours by their names.
    pub fn begin(destination: &Path, overwrite: bool, is_ours: fn(&str) -> bool) -> Result<Self> {
        // Without a slash at its end, which a folder's name may have.
        let destination = destination.components().as_path();
        let Some(name) = destination.file_name() else {
            let message = format!("the output '{}' is no name of a folder", destination.display());
            return Err(Error::new(Kind::Usage, message));
        };
        refuse_system_place(destination)?;
        may_be_replaced(destination, overwrite, is_ours)?;
        let parent = folder_for(destination)?;
        let open = |folder: &PartFolder| File::open(folder);
        let (folder, lock) = create_part(parent, &part_prefix(name), PartFolder::create, open)
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
        self.folder.as_ref()
    }

    pub fn destination(&self) -> &Path {
        &self.destination
    }

    /// Moves the folder to its destination; after that it survives a power cut. An old one stays until then, and is removed
    /// last.
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
        // All files at once: there may be thousands.
        File::open(&folder)
            .and_then(|folder| Ok(syncfs(folder)?))
            .map_err(failed)?;
        // An empty folder is replaced by the move itself.
        match fs::rename(&folder, &destination) {
            Err(error) if error.kind() == ErrorKind::DirectoryNotEmpty => {
                exchange(folder.as_ref(), &destination).map_err(failed)?;
            }
            moved => {
                moved.map_err(failed)?;
                // Nothing is left to be removed there.
                let _ = folder.keep();
            }
        }
        sync_folder(&destination).map_err(failed)
    }
}

/// Whether a folder may take the place of what is at `destination`.
fn may_be_replaced(destination: &Path, overwrite: bool, is_ours: fn(&str) -> bool) -> Result<()> {
    let Some(found) = there(destination)? else {
        return Ok(());
    };
    let shown = destination.display();
    if !found.is_dir() {
        let message = format!("the output {shown} exists and is not a folder");
        return Err(Error::new(Kind::Usage, message));
    }
    if fs::symlink_metadata(destination).is_ok_and(|found| found.is_symlink()) {
        let message = format!("the output {shown} is a link to a folder, whose place no folder can take");
        return Err(Error::new(Kind::Usage, message).hint("Name the folder itself."));
    }
    let entries: Vec<_> = fs::read_dir(destination)
        .map_err(|error| Error::io(format!("looking into {shown}"), error))?
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
    use std::os::unix::fs::{PermissionsExt, symlink};

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
        let link = folder.path().join("link");
        symlink("empty", &link).unwrap();
        for bad in [
            &destination.join("ours"),
            Path::new("/dev/new"),
            &link,
            &link.join(""),
            &folder.path().join("n".repeat(300)),
        ] {
            let error = FolderStaging::begin(bad, true, is_ours).unwrap_err();
            assert_eq!(error.kind(), Kind::Usage, "{}", bad.display());
        }
    }

    #[test]
    fn a_folder_may_be_named_with_a_slash_at_its_end() {
        let folder = tempfile::tempdir().unwrap();
        for (name, overwrite) in [("frames/", false), ("frames/.", true)] {
            let staging = FolderStaging::begin(&folder.path().join(name), overwrite, is_ours).unwrap();
            fs::write(staging.path().join("ours"), name).unwrap();
            staging.commit().unwrap();
            assert_eq!(names(folder.path()), ["frames"]);
            assert_eq!(
                fs::read(folder.path().join("frames/ours")).unwrap(),
                name.as_bytes()
            );
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
