//! Where a command writes and what it reads, compared before any work: no two files may be one, and what is read is never
//! replaced.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{self, Path, PathBuf};

use super::args::{AssetArgs, InputArgs};
use crate::error::{Error, Kind, Result};
use crate::source::Input;

/// A file or a folder, and what it is: the option that names it, or a word for it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    path: PathBuf,
    name: &'static str,
}

impl Place {
    pub(super) fn new(name: &'static str, path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            name,
        }
    }

    /// Without links in the way to it. Its own name stays: a move replaces a link, not what it leads to.
    fn resolved(&self) -> PathBuf {
        let absolute = path::absolute(&self.path).unwrap_or_else(|_| self.path.clone());
        let folder = absolute.parent().and_then(|folder| folder.canonicalize().ok());
        match folder.zip(absolute.file_name()) {
            Some((folder, name)) => folder.join(name),
            None => absolute,
        }
    }

    /// The same for all names of a file that exists.
    fn identity(&self) -> Option<(u64, u64)> {
        let found = fs::metadata(&self.path).ok()?;
        Some((found.dev(), found.ino()))
    }
}

/// The files that are read for a recording, and for the images, fonts and style sheets in it.
pub(super) fn read(input: &Input, args: &InputArgs, assets: Option<&AssetArgs>) -> Vec<Place> {
    let recording = match input {
        Input::File(path) => Some(path.as_path()),
        Input::StandardInput => Some(Path::new("/dev/stdin")),
        Input::Web(_) | Input::Posthog(_) => None,
    };
    let recording = recording.map(|path| Place::new("the recording", path));
    let key = args.posthog_key_file.as_deref();
    let key = key.map(|path| Place::new("the file of --posthog-key-file", path));
    let given = assets.into_iter().flat_map(|args| &args.assets);
    let given = given.map(|path| Place::new("what --assets reads", path));
    recording.into_iter().chain(key).chain(given).collect()
}

/// Fails on a place to be written that is one to be read, is another's too, or is standard output.
pub(super) fn check(written: &[Place], read: &[Place]) -> Result<()> {
    written.iter().try_for_each(refuse_standard_output)?;
    written
        .iter()
        .try_for_each(|place| refuse_to_replace(read, place))?;
    let mut resolved: Vec<(PathBuf, &Place)> =
        written.iter().map(|place| (place.resolved(), place)).collect();
    // What is in a folder comes right behind it, or behind something else that is in it.
    resolved.sort();
    match resolved.windows(2).find(|pair| pair[1].0.starts_with(&pair[0].0)) {
        Some(pair) => Err(collide(pair[0].1, pair[1].1, pair[0].0 == pair[1].0)),
        None => Ok(()),
    }
}

fn refuse_standard_output(written: &Place) -> Result<()> {
    if written.path.as_os_str() != "-" {
        return Ok(());
    }
    let message = format!("{} cannot write to standard output", written.name);
    Err(Error::new(Kind::Usage, message).hint("Name a file; one that is called - is ./-."))
}

fn refuse_to_replace(read: &[Place], written: &Place) -> Result<()> {
    let (identity, place) = (written.identity(), written.resolved());
    let is_in_place = |read: &&Place| {
        identity.is_some_and(|identity| read.identity() == Some(identity))
            || read
                .path
                .canonicalize()
                .is_ok_and(|path| path.starts_with(&place))
    };
    let Some(read) = read.iter().find(is_in_place) else {
        return Ok(());
    };
    let shown = written.path.display();
    let message = format!("{} {shown} would take the place of {}", written.name, read.name);
    Err(Error::new(Kind::Usage, message)
        .hint("Choose another place: what is read is never replaced, not even with --force."))
}

fn collide(outer: &Place, inner: &Place, are_one: bool) -> Error {
    let [outer_shown, inner_shown] = [outer, inner].map(|place| place.path.display());
    let what = if are_one {
        "name one file"
    } else {
        "name a folder and a file in it"
    };
    let message = format!(
        "{} {outer_shown} and {} {inner_shown} {what}",
        outer.name, inner.name
    );
    Error::new(Kind::Usage, message).hint("Give each a place of its own.")
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn places_are_compared_without_links_in_their_way() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("real")).unwrap();
        symlink("real", at("link")).unwrap();
        symlink("file", at("real/other")).unwrap();
        fs::write(at("real/file"), "").unwrap();
        for (one, other, collides) in [
            ("a", "a", true),
            ("a", "./a", true),
            ("a", "real/../a", true),
            ("link/new", "real/new", true),
            ("real", "real/new/deep", true),
            ("missing/a", "missing/a", true),
            ("a", "ab", false),
            ("a", "a.json", false),
            // Each is replaced by itself.
            ("real/file", "real/other", false),
        ] {
            for (one, other) in [(one, other), (other, one)] {
                // One that sorts between, and has nothing to do with them.
                let written = [
                    Place::new("--one", at(one)),
                    Place::new("--between", at("a-b")),
                    Place::new("--other", at(other)),
                ];
                let checked = check(&written, &[]);
                assert_eq!(checked.is_err(), collides, "{one} {other}");
            }
        }
    }

    #[test]
    fn all_names_of_what_is_read_are_known() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("frames")).unwrap();
        fs::write(at("frames/index.json"), "").unwrap();
        fs::hard_link(at("frames/index.json"), at("hard")).unwrap();
        symlink("hard", at("soft")).unwrap();
        for (written, refused) in [
            ("frames/index.json", true),
            ("hard", true),
            ("soft", true),
            ("frames", true),
            ("frames/000000.png", false),
            ("new", false),
        ] {
            let read = [Place::new("the recording", at("frames/index.json"))];
            let checked = check(&[Place::new("--report", at(written))], &read);
            assert_eq!(checked.is_err(), refused, "{written}");
        }
    }
}
