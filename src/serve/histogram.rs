//! A histogram of durations.

use std::time::Duration;

use crate::serve::counter::Counter;

/// The upper bounds of the buckets in seconds.
pub(super) const BOUNDS: [f64; 17] = [
    0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5,
    1.0, 2.5, 5.0, 10.0,
];

/// Durations by bucket. To observe one takes two relaxed additions, where the histogram of
/// `prometheus_client` takes a lock.
#[derive(Debug, Default)]
pub(super) struct Histogram {
    /// One for each bound, and one for everything above.
    buckets: [Counter; BOUNDS.len() + 1],
    nanoseconds: Counter,
}

impl Histogram {
    pub(super) fn observe(&self, duration: Duration) {
        let seconds = duration.as_secs_f64();
        let bucket = BOUNDS.partition_point(|bound| *bound < seconds);
        self.buckets[bucket].increment();
        self.nanoseconds
            .add(u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX));
    }

    /// The count of each bucket, not cumulative.
    pub(super) fn counts(&self) -> [u64; BOUNDS.len() + 1] {
        self.buckets.each_ref().map(Counter::value)
    }

    pub(super) fn seconds(&self) -> f64 {
        self.nanoseconds.value() as f64 / 1e9
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_includes_its_upper_bound() {
        let histogram = Histogram::default();
        for microseconds in [1, 50, 51, 10_000_000, 10_000_001] {
            histogram.observe(Duration::from_micros(microseconds));
        }
        let mut expected = [0; BOUNDS.len() + 1];
        (expected[0], expected[1]) = (2, 1);
        (expected[16], expected[17]) = (1, 1);
        assert_eq!(histogram.counts(), expected);
        assert!((histogram.seconds() - 20.000_103).abs() < 1e-9);
    }
}
