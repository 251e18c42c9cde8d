//! Queries: selections with the numbers of terms.

use std::collections::BTreeSet;

use super::Index;
use super::term_dictionary::TermNo;
use crate::model::selection::Selection;
use crate::model::term::Term;

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

    /// All its terms.
    pub(super) fn terms(&self) -> impl Iterator<Item = TermNo> {
        let terms = self.any.iter().chain(&self.all).chain(&self.none);
        terms.copied()
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

impl Index {
    /// The query for a selection; terms that the index does not have are added.
    pub fn register(&mut self, selection: &Selection) -> Query {
        let mut intern = |terms: &BTreeSet<Term>| -> Vec<TermNo> {
            terms
                .iter()
                .map(|term| self.terms.intern(term.clone()))
                .collect()
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time::Timestamp;

    /// Some queries of the terms `a`, `b` and `c`, with the numbers of the terms.
    fn queries() -> (Vec<Query>, [TermNo; 3]) {
        let mut index = Index::new(&[], Timestamp(0));
        let terms = ["a", "b", "c"].map(|text| Term::parse(text).expect("a term"));
        let numbers = terms.map(|term| index.terms.intern(term));
        let [a, b, c] = numbers;
        let query = |any: &[TermNo], all: &[TermNo], none: &[TermNo]| Query {
            any: any.to_vec(),
            all: all.to_vec(),
            none: none.to_vec(),
        };
        let queries = vec![
            query(&[], &[], &[]),
            query(&[a, b], &[], &[]),
            query(&[a, b], &[c], &[]),
            query(&[], &[a, c], &[b]),
            query(&[], &[], &[b]),
        ];
        (queries, numbers)
    }

    /// The sets of terms that articles may have.
    fn articles([a, b, c]: [TermNo; 3]) -> [Vec<TermNo>; 8] {
        [
            vec![],
            vec![a],
            vec![b],
            vec![c],
            vec![a, b],
            vec![a, c],
            vec![b, c],
            vec![a, b, c],
        ]
    }

    #[test]
    fn every_article_that_matches_has_a_trigger() {
        let (queries, numbers) = queries();
        for query in queries {
            let triggers = query.triggers();
            let needs_a_term = !query.any.is_empty() || !query.all.is_empty();
            assert_eq!(triggers.is_empty(), !needs_a_term, "{query:?}");
            for terms in articles(numbers) {
                let has_trigger = triggers.iter().any(|term| terms.contains(term));
                assert!(
                    has_trigger || !needs_a_term || !query.matches(&terms),
                    "{query:?}: {terms:?}"
                );
            }
        }
    }

    #[test]
    fn a_query_with_a_term_finds_those_of_its_articles_that_have_the_term() {
        let (queries, numbers) = queries();
        for query in queries {
            for term in numbers {
                let with = query.with(term);
                for terms in articles(numbers) {
                    let expected = query.matches(&terms) && terms.contains(&term);
                    assert_eq!(with.matches(&terms), expected, "{with:?}: {terms:?}");
                }
            }
        }
    }
}
