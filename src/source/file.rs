//! Reads a recording from a file; called by `source::read`.

use std::fs::File;
use std::io::ErrorKind;
use std::path::Path;

use super::{RawInput, read_bounded};
use crate::error::{Error, Kind, Result};

pub(super) fn read(path: &Path, max_bytes: u64) -> Result<RawInput> {
    let name = path.display().to_string();
    let failed = |cause: std::io::Error| match cause.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => {
            Error::new(Kind::InputNotFound, format!("{name} does not exist"))
        }
        ErrorKind::IsADirectory => Error::new(
            Kind::InputNotFound,
            format!("{name} is a directory, not a recording"),
        )
        .hint("Name one recording file in it, or put several into a ZIP archive: zip -r FILE.zip FOLDER"),
        _ => Error::io(format!("cannot read {name}"), cause),
    };
    let file = File::open(path).map_err(failed)?;
    let expected = file.metadata().map_or(0, |meta| meta.len());
    let bytes = read_bounded(file, expected, max_bytes, &name, failed)?;
    Ok(RawInput { name, bytes })
}
