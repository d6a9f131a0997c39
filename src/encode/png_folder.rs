//! Frames to a folder of PNG files, one for each picture that differs from the one before, and `index.json`, which
//! says when each is shown. It is `--format png`, and `--frames` beside a video.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::picture::{PictureFormat, encode_picture};
use super::{Sink, Timing};
use crate::error::{Error, Kind, Result};
use crate::frame::{Fps, Frame, Picture};

const INDEX: &str = "index.json";
const EXTENSION: &str = ".png";
/// Digits of a frame's number in its file's name, at least.
const DIGITS: usize = 6;

/// Writes pictures into a folder that is there.
#[derive(Debug)]
pub struct PngFolder {
    folder: PathBuf,
    fps: Fps,
    timing: Timing,
    entries: Vec<Entry>,
}

/// One picture in `index.json`.
#[derive(Debug, Serialize)]
struct Entry {
    file: String,
    /// Its place on the grid.
    frame: u64,
    video_ms: f64,
    session_ms: f64,
    /// Of video time, until the next picture.
    duration_ms: f64,
}

#[derive(Debug, Serialize)]
struct Index<'a> {
    fps: String,
    duration_ms: f64,
    frames: &'a [Entry],
}

/// Whether a file of this name is one that is written here.
pub fn is_our_file(name: &str) -> bool {
    let is_number =
        |digits: &str| digits.len() >= DIGITS && digits.bytes().all(|digit| digit.is_ascii_digit());
    name == INDEX || name.strip_suffix(EXTENSION).is_some_and(is_number)
}

impl PngFolder {
    pub fn new(folder: &Path, fps: Fps, timing: Timing) -> Self {
        Self {
            folder: folder.to_owned(),
            fps,
            timing,
            entries: Vec::new(),
        }
    }

    /// Takes the next frame. With a constant rate each place of the grid gets a file.
    pub fn add(&mut self, frame: &Frame) -> Result<()> {
        let first = frame.spec.index;
        let mut repeats = first..first + frame.lasts;
        if let Picture::New(picture) = &frame.picture {
            repeats.next();
            let name = file_name(first);
            let path = self.folder.join(&name);
            let bytes = encode_picture(picture, PictureFormat::Png)?;
            write_privately(&path, &bytes).map_err(|cause| Error::writing(&path, cause))?;
            self.entries.push(Entry {
                file: name,
                frame: first,
                video_ms: frame.spec.pts_ms,
                session_ms: frame.spec.session_ms,
                duration_ms: 0.0,
            });
        }
        if self.timing == Timing::Constant {
            repeats.try_for_each(|index| self.repeat(index))?;
        }
        Ok(())
    }

    /// The last picture under one more name.
    fn repeat(&self, index: u64) -> Result<()> {
        let Some(shown) = self.entries.last() else {
            return Ok(());
        };
        let (from, to) = (self.folder.join(&shown.file), self.folder.join(file_name(index)));
        fs::hard_link(&from, &to)
            // Not every file system has links.
            .or_else(|_| fs::copy(&from, &to).map(drop))
            .map_err(|cause| Error::writing(&to, cause))
    }

    /// Writes the index; gives the number of pictures.
    pub fn finish(mut self, grid_frames: u64) -> Result<u64> {
        let end_ms = self.fps.frame_ms(grid_frames);
        let starts: Vec<f64> = self.entries.iter().map(|entry| entry.video_ms).collect();
        let ends = starts.iter().skip(1).copied().chain([end_ms]);
        for (entry, until_ms) in self.entries.iter_mut().zip(ends) {
            entry.duration_ms = until_ms - entry.video_ms;
        }
        let index = Index {
            fps: self.fps.to_string(),
            duration_ms: end_ms,
            frames: &self.entries,
        };
        let mut json = serde_json::to_vec_pretty(&index)
            .map_err(|cause| Error::new(Kind::Internal, "writing the index of frames").caused_by(cause))?;
        json.push(b'\n');
        let path = self.folder.join(INDEX);
        write_privately(&path, &json).map_err(|cause| Error::writing(&path, cause))?;
        Ok(match self.timing {
            Timing::Variable => self.entries.len() as u64,
            Timing::Constant => grid_frames,
        })
    }
}

impl Sink for PngFolder {
    fn push(&mut self, frame: &Frame) -> Result<()> {
        self.add(frame)
    }

    fn finish(self: Box<Self>, grid_frames: u64) -> Result<u64> {
        Self::finish(*self, grid_frames)
    }
}

/// What a page showed is for its owner's eyes only, as a video is.
fn write_privately(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new();
    file.write(true).create(true).truncate(true).mode(0o600);
    file.open(path)?.write_all(bytes)
}

fn file_name(index: u64) -> String {
    format!("{index:0DIGITS$}{EXTENSION}")
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;
    use std::sync::Arc;

    use image::RgbaImage;

    use super::*;
    use crate::frame::FrameSpec;

    #[test]
    fn our_files_are_known_by_their_names() {
        for (name, ours) in [
            ("000000.png", true),
            ("1234567.png", true),
            ("index.json", true),
            ("12345.png", false),
            ("00000a.png", false),
            ("holiday.png", false),
            ("index.html", false),
        ] {
            assert_eq!(is_our_file(name), ours, "{name}");
        }
        assert!(is_our_file(&file_name(0)) && is_our_file(&file_name(99_999_999)));
    }

    #[test]
    fn pictures_and_index_are_their_owners_alone() {
        let folder = tempfile::tempdir().unwrap();
        let mut frames = PngFolder::new(folder.path(), Fps::new(10, 1), Timing::Constant);
        let spec = FrameSpec {
            index: 0,
            pts_ms: 0.0,
            session_ms: 0.0,
        };
        frames
            .add(&Frame {
                spec,
                picture: Picture::New(Arc::new(RgbaImage::new(2, 2))),
                lasts: 2,
            })
            .unwrap();
        frames.finish(2).unwrap();
        let mut files = 0;
        for entry in fs::read_dir(folder.path()).unwrap().flatten() {
            let mode = entry.metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{}", entry.path().display());
            files += 1;
        }
        assert_eq!(files, 3);
    }
}
