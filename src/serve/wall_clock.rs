//! The second of the wall clock in which a request came.
//!
//! A request reads the monotonic clock for its duration. To read the wall clock too would cost as much again,
//! so a thread does it only when the last second has ended, and a few times within it, in case the clock was set.

use std::cell::Cell;
use std::time::{Duration, Instant, SystemTime};

use crate::model::time::{Timestamp, wall_milliseconds};

/// For how many milliseconds a reading of the wall clock is used at most.
const READING_MAX: i128 = 100;

thread_local! {
    static LAST: Cell<Option<Reading>> = const { Cell::new(None) };
}

/// The second of the wall clock at `instant`, which is about now.
pub(super) fn second_at(instant: Instant) -> Timestamp {
    let known = LAST.get().filter(|reading| reading.covers(instant));
    let reading = known.unwrap_or_else(|| {
        let read = Reading::new(instant, wall_milliseconds(SystemTime::now()));
        LAST.set(Some(read));
        read
    });
    reading.second
}

/// A reading of the wall clock.
#[derive(Clone, Copy, Debug)]
struct Reading {
    second: Timestamp,
    from: Instant,
    /// When the second has ended, or the clock has to be read again.
    until: Instant,
}

impl Reading {
    /// `wall` is in milliseconds since 1970, rounded down.
    fn new(from: Instant, wall: i128) -> Reading {
        let left = 999 - wall.rem_euclid(1_000);
        let used = u64::try_from(left.min(READING_MAX)).unwrap_or_default();
        Reading {
            second: Timestamp(i64::try_from(wall.div_euclid(1_000)).unwrap_or_default()),
            from,
            until: from + Duration::from_millis(used),
        }
    }

    fn covers(self, instant: Instant) -> bool {
        self.from <= instant && instant < self.until
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reading_ends_with_its_second_or_after_a_tenth_of_one() {
        let from = Instant::now() + Duration::from_secs(1);
        for (wall, second, milliseconds) in [
            (784_111_777_000, 784_111_777, 100),
            (784_111_777_899, 784_111_777, 100),
            (784_111_777_949, 784_111_777, 50),
            (784_111_777_998, 784_111_777, 1),
            (784_111_777_999, 784_111_777, 0),
            (-1_000, -1, 100),
            (-1, -1, 0),
        ] {
            let reading = Reading::new(from, wall);
            let end = from + Duration::from_millis(milliseconds);
            let just = Duration::from_nanos(1);
            assert_eq!(reading.second, Timestamp(second), "{wall}");
            for (instant, is_covered) in [
                (from - just, false),
                (from, milliseconds > 0),
                (end - just, milliseconds > 0),
                (end, false),
            ] {
                assert_eq!(reading.covers(instant), is_covered, "{wall}");
            }
        }
    }

    #[test]
    fn the_second_is_that_of_the_wall_clock() {
        for _ in 0..1_000 {
            let before = Timestamp::now();
            let second = second_at(Instant::now());
            assert!((before..=Timestamp::now()).contains(&second), "{second:?}");
        }
    }
}
