//! The memory of a display: a file in the XWD format that Xvfb keeps mapped, in which every pixel is as it is on the
//! screen. `display` opens it, `capture` waits for the fence in it and takes pictures.

use std::fs::File;
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

/// So much is read at once: it stays near until it has been turned to RGBA.
const BLOCK_BYTES: usize = 64 << 10;

/// The first looks follow each other closely, as a small change is there at once; later ones cost less.
const SHORT_PAUSE: Duration = Duration::from_micros(50);
const LONG_PAUSE: Duration = Duration::from_micros(500);
const SOON: Duration = Duration::from_millis(10);

/// A wait goes on in slices, between which it can be given up.
const SLICE: Duration = Duration::from_millis(200);

#[derive(Debug)]
pub struct Framebuffer {
    file: File,
    /// Where the pixels begin.
    start: u64,
    line_bytes: u32,
    screen: Size,
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

    /// Waits until the pixel at `x`, `y` has the colour `0xRRGGBB`. Keeps its thread busy, but for moments in which the wait
    /// can be given up. False when `deadline` is over.
    pub async fn wait_for_pixel(&self, place: (u32, u32), color: u32, deadline: Duration) -> Result<bool> {
        let begun = Instant::now();
        while !self.look_for_pixel(place, color, SLICE.min(deadline))? {
            if begun.elapsed() > deadline {
                return Ok(false);
            }
            tokio::task::yield_now().await;
        }
        Ok(true)
    }

    /// The same, all at once.
    fn look_for_pixel(&self, (x, y): (u32, u32), color: u32, deadline: Duration) -> Result<bool> {
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

    /// Fills a picture with what the screen shows in its upper left part.
    pub fn read(&self, picture: &mut RgbaImage) -> Result<()> {
        let (width, height) = picture.dimensions();
        if width > self.screen.width || height > self.screen.height {
            let message = format!(
                "a picture of {width}x{height} does not fit a screen of {}",
                self.screen
            );
            return Err(Error::new(Kind::Internal, message));
        }
        let line_bytes = self.line_bytes as usize;
        let mut block = vec![0; (BLOCK_BYTES / line_bytes).max(1) * line_bytes];
        let mut place = self.start;
        let (pixels, _) = picture.as_chunks_mut::<4>();
        let mut rows = pixels.chunks_exact_mut(width as usize);
        while rows.len() > 0 {
            let lines = (block.len() / line_bytes).min(rows.len());
            let block = &mut block[..lines * line_bytes];
            self.file.read_exact_at(block, place).map_err(lost)?;
            place += block.len() as u64;
            for (line, row) in block.chunks_exact(line_bytes).zip(&mut rows) {
                for (bgrx, pixel) in line.as_chunks().0.iter().zip(row) {
                    *pixel = rgba(*bgrx);
                }
            }
        }
        Ok(())
    }
}

/// A pixel of the screen: blue, green, red and an unused byte.
const fn rgba(bgrx: [u8; 4]) -> [u8; 4] {
    // By whole numbers it is three times as fast as byte by byte.
    let xrgb = u32::from_le_bytes(bgrx);
    let xbgr = (xrgb & 0xff00) | (xrgb >> 16 & 0xff) | (xrgb & 0xff) << 16;
    (xbgr | 0xff00_0000).to_le_bytes()
}

fn lost(source: std::io::Error) -> Error {
    Error::io("reading the display's memory", source)
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
        let mut picture = RgbaImage::new(2, 2);
        screen.read(&mut picture).unwrap();
        assert_eq!(picture.get_pixel(0, 0).0, [3, 2, 1, 255]);
        assert_eq!(picture.get_pixel(1, 1).0, [0x10, 0x20, 0x30, 255]);
        let mut corner = RgbaImage::new(1, 1);
        screen.read(&mut corner).unwrap();
        assert_eq!(corner.get_pixel(0, 0), picture.get_pixel(0, 0));
        let error = screen.read(&mut RgbaImage::new(3, 1)).unwrap_err();
        assert!(
            error.to_string().contains("3x1 does not fit a screen of 2x2"),
            "{error}"
        );
    }

    #[tokio::test]
    async fn a_pixel_that_does_not_come_meets_the_deadline() {
        let (_folder, screen) = screen();
        let deadline = Duration::from_millis(20);
        assert!(screen.wait_for_pixel((1, 1), 0x10_2030, deadline).await.unwrap());
        assert!(!screen.wait_for_pixel((0, 0), 0x10_2030, deadline).await.unwrap());
    }

    #[tokio::test]
    async fn a_wait_for_a_pixel_can_be_given_up() {
        let (_folder, screen) = screen();
        let wait = screen.wait_for_pixel((0, 0), 0x10_2030, Duration::from_secs(600));
        let given_up = tokio::time::timeout(Duration::from_millis(20), wait).await;
        assert!(given_up.is_err());
    }
}
