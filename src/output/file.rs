//! A file that appears at its destination once it is complete.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::part::{create_file, create_part, part_prefix};
use super::place::{exists, folder_for, refuse_system_place, sync_folder, there};
use crate::error::{Error, Kind, Result};

/// A file on its way to its destination. Dropped without `commit`, it leaves no trace and the destination as it was.
#[derive(Debug)]
pub struct Staging {
    file: NamedTempFile,
    destination: PathBuf,
    overwrite: bool,
}

impl Staging {
    /// Checks the destination and creates an empty file beside it, readable by its owner only.
    pub fn begin(destination: &Path, overwrite: bool) -> Result<Self> {
        let shown = destination.display();
        let usage = |message: String| Err(Error::new(Kind::Usage, message));
        let Some(name) = destination.file_name() else {
            return usage(format!("the output '{shown}' has no file name"));
        };
        refuse_system_place(destination)?;
        match there(destination)? {
            Some(found) if found.is_dir() => return usage(format!("the output {shown} is a folder")),
            Some(found) if !found.is_file() && !found.is_symlink() => {
                return usage(format!("the output {shown} exists and is not a regular file"));
            }
            Some(_) if !overwrite => return Err(exists(destination)),
            _ => {}
        }
        // A file cannot be moved to a name that ends with a slash.
        if destination.components().as_path().as_os_str() != destination.as_os_str() {
            return Err(
                Error::new(Kind::Usage, format!("the output {shown} is named as a folder"))
                    .hint("Leave the slash at its end out, or name a file in a folder that is there."),
            );
        }
        let folder = folder_for(destination)?;
        let open = |file: &NamedTempFile| file.as_file().try_clone();
        let (file, _) = create_part(folder, &part_prefix(name), create_file, open)
            .map_err(|error| Error::creating("a file", folder, error))?;
        Ok(Self {
            file,
            destination: destination.to_owned(),
            overwrite,
        })
    }

    /// Where to write meanwhile.
    pub fn path(&self) -> &Path {
        self.file.path()
    }

    pub fn destination(&self) -> &Path {
        &self.destination
    }

    /// Moves the written file to its destination; after that it survives a power cut.
    pub fn commit(self) -> Result<()> {
        let Self {
            file,
            destination,
            overwrite,
        } = self;
        let failed = |error| Error::io(format!("finishing {}", destination.display()), error);
        if file.as_file().metadata().map_err(failed)?.len() == 0 {
            return Err(Error::new(
                Kind::Internal,
                format!("nothing was written for {}", destination.display()),
            ));
        }
        file.as_file().sync_all().map_err(failed)?;
        let moved = if overwrite {
            file.persist(&destination)
        } else {
            file.persist_noclobber(&destination)
        };
        moved.map_err(|error| match error.error.kind() {
            ErrorKind::AlreadyExists => exists(&destination),
            _ => failed(error.error),
        })?;
        sync_folder(&destination).map_err(failed)
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};
    use std::os::fd::AsRawFd;
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::sync::mpsc;
    use std::thread;
    use std::time::Duration;

    use rustix::fs::{CWD, FileType, FlockOperation, Mode, flock, mknodat};

    use super::super::names;
    use super::*;

