//! Who asks: what a connection knows of the other end.

use std::fmt;
use std::net::IpAddr;

/// The address of a client, in the extensions of its requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ClientAddress {
    /// By network.
    Ip(IpAddr),
    /// By a unix socket, whose peers have no address.
    Unix,
}

impl fmt::Display for ClientAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ClientAddress::Ip(address) => address.fmt(f),
            ClientAddress::Unix => f.write_str("unix:"),
        }
    }
}
