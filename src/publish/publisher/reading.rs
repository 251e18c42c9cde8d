//! Readings: what the source has now becomes what the index knows.

use super::Publisher;
use crate::index::Batch;
use crate::ingest::Pace;
use crate::ingest::driver::ReadingResult;
use crate::ingest::report::Report;
use crate::model::article_meta::Change;
use crate::model::removal_guard::Removal;
use crate::source::Scope;

impl Publisher {
    /// Reads what changed in the source; [`Publisher::publish`] makes it visible. Blocks while files or rows
    /// are read, without the lock.
    pub fn reconcile(&self, scopes: &[Scope], removal: Removal) -> Report {
        let pace = match self.handle.is_published() {
            true => Pace::GivingWay,
            false => Pace::Brisk,
        };
        let is_index_in_use = self.has_something_to_serve();
        let mut batch = Batch::default();
        let mut gather = |changes: &mut Vec<Change>| {
            // A first reading can be as long as an archive, and would be held twice.
            if !is_index_in_use {
                self.handle
                    .index()
                    .index
                    .gather(changes.drain(..), &mut batch);
            }
        };
        let ReadingResult {
            report,
            changes,
            retired,
        } = self.driver.read(scopes, removal, pace, &mut gather);
        let mut writer = self.writer();
        let mut state = self.handle.index();
        state.index.gather(changes, &mut batch);
        writer.touch(state.index.finish(batch));
        writer.retired.extend(retired);
        report
    }
}
