//! One private folder for each running browser: a held lock and the profile. What a killed run left behind is
//! removed by the next one, told apart from live runs by its free lock. Used by `process`.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};
use tempfile::TempDir;

use super::confinement::Identity;
use crate::error::{Error, Result};

const LOCK: &str = "lock";
const PROFILE: &str = "profile";
const PREFIX: &str = "run-";

/// Removes itself when dropped.
#[derive(Debug)]
pub(super) struct RunFolder {
    folder: TempDir,
    profile: PathBuf,
    _lock: File,
}

impl RunFolder {
    /// Makes a folder below `temp` for a browser that will run as `identity`, after clearing away dead ones.
    pub(super) fn create(temp: &Path, identity: Identity) -> Result<Self> {
        let home = home(temp)?;
        if let Some(closed) = identity.kept_out_by(&home) {
            let denied = std::io::Error::from(ErrorKind::PermissionDenied);
            let place = format!("the browser's user cannot pass through {}", closed.display());
            return Err(Error::io(place, denied)
                .hint("Set TMPDIR to a folder that all users may enter, such as /tmp."));
        }
        let make = || -> std::io::Result<Self> {
            // Nobody sweeps between another run's folder and its lock.
            let alone = File::open(&home)?;
            flock(&alone, FlockOperation::LockExclusive)?;
            sweep(&home);
            let folder = tempfile::Builder::new().prefix(PREFIX).tempdir_in(&home)?;
            // The browser's user must be able to pass through to its profile, and see nothing else.
            fs::set_permissions(folder.path(), Permissions::from_mode(0o711))?;
            let lock = open_lock(&folder.path().join(LOCK), true)?;
            flock(&lock, FlockOperation::NonBlockingLockExclusive)?;
            let profile = make_private(folder.path(), PROFILE, identity)?;
            Ok(Self {
                folder,
                profile,
                _lock: lock,
            })
        };
        make().map_err(|source| {
            Error::io(
                format!("making the browser's folder in {}", home.display()),
                source,
            )
            .hint("Set TMPDIR to a folder with free space.")
        })
    }

    pub(super) fn profile(&self) -> &Path {
        &self.profile
    }

    /// One more folder for `identity` alone.
    pub(super) fn private_folder(&self, name: &str, identity: Identity) -> Result<PathBuf> {
        make_private(self.folder.path(), name, identity).map_err(|source| {
            Error::io(
                format!("making a folder in {}", self.folder.path().display()),
                source,
            )
        })
    }
}

fn make_private(parent: &Path, name: &str, identity: Identity) -> std::io::Result<PathBuf> {
    let path = parent.join(name);
    DirBuilder::new().mode(0o700).create(&path)?;
    identity.give(&path)?;
    Ok(path)
}

/// `TEMP/replaycast-UID`, ours and nobody else's.
fn home(temp: &Path) -> Result<PathBuf> {
    let uid = rustix::process::getuid().as_raw();
    let home = temp.join(format!("replaycast-{uid}"));
    let place = || format!("making {}", home.display());
    match DirBuilder::new().mode(0o711).create(&home) {
        Err(source) if source.kind() != ErrorKind::AlreadyExists => {
            return Err(Error::io(place(), source).hint("Set TMPDIR to a folder that can be written to."));
        }
        _ => {}
    }
    let meta = fs::symlink_metadata(&home).map_err(|source| Error::io(place(), source))?;
    if meta.is_dir() && meta.uid() == uid {
        Ok(home)
    } else {
        let taken = std::io::Error::from(ErrorKind::PermissionDenied);
        Err(
            Error::io(format!("{} belongs to somebody else", home.display()), taken)
                .hint("Set TMPDIR to a folder of your own."),
        )
    }
}

/// Removes the folders of runs that are dead: their lock is free, or gone, as when they were killed at their own clearing up.
fn sweep(home: &Path) {
    for entry in fs::read_dir(home).into_iter().flatten().flatten() {
        if !entry.file_name().to_string_lossy().starts_with(PREFIX) {
            continue;
        }
        let is_dead = match open_lock(&entry.path().join(LOCK), false) {
            Ok(lock) => flock(&lock, FlockOperation::NonBlockingLockExclusive).is_ok(),
            Err(error) => error.kind() == ErrorKind::NotFound,
        };
        if is_dead {
            // Another run may be sweeping too; whoever is second finds nothing, which is as good.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

fn open_lock(path: &Path, create: bool) -> std::io::Result<File> {
    OpenOptions::new()
        .write(true)
        .create_new(create)
        .mode(0o600)
        .open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dead_run_is_swept_and_a_live_one_is_kept() {
        let temp = TempDir::new().unwrap();
        let live = RunFolder::create(temp.path(), Identity::Own).unwrap();
        let home = home(temp.path()).unwrap();
        let [killed, half_removed] = ["run-killed", "run-half-removed"].map(|name| home.join(name));
        for dead in [&killed, &half_removed] {
            fs::create_dir_all(dead.join(PROFILE)).unwrap();
        }
        open_lock(&killed.join(LOCK), true).unwrap();

        let next = RunFolder::create(temp.path(), Identity::Own).unwrap();
        assert!(!killed.exists() && !half_removed.exists());
        assert!(live.profile().exists() && next.profile().exists());
        drop((live, next));
        assert_eq!(fs::read_dir(&home).unwrap().count(), 0);
    }

    #[test]
    fn a_folder_that_the_browsers_user_cannot_enter_is_named() {
        let somebody = Identity::Unprivileged {
            uid: 65_533,
            gid: 65_533,
        };
        let temp = TempDir::new().unwrap();
        let closed = temp.path().join("closed");
        DirBuilder::new().mode(0o700).create(&closed).unwrap();
        fs::set_permissions(temp.path(), Permissions::from_mode(0o711)).unwrap();
        let error = RunFolder::create(&closed, somebody).unwrap_err();
        assert!(
            error.to_string().contains(&closed.display().to_string()),
            "{error}"
        );
        assert!(error.hint_text().unwrap().contains("TMPDIR"));
    }

    #[test]
    fn the_profile_is_private() {
        let temp = TempDir::new().unwrap();
        let run = RunFolder::create(temp.path(), Identity::Own).unwrap();
        let mode = fs::metadata(run.profile()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
    }
}
