//! The clock that releases articles: wall time, while it agrees with the boot clock.
//!
//! An embargo must not end because the clock is set, or because a machine wakes up with a wrong one.
//! Wall time is trusted while it moves like the boot clock, which also runs while the machine sleeps.
//! After a jump forward, the old time goes on until the new one has moved evenly for a minute. A jump
//! back is trusted at once, because it releases nothing too early.

use std::time::{Duration, SystemTime};

use rustix::time::{ClockId, clock_gettime};

use crate::model::time::{Timestamp, wall_milliseconds};

/// How many milliseconds wall time may differ from the boot clock between two readings: more than a time
/// service slews, less than a clock that is set.
const STRAY_MAX: i128 = 2_000;

/// How many milliseconds a new time must move evenly after a jump forward.
const PROBATION: i128 = 60_000;

/// Both clocks at one moment, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ClockPair {
    wall: i128,
    boot: i128,
}

impl ClockPair {
    /// Clocks of a test, in seconds.
    #[cfg(test)]
    pub(crate) fn at(wall: i64, boot: i64) -> ClockPair {
        let [wall, boot] = [wall, boot].map(|seconds| i128::from(seconds) * 1_000);
        ClockPair { wall, boot }
    }

    fn now() -> ClockPair {
        // The boot clock is never before the boot.
        let boot = Duration::try_from(clock_gettime(ClockId::Boottime)).unwrap_or_default();
        ClockPair {
            wall: wall_milliseconds(SystemTime::now()),
            boot: boot.as_millis().cast_signed(),
        }
    }

    /// The wall time at `boot` if it moves evenly from here.
    fn expected(self, boot: i128) -> i128 {
        self.wall + boot - self.boot
    }
}

/// A clock that does not jump forward.
#[derive(Debug)]
pub struct Clock {
    trusted: ClockPair,
    /// The first reading after a jump forward that is not trusted yet.
    distrusted: Option<ClockPair>,
}

/// The time, and a jump to be logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// The time to publish at.
    pub at: Timestamp,
    /// Set once for each jump.
    pub jump: Option<Jump>,
}

/// A jump of the wall clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Jump {
    /// Forward by this much; the new time releases nothing yet.
    Distrusted(Duration),
    /// The new time has moved evenly and is trusted now.
    Trusted,
    /// Back by this much.
    Back(Duration),
}

impl Clock {
    /// A clock that believes the present wall time.
    pub fn start() -> Clock {
        Clock::start_at(ClockPair::now())
    }

    pub(crate) fn start_at(trusted: ClockPair) -> Clock {
        Clock {
            trusted,
            distrusted: None,
        }
    }

    /// The time to publish at.
    pub fn now(&mut self) -> Now {
        self.look(ClockPair::now())
    }

    pub(crate) fn look(&mut self, now: ClockPair) -> Now {
        let expected = self.trusted.expected(now.boot);
        let stray = now.wall - expected;
        let jump = if stray < -STRAY_MAX {
            Some(Jump::Back(milliseconds(-stray)))
        } else if stray <= STRAY_MAX {
            None
        } else {
            let is_even = |first: &ClockPair| {
                let stray = now.wall - first.expected(now.boot);
                stray.abs() <= STRAY_MAX
            };
            let first = self.distrusted.filter(is_even);
            if first.is_none_or(|first| now.boot - first.boot < PROBATION) {
                self.distrusted = first.or(Some(now));
                return Now {
                    at: seconds(expected),
                    jump: first
                        .is_none()
                        .then(|| Jump::Distrusted(milliseconds(stray))),
                };
            }
            Some(Jump::Trusted)
        };
        self.distrusted = None;
        self.trusted = now;
        Now {
            at: seconds(now.wall),
            jump,
        }
    }
}

fn seconds(milliseconds: i128) -> Timestamp {
    Timestamp(i64::try_from(milliseconds.div_euclid(1_000)).unwrap_or(i64::MAX))
}

fn milliseconds(count: i128) -> Duration {
    Duration::from_millis(u64::try_from(count).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    const START: i128 = 1_767_000_000_000;

    /// Checks readings: seconds of the boot clock, how far the wall clock is ahead of them, and how far
    /// the trusted time is.
    fn check(looks: &[(i128, i128, i64)]) -> Vec<Jump> {
        let mut clock = Clock {
            trusted: ClockPair {
                wall: START,
                boot: 0,
            },
            distrusted: None,
        };
        let mut jumps = Vec::new();
        for &(second, beyond, trusted) in looks {
            let now = clock.look(ClockPair {
                wall: START + (second + beyond) * 1_000,
                boot: second * 1_000,
            });
            let expected =
                Timestamp(1_767_000_000 + i64::try_from(second).expect("small") + trusted);
            assert_eq!(now.at, expected, "second {second}, {beyond} beyond");
            jumps.extend(now.jump);
        }
        jumps
    }

    #[test]
    fn the_boot_clock_counts_milliseconds() {
        let (started, first) = (Instant::now(), ClockPair::now());
        while started.elapsed() < Duration::from_millis(20) {
            std::thread::yield_now();
        }
        let last = ClockPair::now();
        let most = i128::try_from(started.elapsed().as_millis()).expect("a short test") + 1;
        let passed = last.boot - first.boot;
        assert!((19..=most).contains(&passed), "{passed} of {most}");
    }

    #[test]
    fn even_time_and_slewing_are_believed() {
        assert_eq!(
            check(&[
                (1, 0, 0),
                (100, 1, 1),
                (200, 3, 3),
                (300, 1, 1),
                (400, 2, 2)
            ]),
            []
        );
    }

    #[test]
    fn a_jump_forward_is_believed_after_a_minute() {
        let hour = Duration::from_secs(3600);
        let looks = [
            (10, 3600, 0),
            (40, 3600, 0),
            (69, 3601, 0),
            (70, 3600, 3600),
            (80, 3600, 3600),
        ];
        assert_eq!(check(&looks), [Jump::Distrusted(hour), Jump::Trusted]);
    }

    #[test]
    fn a_jump_forward_that_is_taken_back_is_ignored() {
        let looks = [(10, 3600, 0), (40, 3600, 0), (50, 0, 0), (120, 0, 0)];
        assert_eq!(check(&looks), [Jump::Distrusted(Duration::from_secs(3600))]);
    }

    #[test]
    fn a_time_that_keeps_jumping_is_never_believed() {
        let looks = [(10, 100, 0), (40, 200, 0), (75, 300, 0), (110, 400, 0)];
        let jumps =
            [100, 200, 300, 400].map(|beyond| Jump::Distrusted(Duration::from_secs(beyond)));
        assert_eq!(check(&looks), jumps);
    }

    #[test]
    fn a_jump_back_is_believed_at_once() {
        let looks = [
            (10, -3600, -3600),
            (20, -3600, -3600),
            (30, 0, -3600),
            (90, 0, 0),
        ];
        let hour = Duration::from_secs(3600);
        assert_eq!(
            check(&looks),
            [Jump::Back(hour), Jump::Distrusted(hour), Jump::Trusted]
        );
    }
}
