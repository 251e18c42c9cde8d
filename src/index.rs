//! All accepted articles in one total order, and for each term the articles that carry it.
//!
//! The index holds no title, summary or body: an article is a small number with its key, dates,
//! terms and the record of the store that has the rest. Unreleased, expired and hidden articles
//! are known here but stand in no list, so nothing that reads the lists can leak them. It never
//! asks the clock; [`Index::advance`] is told the time.
//!
//! Begin with [`Index`]: `load` fills it, `gather` and `finish` change it, [`Query`] and [`Window`]
//! read it.
//!
//! Uses [`model`](crate::model) and [`config`](crate::config).

mod order;
mod placing;
mod posting;
mod rule;
mod slot;
mod terms;
mod touched;
mod window;

use std::cmp::Ordering;
use std::collections::{BTreeSet, HashSet};
use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashMap, HashTable};

pub use self::order::natural;
pub use self::placing::Placing;
use self::posting::Posting;
pub use self::rule::Verdict;
use self::slot::{Slot, Standing};
use self::terms::Terms;
pub use self::terms::{TermNo, Written};
pub use self::touched::Touched;
pub use self::window::{Query, Window};
use crate::config::{Alias, NamedTerm};
use crate::model::article::{Revision, Visibility};
use crate::model::article_meta::{ArticleMeta, Change};
use crate::model::record::RecordId;
use crate::model::term::{Term, TermKind};
use crate::model::time::Timestamp;

/// More touched articles than this in one batch, and every feed is looked at instead.
const TOUCHED_MAX: usize = 4096;

/// An article of the index; numbers of removed articles are used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ArticleNo(u32);

/// All accepted articles and the index over them.
#[derive(Debug)]
pub struct Index {
    as_of: Timestamp,
    slots: Vec<Option<Slot>>,
    free: Vec<ArticleNo>,
    by_key: HashTable<ArticleNo>,
    hasher: DefaultHashBuilder,
    /// Every released article, oldest first.
    live: Posting,
    terms: Terms,
    /// Embargoed articles by release.
    releases: BTreeSet<(Timestamp, ArticleNo)>,
    /// Other instants at which a released article changes: expiry and announced corrections.
    turns: BTreeSet<(Timestamp, ArticleNo)>,
    /// Terms that got their first released article and are not yet remembered elsewhere.
    newly_known: Vec<TermNo>,
}

impl Index {
    /// An empty index at the instant `as_of`, in which `same` terms count as one.
    pub fn new(same: &[Alias], as_of: Timestamp) -> Index {
        Index {
            as_of,
            slots: Vec::new(),
            free: Vec::new(),
            by_key: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
            live: Posting::default(),
            terms: Terms::new(same),
            releases: BTreeSet::new(),
            turns: BTreeSet::new(),
            newly_known: Vec::new(),
        }
    }

    /// Lists every one of `articles`.
    ///
    /// # Errors
    /// The first that `articles` gives.
    pub fn load<E>(
        &mut self,
        articles: impl IntoIterator<Item = Result<ArticleMeta, E>>,
    ) -> Result<(), E> {
        let mut batch = Batch {
            touched: None,
            ..Batch::default()
        };
        for article in articles {
            self.put(article?, &mut batch);
        }
        self.finish(batch);
        Ok(())
    }

    /// The instant the lists are true for.
    pub fn as_of(&self) -> Timestamp {
        self.as_of
    }

    /// How many articles are known, released or not.
    pub fn len(&self) -> usize {
        self.by_key.len()
    }

    /// Whether no article is known.
    pub fn is_empty(&self) -> bool {
        self.by_key.is_empty()
    }

    /// Applies changes and says whom they concern. A later change of one key wins.
    pub fn apply(&mut self, changes: impl IntoIterator<Item = Change>) -> Touched {
        let mut batch = Batch::default();
        self.gather(changes, &mut batch);
        self.finish(batch)
    }

    /// Takes changes into a batch, which is in the lists once it is finished. What it replaces is in
    /// none meanwhile, so nobody may be shown them.
    pub fn gather(&mut self, changes: impl IntoIterator<Item = Change>, batch: &mut Batch) {
        for change in changes {
            match change {
                Change::Put(listing) => self.put(listing, batch),
                Change::Remove(key) => self.remove(&key, batch),
            }
        }
    }

