//! The writer's state: changes since the last snapshot, due instants, and changes to commit.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::mem;
use std::sync::{Arc, Weak};
use std::time::Instant;

use tracing::{info, warn};

use super::selection_dates::SelectionDates;
use crate::feed::automatic_path::automatic_path;
use crate::feed::definitions::{FeedDefinition, FeedDefinitions, FeedNo};
use crate::feed::sitemaps::Sitemaps;
use crate::feed::snapshot::{FeedVersion, Snapshot};
use crate::index::{AffectedFeeds, TermChange, TermNo, Update};
use crate::model::article_meta::Change;
use crate::model::format::Format;
use crate::model::record::RecordId;
use crate::model::term::Term;
use crate::model::time::Timestamp;
use crate::model::validators::Validators;
use crate::publish::change_history::ChangeHistory;
use crate::publish::dead_feeds::DeadFeeds;
use crate::publish::index_state::IndexState;
use crate::publish::published_state::{PublishedState, SecondUse};
use crate::render::pages::templates::Templates;

/// Where the store has the latest date of a feed whose term was forgotten. No feed has this path.
pub(super) const FORGOTTEN: &str = "";

pub(super) struct Writer {
    /// What the next state is built from.
    pub(super) state: IndexState,
    /// How often a new configuration had the index loaded from the store.
    pub(super) index_loads: u64,
    /// Whether the index is to be loaded from the store once that has all articles, because it has
    /// another `[same]` than the configuration.
    pub(super) loads_index: bool,
    /// When the store was last made anew.
    pub(super) renewed_at: Option<Instant>,
    pub(super) templates: Arc<Templates>,
    /// The feeds that changes since the last snapshot may affect.
    pub(super) touched: AffectedFeeds,
    /// Whether the next snapshot is built from the definitions, not from the last snapshot.
    pub(super) rebuild: bool,
    /// The number of such snapshots.
    pub(super) generation: u64,
    /// The second in which a feed or a sitemap last moved.
    pub(super) last_moved: Option<Timestamp>,
    /// Feeds by the instant of their next change without an edit.
    pub(super) due: BTreeSet<(Timestamp, Arc<str>)>,
    pub(super) selection_dates: SelectionDates,
    /// Selections whose validators are in the store. They are removed before the first state is published:
    /// the store has the validators of selections only between a regular end and the next start.
    pub(super) stored_selections: Vec<Arc<str>>,
    /// The stored validators of feeds that are neither in the snapshot nor among those of dead terms.
    pub(super) validators: HashMap<Arc<str>, Validators>,
    /// The last validators of each sitemap, also of those that are not served any more, by its path.
    pub(super) sitemap_dates: HashMap<Arc<str>, Validators>,
    /// When an article leaves the news of the published sitemaps.
    pub(super) sitemaps_next: Option<Timestamp>,
    /// Validators that are not in the store yet.
    pub(super) unsaved: HashMap<Arc<str>, Validators>,
    /// The feeds of dead terms.
    pub(super) dead_feeds: DeadFeeds,
    /// Changes of known terms that are not in the store yet.
    pub(super) unsaved_terms: Vec<TermChange>,
    /// The latest date of a feed whose term was forgotten.
    pub(super) forgotten_dates: Option<Timestamp>,
    /// No feed moves to a date before this one: the last start after an unclean end.
    pub(super) floor: Timestamp,
    /// The same in the store.
    pub(super) stored_floor: Timestamp,
    /// Whether a publication has begun and not ended.
    pub(super) is_publishing: bool,
    /// All formats that were ever served, as in the store.
    pub(super) served: BTreeMap<String, BTreeSet<Format>>,
    /// Whether the store may lack names that this configuration serves.
    pub(super) served_unsaved: bool,
    /// Why the last commit failed, so that it is logged once.
    pub(super) write_failure: Option<String>,
    /// Records that the next snapshot does not name.
    pub(super) retired: Vec<RecordId>,
    /// Earlier snapshots by age, each with the records that only it and older ones name.
    pub(super) old_snapshots: VecDeque<(Weak<Snapshot>, Vec<RecordId>)>,
}

/// What a publication builds.
pub(super) struct NewContent {
    /// The versions that differ from those of the last snapshot.
    pub(super) versions: Vec<Arc<FeedVersion>>,
    /// The paths of feeds that leave the snapshot, because their term is dead or they ended.
    pub(super) died: Vec<Arc<str>>,
    /// The feeds that changed articles may affect.
    pub(super) affected: AffectedFeeds,
    /// Whether all feeds were built.
    pub(super) rebuild: bool,
    /// The sitemaps, if feeds.toml has `[sitemap]`.
    pub(super) sitemaps: Option<Arc<Sitemaps>>,
    /// Whether they differ from those of the last snapshot.
    pub(super) has_new_sitemaps: bool,
    /// How many feeds have other validators.
    pub(super) moved: usize,
}

