//! Who asks: the other end of a connection, or whom a trusted proxy speaks for.

use std::fmt;
use std::net::IpAddr;

use hyper::header::HeaderMap;
use ipnet::IpNet;

/// The address of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum ClientAddress {
    /// By network.
    Ip(IpAddr),
    /// By a unix socket, whose peers have no address.
    Unix,
}

impl ClientAddress {
    /// Whether it is in one of these blocks. A unix socket is not: who may open it is a matter of
    /// its mode.
    pub(crate) fn is_within(self, blocks: &[IpNet]) -> bool {
        match self {
            ClientAddress::Ip(address) => blocks.iter().any(|block| block.contains(&address)),
            ClientAddress::Unix => false,
        }
    }

    /// The client behind this peer. What `X-Forwarded-For` says is believed as far as each speaker,
    /// from the last one back, is a trusted proxy or connected by a unix socket.
    pub(crate) fn behind(self, headers: &HeaderMap, trusted: &[IpNet]) -> ClientAddress {
        let lists = headers.get_all("x-forwarded-for").iter();
        let names = lists.filter_map(|list| list.to_str().ok());
        let named: Vec<&str> = names.flat_map(|list| list.split(',')).collect();
        let mut client = self;
        for name in named.into_iter().rev() {
            let is_believed = client == ClientAddress::Unix || client.is_within(trusted);
            match name.trim().parse::<IpAddr>() {
                Ok(address) if is_believed => client = ClientAddress::Ip(address.to_canonical()),
                _ => break,
            }
        }
        client
    }
}

impl fmt::Display for ClientAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ClientAddress::Ip(address) => address.fmt(f),
            ClientAddress::Unix => f.write_str("unix:"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_trusted_proxies_are_believed() {
        let trusted: Vec<IpNet> = ["127.0.0.0/8", "10.0.0.0/8"]
            .map(|block| block.parse().expect("a block"))
            .into();
        for (peer, lists, expected) in [
            ("127.0.0.1", &["192.0.2.7"][..], "192.0.2.7"),
            ("192.0.2.1", &["192.0.2.7"], "192.0.2.1"),
            (
                "127.0.0.1",
                &["203.0.113.9, 192.0.2.7, 10.1.1.1"],
                "192.0.2.7",
            ),
            ("127.0.0.1", &["203.0.113.9", "192.0.2.7"], "192.0.2.7"),
            ("127.0.0.1", &["192.0.2.7, unknown"], "127.0.0.1"),
            ("127.0.0.1", &["192.0.2.7, unknown, 10.0.0.9"], "10.0.0.9"),
            ("127.0.0.1", &["::ffff:192.0.2.7"], "192.0.2.7"),
            ("127.0.0.1", &[], "127.0.0.1"),
            ("unix:", &["2001:db8::5"], "2001:db8::5"),
            ("unix:", &[], "unix:"),
        ] {
            let peer = match peer.parse() {
                Ok(address) => ClientAddress::Ip(address),
                Err(_) => ClientAddress::Unix,
            };
            let mut headers = HeaderMap::new();
            for list in lists {
                headers.append("x-forwarded-for", list.parse().expect("a header value"));
            }
            assert_eq!(
                peer.behind(&headers, &trusted).to_string(),
                expected,
                "{lists:?}"
            );
        }
    }
}
