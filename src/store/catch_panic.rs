//! Panics that stand for an error: a library that panics on a file which was altered behind its back.
//!
//! Whoever catches one says what it means, so neither the log nor the counter of panics, which are
//! about faults of ours, has anything to say of it.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    static IS_CONTAINED: Cell<bool> = const { Cell::new(false) };
}

/// Does work that may panic instead of failing. What it was working on must not be used any more.
///
/// # Errors
/// What the panic said.
pub fn run<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    let before = IS_CONTAINED.replace(true);
    let done = catch_unwind(AssertUnwindSafe(work));
    IS_CONTAINED.set(before);
    done.map_err(|panic| {
        let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
        text.unwrap_or_else(|| "a panic without words".to_owned())
    })
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
        assert_eq!(run(is_expected), Ok(true));
        let number = 7;
        let panicked = run(|| -> u8 { panic!("page {number} has other bytes") });
        assert_eq!(panicked, Err("page 7 has other bytes".to_owned()));
        assert!(!is_expected());
    }
}
