//! The published state, which is replaced at once. A request reads one of them and no other.

use std::borrow::Cow;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, OnceLock};

use crate::feed::definitions::FeedNo;
use crate::feed::feed_search::FeedSearch;
use crate::feed::overview::Overview;
use crate::feed::snapshot::{FeedVersion, Snapshot};
use crate::feed::term_search::TermSearch;
use crate::model::selection::Selection;
use crate::model::term::TermKind;
use crate::model::time::Timestamp;
use crate::publish::change_history::ChangeHistory;
use crate::publish::dead_feeds::DeadFeeds;
use crate::publish::index_state::IndexState;
use crate::render::pages::templates::Templates;
use crate::source::wordpress::TermSlugs;

/// A snapshot, the index that it was built from, and the templates of its pages.
#[derive(Debug)]
pub struct PublishedState {
    /// Every published feed but those of dead terms.
    pub snapshot: Arc<Snapshot>,
    /// The templates of pages.
    pub templates: Arc<Templates>,
    pub(super) index: Arc<IndexState>,
    pub(super) dead_feeds: DeadFeeds,
    pub(super) changes: ChangeHistory,
    /// The date of selections that are made from this state and of which no earlier date is known. Later
    /// states have later ones, and only one of the states that share one dates selections by it.
    pub(super) selection_second: Timestamp,
    pub(super) second_use: SecondUse,
    /// The state that selections are made from, if it is not this one: the first of the same second.
    pub(super) first_of_second: Option<Arc<PublishedState>>,
    /// The slugs of terms by the numbers that WordPress gave them; `None` for other sources.
    pub(super) term_slugs: Option<Arc<TermSlugs>>,
    /// Computed at the first request. States with the same feeds and articles share it.
    pub(super) overview: Arc<OnceLock<Arc<Overview>>>,
    /// Built at the first search. States with the same articles share it.
    pub(super) term_search: Arc<OnceLock<Arc<TermSearch>>>,
    /// Built at the first search of feeds. States with the same feeds and articles share it.
    pub(super) feed_search: Arc<OnceLock<Arc<FeedSearch>>>,
}

/// Whether selections are dated by the second of a state.
#[derive(Debug, Default)]
pub(super) struct SecondUse(AtomicU8);

impl SecondUse {
    const FREE: u8 = 0;
    const USED: u8 = 1;
    const CLOSED: u8 = 2;

    /// A request dates a selection by the second. Fails if the second belongs to a later state.
    pub(super) fn claim(&self) -> bool {
        let before = self.change_from_free(SecondUse::USED);
        before != SecondUse::CLOSED
    }

    /// The publisher gives the second to the next state. Fails if a selection is dated by it.
    pub(super) fn close(&self) -> bool {
        let before = self.change_from_free(SecondUse::CLOSED);
        before != SecondUse::USED
    }

    fn change_from_free(&self, next: u8) -> u8 {
        let order = Ordering::SeqCst;
        let changed = self.0.compare_exchange(SecondUse::FREE, next, order, order);
        changed.unwrap_or_else(|before| before)
    }
}

impl PublishedState {
    /// The feed at a canonical path, selections aside.
    pub fn find_feed(&self, path: &str) -> Option<Cow<'_, Arc<FeedVersion>>> {
        if let Some(version) = self.snapshot.feeds.get(path) {
            return Some(Cow::Borrowed(version));
        }
        let IndexState {
            index, definitions, ..
        } = &*self.index;
        let number = definitions.find(index, path)?;
        let version = self.dead_feeds.build(&self.index, number)?;
        (*version.path == *path).then(|| Cow::Owned(Arc::new(version)))
    }

    /// The path that the path of an automatic feed leads to, if its key is only the name of other terms.
    pub fn path_of_name(&self, path: &str) -> Option<String> {
        let IndexState {
            index, definitions, ..
        } = &*self.index;
        definitions.path_of_name(index, path)
    }

    /// Whether the articles come from WordPress, so that readers may ask for the addresses of its feeds.
    pub fn is_of_wordpress(&self) -> bool {
        self.term_slugs.is_some()
    }

    /// The slug of the term with a number of WordPress's.
    pub fn slug_of_number(&self, kind: TermKind, number: u64) -> Option<String> {
        self.term_slugs.as_ref()?.slug(kind, number)
    }

    /// The next instant at which an article is released, expires or changes.
    pub fn next_instant(&self) -> Option<Timestamp> {
        self.index.index.next_instant()
    }

    /// Whether there is a released article with this key.
    pub fn has_article(&self, key: &str) -> bool {
        self.index.index.find(key).is_some()
    }

    /// Whether a selection names known terms only.
    pub fn knows_terms(&self, selection: &Selection) -> bool {
        let IndexState {
            index, definitions, ..
        } = &*self.index;
        definitions.select(index, selection).is_ok()
    }

    /// The feeds of dead terms, which no list has.
    pub fn dead_feeds(&self) -> impl Iterator<Item = Arc<FeedVersion>> {
        let terms = self.dead_feeds.terms();
        let terms = terms.filter(|&term| !self.index.index.is_name(term));
        let numbers = terms.map(FeedNo::Automatic);
        let versions = numbers.filter_map(|number| self.dead_feeds.build(&self.index, number));
        versions.map(Arc::new)
    }

    /// The state that selections are made from: a selection changes at most once in a second.
    pub(super) fn for_selections(&self) -> &PublishedState {
        self.first_of_second.as_deref().unwrap_or(self)
    }

    /// The instant that it shows.
    pub(super) fn as_of(&self) -> Timestamp {
        self.index.index.as_of()
    }
}
