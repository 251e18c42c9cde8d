//! The log of failures to accept connections: once when they begin, and once when they end.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tracing::{info, warn};

/// The pause after a failed `accept`, so that a process without free file descriptors does not loop.
pub(super) const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// The log reports the recovery after this time without a failure.
const RECOVERED_AFTER: Duration = Duration::from_secs(2);

/// Whether connections of one kind are accepted. All threads that accept them share it.
pub(super) struct AcceptLog {
    /// The name of the connections in log messages.
    connections: &'static str,
    /// The last failure of `accept`. Failures of all threads are logged once, until one recovers.
    last_failure: Mutex<Option<Instant>>,
    /// Whether there is a last failure, so that a success need not lock.
    is_failing: AtomicBool,
}

impl AcceptLog {
    pub(super) fn new(connections: &'static str) -> AcceptLog {
        AcceptLog {
            connections,
            last_failure: Mutex::new(None),
            is_failing: AtomicBool::new(false),
        }
    }

    pub(super) fn log_failure(&self, error: &io::Error) {
        self.is_failing.store(true, Relaxed);
        if self.last_failure().replace(Instant::now()).is_none() {
            let connections = self.connections;
            warn!("cannot accept {connections}, which wait in the kernel's queue: {error}");
        }
    }

    pub(super) fn log_success(&self) {
        if !self.is_failing.load(Relaxed) {
            return;
        }
        let mut last_failure = self.last_failure();
        if last_failure.is_some_and(|last| last.elapsed() >= RECOVERED_AFTER) {
            *last_failure = None;
            self.is_failing.store(false, Relaxed);
            info!("{} are accepted again", self.connections);
        }
    }

    fn last_failure(&self) -> MutexGuard<'_, Option<Instant>> {
        self.last_failure
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
