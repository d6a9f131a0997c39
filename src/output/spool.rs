//! A file that is complete before its first byte goes to a stream.

use std::fs::File;
use std::io::Seek;
use std::path::Path;

use tempfile::{Builder, NamedTempFile};

use super::part::create_file;
use crate::error::{Error, Kind, Result};

/// A file on its way to a stream: it is written in the temporary folder, since a video's index can only be put in
/// front once everything is there, and read back when it is complete.
#[derive(Debug)]
pub struct Spool {
    file: NamedTempFile,
}

impl Spool {
    pub fn begin() -> Result<Self> {
        let folder = std::env::temp_dir();
        let file = create_file(&Builder::new(), &folder).map_err(|error| {
            Error::creating("a file", &folder, error)
                .hint("Set TMPDIR to a folder that has space and can be written to.")
        })?;
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

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Read;

    use super::*;

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