    /// Moves the index to `as_of`: releases, expires and corrects what is due. An instant in the
    /// past changes nothing.
    pub fn advance(&mut self, as_of: Timestamp) -> Touched {
        let mut batch = Batch::default();
        self.as_of = self.as_of.max(as_of);
        for queue in [Queue::Releases, Queue::Turns] {
            while let Some((_, article)) = self
                .queue(queue)
                .first()
                .copied()
                .filter(|(at, _)| *at <= self.as_of)
            {
                self.unlist(article, &mut batch);
                self.list(article, &mut batch);
            }
        }
        self.finish(batch)
    }

    /// When something is due by itself, delays and ages of single feeds aside.
    pub fn next_instant(&self) -> Option<Timestamp> {
        let first = |queue: &BTreeSet<(Timestamp, ArticleNo)>| queue.first().map(|(at, _)| *at);
        [first(&self.releases), first(&self.turns)]
            .into_iter()
            .flatten()
            .min()
    }

    /// The record that has an article's text.
    pub fn record(&self, article: ArticleNo) -> RecordId {
        self.slot(article).record
    }

    /// The digest of what documents show of an article.
    pub fn revision(&self, article: ArticleNo) -> Revision {
        self.slot(article).revision
    }

    /// The last correction that counts by now.
    pub fn updated(&self, article: ArticleNo) -> Timestamp {
        let slot = self.slot(article);
        if slot.updated > self.as_of {
            slot.published
        } else {
            slot.updated
        }
    }

    /// What `[same]` makes feeds print instead of an article's sections and tags, each with its
    /// place among the article's terms. Bylines stay as signed.
    pub fn replacements(&self, article: ArticleNo) -> impl Iterator<Item = (usize, &str)> {
        let spellings = self.slot(article).spellings().enumerate();
        spellings.filter_map(|(place, spelling)| {
            let kind = self.term(self.terms.term_of(spelling)).kind;
            let printed = matches!(kind, TermKind::Section | TermKind::Tag);
            let replacement = self.terms.replacement(spelling).filter(|_| printed)?;
            Some((place, replacement))
        })
    }

    /// The released article with this key.
    pub fn find(&self, key: &str) -> Option<ArticleNo> {
        self.number(key.as_bytes())
            .filter(|&article| self.slot(article).standing == Standing::Live)
    }

    /// The keys of all released articles, oldest first, each with the last correction that counts.
    pub fn released(&self) -> impl Iterator<Item = (String, Timestamp)> {
        self.live.as_slice().iter().map(|&article| {
            let key = String::from_utf8_lossy(self.slot(article).key());
            (key.into_owned(), self.updated(article))
        })
    }

    /// The article with this key, released or not: for the operator, never for readers.
    pub fn look_up(&self, key: &str) -> Option<ArticleNo> {
        self.number(key.as_bytes())
    }

    /// When an article was or will be published.
    pub fn published(&self, article: ArticleNo) -> Timestamp {
        self.slot(article).published
    }

    /// When an article leaves all feeds.
    pub fn expires(&self, article: ArticleNo) -> Option<Timestamp> {
        self.slot(article).expires()
    }

    /// Who may see an article, dates aside.
    pub fn visibility(&self, article: ArticleNo) -> Visibility {
        self.slot(article).visibility
    }

