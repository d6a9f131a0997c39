//! What is written beside the video: the poster, the contact sheet and the folder of frames, fed by the frames of the video;
//! and subtitles as a file. The command line says what is wanted.

mod contact_sheet;
mod highlights;
mod poster;
mod subtitles;

pub use self::contact_sheet::{ContactSheet, SheetMoment};
pub use self::highlights::Highlights;
pub use self::poster::Poster;
pub use self::subtitles::SubtitleFormat;

use crate::encode::PngFolder;
use crate::error::Result;
use crate::frame::Frame;

/// The pictures that are wanted beside one video. Each is written to a staged place, from where the caller moves it.
#[derive(Debug, Default)]
pub struct Beside {
    pub poster: Option<Poster>,
    pub contact_sheet: Option<ContactSheet>,
    pub frames: Option<PngFolder>,
}

impl Beside {
    /// Takes the next frame, as the encoder does.
    pub fn push(&mut self, frame: &Frame) -> Result<()> {
        if let Some(poster) = &mut self.poster {
            poster.push(frame)?;
        }
        if let Some(sheet) = &mut self.contact_sheet {
            sheet.push(frame);
        }
        if let Some(frames) = &mut self.frames {
            frames.add(frame)?;
        }
        Ok(())
    }

    /// Completes everything, when all frames of the grid are there.
    pub fn finish(self, grid_frames: u64) -> Result<()> {
        if let Some(sheet) = self.contact_sheet {
            sheet.finish()?;
        }
        if let Some(frames) = self.frames {
            frames.finish(grid_frames)?;
        }
        Ok(())
    }
}
