//! Changes to the index. An [`Update`] collects them, so that each posting list is merged only once.

use std::collections::HashSet;
use std::hash::BuildHasher;

use hashbrown::HashMap;

use super::affected_feeds::AffectedFeeds;
use super::slot::{ListState, Slot};
use super::term_dictionary::TermNo;
use super::{ArticleNo, Index, compare};
use crate::model::article::Visibility;
use crate::model::article_meta::{ArticleMeta, Change};
use crate::model::time::Timestamp;

/// After more sets of terms than this, the update counts as affecting all feeds: building every feed
/// then costs less than matching them.
pub(super) const AFFECTED_MAX: usize = 4096;

/// Changes that are not in the posting lists yet. [`Index::finish`] puts them there.
#[derive(Debug)]
pub struct Update {
    released: Vec<ArticleNo>,
    by_term: HashMap<TermNo, Vec<ArticleNo>>,
    /// Terms that had no released article before.
    new_terms: Vec<TermNo>,
    /// The sets of terms of the changed articles; `None` stands for all feeds.
    affected: Option<HashSet<Box<[TermNo]>>>,
}

impl Default for Update {
    fn default() -> Update {
        Update {
            released: Vec::new(),
            by_term: HashMap::new(),
            new_terms: Vec::new(),
            affected: Some(HashSet::new()),
        }
    }
}

impl Update {
    fn add_affected(&mut self, terms: Box<[TermNo]>) {
        if let Some(affected) = &mut self.affected {
            affected.insert(terms);
            if affected.len() > AFFECTED_MAX {
                self.affected = None;
            }
        }
    }
}

impl Index {
    /// Adds many articles, as at start; all feeds count as affected.
    pub fn load<E>(
        &mut self,
        articles: impl IntoIterator<Item = Result<ArticleMeta, E>>,
    ) -> Result<(), E> {
        let mut update = Update {
            affected: None,
            ..Update::default()
        };
        for article in articles {
            self.put(article?, &mut update);
        }
        self.finish(update);
        Ok(())
    }

    /// Applies changes and returns the affected feeds. The last change of a key wins.
    #[cfg(test)]
    pub(crate) fn apply(&mut self, changes: impl IntoIterator<Item = Change>) -> AffectedFeeds {
        let mut update = Update::default();
        self.stage(changes, &mut update);
        self.finish(update)
    }

    /// Adds changes to `update`. Until [`Index::finish`], the changed articles are in no list, neither
    /// the old version nor the new one, so nothing may be published from the index.
    pub fn stage(&mut self, changes: impl IntoIterator<Item = Change>, update: &mut Update) {
        for change in changes {
            match change {
                Change::Put(meta) => self.put(meta, update),
                Change::Remove(key) => self.remove(&key, update),
            }
        }
    }

    /// Moves the index forward to `as_of`: articles are released, expire and change as they are due.
    /// An earlier instant changes nothing.
    pub fn advance(&mut self, as_of: Timestamp) -> AffectedFeeds {
        let mut update = Update::default();
        self.as_of = self.as_of.max(as_of);
        while let Some(article) = self.first_due() {
            self.unlist(article, &mut update);
            self.list(article, &mut update);
        }
        self.finish(update)
    }

    fn first_due(&self) -> Option<ArticleNo> {
        let queues = [&self.releases, &self.changes_due].into_iter();
        let mut first = queues.filter_map(|queue| queue.first());
        let due = first.find(|(at, _)| *at <= self.as_of);
        due.map(|&(_, article)| article)
    }

    fn put(&mut self, meta: ArticleMeta, update: &mut Update) {
        let spellings = meta
            .terms
            .iter()
            .filter_map(|(kind, text)| self.terms.intern_spelling(*kind, text));
        let slot = Slot::new(&meta, spellings);
        let article = match self.number(slot.key()) {
            Some(article) => {
                self.unlist(article, update);
                article
            }
            None => self.allocate(slot.key()),
        };
        self.slots[article.0 as usize] = Some(slot);
        self.list(article, update);
    }

