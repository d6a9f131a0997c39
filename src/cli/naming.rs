//! What the files of a render are called: as they are written, but where it makes several videos, `{n}` in a name is the
//! number of the clip. Settings resolve it before the recording is known.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use super::args::RenderArgs;
use crate::error::{Error, Kind, Result};

/// What stands for the number of a clip, which counts from 1.
pub(super) const NUMBER: &str = "{n}";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Naming {
    /// There is one video, of all that is to be shown.
    Whole,
    /// There is one clip: the first, if the recording gives several.
    One,
    /// There is any number of clips, but at least this many.
    Numbered(usize),
}

impl Naming {
    /// Several clips need names that tell them apart. What only the recording can tell, how often something happens, asks
    /// for all clips if the output's name has a number or is ours to choose.
    pub(super) fn resolve(args: &RenderArgs) -> Result<Self> {
        let (ranges, looks_around) = (args.content.time.clip.len(), !args.content.time.around.is_empty());
        let is_one_file = args.output.as_deref().is_some_and(|output| !has_number(output));
        let naming = match (ranges, looks_around) {
            (0, false) => return Ok(Self::Whole),
            (1, false) if is_one_file || args.output.is_none() => Self::One,
            (0, true) if is_one_file => Self::One,
            _ => Self::Numbered(ranges + usize::from(looks_around)),
        };
        if matches!(naming, Self::Numbered(_)) {
            let video = args.output.iter().map(|name| ("--output", name.as_path()));
            video
                .chain(names_beside(args))
                .try_for_each(|(option, name)| check_number(option, name))?;
        }
        Ok(naming)
    }

    /// How many videos there are at least.
    pub(super) const fn least(self) -> usize {
        match self {
            Self::Whole | Self::One => 1,
            Self::Numbered(least) => least,
        }
    }

    /// The name of the file that this name means for a clip.
    pub(super) fn file(self, name: &Path, number: usize) -> PathBuf {
        if self == Self::Whole {
            return name.to_owned();
        }
        let (mut rest, mut file) = (name.as_os_str().as_bytes(), Vec::new());
        while let Some(at) = place_of_number(rest) {
            file.extend_from_slice(&rest[..at]);
            file.extend_from_slice(number.to_string().as_bytes());
            rest = &rest[at + NUMBER.len()..];
        }
        file.extend_from_slice(rest);
        OsString::from_vec(file).into()
    }
}

/// The names of all files that there are beside each video, with the options that they are given with.
pub(super) fn names_beside(args: &RenderArgs) -> impl Iterator<Item = (&'static str, &Path)> {
    let beside = &args.beside;
    [
        ("--report", &args.report),
        ("--frame-hashes", &args.frame_hashes),
        ("--subtitles", &beside.subtitles),
        ("--poster", &beside.poster),
        ("--contact-sheet", &beside.contact_sheet),
        ("--frames", &beside.frames),
    ]
    .into_iter()
    .filter_map(|(option, name)| Some((option, name.as_deref()?)))
}

fn check_number(option: &str, name: &Path) -> Result<()> {
    if name.as_os_str() == "-" {
        return Err(
            Error::new(Kind::Usage, "several clips cannot be written to standard output").hint(format!(
                "Name their files with --output, for example clip-{NUMBER}.mp4."
            )),
        );
    }
    if has_number(name) {
        return Ok(());
    }
    let mut example = name.file_stem().unwrap_or_default().to_owned();
    example.push("-");
    example.push(NUMBER);
    if let Some(extension) = name.extension() {
        example.push(".");
        example.push(extension);
    }
    let example = name.with_file_name(example);
    let message = format!(
        "{option} {} names one file, but there may be several clips",
        name.display()
    );
    Err(Error::new(Kind::Usage, message).hint(format!(
        "Put {NUMBER}, which becomes the number of the clip, into the name: {option} {}.",
        example.display()
    )))
}

fn has_number(name: &Path) -> bool {
    place_of_number(OsStr::as_bytes(name.as_os_str())).is_some()
}

fn place_of_number(name: &[u8]) -> Option<usize> {
    name.windows(NUMBER.len())
        .position(|part| part == NUMBER.as_bytes())
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::args::{Cli, Command};

    fn naming(options: &str) -> Result<Naming> {
        let command = ["replaycast", "render", "a.json"]
            .into_iter()
            .chain(options.split_whitespace());
        let Command::Render(args) = Cli::try_parse_from(command).unwrap().command else {
            panic!("render was asked for");
        };
        Naming::resolve(&args)
    }

    #[test]
    fn names_tell_how_many_clips_there_may_be() {
        for (options, expected) in [
            ("", Naming::Whole),
            ("-o a-{n}.mp4", Naming::Whole),
            ("--clip 1+2", Naming::One),
            ("--clip 1+2 -o a.mp4 --report r", Naming::One),
            ("--clip 1+2 -o a{n}.mp4", Naming::Numbered(1)),
            ("--clip 1+2 --clip 3+4", Naming::Numbered(2)),
            ("--clip 1+2 --around error", Naming::Numbered(2)),
            ("--around error", Naming::Numbered(1)),
            ("--around error --around 5 -o a.mp4 --poster p.png", Naming::One),
            (
                "--around error -o {n}/a.mp4 --poster {n}.png",
                Naming::Numbered(1),
            ),
        ] {
            assert_eq!(naming(options).unwrap(), expected, "{options}");
        }
        for (options, hint) in [
            ("--clip 1+2 --clip 3+4 -o x/a.mp4", "--output x/a-{n}.mp4."),
            ("--clip 1+2 --clip 3+4 -o -", "for example clip-{n}.mp4."),
            ("--clip 1+2 --clip 3+4 --report r.json", "--report r-{n}.json."),
            ("--around error -o a{n}.mp4 --frames f", "--frames f-{n}."),
        ] {
            let error = naming(options).unwrap_err();
            assert_eq!(error.kind(), Kind::Usage);
            assert!(error.hint_text().unwrap().ends_with(hint), "{options}: {error:?}");
        }
    }

    #[test]
    fn numbers_take_the_place_of_their_sign() {
        for (naming, name, file) in [
            (Naming::Whole, "a{n}.mp4", "a{n}.mp4"),
            (Naming::One, "a{n}.mp4", "a12.mp4"),
            (Naming::Numbered(1), "{n}/ü-{n}.mp4", "12/ü-12.mp4"),
            (Naming::Numbered(1), "a.mp4", "a.mp4"),
        ] {
            assert_eq!(naming.file(Path::new(name), 12), Path::new(file));
        }
    }
}
