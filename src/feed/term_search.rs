//! A search of terms by the words that readers type.

use std::cmp::Reverse;
use std::collections::HashMap;

use crate::feed::name_search::NameSearch;
use crate::model::term::{Term, TermKind, key};

/// The terms of released articles, by the words of their names.
#[derive(Debug)]
pub struct TermSearch {
    names: NameSearch,
    kinds: Vec<TermKind>,
    articles: Vec<u32>,
    /// The keys of the terms whose name has another key, such as those with slugs.
    keys: HashMap<usize, Box<str>>,
}

/// A term that a search found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found<'a> {
    /// The term.
    pub term: Term,
    /// Its name.
    pub label: &'a str,
    /// Released articles with it.
    pub articles: usize,
}

impl TermSearch {
    /// A search of these terms, each with its name and its number of released articles.
    pub fn new<N: AsRef<str>>(terms: impl IntoIterator<Item = (Term, N, usize)>) -> TermSearch {
        let mut terms = Vec::from_iter(terms);
        terms.sort_by(|(a_term, _, a_articles), (b_term, _, b_articles)| {
            (Reverse(a_articles), a_term).cmp(&(Reverse(b_articles), b_term))
        });
        let has_other_key =
            |&(_, (term, name, _)): &(usize, &(Term, N, usize))| key(name.as_ref()) != term.key();
        let keys = terms.iter().enumerate().filter(has_other_key);
        let keys = keys.map(|(number, (term, ..))| (number, term.key().into()));
        let keys: HashMap<usize, Box<str>> = keys.collect();
        let names = terms.iter().enumerate();
        let names = names
            .map(|(number, (_, name, _))| (name.as_ref(), keys.get(&number).map(|key| &**key)));
        TermSearch {
            names: NameSearch::new(names),
            kinds: terms.iter().map(|(term, ..)| term.kind).collect(),
            articles: terms
                .iter()
                .map(|(.., articles)| u32::try_from(*articles).unwrap_or(u32::MAX))
                .collect(),
            keys,
        }
    }

    /// The terms of these kinds of which every typed word begins a word, at most `max`: whole names first,
    /// then those with the letters as typed, then those with more articles. Letters that are typed for each
    /// other are the same, and a wrong keyboard layout is understood where nothing else is found.
    pub fn find(&self, words: &str, kinds: &[TermKind], max: usize) -> Vec<Found<'_>> {
        let is_wanted = |number: usize| kinds.contains(&self.kinds[number]);
        self.found(self.names.find(words, is_wanted, max))
    }

    /// What [`TermSearch::find`] gives, else the terms with some of the words, and behind them those with a
    /// word that a few typing errors lead to.
    pub fn nearest(&self, words: &str, kinds: &[TermKind], max: usize) -> Vec<Found<'_>> {
        let is_wanted = |number: usize| kinds.contains(&self.kinds[number]);
        self.found(self.names.nearest(words, is_wanted, max))
    }

    /// The terms of these kinds with the most articles, at most `max`.
    pub fn largest(&self, kinds: &[TermKind], max: usize) -> Vec<Found<'_>> {
        let numbers = 0..self.kinds.len();
        let wanted = numbers.filter(|&number| kinds.contains(&self.kinds[number]));
        self.found(wanted.take(max).collect())
    }

    fn found(&self, numbers: Vec<usize>) -> Vec<Found<'_>> {
        let found = |number: usize| {
            let label = self.names.name(number);
            let key = self.keys.get(&number).map_or(label, |key| key);
            // A term's own key is its own key again.
            Some(Found {
                term: Term::new(self.kinds[number], key)?,
                label,
                articles: self.articles[number] as usize,
            })
        };
        numbers.into_iter().filter_map(found).collect()
    }
}

#[cfg(test)]
mod tests;
