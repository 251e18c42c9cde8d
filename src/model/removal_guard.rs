//! The guard against the loss of most articles at once.

/// With fewer stored articles than this, every loss is believed.
const GUARDED_FROM: usize = 10;

/// Whether more than half of the articles may go at once, or a column of the query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removal {
    /// It is held until somebody confirms it.
    Held,
    /// Somebody has.
    Confirmed,
}

/// Whether so many of the stored articles are not believed to be gone: an unmounted disk looks just
/// like that.
pub fn is_too_many(lost: usize, stored: usize) -> bool {
    lost * 2 > stored && stored >= GUARDED_FROM
}
