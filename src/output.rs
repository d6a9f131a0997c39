//! Where finished files appear: staged under a hidden name beside the destination, moved there in one step.
//! The pipeline begins the staging before any work, so that a bad destination is found at once.

use std::ffi::OsStr;
use std::fs::{self, File, Permissions};
use std::io::{self, ErrorKind, Seek};
use std::os::fd::OwnedFd;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, FlockOperation, Mode, OFlags, RenameFlags, flock, renameat_with};
use rustix::io::Errno;
use tempfile::{Builder, NamedTempFile, TempDir};

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
        // The link's own metadata too: a link to nothing is still something that would be replaced.
        let existing = fs::metadata(destination).or_else(|_| fs::symlink_metadata(destination));
        match existing {
            Ok(found) if found.is_dir() => return usage(format!("the output {shown} is a folder")),
            Ok(found) if !found.is_file() && !found.is_symlink() => {
                return usage(format!("the output {shown} exists and is not a regular file"));
            }
            Ok(_) if !overwrite => return Err(exists(destination)),
            _ => {}
        }
        let folder = folder_for(destination)?;
        let (file, _) = create_part(
            folder,
            &part_prefix(name),
            |part, folder| part.tempfile_in(folder),
            |file| file.as_file().try_clone(),
        )
        .map_err(|error| Error::io(format!("creating a file in {}", folder.display()), error))?;
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
        File::open(folder_of(&destination))
            .and_then(|folder| folder.sync_all())
            .map_err(failed)
    }
}

const PART: &str = ".part";

/// What the names of all parts for one destination begin with.
fn part_prefix(name: &OsStr) -> String {
    // Fifty characters stay below the usual limit of 255 bytes in any alphabet.
    let name: String = name.to_string_lossy().chars().take(50).collect();
    format!(".{name}.")
}

/// Creates a part and locks it, after removing those that killed runs left for the same destination: their lock is free.
/// Waits for nothing that is in the folder.
fn create_part<T: AsRef<Path>>(
    folder: &Path,
    prefix: &str,
    create: impl Fn(&mut Builder<'_, '_>, &Path) -> io::Result<T>,
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

/// So many links may lead from one to the next, as in the kernel.
const MOST_LINKS: usize = 40;

/// Fails if the destination, or a link that it is, leads to a name by which the system shows devices and processes. Such
/// a name may lead on to an ordinary file (/dev/stdout), but it is the name that a move replaces, for all programs.
fn refuse_system_place(destination: &Path) -> Result<()> {
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
fn folder_for(destination: &Path) -> Result<&Path> {
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
        .map_err(|error| Error::io(format!("creating a folder in {}", parent.display()), error))?;
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

/// Puts each of two folders in the place of the other, in one step where the file system can.
fn exchange(new: &Path, old: &Path) -> io::Result<()> {
    match renameat_with(CWD, new, CWD, old, RenameFlags::EXCHANGE) {
        Err(Errno::INVAL | Errno::NOSYS) => exchange_by_moves(new, old),
        exchanged => Ok(exchanged?),
    }
}

/// Leaves both as they were if that fails.
fn exchange_by_moves(new: &Path, old: &Path) -> io::Result<()> {
    let aside = Builder::new()
        .prefix(".")
        .suffix(PART)
        .tempdir_in(folder_of(old))?
        .keep();
    fs::rename(old, &aside).inspect_err(|_| drop(fs::remove_dir(&aside)))?;
    fs::rename(new, old).inspect_err(|_| drop(fs::rename(&aside, old)))?;
    fs::rename(aside, new)
}

/// A file on its way to a stream: it is written in the temporary folder, since a video's index can only be put in
/// front once everything is there, and read back when it is complete.
#[derive(Debug)]
pub struct Spool {
    file: NamedTempFile,
}

impl Spool {
    pub fn begin() -> Result<Self> {
        let folder = std::env::temp_dir();
        let file = NamedTempFile::new_in(&folder)
            .map_err(|error| Error::io(format!("creating a file in {}", folder.display()), error))?;
        Ok(Self { file })
    }

    /// Where to write meanwhile.
    pub fn path(&self) -> &Path {
        self.file.path()
    }

    /// The written bytes, from the first; the file itself is gone once this is closed.
    pub fn into_reader(self) -> Result<File> {
        let mut file = self.file.into_file();
        let failed = |error| Error::io("reading back the output", error);
        file.rewind().map_err(failed)?;
        if file.metadata().map_err(failed)?.len() == 0 {
            return Err(Error::new(Kind::Internal, "nothing was written for the output"));
        }
        Ok(file)
    }
}

fn exists(destination: &Path) -> Error {
    Error::new(
        Kind::OutputExists,
        format!("the output {} exists", destination.display()),
    )
    .hint("Replace it with --force, or choose another place.")
}

fn folder_of(destination: &Path) -> &Path {
    match destination.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};
    use std::io::Read;
    use std::os::fd::AsRawFd;
    use std::os::unix::fs::symlink;
    use std::sync::mpsc;
    use std::thread;
    use std::time::Duration;

    use rustix::fs::{FileType, mknodat};

    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<_> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

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
        let error = FolderStaging::begin(Path::new("/dev/new"), true, is_ours).unwrap_err();
        assert_eq!(error.kind(), Kind::Usage);
        assert!(Staging::begin(&at(&"ü".repeat(120)), false).is_ok());
    }

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
        let file = destination.join("ours");
        let error = FolderStaging::begin(&file, true, is_ours).unwrap_err();
        assert_eq!(error.kind(), Kind::Usage);
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
    fn an_exchange_that_fails_leaves_the_old_folder() {
        let folder = tempfile::tempdir().unwrap();
        let [old, new] = ["old", "new"].map(|name| folder.path().join(name));
        for exchange in [exchange, exchange_by_moves] {
            fs::create_dir(&old).unwrap();
            fs::write(old.join("ours"), "old").unwrap();
            assert!(exchange(&new, &old).is_err_and(|error| error.kind() == ErrorKind::NotFound));
            assert_eq!(names(folder.path()), ["old"]);
            fs::create_dir(&new).unwrap();
            exchange(&new, &old).unwrap();
            assert_eq!(names(folder.path()), ["new", "old"]);
            assert_eq!((names(&old), names(&new)), (vec![], vec!["ours".to_owned()]));
            fs::remove_dir(&old).unwrap();
            fs::remove_dir_all(&new).unwrap();
        }
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

    #[test]
    fn a_spool_reads_back_and_disappears() {
        let spool = Spool::begin().unwrap();
        let path = spool.path().to_owned();
        fs::write(&path, "bytes").unwrap();
        let mut text = String::new();
        spool.into_reader().unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, "bytes");
        assert!(!path.exists());
    }
}
