//! Pauses between retries: they grow, and differ between machines.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use xxhash_rust::xxh3::xxh3_64;

const FIRST_PAUSE: Duration = Duration::from_millis(250);

const PAUSE_MAX: Duration = Duration::from_secs(2);

/// The pauses of a series of retries.
#[derive(Debug)]
pub(super) struct Backoff(Duration);

impl Default for Backoff {
    fn default() -> Backoff {
        Backoff(FIRST_PAUSE)
    }
}

impl Backoff {
    /// The next pause, randomly up to a half longer or shorter than planned.
    pub(super) fn next(&mut self) -> Duration {
        let planned = self.0;
        self.0 = (planned * 2).min(PAUSE_MAX);
        jittered(planned, random_number())
    }
}

/// Scales a pause by 0.5 to 1.5, depending on `random`.
fn jittered(planned: Duration, random: u64) -> Duration {
    let thousandth = u32::try_from(random % 1001).unwrap_or(0);
    planned / 2 + planned * thousandth / 1000
}

/// A number that differs between processes and moments. Its quality does not matter.
fn random_number() -> u64 {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let mut seed = now.as_nanos().to_le_bytes().to_vec();
    seed.extend(std::process::id().to_le_bytes());
    xxh3_64(&seed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_two_seconds() {
        let mut backoff = Backoff::default();
        for planned in [250, 500, 1000, 2000, 2000] {
            assert_eq!(backoff.0, Duration::from_millis(planned));
            let pause = backoff.next();
            let half = Duration::from_millis(planned / 2);
            assert!(pause >= half && pause <= half * 3, "{planned}: {pause:?}");
        }
    }

    #[test]
    fn pauses_have_a_jitter_of_a_half() {
        for (random, milliseconds) in [(0, 500), (500, 1000), (1000, 1500), (1001, 500)] {
            let pause = jittered(Duration::from_secs(1), random);
            assert_eq!(pause, Duration::from_millis(milliseconds), "{random}");
        }
    }
}
