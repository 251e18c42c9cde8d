//! Waiting for something that sends no event of its own: by polling, up to a deadline.

use std::thread;
use std::time::{Duration, Instant};

/// How long anything that has to happen may take on a busy machine; less than the 60 s after which the
/// newsrooms here list their folders anew.
pub(crate) const DEADLINE: Duration = Duration::from_secs(50);

/// The pause between two looks.
const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// Looks until there is something to see; `None` once the deadline has passed.
pub(crate) fn poll<T>(mut look: impl FnMut() -> Option<T>) -> Option<T> {
    let until = Instant::now() + DEADLINE;
    loop {
        let seen = look();
        if seen.is_some() || Instant::now() > until {
            return seen;
        }
        thread::sleep(POLL_INTERVAL);
    }
}

/// Tries something with more and more seconds until an instant, until it succeeds before that instant.
#[track_caller]
pub(crate) fn in_time(attempt: impl FnMut(u64) -> bool) {
    let succeeded = [4, 8, 16].into_iter().any(attempt);
    assert!(succeeded, "the machine is too slow for this test");
}

/// Waits until a condition holds, and fails with `what` once the deadline has passed.
#[track_caller]
pub(crate) fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let held = poll(|| holds().then_some(()));
    assert!(held.is_some(), "{what}: not within {DEADLINE:?}");
}