    #[test]
    fn what_a_killed_run_left_is_removed_and_a_live_part_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let video = folder.path().join("a.mp4");
        let dead = folder.path().join(".a.mp4.dead.part");
        let other = folder.path().join(".b.mp4.dead.part");
        fs::write(&dead, "half").unwrap();
        fs::write(&other, "half").unwrap();
        let live = Staging::begin(&video, false).unwrap();
        let next = Staging::begin(&video, false).unwrap();
        assert!(!dead.exists() && other.exists());
        assert!(live.path().exists() && next.path().exists());
    }

    #[test]
    fn nothing_in_the_folder_makes_a_render_wait() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        mknodat(CWD, at(".a.mp4.pipe.part"), FileType::Fifo, Mode::RWXU, 0).unwrap();
        fs::write(at("mine"), "mine").unwrap();
        symlink("mine", at(".a.mp4.link.part")).unwrap();
        let busy = File::open(folder.path()).unwrap();
        flock(&busy, FlockOperation::LockExclusive).unwrap();

        let (done, result) = mpsc::channel();
        let video = at("a.mp4");
        thread::spawn(move || done.send(Staging::begin(&video, false)));
        let staging = result.recv_timeout(Duration::from_secs(20)).unwrap().unwrap();
        assert!(staging.path().exists());
        assert_eq!(fs::read(at("mine")).unwrap(), b"mine");
    }

    #[test]
    fn a_committed_file_takes_its_place_alone() {
        let folder = tempfile::tempdir().unwrap();
        let destination = folder.path().join("a.mp4");
        let staging = Staging::begin(&destination, false).unwrap();
        assert!(names(folder.path())[0].starts_with(".a.mp4."));
        fs::write(staging.path(), "new").unwrap();
        staging.commit().unwrap();
        assert_eq!(names(folder.path()), ["a.mp4"]);
        assert_eq!(fs::read(&destination).unwrap(), b"new");
        assert_eq!(
            fs::metadata(&destination).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }

    #[test]
    fn a_dropped_or_empty_file_leaves_the_old_one() {
        let folder = tempfile::tempdir().unwrap();
        let destination = folder.path().join("a.mp4");
        fs::write(&destination, "old").unwrap();
        let staging = Staging::begin(&destination, true).unwrap();
        fs::write(staging.path(), "half").unwrap();
        drop(staging);
        let empty = Staging::begin(&destination, true).unwrap().commit().unwrap_err();
        assert_eq!(empty.kind(), Kind::Internal);
        assert_eq!(names(folder.path()), ["a.mp4"]);
        assert_eq!(fs::read(&destination).unwrap(), b"old");
    }

    #[test]
    fn force_replaces_and_a_race_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let destination = folder.path().join("a.mp4");
        let careful = Staging::begin(&destination, false).unwrap();
        let forced = Staging::begin(&destination, true).unwrap();
        fs::write(careful.path(), "careful").unwrap();
        fs::write(forced.path(), "forced").unwrap();
        fs::write(&destination, "appeared meanwhile").unwrap();
        assert_eq!(careful.commit().unwrap_err().kind(), Kind::OutputExists);
        forced.commit().unwrap();
        assert_eq!(names(folder.path()), ["a.mp4"]);
        assert_eq!(fs::read(&destination).unwrap(), b"forced");
    }

    #[test]
    fn bad_destinations_are_found_before_any_work() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("file"), "").unwrap();
        symlink("nowhere", at("link")).unwrap();
        // As /dev/stdout is where standard output goes to a file.
        let file = File::create(at("redirected")).unwrap();
        let descriptor = PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd()));
        symlink(&descriptor, at("descriptor")).unwrap();
        symlink("descriptor", at("stdout")).unwrap();
        for (destination, overwrite, kind) in [
            (at("file"), false, Kind::OutputExists),
            (at("link"), false, Kind::OutputExists),
            (at(""), true, Kind::Usage),
            (at("missing/a.mp4"), false, Kind::Usage),
            (at("file/a.mp4"), false, Kind::Usage),
            (at("new/"), false, Kind::Usage),
            (at("new.mp4/."), false, Kind::Usage),
            (at(&"n".repeat(300)), false, Kind::Usage),
            ("/".into(), true, Kind::Usage),
            ("/dev/null".into(), true, Kind::Usage),
            (at("stdout"), true, Kind::Usage),
            (descriptor, true, Kind::Usage),
            ("/proc/self/new.mp4".into(), true, Kind::Usage),
            ("/dev/new.mp4".into(), true, Kind::Usage),
        ] {
            let error = Staging::begin(&destination, overwrite).unwrap_err();
            assert_eq!(error.kind(), kind, "{}", destination.display());
        }
        assert!(Staging::begin(&at(&"ü".repeat(120)), false).is_ok());
    }
}
