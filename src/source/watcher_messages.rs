//! What a watcher and whoever reads the source tell each other.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

/// Why the source does not answer; `None` while it does. A reload starts another watcher, which has to
/// know what the one before it said.
pub(crate) type Down = watch::Sender<Option<Arc<str>>>;

/// How a reading went, as far as it concerns a watcher.
#[derive(Debug)]
pub(crate) struct ReadingNote {
    /// Whether everything was to be compared.
    pub(crate) is_full: bool,
    /// Whether it did not come to its end.
    pub(crate) failed: bool,
    /// Whether something was read or is another than before.
    pub(crate) found: bool,
    /// Articles whose removal waits for a confirmation.
    pub(crate) held: usize,
    /// Places that have to be read again soon.
    pub(crate) unsettled: Vec<String>,
    /// Places that are known now, where the store tells.
    pub(crate) known: Option<u64>,
    /// How long it took.
    pub(crate) took: Duration,
}
