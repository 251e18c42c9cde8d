//! The story of a simulation: every step with its time, for the one who has to find out why it failed.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use super::START;

/// A story. Clones are the same one, so that it outlives a panic.
#[derive(Clone, Default)]
pub(super) struct Story(Arc<Mutex<Vec<String>>>);

impl Story {
    /// Adds what happened; `wall` and `boot` are the clocks.
    pub(super) fn add(&self, (wall, boot): (i64, i64), what: impl fmt::Display) {
        let line = format!("{boot:>6} s, clock {:+} s: {what}", wall - START);
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.push(line);
    }
}

impl fmt::Display for Story {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}
