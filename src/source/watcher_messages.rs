//! The messages between a watcher and the reading loop.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

/// Why the source does not answer; `None` while it does. It outlives a watcher, because a reload starts
/// another one.
pub(crate) type OutageSender = watch::Sender<Option<Arc<str>>>;

/// The result of a reading, as far as a watcher needs it.
#[derive(Debug)]
pub(crate) struct ReadingNote {
    /// Whether it was a full reading.
    pub(crate) is_full: bool,
    /// Whether it compared all columns of all rows.
    pub(crate) compared_columns: bool,
    pub(crate) failed: bool,
    /// Whether something was read or changed.
    pub(crate) found: bool,
    /// Whether a loss is held.
    pub(crate) is_held: bool,
    /// Places that have to be read again soon.
    pub(crate) unsettled: Vec<String>,
    /// Rows that a reading of recent rows listed first.
    pub(crate) new: Vec<String>,
    /// Places in the store, if they could be counted.
    pub(crate) stored: Option<u64>,
    pub(crate) took: Duration,
}
