//! Readings: changes of the source become changes of the index.

use super::Publisher;
use crate::index::Update;
use crate::ingest::report::Report;
use crate::ingest::{Priority, ReadingResult};
use crate::model::article_meta::Change;
use crate::model::removal_guard::Removal;
use crate::source::Scope;

impl Publisher {
    /// Reads changes of the source; [`Publisher::publish`] makes them visible. Blocks while files or rows
    /// are read, but holds no lock then.
    pub fn reconcile(&self, scopes: &[Scope], removal: Removal) -> Report {
        let priority = match self.handle.is_published() {
            true => Priority::Low,
            false => Priority::Normal,
        };
        let is_index_in_use = self.has_something_to_serve();
        let mut update = Update::default();
        let mut gather = |changes: &mut Vec<Change>| {
            // The changes of a first reading can be many, and would be held twice.
            if !is_index_in_use {
                self.handle
                    .index()
                    .index
                    .stage(changes.drain(..), &mut update);
            }
        };
        let ReadingResult {
            report,
            changes,
            retired,
            ..
        } = self.driver.read(scopes, removal, priority, &mut gather);
        let mut writer = self.writer();
        let mut state = self.handle.index();
        state.index.stage(changes, &mut update);
        writer.touch(state.index.finish(update));
        writer.retired.extend(retired);
        report
    }
}
