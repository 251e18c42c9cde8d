//! The posting lists of all released articles, or of all unreleased ones.

use std::cmp::Ordering;

use hashbrown::HashMap;

use super::paged::Paged;
use super::posting_list::PostingList;
use super::slot::Slot;
use super::term_dictionary::{TermDictionary, TermNo};
use super::{ArticleNo, compare};
use crate::model::time::Timestamp;

static EMPTY: PostingList = PostingList::EMPTY;

/// A list of articles, and a list for each of their terms.
#[derive(Clone, Debug)]
pub(super) struct Postings {
    order: ListOrder,
    all: PostingList,
    by_term: Paged<PostingList>,
}

/// Which articles stand last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ListOrder {
    NewestLast,
    OldestLast,
}

impl Postings {
    pub(super) fn new(order: ListOrder) -> Postings {
        Postings {
            order,
            all: PostingList::default(),
            by_term: Paged::default(),
        }
    }

    /// All articles.
    pub(super) fn all(&self) -> &PostingList {
        &self.all
    }

    /// The articles that carry a term.
    pub(super) fn of(&self, term: TermNo) -> &PostingList {
        self.by_term.get(term.place()).unwrap_or(&EMPTY)
    }

    /// Gives the list of one term to another, which has none.
    pub(super) fn copy(&mut self, from: TermNo, to: TermNo) {
        if let Some(list) = self.by_term.get(from.place()) {
            *self.by_term.entry(to.place()) = Some(list.clone());
        }
    }

    /// Adds articles that are in no list yet, and returns their terms.
    pub(super) fn merge(
        &mut self,
        slots: &Paged<Slot>,
        dictionary: &TermDictionary,
        articles: Vec<ArticleNo>,
    ) -> Vec<TermNo> {
        let articles = self.sort(slots, articles);
        let mut by_term: HashMap<TermNo, Vec<ArticleNo>> = HashMap::new();
        for &article in &articles {
            for &term in &super::slot(slots, article).terms(dictionary) {
                by_term.entry(term).or_default().push(article);
            }
        }
        let order = self.order;
        let order = |a: &ArticleNo, b: &ArticleNo| order.compare(slots, *a, *b);
        self.all.merge(&articles, order, slots.len());
        let merge = |(term, articles): (TermNo, Vec<ArticleNo>)| {
            let list = self.by_term.entry(term.place());
            list.get_or_insert_default()
                .merge(&articles, order, slots.len());
            term
        };
        by_term.into_iter().map(merge).collect()
    }

    /// Removes an article that has these terms from all lists.
    pub(super) fn remove(&mut self, slots: &Paged<Slot>, article: ArticleNo, terms: &[TermNo]) {
        let order = self.order;
        let order = |a: &ArticleNo, b: &ArticleNo| order.compare(slots, *a, *b);
        self.all.remove(article, order, slots.len());
        for term in terms {
            if let Some(list) = self.by_term.entry(term.place()) {
                list.remove(article, order, slots.len());
            }
        }
    }

    /// How the lists have two articles.
    pub(super) fn compare(&self, slots: &Paged<Slot>, a: ArticleNo, b: ArticleNo) -> Ordering {
        self.order.compare(slots, a, b)
    }

    /// Sorts articles as the lists have them.
    pub(super) fn sort(&self, slots: &Paged<Slot>, articles: Vec<ArticleNo>) -> Vec<ArticleNo> {
        // Most comparisons need only the dates. Beside the numbers they are read without a jump in memory.
        let dated = articles.into_iter().map(|article| {
            let published = super::slot(slots, article).published;
            (published, article)
        });
        let mut dated: Vec<(Timestamp, ArticleNo)> = dated.collect();
        dated.sort_unstable_by(|(a_date, a), (b_date, b)| {
            let by_date = match self.order {
                ListOrder::NewestLast => a_date.cmp(b_date),
                ListOrder::OldestLast => b_date.cmp(a_date),
            };
            by_date.then_with(|| self.compare(slots, *a, *b))
        });
        dated.into_iter().map(|(_, article)| article).collect()
    }
}

impl ListOrder {
    fn compare(self, slots: &Paged<Slot>, a: ArticleNo, b: ArticleNo) -> Ordering {
        match self {
            ListOrder::NewestLast => compare(slots, a, b),
            ListOrder::OldestLast => compare(slots, b, a),
        }
    }
}