    /// How an article writes a term; `None` where it does not carry it.
    pub fn written(&self, article: ArticleNo, term: TermNo) -> Option<Written<'_>> {
        let spellings = self.slot(article).spellings();
        let of_term = spellings.filter(|&spelling| self.terms.term_of(spelling) == term);
        of_term
            .map(|spelling| self.terms.written(spelling))
            .min_by_key(|written| written.is_alias)
    }

    /// Every term that a released article carries or carried, or feeds.toml names.
    pub fn known_terms(&self) -> impl Iterator<Item = TermNo> {
        self.terms.numbers().filter(|&term| self.is_known(term))
    }

    /// Whether a released article carries or carried the term, or feeds.toml names it.
    pub fn is_known(&self, term: TermNo) -> bool {
        self.terms.remembered(term).is_some() || self.terms.named(term).is_some()
    }

    /// The term behind a number.
    pub fn term(&self, term: TermNo) -> &Term {
        self.terms.term(term)
    }

    /// The number of a term, or of the one it counts as.
    pub fn find_term(&self, term: &Term) -> Option<TermNo> {
        self.terms.find(term)
    }

    /// The term that `term` counts as.
    pub fn canonical<'a>(&'a self, term: &'a Term) -> &'a Term {
        self.terms.canonical(term)
    }

    /// Makes a term known that the state folder remembers.
    pub fn remember(&mut self, term: &Term, text: &str) {
        let text = self.terms.printed(term, text).to_owned();
        let number = self.terms.intern(term);
        if self.terms.remembered(number).is_none() {
            self.terms.remember(number, &text);
        }
    }

    /// Makes the terms known that feeds.toml names, and no longer those that it named before.
    pub fn set_named(&mut self, named: &[NamedTerm]) {
        self.terms.set_named(named);
    }

    /// How many released articles carry a term.
    pub fn articles_with(&self, term: TermNo) -> usize {
        self.terms.posting(term).len()
    }

    /// A term as the oldest released article writes it; without one, as it was shown when it became
    /// known, else as feeds.toml writes it.
    pub fn name(&self, term: TermNo) -> &str {
        let oldest = self.terms.oldest(term).and_then(|article| {
            let mut spellings = self.slot(article).spellings();
            spellings.find(|&spelling| self.terms.term_of(spelling) == term)
        });
        match oldest {
            Some(spelling) => self.terms.shown(spelling),
            None => self
                .terms
                .remembered(term)
                .or_else(|| self.terms.named(term))
                .unwrap_or(self.terms.term(term).key()),
        }
    }

    /// The terms that became known since the last call, with their names.
    pub fn take_newly_known(&mut self) -> Vec<(Term, String)> {
        let terms = std::mem::take(&mut self.newly_known);
        let named = terms.into_iter().filter_map(|term| {
            let name = self.terms.remembered(term)?;
            Some((self.term(term).clone(), name.to_owned()))
        });
        named.collect()
    }

    /// Takes back what [`Index::take_newly_known`] gave, to be given again.
    pub fn give_back_newly_known(&mut self, terms: Vec<(Term, String)>) {
        let numbers = terms.iter().filter_map(|(term, _)| self.find_term(term));
        let numbers: Vec<TermNo> = numbers.collect();
        self.newly_known.extend(numbers);
    }

    fn put(&mut self, listing: ArticleMeta, batch: &mut Batch) {
        let spellings = listing
            .terms
            .iter()
            .filter_map(|(kind, text)| self.terms.spell(*kind, text));
        let slot = Slot::new(&listing, spellings);
        let article = match self.number(slot.key()) {
            Some(article) => {
                self.unlist(article, batch);
                article
            }
            None => self.number_new(slot.key()),
        };
        self.slots[article.0 as usize] = Some(slot);
        self.list(article, batch);
    }

    fn remove(&mut self, key: &str, batch: &mut Batch) {
        let key = key.as_bytes();
        let Some(article) = self.number(key) else {
            return;
        };
        self.unlist(article, batch);
        let hash = self.hasher.hash_one(key);
        if let Ok(entry) = self.by_key.find_entry(hash, |&other| other == article) {
            entry.remove();
        }
        self.slots[article.0 as usize] = None;
        self.free.push(article);
    }

    fn number(&self, key: &[u8]) -> Option<ArticleNo> {
        let hash = self.hasher.hash_one(key);
        self.by_key
            .find(hash, |&article| self.slot(article).key() == key)
            .copied()
    }

    fn number_new(&mut self, key: &[u8]) -> ArticleNo {
        let article = self.free.pop().unwrap_or_else(|| {
            self.slots.push(None);
            ArticleNo(
                u32::try_from(self.slots.len() - 1)
                    .expect("fewer articles than 4 thousand million"),
            )
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

    /// Enters an article into the lists and queues that it belongs to now.
    fn list(&mut self, article: ArticleNo, batch: &mut Batch) {
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
            let turn = [slot.expires(), Some(slot.updated)]
                .into_iter()
                .flatten()
                .filter(|at| *at > as_of)
                .min();
            self.turns.extend(turn.map(|at| (at, article)));
            for &term in &terms {
                batch.listed.entry(term).or_default().push(article);
            }
            batch.live.push(article);
            self.slot_mut(article).standing = Standing::Gathered;
        }
        batch.touch(terms);
    }

    /// Takes an article out of every list and queue.
    fn unlist(&mut self, article: ArticleNo, batch: &mut Batch) {
        if self.slot(article).standing == Standing::Gathered {
            self.settle(batch);
        }
        let slot = self.slot(article);
        let instants = [Some(slot.published), slot.expires(), Some(slot.updated)];
        for instant in instants.into_iter().flatten() {
            self.releases.remove(&(instant, article));
            self.turns.remove(&(instant, article));
        }
        let terms = self.terms_of(article);
        if self.slot(article).standing == Standing::Live {
            self.slot_mut(article).standing = Standing::Apart;
            let slots = &self.slots;
            let order = |a: ArticleNo, b: ArticleNo| compare(slots, a, b);
            self.live.remove(article, order);
            for &term in &terms {
                self.terms.posting_mut(term).remove(article, order);
            }
        }
        batch.touch(terms);
    }

    /// Merges what a batch listed into the postings.
    fn settle(&mut self, batch: &mut Batch) {
        let mut live = std::mem::take(&mut batch.live);
        for &article in &live {
            self.slot_mut(article).standing = Standing::Live;
        }
        let slots = &self.slots;
        let order = |a: ArticleNo, b: ArticleNo| compare(slots, a, b);
        live.sort_unstable_by(|&a, &b| order(a, b));
        self.live.merge(&live, order);
        for (term, mut articles) in std::mem::take(&mut batch.listed) {
            if self.terms.remembered(term).is_none() {
                batch.unknown.push(term);
            }
            articles.sort_unstable_by(|&a, &b| order(a, b));
            self.terms.posting_mut(term).merge(&articles, order);
        }
    }

    /// Enters a batch into the lists, and says whom it concerns.
    pub fn finish(&mut self, mut batch: Batch) -> Touched {
        self.settle(&mut batch);
        for term in std::mem::take(&mut batch.unknown) {
            // What a batch brings and takes again was never released.
            if self.terms.remembered(term).is_none() && self.terms.oldest(term).is_some() {
                let name = self.name(term).to_owned();
                self.terms.remember(term, &name);
                self.newly_known.push(term);
            }
        }
        match batch.touched {
            Some(touched) => Touched::Articles(touched),
            None => {
                self.live.shrink();
                self.terms.shrink();
                Touched::Everything
            }
        }
    }

    fn queue(&self, queue: Queue) -> &BTreeSet<(Timestamp, ArticleNo)> {
        match queue {
            Queue::Releases => &self.releases,
            Queue::Turns => &self.turns,
        }
    }

    /// An article's terms, each once.
    fn terms_of(&self, article: ArticleNo) -> Box<[TermNo]> {
        let spellings = self.slot(article).spellings();
        let mut terms: Vec<TermNo> = spellings
            .map(|spelling| self.terms.term_of(spelling))
            .collect();
        terms.sort_unstable();
        terms.dedup();
        terms.into()
    }

    fn order(&self, a: ArticleNo, b: ArticleNo) -> Ordering {
        compare(&self.slots, a, b)
    }

    fn slot(&self, article: ArticleNo) -> &Slot {
        slot(&self.slots, article)
    }

    fn slot_mut(&mut self, article: ArticleNo) -> &mut Slot {
        self.slots[article.0 as usize]
            .as_mut()
            .expect("a number is listed only while its slot is filled")
    }
}

fn slot(slots: &[Option<Slot>], article: ArticleNo) -> &Slot {
    slots[article.0 as usize]
        .as_ref()
        .expect("a number is listed only while its slot is filled")
}

/// Oldest first: by publication, then by key.
fn compare(slots: &[Option<Slot>], a: ArticleNo, b: ArticleNo) -> Ordering {
    let (a, b) = (slot(slots, a), slot(slots, b));
    a.published
        .cmp(&b.published)
        .then_with(|| order::natural(a.key(), b.key()))
}

#[derive(Clone, Copy)]
enum Queue {
    Releases,
    Turns,
}

/// What a batch lists, gathered so that each posting is merged once.
#[derive(Debug)]
pub struct Batch {
    live: Vec<ArticleNo>,
    listed: HashMap<TermNo, Vec<ArticleNo>>,
    /// Terms that no article had before.
    unknown: Vec<TermNo>,
    /// `None` once there are too many to name.
    touched: Option<HashSet<Box<[TermNo]>>>,
}

impl Default for Batch {
    fn default() -> Batch {
        Batch {
            live: Vec::new(),
            listed: HashMap::new(),
            unknown: Vec::new(),
            touched: Some(HashSet::new()),
        }
    }
}

impl Batch {
    fn touch(&mut self, terms: Box<[TermNo]>) {
        if let Some(touched) = &mut self.touched {
            touched.insert(terms);
            if touched.len() > TOUCHED_MAX {
                self.touched = None;
            }
        }
    }
}

#[cfg(test)]
mod tests;
