//! One file that is never larger than a limit: encoded as it was asked for while the frames come, and kept without loss
//! beside it; if it gets too large, encoded again from what was kept with settings that fit. `pipeline` pushes the frames.

mod choice;
mod frames;
mod ladder;

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use self::choice::{Next, Tried, next};
use self::frames::Thinner;
use self::ladder::{Ladder, Rung, thinned};
use crate::byte_count;
use crate::encode::{
    Annotations, EncodeSummary, Encoder, EncoderSettings, Master, MasterWriter, Quality, Scaler, output_size,
};
use crate::error::{Error, Kind, Result};
use crate::frame::{Fps, Frame, Picture, Size};

/// What is to be made.
#[derive(Debug, Clone)]
pub struct Target {
    /// Where the file is written.
    pub path: PathBuf,
    /// What is asked for.
    pub settings: EncoderSettings,
    pub annotations: Annotations,
    /// None: as large as it gets.
    pub max_bytes: Option<u64>,
}

/// Takes the frames of one file.
#[derive(Debug)]
pub struct FittingEncoder {
    target: Target,
    encoder: Encoder,
    master: Option<MasterWriter>,
}

/// How a file was made to fit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fit {
    pub max_bytes: u64,
    /// How often all frames were encoded; once where the file fitted at once.
    pub encodings: usize,
    pub asked: Setting,
    pub chosen: Setting,
    /// How large the frames were that were kept.
    pub kept_bytes: u64,
    /// Seconds that the encodings after the first took.
    pub extra_s: f64,
}

/// What may be changed to make a file smaller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    pub quality: Quality,
    pub fps: Fps,
    pub size: Size,
}

/// What is told before each encoding after the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EncodesAgain {
    /// What the last one came to.
    pub bytes: u64,
    pub setting: Setting,
}

impl FittingEncoder {
    /// Creates the file, replacing what is there. Frames are kept in a file without a name in the same folder.
    pub fn create(target: Target) -> Result<Self> {
        let master = target.max_bytes.map(|_| MasterWriter::create(&target.path));
        Ok(Self {
            encoder: Encoder::create(&target.path, target.settings, &target.annotations)?,
            master: master.transpose()?,
            target,
        })
    }

    /// Takes the next frame, for as many places of the grid as it lasts.
    pub fn push(&mut self, frame: &Frame) -> Result<()> {
        if let Some(master) = &mut self.master {
            master.push(frame)?;
        }
        self.encoder.push(frame)
    }

    /// Completes the file, and sees to it that it fits.
    ///
    /// # Errors
    /// `OutputTooLarge` if nothing that is still of use fits; the file is then of no use.
    pub fn finish(self, tell: &dyn Fn(EncodesAgain)) -> Result<(EncodeSummary, Option<Fit>)> {
        let summary = self.encoder.finish()?;
        let (Some(max_bytes), Some(master)) = (self.target.max_bytes, self.master) else {
            return Ok((summary, None));
        };
        let first = Encoded {
            rung: Rung::ASKED,
            summary,
            bytes: output_size(&self.target.path)?,
        };
        let (summary, fit) = fit(&mut master.finish()?, &self.target, max_bytes, first, tell)?;
        Ok((summary, Some(fit)))
    }
}

/// A complete file, made from all frames.
#[derive(Debug, Clone, Copy)]
struct Encoded {
    rung: Rung,
    summary: EncodeSummary,
    bytes: u64,
}

impl Encoded {
    const fn tried(self) -> Tried {
        Tried {
            rung: self.rung,
            bytes: self.bytes,
        }
    }
}

/// Encodes the frames of a master until the target's file fits. `first` is what is there.
fn fit(
    master: &mut Master,
    target: &Target,
    max_bytes: u64,
    first: Encoded,
    tell: &dyn Fn(EncodesAgain),
) -> Result<(EncodeSummary, Fit)> {
    let begun = Instant::now();
    let (ladder, qualities) = Ladder::below(&target.settings);
    let setting = |rung: Rung| {
        let rendition = &ladder.renditions[rung.rendition];
        Setting {
            quality: qualities[rung.quality],
            fps: thinned(target.settings.fps, rendition.every),
            size: rendition.size,
        }
    };
    let mut tried = vec![first.tried()];
    // The best that fits; the first one is in its place already.
    let mut best: Option<(Encoded, Option<Draft>)> = (first.bytes <= max_bytes).then_some((first, None));
    let mut bytes = first.bytes;
    let chosen = loop {
        let rung = match next(&ladder, max_bytes, &tried) {
            Next::Try(rung) => rung,
            Next::Take(rung) => break rung,
            Next::Impossible { smallest } => {
                return Err(too_large(max_bytes, smallest, setting(ladder.lowest())));
            }
        };
        let setting = setting(rung);
        tell(EncodesAgain { bytes, setting });
        let draft = Draft::create(&target.path)?;
        let every = ladder.renditions[rung.rendition].every;
        let summary = encode(master, &draft.path(), target, setting, every)
            .map_err(|error| draft.told_as(&target.path, error))?;
        bytes = output_size(&draft.path())?;
        let encoded = Encoded { rung, summary, bytes };
        tried.push(encoded.tried());
        let is_best = best.as_ref().is_none_or(|(best, _)| rung < best.rung);
        if bytes <= max_bytes && is_best {
            best = Some((encoded, Some(draft)));
        }
    };
    let taken = best.filter(|(best, _)| best.rung == chosen);
    let (encoded, draft) =
        taken.ok_or_else(|| Error::new(Kind::Internal, "a file was chosen that does not fit"))?;
    if let Some(draft) = draft {
        draft.write_to(&target.path)?;
    }
    let fit = Fit {
        max_bytes,
        encodings: tried.len(),
        asked: setting(Rung::ASKED),
        chosen: setting(chosen),
        kept_bytes: master.bytes(),
        extra_s: begun.elapsed().as_secs_f64(),
    };
    Ok((encoded.summary, fit))
}

