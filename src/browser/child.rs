//! A confined child process of ours: started by a thread that stays as long as it lives, with its last words kept.
//! However its owner ends, its whole process group dies. `process` and `display` are made of it.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread::JoinHandle;

use rustix::process::{Pid, Signal, kill_process_group};

const KEPT_LINES: usize = 40;
/// In bytes.
const LONGEST_LINE: u64 = 400;

/// The end of a stream of lines.
#[derive(Debug, Clone, Default)]
struct LastLines(Arc<Mutex<VecDeque<String>>>);

impl LastLines {
    fn keep(&self, line: &str) {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() == KEPT_LINES {
            lines.pop_front();
        }
        lines.push_back(line.chars().filter(|c| !c.is_control()).collect());
    }

    /// Keeps what is written until the end. A line that is too long goes on in the next: one may have no end.
    fn follow(&self, mut output: impl BufRead) {
        let mut line = Vec::new();
        while let Ok(1..) = output.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line) {
            self.keep(&String::from_utf8_lossy(&line));
            line.clear();
        }
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
            scope.spawn(move || stderr.follow(BufReader::new(output)));
        }
        let status = child.wait().ok();
        // Children that outlive it would keep its stderr open.
        let _ = kill_process_group(group, Signal::KILL);
        status
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::CommandExt;
    use std::time::{Duration, Instant};

    use super::*;

    #[test]
    fn a_line_without_an_end_is_not_waited_for() {
        let mut command = Command::new("sh");
        let talk = "head -c 4000 /dev/zero | tr '\\0' x >&2; sleep 600";
        command.args(["-c", talk]).process_group(0);
        let child = ConfinedChild::spawn(command, "talks").unwrap();
        let begun = Instant::now();
        while child.last_words().len() < 4000 && begun.elapsed() < Duration::from_secs(10) {
            std::thread::sleep(Duration::from_millis(5));
        }
        let words = child.last_words();
        assert_eq!(words.matches('x').count(), 4000);
        assert!(words.lines().all(|line| line.len() == 400), "{words}");
    }
}
