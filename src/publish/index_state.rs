//! The index and the feeds that are made from it.

use std::sync::Arc;

use crate::config::Config;
use crate::feed::definitions::FeedDefinitions;
use crate::index::Index;

/// What the configuration in force makes of all articles.
pub(super) struct IndexState {
    pub(super) config: Arc<Config>,
    pub(super) index: Index,
    pub(super) definitions: FeedDefinitions,
    /// How many overviews were made.
    pub(super) overviews: u64,
}
