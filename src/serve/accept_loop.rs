//! Accepts the connections of a listening socket.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::time;
use tracing::{info, warn};

use crate::serve::acceptor::{Acceptor, Socket};
use crate::serve::connection_limit::{ConnectionLimit, ConnectionPermit};

/// The pause after a failed `accept`, so that a process without free file descriptors does not loop.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// The log reports the recovery after this time without a failure.
const RECOVERED_AFTER: Duration = Duration::from_secs(2);

/// The accept loops of a server, one for each thread and listening socket, share its limit and log.
pub(super) struct AcceptLoop {
    /// The name of the connections in log messages.
    connections: &'static str,
    limit: Arc<ConnectionLimit>,
    /// The last failure of `accept`. Failures of all threads are logged once, until one recovers.
    last_failure: Mutex<Option<Instant>>,
    /// Whether there is a last failure, so that a success need not lock.
    is_failing: AtomicBool,
}

impl AcceptLoop {
    pub(super) fn new(connections: &'static str, limit: Arc<ConnectionLimit>) -> AcceptLoop {
        AcceptLoop {
            connections,
            limit,
            last_failure: Mutex::new(None),
            is_failing: AtomicBool::new(false),
        }
    }

    /// Accepts connections until the task is dropped. While one waits for a permit, the others wait in
    /// the kernel's queue.
    pub(super) async fn run(
        &self,
        acceptor: &Acceptor,
        mut serve: impl FnMut(Socket, ConnectionPermit),
    ) {
        loop {
            match acceptor.accept().await {
                Ok(socket) => {
                    self.log_success();
                    if let Some(permit) = self.limit.admit(socket.client()).await {
                        serve(socket, permit);
                    }
                }
                // The client has closed the connection already.
                Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
                Err(error) => {
                    self.log_failure(&error);
                    time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }

    fn log_failure(&self, error: &io::Error) {
        self.is_failing.store(true, Relaxed);
        if self.last_failure().replace(Instant::now()).is_none() {
            let connections = self.connections;
            warn!("cannot accept {connections}, which wait in the kernel's queue: {error}");
        }
    }

    fn log_success(&self) {
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
