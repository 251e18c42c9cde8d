//! The threads that serve.

use std::io;
use std::sync::Arc;
use std::thread::{self, available_parallelism};

use tokio::runtime::{Builder, Runtime};
use tokio::sync::{mpsc, watch};

use super::awaited::Awaited;
use super::listener::Listener;
use crate::serve::accept_loop::AcceptLoop;
use crate::serve::server_context::ServerContext;

/// Threads that serve. Each new connection wakes all of them, and a few answer more requests than a
/// network brings.
const THREADS_MAX: usize = 16;

/// What a thread may have made at once beside its connections: documents, pages, selections. More than
/// there are processors, since some of it waits for the publisher.
const MAKERS_MAX: usize = 8;

/// Serves until `stop` turns true, then lets open requests finish within the drain time.
///
/// Each processor has a thread with a runtime of its own that accepts for itself, so that nothing
/// about a connection is ever passed from one thread to another.
///
/// # Errors
/// When no thread can be started.
pub async fn serve(
    listeners: Vec<Listener>,
    house: ServerContext,
    stop: watch::Receiver<bool>,
) -> io::Result<()> {
    let door = Arc::new(AcceptLoop::new(house));
    let (running, mut all_ended) = mpsc::channel::<()>(1);
    // What can fail comes before the first thread.
    let threads = available_parallelism()?.get().min(THREADS_MAX);
    let workers: io::Result<Vec<_>> = (0..threads).map(|_| Worker::open(&listeners)).collect();
    for Worker { runtime, awaited } in workers? {
        let (door, stop, running) = (door.clone(), stop.clone(), running.clone());
        thread::Builder::new()
            .name("serving".to_owned())
            .spawn(move || {
                runtime.block_on(door.serve(awaited, stop));
                // A document that is still being made must not hold up the end.
                runtime.shutdown_background();
                // Whoever waits for this may be the last who has the publisher.
                drop(door);
                drop(running);
            })?;
    }
    drop((listeners, running));
    // Nothing is ever sent: it ends when every thread has.
    let _ = all_ended.recv().await;
    Ok(())
}

/// What a thread that serves works with.
struct Worker {
    runtime: Runtime,
    awaited: Awaited,
}

impl Worker {
    fn open(listeners: &[Listener]) -> io::Result<Worker> {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .max_blocking_threads(MAKERS_MAX)
            .build()?;
        let awaited = {
            let _within = runtime.enter();
            Awaited::new(listeners)?
        };
        Ok(Worker { runtime, awaited })
    }
}
