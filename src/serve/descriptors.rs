//! How the file descriptors that the system allows are shared out: clients never get those that articles, the
//! state folder and the admin pages need.

use std::fs;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tracing::warn;

/// Opened after the listening sockets: signals, the state folder, file events, the control socket.
const OPENED_LATER: u64 = 10;

/// Reserved for reading articles, the database and the admin pages: an eighth of what is allowed, within
/// these limits.
const RESERVE_MIN: u64 = 16;
const RESERVE_MAX: u64 = 128;

/// Of the runtime of one serving thread; a copy of each listening socket comes on top.
const THREAD_DESCRIPTORS: u64 = 4;

/// Each new connection wakes all threads, and a few threads can serve more requests than a network
/// carries.
const THREADS_MAX: u64 = 16;

/// With fewer connections it is not worth starting.
const CONNECTIONS_MIN: u64 = 4;

/// Open before anything of ours: standard input, output and error, and the main runtime with a listening socket.
const OPEN_MIN: u64 = 8;

/// The shares of clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Descriptors {
    /// Connections open at once.
    pub connections: u32,
    /// Serving threads.
    pub threads: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the system allows {allowed} open files and sockets, but {needed} are needed at least; raise `ulimit -n`, \
     or LimitNOFILE of the unit"
)]
pub(crate) struct TooFewDescriptors {
    allowed: u64,
    needed: u64,
}

/// Raises the soft limit to the hard limit. Fails if not even the smallest daemon could start, which would
/// otherwise fail somewhere on its way.
pub(crate) fn raise_limit() -> Result<(), TooFewDescriptors> {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: maximum,
        maximum,
    };
    // A process may always do this; where it may not, the soft limit counts.
    let _ = setrlimit(Resource::Nofile, raised);
    Descriptors::share(allowed(), OPEN_MIN, 1, 1, 1).map(drop)
}

impl Descriptors {
    /// The shares in a process that has opened its listening sockets. Warns if it lowers `connections`.
    pub(crate) fn of_process(
        listeners: usize,
        connections: u32,
    ) -> Result<Descriptors, TooFewDescriptors> {
        let processors = std::thread::available_parallelism().map_or(1, |count| count.get() as u64);
        let open = open_fds().unwrap_or(OPEN_MIN);
        let shares =
            Descriptors::share(allowed(), open, listeners as u64, processors, connections)?;
        if shares.connections < connections {
            warn!(
                "`connections` is lowered from {connections} to {}: the system allows {} open files and sockets",
                shares.connections,
                allowed()
            );
        }
        Ok(shares)
    }

    fn share(
        allowed: u64,
        open: u64,
        listeners: u64,
        processors: u64,
        connections: u32,
    ) -> Result<Descriptors, TooFewDescriptors> {
        let thread = THREAD_DESCRIPTORS + listeners;
        let reserve = OPENED_LATER + (allowed / 8).clamp(RESERVE_MIN, RESERVE_MAX);
        let needed = open + reserve + thread + CONNECTIONS_MIN;
        if allowed < needed {
            return Err(TooFewDescriptors { allowed, needed });
        }
        let rest = allowed - open - reserve;
        // A quarter is for threads.
        let threads = (rest / 4 / thread).clamp(1, processors.clamp(1, THREADS_MAX));
        let most = u32::try_from(rest - threads * thread).unwrap_or(u32::MAX);
        Ok(Descriptors {
            connections: connections.min(most),
            threads: usize::try_from(threads).unwrap_or(1),
        })
    }
}

/// How many are open.
pub(super) fn open_fds() -> Option<u64> {
    let open = fs::read_dir("/proc/self/fd").ok()?.count();
    // Reading the folder opens one.
    u64::try_from(open).ok()?.checked_sub(1)
}

fn allowed() -> u64 {
    getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_get_what_is_left() {
        let share = |allowed| Descriptors::share(allowed, 10, 1, 8, 10_000);
        for (allowed, connections, threads) in [
            (65_536, 10_000, 8),
            (1_024, 836, 8),
            (256, 164, 8),
            (64, 23, 1),
            (45, 4, 1),
        ] {
            let expected = Descriptors {
                connections,
                threads,
            };
            assert_eq!(share(allowed), Ok(expected), "{allowed}");
        }
        let too_few = TooFewDescriptors {
            allowed: 44,
            needed: 45,
        };
        assert_eq!(share(44), Err(too_few));
        let unlimited = Descriptors::share(u64::MAX, 10, 2, 64, 1_000_000);
        let expected = Descriptors {
            connections: 1_000_000,
            threads: 16,
        };
        assert_eq!(unlimited, Ok(expected));
    }
}
