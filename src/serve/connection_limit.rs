//! The limits of open connections: in total, and from one address.
//!
//! When all places are taken, those that have been idle for the longest are closed for new ones, whoever they
//! belong to.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::{IpAddr, Ipv6Addr};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use ipnet::IpNet;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time;

use crate::serve::client_address::ClientAddress;
use crate::serve::connection_activity::ConnectionActivity;
use crate::serve::counter::Counter;

/// A connection that was idle for less than this may have sent a request that has not come yet.
const IDLE_MIN: Duration = Duration::from_millis(250);

/// How often a connection without a place looks for idle ones.
const DISMISS_INTERVAL: Duration = Duration::from_millis(50);

/// The most idle connections that are closed at once, since all have to be looked at for it.
const DISMISSED_AT_ONCE: usize = 32;

/// The limits of open connections, and their counters. A trusted proxy has the connections of many
/// clients, so only the total limits it.
#[derive(Debug)]
pub(crate) struct ConnectionLimit {
    total: Arc<Semaphore>,
    /// The connections that may be open at once.
    pub total_max: usize,
    per_address: u32,
    trusted: Vec<IpNet>,
    by_address: Mutex<HashMap<IpAddr, u32>>,
    /// The open connections.
    activities: Mutex<HashMap<u64, Arc<ConnectionActivity>>>,
    next_id: AtomicU64,
    /// Whether the server stops. It changes while `activities` is locked.
    is_stopping: AtomicBool,
    pub accepted: Counter,
    closed: Counter,
    /// Connections closed because their address had too many.
    pub refused: Counter,
}

/// The connection counts as open until this is dropped.
#[derive(Debug)]
#[must_use]
pub(super) struct ConnectionPermit {
    pub(super) activity: Arc<ConnectionActivity>,
    id: u64,
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
            total_max: total,
            per_address,
            trusted: trusted.to_vec(),
            by_address: Mutex::default(),
            activities: Mutex::default(),
            next_id: AtomicU64::new(0),
            is_stopping: AtomicBool::new(false),
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
        let total = match self.total.clone().try_acquire_owned() {
            Ok(total) => total,
            Err(_) => self.wait_for_place().await?,
        };
        self.accepted.increment();
        let activity = Arc::new(ConnectionActivity::new());
        let id = self.next_id.fetch_add(1, Relaxed);
        let mut activities = self.activities();
        activities.insert(id, activity.clone());
        if self.is_stopping.load(Relaxed) {
            activity.stop();
        }
        drop(activities);
        Some(ConnectionPermit {
            activity,
            id,
            limit: self.clone(),
            _slot: slot,
            _total: total,
        })
    }

    /// Lets all connections end after their current answers, also those that are admitted from now on.
    pub(super) fn stop(&self) {
        let activities = self.activities();
        self.is_stopping.store(true, Relaxed);
        activities.values().for_each(|activity| activity.stop());
    }

    async fn wait_for_place(&self) -> Option<OwnedSemaphorePermit> {
        let mut total = pin!(self.total.clone().acquire_owned());
        loop {
            self.dismiss_idle(Instant::now());
            tokio::select! {
                total = &mut total => return total.ok(),
                () = time::sleep(DISMISS_INTERVAL) => {}
            }
        }
    }

    /// Ends the connections that have been idle for the longest.
    fn dismiss_idle(&self, now: Instant) {
        let activities = self.activities();
        let waiting = activities
            .values()
            .filter(|activity| !activity.is_dismissed());
        let idle = waiting.filter_map(|activity| Some((activity.idle_for(now)?, activity)));
        let mut idle: Vec<_> = idle.filter(|(time, _)| *time >= IDLE_MIN).collect();
        idle.sort_unstable_by_key(|(time, _)| Reverse(*time));
        // A small server keeps most of its connections.
        idle.truncate((self.total_max / 8).clamp(1, DISMISSED_AT_ONCE));
        for (_, activity) in idle {
            activity.dismiss();
        }
    }

    fn activities(&self) -> MutexGuard<'_, HashMap<u64, Arc<ConnectionActivity>>> {
        self.activities
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
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
        self.limit.activities().remove(&self.id);
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

    #[tokio::test(start_paused = true)]
    async fn the_connection_that_is_idle_for_longest_makes_place() {
        let limit = limit(3, 9);
        let permit = async || limit.admit(ClientAddress::Unix).await.expect("a permit");
        let (answering, used, idle) = (permit().await, permit().await, permit().await);
        let now = Instant::now() + 2 * IDLE_MIN;
        answering.activity.note_use(now, true);
        used.activity.note_use(now - IDLE_MIN, false);
        let is_dismissed =
            || [&answering, &used, &idle].map(|permit| permit.activity.is_dismissed());
        limit.dismiss_idle(now - 2 * IDLE_MIN);
        assert_eq!(
            is_dismissed(),
            [false, false, false],
            "none is idle for long enough"
        );
        limit.dismiss_idle(now);
        assert_eq!(is_dismissed(), [false, false, true]);
        // One that has been told to end is not counted on again.
        limit.dismiss_idle(now);
        assert_eq!(is_dismissed(), [false, true, true]);
        idle.activity.note_writing();
        let mut context = Context::from_waker(Waker::noop());
        let mut poll = || idle.activity.poll(&mut context, |_, _| Poll::<()>::Pending);
        assert_eq!(poll(), Poll::Pending, "the client still reads its answer");
        idle.activity.note_written(now - 2 * IDLE_MIN);
        assert_eq!(poll(), Poll::Ready(None));
        drop(idle);
        drop(permit().await);
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
