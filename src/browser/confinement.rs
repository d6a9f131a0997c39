//! What the browser process gives up before it starts: our user, the network, dangerous system calls, core dumps,
//! life after us.
//! Runs between fork and exec, called by `process`.

#![allow(
    unsafe_code,
    reason = "code between fork and exec cannot be checked by the compiler"
)]

use std::ffi::CStr;
use std::fs::{self, File};
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use rustix::fs::{Mode, OFlags};
use rustix::process::{
    DumpableBehavior, Pid, Resource, Rlimit, Signal, getgid, getpid, getppid, getuid, set_dumpable_behavior,
    set_parent_process_death_signal, setrlimit,
};
use rustix::thread::{LinkNameSpaceType, UnshareFlags, move_into_link_name_space};
use seccompiler::BpfProgram;

use super::seccomp;
use crate::error::{Error, Kind, Result};

/// The traditional `nobody`; nothing belongs to it.
const NOBODY: u32 = 65534;

/// Whose rights the browser has. Chrome refuses its sandbox to root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Identity {
    Own,
    Unprivileged { uid: u32, gid: u32 },
}

impl Identity {
    pub(super) fn for_this_process() -> Self {
        if getuid().is_root() {
            Self::Unprivileged {
                uid: NOBODY,
                gid: NOBODY,
            }
        } else {
            Self::Own
        }
    }

    /// Makes a file or folder this identity's own.
    pub(super) fn give(self, path: &Path) -> io::Result<()> {
        match self {
            Self::Own => Ok(()),
            Self::Unprivileged { uid, gid } => chown(path, Some(uid), Some(gid)),
        }
    }

    /// The first folder on the way to `path` that lets this identity not pass, if it has other rights than we have.
    pub(super) fn kept_out_by(self, path: &Path) -> Option<PathBuf> {
        let Self::Unprivileged { uid, gid } = self else {
            return None;
        };
        let passes = |folder: &Path| {
            fs::metadata(folder).is_ok_and(|meta| {
                let shift = match (meta.uid() == uid, meta.gid() == gid) {
                    (true, _) => 6,
                    (false, true) => 3,
                    (false, false) => 0,
                };
                meta.mode() >> shift & 0o1 == 1
            })
        };
        let absolute = std::path::absolute(path).ok()?;
        let mut ancestors: Vec<&Path> = absolute.ancestors().collect();
        ancestors.reverse();
        let closed = ancestors.into_iter().find(|folder| !passes(folder))?;
        Some(closed.to_owned())
    }

    fn ids(self) -> (u32, u32) {
        match self {
            Self::Own => (getuid().as_raw(), getgid().as_raw()),
            Self::Unprivileged { uid, gid } => (uid, gid),
        }
    }
}

/// How the browser is kept from the network, beside the page's own policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NetworkIsolation {
    /// An empty network namespace: there is no network to reach.
    Namespace,
    /// The kernel allows no namespace: resolver rules and a dead proxy.
    ResolverRules,
}

/// Where a process finds its user and its network.
#[derive(Debug, Clone)]
enum Namespaces {
    /// The ones we have ourselves.
    Ours,
    /// New and empty ones.
    New,
    /// Those of a process that was confined before, user first.
    Shared(Arc<[OwnedFd; 2]>),
}

/// Everything that is decided before the fork.
#[derive(Debug, Clone)]
pub(super) struct Confinement {
    identity: Identity,
    namespaces: Namespaces,
    system_calls: BpfProgram,
}

impl Confinement {
    /// The strictest that this machine allows, found out by trying it on a process that does nothing.
    pub(super) fn strictest() -> Result<Self> {
        let mut confinement = Self {
            identity: Identity::for_this_process(),
            namespaces: Namespaces::New,
            system_calls: seccomp::filter()?,
        };
        let mut trial = Command::new("true");
        trial
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        confinement.clone().apply(&mut trial);
        if !trial.status().is_ok_and(|status| status.success()) {
            confinement.namespaces = Namespaces::Ours;
        }
        Ok(confinement)
    }

