//! Reads a recording from standard input, to its end; called by `source::read`.

use super::{RawInput, read_bounded};
use crate::error::{Error, Result};

const NAME: &str = "standard input";

pub(super) fn read(max_bytes: u64) -> Result<RawInput> {
    let failed = |cause| Error::io("cannot read standard input", cause);
    let bytes = read_bounded(std::io::stdin().lock(), 0, max_bytes, NAME, failed)?;
    Ok(RawInput {
        name: NAME.to_owned(),
        bytes,
    })
}
