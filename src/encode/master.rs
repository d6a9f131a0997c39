//! The frames of a video without any loss, in a file without a name that vanishes with its last user: from it a video can
//! be encoded again with other settings. Each new picture is what changed in its rectangle, packed by LZ4; a picture that
//! lasts costs nothing. Called by `fit`.

use std::fs::File;
use std::io::{BufReader, BufWriter, IntoInnerError, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use image::RgbaImage;
use lz4_flex::block;

use crate::changed_area::ChangedArea;
use crate::error::{Error, Kind, Result};
use crate::frame::{Frame, FrameSpec, Picture, Size};

/// Takes the frames, in order; the first has a picture.
#[derive(Debug)]
pub struct MasterWriter {
    file: BufWriter<File>,
    /// What is told of where the file is, as it has no name.
    output: PathBuf,
    shown: Option<Arc<RgbaImage>>,
    grid_frames: u64,
}

/// All frames, which can be read any number of times, by one reader at a time.
#[derive(Debug)]
pub struct Master {
    file: File,
    size: Size,
    grid_frames: u64,
    bytes: u64,
}

/// The frames of a master from the first to the last.
#[derive(Debug)]
pub struct MasterFrames<'a> {
    file: BufReader<&'a File>,
    size: Size,
    left: u64,
    shown: Arc<RgbaImage>,
}

/// What precedes the packed bytes of a frame: 7 numbers of 8 bytes. A repeated picture has no area, and no bytes.
struct Header {
    spec: FrameSpec,
    lasts: u64,
    area: Option<ChangedArea>,
    packed: usize,
}

const HEADER: usize = 7 * 8;

impl MasterWriter {
    /// Begins an empty file in the folder of an output.
    pub fn create(output: &Path) -> Result<Self> {
        let folder = output.parent().unwrap_or(Path::new("."));
        let file = tempfile::tempfile_in(folder)
            .map_err(|cause| Error::creating("a file for the frames", folder, cause))?;
        Ok(Self {
            file: BufWriter::new(file),
            output: output.to_owned(),
            shown: None,
            grid_frames: 0,
        })
    }

    pub fn push(&mut self, frame: &Frame) -> Result<()> {
        let (area, packed) = match &frame.picture {
            Picture::New(picture) => {
                let change = change(self.shown.as_deref(), picture);
                self.shown = Some(Arc::clone(picture));
                change.unzip()
            }
            Picture::Repeat => (None, None),
        };
        let packed = packed.unwrap_or_default();
        let header = Header {
            spec: frame.spec,
            lasts: frame.lasts,
            area,
            packed: packed.len(),
        };
        self.grid_frames += frame.lasts;
        self.file
            .write_all(&header.to_bytes())
            .and_then(|()| self.file.write_all(&packed))
            .map_err(|cause| failed_writing(&self.output, cause))
    }

    pub fn finish(self) -> Result<Master> {
        let Self {
            file,
            output,
            shown,
            grid_frames,
        } = self;
        let size = shown.map_or(Size::new(0, 0), |shown| Size::new(shown.width(), shown.height()));
        let complete = || {
            let mut file = file.into_inner().map_err(IntoInnerError::into_error)?;
            let bytes = file.stream_position()?;
            Ok((file, bytes))
        };
        let (file, bytes) = complete().map_err(|cause| failed_writing(&output, cause))?;
        Ok(Master {
            file,
            size,
            grid_frames,
            bytes,
        })
    }
}

impl Master {
    /// The size of every picture.
    pub const fn size(&self) -> Size {
        self.size
    }

    /// Places of the frame grid.
    pub const fn grid_frames(&self) -> u64 {
        self.grid_frames
    }

    /// How large the file is.
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Reads it from its beginning.
    pub fn frames(&mut self) -> Result<MasterFrames<'_>> {
        self.file.rewind().map_err(failed_reading)?;
        Ok(MasterFrames {
            file: BufReader::new(&self.file),
            size: self.size,
            left: self.grid_frames,
            shown: Arc::new(RgbaImage::new(self.size.width, self.size.height)),
        })
    }
}

impl MasterFrames<'_> {
    fn read(&mut self) -> Result<Frame> {
        let mut header = [0; HEADER];
        self.file.read_exact(&mut header).map_err(failed_reading)?;
        let header = Header::from_bytes(header);
        self.left = self.left.saturating_sub(header.lasts);
        let picture = match header.area {
            Some(area) => self.read_picture(area, header.packed)?,
            None => Picture::Repeat,
        };
        Ok(Frame {
            spec: header.spec,
            picture,
            lasts: header.lasts,
        })
    }

    fn read_picture(&mut self, area: ChangedArea, packed: usize) -> Result<Picture> {
        let mut bytes = vec![0; packed];
        self.file.read_exact(&mut bytes).map_err(failed_reading)?;
        let change = block::decompress(&bytes, area.width as usize * area.height as usize * 4)
            .map_err(|cause| Error::new(Kind::Internal, "the kept frames are damaged").caused_by(cause))?;
        let picture: &mut [u8] = Arc::make_mut(&mut self.shown).as_mut();
        for (row, change) in area
            .rows(self.size.width)
            .zip(change.chunks_exact(area.width as usize * 4))
        {
            combine(&mut picture[row], change);
        }
        Ok(Picture::New(Arc::clone(&self.shown)))
    }
}

