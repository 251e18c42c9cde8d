//! Turns panics of a library into errors: `redb` panics on some damaged files.
//!
//! The caller reports the error. So the panic hook skips such a panic: the log and the counter of panics
//! are for bugs in this program.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    static IS_EXPECTED: Cell<bool> = const { Cell::new(false) };
}

/// Runs `work` and catches its panic. After a panic, values that `work` changed must not be used.
///
/// # Errors
/// The text of the panic.
pub fn run<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    let before = IS_EXPECTED.replace(true);
    let done = catch_unwind(AssertUnwindSafe(work));
    IS_EXPECTED.set(before);
    done.map_err(|panic| {
        let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
        text.unwrap_or_else(|| "a panic without a message".to_owned())
    })
}

/// Whether [`run`] would catch a panic of this thread now. The panic hook asks, because it runs before the
/// panic is caught.
pub fn is_expected() -> bool {
    IS_EXPECTED.get()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_expected_only_inside_run() {
        assert!(!is_expected());
        assert_eq!(run(is_expected), Ok(true));
        let number = 7;
        let panicked = run(|| -> u8 { panic!("page {number} has other bytes") });
        assert_eq!(panicked, Err("page 7 has other bytes".to_owned()));
        assert!(!is_expected());
    }
}
