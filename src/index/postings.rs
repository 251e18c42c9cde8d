//! Posting lists: the articles that carry a term, in the order of the index.

use std::cmp::Ordering;

use hashbrown::HashMap;

use super::paged::Paged;
use super::slot::Slot;
use super::sorted_list::SortedList;
use super::term_dictionary::{TermDictionary, TermNo};
use super::{ArticleNo, compare};

/// The articles that carry a term. Those that are asked for first stand last, because most changes are
/// there.
pub(super) type PostingList = SortedList<ArticleNo>;

static EMPTY: PostingList = SortedList::Short(Vec::new());

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

    /// Adds articles that are in no list yet, and returns their terms.
    pub(super) fn merge(
        &mut self,
        slots: &Paged<Slot>,
        dictionary: &TermDictionary,
        mut articles: Vec<ArticleNo>,
    ) -> Vec<TermNo> {
        self.sort(slots, &mut articles);
        let mut by_term: HashMap<TermNo, Vec<ArticleNo>> = HashMap::new();
        for &article in &articles {
            for &term in &super::slot(slots, article).terms(dictionary) {
                by_term.entry(term).or_default().push(article);
            }
        }
        let order = self.order;
        let order = |a: &ArticleNo, b: &ArticleNo| order.compare(slots, *a, *b);
        self.all.merge(&articles, order);
        let merge = |(term, articles): (TermNo, Vec<ArticleNo>)| {
            let list = self.by_term.entry(term.place());
            list.get_or_insert_default().merge(&articles, order);
            term
        };
        by_term.into_iter().map(merge).collect()
    }

    /// Removes an article that has these terms from all lists.
    pub(super) fn remove(&mut self, slots: &Paged<Slot>, article: ArticleNo, terms: &[TermNo]) {
        let order = self.order;
        let order = |a: &ArticleNo, b: &ArticleNo| order.compare(slots, *a, *b);
        self.all.remove(&article, order);
        for term in terms {
            if let Some(list) = self.by_term.entry(term.place()) {
                list.remove(&article, order);
            }
        }
    }

    /// How the lists have two articles.
    pub(super) fn compare(&self, slots: &Paged<Slot>, a: ArticleNo, b: ArticleNo) -> Ordering {
        self.order.compare(slots, a, b)
    }

    /// Sorts articles as the lists have them.
    pub(super) fn sort(&self, slots: &Paged<Slot>, articles: &mut [ArticleNo]) {
        articles.sort_unstable_by(|&a, &b| self.compare(slots, a, b));
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
