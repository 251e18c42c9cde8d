//! How many connections one address has open.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ipnet::IpNet;

use crate::serve::client_address::ClientAddress;

/// The connections of every address. Proxies that are trusted speak for many and are not counted.
#[derive(Debug)]
pub(super) struct ConnectionLimit {
    most: u32,
    trusted: Vec<IpNet>,
    open: Mutex<HashMap<IpAddr, u32>>,
}

/// A connection that counts until it is dropped.
#[derive(Debug)]
pub(super) struct ConnectionPermit {
    /// Where it is counted, if it is.
    counted: Option<(Arc<ConnectionLimit>, IpAddr)>,
}

impl ConnectionLimit {
    /// At most `most` connections for each address that is not `trusted`.
    pub(super) fn new(most: u32, trusted: &[IpNet]) -> Arc<ConnectionLimit> {
        Arc::new(ConnectionLimit {
            most,
            trusted: trusted.to_vec(),
            open: Mutex::default(),
        })
    }

    /// A place for one more connection; `None` where its address has too many.
    pub(super) fn enter(
        self: &Arc<ConnectionLimit>,
        client: ClientAddress,
    ) -> Option<ConnectionPermit> {
        let address = match client {
            ClientAddress::Ip(address) if !client.is_within(&self.trusted) => home(address),
            ClientAddress::Ip(_) | ClientAddress::Unix => {
                return Some(ConnectionPermit { counted: None });
            }
        };
        let mut open = self.open();
        let count = open.entry(address).or_default();
        if *count >= self.most {
            return None;
        }
        *count += 1;
        Some(ConnectionPermit {
            counted: Some((self.clone(), address)),
        })
    }

    fn open(&self) -> MutexGuard<'_, HashMap<IpAddr, u32>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for ConnectionPermit {
    fn drop(&mut self) {
        let Some((crowd, address)) = &self.counted else {
            return;
        };
        if let Entry::Occupied(mut open) = crowd.open().entry(*address) {
            *open.get_mut() -= 1;
            if *open.get() == 0 {
                open.remove();
            }
        }
    }
}

/// What one household gets: of IPv6 a network of 64 bits.
fn home(address: IpAddr) -> IpAddr {
    const NETWORK: u128 = u128::MAX << 64;
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & NETWORK).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> ClientAddress {
        ClientAddress::Ip(text.parse().expect("an address"))
    }

    #[test]
    fn an_address_has_so_many_places_and_gives_them_back() {
        let crowd = ConnectionLimit::new(2, &["10.0.0.0/8".parse().expect("a block")]);
        let first = crowd.enter(ip("192.0.2.1"));
        let second = crowd.enter(ip("192.0.2.1"));
        assert!(first.is_some() && second.is_some());
        assert!(crowd.enter(ip("192.0.2.1")).is_none());
        let other = crowd.enter(ip("192.0.2.2"));
        assert!(other.is_some(), "another address has its own");
        drop(first);
        assert!(crowd.enter(ip("192.0.2.1")).is_some());
        drop((second, other));
        assert!(crowd.open().is_empty(), "nothing is kept of who has left");
    }

    #[test]
    fn a_household_is_one_address_and_a_trusted_proxy_none() {
        let crowd = ConnectionLimit::new(1, &["10.0.0.0/8".parse().expect("a block")]);
        let _first = crowd.enter(ip("2001:db8::1"));
        assert!(crowd.enter(ip("2001:db8::2")).is_none());
        assert!(crowd.enter(ip("2001:db8:0:1::2")).is_some());
        let proxies: Vec<_> = (0..3).map(|_| crowd.enter(ip("10.1.2.3"))).collect();
        assert!(proxies.iter().all(Option::is_some));
        assert!(crowd.enter(ClientAddress::Unix).is_some());
    }
}
