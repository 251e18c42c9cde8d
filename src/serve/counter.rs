//! A counter of the metrics.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// A number that only grows. Counting is one relaxed addition.
///
/// Not the counter of `prometheus_client`, which is an allocation of its own: the counters of
/// requests are one array.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// Adds one.
    pub fn increment(&self) {
        self.add(1);
    }

    /// Adds `count`.
    pub fn add(&self, count: u64) {
        self.0.fetch_add(count, Relaxed);
    }

    /// The number so far.
    pub fn value(&self) -> u64 {
        self.0.load(Relaxed)
    }
}
