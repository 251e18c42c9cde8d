//! Finds feeds by the words that readers type.

use std::sync::Arc;

use crate::feed::automatic_path::{AUTOMATIC, automatic_path};
use crate::feed::definitions::FeedKind;
use crate::feed::name_search::NameSearch;
use crate::feed::overview::FeedSummary;
use crate::feed::snapshot::FeedVersion;
use crate::feed::term_search::Found;
use crate::model::term::TermKind;
use crate::publish::published_state::PublishedState;
use crate::render::pages::error_page::SuggestedFeeds;
use crate::render::pages::term_list::{
    FOUND_MAX, NEAREST_MAX, TermFilter, TermList, TermListRequest,
};

/// The most declared feeds among those that words may mean.
const DECLARED_MAX: usize = 3;

impl PublishedState {
    /// A page of a list of terms; `None` past the end of the list.
    pub fn term_list(&self, request: TermListRequest) -> Option<TermList> {
        let overview = self.overview();
        let kind = request.kind;
        let letters = overview.letters(kind).into_iter().collect();
        let number = overview.number();
        let words = match &request.filter {
            TermFilter::All => {
                let feeds = overview.of_terms(kind);
                return TermList::new(request, feeds, Vec::new(), letters, number);
            }
            TermFilter::Letter(letter) => {
                let feeds = overview.under_letter(kind, *letter);
                return TermList::new(request, feeds, Vec::new(), letters, number);
            }
            TermFilter::Words(words) => words,
        };
        let search = self.term_search();
        let found = self.listed_feeds_of(search.find(words, &[kind], FOUND_MAX));
        let nearest = match found.is_empty() {
            true => self.listed_feeds_of(search.nearest(words, &[kind], NEAREST_MAX)),
            false => Vec::new(),
        };
        TermList::new(request, &found, nearest, letters, number)
    }

    /// The listed feeds, declared or of terms, that these words may mean, else the largest.
    pub fn suggested_feeds(&self, words: &str) -> SuggestedFeeds {
        let search = self.term_search();
        let mut nearest = self.declared_feeds_near(words);
        let found = search.nearest(words, &AUTOMATIC, NEAREST_MAX);
        nearest.extend(self.listed_feeds_of(found));
        nearest.truncate(NEAREST_MAX);
        match nearest.is_empty() {
            true => {
                let largest = search.largest(&[TermKind::Section, TermKind::Tag], NEAREST_MAX);
                SuggestedFeeds::Largest(self.listed_feeds_of(largest))
            }
            false => SuggestedFeeds::Nearest(nearest),
        }
    }

    /// The listed feeds of feeds.toml whose title or name is near to these words.
    fn declared_feeds_near(&self, words: &str) -> Vec<FeedSummary> {
        let declared = self.snapshot.config.feeds.iter();
        let versions = declared.filter_map(|feed| self.snapshot.feeds.get(&*feed.name));
        let versions: Vec<&Arc<FeedVersion>> = versions
            .filter(|version| version.kind == FeedKind::Declared)
            .collect();
        let names = versions.iter();
        let names = names.map(|version| (version.channel.title.as_str(), Some(&*version.path)));
        let search = NameSearch::new(names);
        let numbers = search.nearest(words, |_| true, DECLARED_MAX).into_iter();
        let counted = numbers.map(|number| self.index.counted(versions[number]));
        counted.filter(|feed| feed.listed).collect()
    }

    /// The feeds of terms, if lists show them.
    fn listed_feeds_of(&self, found: Vec<Found<'_>>) -> Vec<FeedSummary> {
        let versions = found.iter().filter_map(|found| {
            let path = automatic_path(&found.term);
            self.snapshot.feeds.get(&*path)
        });
        let counted = versions.map(|version| self.index.counted(version));
        counted.filter(|feed| feed.listed).collect()
    }
}
