//! Reads a recording from standard input, to its end; called by `source::read`.

use std::io::Read;

use super::RawInput;
use crate::error::{Error, Result};

pub(super) fn read() -> Result<RawInput> {
    let mut bytes = Vec::new();
    std::io::stdin()
        .lock()
        .read_to_end(&mut bytes)
        .map_err(|cause| Error::io("cannot read standard input", cause))?;
    Ok(RawInput {
        name: "standard input".to_owned(),
        bytes,
    })
}
