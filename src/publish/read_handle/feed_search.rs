//! Finds feeds by the words that readers type.

use crate::feed::automatic_path::automatic_path;
use crate::feed::overview::FeedSummary;
use crate::feed::term_search::Found;
use crate::publish::published_state::PublishedState;
use crate::render::pages::term_list::{
    FOUND_MAX, NEAREST_MAX, TermFilter, TermList, TermListRequest,
};

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
