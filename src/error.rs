//! The closed list of failure kinds. Each kind fixes an exit code and a retry rule; every stage builds
//! its errors here, the command line prints them, batch engines act on the code.

use std::error::Error as StdError;
use std::fmt;
use std::path::{Path, PathBuf};

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Whether running the same job again can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    Never,
    Once,
    OnAnotherHost,
    WithBackoff,
}

impl Retry {
    /// A stable name for `--progress json`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::Once => "once",
            Self::OnAnotherHost => "on-another-host",
            Self::WithBackoff => "with-backoff",
        }
    }
}

/// What went wrong, as a program needs to know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The command line or its combination of options makes no sense.
    Usage,
    /// The input is not a recording, or too damaged to replay.
    InvalidRecording,
    /// The recording is larger than a limit allows.
    RecordingTooLarge,
    /// No full snapshot: there is nothing to draw.
    NoFullSnapshot,
    /// The input does not exist or is not a file.
    InputNotFound,
    /// No usable browser on this machine.
    NoBrowser,
    /// The browser cannot start here (sandbox, permissions, libraries).
    BrowserCannotStart,
    /// The FFmpeg libraries lack what the output needs.
    NoEncoder,
    /// A broken invariant: our bug.
    Internal,
    /// The output exists and may not be replaced.
    OutputExists,
    /// Reading or writing failed.
    Io,
    /// No space left where we write.
    DiskFull,
    /// The browser or one of its renderers died.
    BrowserCrashed,
    /// Something did not answer within its deadline.
    Stalled,
    /// A server that has the input cannot be reached, has a fault, or wants us to come back later.
    SourceUnavailable,
    /// A source or sink refused our credentials.
    AuthRefused,
    /// All of the video is of one colour, and the user is strict about it.
    BlankVideo,
    /// The video never changes, and the user is strict about it.
    FrozenVideo,
    /// The video is not what the recording gives.
    VideoDiffers,
    /// The output cannot be made as small as it must be.
    OutputTooLarge,
    /// Stopped by SIGINT or SIGQUIT.
    Interrupted,
    /// Stopped by SIGTERM or SIGHUP.
    Terminated,
}

impl Kind {
    /// The process exit code, after `sysexits.h`.
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Usage => 64,
            Self::InvalidRecording
            | Self::RecordingTooLarge
            | Self::NoFullSnapshot
            | Self::VideoDiffers
            | Self::OutputTooLarge => 65,
            Self::InputNotFound => 66,
            Self::NoBrowser | Self::BrowserCannotStart | Self::NoEncoder => 69,
            Self::Internal | Self::BlankVideo | Self::FrozenVideo => 70,
            Self::OutputExists => 73,
            Self::Io | Self::DiskFull => 74,
            Self::BrowserCrashed | Self::Stalled | Self::SourceUnavailable => 75,
            Self::AuthRefused => 77,
            Self::Interrupted => 130,
            Self::Terminated => 143,
        }
    }

    /// A stable name for `--progress json`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Usage => "USAGE",
            Self::InvalidRecording => "INVALID_RECORDING",
            Self::RecordingTooLarge => "RECORDING_TOO_LARGE",
            Self::NoFullSnapshot => "NO_FULL_SNAPSHOT",
            Self::InputNotFound => "INPUT_NOT_FOUND",
            Self::NoBrowser => "NO_BROWSER",
            Self::BrowserCannotStart => "BROWSER_CANNOT_START",
            Self::NoEncoder => "NO_ENCODER",
            Self::Internal => "INTERNAL",
            Self::OutputExists => "OUTPUT_EXISTS",
            Self::Io => "IO",
            Self::DiskFull => "DISK_FULL",
            Self::BrowserCrashed => "BROWSER_CRASHED",
            Self::Stalled => "STALLED",
            Self::SourceUnavailable => "SOURCE_UNAVAILABLE",
            Self::AuthRefused => "AUTH_REFUSED",
            Self::BlankVideo => "BLANK_VIDEO",
            Self::FrozenVideo => "FROZEN_VIDEO",
            Self::VideoDiffers => "VIDEO_DIFFERS",
            Self::OutputTooLarge => "OUTPUT_TOO_LARGE",
            Self::Interrupted => "INTERRUPTED",
            Self::Terminated => "TERMINATED",
        }
    }

    pub const fn retry(self) -> Retry {
        match self {
            Self::Usage
            | Self::InvalidRecording
            | Self::RecordingTooLarge
            | Self::NoFullSnapshot
            | Self::VideoDiffers
            | Self::OutputTooLarge
            | Self::InputNotFound
            | Self::OutputExists
            | Self::AuthRefused => Retry::Never,
            Self::Internal | Self::BlankVideo | Self::FrozenVideo => Retry::Once,
            Self::NoBrowser | Self::BrowserCannotStart | Self::NoEncoder | Self::Io | Self::DiskFull => {
                Retry::OnAnotherHost
            }
            Self::BrowserCrashed
            | Self::Stalled
            | Self::SourceUnavailable
            | Self::Interrupted
            | Self::Terminated => Retry::WithBackoff,
        }
    }
}

