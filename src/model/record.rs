//! Identifies a stored version of an article, and the version of a file or row it came from.

use serde::{Deserialize, Serialize};

/// The number of an immutable stored version of an article.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RecordId(pub(crate) u64);

impl RecordId {
    /// Stands for an article that is not in the store yet.
    pub(crate) const UNSTORED: RecordId = RecordId(u64::MAX);
}

/// Changes whenever the file or row changes. No file or row has the default stamp.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// File: size in bytes. Rows: how many share the id; of one row, whether it was young.
    pub size: u64,
    /// File: last write in nanoseconds since 1970. Row: a number for its `updated`.
    pub modified: i128,
    /// File: last inode change in nanoseconds since 1970, and above 64 bits a digest of what other files
    /// say of it. Row: a number for its `date`.
    pub changed: i128,
    /// File: inode number. Row: a number for the columns of the query.
    pub inode: u64,
}
