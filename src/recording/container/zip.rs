//! A ZIP archive in memory. Whatever its headers say of sizes, only what is really decoded counts.

use std::io::{Cursor, Read};

use ::zip::read::ZipFile;
use ::zip::result::ZipError;
use ::zip::{CompressionMethod, ZipArchive};

use crate::error::{Error, Kind, Result};
use crate::recording::budget::Budget;

pub(in crate::recording) struct Zip(ZipArchive<Cursor<Vec<u8>>>);

impl std::fmt::Debug for Zip {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Zip({} entries)", self.0.len())
    }
}

impl Zip {
    pub(super) fn open(bytes: Vec<u8>) -> Result<Self> {
        ZipArchive::new(Cursor::new(bytes)).map(Self).map_err(|cause| {
            Error::new(Kind::InvalidRecording, "the ZIP archive is damaged or cut off")
                .caused_by(cause)
                .hint("Download or export it again, and wait until it has loaded to the end.")
        })
    }

    /// The entries' names, in the order of the archive's directory.
    pub(in crate::recording) fn names(&self) -> Vec<String> {
        let text = |name: &[u8]| String::from_utf8_lossy(name).into_owned();
        self.0.file_names_raw().map(text).collect()
    }

    /// Decodes one entry, counted from 0.
    pub(in crate::recording) fn read(&mut self, index: usize, budget: &mut Budget) -> Result<Vec<u8>> {
        let entry = self.entry(index)?;
        budget.read(entry, "ZIP entry")
    }

    /// Decodes `length` bytes of an entry from `start` on, or nothing where it is shorter or damaged.
    pub(in crate::recording) fn read_range(
        &mut self,
        index: usize,
        start: u64,
        length: u64,
        budget: &mut Budget,
    ) -> Result<Option<Vec<u8>>> {
        let Ok(mut entry) = self.entry(index) else {
            return Ok(None);
        };
        if !budget.skip(&mut entry, start)? {
            return Ok(None);
        }
        match budget.read(entry.take(length), "ZIP entry") {
            Ok(bytes) => Ok((bytes.len() as u64 == length).then_some(bytes)),
            Err(error) if error.kind() == Kind::RecordingTooLarge => Err(error),
            Err(_) => Ok(None),
        }
    }

    fn entry(&mut self, index: usize) -> Result<ZipFile<'_, Cursor<Vec<u8>>>> {
        let unreadable = |what, hint: &str| Error::new(Kind::InvalidRecording, what).hint(hint);
        let entry = self.0.by_index(index).map_err(|cause| match cause {
            ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => unreadable(
                "the ZIP entry is encrypted",
                "Unpack it first, with its password.",
            ),
            _ => unreadable("the ZIP entry is damaged", "Download or export it again.").caused_by(cause),
        })?;
        match entry.compression() {
            CompressionMethod::Stored | CompressionMethod::Deflated => Ok(entry),
            _ => Err(unreadable(
                "the ZIP entry is compressed by another method than deflate, which this version cannot read",
                "Unpack it first.",
            )),
        }
    }
}
