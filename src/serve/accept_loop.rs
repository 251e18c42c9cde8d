//! Accepts the connections of a listening socket.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::time;
use tracing::{info, warn};

use crate::serve::acceptor::{Acceptor, Socket};
use crate::serve::connection_limit::{ConnectionLimit, ConnectionPermit};

/// The pause after a failed `accept`, so that a process without file descriptors does not spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// How long no `accept` may fail before the log says that they succeed again.
const RECOVERED_AFTER: Duration = Duration::from_secs(2);

/// The accept loops of a server: one for each thread and listening socket, under one limit.
pub(super) struct AcceptLoop {
    /// What is accepted, in messages of the log.
    connections: &'static str,
    limit: Arc<ConnectionLimit>,
    /// The last failure of `accept`. It is logged once, however long and in how many threads it lasts.
    last_failure: Mutex<Option<Instant>>,
    /// Whether there is one, so that a success need not lock.
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

    /// Accepts connections until the task ends. One that has to wait for a permit keeps the others in
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
                // The client has left already.
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
            warn!("cannot accept {connections}, so they wait: {error}");
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
