//! Names for what a source holds and for what the store keeps of it.

use serde::{Deserialize, Serialize};

/// An immutable stored version of an article.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RecordId(pub(crate) u64);

impl RecordId {
    /// Of an article that the store does not have yet.
    pub(crate) const UNSTORED: RecordId = RecordId(u64::MAX);
}

/// What changes when a file or row does; the default is that of none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// Bytes; of rows that share an id their number, and of a single one whether it was young.
    pub size: u64,
    /// Time of the last write, nanoseconds since 1970; of a row a number for its `updated`.
    pub modified: i128,
    /// Time of the last change of the inode, nanoseconds since 1970; of a row a number for its `date`.
    pub changed: i128,
    /// The inode's number; of a row a number for the columns that it was read with.
    pub inode: u64,
}
