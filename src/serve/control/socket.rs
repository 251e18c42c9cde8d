//! The socket in the state folder, and its file.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{UnixListener, UnixSocket};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::{task, time};
use tracing::{debug, warn};

use super::socket_path::{FILE, with_short_path};
use super::{Control, connection};
use crate::config::Server;
use crate::publish::health::Health;
use crate::serve::accept_log::{ACCEPT_PAUSE, AcceptLog};

/// Open connections; further ones wait.
const CONNECTIONS_MAX: usize = 8;

/// How often to check that the socket's file is still there: a state folder may be deleted and made anew.
const CHECK_INTERVAL: Duration = Duration::from_secs(15);

/// The socket of a state folder; its file is removed when it is dropped.
#[derive(Debug)]
pub(crate) struct ControlSocket {
    listener: UnixListener,
    folder: PathBuf,
    inode: u64,
}

/// Opens the control socket in the state folder; without it `taspa confirm` does not work.
pub(crate) fn open(server: &Server, health: &Health) -> Option<ControlSocket> {
    if health.condition().without_state.is_some() {
        warn!(
            "there is no control socket without a state folder: `taspa confirm` cannot reach this daemon"
        );
        return None;
    }
    let opened = ControlSocket::open(&server.state);
    opened
        .inspect_err(|error| {
            let folder = server.state.display();
            warn!("there is no control socket in {folder}, so `taspa confirm` cannot reach this daemon: {error}");
        })
        .ok()
}

impl ControlSocket {
    /// Opens the socket in a state folder that this process alone uses; replaces the file of a daemon that
    /// ended without removing it.
    pub(super) fn open(folder: &Path) -> io::Result<ControlSocket> {
        match fs::remove_file(folder.join(FILE)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let socket = UnixSocket::new_stream()?;
        let inode = with_short_path(folder, |path| {
            socket.bind(path)?;
            // No client can connect before the socket listens.
            fs::set_permissions(path, Permissions::from_mode(0o600))?;
            Ok(fs::metadata(path)?.ino())
        })?;
        let backlog = u32::try_from(CONNECTIONS_MAX).unwrap_or(u32::MAX);
        let listener = socket.listen(backlog)?;
        Ok(ControlSocket {
            listener,
            folder: folder.to_owned(),
            inode,
        })
    }

    /// Answers requests until the task is aborted, which ends the connections too.
    pub(crate) async fn serve(&mut self, control: Control) {
        let log = AcceptLog::new("connections of `taspa confirm`");
        let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
        let mut connections = JoinSet::new();
        loop {
            while connections.try_join_next().is_some() {}
            let Ok(permit) = places.clone().acquire_owned().await else {
                return;
            };
            match time::timeout(CHECK_INTERVAL, self.listener.accept()).await {
                Err(_) => {
                    // The folder's disk may hang. A folder that cannot be used now is tried again.
                    let (folder, inode) = (self.folder.clone(), self.inode);
                    let look = move || match is_in_place(&folder, inode) {
                        true => None,
                        false => ControlSocket::open(&folder).ok(),
                    };
                    if let Ok(Some(socket)) = task::spawn_blocking(look).await {
                        *self = socket;
                    }
                }
                Ok(Ok((stream, _))) => {
                    log.log_success();
                    let control = control.clone();
                    connections.spawn(async move {
                        if let Err(error) = connection(&stream, &control).await {
                            debug!("a control connection ended early: {error}");
                        }
                        drop(permit);
                    });
                }
                Ok(Err(error)) => {
                    log.log_failure(&error);
                    time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }
}

/// Whether the file in the folder is the socket with this inode.
fn is_in_place(folder: &Path, inode: u64) -> bool {
    let file = fs::symlink_metadata(folder.join(FILE));
    file.is_ok_and(|file| file.ino() == inode)
}

impl Drop for ControlSocket {
    fn drop(&mut self) {
        if is_in_place(&self.folder, self.inode) {
            // The folder may be gone by now.
            let _ = fs::remove_file(self.folder.join(FILE));
        }
    }
}