    pub(super) const fn identity(&self) -> Identity {
        self.identity
    }

    pub(super) const fn network(&self) -> NetworkIsolation {
        match self.namespaces {
            Namespaces::Ours => NetworkIsolation::ResolverRules,
            Namespaces::New | Namespaces::Shared(_) => NetworkIsolation::Namespace,
        }
    }

    /// The same for another process, which then can reach `other` and nothing else.
    pub(super) fn sharing_namespaces_of(&self, other: Pid) -> Result<Self> {
        if matches!(self.namespaces, Namespaces::Ours) {
            return Ok(self.clone());
        }
        let open = |name: &str| {
            let path = format!("/proc/{}/ns/{name}", other.as_raw_nonzero());
            File::open(path).map(OwnedFd::from)
        };
        let both = open("user").and_then(|user| Ok([user, open("net")?]));
        let both = both.map_err(|source| {
            Error::new(
                Kind::BrowserCannotStart,
                "the display's namespaces cannot be entered",
            )
            .caused_by(source)
        })?;
        Ok(Self {
            namespaces: Namespaces::Shared(Arc::new(both)),
            ..self.clone()
        })
    }

    /// Makes `command` start confined, as the leader of a process group of its own.
    pub(super) fn apply(self, command: &mut Command) {
        let (uid, gid) = self.identity.ids();
        if let Identity::Unprivileged { uid, gid } = self.identity {
            command.uid(uid).gid(gid);
        }
        command.process_group(0);
        let uid_map = format!("{uid} {uid} 1");
        let gid_map = format!("{gid} {gid} 1");
        let parent = getpid();
        let namespaces = self.namespaces;
        let system_calls = self.system_calls;
        let confine = move || -> io::Result<()> {
            // Changing the user made this process undumpable, and its own maps unwritable.
            set_dumpable_behavior(DumpableBehavior::Dumpable)?;
            let none = Rlimit {
                current: Some(0),
                maximum: Some(0),
            };
            setrlimit(Resource::Core, none)?;
            set_parent_process_death_signal(Some(Signal::KILL))?;
            if getppid() != Some(parent) {
                return Err(io::ErrorKind::BrokenPipe.into());
            }
            match &namespaces {
                Namespaces::Ours => {}
                Namespaces::New => {
                    // SAFETY: the process has one thread here, and no file descriptor or memory of it is shared
                    // in a way that new user and network namespaces change.
                    unsafe { rustix::thread::unshare_unsafe(UnshareFlags::NEWUSER | UnshareFlags::NEWNET)? };
                    write_all(c"/proc/self/setgroups", b"deny")?;
                    write_all(c"/proc/self/uid_map", uid_map.as_bytes())?;
                    write_all(c"/proc/self/gid_map", gid_map.as_bytes())?;
                }
                Namespaces::Shared(both) => {
                    move_into_link_name_space(both[0].as_fd(), Some(LinkNameSpaceType::User))?;
                    move_into_link_name_space(both[1].as_fd(), Some(LinkNameSpaceType::Network))?;
                }
            }
            // Last, as it forbids what was just done.
            seccompiler::apply_filter(&system_calls).map_err(|error| match error {
                seccompiler::Error::Prctl(source) | seccompiler::Error::Seccomp(source) => source,
                _ => io::ErrorKind::Unsupported.into(),
            })
        };
        // SAFETY: between fork and exec only system calls are made; nothing is allocated or locked, the two
        // strings and the filter were made before the fork, and error values hold plain codes.
        unsafe { command.pre_exec(confine) };
    }
}

fn write_all(path: &CStr, text: &[u8]) -> io::Result<()> {
    use std::io::Write;
    let file = rustix::fs::open(path, OFlags::WRONLY | OFlags::CLOEXEC, Mode::empty())?;
    File::from(file).write_all(text)
}
