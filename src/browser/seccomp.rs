//! The system calls that no part of the browser may make, on top of the stricter filters that Chrome gives its
//! renderers: nothing a page is drawn with needs them, and much of the kernel's attack surface lies behind them.
//! `confinement` applies the filter, so that every process of the browser has it.

use std::collections::BTreeMap;

use seccompiler::{BpfProgram, SeccompAction, SeccompFilter};

use crate::error::{Error, Kind, Result};

const FORBIDDEN: &[libc::c_long] = &[
    // Other processes.
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    // File systems and namespaces of others.
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_open_by_handle_at,
    libc::SYS_setns,
    // Code in the kernel.
    libc::SYS_bpf,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_kexec_load,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    // Keys.
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_keyctl,
    // The machine.
    libc::SYS_reboot,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_acct,
    libc::SYS_quotactl,
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
];

/// The filter for this machine's processor: the forbidden calls fail with EPERM, all others go through.
pub(super) fn filter() -> Result<BpfProgram> {
    let unforeseen = |source: seccompiler::BackendError| {
        Error::new(
            Kind::BrowserCannotStart,
            "no system call filter for this processor",
        )
        .caused_by(source)
    };
    let rules: BTreeMap<i64, Vec<_>> = FORBIDDEN.iter().map(|call| (*call, Vec::new())).collect();
    let denied = SeccompAction::Errno(libc::EPERM.cast_unsigned());
    let arch = std::env::consts::ARCH.try_into().map_err(unforeseen)?;
    SeccompFilter::new(rules, SeccompAction::Allow, denied, arch)
        .and_then(TryInto::try_into)
        .map_err(unforeseen)
}
