//! The search index: all accepted articles in one total order, and a posting list for each term.
//!
//! The index holds no title, summary or body. For each article it has a `Slot` with the key,
//! dates, terms and the record of the store that has the text. Unreleased, expired and hidden
//! articles have a slot but are in no list of released articles, so code that reads those lists cannot
//! leak them. Lists of their own have the unreleased ones: only [`Window::next`], [`Index::advance`] and
//! explanations read them. The index never asks the clock; [`Index::advance`] gets the time.
//!
//! A clone of the index costs little, because it shares all tables and lists. A change then copies the
//! pages and chunks that it touches, and the clone stays as it was.
//!
//! Begin with [`Index`] for the questions, `update.rs` for what a change does, `window.rs` for which
//! articles a feed holds, `matching.rs` for how they are found, `names.rs` for what the name of a term with
//! a slug means, and `known_terms.rs` for how long a term is known.
//!
//! Uses [`model`](crate::model) and [`config`](crate::config).

mod affected_feeds;
mod aliases;
mod article_set;
mod bitmap;
mod hash_index;
mod key_order;
mod known_terms;
mod matching;
mod months;
mod names;
mod paged;
mod posting_list;
mod postings;
mod query;
mod rank;
mod slot;
mod sorted_list;
mod steps;
mod term_dictionary;
mod update;
mod window;
mod window_rule;

use std::borrow::Cow;
use std::cmp::Ordering;

pub use self::affected_feeds::AffectedFeeds;
use self::hash_index::HashIndex;
pub use self::key_order::natural;
use self::known_terms::KnownTerms;
pub use self::known_terms::TermChange;
use self::months::Months;
pub use self::months::{MonthRule, MonthSum};
use self::paged::Paged;
use self::postings::{ListOrder, Postings};
pub use self::query::Query;
pub use self::rank::Rank;
use self::slot::{ListState, Slot};
use self::sorted_list::SortedList;
pub use self::steps::{SELECTION_STEPS_MAX, StepsExceeded};
use self::term_dictionary::{SpellingNo, TermDictionary};
pub use self::term_dictionary::{TermNo, TermSpelling};
pub use self::update::Update;
pub use self::window::Window;
pub use self::window_rule::Membership;
use crate::config::Alias;
use crate::model::article::{Revision, Visibility};
use crate::model::record::RecordId;
use crate::model::term::{Term, TermKind};
use crate::model::time::Timestamp;

/// The number of an article's slot. The number of a removed article is used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ArticleNo(u32);

/// All accepted articles, with a posting list for each term. A clone costs microseconds, however many
/// articles there are, and later changes of either do not show in the other.
#[derive(Clone, Debug)]
pub struct Index {
    as_of: Timestamp,
    slots: Paged<Slot>,
    /// Numbers of removed articles.
    free: SortedList<ArticleNo>,
    by_key: HashIndex<ArticleNo>,
    terms: TermDictionary,
    /// Released articles.
    released: Postings,
    /// Articles with a publication date in the future.
    scheduled: Postings,
    /// The next expiry or dated correction of each released article, in [`due_order`].
    changes_due: SortedList<(Timestamp, ArticleNo)>,
    known: KnownTerms,
    months: Months,
}

impl Index {
    /// An empty index at the instant `as_of`. Each alias of `[same]` counts as the term it names.
    pub fn new(aliases: &[Alias], as_of: Timestamp) -> Index {
        Index {
            as_of,
            slots: Paged::default(),
            free: SortedList::default(),
            by_key: HashIndex::default(),
            terms: TermDictionary::new(aliases),
            released: Postings::new(ListOrder::NewestLast),
            scheduled: Postings::new(ListOrder::OldestLast),
            changes_due: SortedList::default(),
            known: KnownTerms::default(),
            months: Months::default(),
        }
    }

    /// The instant that the posting lists are for.
    pub fn as_of(&self) -> Timestamp {
        self.as_of
    }

    /// The number of articles, released or not.
    pub fn len(&self) -> usize {
        self.by_key.len()
    }

