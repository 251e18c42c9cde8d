//! Serving and draining connections.
//!
//! HTTP/1.1 only, chosen and not sniffed, with a timer on the builder, without which hyper's
//! deadlines do nothing. A connection holds a permit and a place of its address, and is watched, so
//! that stopping waits for open requests and for nothing else. Each is a task of its own: a panic
//! costs the connection that it happens on.

use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, Once, OnceLock, PoisonError};
use std::task::{Context, Poll};
use std::thread::{self, available_parallelism};
use std::time::{Duration, Instant};

use hyper::Request;
use hyper::body::{Body, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::{GracefulConnection, GracefulShutdown, Watcher};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};
use tokio::time;
use tracing::{debug, info, warn};

use super::client::ClientAddress;
use super::crowd::Crowd;
use super::deadline::ConnectionTimer;
use super::listener::{Accepted, Awaited, Listener};
use super::observer::Observer;
use super::outcome::Answer;
use super::patience::{Forgetful, Patient};
use super::reply::Reply;
use super::{answer, at_hand, guard};
use crate::config::Limits;
use crate::desk::Desk;
use crate::time::Timestamp;

/// The rest after a failed `accept`, so that a process without file descriptors does not spin.
const ACCEPT_REST: Duration = Duration::from_millis(100);

/// How long no `accept` may fail before it is said that they succeed again.
const UNSTUCK_AFTER: Duration = Duration::from_secs(2);

/// Threads that serve. Each new connection wakes all of them, and a few answer more requests than a
/// network brings.
const THREADS_MAX: usize = 16;

/// What a thread may have made at once beside its connections: documents, pages, selections. More than
/// there are processors, since some of it waits for the desk.
const MAKERS_MAX: usize = 8;

/// The desk, once the state folder has been read.
pub type DeskSlot = Arc<OnceLock<Arc<Desk>>>;

/// What every connection is given.
pub struct House {
    /// The desk, once the state folder has been read.
    pub desk: DeskSlot,
    /// What a client may cost.
    pub limits: Limits,
    /// Whoever looks on.
    pub observer: Arc<Observer>,
}

/// Serves until `stop` turns true, then lets open requests finish within the drain time.
///
/// Each processor has a thread with a runtime of its own that accepts for itself, so that nothing
/// about a connection is ever passed from one thread to another.
///
/// # Errors
/// When no thread can be started.
pub async fn serve(
    listeners: Vec<Listener>,
    house: House,
    stop: watch::Receiver<bool>,
) -> io::Result<()> {
    let door = Arc::new(Door::new(house));
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
                // Whoever waits for this may be the last who has the desk.
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

/// Where connections come in.
struct Door {
    house: Arc<House>,
    permits: Arc<Semaphore>,
    crowd: Arc<Crowd>,
    /// When `accept` failed last, from the first failure on until there was none for a while: said
    /// once, however long it lasts.
    stuck: Mutex<Option<Instant>>,
    /// Whether there is such an instant, for those who only look.
    is_stuck: AtomicBool,
    /// That the drain time was too short is said once, and not by every thread.
    told: Once,
}

impl Door {
    fn new(house: House) -> Door {
        let Limits {
            connections,
            connections_per_address,
            ..
        } = house.limits;
        Door {
            permits: Arc::new(Semaphore::new(connections as usize)),
            crowd: Crowd::new(connections_per_address, &house.observer.trusted_proxies),
            house: Arc::new(house),
            stuck: Mutex::new(None),
            is_stuck: AtomicBool::new(false),
            told: Once::new(),
        }
    }

    /// Serves on this thread until `stop` turns true and its requests are answered.
    async fn serve(&self, mut awaited: Awaited, mut stop: watch::Receiver<bool>) {
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
            let tell = || warn!("{left} connections did not end within {drain:?}");
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
                self.host(watcher.watch(connection(socket, client, house)), held);
            }
            Accepted::Unix(socket) => {
                let client = ClientAddress::Unix;
                self.host(watcher.watch(connection(socket, client, house)), held);
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

fn connection<S>(
    socket: S,
    client: ClientAddress,
    house: &Arc<House>,
) -> impl GracefulConnection<Error = hyper::Error> + use<S>
where
    S: AsyncRead + AsyncWrite + Forgetful + Unpin + Send + 'static,
{
    let limits = house.limits;
    let house = house.clone();
    let service = service_fn(move |request| Replying::to(request, client, &house));
    let patience = Duration::from_secs(limits.write_timeout.into());
    http1::Builder::new()
        .timer(ConnectionTimer::default())
        // Whoever has asked and says no more still wants the answer.
        .half_close(true)
        .header_read_timeout(Duration::from_secs(limits.header_timeout.into()))
        .max_buf_size(limits.header_bytes as usize)
        .max_headers(limits.headers as usize)
        .serve_connection(TokioIo::new(Patient::new(socket, patience)), service)
}

/// A reply on its way: nearly always it is at hand, and nothing is set up for waiting.
enum Replying {
    /// Until it is taken.
    Now(Option<Reply>),
    Later(Pin<Box<dyn Future<Output = Reply> + Send>>),
}

impl Replying {
    fn to(request: Request<Incoming>, peer: ClientAddress, house: &Arc<House>) -> Replying {
        let begun = Instant::now();
        match house.at_hand(&request) {
            Some(answer) => {
                house.observer.observe(peer, &request, &answer, begun);
                Replying::Now(Some(answer.reply))
            }
            None => {
                let house = house.clone();
                Replying::Later(Box::pin(async move {
                    let (head, body) = request.into_parts();
                    let request = Request::from_parts(head, ());
                    let answer = house.answer(&request, body).await;
                    house.observer.observe(peer, &request, &answer, begun);
                    answer.reply
                }))
            }
        }
    }
}

impl Future for Replying {
    type Output = Result<Reply, Infallible>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut *self {
            Replying::Now(reply) => Poll::Ready(Ok(reply.take().expect("polled until ready"))),
            Replying::Later(reply) => reply.as_mut().poll(context).map(Ok),
        }
    }
}

impl House {
    /// The answer to a request without a body that the guard lets through, if it is at hand.
    fn at_hand(&self, request: &Request<Incoming>) -> Option<Answer> {
        let is_let_through =
            request.body().is_end_stream() && guard::refusal(request, &self.limits).is_none();
        match is_let_through {
            true => at_hand(self.desk.get(), request, Timestamp::now()),
            false => None,
        }
    }

    /// The answer to a request that the guard lets through, or the guard's.
    async fn answer(&self, request: &Request<()>, body: Incoming) -> Answer {
        if let Some(refusal) = guard::refusal(request, &self.limits) {
            return refusal.into();
        }
        let is_drained = guard::drain(body, &self.limits).await;
        let mut answer = answer(self.desk.get(), request, Timestamp::now()).await;
        if !is_drained {
            guard::close(&mut answer.reply);
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Metrics;

    #[tokio::test]
    async fn a_panic_costs_its_own_connection_and_gives_back_what_that_held() {
        let metrics = Arc::new(Metrics::default());
        let door = Door::new(House {
            desk: DeskSlot::default(),
            limits: Limits {
                connections: 1,
                ..Limits::default()
            },
            observer: Arc::new(Observer {
                metrics: metrics.clone(),
                access_log: None,
                trusted_proxies: Vec::new(),
            }),
        });
        let held = door
            .permits
            .clone()
            .acquire_owned()
            .await
            .expect("a permit");
        door.host(async { panic!("a fault of ours") }, held);
        // The next connection has its turn, on the same thread.
        let held = door
            .permits
            .clone()
            .acquire_owned()
            .await
            .expect("a permit");
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
