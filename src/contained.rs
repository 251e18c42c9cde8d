//! Panics that stand for an error: a library that panics on a file which was altered behind its back.
//!
//! Whoever catches one says what it means, so neither the log nor the counter of panics, which are
//! about faults of ours, has anything to say of it.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    static IS_CONTAINED: Cell<bool> = const { Cell::new(false) };
}

/// Does work that may panic instead of failing; `None` when it did. What it was working on must not
/// be used any more.
pub fn run<T>(work: impl FnOnce() -> T) -> Option<T> {
    let before = IS_CONTAINED.replace(true);
    let done = catch_unwind(AssertUnwindSafe(work));
    IS_CONTAINED.set(before);
    done.ok()
}

/// Whether a panic of this thread is expected at the moment: for hooks, which run before it is caught.
pub fn is_expected() -> bool {
    IS_CONTAINED.get()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_expected_only_where_it_is_contained() {
        assert!(!is_expected());
        assert_eq!(run(is_expected), Some(true));
        assert_eq!(run(|| -> u8 { panic!("a page of other bytes") }), None);
        assert!(!is_expected());
    }
}
