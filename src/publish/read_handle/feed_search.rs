//! Finds feeds by the words that readers type.

use std::sync::Arc;

use crate::feed::automatic_path::AUTOMATIC;
use crate::feed::feed_search::FeedSearch;
use crate::model::term::TermKind;
use crate::publish::published_state::PublishedState;
use crate::render::pages::error_page::SuggestedFeeds;
use crate::render::pages::term_list::{
    FOUND_MAX, NEAREST_MAX, TermFilter, TermList, TermListRequest,
};

/// The most declared feeds among those that words may mean.
const DECLARED_MAX: usize = 3;

impl PublishedState {
    /// A search of the listed feeds. Requests that come together build it once.
    pub fn feed_search(&self) -> Arc<FeedSearch> {
        let build = || Arc::new(FeedSearch::new(self.overview(), self.term_search()));
        self.feed_search.get_or_init(build).clone()
    }

    /// A page of a list of terms; `None` past the end of the list.
    pub fn term_list(&self, request: TermListRequest) -> Option<TermList> {
        let overview = self.overview();
        let kind = request.kind;
        let letters = overview.letters(kind);
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
        let search = self.feed_search();
        let found = search.find(words, kind, FOUND_MAX);
        let nearest = match found.is_empty() {
            true => search.similar(words, kind, NEAREST_MAX),
            false => Vec::new(),
        };
        TermList::new(request, &found, nearest, letters, number)
    }

    /// The listed feeds, declared or of terms, that these words may mean, else the largest.
    pub fn suggested_feeds(&self, words: &str) -> SuggestedFeeds {
        let search = self.feed_search();
        let mut nearest = search.nearest_declared(words, DECLARED_MAX);
        nearest.extend(search.nearest(words, &AUTOMATIC, NEAREST_MAX));
        nearest.truncate(NEAREST_MAX);
        match nearest.is_empty() {
            true => {
                let kinds = [TermKind::Section, TermKind::Tag];
                SuggestedFeeds::Largest(search.largest(&kinds, NEAREST_MAX))
            }
            false => SuggestedFeeds::Nearest(nearest),
        }
    }
}
