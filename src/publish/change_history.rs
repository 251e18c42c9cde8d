//! Which feeds each of the last publications affected.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::index::{AffectedFeeds, Query};

/// Publications in the history. A selection that was built earlier is built again.
const PUBLICATIONS_MAX: usize = 256;

/// Changed articles in the history. Comparing a selection with more costs more than building it again.
const ARTICLES_MAX: usize = 1024;

/// The number of the last publication that changed feeds or articles, and what the last ones affected.
#[derive(Clone, Debug, Default)]
pub(super) struct ChangeHistory {
    number: u64,
    /// The newest last.
    affected: VecDeque<Arc<AffectedFeeds>>,
}

impl ChangeHistory {
    /// The number of the last change; they are counted from 1.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// This history with one more change.
    pub(super) fn with(&self, affected: AffectedFeeds) -> ChangeHistory {
        let affected = match articles(&affected) {
            ..=ARTICLES_MAX => affected,
            _ => AffectedFeeds::All,
        };
        let mut history = self.clone();
        history.number += 1;
        history.affected.push_back(Arc::new(affected));
        while history.affected.len() > PUBLICATIONS_MAX || history.articles() > ARTICLES_MAX {
            history.affected.pop_front();
        }
        history
    }

    /// Whether a change after the one with this number may have affected a feed.
    pub(super) fn may_affect(&self, query: &Query, since: u64) -> bool {
        let changes = usize::try_from(self.number.saturating_sub(since)).unwrap_or(usize::MAX);
        let Some(first) = self.affected.len().checked_sub(changes) else {
            return true;
        };
        let mut changes = self.affected.range(first..);
        changes.any(|affected| affected.includes(query))
    }

    fn articles(&self) -> usize {
        let affected = self.affected.iter();
        affected.map(|affected| articles(affected)).sum()
    }
}

/// The sets of terms of changed articles.
fn articles(affected: &AffectedFeeds) -> usize {
    match affected {
        AffectedFeeds::All => 0,
        AffectedFeeds::Matching(articles) => articles.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::Index;
    use crate::model::selection::Selection;
    use crate::model::term::Term;
    use crate::model::time::Timestamp;

    #[test]
    fn only_changes_since_a_number_count() {
        let query = Query::default();
        let history = ChangeHistory::default().with(AffectedFeeds::All);
        assert!(history.may_affect(&query, 0));
        assert!(!history.may_affect(&query, 1));
        let history = history.with(AffectedFeeds::none());
        assert_eq!(history.number(), 2);
        assert!(!history.may_affect(&query, 1));
        assert!(history.may_affect(&query, 0));
    }

    #[test]
    fn what_the_history_does_not_reach_may_have_been_affected() {
        let mut history = ChangeHistory::default();
        for _ in 0..=PUBLICATIONS_MAX {
            history = history.with(AffectedFeeds::none());
        }
        assert!(history.may_affect(&Query::default(), 0));
        assert!(!history.may_affect(&Query::default(), 1));
        assert_eq!(history.affected.len(), PUBLICATIONS_MAX);
    }

    #[test]
    fn the_history_holds_a_limited_number_of_articles() {
        // Articles of another term than the query's, so that no comparison says that it is affected.
        let mut index = Index::new(&[], Timestamp(0));
        let [of_query, of_articles] = ["a", "b"].map(|name| {
            let term = Term::parse(name).expect("a term");
            index.register(&Selection::of(term))
        });
        let changed = |articles: usize| {
            let sets = (1..=articles).map(|length| vec![of_articles.all[0]; length].into());
            AffectedFeeds::Matching(sets.collect())
        };
        let history = ChangeHistory::default().with(changed(ARTICLES_MAX));
        assert!(!history.may_affect(&of_query, 0));
        let history = history.with(changed(1));
        assert!(history.may_affect(&of_query, 0));
        assert!(!history.may_affect(&of_query, 1));
        let history = history.with(changed(ARTICLES_MAX + 1));
        assert!(history.may_affect(&of_query, 2));
    }
}
