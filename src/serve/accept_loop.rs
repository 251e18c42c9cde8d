//! Where connections come in, and where they are waited for at the end.
//!
//! A connection holds a permit and a place of its address, and is watched, so that stopping waits for
//! open requests and for nothing else. Each is a task of its own: a panic costs the connection that it
//! happens on.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, Once, PoisonError};
use std::time::{Duration, Instant};

use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time;
use tracing::{debug, info, warn};

use super::awaited::{Accepted, Awaited};
use super::connection;
use crate::config::Limits;
use crate::model::count::many;
use crate::serve::client_address::ClientAddress;
use crate::serve::connection_limit::ConnectionLimit;
use crate::serve::server_context::ServerContext;

/// The rest after a failed `accept`, so that a process without file descriptors does not spin.
const ACCEPT_REST: Duration = Duration::from_millis(100);

/// How long no `accept` may fail before it is said that they succeed again.
const UNSTUCK_AFTER: Duration = Duration::from_secs(2);

/// Where connections come in.
pub(super) struct AcceptLoop {
    house: Arc<ServerContext>,
    permits: Arc<Semaphore>,
    crowd: Arc<ConnectionLimit>,
    /// When `accept` failed last, from the first failure on until there was none for a while: said
    /// once, however long it lasts.
    stuck: Mutex<Option<Instant>>,
    /// Whether there is such an instant, for those who only look.
    is_stuck: AtomicBool,
    /// That the drain time was too short is said once, and not by every thread.
    told: Once,
}

impl AcceptLoop {
    pub(super) fn new(house: ServerContext) -> AcceptLoop {
        let Limits {
            connections,
            connections_per_address,
            ..
        } = house.limits;
        AcceptLoop {
            permits: Arc::new(Semaphore::new(connections as usize)),
            crowd: ConnectionLimit::new(connections_per_address, &house.observer.trusted_proxies),
            house: Arc::new(house),
            stuck: Mutex::new(None),
            is_stuck: AtomicBool::new(false),
            told: Once::new(),
        }
    }

    /// Serves on this thread until `stop` turns true and its requests are answered.
    pub(super) async fn serve(&self, mut awaited: Awaited, mut stop: watch::Receiver<bool>) {
        let graceful = GracefulShutdown::new();
        tokio::select! {
            // An error is the end of whoever could say stop.
            _ = stop.wait_for(|stop| *stop) => {}
            () = self.accept(&mut awaited, &graceful) => {}
        }
        drop(awaited);
        let drain = Duration::from_secs(self.house.limits.drain_timeout.into());
        if time::timeout(drain, graceful.shutdown()).await.is_err() {
            let left = self.house.observer.metrics.open_connections();
            let tell = || warn!("{} did not end within {drain:?}", many(left, "connection"));
            self.told.call_once(tell);
        }
    }

    /// Takes connections while there are permits; the others wait in the kernel's queue.
    async fn accept(&self, awaited: &mut Awaited, graceful: &GracefulShutdown) {
        loop {
            let Ok(held) = self.permits.clone().acquire_owned().await else {
                return;
            };
            match awaited.accept().await {
                Ok(accepted) => {
                    self.note_accepted();
                    self.let_in(accepted, held, graceful.watcher());
                }
                // Whoever came has left already.
                Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
                Err(error) => {
                    self.note_refused(&error);
                    drop(held);
                    time::sleep(ACCEPT_REST).await;
                }
            }
        }
    }

    fn note_refused(&self, error: &io::Error) {
        self.is_stuck.store(true, Relaxed);
        if self.stuck().replace(Instant::now()).is_none() {
            warn!("cannot accept connections, so they wait: {error}");
        }
    }

    fn note_accepted(&self) {
        // Nearly always this is all there is to do.
        if !self.is_stuck.load(Relaxed) {
            return;
        }
        let mut stuck = self.stuck();
        if stuck.is_some_and(|last| last.elapsed() >= UNSTUCK_AFTER) {
            *stuck = None;
            self.is_stuck.store(false, Relaxed);
            info!("connections are accepted again");
        }
    }

    fn stuck(&self) -> MutexGuard<'_, Option<Instant>> {
        self.stuck.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Serves a connection as a task of its own, if its address may have one more.
    fn let_in(&self, accepted: Accepted, held: Held, watcher: Watcher) {
        let Some(place) = self.crowd.enter(accepted.client()) else {
            self.house.observer.metrics.refused_connections.increment();
            return;
        };
        let (house, held) = (&self.house, (held, place));
        match accepted {
            Accepted::Tcp(socket, client) => {
                self.host(
                    watcher.watch(connection::serve(socket, client, house)),
                    held,
                );
            }
            Accepted::Unix(socket) => {
                let client = ClientAddress::Unix;
                self.host(
                    watcher.watch(connection::serve(socket, client, house)),
                    held,
                );
            }
        }
    }

    /// Runs a connection to its end, whatever that is, with what it holds.
    fn host<C, H>(&self, connection: C, held: H)
    where
        C: Future<Output = hyper::Result<()>> + Send + 'static,
        H: Send + 'static,
    {
        let open = self.house.observer.metrics.open_connection();
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                debug!("a connection ended early: {error}");
            }
            // The gauge falls before the next one is let in.
            drop((open, held));
        });
    }
}

/// A connection of all that may be open.
type Held = OwnedSemaphorePermit;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serve::metrics::Metrics;
    use crate::serve::record::Recorder;
    use crate::serve::server_context::DocumentsSlot;

    #[tokio::test]
    async fn a_panic_costs_its_own_connection_and_gives_back_what_that_held() {
        let metrics = Arc::new(Metrics::default());
        let door = AcceptLoop::new(ServerContext {
            documents: DocumentsSlot::default(),
            limits: Limits {
                connections: 1,
                ..Limits::default()
            },
            observer: Arc::new(Recorder {
                metrics: metrics.clone(),
                access_log: None,
                trusted_proxies: Vec::new(),
            }),
        });
        let permit = async || {
            let permit = door.permits.clone().acquire_owned().await;
            permit.expect("a permit")
        };
        let held = permit().await;
        door.host(async { panic!("a fault of ours") }, held);
        // The next connection has its turn, on the same thread.
        let held = permit().await;
        assert_eq!(metrics.open_connections(), 0);
        let (done, ended) = tokio::sync::oneshot::channel();
        let next = async move {
            let _ = done.send(());
            Ok(())
        };
        door.host(next, held);
        assert_eq!(ended.await, Ok(()));
    }
}
