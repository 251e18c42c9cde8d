//! A listening socket in the runtime of one thread. Every thread has its own copy of each socket.

use std::io;

use tokio::net::{self, TcpStream, UnixStream};

use crate::serve::client_address::ClientAddress;
use crate::serve::listener::Listener;

#[derive(Debug)]
pub(super) enum Acceptor {
    Tcp(net::TcpListener),
    Unix(net::UnixListener),
}

/// A new connection.
pub(super) enum Socket {
    Tcp(TcpStream, ClientAddress),
    Unix(UnixStream),
}

impl Socket {
    pub(super) fn client(&self) -> ClientAddress {
        match self {
            Socket::Tcp(_, client) => *client,
            Socket::Unix(_) => ClientAddress::Unix,
        }
    }
}

impl Acceptor {
    /// Copies a listening socket. The caller must be within the runtime.
    pub(super) fn new(listener: &Listener) -> io::Result<Acceptor> {
        Ok(match listener {
            Listener::Tcp(listener) => {
                Acceptor::Tcp(net::TcpListener::from_std(listener.try_clone()?)?)
            }
            Listener::Unix { listener, .. } => {
                Acceptor::Unix(net::UnixListener::from_std(listener.try_clone()?)?)
            }
        })
    }

    pub(super) async fn accept(&self) -> io::Result<Socket> {
        match self {
            Acceptor::Tcp(listener) => {
                let (stream, peer) = listener.accept().await?;
                let _ = stream.set_nodelay(true);
                let client = ClientAddress::Ip(peer.ip().to_canonical());
                Ok(Socket::Tcp(stream, client))
            }
            Acceptor::Unix(listener) => {
                let (stream, _) = listener.accept().await?;
                Ok(Socket::Unix(stream))
            }
        }
    }
}
