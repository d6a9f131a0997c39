//! The browser's process: started confined, with two pipes for the DevTools protocol, and with a display of its own
//! if it is to draw on one. However its owner ends, all of it dies and its folder goes. Used by `browser`.

use std::io::{PipeReader, PipeWriter};
use std::path::Path;
use std::process::{Command, ExitStatus};

use command_fds::{CommandFdExt, FdMapping};

use super::child::ConfinedChild;
use super::confinement::{Confinement, NetworkIsolation};
use super::display::{Display, find_display_server};
use super::framebuffer::Framebuffer;
use super::run_folder::RunFolder;
use super::{BrowserOptions, FrameControl, flags};
use crate::error::{Error, Kind, Result};
use crate::frame::Canvas;

/// Where Chrome reads and writes the protocol under `--remote-debugging-pipe`.
const CHROME_READS: i32 = 3;
const CHROME_WRITES: i32 = 4;

/// The browser takes these from our environment and nothing else: no secret reaches it.
const ALLOWED_VARIABLES: &[&str] = &["PATH", "FONTCONFIG_FILE", "FONTCONFIG_PATH", "FONTCONFIG_SYSROOT"];

/// Dropped, it kills the browser's group, then the display's, and removes their folder.
#[derive(Debug)]
pub(super) struct Process {
    child: ConfinedChild,
    /// Only of a browser that draws on one.
    display: Option<Display>,
    network: NetworkIsolation,
    _folder: RunFolder,
}

/// Our ends of the protocol's pipes.
#[derive(Debug)]
pub(super) struct Pipes {
    pub(super) to_browser: PipeWriter,
    pub(super) from_browser: PipeReader,
}

impl Process {
    pub(super) async fn start(
        options: &BrowserOptions,
        frames: FrameControl,
        canvas: Canvas,
    ) -> Result<(Self, Pipes)> {
        let confinement = Confinement::strictest()?;
        let folder = RunFolder::create(&std::env::temp_dir(), confinement.identity())?;
        let display = match frames {
            FrameControl::Display => {
                let server = find_display_server()?;
                Some(Display::start(&server, canvas, &folder, &confinement).await?)
            }
            FrameControl::BeginFrame | FrameControl::Browser => None,
        };
        let confinement = match &display {
            Some(display) => display.share(&confinement)?,
            None => confinement,
        };
        let screen = display.as_ref().map(Display::screen);
        let mut command = Command::new(&options.binary);
        command
            .args(flags::flags(options, frames, canvas.scale, screen))
            .arg("--remote-debugging-pipe")
            .arg(format!("--user-data-dir={}", folder.profile().display()))
            .current_dir("/");
        set_environment(&mut command, folder.profile());
        if let Some(display) = &display {
            command.envs(display.environment());
        }
        let pipes = Pipes::to(&mut command)?;
        let network = confinement.network();
        confinement.apply(&mut command);
        let child = ConfinedChild::spawn(command, "browser")
            .map_err(|source| cannot_start(&options.binary, &source.to_string(), ""))?;
        let process = Self {
            child,
            display,
            network,
            _folder: folder,
        };
        Ok((process, pipes))
    }

    pub(super) const fn network(&self) -> NetworkIsolation {
        self.network
    }

    /// The memory of the display that the browser draws on, if it does.
    pub(super) fn framebuffer(&self) -> Option<&Framebuffer> {
        self.display.as_ref().map(Display::framebuffer)
    }

    pub(super) fn last_words(&self) -> String {
        self.child.last_words()
    }

    /// Ends the browser and tells how it had ended, if it had.
    pub(super) fn end(&mut self) -> Option<ExitStatus> {
        self.child.end()
    }
}

impl Pipes {
    /// Gives a browser that is about to start the other ends.
    fn to(command: &mut Command) -> Result<Self> {
        let failed = |source| Error::io("making a pipe to the browser", source);
        let (chrome_reads, to_browser) = std::io::pipe().map_err(failed)?;
        let (from_browser, chrome_writes) = std::io::pipe().map_err(failed)?;
        command
            .fd_mappings(vec![
                FdMapping {
                    parent_fd: chrome_reads.into(),
                    child_fd: CHROME_READS,
                },
                FdMapping {
                    parent_fd: chrome_writes.into(),
                    child_fd: CHROME_WRITES,
                },
            ])
            .map_err(|source| Error::new(Kind::Internal, "mapping the browser's pipes").caused_by(source))?;
        Ok(Self {
            to_browser,
            from_browser,
        })
    }
}

fn set_environment(command: &mut Command, profile: &Path) {
    command.env_clear();
    for name in ALLOWED_VARIABLES {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    // Language and time zone are fixed, so that the same recording gives the same picture everywhere.
    command
        .env("HOME", profile)
        .env("TMPDIR", profile)
        .env("LANG", "en_US.UTF-8")
        .env("TZ", "UTC");
}

/// The browser would not start or ended before it answered.
pub(super) fn cannot_start(binary: &Path, why: &str, last_words: &str) -> Error {
    let mut message = format!("the browser {} cannot start: {why}", binary.display());
    if !last_words.is_empty() {
        message.push('\n');
        message.push_str(last_words);
    }
    Error::new(Kind::BrowserCannotStart, message).hint(
        "In a container, Chrome's sandbox needs user namespaces: allow clone, setns and unshare in the seccomp \
         profile.",
    )
}
