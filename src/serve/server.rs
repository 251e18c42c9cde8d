//! The threads of the server, one for each processor.
//!
//! Each thread has its own runtime and accepts its own connections, so that no connection moves to
//! another thread.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Once};
use std::thread;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{mpsc, watch};
use tokio::time;
use tracing::{error, warn};

use crate::model::count::many;
use crate::serve::accept_loop::AcceptLoop;
use crate::serve::acceptor::Acceptor;
use crate::serve::connection;
use crate::serve::listener::Listener;
use crate::serve::server_context::ServerContext;

/// The pause of a thread that panicked, so that it does not do so without end.
const RESTART_DELAY: Duration = Duration::from_secs(1);

/// For the documents, pages and selections of one thread. A selection may wait for the publisher.
const BLOCKING_THREADS_MAX: usize = 8;

/// Serves until `stop` is true, then waits for open requests, at most for the drain timeout. Fails if
/// no thread can be started.
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
    // The steps that can fail come before the first thread.
    let threads = server.context.threads;
    let workers: io::Result<Vec<_>> = (0..threads).map(|_| open_worker(&listeners)).collect();
    for (runtime, mut acceptors) in workers? {
        let (server, stop, running) = (server.clone(), stop.clone(), running.clone());
        thread::Builder::new()
            .name("serving".to_owned())
            .spawn(move || {
                let (open, _) = watch::channel(());
                let mut run = || {
                    let serving = server.run(&mut acceptors, &open, stop.clone());
                    runtime.get().block_on(serving);
                };
                while catch_unwind(AssertUnwindSafe(&mut run)).is_err() {
                    error!("a thread of the server panicked; it accepts connections again");
                    thread::sleep(RESTART_DELAY);
                }
                // The daemon does not wait for a document that is still being made.
                drop(runtime);
                // Before `running`: its receiver may expect to drop the last handle of the documents.
                drop(server);
                drop(running);
            })?;
    }
    drop((listeners, running, server));
    // No thread sends a value: the channel closes when the last thread ends.
    let _ = all_ended.recv().await;
    Ok(())
}

fn open_worker(listeners: &[Listener]) -> io::Result<(WorkerRuntime, Vec<Acceptor>)> {
    let runtime = WorkerRuntime::new()?;
    let entered = runtime.get().enter();
    let acceptors: io::Result<_> = listeners.iter().map(Acceptor::new).collect();
    drop(entered);
    Ok((runtime, acceptors?))
}

/// The runtime of a thread. Unlike tokio's, it can be dropped by a task, as after a failed start, and does not
/// wait for a document that is still being made.
struct WorkerRuntime(Option<Runtime>);

impl WorkerRuntime {
    fn new() -> io::Result<WorkerRuntime> {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .max_blocking_threads(BLOCKING_THREADS_MAX)
            .build()?;
        Ok(WorkerRuntime(Some(runtime)))
    }

    fn get(&self) -> &Runtime {
        self.0.as_ref().expect("only `drop` takes it")
    }
}

impl Drop for WorkerRuntime {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

/// Shared by all threads.
struct Server {
    context: Arc<ServerContext>,
    accept_loop: AcceptLoop,
    /// One thread logs for all that the drain timeout was too short.
    drain_warning: Once,
}

impl Server {
    /// Serves on this thread until `stop` is true and its requests are answered. Each of its connections has
    /// a receiver of `open`.
    async fn run(
        &self,
        acceptors: &mut Vec<Acceptor>,
        open: &watch::Sender<()>,
        mut stop: watch::Receiver<bool>,
    ) {
        let loops = acceptors.iter().map(|acceptor| {
            self.accept_loop.run(acceptor, |socket, permit| {
                connection::spawn(socket, permit, open.subscribe(), &self.context);
            })
        });
        tokio::select! {
            // An error means that the sender is gone.
            _ = stop.wait_for(|stop| *stop) => {}
            _ = join_all(loops) => {}
        }
        acceptors.clear();
        let drain = Duration::from_secs(self.context.limits.drain_timeout.into());
        self.context.connections.stop();
        if time::timeout(drain, open.closed()).await.is_err() {
            let open = self.context.connections.open();
            self.drain_warning
                .call_once(|| warn!("{} did not end within {drain:?}", many(open, "connection")));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn task_can_drop_a_runtime() {
        drop(WorkerRuntime::new().expect("a runtime"));
    }
}
