//! Where finished files appear: staged under a hidden name beside the destination, moved there in one step.
//! Staging begins before any work, so that a bad destination is found at once.

mod exchange;
mod file;
mod folder;
mod part;
mod place;
mod spool;

pub use self::file::Staging;
pub use self::folder::FolderStaging;
pub use self::spool::Spool;

/// What is in a folder, in order.
#[cfg(test)]
fn names(folder: &std::path::Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}
