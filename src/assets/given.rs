//! Assets that the user has at hand, `--assets`: folders and HAR files, looked into in the order in which they are given.

use std::path::PathBuf;

use super::content::Found;
use super::folder::Folder;
use super::har::Har;
use crate::error::{Error, Kind, Result};

#[derive(Debug)]
pub(super) struct Given(Vec<Place>);

#[derive(Debug)]
enum Place {
    Folder(Folder),
    Har(Har),
}

impl Given {
    pub(super) fn open(paths: &[PathBuf]) -> Result<Self> {
        let places = paths.iter().map(|path| {
            if path.is_dir() {
                return Ok(Place::Folder(Folder::new(path)));
            }
            let bytes = std::fs::read(path).map_err(|source| {
                Error::new(
                    Kind::InputNotFound,
                    format!("reading the assets {}", path.display()),
                )
                .caused_by(source)
            })?;
            Har::parse(&bytes).map(Place::Har).map_err(|source| {
                Error::new(
                    Kind::Usage,
                    format!("{} is neither a folder nor a HAR file", path.display()),
                )
                .caused_by(source)
            })
        });
        places.collect::<Result<_>>().map(Self)
    }

    pub(super) fn find(&self, address: &str) -> Option<Found> {
        self.0.iter().find_map(|place| match place {
            Place::Folder(folder) => folder.find(address),
            Place::Har(har) => har.find(address),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_given_is_there_and_known() {
        let root = tempfile::tempdir().unwrap();
        let file = root.path().join("x.har");
        assert_eq!(
            Given::open(std::slice::from_ref(&file)).unwrap_err().kind(),
            Kind::InputNotFound
        );
        std::fs::write(&file, "no JSON").unwrap();
        let error = Given::open(&[file]).unwrap_err();
        assert!(
            error.kind() == Kind::Usage && error.to_string().contains("x.har"),
            "{error}"
        );
    }
}
