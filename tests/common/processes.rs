//! Renders that run in the background in a folder of their own, and the processes they consist of, as /proc
//! shows them.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;

use super::{fixture, replaycast};

/// How long a browser may take to start and draw on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(20);

/// Options that keep a render of the shop recording busy for longer than any test needs it.
pub const BUSY: &[&str] = &[
    "--size=320x180",
    "--fps=60",
    "--capture=every-frame",
    "--idle=keep",
];

/// Options of a render that is over soon.
pub const SHORT: &[&str] = &["--size=320x180", "--fps=5", "--end=1"];

/// A temporary folder that another user, such as the browser's, may pass through.
pub fn open_folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).expect("it is ours");
    folder
}

/// Asks again and again until there is an answer or the time is over.
pub fn within<T>(limit: Duration, mut ask: impl FnMut() -> Option<T>) -> Option<T> {
    let begun = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return Some(answer);
        }
        if begun.elapsed() > limit {
            return None;
        }
        std::thread::sleep(POLL);
    }
}

/// The names in a folder, hidden ones too, in order.
pub fn names_in(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .expect("the folder can be read")
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// A process that exists, even if it may be stopped.
#[derive(Debug, Clone)]
pub struct Process {
    pub id: i32,
    group: i32,
    /// Its arguments, separated by spaces.
    pub command: String,
}

impl Process {
    /// None when it has ended, also if nobody has collected it yet.
    fn of(id: i32) -> Option<Self> {
        let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
        // The name before the last parenthesis may hold anything.
        let mut fields = stat.rsplit_once(") ")?.1.split(' ');
        let state = fields.next()?;
        let group = fields.nth(1)?.parse().ok()?;
        let command = fs::read(format!("/proc/{id}/cmdline")).ok()?;
        let command = String::from_utf8_lossy(&command).replace('\0', " ");
        (!matches!(state, "Z" | "X")).then_some(Self { id, group, command })
    }

    fn all() -> impl Iterator<Item = Self> {
        let entries = fs::read_dir("/proc").expect("there is a /proc").flatten();
        entries.filter_map(|entry| Self::of(entry.file_name().to_str()?.parse().ok()?))
    }

    pub fn is_renderer(&self) -> bool {
        self.command.contains(" --type=renderer")
    }

    pub fn signal(&self, signal: Signal) {
        // It may have ended by itself.
        let _ = kill_process(Pid::from_raw(self.id).expect("ids are positive"), signal);
    }

    /// A line of /proc/ID/status: `status("Seccomp")` is `2`.
    pub fn status(&self, name: &str) -> String {
        let text = fs::read_to_string(self.file("status")).unwrap_or_default();
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        line.unwrap_or_default().trim().to_owned()
    }

    /// None where we may not look.
    pub fn environment(&self) -> Option<String> {
        let bytes = fs::read(self.file("environ")).ok()?;
        Some(String::from_utf8_lossy(&bytes).replace('\0', "\n"))
    }

    pub fn network_namespace(&self) -> Option<PathBuf> {
        fs::read_link(self.file("ns/net")).ok()
    }

    /// Its sockets that others could connect or send to: TCP that listens, UDP that is bound.
    pub fn open_ports(&self) -> Vec<String> {
        const TCP_LISTEN: &str = "0A";
        const UDP_BOUND: &str = "07";
        let descriptors = fs::read_dir(self.file("fd")).into_iter().flatten().flatten();
        let own: Vec<PathBuf> = descriptors
            .filter_map(|entry| fs::read_link(entry.path()).ok())
            .collect();
        let mut ports = Vec::new();
        for (table, open) in [
            ("net/tcp", TCP_LISTEN),
            ("net/tcp6", TCP_LISTEN),
            ("net/udp", UDP_BOUND),
            ("net/udp6", UDP_BOUND),
        ] {
            let text = fs::read_to_string(self.file(table)).unwrap_or_default();
            for line in text.lines().skip(1) {
                let fields: Vec<&str> = line.split_whitespace().collect();
                let [_, address, _, state, _, _, _, _, _, inode, ..] = fields[..] else {
                    continue;
                };
                if state == open && own.contains(&PathBuf::from(format!("socket:[{inode}]"))) {
                    ports.push(format!("{table} {address}"));
                }
            }
        }
        ports
    }

    fn file(&self, name: &str) -> PathBuf {
        Path::new("/proc").join(self.id.to_string()).join(name)
    }
}

/// A render in the background: its output is `video.mp4` and its TMPDIR `temp`, both in a folder of its own.
#[derive(Debug)]
pub struct Run {
    folder: TempDir,
    child: Child,
    /// The browser's process group, once a browser was seen.
    group: Option<i32>,
}

impl Run {
    /// Renders the shop recording.
    pub fn start(options: &[&str]) -> Self {
        Self::start_with(options, |_, _| ())
    }

    /// The same, after `prepare` has seen the folder and the command.
    pub fn start_with(options: &[&str], prepare: impl FnOnce(&Path, &mut Command)) -> Self {
        let folder = open_folder();
        let temp = folder.path().join("temp");
        fs::create_dir(&temp).expect("a folder can be made in our own");
        let stderr = File::create(folder.path().join("stderr")).expect("a file too");
        let mut command = replaycast();
        command
            .arg("render")
            .arg(fixture("shop-checkout.json"))
            .arg("--output")
            .arg(folder.path().join("video.mp4"))
            .arg("--progress=json")
            .args(options)
            .env("TMPDIR", temp)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(stderr);
        prepare(folder.path(), &mut command);
        let child = command.spawn().expect("the program starts");
        Self {
            folder,
            child,
            group: None,
        }
    }

    /// A busy render of which some frames are done already.
    pub fn in_the_middle(options: &[&str]) -> Self {
        Self::in_the_middle_with(options, |_, _| ())
    }

    pub fn in_the_middle_with(options: &[&str], prepare: impl FnOnce(&Path, &mut Command)) -> Self {
        let mut run = Self::start_with(&[BUSY, options].concat(), prepare);
        let rendering = within(PATIENCE, || {
            let ended = run.child.try_wait().expect("it is our child").is_some();
            (ended || run.stderr().contains("frames_done")).then_some(!ended)
        });
        assert_eq!(rendering, Some(true), "no frame was rendered:\n{}", run.stderr());
        run.browser();
        run
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn temp(&self) -> PathBuf {
        self.folder().join("temp")
    }

    pub fn output(&self) -> PathBuf {
        self.folder().join("video.mp4")
    }

    pub fn stderr(&self) -> String {
        fs::read_to_string(self.folder().join("stderr")).unwrap_or_default()
    }

    /// The folders of browsers, of this run and of any that shares its TMPDIR.
    pub fn run_folders(&self) -> Vec<PathBuf> {
        let homes = fs::read_dir(self.temp()).into_iter().flatten().flatten();
        homes
            .flat_map(|home| fs::read_dir(home.path()).into_iter().flatten().flatten())
            .map(|entry| entry.path())
            .collect()
    }

    /// replaycast itself.
    pub fn program(&self) -> Process {
        Process::of(self.child.id().cast_signed()).expect("it runs")
    }

    /// The first process of each browser, which leads its group; that of the last one started comes last.
    pub fn leaders(&self) -> Vec<Process> {
        let below = format!("--user-data-dir={}/", self.temp().display());
        let mut leaders: Vec<Process> = Process::all()
            .filter(|process| process.id == process.group)
            .filter(|process| process.command.contains(&below) && !process.is_ours())
            .collect();
        leaders.sort_by_key(|process| process.id);
        leaders
    }

    /// The first of them.
    pub fn browser(&mut self) -> Process {
        let browser = within(PATIENCE, || self.leaders().into_iter().next());
        let browser = browser.unwrap_or_else(|| panic!("no browser was started:\n{}", self.stderr()));
        self.group = Some(browser.group);
        browser
    }

    /// All living processes of the browser: those of its group, and any other that was given its folder.
    pub fn browser_processes(&self) -> Vec<Process> {
        let below = format!("{}/", self.temp().display());
        Process::all()
            .filter(|process| !process.is_ours())
            .filter(|process| Some(process.group) == self.group || process.command.contains(&below))
            .collect()
    }

    pub fn signal(&self, signal: Signal) {
        self.program().signal(signal);
    }

    /// Waits for the program's end, but not for longer than this.
    pub fn ends_within(&mut self, limit: Duration) -> ExitStatus {
        let status = within(limit, || self.child.try_wait().expect("it is our child"));
        status.unwrap_or_else(|| panic!("still running after {limit:?}:\n{}", self.stderr()))
    }

    /// The same, and insists on this exit code and one failure, told on the last line; gives its message.
    pub fn fails_within(&mut self, limit: Duration, code: i32) -> String {
        let status = self.ends_within(limit);
        let text = self.stderr();
        assert_eq!(status.code(), Some(code), "{text}");
        let errors = text.lines().filter(|line| line.starts_with(r#"{"error":"#));
        assert_eq!(errors.count(), 1, "{text}");
        assert!(!text.contains("panicked"), "{text}");
        let last = text.lines().next_back().unwrap_or_default();
        let last: Value = serde_json::from_str(last).unwrap_or_else(|error| panic!("{error}: {text}"));
        assert_eq!(last["error"]["exit_code"], code, "{text}");
        last["error"]["message"].as_str().unwrap_or_default().to_owned()
    }

    /// Insists that no process of the browser lives after `limit`.
    pub fn is_gone_within(&self, limit: Duration) {
        let mut left = Vec::new();
        let gone = within(limit, || {
            left = self.browser_processes();
            left.is_empty().then_some(())
        });
        assert!(gone.is_some(), "left behind after {limit:?}: {left:#?}");
    }
}

impl Process {
    /// Whether it is the program or this test, whose arguments may name folders as well.
    fn is_ours(&self) -> bool {
        let name = self.command.split(' ').next().unwrap_or_default();
        name == env!("CARGO_BIN_EXE_replaycast") || self.id == std::process::id().cast_signed()
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        for process in self.browser_processes() {
            process.signal(Signal::KILL);
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
