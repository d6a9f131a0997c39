//! The memory of a display: a file in the XWD format that Xvfb keeps mapped, in which every pixel is as it is on the
//! screen. `display` opens it, `capture` waits for the fence in it and takes pictures.

use std::fs::File;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::{Duration, Instant};

use image::RgbaImage;

use crate::error::{Error, Kind, Result};
use crate::frame::Size;

/// The header's fields are 32 bit numbers, the highest byte first (`X11/XWDFile.h`).
const HEADER_BYTES: usize = 100;
const HEADER_SIZE: usize = 0;
const DEPTH: usize = 3;
const WIDTH: usize = 4;
const HEIGHT: usize = 5;
const BITS_PER_PIXEL: usize = 11;
const BYTES_PER_LINE: usize = 12;
const COLORS: usize = 19;
/// An entry of the colour table, which stands between header and pixels.
const COLOR_BYTES: u64 = 12;

const PIXEL_BYTES: u32 = 4;

/// The first looks follow each other closely, as a small change is there at once; later ones cost less.
const SHORT_PAUSE: Duration = Duration::from_micros(50);
const LONG_PAUSE: Duration = Duration::from_micros(500);
const SOON: Duration = Duration::from_millis(10);

#[derive(Debug)]
pub struct Framebuffer {
    file: File,
    /// Where the pixels begin.
    start: u64,
    line_bytes: u32,
    screen: Size,
}

/// Rows of pixels as they are on the screen: blue, green, red and an unused byte.
#[derive(Debug)]
pub struct RawPicture {
    bytes: Vec<u8>,
    line_bytes: u32,
    size: Size,
}

impl Framebuffer {
    pub(super) fn open(path: &Path) -> Result<Self> {
        let failed = |source| Error::io("opening the display's memory", source);
        let file = File::open(path).map_err(failed)?;
        let mut header = [0; HEADER_BYTES];
        file.read_exact_at(&mut header, 0).map_err(failed)?;
        let field = |index: usize| {
            let bytes = &header[index * 4..index * 4 + 4];
            bytes
                .iter()
                .fold(0, |value: u32, byte| value << 8 | u32::from(*byte))
        };
        if (field(DEPTH), field(BITS_PER_PIXEL)) != (24, PIXEL_BYTES * 8) {
            return Err(Error::new(
                Kind::BrowserCannotStart,
                "the display's memory has a form that we do not know",
            ));
        }
        Ok(Self {
            file,
            start: u64::from(field(HEADER_SIZE)) + u64::from(field(COLORS)) * COLOR_BYTES,
            line_bytes: field(BYTES_PER_LINE),
            screen: Size::new(field(WIDTH), field(HEIGHT)),
        })
    }

    /// Waits until the pixel at `x`, `y` has the colour `0xRRGGBB`; blocks meanwhile. False when `deadline` is over.
    pub fn wait_for_pixel(&self, (x, y): (u32, u32), color: u32, deadline: Duration) -> Result<bool> {
        let begun = Instant::now();
        let place = self.start + u64::from(y) * u64::from(self.line_bytes) + u64::from(x * PIXEL_BYTES);
        let mut pixel = [0; PIXEL_BYTES as usize];
        loop {
            self.file.read_exact_at(&mut pixel, place).map_err(lost)?;
            if u32::from_le_bytes(pixel) & 0xff_ffff == color {
                return Ok(true);
            }
            let waited = begun.elapsed();
            if waited > deadline {
                return Ok(false);
            }
            std::thread::sleep(if waited < SOON { SHORT_PAUSE } else { LONG_PAUSE });
        }
    }

    /// A black picture of this size, for [`Self::read`].
    pub fn black(&self, size: Size) -> Result<RawPicture> {
        if size.width > self.screen.width || size.height > self.screen.height {
            let message = format!("a picture of {size} does not fit a screen of {}", self.screen);
            return Err(Error::new(Kind::Internal, message));
        }
        Ok(RawPicture {
            bytes: vec![0; size.height as usize * self.line_bytes as usize],
            line_bytes: self.line_bytes,
            size,
        })
    }

    /// What the screen shows in its upper left part.
    pub fn read(&self, picture: &mut RawPicture) -> Result<()> {
        self.file
            .read_exact_at(&mut picture.bytes, self.start)
            .map_err(lost)
    }
}

fn lost(source: std::io::Error) -> Error {
    Error::io("reading the display's memory", source)
}

impl RawPicture {
    pub const fn size(&self) -> Size {
        self.size
    }

    /// Each row from its left to its right end.
    fn rows(&self) -> impl Iterator<Item = &[[u8; 4]]> {
        let width = self.size.width as usize;
        let lines = self.bytes.chunks_exact(self.line_bytes as usize);
        lines.map(move |line| &line.as_chunks().0[..width])
    }

