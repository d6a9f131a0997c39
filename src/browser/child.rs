//! A confined child process of ours: started by a thread that stays as long as it lives, with its last words kept.
//! However its owner ends, its whole process group dies. `process` and `display` are made of it.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread::JoinHandle;

use rustix::process::{Pid, Signal, kill_process_group};

const KEPT_LINES: usize = 40;
const LONGEST_LINE: usize = 400;

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

/// Dropped, it kills its group.
#[derive(Debug)]
pub(super) struct ConfinedChild {
    group: Pid,
    /// Waits for the child; the thread that started it, because the kernel ties the child's life to that thread.
    keeper: Option<JoinHandle<Option<ExitStatus>>>,
    stderr: LastLines,
}

impl ConfinedChild {
    /// Starts a command, which is confined already and leads a group of its own. Its standard streams are ours to
    /// set; `what` names the thread that waits for it.
    pub(super) fn spawn(mut command: Command, what: &str) -> io::Result<Self> {
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let stderr = LastLines::default();
        let (started, when_started) = mpsc::channel();
        let lines = stderr.clone();
        let keeper = std::thread::Builder::new()
            .name(what.into())
            .spawn(move || keep(command, &started, &lines))?;
        let group = when_started.recv().map_err(io::Error::other)??;
        Ok(Self {
            group,
            keeper: Some(keeper),
            stderr,
        })
    }

    /// The process and its group.
    pub(super) const fn pid(&self) -> Pid {
        self.group
    }

    pub(super) fn last_words(&self) -> String {
        self.stderr.text()
    }

    fn kill_group(&self) {
        // The group is gone already when the child ended by itself.
        let _ = kill_process_group(self.group, Signal::KILL);
    }

    /// Ends the child and tells how it had ended, if it had.
    pub(super) fn end(&mut self) -> Option<ExitStatus> {
        let keeper = self.keeper.take()?;
        self.kill_group();
        let status = keeper.join().ok().flatten();
        // Whoever joined the group between the signal and the leader's end.
        self.kill_group();
        status
    }
}

impl Drop for ConfinedChild {
    fn drop(&mut self) {
        self.end();
    }
}

/// Starts the child and stays until it ends.
fn keep(
    mut command: Command,
    started: &mpsc::Sender<io::Result<Pid>>,
    stderr: &LastLines,
) -> Option<ExitStatus> {
    let spawned = command.spawn();
    // Our copies of the child's pipe ends must close, or we would never see it go.
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
        // Children that outlive it would keep its stderr open.
        let _ = kill_process_group(group, Signal::KILL);
        status
    })
}
