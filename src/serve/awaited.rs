//! Listening sockets as one thread waits on them.
//!
//! They are opened once; every thread that serves takes connections from a copy of its own.

use std::future::poll_fn;
use std::io;
use std::task::{Context, Poll, ready};

use tokio::net::{self, TcpStream, UnixStream};

use super::listener::Listener;
use crate::serve::client_address::ClientAddress;

/// Listening sockets that the runtime of this thread waits on.
#[derive(Debug)]
pub(super) struct Awaited {
    sockets: Vec<Socket>,
    /// The one that is asked first: each in turn, so that a busy one does not starve the others.
    first: usize,
}

#[derive(Debug)]
enum Socket {
    Tcp(net::TcpListener),
    Unix(net::UnixListener),
}

/// A connection as it came in.
pub(super) enum Accepted {
    Tcp(TcpStream, ClientAddress),
    Unix(UnixStream),
}

impl Accepted {
    /// The other end.
    pub(super) fn client(&self) -> ClientAddress {
        match self {
            Accepted::Tcp(_, client) => *client,
            Accepted::Unix(_) => ClientAddress::Unix,
        }
    }
}

impl Awaited {
    /// Waits on sockets, within a runtime.
    pub(super) fn new(listeners: &[Listener]) -> io::Result<Awaited> {
        let sockets = listeners.iter().map(Socket::new);
        Ok(Awaited {
            sockets: sockets.collect::<io::Result<_>>()?,
            first: 0,
        })
    }

    /// The next connection of any.
    pub(super) async fn accept(&mut self) -> io::Result<Accepted> {
        self.first = (self.first + 1) % self.sockets.len();
        let (later, sooner) = self.sockets.split_at(self.first);
        let in_turn = || sooner.iter().chain(later);
        poll_fn(|context| {
            let mut accepted = in_turn().map(|socket| socket.poll_accept(context));
            accepted.find(Poll::is_ready).unwrap_or(Poll::Pending)
        })
        .await
    }
}

impl Socket {
    /// A way of its own to the same socket.
    fn new(listener: &Listener) -> io::Result<Socket> {
        Ok(match listener {
            Listener::Tcp(listener) => {
                Socket::Tcp(net::TcpListener::from_std(listener.try_clone()?)?)
            }
            Listener::Unix(listener) => {
                Socket::Unix(net::UnixListener::from_std(listener.try_clone()?)?)
            }
        })
    }

    fn poll_accept(&self, context: &mut Context<'_>) -> Poll<io::Result<Accepted>> {
        match self {
            Socket::Tcp(listener) => {
                let (stream, peer) = ready!(listener.poll_accept(context))?;
                let _ = stream.set_nodelay(true);
                let client = ClientAddress::Ip(peer.ip().to_canonical());
                Poll::Ready(Ok(Accepted::Tcp(stream, client)))
            }
            Socket::Unix(listener) => {
                let (stream, _) = ready!(listener.poll_accept(context))?;
                Poll::Ready(Ok(Accepted::Unix(stream)))
            }
        }
    }
}
