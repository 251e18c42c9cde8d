//! The sockets: accepting, serving and draining connections.
//!
//! HTTP/1.1 only, chosen and not sniffed, with a timer on the builder, without which hyper's
//! deadlines do nothing. A connection holds a permit and a place of its address, and is watched, so
//! that stopping waits for open requests and for nothing else. Each is a task of its own: a panic
//! costs the connection that it happens on.

use std::convert::Infallible;
use std::fs::Permissions;
use std::io;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulConnection, GracefulShutdown, Watcher};
use listenfd::ListenFd;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, UnixListener};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time;
use tracing::{debug, info, warn};

use super::client::ClientAddress;
use super::crowd::Crowd;
use super::observer::Observer;
use super::patience::Patient;
use super::reply::Reply;
use super::{answer, guard};
use crate::config::{Limits, Listen};
use crate::desk::Desk;
use crate::time::Timestamp;

/// The rest after a failed `accept`, so that a process without file descriptors does not spin.
const ACCEPT_REST: Duration = Duration::from_millis(100);

/// An open listening socket.
#[derive(Debug)]
pub enum Listener {
    /// IPv4 or IPv6.
    Tcp(TcpListener),
    /// A path.
    Unix(UnixListener),
}

/// A socket that cannot be opened.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address}")]
pub struct ListenError {
    address: String,
    #[source]
    source: io::Error,
}

impl Listener {
    /// The sockets that systemd passed, else those that are named.
    ///
    /// # Errors
    /// [`ListenError`] names the first address that cannot be listened on.
    pub async fn open_all(
        named: &[Listen],
        mut passed: ListenFd,
    ) -> Result<Vec<Listener>, ListenError> {
        if passed.len() > 0 {
            let places = 0..passed.len();
            let taken = places.map(|place| Listener::take(&mut passed, place));
            return taken
                .collect::<io::Result<_>>()
                .map_err(|source| ListenError {
                    address: "a socket that was passed at the start".to_owned(),
                    source,
                });
        }
        let mut listeners = Vec::with_capacity(named.len());
        for listen in named {
            listeners.push(Listener::open(listen).await?);
        }
        Ok(listeners)
    }

    /// A socket that was passed (sd_listen_fds(3)).
    fn take(passed: &mut ListenFd, place: usize) -> io::Result<Listener> {
        // Each refuses a socket of the other kind and leaves it in its place.
        if let Ok(Some(listener)) = passed.take_tcp_listener(place) {
            listener.set_nonblocking(true)?;
            return Ok(Listener::Tcp(TcpListener::from_std(listener)?));
        }
        let listener = passed.take_unix_listener(place)?;
        let listener = listener.ok_or(io::ErrorKind::InvalidInput)?;
        listener.set_nonblocking(true)?;
        Ok(Listener::Unix(UnixListener::from_std(listener)?))
    }

    /// Opens a socket. A unix socket that a stopped daemon left behind is replaced.
    ///
    /// # Errors
    /// [`ListenError`] names the address.
    pub async fn open(listen: &Listen) -> Result<Listener, ListenError> {
        let failed = |address: String| move |source| ListenError { address, source };
        match listen {
            Listen::Tcp(address) => TcpListener::bind(address)
                .await
                .map(Listener::Tcp)
                .map_err(failed(address.to_string())),
            Listen::Unix { path, mode } => {
                remove_stale(path).await;
                open_unix(path, *mode)
                    .map(Listener::Unix)
                    .map_err(failed(format!("unix:{}", path.display())))
            }
        }
    }

    /// Where it listens, as a person would open it.
    pub fn address(&self) -> String {
        match self {
            Listener::Tcp(listener) => listener
                .local_addr()
                .map_or_else(|_| "?".to_owned(), |address| format!("http://{address}")),
            Listener::Unix(listener) => {
                let address = listener.local_addr().ok();
                let path = address.as_ref().and_then(|address| address.as_pathname());
                format!("unix:{}", path.unwrap_or(Path::new("?")).display())
            }
        }
    }
}

fn open_unix(path: &Path, mode: Option<u32>) -> io::Result<UnixListener> {
    let listener = UnixListener::bind(path)?;
    if let Some(mode) = mode {
        std::fs::set_permissions(path, Permissions::from_mode(mode))?;
    }
    Ok(listener)
}

/// Removes a socket file that nobody answers on.
async fn remove_stale(path: &Path) {
    let is_socket = std::fs::metadata(path).is_ok_and(|file| file.file_type().is_socket());
    if is_socket && tokio::net::UnixStream::connect(path).await.is_err() {
        let _ = std::fs::remove_file(path);
    }
}

/// The desk, once the state folder has been read.
pub type DeskSlot = Arc<OnceLock<Arc<Desk>>>;

