//! How many articles may be gone at once without anybody saying so.

/// Fewer stored articles than this, and no removal is held.
const HELD_FROM: usize = 10;

/// Whether more than half of the articles may go at once, or a column of the query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removal {
    /// It is held until somebody confirms it.
    Held,
    /// Somebody has.
    Confirmed,
}

/// Whether so many articles of so many are not believed to be gone: an unmounted disk looks just
/// like that.
pub fn is_too_many(lost: usize, stored: usize) -> bool {
    lost * 2 > stored && stored >= HELD_FROM
}
