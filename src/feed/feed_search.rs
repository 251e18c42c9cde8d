//! A search of the listed feeds by the words that readers type.

use std::collections::HashMap;
use std::sync::Arc;

use crate::feed::automatic_path::automatic_path;
use crate::feed::definitions::FeedKind;
use crate::feed::name_search::NameSearch;
use crate::feed::overview::{FeedSummary, Overview};
use crate::feed::term_search::{FoundTerm, TermSearch};
use crate::model::term::TermKind;

/// The listed feeds of an overview, declared or of terms.
#[derive(Debug)]
pub struct FeedSearch {
    overview: Arc<Overview>,
    terms: Arc<TermSearch>,
    /// Of each term the number of its feed in the overview, if lists show it.
    feeds_of_terms: Vec<Option<usize>>,
    /// The declared feeds, by their titles in all languages and their names.
    declared: NameSearch,
    /// Their numbers in the overview.
    feeds_of_declared: Vec<usize>,
}

impl FeedSearch {
    /// A search of the listed feeds of an overview. `terms` are those of the same articles.
    pub fn new(overview: Arc<Overview>, terms: Arc<TermSearch>) -> FeedSearch {
        let listed = overview.feeds().iter().enumerate();
        let listed = listed.filter(|(_, feed)| feed.listed);
        let by_path: HashMap<&str, usize> = listed
            .clone()
            .map(|(number, feed)| (&*feed.version.path, number))
            .collect();
        let mut feeds_of_terms = Vec::new();
        for found in terms.all() {
            let path = automatic_path(&found.term);
            feeds_of_terms.resize(found.number, None);
            feeds_of_terms.push(by_path.get(&*path).copied());
        }
        let declared = listed.filter(|(_, feed)| feed.version.kind == FeedKind::Declared);
        let declared: Vec<(usize, &FeedSummary)> = declared.collect();
        let names = declared.iter().map(|(_, feed)| {
            let channel = &feed.version.channel;
            let translated = channel.translations.titles.values().map(String::as_str);
            let path = &*feed.version.path;
            (channel.title.as_str(), translated.chain([path]))
        });
        FeedSearch {
            declared: NameSearch::new(names),
            feeds_of_declared: declared.iter().map(|(number, _)| *number).collect(),
            feeds_of_terms,
            terms,
            overview,
        }
    }

    /// As [`TermSearch::find`], the feeds of terms.
    pub fn find(&self, words: &str, kind: TermKind, max: usize) -> Vec<FeedSummary> {
        let is_listed = |number| self.is_listed(number);
        self.feeds(self.terms.find(words, &[kind], is_listed, max))
    }

    /// As [`TermSearch::similar`], the feeds of terms.
    pub fn similar(&self, words: &str, kind: TermKind, max: usize) -> Vec<FeedSummary> {
        let is_listed = |number| self.is_listed(number);
        self.feeds(self.terms.similar(words, &[kind], is_listed, max))
    }

    /// As [`TermSearch::nearest`], the feeds of terms.
    pub fn nearest(&self, words: &str, kinds: &[TermKind], max: usize) -> Vec<FeedSummary> {
        let is_listed = |number| self.is_listed(number);
        self.feeds(self.terms.nearest(words, kinds, is_listed, max))
    }

    /// As [`TermSearch::largest`], the feeds of terms.
    pub fn largest(&self, kinds: &[TermKind], max: usize) -> Vec<FeedSummary> {
        let is_listed = |number| self.is_listed(number);
        self.feeds(self.terms.largest(kinds, is_listed, max))
    }

    /// As [`NameSearch::find`], the declared feeds.
    pub fn find_declared(&self, words: &str, max: usize) -> Vec<FeedSummary> {
        self.declared_feeds(self.declared.find(words, |_| true, max))
    }

    /// As [`NameSearch::nearest`], the declared feeds.
    pub fn nearest_declared(&self, words: &str, max: usize) -> Vec<FeedSummary> {
        self.declared_feeds(self.declared.nearest(words, |_| true, max))
    }

    fn is_listed(&self, term: usize) -> bool {
        self.feed_of_term(term).is_some()
    }

    fn feed_of_term(&self, term: usize) -> Option<usize> {
        self.feeds_of_terms.get(term).copied().flatten()
    }

    fn feeds(&self, found: Vec<FoundTerm<'_>>) -> Vec<FeedSummary> {
        let found = found.iter();
        let numbers = found.filter_map(|found| self.feed_of_term(found.number));
        numbers.map(|number| self.feed(number)).collect()
    }

    fn declared_feeds(&self, found: Vec<usize>) -> Vec<FeedSummary> {
        let numbers = found.iter().map(|&place| self.feeds_of_declared[place]);
        numbers.map(|number| self.feed(number)).collect()
    }

    fn feed(&self, number: usize) -> FeedSummary {
        self.overview.feeds()[number].clone()
    }
}