/// What every connection is given.
#[derive(Clone)]
pub struct House {
    /// The desk, once the state folder has been read.
    pub desk: DeskSlot,
    /// What a client may cost.
    pub limits: Limits,
    /// Whoever looks on.
    pub observer: Arc<Observer>,
}

/// Serves until `stop` turns true, then lets open requests finish within the drain time.
pub async fn serve(listeners: Vec<Listener>, house: House, mut stop: watch::Receiver<bool>) {
    let graceful = Arc::new(GracefulShutdown::new());
    let door = Arc::new(Door::new(house));
    let mut accepting = JoinSet::new();
    for listener in listeners {
        accepting.spawn(accept(listener, door.clone(), graceful.clone()));
    }
    // An error is the end of whoever could say stop.
    let _ = stop.wait_for(|stop| *stop).await;
    accepting.shutdown().await;
    let open = door.house.observer.metrics.clone();
    let drain = Duration::from_secs(door.house.limits.drain_timeout.into());
    let graceful = Arc::into_inner(graceful).expect("those that accepted have ended");
    if time::timeout(drain, graceful.shutdown()).await.is_err() {
        let left = open.open_connections();
        warn!("{left} connections did not end within {drain:?}");
    }
}

/// Where connections come in.
struct Door {
    house: House,
    permits: Arc<Semaphore>,
    crowd: Arc<Crowd>,
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
            house,
        }
    }

    /// Serves a connection as a task of its own, if its address may have one more.
    fn let_in<S>(&self, socket: S, client: ClientAddress, held: Held, watcher: Watcher)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let metrics = &self.house.observer.metrics;
        let Some(place) = self.crowd.enter(client) else {
            metrics.refused_connections.increment();
            return;
        };
        let open = metrics.open_connection();
        let connection = watcher.watch(connection(socket, client, &self.house));
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                debug!("a connection ended early: {error}");
            }
            drop((held, place, open));
        });
    }
}

/// A connection of all that may be open.
type Held = OwnedSemaphorePermit;

/// Takes connections while there are permits; the others wait in the kernel's queue.
async fn accept(listener: Listener, door: Arc<Door>, graceful: Arc<GracefulShutdown>) {
    loop {
        let Ok(held) = door.permits.clone().acquire_owned().await else {
            return;
        };
        let watcher = graceful.watcher();
        let accepted = match &listener {
            Listener::Tcp(listener) => listener.accept().await.map(|(stream, peer)| {
                let _ = stream.set_nodelay(true);
                let client = ClientAddress::Ip(peer.ip().to_canonical());
                door.let_in(stream, client, held, watcher);
            }),
            Listener::Unix(listener) => listener.accept().await.map(|(stream, _)| {
                door.let_in(stream, ClientAddress::Unix, held, watcher);
            }),
        };
        if let Err(error) = accepted {
            warn!("cannot accept a connection: {error}");
            time::sleep(ACCEPT_REST).await;
        }
    }
}

fn connection<S>(
    socket: S,
    client: ClientAddress,
    house: &House,
) -> impl GracefulConnection<Error = hyper::Error> + use<S>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let limits = house.limits;
    let house = house.clone();
    let service = service_fn(move |request: Request<Incoming>| {
        let house = house.clone();
        async move { Ok::<_, Infallible>(house.reply(request, client).await) }
    });
    let patience = Duration::from_secs(limits.write_timeout.into());
    http1::Builder::new()
        .timer(TokioTimer::new())
        // Whoever has asked and says no more still wants the answer.
        .half_close(true)
        .header_read_timeout(Duration::from_secs(limits.header_timeout.into()))
        .max_buf_size(limits.header_bytes as usize)
        .max_headers(limits.headers as usize)
        .serve_connection(TokioIo::new(Patient::new(socket, patience)), service)
}

impl House {
    /// The reply to a request that the guard lets through, or the guard's.
    async fn reply(&self, request: Request<Incoming>, client: ClientAddress) -> Reply {
        let begun = Instant::now();
        let (head, body) = request.into_parts();
        let request = Request::from_parts(head, ());
        let reply = match guard::refusal(&request, &self.limits) {
            Some(refusal) => refusal,
            None if guard::drain(body, &self.limits).await => {
                answer(self.desk.get(), &request, Timestamp::now()).await
            }
            None => guard::closing(answer(self.desk.get(), &request, Timestamp::now()).await),
        };
        self.observer.observe(&request, client, &reply, begun);
        reply
    }
}

/// Says where the daemon can be reached.
pub fn announce(listeners: &[Listener], public_url: &str) {
    for listener in listeners {
        info!(
            "listening on {} (public address {public_url})",
            listener.address()
        );
    }
}
