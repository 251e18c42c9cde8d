//! The index and the definitions of the feeds over it.

use std::sync::Arc;

use crate::config::Config;
use crate::feed::definitions::{FeedDefinition, FeedDefinitions};
use crate::feed::snapshot::FeedVersion;
use crate::index::Index;
use crate::model::time::Timestamp;
use crate::model::validators::Validators;
use crate::render::RENDERER_VERSION;

/// The publisher has one that it changes. Each published state has a clone that never changes.
#[derive(Clone, Debug)]
pub(super) struct IndexState {
    pub(super) config: Arc<Config>,
    pub(super) index: Index,
    pub(super) definitions: Arc<FeedDefinitions>,
}

impl IndexState {
    /// Builds a version of a feed, dated no earlier than `floor`.
    pub(super) fn build(
        &self,
        definition: FeedDefinition,
        previous: Option<Validators>,
        floor: Timestamp,
    ) -> FeedVersion {
        let site_rules = self.definitions.site_rules();
        FeedVersion::build(
            RENDERER_VERSION,
            site_rules,
            &self.index,
            definition,
            previous,
            floor,
        )
    }
}
