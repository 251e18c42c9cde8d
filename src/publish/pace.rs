//! How work that takes seconds gives way to publishing and requests.

use std::thread;
use std::time::{Duration, Instant};

/// How long slow work runs before it gives way.
const WORK_SLICE: Duration = Duration::from_millis(20);

/// How long it then waits. So it takes two thirds of one processor at most.
const REST: Duration = Duration::from_millis(10);

/// Whether work gives way to other work of the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// Beside a daemon that serves.
    Slow,
    /// Alone.
    Full,
}

/// Pauses work of one pace.
#[derive(Debug)]
pub(super) struct Pauses {
    pace: Pace,
    slice: Instant,
}

impl Pauses {
    pub(super) fn new(pace: Pace) -> Pauses {
        Pauses {
            pace,
            slice: Instant::now(),
        }
    }

    /// Waits if the work has run for a whole slice. The work calls it again and again.
    pub(super) fn pause(&mut self) {
        if self.pace == Pace::Slow && self.slice.elapsed() >= WORK_SLICE {
            thread::sleep(REST);
            self.slice = Instant::now();
        }
    }
}
