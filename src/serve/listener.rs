//! Listening sockets: those of systemd's socket activation, otherwise those of the configuration.

use std::fs::Permissions;
use std::io;
use std::net::TcpListener;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

use listenfd::ListenFd;
use rustix::net::sockopt::set_socket_send_buffer_size;
use tokio::net::{self, UnixStream};
use tracing::{info, warn};

use crate::config::{Limits, Listen};

#[derive(Debug)]
pub(crate) enum Listener {
    Tcp(TcpListener),
    Unix {
        listener: UnixListener,
        /// Its file, unless systemd opened it.
        file: Option<SocketFile>,
    },
}

/// The file of a Unix socket that this process opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SocketFile {
    path: PathBuf,
    device: u64,
    inode: u64,
}

impl SocketFile {
    fn new(path: &Path) -> io::Result<SocketFile> {
        let file = std::fs::symlink_metadata(path)?;
        Ok(SocketFile {
            path: path.to_owned(),
            device: file.dev(),
            inode: file.ino(),
        })
    }

    /// Removes the file, unless another process has put its own in its place.
    pub(crate) fn remove(&self) {
        if SocketFile::new(&self.path).is_ok_and(|found| found == *self) {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address}")]
pub(crate) struct ListenError {
    address: String,
    /// What to look at, where it is known.
    pub(crate) hint: Option<&'static str>,
    #[source]
    source: io::Error,
}

impl ListenError {
    fn new(listen: &Listen, what_for: &str, source: io::Error) -> ListenError {
        ListenError {
            address: format!("{listen}{what_for}"),
            hint: hint_for(listen, source.kind()),
            source,
        }
    }
}

fn hint_for(listen: &Listen, failure: io::ErrorKind) -> Option<&'static str> {
    let is_other_file = |path: &Path| {
        let file = std::fs::symlink_metadata(path);
        file.is_ok_and(|file| !file.file_type().is_socket())
    };
    Some(match (listen, failure) {
        (Listen::Unix { path, .. }, io::ErrorKind::AddrInUse) if is_other_file(path) => {
            "a file is there that is no socket; remove it, or name another path"
        }
        (_, io::ErrorKind::AddrInUse) => "is another daemon running there?",
        (Listen::Unix { .. }, io::ErrorKind::NotFound) => "make the folder of the socket first",
        (Listen::Unix { .. }, io::ErrorKind::PermissionDenied) => {
            "the user of the daemon must be able to write the folder of the socket"
        }
        (Listen::Tcp(_), io::ErrorKind::PermissionDenied) => {
            "ports below 1024 are for root; take another one, behind a proxy"
        }
        (Listen::Tcp(_), io::ErrorKind::AddrNotAvailable) => "this machine has no such address",
        _ => return None,
    })
}

impl Listener {
    /// Takes the sockets that systemd opened, or opens `addresses` if there are none.
    pub(crate) async fn open_all(
        addresses: &[Listen],
        mut systemd: ListenFd,
        limits: &Limits,
    ) -> Result<Vec<Listener>, ListenError> {
        let mut listeners = Vec::new();
        for index in 0..systemd.len() {
            let listener = Listener::take(&mut systemd, index);
            listeners.push(listener.map_err(|source| ListenError {
                address: "a socket of systemd".to_owned(),
                hint: None,
                source,
            })?);
        }
        if listeners.is_empty() {
            for listen in addresses {
                let listener = Listener::open(listen).await;
                listeners.push(listener.map_err(|source| ListenError::new(listen, "", source))?);
            }
        }
        for listener in &listeners {
            listener.limit_send_buffer(limits.send_bytes as usize);
        }
        Ok(listeners)
    }

    /// The kernel's default limit is megabytes for each connection, so a few hundred clients that do not
    /// read would fill its memory. Connections inherit the size from their listening socket.
    fn limit_send_buffer(&self, bytes: usize) {
        if let Listener::Tcp(listener) = self
            && let Err(error) = set_socket_send_buffer_size(listener, bytes)
        {
            warn!("`send-bytes` cannot be set: {error}");
        }
    }

    /// A socket of systemd (sd_listen_fds(3)).
    fn take(systemd: &mut ListenFd, index: usize) -> io::Result<Listener> {
        // This refuses a unix socket and leaves it in its place.
        if let Ok(Some(listener)) = systemd.take_tcp_listener(index) {
            listener.set_nonblocking(true)?;
            return Ok(Listener::Tcp(listener));
        }
        let listener = systemd.take_unix_listener(index)?;
        let listener = listener.ok_or(io::ErrorKind::InvalidInput)?;
        listener.set_nonblocking(true)?;
        let file = None;
        Ok(Listener::Unix { listener, file })
    }

    pub(super) async fn open_admin(address: &Listen) -> Result<Listener, ListenError> {
        let listener = Listener::open(address).await;
        listener.map_err(|source| ListenError::new(address, " for the admin pages", source))
    }

    async fn open(listen: &Listen) -> io::Result<Listener> {
        match listen {
            // The queue of a listener of `std` has only 128 connections.
            Listen::Tcp(address) => {
                let listener = net::TcpListener::bind(address).await?;
                Ok(Listener::Tcp(listener.into_std()?))
            }
            Listen::Unix { path, mode } => {
                remove_stale(path).await;
                let listener = net::UnixListener::bind(path)?.into_std()?;
                let file = SocketFile::new(path).ok();
                if let Some(mode) = *mode {
                    std::fs::set_permissions(path, Permissions::from_mode(mode))?;
                }
                Ok(Listener::Unix { listener, file })
            }
        }
    }

    /// The file that has to go when the daemon ends.
    pub(crate) fn file(&self) -> Option<SocketFile> {
        match self {
            Listener::Tcp(_) => None,
            Listener::Unix { file, .. } => file.clone(),
        }
    }

    pub(crate) fn address(&self) -> String {
        match self {
            Listener::Tcp(listener) => listener
                .local_addr()
                .map_or_else(|_| "?".to_owned(), |address| format!("http://{address}")),
            Listener::Unix { listener, .. } => {
                let address = listener.local_addr().ok();
                let path = address.as_ref().and_then(|address| address.as_pathname());
                format!("unix:{}", path.unwrap_or(Path::new("?")).display())
            }
        }
    }
}

/// Removes the file of a socket on which no process listens, such as a stopped daemon's.
async fn remove_stale(path: &Path) {
    let is_socket = std::fs::metadata(path).is_ok_and(|file| file.file_type().is_socket());
    if is_socket && UnixStream::connect(path).await.is_err() {
        let _ = std::fs::remove_file(path);
    }
}

pub(crate) fn log_addresses(listeners: &[Listener], public_url: &str) {
    for listener in listeners {
        info!(
            "listening on {} (public address {public_url})",
            listener.address()
        );
    }
}
