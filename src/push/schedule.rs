//! When a hub or a search engine that took nothing is tried again.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

/// The waits after the first failures; the last one repeats.
const WAITS: [Duration; 4] = [
    Duration::from_secs(10),
    Duration::from_secs(60),
    Duration::from_secs(10 * 60),
    Duration::from_secs(60 * 60),
];

/// The part of a wait by which it may be longer, so that the daemons of many sites do not all call in
/// the second in which it is back.
const JITTER: f64 = 0.2;

/// How long a change is told of. No wait is longer.
pub(super) const TRIED_FOR: Duration = Duration::from_secs(24 * 60 * 60);

/// How long to wait after so many failures in a row: no less than the target asks for (`Retry-After`, RFC 9110,
/// section 10.2.3). `random` is from 0 to 1.
pub(super) fn wait(failures: usize, retry_after: Option<Duration>, random: f64) -> Duration {
    let place = failures.saturating_sub(1).min(WAITS.len() - 1);
    let scheduled = WAITS[place].mul_f64(1.0 + JITTER * random);
    scheduled
        .max(retry_after.unwrap_or_default())
        .min(TRIED_FOR)
}

/// A number from 0 to 1 that no feed depends on.
pub(super) fn random() -> f64 {
    // Each state of the standard hash table has a random key.
    let number = RandomState::new().hash_one(0_u8);
    f64::from(u32::try_from(number >> 32).unwrap_or(0)) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_are_no_shorter_than_the_hub_asks_for() {
        for (failures, retry_after, random, seconds) in [
            (1, None, 0.0, 10),
            (1, None, 1.0, 12),
            (2, None, 0.0, 60),
            (3, None, 0.5, 660),
            (4, None, 0.0, 3_600),
            (30, None, 1.0, 4_320),
            (1, Some(3), 0.0, 10),
            (1, Some(25), 1.0, 25),
            (2, Some(0), 0.0, 60),
            (1, Some(1 << 30), 0.0, 86_400),
        ] {
            let waited = wait(failures, retry_after.map(Duration::from_secs), random);
            assert_eq!(
                waited,
                Duration::from_secs(seconds),
                "{failures} {retry_after:?}"
            );
        }
    }

    #[test]
    fn random_numbers_are_from_0_to_1() {
        assert!((0..100).all(|_| (0.0..=1.0).contains(&random())));
    }
}
