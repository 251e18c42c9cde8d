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
        let pace = match self.published.load().is_some() {
            true => Pace::GivingWay,
            false => Pace::Brisk,
        };
        let is_index_in_use = self.has_something_to_serve();
        let mut batch = Batch::default();
        let mut gather = |changes: &mut Vec<Change>| {
            // A first reading can be as long as an archive, and would be held twice.
            if !is_index_in_use {
                self.state().index.gather(changes.drain(..), &mut batch);
            }
        };
        let ReadingResult {
            report,
            changes,
            retired,
        } = self.driver.read(scopes, removal, pace, &mut gather);
        let mut state = self.state();
        state.index.gather(changes, &mut batch);
        let touched = state.index.finish(batch);
        state.touch(touched);
        state.retired.extend(retired);
        report
    }
}