    fn remove(&mut self, key: &str, update: &mut Update) {
        let key = key.as_bytes();
        let Some(article) = self.number(key) else {
            return;
        };
        self.unlist(article, update);
        let hash = self.hasher.hash_one(key);
        if let Ok(entry) = self.by_key.find_entry(hash, |&other| other == article) {
            entry.remove();
        }
        self.slots[article.0 as usize] = None;
        self.free.push(article);
    }

    fn allocate(&mut self, key: &[u8]) -> ArticleNo {
        let article = self.free.pop().unwrap_or_else(|| {
            self.slots.push(None);
            ArticleNo(u32::try_from(self.slots.len() - 1).expect("fewer than 2^32 articles"))
        });
        let (slots, hasher) = (&self.slots, &self.hasher);
        let rehash = |&article: &ArticleNo| match &slots[article.0 as usize] {
            Some(slot) => hasher.hash_one(slot.key()),
            // Only the number being inserted has no slot yet.
            None => hasher.hash_one(key),
        };
        self.by_key
            .insert_unique(hasher.hash_one(key), article, rehash);
        article
    }

    /// Adds an article to the lists and queues for its state at `as_of`.
    fn list(&mut self, article: ArticleNo, update: &mut Update) {
        let as_of = self.as_of;
        let slot = self.slot(article);
        let expired = slot.expires().is_some_and(|at| at <= as_of);
        if slot.visibility != Visibility::Public || expired {
            return;
        }
        let terms = self.terms_of(article);
        if slot.published > as_of {
            let release = slot.published;
            self.releases.insert((release, article));
        } else {
            let next_change = [slot.expires(), Some(slot.updated)]
                .into_iter()
                .flatten()
                .filter(|at| *at > as_of)
                .min();
            self.changes_due.extend(next_change.map(|at| (at, article)));
            for &term in &terms {
                update.by_term.entry(term).or_default().push(article);
            }
            update.released.push(article);
            self.slot_mut(article).list_state = ListState::Pending;
        }
        update.add_affected(terms);
    }

    /// Removes an article from all lists and queues.
    fn unlist(&mut self, article: ArticleNo, update: &mut Update) {
        if self.slot(article).list_state == ListState::Pending {
            self.merge_pending(update);
        }
        let slot = self.slot(article);
        let instants = [Some(slot.published), slot.expires(), Some(slot.updated)];
        for instant in instants.into_iter().flatten() {
            self.releases.remove(&(instant, article));
            self.changes_due.remove(&(instant, article));
        }
        let terms = self.terms_of(article);
        if self.slot(article).list_state == ListState::Listed {
            self.slot_mut(article).list_state = ListState::Unlisted;
            let slots = &self.slots;
            let order = |a: ArticleNo, b: ArticleNo| compare(slots, a, b);
            self.released.remove(article, order);
            for &term in &terms {
                self.terms.posting_mut(term).remove(article, order);
            }
        }
        update.add_affected(terms);
    }

    /// Merges the articles of an update into the posting lists.
    fn merge_pending(&mut self, update: &mut Update) {
        let mut released = std::mem::take(&mut update.released);
        for &article in &released {
            self.slot_mut(article).list_state = ListState::Listed;
        }
        let slots = &self.slots;
        let order = |a: ArticleNo, b: ArticleNo| compare(slots, a, b);
        released.sort_unstable_by(|&a, &b| order(a, b));
        self.released.merge(&released, order);
        for (term, mut articles) in std::mem::take(&mut update.by_term) {
            if self.terms.first_name(term).is_none() {
                update.new_terms.push(term);
            }
            articles.sort_unstable_by(|&a, &b| order(a, b));
            self.terms.posting_mut(term).merge(&articles, order);
        }
    }

    /// Merges an update into the lists and returns the affected feeds.
    pub fn finish(&mut self, mut update: Update) -> AffectedFeeds {
        self.merge_pending(&mut update);
        for term in std::mem::take(&mut update.new_terms) {
            // An article that the same update removed again was never released.
            if self.terms.first_name(term).is_none() && self.terms.oldest_article(term).is_some() {
                let name = self.name(term).to_owned();
                self.terms.set_first_name(term, &name);
                self.new_terms.push(term);
            }
        }
        match update.affected {
            Some(affected) => AffectedFeeds::Matching(affected),
            None => {
                self.released.shrink();
                self.terms.shrink();
                AffectedFeeds::All
            }
        }
    }
}
