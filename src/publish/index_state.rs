//! The index and the definitions of the feeds over it.

use std::collections::HashMap;
use std::sync::Arc;

use crate::config::Config;
use crate::feed::definitions::{FeedDefinition, FeedDefinitions};
use crate::feed::sitemaps::{Sitemaps, month_rule};
use crate::feed::snapshot::FeedVersion;
use crate::index::{Index, SELECTION_STEPS_MAX, StepsExceeded, Window};
use crate::model::time::Timestamp;
use crate::model::validators::Validators;
use crate::render::RENDERER_VERSION;
use crate::render::sitemap::SITEMAP_VERSION;

/// The publisher has one that it changes. Each published state has a clone that never changes.
#[derive(Clone, Debug)]
pub(super) struct IndexState {
    pub(super) config: Arc<Config>,
    pub(super) index: Index,
    pub(super) definitions: Arc<FeedDefinitions>,
}

impl IndexState {
    /// Builds the sitemaps; `None` if feeds.toml has no `[sitemap]`.
    pub(super) fn build_sitemaps(
        &mut self,
        last: Option<&Sitemaps>,
        dates: &HashMap<Arc<str>, Validators>,
        floor: Timestamp,
    ) -> Option<Sitemaps> {
        self.index.count_months(month_rule(&self.config));
        self.config.sitemap.as_ref()?;
        self.index.refresh_months();
        Some(Sitemaps::build(
            SITEMAP_VERSION,
            &self.config,
            self.definitions.site_rules(),
            &self.index,
            last,
            dates,
            floor,
        ))
    }

    /// Builds a version of a feed, dated no earlier than `floor`.
    pub(super) fn build(
        &self,
        definition: FeedDefinition,
        previous: Option<Validators>,
        floor: Timestamp,
    ) -> FeedVersion {
        let window = self.index.window(&definition.query, &definition.settings);
        self.version_of(definition, window, previous, floor)
    }

    /// As [`IndexState::build`], for a selection: the search ends when it has taken too many steps.
    pub(super) fn build_selection(
        &self,
        definition: FeedDefinition,
        previous: Option<Validators>,
        floor: Timestamp,
    ) -> Result<FeedVersion, StepsExceeded> {
        let FeedDefinition {
            query, settings, ..
        } = &definition;
        let window = self
            .index
            .window_within(query, settings, SELECTION_STEPS_MAX)?;
        Ok(self.version_of(definition, window, previous, floor))
    }

    fn version_of(
        &self,
        definition: FeedDefinition,
        window: Window,
        previous: Option<Validators>,
        floor: Timestamp,
    ) -> FeedVersion {
        FeedVersion::build(
            RENDERER_VERSION,
            self.definitions.site_rules(),
            &self.index,
            definition,
            window,
            previous,
            floor,
        )
    }
}
