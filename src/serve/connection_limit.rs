//! The limits of open connections: in total, and from one address.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ipnet::IpNet;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::serve::client_address::ClientAddress;
use crate::serve::counter::Counter;

/// The limits of open connections, and their counters. A trusted proxy has the connections of many
/// clients, so only the total limits it.
#[derive(Debug)]
pub(crate) struct ConnectionLimit {
    total: Arc<Semaphore>,
    per_address: u32,
    trusted: Vec<IpNet>,
    by_address: Mutex<HashMap<IpAddr, u32>>,
    pub accepted: Counter,
    closed: Counter,
    /// Connections closed because their address had too many.
    pub refused: Counter,
}

/// The connection counts as open until this is dropped.
#[derive(Debug)]
#[must_use]
pub(super) struct ConnectionPermit {
    limit: Arc<ConnectionLimit>,
    _slot: Option<AddressSlot>,
    /// Dropped last, so that `open` never exceeds the limit.
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

    /// The number of open connections.
    pub(crate) fn open(&self) -> u64 {
        // `closed` is read first, so that the difference is never negative.
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
            ClientAddress::Ip(address) if !client.is_in(&self.trusted) => {
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

/// The part of an address that one client cannot change: all of IPv4, the first 64 bits of IPv6.
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
    async fn connections_of_one_address_are_limited_until_one_closes() {
        let limit = limit(9, 2);
        let first = limit.admit(ip("192.0.2.1")).await;
        let second = limit.admit(ip("192.0.2.1")).await;
        assert!(first.is_some() && second.is_some());
        assert!(limit.admit(ip("192.0.2.1")).await.is_none());
        let other = limit.admit(ip("192.0.2.2")).await;
        assert!(other.is_some(), "another address has its own limit");
        assert_eq!((limit.open(), limit.refused.value()), (3, 1));
        drop(first);
        assert!(limit.admit(ip("192.0.2.1")).await.is_some());
        drop((second, other));
        assert_eq!(limit.open(), 0);
        assert!(
            limit.by_address().is_empty(),
            "the map keeps no address without connections"
        );
    }

    #[tokio::test]
    async fn an_ipv6_network_counts_as_one_address_and_trusted_proxies_have_no_limit() {
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
