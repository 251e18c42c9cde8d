//! Accepts the connections of a listening socket.

use std::io;
use std::sync::Arc;

use tokio::time;

use crate::serve::accept_log::{ACCEPT_PAUSE, AcceptLog};
use crate::serve::acceptor::{Acceptor, Socket};
use crate::serve::connection_limit::{ConnectionLimit, ConnectionPermit};

/// The accept loops of a server, one for each thread and listening socket, share its limit and log.
pub(super) struct AcceptLoop {
    limit: Arc<ConnectionLimit>,
    log: AcceptLog,
}

impl AcceptLoop {
    pub(super) fn new(connections: &'static str, limit: Arc<ConnectionLimit>) -> AcceptLoop {
        AcceptLoop {
            limit,
            log: AcceptLog::new(connections),
        }
    }

    /// Accepts connections until the task is dropped. While one waits for a permit, the others wait in
    /// the kernel's queue.
    pub(super) async fn run(
        &self,
        acceptor: &Acceptor,
        mut serve: impl FnMut(Socket, ConnectionPermit),
    ) {
        loop {
            match acceptor.accept().await {
                Ok(socket) => {
                    self.log.log_success();
                    if let Some(permit) = self.limit.admit(socket.client()).await {
                        serve(socket, permit);
                    }
                }
                // The client has closed the connection already.
                Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
                Err(error) => {
                    self.log.log_failure(&error);
                    time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }
}