impl NewContent {
    /// Whether a feed, an article or a selection may have changed.
    pub(super) fn is_changed(&self) -> bool {
        self.rebuild || !self.versions.is_empty() || !self.affected.is_empty()
    }
}

impl Writer {
    pub(super) fn touch(&mut self, touched: AffectedFeeds) {
        let before = mem::replace(&mut self.touched, AffectedFeeds::All);
        self.touched = before.union(touched);
    }

    /// Brings changes of a reading into the index.
    pub(super) fn apply(&mut self, changes: impl IntoIterator<Item = Change>) {
        let mut update = Update::default();
        self.state.index.stage(changes, &mut update);
        let affected = self.state.index.finish(update);
        self.touch(affected);
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

    /// The names and formats that the configuration serves and that are not in the store yet.
    pub(super) fn newly_served<'a>(
        &self,
        definitions: &'a FeedDefinitions,
    ) -> Vec<(&'a str, &'a [Format])> {
        if !self.served_unsaved {
            return Vec::new();
        }
        let is_new = |(name, formats): &(&str, &[Format])| {
            let before = self.served.get(*name);
            let is_known = |format| before.is_some_and(|before| before.contains(format));
            !formats.iter().all(is_known)
        };
        definitions.served().filter(is_new).collect()
    }

    /// Builds the feeds that may have changed since the last snapshot.
    pub(super) fn build_versions(&mut self, last: Option<&Snapshot>) -> NewContent {
        let unsaved_before = mem::take(&mut self.unsaved);
        let (mut versions, mut died) = (Vec::new(), Vec::new());
        for number in self.affected_feeds() {
            let definition = self.state.definitions.definition(&self.state.index, number);
            let term = match number {
                FeedNo::Automatic(term) => Some(term),
                FeedNo::Declared(_) => None,
            };
            let old = last.and_then(|last| last.feeds.get(&definition.path));
            let version = self.build(definition, term, old.map(Arc::as_ref));
            let index = &self.state.index;
            if let Some(term) = term.filter(|&term| index.is_dead(term)) {
                let validators = version.validators();
                self.dead_feeds.insert(term, validators, index.as_of());
                self.validators.remove(&version.path);
                died.extend(old.map(|old| old.path.clone()));
                continue;
            }
            if let Some(term) = term {
                self.dead_feeds.remove(term);
            }
            let next = version.next.map(|next| (next, version.path.clone()));
            self.due.extend(next);
            if self.rebuild || old.is_none_or(|old| version.differs(old)) {
                versions.push(Arc::new(version));
            }
        }
        died.extend(last.into_iter().flat_map(|last| self.end_feeds(last)));
        let moved = self.unsaved.len();
        if moved > 0 {
            self.last_moved = Some(self.state.index.as_of());
        }
        let last_sitemaps = last.and_then(|last| last.sitemaps.as_ref());
        let sitemaps = self.build_sitemaps(last_sitemaps);
        for (path, validators) in unsaved_before {
            self.unsaved.entry(path).or_insert(validators);
        }
        NewContent {
            has_new_sitemaps: sitemaps.as_ref().map(Arc::as_ptr) != last_sitemaps.map(Arc::as_ptr),
            sitemaps,
            versions,
            died,
            affected: mem::replace(&mut self.touched, AffectedFeeds::none()),
            rebuild: mem::take(&mut self.rebuild),
            moved,
        }
    }

    /// The sitemaps as of now, or those of `last` if nothing about them changed. Notes the validators of those
    /// that moved.
    fn build_sitemaps(&mut self, last: Option<&Arc<Sitemaps>>) -> Option<Arc<Sitemaps>> {
        let sitemaps =
            self.state
                .build_sitemaps(last.map(Arc::as_ref), &self.sitemap_dates, self.floor);
        self.sitemaps_next = sitemaps.as_ref().and_then(Sitemaps::next);
        let sitemaps = sitemaps?;
        if let Some(last) = last.filter(|last| !sitemaps.differs(last)) {
            return Some(last.clone());
        }
        for (path, validators) in sitemaps.moved(last.map(Arc::as_ref)) {
            let before = self.sitemap_dates.insert(path.clone(), validators);
            if before != Some(validators) {
                self.unsaved.insert(path, validators);
                // Another one within this second would be dated in the future.
                self.last_moved = Some(self.state.index.as_of());
            }
        }
        Some(Arc::new(sitemaps))
    }

