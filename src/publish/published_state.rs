//! The published state, which is replaced at once. A request reads one of them and no other.

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, OnceLock};

use crate::feed::overview::Overview;
use crate::feed::snapshot::Snapshot;
use crate::model::time::Timestamp;
use crate::publish::change_history::ChangeHistory;
use crate::publish::index_state::IndexState;
use crate::render::pages::templates::Templates;

/// A snapshot, the index that it was built from, and the templates of its pages.
#[derive(Debug)]
pub struct PublishedState {
    /// Every published feed.
    pub snapshot: Arc<Snapshot>,
    /// The templates of pages.
    pub templates: Arc<Templates>,
    pub(super) index: Arc<IndexState>,
    pub(super) changes: ChangeHistory,
    /// The date of selections that are made from this state and of which no earlier date is known. Later
    /// states have later ones, and only one of the states that share one dates selections by it.
    pub(super) selection_second: Timestamp,
    pub(super) second_use: SecondUse,
    /// The state that selections are made from, if it is not this one: the first of the same second.
    pub(super) first_of_second: Option<Arc<PublishedState>>,
    /// Computed at the first request. States with the same feeds and articles share it.
    pub(super) overview: Arc<OnceLock<Arc<Overview>>>,
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
    /// The state that selections are made from: a selection changes at most once in a second.
    pub(super) fn for_selections(&self) -> &PublishedState {
        self.first_of_second.as_deref().unwrap_or(self)
    }

    /// The instant that it shows.
    pub(super) fn as_of(&self) -> Timestamp {
        self.index.index.as_of()
    }
}
