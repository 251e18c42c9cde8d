//! What the unit tests of this room share.

use std::fmt::Debug;

use super::form::Mismatch;

/// Checks `(text, what comes of it)`, where a mismatch is shown as its expectation and hint.
pub(super) fn check<T: Debug>(parse: impl Fn(&str) -> Result<T, Mismatch>, cases: &[(&str, &str)]) {
    for &(text, expected) in cases {
        let outcome = match parse(text) {
            Ok(value) => format!("{value:?}"),
            Err(mismatch) => match mismatch.hint {
                Some(hint) => format!("{} ({hint})", mismatch.expected),
                None => mismatch.expected,
            },
        };
        assert!(outcome.contains(expected), "{text}: {outcome}");
    }
}