    /// The feeds of a snapshot that changed articles ended: see [`FeedDefinitions::ended`].
    fn end_feeds(&mut self, last: &Snapshot) -> Vec<Arc<str>> {
        let IndexState {
            index, definitions, ..
        } = &self.state;
        let paths = definitions.ended(index, &self.touched).into_iter();
        let ended = paths.filter_map(|path| last.feeds.get_key_value(&*path));
        let ended: Vec<_> = ended.collect();
        for (path, version) in &ended {
            let next = version.next.map(|next| (next, (*path).clone()));
            next.map(|next| self.due.remove(&next));
            // It may return.
            self.validators
                .insert((*path).clone(), version.validators());
        }
        ended.into_iter().map(|(path, _)| path.clone()).collect()
    }

    /// All feeds that may have changed, without selections.
    fn affected_feeds(&mut self) -> Vec<FeedNo> {
        let IndexState {
            index, definitions, ..
        } = &self.state;
        if self.rebuild {
            self.due.clear();
            return definitions.all(index);
        }
        let mut affected = definitions.affected(index, &self.touched);
        let touched: HashSet<FeedNo> = affected.iter().copied().collect();
        while let Some((_, path)) = self
            .due
            .first()
            .filter(|(at, _)| *at <= index.as_of())
            .cloned()
        {
            self.due.pop_first();
            let due = definitions.find(index, &path);
            affected.extend(due.filter(|due| !touched.contains(due)));
        }
        affected
    }

    /// Builds a version, and notes its validators if they changed.
    fn build(
        &mut self,
        definition: FeedDefinition,
        term: Option<TermNo>,
        old: Option<&FeedVersion>,
    ) -> FeedVersion {
        let path = definition.path.clone();
        let previous = old
            .map(FeedVersion::validators)
            .or_else(|| self.dead_feeds.validators(term?))
            .or_else(|| self.validators.get(&path).copied());
        if let Some(next) = old.and_then(|old| old.next) {
            self.due.remove(&(next, path.clone()));
        }
        let mut version = self.state.build(definition, previous, self.floor);
        if let Some(old) = old {
            version.continues(old);
        }
        let is_new = term.is_some() && previous.is_none();
        let forgotten = self.forgotten_dates.filter(|_| is_new);
        if let Some(date) = forgotten.filter(|date| version.last_modified <= *date) {
            // The term may have been forgotten, and its feed dated so.
            version.last_modified = date.plus(1).max(self.state.index.as_of());
        }
        if previous != Some(version.validators()) {
            self.unsaved.insert(path, version.validators());
        }
        version
    }

    /// Takes over what changed about known terms since the snapshot `last`. Returns whether a term was
    /// forgotten.
    pub(super) fn take_term_changes(&mut self, last: Option<&Snapshot>) -> bool {
        let changes = self.state.index.take_term_changes();
        let mut has_forgotten = false;
        for change in &changes {
            if let TermChange::Forgotten(term) = change {
                has_forgotten = true;
                self.forget_feed(term, last);
            }
        }
        self.unsaved_terms.extend(changes);
        has_forgotten
    }

    /// Forgets the feed of a term that is not known any more. Its latest date is kept, because the term may
    /// return.
    fn forget_feed(&mut self, term: &Term, last: Option<&Snapshot>) {
        let path = automatic_path(term);
        let number = self.state.index.find_term(term);
        let of_dead = number.and_then(|number| self.dead_feeds.remove(number));
        let stored = self.validators.remove(&*path);
        self.unsaved.remove(&*path);
        // Until now feeds.toml may have named the term.
        let named = last.and_then(|last| last.feeds.get(&*path));
        let named = named.map(|version| version.validators());
        let validators = of_dead.or(stored).or(named);
        let date = validators.map(|validators| validators.last_modified);
        if date > self.forgotten_dates {
            self.forgotten_dates = date;
            let row = date.map(|date| (FORGOTTEN.into(), Validators::of_date(date)));
            self.unsaved.extend(row);
        }
    }

    /// Keeps the validators of the feeds of dead terms by path, before a configuration may give the terms
    /// other numbers. The next publication builds all feeds.
    pub(super) fn keep_dead_validators(&mut self) {
        let rows: Vec<_> = self.dead_validators().collect();
        self.validators.extend(rows);
        self.dead_feeds = DeadFeeds::default();
    }

    /// The validators of the feeds of dead terms, by path.
    pub(super) fn dead_validators(&self) -> impl Iterator<Item = (Arc<str>, Validators)> {
        let index = &self.state.index;
        self.dead_feeds.terms().filter_map(|term| {
            let path = automatic_path(index.term(term));
            Some((path.into(), self.dead_feeds.validators(term)?))
        })
    }