/// Encodes all frames of a master. Pictures change only at the places of the grid that are multiples of `every`.
fn encode(
    master: &mut Master,
    path: &Path,
    target: &Target,
    setting: Setting,
    every: u64,
) -> Result<EncodeSummary> {
    let settings = EncoderSettings {
        quality: setting.quality,
        size: setting.size,
        // The frame grid stays as it is, however seldom pictures change.
        ..target.settings
    };
    let mut encoder = Encoder::create(path, settings, &target.annotations)?;
    let mut thinner = Thinner::new(every, master.grid_frames());
    let is_smaller = settings.size != master.size();
    let mut resizing = is_smaller
        .then(|| Scaler::new(master.size(), settings.size))
        .transpose()?;
    for frame in master.frames()? {
        for mut frame in thinner.thin(frame?) {
            if let (Some(scaler), Picture::New(picture)) = (&mut resizing, &frame.picture) {
                frame.picture = Picture::New(Arc::new(scaler.scale(picture)?));
            }
            encoder.push(&frame)?;
        }
    }
    encoder.finish()
}

/// A file without a name, so that it is gone whatever happens.
#[derive(Debug)]
struct Draft {
    file: File,
}

impl Draft {
    /// In the folder of the output.
    fn create(output: &Path) -> Result<Self> {
        let folder = output.parent().unwrap_or(Path::new("."));
        let file = tempfile::tempfile_in(folder).map_err(|cause| Error::creating("a file", folder, cause))?;
        Ok(Self { file })
    }

    /// The kernel's name for it, which can be opened as any other.
    fn path(&self) -> PathBuf {
        format!("/proc/self/fd/{}", self.file.as_raw_fd()).into()
    }

    /// An error about it as one about the output, whose name is known.
    fn told_as(&self, output: &Path, error: Error) -> Error {
        if error.written() == Some(&self.path()) {
            error.known_as(output)
        } else {
            error
        }
    }

    /// Puts its contents in the place of another file's.
    fn write_to(self, path: &Path) -> Result<()> {
        let copy = || {
            let mut to = File::create(path)?;
            io::copy(&mut File::open(self.path())?, &mut to)
        };
        copy().map(drop).map_err(|cause| Error::writing(path, cause))
    }
}

fn too_large(max_bytes: u64, smallest: u64, setting: Setting) -> Error {
    let Setting { fps, size, .. } = setting;
    let words = [max_bytes, smallest].map(byte_count::in_words);
    let [most, has] = if words[0] == words[1] {
        [max_bytes, smallest].map(|bytes| format!("{bytes} B"))
    } else {
        words
    };
    Error::new(
        Kind::OutputTooLarge,
        format!(
            "the output cannot be made to fit into {most}: at {size} and {fps} frames a second it still has {has}"
        ),
    )
    .hint("Allow more with --max-size, or show less with --start and --end, --idle or --speed.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_sizes_are_told_so_that_they_differ() {
        let setting = Setting {
            quality: Quality::Low,
            fps: Fps::new(10, 1),
            size: Size::new(320, 180),
        };
        for (max_bytes, smallest, most, has) in [
            (2000, 24_512, "into 2.0 kB", "still has 24.5 kB"),
            (10_000_000, 10_000_001, "into 10000000 B", "still has 10000001 B"),
        ] {
            let told = too_large(max_bytes, smallest, setting).to_string();
            assert!(told.contains(most) && told.ends_with(has), "{told}");
        }
    }

    #[test]
    fn a_draft_is_told_by_the_name_of_the_output() {
        let folder = tempfile::tempdir().unwrap();
        let output = folder.path().join("a.mp4");
        let draft = Draft::create(&output).unwrap();
        let full = || io::ErrorKind::StorageFull.into();
        let told = draft.told_as(&output, Error::writing(&draft.path(), full()));
        assert_eq!((told.written(), told.kind()), (Some(&*output), Kind::DiskFull));
        let other = Path::new("/proc/self/fd/0");
        let told = draft.told_as(&output, Error::writing(other, full()));
        assert_eq!(told.written(), Some(other));
    }
}