impl Iterator for MasterFrames<'_> {
    type Item = Result<Frame>;

    fn next(&mut self) -> Option<Self::Item> {
        (self.left > 0).then(|| self.read())
    }
}

/// The rectangle that differs, and in it the bits that do; None for the same picture.
fn change(before: Option<&RgbaImage>, picture: &RgbaImage) -> Option<(ChangedArea, Vec<u8>)> {
    let area = match before {
        Some(before) => ChangedArea::between(before, picture)?,
        None => ChangedArea::all(picture),
    };
    let mut bits = Vec::with_capacity(area.width as usize * area.height as usize * 4);
    for row in area.rows(picture.width()) {
        let start = bits.len();
        bits.extend_from_slice(&picture.as_raw()[row.clone()]);
        if let Some(before) = before {
            combine(&mut bits[start..], &before.as_raw()[row]);
        }
    }
    Some((area, block::compress(&bits)))
}

/// Exclusive or: what a change is, and how it is undone.
fn combine(bytes: &mut [u8], with: &[u8]) {
    for (byte, with) in bytes.iter_mut().zip(with) {
        *byte ^= with;
    }
}

impl Header {
    fn to_bytes(&self) -> [u8; HEADER] {
        let pair = |(high, low): (u32, u32)| u64::from(high) << 32 | u64::from(low);
        let (place, size) = self.area.map_or(((0, 0), (0, 0)), |area| {
            ((area.left, area.top), (area.width, area.height))
        });
        let numbers = [
            self.spec.index,
            self.spec.pts_ms.to_bits(),
            self.spec.session_ms.to_bits(),
            self.lasts,
            pair(place),
            pair(size),
            self.packed as u64,
        ];
        let mut bytes = [0; HEADER];
        for (place, number) in bytes.chunks_exact_mut(8).zip(numbers) {
            place.copy_from_slice(&number.to_le_bytes());
        }
        bytes
    }

    fn from_bytes(bytes: [u8; HEADER]) -> Self {
        let (numbers, _) = bytes.as_chunks::<8>();
        let number = |at: usize| u64::from_le_bytes(numbers[at]);
        let pair = |at: usize| ((number(at) >> 32) as u32, number(at) as u32);
        let ((left, top), (width, height)) = (pair(4), pair(5));
        Self {
            spec: FrameSpec {
                index: number(0),
                pts_ms: f64::from_bits(number(1)),
                session_ms: f64::from_bits(number(2)),
            },
            lasts: number(3),
            area: (width > 0).then_some(ChangedArea {
                left,
                top,
                width,
                height,
            }),
            packed: number(6) as usize,
        }
    }
}

fn failed_writing(output: &Path, cause: std::io::Error) -> Error {
    // They may be much larger than the video, which is encoded from them again if it does not fit.
    Error::not_written(
        "keeping all frames until the video fits --max-size, beside",
        output,
        cause,
    )
}

fn failed_reading(cause: std::io::Error) -> Error {
    Error::io("reading back the frames that were kept beside the output", cause)
}

#[cfg(test)]
mod tests {
    use image::Rgba;

    use super::*;

    #[test]
    fn frames_come_back_exactly_and_as_often_as_wanted() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = MasterWriter::create(&folder.path().join("a.mp4")).unwrap();
        let first = RgbaImage::from_fn(33, 20, |x, y| Rgba([x as u8 * 7, y as u8 * 9, 90, 255]));
        let mut second = first.clone();
        second.put_pixel(32, 0, Rgba([1, 2, 3, 255]));
        second.put_pixel(4, 19, Rgba([4, 5, 6, 255]));
        let pictures = [
            Picture::New(Arc::new(first.clone())),
            Picture::Repeat,
            Picture::New(Arc::new(second.clone())),
            // The same once more, although it is called new.
            Picture::New(Arc::new(second.clone())),
            Picture::New(Arc::new(first)),
        ];
        let frames: Vec<Frame> = pictures
            .into_iter()
            .zip([(0, 3), (3, 1), (4, 1_000_000), (1_000_004, 1), (1_000_005, 2)])
            .map(|(picture, (index, lasts))| Frame {
                spec: FrameSpec {
                    index,
                    pts_ms: index as f64 / 0.03,
                    session_ms: index as f64 * 2.5,
                },
                picture,
                lasts,
            })
            .collect();
        for frame in &frames {
            writer.push(frame).unwrap();
        }
        let mut master = writer.finish().unwrap();
        assert_eq!(
            (master.grid_frames(), master.size()),
            (1_000_007, Size::new(33, 20))
        );
        assert!(master.bytes() < 2 * 33 * 20 * 4);
        for _ in 0..2 {
            let mut shown = None;
            let mut expected = None;
            let read: Vec<Frame> = master.frames().unwrap().collect::<Result<_>>().unwrap();
            assert_eq!(read.len(), frames.len());
            for (read, frame) in read.into_iter().zip(&frames) {
                assert_eq!((read.spec, read.lasts), (frame.spec, frame.lasts));
                if let Picture::New(picture) = read.picture {
                    shown = Some(picture);
                }
                if let Picture::New(picture) = &frame.picture {
                    expected = Some(Arc::clone(picture));
                }
                assert!(shown == expected, "frame {}", frame.spec.index);
            }
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
