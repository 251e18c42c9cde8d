//! Readings: what the source has now becomes what the index knows.

use super::Publisher;
use crate::index::Update;
use crate::ingest::Priority;
use crate::ingest::driver::ReadingResult;
use crate::ingest::report::Report;
use crate::model::article_meta::Change;
use crate::model::removal_guard::Removal;
use crate::source::Scope;

impl Publisher {
    /// Reads what changed in the source; [`Publisher::publish`] makes it visible. Blocks while files or rows
    /// are read, without the lock.
    pub fn reconcile(&self, scopes: &[Scope], removal: Removal) -> Report {
        let priority = match self.handle.is_published() {
            true => Priority::Low,
            false => Priority::Normal,
        };
        let is_index_in_use = self.has_something_to_serve();
        let mut update = Update::default();
        let mut gather = |changes: &mut Vec<Change>| {
            // A first reading can be as long as an archive, and would be held twice.
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
        } = self.driver.read(scopes, removal, priority, &mut gather);
        let mut writer = self.writer();
        let mut state = self.handle.index();
        state.index.stage(changes, &mut update);
        writer.touch(state.index.finish(update));
        writer.retired.extend(retired);
        report
    }
}
