//! Processor time, memory and file descriptors of this process, from `/proc`.

use std::fs;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

use crate::serve::descriptors::open_fds;

/// A value that `/proc` does not have is `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Process {
    /// User and system time.
    pub cpu: Duration,
    pub resident_bytes: Option<u64>,
    pub virtual_bytes: Option<u64>,
    pub open_fds: Option<u64>,
    pub max_fds: Option<u64>,
}

impl Process {
    pub(crate) fn read() -> Process {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let limits = fs::read_to_string("/proc/self/limits").unwrap_or_default();
        let cpu = clock_gettime(ClockId::ProcessCPUTime);
        Process {
            cpu: Duration::new(
                u64::try_from(cpu.tv_sec).unwrap_or(0),
                u32::try_from(cpu.tv_nsec).unwrap_or(0),
            ),
            resident_bytes: kibibytes(&status, "VmRSS:"),
            virtual_bytes: kibibytes(&status, "VmSize:"),
            open_fds: open_fds(),
            max_fds: number_after(&limits, "Max open files"),
        }
    }
}

/// The value of a line such as `VmRSS:  5124 kB`, in bytes.
fn kibibytes(status: &str, name: &str) -> Option<u64> {
    number_after(status, name)?.checked_mul(1024)
}

fn number_after(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_follow_their_names() {
        let status = "Name:\ttaspa\nVmSize:\t  20480 kB\nVmRSS:\t    1024 kB\n";
        assert_eq!(kibibytes(status, "VmRSS:"), Some(1 << 20));
        assert_eq!(kibibytes(status, "VmSwap:"), None);
        let limits = "Limit  Soft Limit  Hard Limit  Units\nMax open files  1024  524288  files\n";
        assert_eq!(number_after(limits, "Max open files"), Some(1024));
        assert_eq!(
            number_after("Max open files unlimited", "Max open files"),
            None
        );
    }

    #[test]
    fn the_values_of_this_process_can_be_read() {
        let process = Process::read();
        assert!(process.resident_bytes > Some(1 << 16), "{process:?}");
        assert!(
            process.virtual_bytes >= process.resident_bytes,
            "{process:?}"
        );
        assert!(process.open_fds >= Some(3), "{process:?}");
    }
}
