//! When this process first saw a feed's version, for clients that send dates of their own.

use std::time::Instant;

use crate::model::time::Timestamp;

/// The instant at which this process first built a version with a digest, by two clocks. The wall clock may
/// be set at any time; the other one only runs forward.
#[derive(Clone, Copy, Debug)]
pub struct FirstSeen {
    as_of: Timestamp,
    instant: Instant,
}

impl FirstSeen {
    /// A version that was built at `instant`, for the time `as_of` of the wall clock.
    pub fn new(as_of: Timestamp, instant: Instant) -> FirstSeen {
        FirstSeen { as_of, instant }
    }

    /// The later of the two instants, on a wall clock that now says `now`. If that clock was wrong then or is
    /// wrong now, one of the two is too early, and the other one counts.
    pub fn on_clock(&self, now: Timestamp) -> Timestamp {
        let age = i64::try_from(self.instant.elapsed().as_secs()).unwrap_or(i64::MAX);
        self.as_of.max(now.plus(-age))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn later_of_both_clocks_counts() {
        let hour_ago = Instant::now().checked_sub(Duration::from_hours(1));
        let seen = FirstSeen::new(Timestamp(100_000), hour_ago.expect("an earlier instant"));
        for (now, expected, why) in [
            (103_600, 100_000, "both clocks agree"),
            (
                190_000,
                186_400,
                "the wall clock was a day behind, and was set since",
            ),
            (20_000, 100_000, "the wall clock was set back"),
        ] {
            // The second in which this test runs may end.
            let actual = seen.on_clock(Timestamp(now)).0;
            assert!(
                (expected - 1..=expected).contains(&actual),
                "{why}: {actual}"
            );
        }
    }
}
