//! Changes to the index. An [`Update`] collects them, so that each posting list is merged only once.

use std::collections::{HashMap, HashSet};
use std::mem;

use super::affected_feeds::AffectedFeeds;
use super::slot::{ListState, Slot};
use super::term_dictionary::{NewNameList, TermNo};
use super::{ArticleNo, Index, due_order};
use crate::model::article_meta::{ArticleMeta, Change};
use crate::model::time::Timestamp;

/// After more sets of terms than this, the update counts as affecting all feeds: building every feed
/// then costs less than matching them.
pub(super) const AFFECTED_MAX: usize = 4096;

/// Changes that are not in the posting lists yet. [`Index::finish`] puts them there.
#[derive(Debug)]
pub struct Update {
    released: Vec<ArticleNo>,
    scheduled: Vec<ArticleNo>,
    changes_due: Vec<(Timestamp, ArticleNo)>,
    /// Terms that had no released article before.
    new_terms: Vec<TermNo>,
    /// The sets of terms of the changed articles; `None` stands for all feeds.
    affected: Option<HashSet<Box<[TermNo]>>>,
    /// Terms that may have got their first released article with the slug or lost the last one, each with
    /// whether it had one before.
    slug_uses: HashMap<TermNo, bool>,
}

impl Default for Update {
    fn default() -> Update {
        Update {
            released: Vec::new(),
            scheduled: Vec::new(),
            changes_due: Vec::new(),
            new_terms: Vec::new(),
            affected: Some(HashSet::new()),
            slug_uses: HashMap::new(),
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
    /// Adds many articles, as at start. Which feeds that affects is not said: the caller builds all of them.
    pub fn load<E>(
        &mut self,
        articles: impl IntoIterator<Item = Result<ArticleMeta, E>>,
    ) -> Result<(), E> {
        let mut update = Update::default();
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

    /// Moves the index forward to `as_of`: articles are released, expire and change as they are due, and
    /// terms are forgotten. An earlier instant changes nothing.
    pub fn advance(&mut self, as_of: Timestamp) -> AffectedFeeds {
        let mut update = Update::default();
        self.as_of = self.as_of.max(as_of);
        while let Some(article) = self.first_due() {
            self.unlist(article, &mut update);
            self.list(article, &mut update);
        }
        let affected = self.finish(update);
        self.update_known_terms();
        affected
    }

    fn first_due(&self) -> Option<ArticleNo> {
        let change = self.changes_due.backwards().next();
        let mut first = self.next_release().into_iter().chain(change);
        let due = first.find(|(at, _)| *at <= self.as_of);
        due.map(|(_, article)| article)
    }

    fn put(&mut self, meta: ArticleMeta, update: &mut Update) {
        let mut new_lists = Vec::new();
        let terms = meta.terms.iter();
        let spellings = terms.filter_map(|term| self.terms.intern_spelling(term, &mut new_lists));
        let slot = Slot::new(&meta, spellings);
        self.fill_name_lists(&new_lists, update);
        let article = match self.number(slot.key()) {
            Some(article) => {
                self.unlist(article, update);
                *self.slots.entry(article.place()) = Some(slot);
                article
            }
            None => self.add(slot),
        };
        self.list(article, update);
    }

    fn remove(&mut self, key: &str, update: &mut Update) {
        let key = key.as_bytes();
        let Some(article) = self.number(key) else {
            return;
        };
        self.unlist(article, update);
        self.by_key.remove(key, |other| other == article);
        *self.slots.entry(article.place()) = None;
        self.free.merge(&[article], ArticleNo::cmp);
    }

    /// Gives a slot a number.
    fn add(&mut self, slot: Slot) -> ArticleNo {
        let number = || u32::try_from(self.slots.len()).expect("fewer than 2^32 articles");
        let free = self.free.backwards().next();
        let article = free.unwrap_or_else(|| ArticleNo(number()));
        self.free.remove(&article, ArticleNo::cmp);
        *self.slots.entry(article.place()) = Some(slot);
        let slots = &self.slots;
        self.by_key
            .insert(article, |article| super::slot(slots, article).key());
        article
    }

    /// Adds an article to the lists for its state at `as_of`.
    fn list(&mut self, article: ArticleNo, update: &mut Update) {
        let as_of = self.as_of;
        let slot = self.slot(article);
        let expired = slot.expires().is_some_and(|at| at <= as_of);
        if !slot.visibility.is_in_feeds() || expired {
            return;
        }
        let correction_counts = slot.updated <= as_of;
        if slot.published > as_of {
            update.scheduled.push(article);
        } else {
            let next_change = [slot.expires(), Some(slot.updated)]
                .into_iter()
                .flatten()
                .filter(|at| *at > as_of)
                .min();
            let next_change = next_change.map(|at| (at, article));
            update.changes_due.extend(next_change);
            update.released.push(article);
        }
        let slot = self.slot_mut(article);
        slot.list_state = ListState::Pending;
        slot.correction_counts = correction_counts;
        update.add_affected(self.terms_of(article));
    }

    /// Removes an article from all lists.
    fn unlist(&mut self, article: ArticleNo, update: &mut Update) {
        if self.slot(article).list_state == ListState::Pending {
            self.merge_pending(update);
        }
        let slot = super::slot(&self.slots, article);
        let terms = slot.terms(&self.terms);
        match slot.list_state {
            ListState::Unlisted | ListState::Pending => {}
            ListState::Scheduled => self.scheduled.remove(&self.slots, article, &terms),
            ListState::Released => {
                for instant in [slot.expires(), Some(slot.updated)].into_iter().flatten() {
                    self.changes_due.remove(&(instant, article), due_order);
                }
                self.months.remove(slot);
                self.released.remove(&self.slots, article, &terms);
                self.count_slugs(article, Released::NoLonger, update);
                for &term in &terms {
                    self.known.note_if_unused(term, &self.released);
                }
            }
        }
        self.slot_mut(article).list_state = ListState::Unlisted;
        update.add_affected(terms);
    }

    /// Merges the articles of an update into the posting lists.
    fn merge_pending(&mut self, update: &mut Update) {
        let released = mem::take(&mut update.released);
        for &article in &released {
            self.slot_mut(article).list_state = ListState::Released;
            self.months.add(super::slot(&self.slots, article));
            self.count_slugs(article, Released::Now, update);
        }
        for term in self.released.merge(&self.slots, &self.terms, released) {
            if self.terms.base(term) != term {
                // A name is known only as a key.
            } else if self.terms.first_name(term).is_none() {
                update.new_terms.push(term);
            } else if self.terms.unused_since(term).is_some() {
                self.known.note(term);
            }
        }

        let scheduled = mem::take(&mut update.scheduled);
        for &article in &scheduled {
            self.slot_mut(article).list_state = ListState::Scheduled;
        }
        self.scheduled.merge(&self.slots, &self.terms, scheduled);

        let mut changes_due = mem::take(&mut update.changes_due);
        changes_due.sort_unstable_by(due_order);
        self.changes_due.merge(&changes_due, due_order);
    }

    /// Merges an update into the lists and returns the affected feeds.
    pub fn finish(&mut self, mut update: Update) -> AffectedFeeds {
        self.merge_pending(&mut update);
        for term in mem::take(&mut update.new_terms) {
            // An article that the same update removed again was never released.
            if self.terms.first_name(term).is_none() && self.oldest_article(term).is_some() {
                let name = self.name(term).to_owned();
                self.terms.set_first_name(term, name);
                self.note_change(term);
            }
        }
        let is_changed = |(term, had): (TermNo, bool)| {
            self.terms.name_list(term).is_some() && (self.terms.slug_articles(term) > 0) != had
        };
        if update.slug_uses.into_iter().any(is_changed) {
            // The same queries mean other lists now.
            return AffectedFeeds::All;
        }
        match update.affected {
            Some(affected) => AffectedFeeds::Matching(affected),
            None => AffectedFeeds::All,
        }
    }

    /// Puts the articles that have a term in its new name list.
    fn fill_name_lists(&mut self, new_lists: &[NewNameList], update: &mut Update) {
        for new in new_lists {
            self.released.copy(new.term, new.list);
            self.scheduled.copy(new.term, new.list);
            if new.is_of_old_term {
                update.affected = None;
            }
        }
    }

    /// Counts the released articles by slug.
    fn count_slugs(&mut self, article: ArticleNo, released: Released, update: &mut Update) {
        if !self.terms.has_slugs() {
            return;
        }
        let slot = super::slot(&self.slots, article);
        let spellings = slot.spellings();
        let terms = spellings.filter_map(|spelling| self.terms.term_of_slug(spelling));
        for term in terms.collect::<Vec<TermNo>>() {
            let count = self.terms.slug_articles_mut(term);
            update.slug_uses.entry(term).or_insert(*count > 0);
            match released {
                Released::Now => *count += 1,
                Released::NoLonger => *count -= 1,
            }
        }
    }
}

/// Whether an article becomes released, or was until now.
#[derive(Clone, Copy)]
enum Released {
    Now,
    NoLonger,
}
