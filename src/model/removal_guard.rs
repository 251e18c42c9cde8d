//! The guard against the loss of most articles at once.

/// With fewer stored articles than this, every loss is believed.
const GUARDED_FROM: usize = 10;

/// Whether so many of the stored articles are not believed to be gone: an unmounted disk looks just
/// like that.
pub fn is_too_many(lost: usize, stored: usize) -> bool {
    lost * 2 > stored && stored >= GUARDED_FROM
}
