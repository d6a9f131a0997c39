//! A file or folder on its way to where an option wants it. Errors about it go by the name that the user knows, and say which
//! option chooses another place.

use std::fs;
use std::path::Path;

use crate::encode::is_our_file;
use crate::error::{Error, Kind, Result};
use crate::output::{FolderStaging, Staging};

pub(super) struct Staged {
    option: &'static str,
    stage: Stage,
}

enum Stage {
    File(Staging),
    Folder(FolderStaging),
}

impl Staged {
    /// Fails on a wrong place.
    pub(super) fn file(option: &'static str, destination: &Path, overwrite: bool) -> Result<Self> {
        let stage = Staging::begin(destination, overwrite).map(Stage::File);
        Self::begun(option, stage)
    }

    /// A folder of pictures. Fails on a wrong place.
    pub(super) fn folder(option: &'static str, destination: &Path, overwrite: bool) -> Result<Self> {
        let stage = FolderStaging::begin(destination, overwrite, is_our_file).map(Stage::Folder);
        Self::begun(option, stage)
    }

    fn begun(option: &'static str, stage: Result<Stage>) -> Result<Self> {
        match stage {
            Ok(stage) => Ok(Self { option, stage }),
            Err(error) if error.kind() == Kind::Io => {
                Err(error.hint(format!("Choose a folder that can be written to, with {option}.")))
            }
            Err(error) => Err(error),
        }
    }

    /// Where to write meanwhile.
    pub(super) fn path(&self) -> &Path {
        match &self.stage {
            Stage::File(staging) => staging.path(),
            Stage::Folder(staging) => staging.path(),
        }
    }

    fn destination(&self) -> &Path {
        match &self.stage {
            Stage::File(staging) => staging.destination(),
            Stage::Folder(staging) => staging.destination(),
        }
    }

    /// Writes all of a file.
    pub(super) fn write(&self, contents: impl AsRef<[u8]>) -> Result<()> {
        fs::write(self.path(), contents)
            .map_err(|cause| self.with_way_out(Error::writing(self.path(), cause)))
    }

    /// An error about this by the name that it is known by, with a way out; any other error as it is.
    pub(super) fn with_way_out(&self, error: Error) -> Error {
        let (staged, destination) = (self.path(), self.destination());
        let Some(within) = error.written().and_then(|path| path.strip_prefix(staged).ok()) else {
            return error;
        };
        let known = if within.as_os_str().is_empty() {
            destination.to_owned()
        } else {
            destination.join(within)
        };
        let error = error.known_as(&known);
        match error.kind() {
            Kind::DiskFull => error.hint(format!(
                "Free some space there, beside {}, or choose another place with {}.",
                destination.display(),
                self.option
            )),
            _ => error,
        }
    }

    /// Moves it to its place.
    pub(super) fn commit(self) -> Result<()> {
        match self.stage {
            Stage::File(staging) => staging.commit(),
            Stage::Folder(staging) => staging.commit(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use super::*;

    #[test]
    fn what_has_no_space_is_told_by_its_own_name_and_option() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let poster = Staged::file("--poster", &at("a.png"), false).unwrap();
        let frames = Staged::folder("--frames", &at("frames"), false).unwrap();
        let told = |path: &Path| {
            let error = Error::writing(path, ErrorKind::StorageFull.into()).during("frame 7");
            let error = frames.with_way_out(poster.with_way_out(error));
            (
                error.to_string(),
                error.hint_text().unwrap_or_default().to_owned(),
            )
        };
        for (path, known, option) in [
            (poster.path().to_owned(), at("a.png"), "--poster"),
            (
                frames.path().join("000007.png"),
                at("frames/000007.png"),
                "--frames",
            ),
        ] {
            let (message, hint) = told(&path);
            assert_eq!(message, format!("frame 7: writing {}", known.display()));
            assert!(
                hint.ends_with(&format!("choose another place with {option}.")),
                "{hint}"
            );
        }
        let (message, hint) = told(&at("other"));
        assert!(
            message.ends_with("/other") && !hint.contains("--"),
            "{message} {hint}"
        );
    }
}
