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
pub struct FoundTerm<'a> {
    /// Its number in the search.
    pub number: usize,
    /// The term.
    pub term: Term,
    /// Its name.
    pub name: &'a str,
    /// Released articles with it.
    pub articles: usize,
}

/// Further names of terms.
pub type OtherNames<'a> = HashMap<Term, Vec<&'a str>>;

impl TermSearch {
    /// A search of these terms, each with its name and its number of released articles.
    pub fn new<N: AsRef<str>>(
        terms: impl IntoIterator<Item = (Term, N, usize)>,
        others: &OtherNames<'_>,
    ) -> TermSearch {
        let mut terms = Vec::from_iter(terms);
        terms.sort_by(|(a_term, _, a_articles), (b_term, _, b_articles)| {
            (Reverse(a_articles), a_term).cmp(&(Reverse(b_articles), b_term))
        });
        let has_other_key =
            |&(_, (term, name, _)): &(usize, &(Term, N, usize))| key(name.as_ref()) != term.key();
        let keys = terms.iter().enumerate().filter(has_other_key);
        let keys = keys.map(|(number, (term, ..))| (number, term.key().into()));
        let keys: HashMap<usize, Box<str>> = keys.collect();
        let names = terms.iter().enumerate().map(|(number, (term, name, _))| {
            let key = keys.get(&number).map(|key| &**key);
            let others = others.get(term).into_iter().flatten().copied();
            (name.as_ref(), key.into_iter().chain(others))
        });
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

    /// All terms, by their numbers from 0: those with more articles first.
    pub fn all(&self) -> impl Iterator<Item = FoundTerm<'_>> {
        self.names.numbers().filter_map(|number| self.term(number))
    }

    /// The terms of these kinds whose number is wanted and of which every typed word begins a word, at most
    /// `max`: whole names first, then those with the letters as typed, then those with more articles. Letters
    /// that are typed for each other are the same, and a wrong keyboard layout is understood where nothing
    /// else is found.
    pub fn find(
        &self,
        words: &str,
        kinds: &[TermKind],
        is_wanted: impl Fn(usize) -> bool,
        max: usize,
    ) -> Vec<FoundTerm<'_>> {
        let is_wanted = self.is_wanted(kinds, is_wanted);
        self.terms(self.names.find(words, is_wanted, max))
    }

    /// The wanted terms of these kinds with some of the words, and behind them those with a word that a few
    /// typing errors lead to, at most `max`.
    pub fn similar(
        &self,
        words: &str,
        kinds: &[TermKind],
        is_wanted: impl Fn(usize) -> bool,
        max: usize,
    ) -> Vec<FoundTerm<'_>> {
        let is_wanted = self.is_wanted(kinds, is_wanted);
        self.terms(self.names.similar(words, is_wanted, max))
    }

    /// What [`TermSearch::find`] gives, else what [`TermSearch::similar`] does.
    pub fn nearest(
        &self,
        words: &str,
        kinds: &[TermKind],
        is_wanted: impl Fn(usize) -> bool,
        max: usize,
    ) -> Vec<FoundTerm<'_>> {
        let is_wanted = self.is_wanted(kinds, is_wanted);
        self.terms(self.names.nearest(words, is_wanted, max))
    }

    /// The wanted terms of these kinds with the most articles, at most `max`.
    pub fn largest(
        &self,
        kinds: &[TermKind],
        is_wanted: impl Fn(usize) -> bool,
        max: usize,
    ) -> Vec<FoundTerm<'_>> {
        let is_wanted = self.is_wanted(kinds, is_wanted);
        let numbers = self.names.numbers().filter(|&number| is_wanted(number));
        self.terms(numbers.take(max).collect())
    }

    fn is_wanted(
        &self,
        kinds: &[TermKind],
        is_wanted: impl Fn(usize) -> bool,
    ) -> impl Fn(usize) -> bool {
        move |number| kinds.contains(&self.kinds[number]) && is_wanted(number)
    }

    fn terms(&self, numbers: Vec<usize>) -> Vec<FoundTerm<'_>> {
        let terms = numbers.into_iter().map(|number| self.term(number));
        terms.flatten().collect()
    }

    fn term(&self, number: usize) -> Option<FoundTerm<'_>> {
        let name = self.names.name(number);
        let key = self.keys.get(&number).map_or(name, |key| key);
        Some(FoundTerm {
            number,
            // A term's own key is its own key again.
            term: Term::new(self.kinds[number], key)?,
            name,
            articles: self.articles[number] as usize,
        })
    }
}

#[cfg(test)]
mod tests;
