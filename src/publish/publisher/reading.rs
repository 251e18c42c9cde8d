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
        // A first reading may change the whole index, which nothing is published from yet. It gathers its
        // changes in a copy as it goes, because they would be held twice at its end.
        let is_first = !self.has_something_to_serve();
        let mut copy = is_first.then(|| self.writer().state.index.clone());
        let mut update = Update::default();
        let mut gather = |changes: &mut Vec<Change>| {
            if let Some(index) = &mut copy {
                index.stage(changes.drain(..), &mut update);
            }
        };
        let ReadingResult {
            report,
            changes,
            retired,
            ..
        } = self.driver.read(scopes, removal, priority, &mut gather);
        let mut writer = match copy {
            Some(mut index) => {
                index.stage(changes, &mut update);
                let affected = index.finish(update);
                let mut writer = self.writer();
                writer.state.index = index;
                writer.touch(affected);
                writer
            }
            None => {
                let mut writer = self.writer();
                writer.state.index.stage(changes, &mut update);
                let affected = writer.state.index.finish(update);
                writer.touch(affected);
                writer
            }
        };
        writer.retired.extend(retired);
        report
    }
}
