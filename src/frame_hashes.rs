//! One line for each frame of the grid: `index<TAB>pts_ms<TAB>session_ms<TAB>hash`, the hash of the picture's RGBA
//! pixels before encoding. This is how two renders are shown to be the same. Written by `pipeline`.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::frame::{FrameSpec, Picture};

/// Half of a BLAKE3 hash tells any number of frames apart.
const HASH_BYTES: usize = 16;

#[derive(Debug)]
pub struct FrameHashes {
    lines: BufWriter<File>,
    path: PathBuf,
    /// The picture that repeats refer to.
    shown: String,
}

impl FrameHashes {
    pub fn create(path: &Path) -> Result<Self> {
        let file = File::create(path).map_err(|source| Error::writing(path, source))?;
        Ok(Self {
            lines: BufWriter::new(file),
            path: path.to_path_buf(),
            shown: String::new(),
        })
    }

    pub fn add(&mut self, spec: FrameSpec, picture: &Picture) -> Result<()> {
        if let Picture::New(picture) = picture {
            let hash = blake3::hash(picture.as_raw());
            self.shown.clear();
            self.shown.push_str(&hash.to_hex()[..HASH_BYTES * 2]);
        }
        writeln!(
            self.lines,
            "{}\t{:.3}\t{:.3}\t{}",
            spec.index, spec.pts_ms, spec.session_ms, self.shown
        )
        .map_err(|source| Error::writing(&self.path, source))
    }

    pub fn finish(mut self) -> Result<()> {
        self.lines
            .flush()
            .map_err(|source| Error::writing(&self.path, source))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use image::{Rgba, RgbaImage};

    use super::*;
    use crate::frame::FrameSpec;

    #[test]
    fn repeats_carry_the_hash_of_what_is_shown() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("hashes");
        let mut hashes = FrameHashes::create(&path).unwrap();
        let picture = |level| Picture::New(Arc::new(RgbaImage::from_pixel(4, 4, Rgba([level, 0, 0, 255]))));
        for (index, picture) in [picture(1), Picture::Repeat, picture(2)].into_iter().enumerate() {
            let spec = FrameSpec {
                index: index as u64,
                pts_ms: index as f64 * 1000.0 / 30.0,
                session_ms: index as f64,
            };
            hashes.add(spec, &picture).unwrap();
        }
        hashes.finish().unwrap();
        let text = std::fs::read_to_string(path).unwrap();
        let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split('\t').collect()).collect();
        assert_eq!(lines[1][..3], ["1", "33.333", "1.000"]);
        assert_eq!(lines[0][3], lines[1][3]);
        assert_ne!(lines[1][3], lines[2][3]);
        assert_eq!(lines[2][3].len(), HASH_BYTES * 2);
    }
}
