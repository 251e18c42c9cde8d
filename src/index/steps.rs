//! The limit of the work of one query.

/// The most steps of a selection. A step is about a nanosecond, the time to read the next entry of a list.
/// With a million articles, no selection takes more, whatever its terms are.
pub const SELECTION_STEPS_MAX: usize = 20_000_000;

/// A query takes more steps than it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the query takes more than the allowed steps")]
pub struct StepsExceeded;

/// The steps that a query may still take.
#[derive(Debug)]
pub(super) struct Steps {
    left: usize,
    are_exceeded: bool,
}

impl Steps {
    pub(super) fn new(left: usize) -> Steps {
        Steps {
            left,
            are_exceeded: false,
        }
    }

    pub(super) fn unlimited() -> Steps {
        Steps::new(usize::MAX)
    }

    /// Takes this many steps, and says whether so many were left.
    pub(super) fn take(&mut self, steps: usize) -> bool {
        self.are_exceeded |= steps > self.left;
        self.left = self.left.saturating_sub(steps);
        !self.are_exceeded
    }

    /// The steps that an unlimited query took.
    #[cfg(test)]
    pub(super) fn taken(&self) -> usize {
        usize::MAX - self.left
    }

    pub(super) fn are_exceeded(&self) -> bool {
        self.are_exceeded
    }
}