    /// The state that follows `last`. Without new content it differs only in its instant.
    pub(super) fn next_state(
        &mut self,
        last: Option<&Arc<PublishedState>>,
        new: NewContent,
    ) -> PublishedState {
        self.generation += u64::from(new.rebuild);
        let is_changed = new.is_changed();
        let snapshot = match last {
            Some(last)
                if !new.rebuild
                    && !new.has_new_sitemaps
                    && new.versions.is_empty()
                    && new.died.is_empty() =>
            {
                last.snapshot.clone()
            }
            last => self.next_snapshot(last.map(|last| &*last.snapshot), &new),
        };
        let same = last.filter(|_| !is_changed);
        let changes = match (same, last) {
            (Some(same), _) => same.changes.clone(),
            (None, Some(last)) => last.changes.with(new.affected),
            (None, None) => ChangeHistory::default().with(new.affected),
        };
        PublishedState {
            snapshot,
            templates: self.templates.clone(),
            index: Arc::new(self.state.clone()),
            dead_feeds: self.dead_feeds.clone(),
            changes,
            selection_second: self.selection_dates.second(),
            second_use: SecondUse::default(),
            first_of_second: None,
            term_slugs: None,
            overview: same.map(|same| same.overview.clone()).unwrap_or_default(),
            term_search: same
                .map(|same| same.term_search.clone())
                .unwrap_or_default(),
            feed_search: same
                .map(|same| same.feed_search.clone())
                .unwrap_or_default(),
        }
    }

    /// The state that selections are made from in place of the one that follows `last`. Called last before
    /// it is published, since requests may not date selections by the second of `last` from then on.
    pub(super) fn first_of_second(
        &mut self,
        last: &Arc<PublishedState>,
    ) -> Option<Arc<PublishedState>> {
        if !self.selection_dates.is_repeated() {
            return None;
        }
        let first = last.first_of_second.as_ref().unwrap_or(last);
        if first.second_use.close() {
            return None;
        }
        self.selection_dates.wait();
        Some(first.clone())
    }

    fn next_snapshot(&mut self, last: Option<&Snapshot>, new: &NewContent) -> Arc<Snapshot> {
        let mut feeds = match last {
            Some(last) if !new.rebuild => last.feeds.clone(),
            _ => HashMap::new(),
        };
        let versions = new.versions.iter();
        feeds.extend(versions.map(|version| (version.path.clone(), version.clone())));
        for path in &new.died {
            feeds.remove(path);
        }
        if new.rebuild {
            self.keep_validators(last, &feeds);
        }
        let IndexState {
            config,
            definitions,
            ..
        } = &self.state;
        Arc::new(Snapshot {
            config: config.clone(),
            generation: self.generation,
            site_rules: definitions.site_rules().clone(),
            feeds,
            sitemaps: new.sitemaps.clone(),
        })
    }

    /// Keeps the validators of feeds that are not in the next snapshot, in case they return.
    fn keep_validators(
        &mut self,
        old: Option<&Snapshot>,
        feeds: &HashMap<Arc<str>, Arc<FeedVersion>>,
    ) {
        let IndexState {
            index, definitions, ..
        } = &self.state;
        let is_dead = |path: &str| {
            matches!(definitions.find(index, path),
                Some(FeedNo::Automatic(term)) if self.dead_feeds.contains(term))
        };
        let left = old
            .into_iter()
            .flat_map(|old| &old.feeds)
            .filter(|(path, _)| !feeds.contains_key(*path) && !is_dead(path));
        self.validators
            .extend(left.map(|(path, version)| (path.clone(), version.validators())));
        self.validators.shrink_to_fit();
    }

    /// Whether a publication has something to build or to commit.
    pub(super) fn is_due(&mut self, now: Timestamp) -> bool {
        let feeds_at = self.due.first().map(|(at, _)| *at);
        let instants = [
            feeds_at,
            self.state.index.next_instant(),
            self.sitemaps_next,
        ];
        let instants = instants.into_iter();
        let is_due = instants.flatten().any(|at| at <= now) || self.selection_dates.is_due(now);
        let is_unsaved = !self.unsaved.is_empty()
            || !self.unsaved_terms.is_empty()
            || self.write_failure.is_some();
        is_due || self.rebuild || !self.touched.is_empty() || is_unsaved
    }

    pub(super) fn next_instant(&self) -> Option<Timestamp> {
        let due = self.due.first().map(|(at, _)| *at);
        let instants = [
            due,
            self.state.index.next_instant(),
            self.sitemaps_next,
            self.selection_dates.next_instant(),
        ];
        instants.into_iter().flatten().min()
    }

    /// Keeps the records that the state of `next` does not name until `last` is no longer read. Older
    /// snapshots name these records too, so records are deleted in order of age.
    pub(super) fn keep_records(&mut self, last: &Arc<Snapshot>, next: &Arc<Snapshot>) {
        if !Arc::ptr_eq(last, next) || !self.retired.is_empty() {
            let retired = mem::take(&mut self.retired);
            self.old_snapshots
                .push_back((Arc::downgrade(last), retired));
        }
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
