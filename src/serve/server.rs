//! The threads that serve.
//!
//! Each processor has a thread with a runtime of its own that accepts for itself, so that no
//! connection is ever passed from one thread to another.

use std::io;
use std::sync::{Arc, Once};
use std::thread::{self, available_parallelism};
use std::time::Duration;

use futures_util::future::join_all;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{mpsc, watch};
use tokio::time;
use tracing::warn;

use crate::model::count::many;
use crate::serve::accept_loop::AcceptLoop;
use crate::serve::acceptor::Acceptor;
use crate::serve::connection;
use crate::serve::listener::Listener;
use crate::serve::server_context::ServerContext;

/// Threads that serve. Each new connection wakes all of them, and a few answer more requests than a
/// network brings.
const THREADS_MAX: usize = 16;

/// Blocking tasks of a thread at once: documents, pages, selections. More than there are
/// processors, since some of them wait for the publisher.
const BLOCKING_THREADS_MAX: usize = 8;

/// Serves until `stop` turns true, then lets open requests finish within the drain time.
///
/// # Errors
/// When no thread can be started.
pub(crate) async fn serve(
    listeners: Vec<Listener>,
    context: Arc<ServerContext>,
    stop: watch::Receiver<bool>,
) -> io::Result<()> {
    let server = Arc::new(Server {
        accept_loop: AcceptLoop::new("connections", context.connections.clone()),
        context,
        drain_warning: Once::new(),
    });
    let (running, mut all_ended) = mpsc::channel::<()>(1);
    // What can fail comes before the first thread.
    let threads = available_parallelism()?.get().min(THREADS_MAX);
    let workers: io::Result<Vec<_>> = (0..threads).map(|_| Worker::open(&listeners)).collect();
    for Worker { runtime, acceptors } in workers? {
        let (server, stop, running) = (server.clone(), stop.clone(), running.clone());
        thread::Builder::new()
            .name("serving".to_owned())
            .spawn(move || {
                runtime.block_on(server.run(acceptors, stop));
                // A document that is still being made must not hold up the end.
                runtime.shutdown_background();
                // The receiver may then drop the last handle of what is published.
                drop(server);
                drop(running);
            })?;
    }
    drop((listeners, running, server));
    // Nothing is ever sent: it ends when every thread has.
    let _ = all_ended.recv().await;
    Ok(())
}

/// What one thread serves with.
struct Worker {
    runtime: Runtime,
    acceptors: Vec<Acceptor>,
}

impl Worker {
    fn open(listeners: &[Listener]) -> io::Result<Worker> {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .max_blocking_threads(BLOCKING_THREADS_MAX)
            .build()?;
        let acceptors = {
            let _within = runtime.enter();
            listeners
                .iter()
                .map(Acceptor::new)
                .collect::<io::Result<_>>()?
        };
        Ok(Worker { runtime, acceptors })
    }
}

/// What the threads share.
struct Server {
    context: Arc<ServerContext>,
    accept_loop: AcceptLoop,
    /// That the drain time was too short is logged once, and not by every thread.
    drain_warning: Once,
}

impl Server {
    /// Serves on this thread until `stop` turns true and its requests are answered.
    async fn run(&self, acceptors: Vec<Acceptor>, mut stop: watch::Receiver<bool>) {
        let graceful = GracefulShutdown::new();
        let loops = acceptors.iter().map(|acceptor| {
            self.accept_loop.run(acceptor, |socket, permit| {
                connection::spawn(socket, permit, graceful.watcher(), &self.context);
            })
        });
        tokio::select! {
            // An error means that nobody is left who could stop it.
            _ = stop.wait_for(|stop| *stop) => {}
            _ = join_all(loops) => {}
        }
        drop(acceptors);
        let drain = Duration::from_secs(self.context.limits.drain_timeout.into());
        if time::timeout(drain, graceful.shutdown()).await.is_err() {
            let open = self.context.connections.open();
            self.drain_warning
                .call_once(|| warn!("{} did not end within {drain:?}", many(open, "connection")));
        }
    }
}