    /// Whether the index has no article, released or not.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The next instant at which an article is released, expires or changes, or a term is forgotten.
    /// `delay` and `oldest` of single feeds are not included; see [`Window::next`].
    pub fn next_instant(&self) -> Option<Timestamp> {
        let release = self.next_release().map(|(at, _)| at);
        let change = self.changes_due.backwards().next().map(|(at, _)| at);
        let instants = [release, change, self.known.next_instant()];
        instants.into_iter().flatten().min()
    }

    fn next_release(&self) -> Option<(Timestamp, ArticleNo)> {
        let article = self.scheduled.all().backwards().next()?;
        Some((self.slot(article).published, article))
    }

    /// The stored version of an article.
    pub fn record(&self, article: ArticleNo) -> RecordId {
        self.slot(article).record
    }

    /// The key of an article.
    pub fn key(&self, article: ArticleNo) -> Cow<'_, str> {
        String::from_utf8_lossy(self.slot(article).key())
    }

    /// The revision of an article.
    pub fn revision(&self, article: ArticleNo) -> Revision {
        self.slot(article).revision
    }

    /// The last correction; if its date is in the future, the publication.
    pub fn updated(&self, article: ArticleNo) -> Timestamp {
        let slot = self.slot(article);
        if slot.updated > self.as_of {
            slot.published
        } else {
            slot.updated
        }
    }

    /// The last correction, also if its date is in the future.
    pub fn last_correction(&self, article: ArticleNo) -> Timestamp {
        self.slot(article).updated
    }

    /// The sections and tags of an article that `[same]` replaces: the position among the article's
    /// terms, and the text to print there. Bylines are never replaced.
    pub fn replacements(&self, article: ArticleNo) -> impl Iterator<Item = (usize, &str)> {
        let spellings = self.slot(article).spellings().enumerate();
        spellings.filter_map(|(position, spelling)| {
            let kind = self.term(self.terms.term_of(spelling)).kind;
            let replaceable = matches!(kind, TermKind::Section | TermKind::Tag);
            let replacement = self.terms.replacement(spelling).filter(|_| replaceable)?;
            Some((position, replacement))
        })
    }

    /// The released article with this key.
    pub fn find(&self, key: &str) -> Option<ArticleNo> {
        self.number(key.as_bytes())
            .filter(|&article| self.slot(article).list_state == ListState::Released)
    }

    /// The number of released articles.
    pub fn released_count(&self) -> usize {
        self.released.all().len()
    }

    /// The keys of all released articles, oldest first, each with [`Index::updated`].
    pub fn released(&self) -> impl Iterator<Item = (String, Timestamp)> {
        self.released.all().iter().map(|article| {
            let key = String::from_utf8_lossy(self.slot(article).key());
            (key.into_owned(), self.updated(article))
        })
    }

    /// The articles that changed by themselves after `from` and up to [`Index::as_of`]: that were released or
    /// expired, or whose correction began to count. Looks at every article.
    pub fn changed_since(&self, from: Timestamp) -> impl Iterator<Item = ArticleNo> {
        let is_due = move |at: Timestamp| from < at && at <= self.as_of;
        (0..self.slots.len()).filter_map(move |number| {
            let slot = self.slots.get(number)?;
            let instants = [slot.published, slot.updated].into_iter();
            let mut instants = instants.chain(slot.expires());
            let number = u32::try_from(number).expect("fewer than 2^32 articles");
            instants.any(is_due).then_some(ArticleNo(number))
        })
    }

    /// The keys of all articles, released or not.
    pub fn keys(&self) -> impl Iterator<Item = String> {
        let slots = (0..self.slots.len()).filter_map(|number| self.slots.get(number));
        slots.map(|slot| String::from_utf8_lossy(slot.key()).into_owned())
    }

    /// The article with this key, released or not. For operators only: what readers see must come from
    /// [`Index::find`].
    pub fn find_any(&self, key: &str) -> Option<ArticleNo> {
        self.number(key.as_bytes())
    }

    /// First publication of an article, possibly in the future.
    pub fn published(&self, article: ArticleNo) -> Timestamp {
        self.slot(article).published
    }

    /// The instant from which no feed has the article.
    pub fn expires(&self, article: ArticleNo) -> Option<Timestamp> {
        self.slot(article).expires()
    }

    /// Who may see an article between its publication and its expiry.
    pub fn visibility(&self, article: ArticleNo) -> Visibility {
        self.slot(article).visibility
    }

    /// How an article spells a term or its name; `None` if it carries neither. The term's own spelling wins
    /// over that of an alias.
    pub fn spelling(&self, article: ArticleNo, term: TermNo) -> Option<TermSpelling<'_>> {
        let list = self.list_of(term);
        let spellings = self.slot(article).spellings();
        let has_term = |spelling: &SpellingNo| self.terms.lists_of(*spelling).any(|of| of == list);
        let spellings = spellings.filter(has_term);
        spellings
            .map(|spelling| self.terms.spelling(spelling))
            .min_by_key(|spelling| spelling.is_alias)
    }

    /// The term with this number.
    pub fn term(&self, term: TermNo) -> &Term {
        self.terms.term(term)
    }

    /// The number of a term; for an alias, of the term it counts as.
    pub fn find_term(&self, term: &Term) -> Option<TermNo> {
        self.terms.find(term)
    }

    /// The term that an alias counts as; any other term itself.
    pub fn canonical<'a>(&'a self, term: &'a Term) -> &'a Term {
        self.terms.canonical(term)
    }

    /// The number of released articles with this term.
    pub fn articles_with(&self, term: TermNo) -> usize {
        self.released.of(term).len()
    }

    /// The name of a term: the spelling of its oldest released article. Without such an article it is
    /// the first name that the term had, else the spelling of feeds.toml, else its key.
    pub fn name(&self, term: TermNo) -> &str {
        let oldest = self.oldest_article(term).and_then(|article| {
            let mut spellings = self.slot(article).spellings();
            spellings.find(|&spelling| self.terms.term_of(spelling) == term)
        });
        match oldest {
            Some(spelling) => self.terms.spelling_shown(spelling),
            None => self
                .terms
                .first_name(term)
                .or_else(|| self.terms.config_name(term))
                .unwrap_or(self.terms.term(term).key()),
        }
    }

    /// The oldest released article with a term, whose spelling is the name of the term.
    fn oldest_article(&self, term: TermNo) -> Option<ArticleNo> {
        self.released.of(term).iter().next()
    }

    fn number(&self, key: &[u8]) -> Option<ArticleNo> {
        self.by_key
            .find(key, |article| self.slot(article).key() == key)
    }

    /// The numbers of an article's lists, sorted, without duplicates.
    fn terms_of(&self, article: ArticleNo) -> Box<[TermNo]> {
        self.slot(article).terms(&self.terms)
    }

    fn order(&self, a: ArticleNo, b: ArticleNo) -> Ordering {
        compare(&self.slots, a, b)
    }

    fn slot(&self, article: ArticleNo) -> &Slot {
        slot(&self.slots, article)
    }

    fn slot_mut(&mut self, article: ArticleNo) -> &mut Slot {
        self.slots
            .entry(article.place())
            .as_mut()
            .expect("a number is listed only while its slot is filled")
    }
}

impl ArticleNo {
    /// The place of the article in a table by number.
    fn place(self) -> usize {
        self.0 as usize
    }
}

fn slot(slots: &Paged<Slot>, article: ArticleNo) -> &Slot {
    slots
        .get(article.place())
        .expect("a number is listed only while its slot is filled")
}

/// The order of articles: by publication, oldest first, then by key.
fn compare(slots: &Paged<Slot>, a: ArticleNo, b: ArticleNo) -> Ordering {
    let (a, b) = (slot(slots, a), slot(slots, b));
    a.published
        .cmp(&b.published)
        .then_with(|| key_order::natural(a.key(), b.key()))
}

/// The order of [`Index::changes_due`]: the next one stands last.
fn due_order(a: &(Timestamp, ArticleNo), b: &(Timestamp, ArticleNo)) -> Ordering {
    b.cmp(a)
}

#[cfg(test)]
mod tests;
