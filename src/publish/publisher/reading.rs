//! Readings: changes of the source become changes of the index.

use std::sync::atomic::{AtomicU64, Ordering};

use super::Publisher;
use crate::index::{Index, Update};
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
        let mut staged = Staged::default();
        let mut gather = |changes: &mut Vec<Change>| {
            // The changes of a first reading can be many, and would be held twice.
            if !is_index_in_use {
                staged.add(&mut self.handle.index().index, &self.index_loads, changes);
            }
        };
        let ReadingResult {
            report,
            mut changes,
            retired,
            ..
        } = self.driver.read(scopes, removal, priority, &mut gather);
        let mut writer = self.writer();
        let mut state = self.handle.index();
        staged.add(&mut state.index, &self.index_loads, &mut changes);
        writer.touch(state.index.finish(staged.update));
        writer.retired.extend(retired);
        report
    }
}

/// Changes that are staged in one index.
#[derive(Default)]
struct Staged {
    update: Update,
    /// The number of the index.
    index: u64,
}

impl Staged {
    /// Stages changes, which are in the store already. If a new configuration had the index loaded from
    /// the store meanwhile, that one has what was staged in the index before.
    fn add(&mut self, index: &mut Index, loads: &AtomicU64, changes: &mut Vec<Change>) {
        let loads = loads.load(Ordering::Relaxed);
        if loads != self.index {
            self.update = Update::default();
            self.index = loads;
        }
        index.stage(changes.drain(..), &mut self.update);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::article::{Revision, Visibility};
    use crate::model::article_meta::ArticleMeta;
    use crate::model::record::RecordId;
    use crate::model::term::TermKind;
    use crate::model::time::Timestamp;

    fn meta(key: &str) -> ArticleMeta {
        ArticleMeta {
            key: key.into(),
            revision: Revision(0),
            record: RecordId(0),
            published: Timestamp(1),
            updated: Timestamp(1),
            expires: None,
            visibility: Visibility::Public,
            terms: vec![(TermKind::Tag, "спорт".into())],
        }
    }

    #[test]
    fn index_that_was_loaded_during_the_first_reading_has_each_article_once() {
        let stage = |staged: &mut Staged, index: &mut Index, loads: &AtomicU64, keys: &[&str]| {
            let mut changes = keys.iter().map(|key| Change::Put(meta(key))).collect();
            staged.add(index, loads, &mut changes);
            assert!(changes.is_empty());
        };
        let loads = AtomicU64::new(0);
        let mut staged = Staged::default();
        let mut index = Index::new(&[], Timestamp(2));
        stage(&mut staged, &mut index, &loads, &["a", "b", "c"]);
        // A new configuration has the index loaded from the store, which lists in another order.
        let mut index = Index::new(&[], Timestamp(2));
        let stored = ["c", "b", "a"].map(|key| Ok::<_, ()>(meta(key)));
        index.load(stored).expect("a readable store");
        loads.fetch_add(1, Ordering::Relaxed);
        stage(&mut staged, &mut index, &loads, &["b", "d"]);
        index.finish(staged.update);
        let released: Vec<String> = index.released().map(|(key, _)| key).collect();
        assert_eq!(released, ["a", "b", "c", "d"]);
        let tag = index
            .known_terms()
            .find(|term| index.name(*term) == "спорт");
        assert_eq!(index.articles_with(tag.expect("the tag")), 4);
    }
}
