//! The automatic feeds of dead terms. They are empty and in no list. There may be many thousands, so only
//! their validators are in memory, and a request builds the version.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use crate::feed::definitions::FeedNo;
use crate::feed::first_seen::FirstSeen;
use crate::feed::snapshot::FeedVersion;
use crate::index::TermNo;
use crate::model::time::Timestamp;
use crate::model::validators::Validators;
use crate::publish::index_state::IndexState;

/// The validators of the feeds of dead terms. Clones share them until one changes.
#[derive(Clone, Debug, Default)]
pub(super) struct DeadFeeds {
    validators: Arc<HashMap<TermNo, Validators>>,
    /// When one of them changed last: since then at the latest this process knows each of them.
    changed: Option<FirstSeen>,
}

impl DeadFeeds {
    pub(super) fn validators(&self, term: TermNo) -> Option<Validators> {
        self.validators.get(&term).copied()
    }

    pub(super) fn contains(&self, term: TermNo) -> bool {
        self.validators.contains_key(&term)
    }

    pub(super) fn terms(&self) -> impl Iterator<Item = TermNo> {
        self.validators.keys().copied()
    }

    pub(super) fn insert(&mut self, term: TermNo, validators: Validators, as_of: Timestamp) {
        if self.validators(term) != Some(validators) {
            Arc::make_mut(&mut self.validators).insert(term, validators);
            self.changed = Some(FirstSeen::new(as_of, Instant::now()));
        }
    }

    pub(super) fn remove(&mut self, term: TermNo) -> Option<Validators> {
        let is_dead = self.contains(term);
        is_dead.then(|| Arc::make_mut(&mut self.validators).remove(&term))?
    }

    /// The version of a feed, if it is that of a dead term. `state` has that term.
    pub(super) fn build(&self, state: &IndexState, number: FeedNo) -> Option<FeedVersion> {
        let FeedNo::Automatic(term) = number else {
            return None;
        };
        let validators = self.validators(term)?;
        let definition = state.definitions.definition(&state.index, number);
        let mut version = state.build(definition, Some(validators), Timestamp(0));
        version.first_seen = self.changed?;
        Some(version)
    }
}