    /// From the first to the last column in which it differs from `before`, which has the same size; None if it is equal.
    pub fn changed_columns(&self, before: &Self) -> Option<Range<u32>> {
        let mut changed: Option<Range<usize>> = None;
        for (row, before) in self.rows().zip(before.rows()) {
            if row == before {
                continue;
            }
            let differs = |x: &usize| row[*x] != before[*x];
            let Range { start, end } = changed.unwrap_or(row.len()..0);
            let first = (0..start).find(differs).unwrap_or(start);
            let last = (end..row.len()).rfind(differs).map_or(end, |last| last + 1);
            changed = Some(first..last);
        }
        changed.map(|Range { start, end }| start as u32..end as u32)
    }

    pub fn to_rgba(&self) -> RgbaImage {
        let mut picture = RgbaImage::new(self.size.width, self.size.height);
        self.write_rgba(&mut picture);
        picture
    }

    /// Fills a picture of the same size.
    pub fn write_rgba(&self, picture: &mut RgbaImage) {
        let (pixels, _) = picture.as_chunks_mut::<4>();
        let rows = pixels.chunks_exact_mut(self.size.width as usize);
        for (row, raw) in rows.zip(self.rows()) {
            for (pixel, bgrx) in row.iter_mut().zip(raw) {
                // By whole numbers it is three times as fast as byte by byte.
                let xrgb = u32::from_le_bytes(*bgrx);
                let xbgr = (xrgb & 0xff00) | (xrgb >> 16 & 0xff) | (xrgb & 0xff) << 16;
                *pixel = (xbgr | 0xff00_0000).to_le_bytes();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A screen of 2x2 pixels in lines of 12 bytes, after one colour of a table.
    fn screen() -> (tempfile::TempDir, Framebuffer) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("screen");
        let mut fields = [0_u32; HEADER_BYTES / 4];
        for (field, value) in [
            (HEADER_SIZE, 100),
            (DEPTH, 24),
            (WIDTH, 2),
            (HEIGHT, 2),
            (BITS_PER_PIXEL, 32),
            (BYTES_PER_LINE, 12),
            (COLORS, 1),
        ] {
            fields[field] = value;
        }
        let mut bytes: Vec<u8> = fields.iter().flat_map(|field| field.to_be_bytes()).collect();
        bytes.extend([0; 12]);
        bytes.extend([1, 2, 3, 0, 4, 5, 6, 0, 9, 9, 9, 9]);
        bytes.extend([7, 8, 9, 0, 0x30, 0x20, 0x10, 0, 9, 9, 9, 9]);
        std::fs::write(&path, bytes).unwrap();
        let framebuffer = Framebuffer::open(&path).unwrap();
        (folder, framebuffer)
    }

    #[test]
    fn pixels_are_found_and_turned_to_rgba() {
        let (_folder, screen) = screen();
        let mut picture = screen.black(Size::new(2, 2)).unwrap();
        screen.read(&mut picture).unwrap();
        let rgba = picture.to_rgba();
        assert_eq!(rgba.get_pixel(0, 0).0, [3, 2, 1, 255]);
        assert_eq!(rgba.get_pixel(1, 1).0, [0x10, 0x20, 0x30, 255]);
        let corner = screen.black(Size::new(1, 1)).unwrap();
        assert_eq!(corner.to_rgba().dimensions(), (1, 1));
        assert!(screen.black(Size::new(3, 1)).is_err());
    }

    #[test]
    fn the_changed_columns_are_those_of_all_rows_and_no_others() {
        let of = |changes: &[(usize, usize)]| {
            let mut bytes = vec![0; 4 * 24];
            for (x, y) in changes {
                bytes[y * 24 + x * 4] = 1;
            }
            RawPicture {
                bytes,
                line_bytes: 24,
                size: Size::new(5, 4),
            }
        };
        let before = of(&[(1, 0)]);
        for (changes, columns) in [
            (&[(1, 0)][..], None),
            (&[(1, 0), (3, 2)], Some(3..4)),
            (&[(1, 0), (3, 0), (2, 1), (4, 3)], Some(2..5)),
            (&[(0, 1)], Some(0..2)),
            // What is beside the picture does not count.
            (&[(1, 0), (5, 1)], None),
        ] {
            assert_eq!(of(changes).changed_columns(&before), columns, "{changes:?}");
        }
    }

    #[test]
    fn a_pixel_that_does_not_come_meets_the_deadline() {
        let (_folder, screen) = screen();
        let deadline = Duration::from_millis(20);
        assert!(screen.wait_for_pixel((1, 1), 0x10_2030, deadline).unwrap());
        assert!(!screen.wait_for_pixel((0, 0), 0x10_2030, deadline).unwrap());
    }
}
