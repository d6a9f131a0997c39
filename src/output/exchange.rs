//! Puts each of two folders in the place of the other: a plain rename replaces empty folders only.

use std::fs;
use std::io;
use std::path::Path;

use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;
use tempfile::Builder;

use super::part::{PART, PartFolder};
use super::place::folder_of;

/// Puts each of two folders in the place of the other, in one step where the file system can.
pub(super) fn exchange(new: &Path, old: &Path) -> io::Result<()> {
    match renameat_with(CWD, new, CWD, old, RenameFlags::EXCHANGE) {
        Err(Errno::INVAL | Errno::NOSYS) => exchange_by_moves(new, old),
        exchanged => Ok(exchanged?),
    }
}

/// Leaves both as they were if that fails.
fn exchange_by_moves(new: &Path, old: &Path) -> io::Result<()> {
    let aside = PartFolder::create(Builder::new().prefix(".").suffix(PART), folder_of(old))?.keep();
    fs::rename(old, &aside).inspect_err(|_| drop(fs::remove_dir(&aside)))?;
    fs::rename(new, old).inspect_err(|_| drop(fs::rename(&aside, old)))?;
    fs::rename(aside, new)
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use super::super::names;
    use super::*;

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
}
