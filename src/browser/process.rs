//! The browser's process: started confined, with two pipes for the DevTools protocol and its last words kept.
//! However its owner ends, the whole process group dies and its folder goes. Used by `browser`.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, PipeReader, PipeWriter};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread::JoinHandle;

use command_fds::{CommandFdExt, FdMapping};
use rustix::process::{Pid, Signal, kill_process_group};

use super::confinement::{Confinement, NetworkIsolation};
use super::run_folder::RunFolder;
use crate::error::{Error, Kind, Result};

/// Where Chrome reads and writes the protocol under `--remote-debugging-pipe`.
const CHROME_READS: i32 = 3;
const CHROME_WRITES: i32 = 4;

const KEPT_LINES: usize = 40;
const LONGEST_LINE: usize = 400;

/// The browser takes these from our environment and nothing else: no secret reaches it.
const ALLOWED_VARIABLES: &[&str] = &["PATH", "FONTCONFIG_FILE", "FONTCONFIG_PATH", "FONTCONFIG_SYSROOT"];

/// The end of a stream of lines.
#[derive(Debug, Clone, Default)]
struct LastLines(Arc<Mutex<VecDeque<String>>>);

impl LastLines {
    fn keep(&self, line: &str) {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() == KEPT_LINES {
            lines.pop_front();
        }
        lines.push_back(
            line.chars()
                .take(LONGEST_LINE)
                .filter(|c| !c.is_control())
                .collect(),
        );
    }

    fn text(&self) -> String {
        let lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.iter().map(String::as_str).collect::<Vec<_>>().join("\n")
    }
}

#[derive(Debug)]
pub(super) struct Process {
    group: Pid,
    /// Waits for the child; the thread that started it, because the kernel ties the child's life to that thread.
    keeper: Option<JoinHandle<Option<ExitStatus>>>,
    stderr: LastLines,
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
    pub(super) fn start(binary: &Path, flags: &[String]) -> Result<(Self, Pipes)> {
        let confinement = Confinement::strictest()?;
        let folder = RunFolder::create(&std::env::temp_dir(), confinement.identity())?;
        let pipe_failed = |source| Error::io("making a pipe to the browser", source);
        let (chrome_reads, to_browser) = std::io::pipe().map_err(pipe_failed)?;
        let (from_browser, chrome_writes) = std::io::pipe().map_err(pipe_failed)?;

        let profile = folder.profile();
        let mut command = Command::new(binary);
        command
            .args(flags)
            .arg("--remote-debugging-pipe")
            .arg(format!("--user-data-dir={}", profile.display()))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .current_dir("/");
        set_environment(&mut command, &profile);
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
        let network = confinement.network();
        confinement.apply(&mut command);

        let stderr = LastLines::default();
        let (started, when_started) = mpsc::channel();
        let lines = stderr.clone();
        let keeper = std::thread::Builder::new()
            .name("browser".into())
            .spawn(move || keep(command, &started, &lines))
            .map_err(|source| Error::io("starting a thread for the browser", source))?;
        let group = match when_started.recv() {
            Ok(Ok(group)) => group,
            Ok(Err(source)) => return Err(cannot_start(binary, &source.to_string(), "")),
            Err(_) => return Err(Error::new(Kind::Internal, "the browser's thread ended at once")),
        };
        let process = Self {
            group,
            keeper: Some(keeper),
            stderr,
            network,
            _folder: folder,
        };
        Ok((
            process,
            Pipes {
                to_browser,
                from_browser,
            },
        ))
    }

    pub(super) const fn network(&self) -> NetworkIsolation {
        self.network
    }

    pub(super) fn last_words(&self) -> String {
        self.stderr.text()
    }

    fn kill_group(&self) {
        // The group is gone already when the browser ended by itself.
        let _ = kill_process_group(self.group, Signal::KILL);
    }

    /// Ends the browser and tells how it had ended, if it had.
    pub(super) fn end(&mut self) -> Option<ExitStatus> {
        let keeper = self.keeper.take()?;
        self.kill_group();
        let status = keeper.join().ok().flatten();
        // Whoever joined the group between the signal and the leader's end.
        self.kill_group();
        status
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.end();
    }
}

/// Starts the browser and stays until it ends.
fn keep(
    mut command: Command,
    started: &mpsc::Sender<std::io::Result<Pid>>,
    stderr: &LastLines,
) -> Option<ExitStatus> {
    let spawned = command.spawn();
    // Our copies of the browser's pipe ends must close, or we would never see it go.
    drop(command);
    let mut child: Child = match spawned {
        Ok(child) => child,
        Err(error) => {
            let _ = started.send(Err(error));
            return None;
        }
    };
    let group = Pid::from_child(&child);
    let _ = started.send(Ok(group));
    let output = child.stderr.take();
    std::thread::scope(|scope| {
        if let Some(output) = output {
            scope.spawn(move || {
                for line in BufReader::new(output).split(b'\n').map_while(Result::ok) {
                    stderr.keep(&String::from_utf8_lossy(&line));
                }
            });
        }
        let status = child.wait().ok();
        // Children that outlive the browser would keep its stderr open.
        let _ = kill_process_group(group, Signal::KILL);
        status
    })
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
        "Run `replaycast doctor` to see what is missing. In a container, Chrome's sandbox needs user \
         namespaces: allow clone, setns and unshare in the seccomp profile.",
    )
}
