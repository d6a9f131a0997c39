//! How many browsers render one recording where nobody says: as many as there are cores, memory and work for.

use std::fs;
use std::path::Path;
use std::thread::available_parallelism;

use crate::capture::CaptureMethod;

/// Of memory that is free, each browser counts for so much.
const BROWSER_BYTES: u64 = 400 << 20;

/// A browser needs a second to start, in which another one takes about this many pictures.
const CAPTURES_WORTH_A_BROWSER: u64 = 300;

/// A browser with a display keeps two cores busy: one draws while another runs the page, and pictures are encoded.
const CORES_OF_A_DISPLAY: usize = 2;

pub(super) fn suitable(method: CaptureMethod, expected_captures: u64) -> usize {
    let cores = available_parallelism().map_or(1, usize::from);
    let browsers = match method {
        CaptureMethod::Framebuffer => cores / CORES_OF_A_DISPLAY,
        CaptureMethod::Damage => cores,
        // The slow references are there to be compared with, and screenshots are not exact enough to be cut.
        CaptureMethod::EveryFrame | CaptureMethod::FramebufferEveryFrame | CaptureMethod::Screenshot => 1,
    };
    limit(browsers, free_memory(), expected_captures)
}

fn limit(browsers: usize, free_bytes: Option<u64>, captures: u64) -> usize {
    let for_memory = free_bytes.map_or(u64::MAX, |bytes| bytes / BROWSER_BYTES);
    let most = for_memory.min(captures / CAPTURES_WORTH_A_BROWSER);
    usize::try_from(most)
        .unwrap_or(usize::MAX)
        .clamp(1, browsers.max(1))
}

/// What this process may still use: of the machine, and of each control group that it is in.
fn free_memory() -> Option<u64> {
    let machine = fs::read_to_string("/proc/meminfo")
        .ok()
        .and_then(|text| available(&text));
    let groups = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let limits = group_folders(&groups).filter_map(|folder| free_in_group(Path::new(&folder)));
    machine.into_iter().chain(limits).min()
}

/// From /proc/meminfo.
fn available(text: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

/// The folder of the control group (version 2) and those of the groups around it, from /proc/self/cgroup.
fn group_folders(text: &str) -> impl Iterator<Item = String> + '_ {
    let group = text.lines().find_map(|line| line.strip_prefix("0::"));
    let around = group.into_iter().flat_map(|group| Path::new(group).ancestors());
    around.map(|group| format!("/sys/fs/cgroup{}", group.display()))
}

fn free_in_group(folder: &Path) -> Option<u64> {
    let number = |name: &str| {
        fs::read_to_string(folder.join(name))
            .ok()?
            .trim()
            .parse::<u64>()
            .ok()
    };
    // Without a limit it is the word max.
    let most = number("memory.max")?;
    // The kernel gives up files that were read once before anything else.
    let files = fs::read_to_string(folder.join("memory.stat"))
        .ok()
        .and_then(|text| inactive_files(&text));
    let used = number("memory.current")?.saturating_sub(files.unwrap_or(0));
    Some(most.saturating_sub(used))
}

/// In bytes, from memory.stat.
fn inactive_files(text: &str) -> Option<u64> {
    let mut lines = text.lines();
    lines.find_map(|line| line.strip_prefix("inactive_file ")?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cores_memory_and_work_each_limit_it() {
        let gib = |gib: u64| Some(gib << 30);
        for (browsers, free, captures, jobs) in [
            (8, gib(16), 1_000_000, 8),
            (8, gib(2), 1_000_000, 5),
            (8, gib(16), 700, 2),
            (8, gib(16), 299, 1),
            (8, gib(0), 1_000_000, 1),
            (8, None, 1_000_000, 8),
            (1, gib(16), 1_000_000, 1),
        ] {
            assert_eq!(
                limit(browsers, free, captures),
                jobs,
                "{browsers} {free:?} {captures}"
            );
        }
    }

    #[test]
    fn free_memory_is_read_as_the_kernel_writes_it() {
        let text = "MemTotal:       24683956 kB\nMemFree:         1000 kB\nMemAvailable:   2048 kB\n";
        assert_eq!(available(text), Some(2 << 20));
        assert_eq!(available("MemTotal: 1 kB\n"), None);
        let groups: Vec<_> = group_folders("1:name=x:/\n0::/a/b\n").collect();
        assert_eq!(
            groups,
            ["/sys/fs/cgroup/a/b", "/sys/fs/cgroup/a", "/sys/fs/cgroup/"]
        );
        let folder = tempfile::tempdir().unwrap();
        for (most, free) in [("1000", Some(400)), ("500", Some(0)), ("max", None)] {
            fs::write(folder.path().join("memory.max"), format!("{most}\n")).unwrap();
            fs::write(folder.path().join("memory.current"), "600\n").unwrap();
            assert_eq!(free_in_group(folder.path()), free, "{most}");
        }
        fs::write(folder.path().join("memory.max"), "1000").unwrap();
        for (inactive, free) in [("250", 650), ("0", 400), ("601", 1000)] {
            let stat =
                format!("anon 100\nfile 400\ninactive_anon 90\ninactive_file {inactive}\nactive_file 150\n");
            fs::write(folder.path().join("memory.stat"), stat).unwrap();
            assert_eq!(free_in_group(folder.path()), Some(free), "{inactive}");
        }
    }
}
