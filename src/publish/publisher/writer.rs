//! What only the writer has: what changed since the last snapshot, what is due, and what has to be
//! committed.

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
use crate::render::RENDERER_VERSION;
use crate::render::pages::templates::Templates;

/// What only the writer has.
pub(super) struct Writer {
    pub(super) templates: Arc<Templates>,
    /// What changed since the last snapshot.
    pub(super) touched: AffectedFeeds,
    /// The next snapshot starts from the definitions, not from the last snapshot.
    pub(super) rebuild: bool,
    /// How many times it did.
    pub(super) generation: u64,
    /// The second in which a feed last moved.
    pub(super) last_moved: Option<Timestamp>,
    /// Feeds by the instant at which they change by themselves.
    pub(super) due: BTreeSet<(Timestamp, Arc<str>)>,
    /// The last validators of feeds that are not in the snapshot.
    pub(super) validators: HashMap<Arc<str>, Validators>,
    /// Validators that the store does not have yet.
    pub(super) unsaved: HashMap<Arc<str>, Validators>,
    /// Whether the store may not know yet what this configuration serves.
    pub(super) served_unsaved: bool,
    /// Why the state folder does not have everything, so that it is said once.
    pub(super) unwritable: Option<String>,
    /// Records that the next snapshot will not name.
    pub(super) retired: Vec<RecordId>,
    /// Snapshots by age, each with the records that only it and older ones name.
    pub(super) leaving: VecDeque<(Weak<Snapshot>, Vec<RecordId>)>,
}

impl Writer {
    pub(super) fn touch(&mut self, touched: AffectedFeeds) {
        let before = std::mem::replace(&mut self.touched, AffectedFeeds::All);
        self.touched = before.union(touched);
    }

    pub(super) fn say_whether_written(&mut self, trouble: Option<String>) {
        match (&self.unwritable, &trouble) {
            (None, Some(cause)) => warn!(
                "the state folder cannot be written, so a restart will not remember what changes from now on: {cause}"
            ),
            (Some(_), None) => info!("the state folder is written again"),
            (None, None) | (Some(_), Some(_)) => {}
        }
        self.unwritable = trouble;
    }

    /// Every feed, selections aside, that may have moved.
    pub(super) fn concerned(&mut self, state: &IndexState) -> Vec<FeedDefinition> {
        let IndexState {
            index, definitions, ..
        } = state;
        if self.rebuild {
            self.due.clear();
            return definitions.all(index);
        }
        let mut concerned = definitions.affected(index, &self.touched);
        let touched: HashSet<Arc<str>> = concerned.iter().map(|feed| feed.path.clone()).collect();
        while let Some((_, path)) = self
            .due
            .first()
            .filter(|(at, _)| *at <= index.as_of())
            .cloned()
        {
            self.due.pop_first();
            let due = definitions.find(index, &path);
            concerned.extend(due.filter(|due| !touched.contains(&due.path)));
        }
        concerned
    }

    /// Builds a version, enters its next instant into the queue, and its validators among the
    /// unsaved if they are others than before.
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
        let mut version = FeedVersion::build(
            RENDERER_VERSION,
            state.definitions.site_rules(),
            &state.index,
            definition,
            previous,
            Timestamp(0),
        );
        if let Some(old) = old {
            version.polls = old.polls.clone();
        }
        if previous != Some(version.validators()) {
            self.unsaved.insert(path.clone(), version.validators());
        }
        self.due.extend(version.next.map(|next| (next, path)));
        version
    }

    /// Remembers the feeds that leave the snapshot, in case they return.
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

    /// Whether a publication would have something to look at, or something to write.
    pub(super) fn is_due(&self, index: &Index, now: Timestamp) -> bool {
        let is_due = self.next_instant(index).is_some_and(|at| at <= now);
        let is_unwritten = !self.unsaved.is_empty() || self.unwritable.is_some();
        is_due || self.rebuild || !self.touched.is_empty() || is_unwritten
    }

    pub(super) fn next_instant(&self, index: &Index) -> Option<Timestamp> {
        let due = self.due.first().map(|(at, _)| *at);
        [due, index.next_instant()].into_iter().flatten().min()
    }

    /// The records that no snapshot names any more.
    pub(super) fn deletable(&mut self, unpublished: bool) -> Vec<RecordId> {
        let mut records = Vec::new();
        if unpublished {
            records.append(&mut self.retired);
        }
        while let Some((_, gone)) = self
            .leaving
            .pop_front_if(|(snapshot, _)| snapshot.strong_count() == 0)
        {
            records.extend(gone);
        }
        records
    }
}
