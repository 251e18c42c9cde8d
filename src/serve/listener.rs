//! Listening sockets: those that systemd passed, else those that are named.

use std::fs::Permissions;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::os::unix::net::UnixListener;
use std::path::Path;

use listenfd::ListenFd;
use rustix::net::sockopt::set_socket_send_buffer_size;
use tokio::net::{self, UnixStream};
use tracing::{info, warn};

use crate::config::{Limits, Listen};

/// An open listening socket.
#[derive(Debug)]
pub(crate) enum Listener {
    /// IPv4 or IPv6.
    Tcp(TcpListener),
    /// A path.
    Unix(UnixListener),
}

/// A socket that cannot be opened.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address}")]
pub(crate) struct ListenError {
    address: String,
    #[source]
    source: io::Error,
}

impl Listener {
    /// The sockets that systemd passed, else those that are named.
    ///
    /// # Errors
    /// [`ListenError`] names the first address that cannot be listened on.
    pub(crate) async fn open_all(
        named: &[Listen],
        mut passed: ListenFd,
        limits: &Limits,
    ) -> Result<Vec<Listener>, ListenError> {
        let listeners = if passed.len() > 0 {
            Listener::take_all(&mut passed)?
        } else {
            Listener::open_named(named).await?
        };
        for listener in &listeners {
            listener.limit_unsent(limits.send_bytes as usize);
        }
        Ok(listeners)
    }

    fn take_all(passed: &mut ListenFd) -> Result<Vec<Listener>, ListenError> {
        let places = 0..passed.len();
        let taken = places.map(|place| Listener::take(passed, place));
        taken
            .collect::<io::Result<_>>()
            .map_err(|source| ListenError {
                address: "a socket that was passed at the start".to_owned(),
                source,
            })
    }

    async fn open_named(named: &[Listen]) -> Result<Vec<Listener>, ListenError> {
        let mut listeners = Vec::with_capacity(named.len());
        for listen in named {
            listeners.push(Listener::open(listen).await?);
        }
        Ok(listeners)
    }

    /// Limits the kernel's send buffer. Its own limit is megabytes for each connection, so a few hundred
    /// clients that do not read would fill its memory. Connections inherit it from their listening
    /// socket.
    fn limit_unsent(&self, bytes: usize) {
        if let Listener::Tcp(listener) = self
            && let Err(error) = set_socket_send_buffer_size(listener, bytes)
        {
            warn!("`send-bytes` cannot be set: {error}");
        }
    }

    /// A socket that was passed (sd_listen_fds(3)).
    fn take(passed: &mut ListenFd, place: usize) -> io::Result<Listener> {
        // Each refuses a socket of the other kind and leaves it in its place.
        if let Ok(Some(listener)) = passed.take_tcp_listener(place) {
            listener.set_nonblocking(true)?;
            return Ok(Listener::Tcp(listener));
        }
        let listener = passed.take_unix_listener(place)?;
        let listener = listener.ok_or(io::ErrorKind::InvalidInput)?;
        listener.set_nonblocking(true)?;
        Ok(Listener::Unix(listener))
    }

    /// Opens the socket of the admin pages.
    pub(super) async fn open_admin(address: SocketAddr) -> Result<Listener, ListenError> {
        let failed = |source| ListenError {
            address: format!("{address} for the admin pages"),
            source,
        };
        open_tcp(&address).await.map(Listener::Tcp).map_err(failed)
    }

    /// Opens a socket. A unix socket that a stopped daemon left behind is replaced.
    async fn open(listen: &Listen) -> Result<Listener, ListenError> {
        let failed = |address: String| move |source| ListenError { address, source };
        match listen {
            Listen::Tcp(address) => open_tcp(address)
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

    /// The address, as a person would open it.
    pub(crate) fn address(&self) -> String {
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

// The library's own `bind` has a queue of only 128 connections.
async fn open_tcp(address: &SocketAddr) -> io::Result<TcpListener> {
    net::TcpListener::bind(address).await?.into_std()
}

fn open_unix(path: &Path, mode: Option<u32>) -> io::Result<UnixListener> {
    let listener = net::UnixListener::bind(path)?.into_std()?;
    if let Some(mode) = mode {
        std::fs::set_permissions(path, Permissions::from_mode(mode))?;
    }
    Ok(listener)
}

/// Removes a socket file on which no process listens.
async fn remove_stale(path: &Path) {
    let is_socket = std::fs::metadata(path).is_ok_and(|file| file.file_type().is_socket());
    if is_socket && UnixStream::connect(path).await.is_err() {
        let _ = std::fs::remove_file(path);
    }
}

/// Logs the addresses.
pub(crate) fn announce(listeners: &[Listener], public_url: &str) {
    for listener in listeners {
        info!(
            "listening on {} (public address {public_url})",
            listener.address()
        );
    }
}
