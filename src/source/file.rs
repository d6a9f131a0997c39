//! Reads a recording from a file; called by `source::read`.

use std::io::ErrorKind;
use std::path::Path;

use super::RawInput;
use crate::error::{Error, Kind, Result};

pub(super) fn read(path: &Path) -> Result<RawInput> {
    let name = path.display().to_string();
    match std::fs::read(path) {
        Ok(bytes) => Ok(RawInput { name, bytes }),
        Err(cause) => Err(match cause.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory => {
                Error::new(Kind::InputNotFound, format!("{name} does not exist"))
            }
            ErrorKind::IsADirectory => Error::new(
                Kind::InputNotFound,
                format!("{name} is a directory, not a recording"),
            )
            .hint("Name one recording file in it."),
            _ => Error::io(format!("cannot read {name}"), cause),
        }),
    }
}
