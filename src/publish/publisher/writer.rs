//! The writer's state: changes since the last snapshot, due instants, and changes to commit.

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use std::sync::{Arc, Weak};

use tracing::{info, warn};

use crate::feed::definitions::FeedDefinition;
use crate::feed::snapshot::{FeedVersion, Snapshot};
use crate::index::{AffectedFeeds, Index};
use crate::model::record::RecordId;
use crate::model::time::Timestamp;
use crate::model::validators::Validators;
use crate::publish::index_state::IndexState;
use crate::render::pages::templates::Templates;

pub(super) struct Writer {
    pub(super) templates: Arc<Templates>,
    /// The feeds that changes since the last snapshot may affect.
    pub(super) touched: AffectedFeeds,
    /// Whether the next snapshot is built from the definitions, not from the last snapshot.
    pub(super) rebuild: bool,
    /// The number of such snapshots.
    pub(super) generation: u64,
    pub(super) last_moved: Option<Timestamp>,
    /// Feeds by the instant of their next change without an edit.
    pub(super) due: BTreeSet<(Timestamp, Arc<str>)>,
    /// The stored validators of feeds that are not in the snapshot.
    pub(super) validators: HashMap<Arc<str>, Validators>,
    /// Validators that are not in the store yet.
    pub(super) unsaved: HashMap<Arc<str>, Validators>,
    /// No feed moves to a date before this one: the start, after an unclean end.
    pub(super) floor: Timestamp,
    /// Whether the store may lack names that this configuration serves.
    pub(super) served_unsaved: bool,
    /// Why the last commit failed, so that it is logged once.
    pub(super) write_failure: Option<String>,
    /// Records that the next snapshot does not name.
    pub(super) retired: Vec<RecordId>,
    /// Earlier snapshots by age, each with the records that only it and older ones name.
    pub(super) old_snapshots: VecDeque<(Weak<Snapshot>, Vec<RecordId>)>,
}

impl Writer {
    pub(super) fn touch(&mut self, touched: AffectedFeeds) {
        let before = std::mem::replace(&mut self.touched, AffectedFeeds::All);
        self.touched = before.union(touched);
    }

    pub(super) fn log_commit(&mut self, failure: Option<String>) {
        match (&self.write_failure, &failure) {
            (None, Some(cause)) => warn!(
                "the state folder cannot be written, so a restart will not remember what changes from now on: {cause}"
            ),
            (Some(_), None) => info!("the state folder is written again"),
            (None, None) | (Some(_), Some(_)) => {}
        }
        self.write_failure = failure;
    }

    /// The definitions of all feeds that may have changed, without selections.
    pub(super) fn affected_feeds(&mut self, state: &IndexState) -> Vec<FeedDefinition> {
        let IndexState {
            index, definitions, ..
        } = state;
        if self.rebuild {
            self.due.clear();
            return definitions.all(index);
        }
        let mut affected = definitions.affected(index, &self.touched);
        let touched: HashSet<Arc<str>> = affected.iter().map(|feed| feed.path.clone()).collect();
        while let Some((_, path)) = self
            .due
            .first()
            .filter(|(at, _)| *at <= index.as_of())
            .cloned()
        {
            self.due.pop_first();
            let due = definitions.find(index, &path);
            affected.extend(due.filter(|due| !touched.contains(&due.path)));
        }
        affected
    }

    /// Builds a version, queues its next instant, and notes its validators if they changed.
    pub(super) fn build(
        &mut self,
        state: &IndexState,
        definition: FeedDefinition,
        old: Option<&FeedVersion>,
    ) -> FeedVersion {
        let path = definition.path.clone();
        let previous = old
            .map(FeedVersion::validators)
            .or_else(|| self.validators.remove(&path));
        if let Some(next) = old.and_then(|old| old.next) {
            self.due.remove(&(next, path.clone()));
        }
        let mut version = state.build(definition, previous, self.floor);
        if let Some(old) = old {
            version.polls = old.polls.clone();
        }
        if previous != Some(version.validators()) {
            self.unsaved.insert(path.clone(), version.validators());
        }
        self.due.extend(version.next.map(|next| (next, path)));
        version
    }

    /// Keeps the validators of feeds that are not in the next snapshot, in case they return.
    pub(super) fn keep_validators(
        &mut self,
        old: Option<&Snapshot>,
        feeds: &HashMap<Arc<str>, Arc<FeedVersion>>,
    ) {
        let left = old
            .into_iter()
            .flat_map(|old| &old.feeds)
            .filter(|(path, _)| !feeds.contains_key(*path));
        self.validators
            .extend(left.map(|(path, version)| (path.clone(), version.validators())));
    }

    /// Whether a publication has something to build or to commit.
    pub(super) fn is_due(&self, index: &Index, now: Timestamp) -> bool {
        let is_due = self.next_instant(index).is_some_and(|at| at <= now);
        let is_unsaved = !self.unsaved.is_empty() || self.write_failure.is_some();
        is_due || self.rebuild || !self.touched.is_empty() || is_unsaved
    }

    pub(super) fn next_instant(&self, index: &Index) -> Option<Timestamp> {
        let due = self.due.first().map(|(at, _)| *at);
        [due, index.next_instant()].into_iter().flatten().min()
    }

    /// Takes the records that no snapshot names any more.
    pub(super) fn take_deletable(&mut self, unpublished: bool) -> Vec<RecordId> {
        let mut records = Vec::new();
        if unpublished {
            records.append(&mut self.retired);
        }
        while let Some((_, gone)) = self
            .old_snapshots
            .pop_front_if(|(snapshot, _)| snapshot.strong_count() == 0)
        {
            records.extend(gone);
        }
        records
    }
}
