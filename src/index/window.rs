//! The window: which of the articles that match a selection a feed holds now.

use super::term_dictionary::TermNo;
use super::window_rule::{Membership, WindowRule};
use super::{ArticleNo, Index};
use crate::config::Settings;
use crate::model::selection::Selection;
use crate::model::time::Timestamp;

/// A selection over the index's own term numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    any: Vec<TermNo>,
    all: Vec<TermNo>,
    none: Vec<TermNo>,
}

impl Query {
    /// This query for articles that also carry `term`.
    pub fn with(&self, term: TermNo) -> Query {
        let mut query = self.clone();
        query.all.push(term);
        query
    }

    /// The terms of which one is carried by every article that matches, so that a feed is found
    /// from a changed article; empty when articles without any of them may match.
    pub fn triggers(&self) -> &[TermNo] {
        if self.any.is_empty() {
            self.all.get(..1).unwrap_or(&[])
        } else {
            &self.any
        }
    }

    /// The terms of which it wants one.
    pub fn any(&self) -> &[TermNo] {
        &self.any
    }

    /// The terms of which it wants every one.
    pub fn all(&self) -> &[TermNo] {
        &self.all
    }

    /// The terms of which it wants none.
    pub fn none(&self) -> &[TermNo] {
        &self.none
    }

    /// Whether an article with these terms belongs to the selection.
    pub fn matches(&self, terms: &[TermNo]) -> bool {
        (self.any.is_empty() || self.any.iter().any(|term| terms.contains(term)))
            && self.all.iter().all(|term| terms.contains(term))
            && !self.none.iter().any(|term| terms.contains(term))
    }
}

/// What a feed holds at one instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// Newest first.
    pub entries: Vec<ArticleNo>,
    /// When something enters, leaves or changes by itself.
    pub next: Option<Timestamp>,
    /// The latest `updated` or instant of becoming visible; `None` of an empty window.
    pub content_time: Option<Timestamp>,
}

impl Index {
    /// The query for a selection whose terms are made known if they are not.
    pub fn register(&mut self, selection: &Selection) -> Query {
        let terms = &mut self.terms;
        Query {
            any: selection
                .any
                .iter()
                .map(|term| terms.intern(term))
                .collect(),
            all: selection
                .all
                .iter()
                .map(|term| terms.intern(term))
                .collect(),
            none: selection
                .none
                .iter()
                .map(|term| terms.intern(term))
                .collect(),
        }
    }

    /// The query for a selection of terms that are all here.
    pub fn query(&self, selection: &Selection) -> Option<Query> {
        let find = |terms: &std::collections::BTreeSet<_>| {
            terms
                .iter()
                .map(|term| self.terms.find(term))
                .collect::<Option<Vec<_>>>()
        };
        Some(Query {
            any: find(&selection.any)?,
            all: find(&selection.all)?,
            none: find(&selection.none)?,
        })
    }

    /// How many released articles match.
    pub fn count(&self, query: &Query) -> usize {
        match (&query.any[..], &query.all[..], &query.none[..]) {
            ([], [], []) => self.live.len(),
            ([one], [], []) | ([], [one], []) => self.terms.posting(*one).len(),
            _ => self.newest_first(query).count(),
        }
    }

    /// The entries of a feed, newest first.
    pub fn window(&self, query: &Query, settings: &Settings) -> Window {
        let mut window = Window {
            entries: Vec::new(),
            next: None,
            content_time: None,
        };
        let mut rule = WindowRule::new(settings, self.as_of);
        for article in self.newest_first(query) {
            let slot = self.slot(article);
            let leaves_at = match rule.judge(slot.published) {
                Membership::Delayed { until } => {
                    window.wake_at(until);
                    continue;
                }
                Membership::Included { leaves_at } => leaves_at,
                // Whatever is older is out as well.
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
        if let Some(&(release, _)) = self
            .releases
            .iter()
            .find(|(_, article)| query.matches(&self.terms_of(*article)))
        {
            window.wake_at(rule.visible_from(release));
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
            .min_by_key(|term| self.terms.posting(**term).len());
        let lists: Vec<&[ArticleNo]> = match (rarest, &query.any[..]) {
            (Some(&rarest), _) => vec![self.terms.posting(rarest).as_slice()],
            (None, []) => vec![self.live.as_slice()],
            (None, any) => any
                .iter()
                .map(|&term| self.terms.posting(term).as_slice())
                .collect(),
        };
        let candidates = Merged { index: self, lists };
        // One list of one term, or the list of all, needs no second look at the article's terms.
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

/// Several postings as one, newest first, each article once.
struct Merged<'a> {
    index: &'a Index,
    /// What is left of each posting, oldest first.
    lists: Vec<&'a [ArticleNo]>,
}

impl Iterator for Merged<'_> {
    type Item = ArticleNo;

    fn next(&mut self) -> Option<ArticleNo> {
        let newest = self
            .lists
            .iter()
            .filter_map(|list| list.last().copied())
            .max_by(|&a, &b| self.index.order(a, b))?;
        for list in &mut self.lists {
            if let Some((&last, rest)) = list.split_last()
                && last == newest
            {
                *list = rest;
            }
        }
        Some(newest)
    }
}
