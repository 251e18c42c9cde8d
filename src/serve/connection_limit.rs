//! How many connections are open: altogether, and from one address.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ipnet::IpNet;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::serve::client_address::ClientAddress;
use crate::serve::counter::Counter;

/// The limits of open connections, and their counters. Trusted proxies speak for many clients, so
/// only the total limits them.
#[derive(Debug)]
pub(crate) struct ConnectionLimit {
    total: Arc<Semaphore>,
    per_address: u32,
    trusted: Vec<IpNet>,
    by_address: Mutex<HashMap<IpAddr, u32>>,
    /// Connections that got a permit.
    pub accepted: Counter,
    closed: Counter,
    /// Connections that were closed because their address has too many.
    pub refused: Counter,
}

/// A connection that counts as open until this is dropped.
#[derive(Debug)]
#[must_use]
pub(super) struct ConnectionPermit {
    limit: Arc<ConnectionLimit>,
    _slot: Option<AddressSlot>,
    /// Dropped last, so that the gauge falls before the next connection gets it.
    _total: OwnedSemaphorePermit,
}

/// One of the connections of an address.
#[derive(Debug)]
struct AddressSlot {
    limit: Arc<ConnectionLimit>,
    address: IpAddr,
}

impl ConnectionLimit {
    /// At most `total` connections, and at most `per_address` from one address that is not `trusted`.
    pub(crate) fn new(total: usize, per_address: u32, trusted: &[IpNet]) -> Arc<ConnectionLimit> {
        Arc::new(ConnectionLimit {
            total: Arc::new(Semaphore::new(total)),
            per_address,
            trusted: trusted.to_vec(),
            by_address: Mutex::default(),
            accepted: Counter::default(),
            closed: Counter::default(),
            refused: Counter::default(),
        })
    }

    /// The connections that are open.
    pub(crate) fn open(&self) -> u64 {
        // Read in this order, the difference is never below zero.
        let closed = self.closed.value();
        self.accepted.value().saturating_sub(closed)
    }

    /// A permit for one more connection, as soon as the total allows it; `None` if its address has
    /// too many.
    pub(super) async fn admit(
        self: &Arc<ConnectionLimit>,
        client: ClientAddress,
    ) -> Option<ConnectionPermit> {
        let slot = match client {
            ClientAddress::Ip(address) if !client.is_within(&self.trusted) => {
                let Some(slot) = self.slot(address) else {
                    self.refused.increment();
                    return None;
                };
                Some(slot)
            }
            ClientAddress::Ip(_) | ClientAddress::Unix => None,
        };
        let total = self.total.clone().acquire_owned().await.ok()?;
        self.accepted.increment();
        Some(ConnectionPermit {
            limit: self.clone(),
            _slot: slot,
            _total: total,
        })
    }

    fn slot(self: &Arc<ConnectionLimit>, address: IpAddr) -> Option<AddressSlot> {
        let address = network(address);
        let mut by_address = self.by_address();
        let count = by_address.entry(address).or_default();
        if *count >= self.per_address {
            return None;
        }
        *count += 1;
        let limit = self.clone();
        Some(AddressSlot { limit, address })
    }

    fn by_address(&self) -> MutexGuard<'_, HashMap<IpAddr, u32>> {
        self.by_address
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for ConnectionPermit {
    fn drop(&mut self) {
        self.limit.closed.increment();
    }
}

impl Drop for AddressSlot {
    fn drop(&mut self) {
        if let Entry::Occupied(mut count) = self.limit.by_address().entry(self.address) {
            *count.get_mut() -= 1;
            if *count.get() == 0 {
                count.remove();
            }
        }
    }
}

/// The network of one household: an IPv4 address, or 64 bits of IPv6.
fn network(address: IpAddr) -> IpAddr {
    const NETWORK: u128 = u128::MAX << 64;
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & NETWORK).into(),
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    fn ip(text: &str) -> ClientAddress {
        ClientAddress::Ip(text.parse().expect("an address"))
    }

    fn limit(total: usize, per_address: u32) -> Arc<ConnectionLimit> {
        ConnectionLimit::new(
            total,
            per_address,
            &["10.0.0.0/8".parse().expect("a block")],
        )
    }

    #[tokio::test]
    async fn an_address_has_so_many_connections_and_gives_them_back() {
        let limit = limit(9, 2);
        let first = limit.admit(ip("192.0.2.1")).await;
        let second = limit.admit(ip("192.0.2.1")).await;
        assert!(first.is_some() && second.is_some());
        assert!(limit.admit(ip("192.0.2.1")).await.is_none());
        let other = limit.admit(ip("192.0.2.2")).await;
        assert!(other.is_some(), "another address has its own");
        assert_eq!((limit.open(), limit.refused.value()), (3, 1));
        drop(first);
        assert!(limit.admit(ip("192.0.2.1")).await.is_some());
        drop((second, other));
        assert_eq!(limit.open(), 0);
        assert!(limit.by_address().is_empty(), "no address is left behind");
    }

    #[tokio::test]
    async fn a_network_of_ipv6_is_one_address_and_a_trusted_proxy_is_not_limited() {
        let limit = limit(9, 1);
        let _first = limit.admit(ip("2001:db8::1")).await;
        assert!(limit.admit(ip("2001:db8::2")).await.is_none());
        assert!(limit.admit(ip("2001:db8:0:1::2")).await.is_some());
        for _ in 0..3 {
            std::mem::forget(limit.admit(ip("10.1.2.3")).await.expect("a permit"));
        }
        assert!(limit.admit(ClientAddress::Unix).await.is_some());
    }

    #[tokio::test]
    async fn a_connection_beyond_the_total_waits_for_another_to_close() {
        let limit = limit(1, 9);
        let first = limit.admit(ip("192.0.2.1")).await;
        let mut second = pin!(limit.admit(ClientAddress::Unix));
        let mut context = Context::from_waker(Waker::noop());
        assert!(matches!(second.as_mut().poll(&mut context), Poll::Pending));
        assert_eq!(limit.open(), 1);
        drop(first);
        assert!(second.await.is_some());
        assert_eq!(limit.open(), 0);
    }
}
