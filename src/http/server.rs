//! The sockets: accepting, serving and draining connections.
//!
//! HTTP/1.1 only, chosen and not sniffed, with a timer on the builder, without which hyper's
//! deadlines do nothing. A connection holds a permit and is watched, so that stopping waits for
//! open requests and for nothing else.

use std::convert::Infallible;
use std::io;
use std::os::unix::fs::FileTypeExt;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, UnixListener};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time;
use tracing::{debug, info, warn};

use super::answer;
use super::client::ClientAddress;
use super::observer::Observer;
use crate::config::{Limits, Listen};
use crate::desk::Desk;
use crate::time::Timestamp;

/// Header bytes of a request, and so the memory of a connection that is sending one.
const HEADER_BYTES_MAX: usize = 32 << 10;

/// Header lines of a request.
const HEADERS_MAX: usize = 64;

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
            Listen::Unix(path) => {
                remove_stale(path).await;
                UnixListener::bind(path)
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

/// Removes a socket file that nobody answers on.
async fn remove_stale(path: &Path) {
    let is_socket = std::fs::metadata(path).is_ok_and(|file| file.file_type().is_socket());
    if is_socket && tokio::net::UnixStream::connect(path).await.is_err() {
        let _ = std::fs::remove_file(path);
    }
}

/// The desk, once the state folder has been read.
pub type DeskSlot = Arc<OnceLock<Arc<Desk>>>;

/// Serves until `stop` turns true, then lets open requests finish within the drain time.
pub async fn serve(
    listeners: Vec<Listener>,
    desk: DeskSlot,
    limits: Limits,
    observer: Arc<Observer>,
    mut stop: watch::Receiver<bool>,
) {
    let graceful = GracefulShutdown::new();
    let permits = Arc::new(Semaphore::new(limits.connections as usize));
    let mut accepting = JoinSet::new();
    let (sockets, mut accepted) = tokio::sync::mpsc::channel::<Socket>(1);
    for listener in listeners {
        accepting.spawn(accept(listener, sockets.clone()));
    }
    drop(sockets);
    let mut connections = JoinSet::new();
    loop {
        let socket = tokio::select! {
            _ = stop.wait_for(|stop| *stop) => break,
            Some(_) = connections.join_next() => continue,
            socket = async { (permits.clone().acquire_owned().await, accepted.recv().await) } => socket,
        };
        let (Ok(permit), Some(socket)) = socket else {
            break;
        };
        let open = observer.metrics.open_connection();
        let connection = connection(socket, desk.clone(), limits, observer.clone(), &graceful);
        connections.spawn(async move {
            connection.await;
            drop((permit, open));
        });
    }
    accepting.shutdown().await;
    drop(accepted);
    let drain = Duration::from_secs(limits.drain_timeout.into());
    let ended = time::timeout(drain, graceful.shutdown()).await;
    while connections.try_join_next().is_some() {}
    if ended.is_err() {
        warn!(
            "{} connections did not end within {drain:?}",
            connections.len()
        );
    }
}

type Socket = (Box<dyn Stream>, ClientAddress);

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

async fn accept(listener: Listener, sockets: tokio::sync::mpsc::Sender<Socket>) {
    loop {
        let accepted: io::Result<Socket> = match &listener {
            Listener::Tcp(listener) => listener.accept().await.map(|(stream, peer)| {
                let _ = stream.set_nodelay(true);
                let client = ClientAddress::Ip(peer.ip().to_canonical());
                (Box::new(stream) as Box<dyn Stream>, client)
            }),
            Listener::Unix(listener) => listener
                .accept()
                .await
                .map(|(stream, _)| (Box::new(stream) as Box<dyn Stream>, ClientAddress::Unix)),
        };
        match accepted {
            Ok(socket) => {
                if sockets.send(socket).await.is_err() {
                    return;
                }
            }
            Err(error) => {
                warn!("cannot accept a connection: {error}");
                time::sleep(ACCEPT_REST).await;
            }
        }
    }
}

fn connection(
    (socket, client): Socket,
    desk: DeskSlot,
    limits: Limits,
    observer: Arc<Observer>,
    graceful: &GracefulShutdown,
) -> impl Future<Output = ()> + use<> {
    let service = service_fn(move |mut request: Request<Incoming>| {
        let (desk, observer) = (desk.clone(), observer.clone());
        request.extensions_mut().insert(client);
        async move {
            let begun = Instant::now();
            let reply = answer(desk.get(), &request, Timestamp::now()).await;
            observer.observe(&request, &reply, begun);
            Ok::<_, Infallible>(reply)
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_secs(limits.header_timeout.into()))
        .max_buf_size(HEADER_BYTES_MAX)
        .max_headers(HEADERS_MAX)
        .serve_connection(TokioIo::new(socket), service);
    let watched = graceful.watch(connection);
    async move {
        if let Err(error) = watched.await {
            debug!("a connection ended early: {error}");
        }
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
