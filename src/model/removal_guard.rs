//! The guard against the loss of most articles at once.

/// With fewer stored articles than this, every loss is believed.
const GUARDED_FROM: usize = 10;

/// Whether more than half of the articles may go at once, or a column of the query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removal {
    /// The loss is held until an operator confirms it.
    Held,
    /// An operator has confirmed it.
    Confirmed,
}

/// Whether a loss is too large to accept without a confirmation: an unmounted disk looks the same.
pub fn is_too_many(lost: usize, stored: usize) -> bool {
    lost * 2 > stored && stored >= GUARDED_FROM
}