/// A failure with its kind, one plain sentence, the causes below it and an optional way out.
#[derive(Debug)]
pub struct Error {
    kind: Kind,
    message: String,
    /// The file that could not be written, which stands behind the message.
    written: Option<PathBuf>,
    hint: Option<String>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            written: None,
            hint: None,
            source: None,
        }
    }

    /// A file could not be written.
    pub fn writing(path: &Path, source: std::io::Error) -> Self {
        Self::not_written("writing", path, source)
    }

    /// Something that was to be written to a file, or beside it, could not be; `what` says that in front of the file's name.
    pub fn not_written(what: &str, path: &Path, source: std::io::Error) -> Self {
        let error = Self::io(what, source).known_as(path);
        // What is not complete yet is written into a folder that nobody knows.
        let is_known = |folder: &&Path| folder.extension().is_none_or(|extension| extension != "part");
        match path.ancestors().skip(1).find(is_known) {
            // A file without a name is written by what the kernel calls it, which is in no folder.
            Some(folder) if error.kind == Kind::DiskFull && !folder.starts_with("/proc") => {
                error.full(folder)
            }
            _ => error,
        }
    }

    /// Nothing could be made in a folder.
    pub fn creating(what: &str, folder: &Path, source: std::io::Error) -> Self {
        let error = Self::io(format!("creating {what} in {}", folder.display()), source);
        if error.kind == Kind::DiskFull {
            error.full(folder)
        } else {
            error.hint("Choose a folder that can be written to.")
        }
    }

    /// Says which folder is full, and how to have another one.
    fn full(self, folder: &Path) -> Self {
        let shown = match folder.to_string_lossy() {
            here if here.is_empty() => "the current folder".to_owned(),
            folder => folder.into_owned(),
        };
        if folder == std::env::temp_dir() {
            self.hint(format!(
                "Free some space there, in {shown}, or choose another place; TMPDIR names one for temporary files."
            ))
        } else {
            self.hint(format!(
                "Free some space there, in {shown}, or choose another place."
            ))
        }
    }

    /// A failed read or write of `what`; a full disk gets its own kind.
    pub fn io(what: impl fmt::Display, source: std::io::Error) -> Self {
        let full = matches!(
            source.kind(),
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded
        );
        let error =
            Self::new(if full { Kind::DiskFull } else { Kind::Io }, format!("{what}")).caused_by(source);
        if full {
            error.hint("Free some space there, or choose another place.")
        } else {
            error
        }
    }

    /// The file that could not be written, if it is one that could not.
    pub fn written(&self) -> Option<&Path> {
        self.written.as_deref()
    }

    /// The same, of a file that goes by this name: what is not complete yet has one that nobody knows.
    #[must_use]
    pub fn known_as(mut self, path: &Path) -> Self {
        self.written = Some(path.to_owned());
        self
    }

    /// What the user can do next, as a full sentence.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    #[must_use]
    pub fn caused_by(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Says where in the job it happened, in front of the message.
    #[must_use]
    pub fn during(mut self, place: impl fmt::Display) -> Self {
        self.message = format!("{place}: {}", self.message);
        self
    }

    pub const fn kind(&self) -> Kind {
        self.kind
    }

    pub fn hint_text(&self) -> Option<&str> {
        self.hint.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.written {
            Some(path) => write!(f, " {}", path.display()),
            None => Ok(()),
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_told_apart_from_other_io() {
        let full = Error::io("writing a.mp4", std::io::ErrorKind::StorageFull.into());
        assert_eq!((full.kind(), full.kind().exit_code()), (Kind::DiskFull, 74));
        let folder = Path::new("/data/videos");
        for full in [
            Error::writing(&folder.join("a.mp4"), std::io::ErrorKind::StorageFull.into()),
            Error::writing(
                &folder.join(".frames.x.part/1.png"),
                std::io::ErrorKind::StorageFull.into(),
            ),
            Error::creating("a file", folder, std::io::ErrorKind::QuotaExceeded.into()),
        ] {
            let hint = full.hint_text();
            assert_eq!(
                hint,
                Some("Free some space there, in /data/videos, or choose another place.")
            );
        }
        let temporary = std::env::temp_dir().join("spool");
        let full = Error::writing(&temporary, std::io::ErrorKind::StorageFull.into());
        assert!(full.hint_text().is_some_and(|hint| hint.contains("TMPDIR")));
        let denied = Error::io("writing a.mp4", std::io::ErrorKind::PermissionDenied.into());
        assert_eq!(denied.kind(), Kind::Io);
    }

    #[test]
    fn a_file_that_cannot_be_written_is_told_by_the_name_that_it_is_known_by() {
        let error = Error::writing(
            Path::new("/proc/self/fd/7"),
            std::io::ErrorKind::StorageFull.into(),
        );
        assert_eq!(error.written(), Some(Path::new("/proc/self/fd/7")));
        let error = error.during("frame 3").known_as(Path::new("a.mp4"));
        assert_eq!(error.written(), Some(Path::new("a.mp4")));
        assert_eq!(error.to_string(), "frame 3: writing a.mp4");
        assert_eq!(error.kind(), Kind::DiskFull);
    }

    #[test]
    fn exit_code_and_retry_rule_agree() {
        for (kind, retry) in [
            (Kind::Usage, Retry::Never),
            (Kind::NoEncoder, Retry::OnAnotherHost),
            (Kind::Internal, Retry::Once),
            (Kind::BlankVideo, Retry::Once),
            (Kind::Stalled, Retry::WithBackoff),
            (Kind::SourceUnavailable, Retry::WithBackoff),
            (Kind::AuthRefused, Retry::Never),
        ] {
            assert_eq!(kind.retry(), retry, "{}", kind.code());
        }
    }
}
