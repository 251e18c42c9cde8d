//! The address of a client: of the connection, or from a trusted proxy's `X-Forwarded-For`.

use std::fmt;
use std::net::IpAddr;

use hyper::header::HeaderMap;
use ipnet::IpNet;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum ClientAddress {
    Ip(IpAddr),
    /// The peer of a unix socket, which has no address.
    Unix,
}

impl ClientAddress {
    /// Whether it is in one of these blocks. A unix socket never is: its file mode limits
    /// who may connect.
    pub(crate) fn is_in(self, blocks: &[IpNet]) -> bool {
        match self {
            ClientAddress::Ip(address) => blocks.iter().any(|block| block.contains(&address)),
            ClientAddress::Unix => false,
        }
    }

    /// The client for which this peer forwards a request. Read from its end, an element of
    /// `X-Forwarded-For` is trusted if the address after it is that of a trusted proxy or a unix socket.
    pub(crate) fn forwarded_for(self, headers: &HeaderMap, trusted: &[IpNet]) -> ClientAddress {
        let lists = headers.get_all("x-forwarded-for").iter();
        let lists = lists.filter_map(|list| list.to_str().ok());
        let elements: Vec<&str> = lists.flat_map(|list| list.split(',')).collect();
        let mut client = self;
        for element in elements.into_iter().rev() {
            let is_trusted = client == ClientAddress::Unix || client.is_in(trusted);
            match element.trim().parse::<IpAddr>() {
                Ok(address) if is_trusted => client = ClientAddress::Ip(address.to_canonical()),
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
    fn forwarded_addresses_are_trusted_only_from_trusted_proxies() {
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
                peer.forwarded_for(&headers, &trusted).to_string(),
                expected,
                "{lists:?}"
            );
        }
    }
}
