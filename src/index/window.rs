//! The window of a feed: which of the matching articles it holds now.

use std::collections::BTreeSet;
use std::iter::Peekable;

use super::sorted_list::Backwards;
use super::term_dictionary::TermNo;
use super::window_rule::{Membership, WindowRule};
use super::{ArticleNo, Index};
use crate::config::Settings;
use crate::model::selection::Selection;
use crate::model::term::Term;
use crate::model::time::Timestamp;

/// A selection with the numbers of terms in place of terms.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// A matching article has at least one of these, unless there are none.
    pub any: Vec<TermNo>,
    /// A matching article has all of these.
    pub all: Vec<TermNo>,
    /// A matching article has none of these.
    pub none: Vec<TermNo>,
}

impl Query {
    /// This query with the condition that an article also has `term`.
    pub fn with(&self, term: TermNo) -> Query {
        let mut query = self.clone();
        query.all.push(term);
        query
    }

    /// Terms of which every matching article has at least one. By them the feeds of a changed article
    /// are found. Empty if an article can match without any particular term.
    pub fn triggers(&self) -> &[TermNo] {
        if self.any.is_empty() {
            self.all.get(..1).unwrap_or(&[])
        } else {
            &self.any
        }
    }

    /// Whether an article with these terms matches.
    pub fn matches(&self, terms: &[TermNo]) -> bool {
        (self.any.is_empty() || self.any.iter().any(|term| terms.contains(term)))
            && self.all.iter().all(|term| terms.contains(term))
            && !self.none.iter().any(|term| terms.contains(term))
    }
}

/// The entries of a feed at one instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// The articles, newest first.
    pub entries: Vec<ArticleNo>,
    /// The next instant at which an entry comes, goes or changes without an update.
    pub next: Option<Timestamp>,
    /// The latest instant at which an entry was updated or became visible; `None` for an empty window.
    pub content_time: Option<Timestamp>,
}

impl Index {
    /// The query for a selection; terms that the index does not have are added.
    pub fn register(&mut self, selection: &Selection) -> Query {
        let mut intern = |terms: &BTreeSet<Term>| -> Vec<TermNo> {
            terms.iter().map(|term| self.terms.intern(term)).collect()
        };
        Query {
            any: intern(&selection.any),
            all: intern(&selection.all),
            none: intern(&selection.none),
        }
    }

    /// The query for a selection; `None` if the index does not have all of its terms.
    pub fn query(&self, selection: &Selection) -> Option<Query> {
        let find = |terms: &BTreeSet<Term>| -> Option<Vec<TermNo>> {
            terms.iter().map(|term| self.terms.find(term)).collect()
        };
        Some(Query {
            any: find(&selection.any)?,
            all: find(&selection.all)?,
            none: find(&selection.none)?,
        })
    }

    /// The number of released articles that match.
    pub fn count(&self, query: &Query) -> usize {
        match (&query.any[..], &query.all[..], &query.none[..]) {
            ([], [], []) => self.released.all().len(),
            ([one], [], []) | ([], [one], []) => self.articles_with(*one),
            _ => self.newest_first(query).count(),
        }
    }

    /// The window of a feed with this query.
    pub fn window(&self, query: &Query, settings: &Settings) -> Window {
        let mut window = Window {
            entries: Vec::new(),
            next: None,
            content_time: None,
        };
        let mut rule = WindowRule::new(settings, self.as_of);
        for article in self.newest_first(query) {
            let slot = self.slot(article);
            let leaves_at = match rule.admit(slot.published) {
                Membership::Delayed { until } => {
                    window.wake_at(until);
                    continue;
                }
                Membership::Included { leaves_at } => leaves_at,
                // All older articles are out too.
                Membership::OverLimit | Membership::TooOld { .. } => break,
            };
            window.entries.push(article);
            let visible_from = rule.visible_from(slot.published);
            window.content_time = window
                .content_time
                .max(Some(visible_from.max(self.updated(article))));
            for instant in [leaves_at, slot.expires(), Some(slot.updated)]
                .into_iter()
                .flatten()
            {
                if instant > self.as_of {
                    window.wake_at(instant);
                }
            }
        }
        let mut scheduled = self.scheduled.all().backwards();
        if let Some(next) = scheduled.find(|&article| query.matches(&self.terms_of(article))) {
            window.wake_at(rule.visible_from(self.slot(next).published));
        }
        window
    }

    /// The released articles that match, newest first.
    pub(super) fn newest_first<'a>(
        &'a self,
        query: &'a Query,
    ) -> impl Iterator<Item = ArticleNo> + 'a {
        let rarest = query
            .all
            .iter()
            .min_by_key(|term| self.articles_with(**term));
        let lists = match (rarest, &query.any[..]) {
            (Some(&rarest), _) => vec![self.released.of(rarest)],
            (None, []) => vec![self.released.all()],
            (None, any) => any.iter().map(|&term| self.released.of(term)).collect(),
        };
        let lists = lists.into_iter().map(|list| list.backwards().peekable());
        let candidates = Merged {
            index: self,
            lists: lists.collect(),
        };
        // One list answers a query of one term or of none; other queries check each candidate.
        let exact = query.none.is_empty()
            && (query.all.is_empty() || (query.all.len() == 1 && query.any.is_empty()));
        candidates.filter(move |&article| exact || query.matches(&self.terms_of(article)))
    }
}

impl Window {
    fn wake_at(&mut self, instant: Timestamp) {
        self.next = Some(self.next.map_or(instant, |next| next.min(instant)));
    }
}

/// Merges posting lists, newest first, without duplicates.
struct Merged<'a> {
    index: &'a Index,
    /// The rest of each list, newest first.
    lists: Vec<Peekable<Backwards<'a, ArticleNo>>>,
}

impl Iterator for Merged<'_> {
    type Item = ArticleNo;

    fn next(&mut self) -> Option<ArticleNo> {
        let newest = self
            .lists
            .iter_mut()
            .filter_map(|list| list.peek().copied())
            .max_by(|&a, &b| self.index.order(a, b))?;
        for list in &mut self.lists {
            list.next_if_eq(&newest);
        }
        Some(newest)
    }
}
