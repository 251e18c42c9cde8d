//! Readings: changes of the source become changes of the index.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, MutexGuard};

use tracing::error;

use super::Publisher;
use super::writer::Writer;
use crate::feed::definitions::FeedDefinitions;
use crate::index::{AffectedFeeds, Index, Update};
use crate::ingest::report::Report;
use crate::ingest::{Priority, ReadingResult};
use crate::model::article_meta::Change;
use crate::model::problem::chain;
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
        let is_first = !self.has_something_to_serve();
        let mut first = is_first.then(|| FirstIndex::new(&self.writer()));
        let is_renewing = self.driver.is_renewing();
        let mut gather = |changes: &mut Vec<Change>| {
            if let Some(first) = &mut first {
                first.renew_if_outdated(&self.writer());
                first.stage(changes);
            } else if is_renewing {
                // All articles come, and with them the texts that published documents need.
                self.writer().apply(changes.drain(..));
            }
        };
        let read = || self.driver.read(scopes, removal, priority, &mut gather);
        let read = catch_unwind(AssertUnwindSafe(read));
        let ReadingResult {
            mut report,
            mut changes,
            retired,
            ..
        } = read.unwrap_or_else(|panic| {
            self.reload_index();
            resume_unwind(panic)
        });
        let mut writer = match first {
            Some(mut first) => {
                first.renew_if_outdated(&self.writer());
                first.stage(&mut changes);
                first.finish(self)
            }
            None => {
                let mut writer = self.writer();
                writer.apply(changes);
                writer
            }
        };
        writer.retired.extend(retired);
        if let Err(failure) = self.load_index_if_due(&mut writer) {
            report.failure.get_or_insert(failure.into());
        }
        report
    }

    /// Loads the index from the store, after a reading that ended before it told what it had stored.
    pub(super) fn reload_index(&self) {
        let mut writer = self.writer();
        writer.loads_index = true;
        if let Err(error) = self.load_index_if_due(&mut writer) {
            error!("the state folder cannot be read: {}", chain(&error));
        }
    }
}

/// The index of a first reading. It may change as a whole, and nothing is published from it yet, so that it
/// is changed outside of the publisher's lock. It takes changes as they come, which would be held twice at
/// the end.
pub(super) struct FirstIndex {
    index: Index,
    update: Update,
    /// The number of times that the publisher's index had been loaded when this one was copied from it.
    loads: u64,
}

impl FirstIndex {
    pub(super) fn new(writer: &Writer) -> FirstIndex {
        FirstIndex {
            index: writer.state.index.clone(),
            update: Update::default(),
            loads: writer.index_loads,
        }
    }

    /// Copies the publisher's index again if a new configuration loaded it meanwhile: it has what was staged
    /// here, because that was in the store.
    pub(super) fn renew_if_outdated(&mut self, writer: &Writer) {
        if self.loads != writer.index_loads {
            *self = FirstIndex::new(writer);
        }
    }

    pub(super) fn stage(&mut self, changes: &mut Vec<Change>) {
        self.index.stage(changes.drain(..), &mut self.update);
    }

    /// Makes it the publisher's index.
    pub(super) fn finish(mut self, publisher: &Publisher) -> MutexGuard<'_, Writer> {
        self.index.finish(self.update);
        let mut writer = publisher.writer();
        // An index that was loaded since the last change was stored has all changes.
        if self.loads == writer.index_loads {
            // Another configuration may have added its terms to the publisher's index alone.
            let definitions = FeedDefinitions::new(&writer.state.config, &mut self.index);
            writer.state.definitions = Arc::new(definitions);
            writer.state.index = self.index;
            // Its terms may have other numbers than those of the index before.
            writer.touch(AffectedFeeds::All);
        }
        writer
    }
}
