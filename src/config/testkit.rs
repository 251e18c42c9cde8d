//! What the unit tests of this room share.

use std::fmt::Debug;

use super::table::Refusal;

/// Checks `(text, what comes of it)`, where a refusal is shown as its expectation and hint.
pub(super) fn check<T: Debug>(parse: impl Fn(&str) -> Result<T, Refusal>, cases: &[(&str, &str)]) {
    for &(text, expected) in cases {
        let outcome = match parse(text) {
            Ok(value) => format!("{value:?}"),
            Err(refusal) => match refusal.hint {
                Some(hint) => format!("{} ({hint})", refusal.expected),
                None => refusal.expected,
            },
        };
        assert!(outcome.contains(expected), "{text}: {outcome}");
    }
}
