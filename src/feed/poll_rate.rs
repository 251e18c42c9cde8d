//! How often a feed is requested, over all of its versions.
//!
//! The counts of this hour and the previous one give an estimate of the last sixty minutes.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use crate::model::time::Timestamp;

/// Requests for one feed; every version of it shares them.
#[derive(Debug, Default)]
pub struct PollRate {
    /// The hour that is counted, in hours since 1970.
    hour: AtomicU32,
    current: HourCount,
    previous: HourCount,
}

/// All requests of an hour, and those of them that were answered with 304.
type HourCount = [AtomicU32; 2];

/// The reply to a request for a feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PollReply {
    /// 304.
    NotModified,
    /// The document.
    Document,
}

/// The last sixty minutes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rate {
    /// Requests.
    pub per_hour: f64,
    /// The share of them that were answered with 304; `None` without requests.
    pub unchanged: Option<f64>,
}

const HOUR_SECONDS: i64 = 3600;

impl PollRate {
    /// Counts one request.
    pub fn count(&self, reply: PollReply, at: Timestamp) {
        self.start_hour(hour_of(at));
        let [all, unchanged] = &self.current;
        all.fetch_add(1, Relaxed);
        if reply == PollReply::NotModified {
            unchanged.fetch_add(1, Relaxed);
        }
    }

    /// The rate at an instant: this hour's requests, and those of the hour before as far as it
    /// reaches into the last sixty minutes.
    pub fn rate(&self, at: Timestamp) -> Rate {
        self.start_hour(hour_of(at));
        let elapsed = at.0.rem_euclid(HOUR_SECONDS) as f64 / HOUR_SECONDS as f64;
        let [per_hour, unchanged] = [0, 1].map(|index| {
            let count = |hour: &HourCount| f64::from(hour[index].load(Relaxed));
            count(&self.current) + count(&self.previous) * (1.0 - elapsed)
        });
        Rate {
            per_hour,
            unchanged: (per_hour > 0.0).then(|| (unchanged / per_hour).min(1.0)),
        }
    }

    /// Starts counting `hour`, if it is not counted yet. A concurrent request may be counted in either.
    fn start_hour(&self, hour: u32) {
        let counted = self.hour.load(Relaxed);
        let exchange = || self.hour.compare_exchange(counted, hour, Relaxed, Relaxed);
        if counted == hour || exchange().is_err() {
            return;
        }
        let follows = counted.wrapping_add(1) == hour;
        for (current, previous) in self.current.iter().zip(&self.previous) {
            let last = current.swap(0, Relaxed);
            previous.store(if follows { last } else { 0 }, Relaxed);
        }
    }
}

fn hour_of(at: Timestamp) -> u32 {
    u32::try_from(at.0.div_euclid(HOUR_SECONDS)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hours: f64) -> Timestamp {
        Timestamp((hours * 3600.0) as i64)
    }

    #[test]
    fn the_rate_is_that_of_the_last_sixty_minutes() {
        let polls = PollRate::default();
        assert_eq!(polls.rate(at(500.0)), Rate::default());
        for reply in [
            PollReply::Document,
            PollReply::NotModified,
            PollReply::NotModified,
            PollReply::NotModified,
        ] {
            polls.count(reply, at(500.1));
        }
        for (hours, per_hour) in [(500.9, 4.0), (501.0, 4.0), (501.5, 2.0), (501.75, 1.0)] {
            let rate = polls.rate(at(hours));
            assert!((rate.per_hour - per_hour).abs() < 0.01, "{hours}: {rate:?}");
            assert_eq!(rate.unchanged, Some(0.75), "{hours}");
        }
        polls.count(PollReply::Document, at(501.5));
        assert_eq!(polls.rate(at(501.5)).per_hour, 3.0);
        assert_eq!(polls.rate(at(501.5)).unchanged, Some(0.5));
        assert_eq!(
            polls.rate(at(504.0)),
            Rate::default(),
            "hours without requests"
        );
    }
}
