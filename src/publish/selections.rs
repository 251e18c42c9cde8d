//! A cache of the selections that were requested. A change marks a selection as stale; it is built again
//! at the next request, because most are requested less often than articles are published.

use std::collections::{BTreeSet, HashMap};
use std::mem;
use std::num::NonZero;
use std::sync::Arc;

use lru::LruCache;

use crate::feed::definitions::SELECT;
use crate::feed::poll_rate::PollRate;
use crate::feed::snapshot::FeedVersion;
use crate::index::Query;
use crate::model::time::Timestamp;
use crate::model::validators::Validators;

/// Cached selections; the least recently used one is evicted.
pub(super) const SELECTIONS_MAX: NonZero<usize> = NonZero::new(1024).expect("it is not zero");

/// Evicted selections whose rows wait to be removed from a state folder that cannot be written.
const FORGOTTEN_MAX: usize = 4 * SELECTIONS_MAX.get();

#[derive(Debug)]
pub(super) struct CachedSelection {
    pub(super) query: Query,
    pub(super) version: Arc<FeedVersion>,
    pub(super) currency: Currency,
}

/// Whether a cached selection is up to date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Currency {
    /// No change has affected it.
    Current,
    /// A change has affected it since it was built.
    Stale,
}

#[derive(Debug, Default)]
pub(super) struct Uncommitted {
    /// Evicted selections whose rows are still in the store.
    pub(super) forgotten: Vec<Arc<str>>,
    /// Validators that are not in the store yet.
    pub(super) validators: HashMap<Arc<str>, Validators>,
}

impl Uncommitted {
    pub(super) fn is_empty(&self) -> bool {
        self.forgotten.is_empty() && self.validators.is_empty()
    }
}

#[derive(Debug)]
pub(super) struct Selections {
    cached: LruCache<Arc<str>, CachedSelection>,
    /// The last second in which a selection was evicted. An evicted selection that is requested again is
    /// dated no earlier, because its earlier dates and bytes are no longer known.
    floor: Timestamp,
    /// The stored validators of selections that were not requested since the start.
    remembered: HashMap<Arc<str>, Validators>,
    /// Cached selections by the instant of their next change without an edit.
    due: BTreeSet<(Timestamp, Arc<str>)>,
    uncommitted: Uncommitted,
    polls: Arc<PollRate>,
}

impl Selections {
    pub(super) fn new(floor: Timestamp, remembered: HashMap<Arc<str>, Validators>) -> Selections {
        Selections {
            cached: LruCache::new(SELECTIONS_MAX),
            floor,
            remembered,
            due: BTreeSet::new(),
            uncommitted: Uncommitted::default(),
            polls: Arc::default(),
        }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.cached.len()
    }

    pub(super) fn polls(&self) -> Arc<PollRate> {
        self.polls.clone()
    }

    /// A cached selection, which becomes the most recently used one.
    pub(super) fn find(&mut self, path: &str) -> Option<(Arc<FeedVersion>, Currency)> {
        let cached = self.cached.get(path)?;
        Some((cached.version.clone(), cached.currency))
    }

    /// The last validators of a selection that is built again, and the earliest date that it may get.
    pub(super) fn previous(
        &self,
        path: &str,
        old: Option<&FeedVersion>,
    ) -> (Option<Validators>, Timestamp) {
        match old {
            // A cached selection has a last date of its own.
            Some(old) => (Some(old.validators()), Timestamp(0)),
            None => (self.remembered.get(path).copied(), self.floor),
        }
    }

    /// Caches a selection; changed validators wait for the next commit. Another selection may be evicted at
    /// `as_of`.
    pub(super) fn insert(&mut self, path: Arc<str>, cached: CachedSelection, as_of: Timestamp) {
        let (validators, next) = (cached.version.validators(), cached.version.next);
        let replaced = match self.cached.push(path.clone(), cached) {
            Some((other, old)) if other != path => {
                self.remove(other, &old.version, as_of);
                None
            }
            replaced => replaced.map(|(_, old)| old.version),
        };
        let previous = match &replaced {
            Some(old) => Some(old.validators()),
            None => self.remembered.remove(&path),
        };
        if let Some(next) = replaced.and_then(|old| old.next) {
            self.due.remove(&(next, path.clone()));
        }
        if previous != Some(validators) {
            self.uncommitted.validators.insert(path.clone(), validators);
        }
        self.due.extend(next.map(|next| (next, path)));
    }

    /// Marks the selections that are due at `as_of`, or that a change affects.
    pub(super) fn mark_stale(
        &mut self,
        as_of: Timestamp,
        is_affected: impl Fn(&CachedSelection) -> bool,
    ) {
        while self.due.first().is_some_and(|(at, _)| *at <= as_of) {
            self.due.pop_first();
        }
        let cached = self.cached.iter_mut().map(|(_, cached)| cached);
        for cached in cached.filter(|cached| cached.currency == Currency::Current) {
            let is_due = cached.version.next.is_some_and(|next| next <= as_of);
            if is_due || is_affected(cached) {
                cached.currency = Currency::Stale;
            }
        }
    }

    /// Evicts a selection that has an unknown term now.
    pub(super) fn drop_unknown(&mut self, path: &Arc<str>, as_of: Timestamp) {
        if let Some(cached) = self.cached.pop(path) {
            self.remove(path.clone(), &cached.version, as_of);
        }
    }

    /// Removes stored validators beyond the number of cached selections, so that rows do not accumulate.
    pub(super) fn forget_excess(&mut self, as_of: Timestamp) {
        let paths: BTreeSet<Arc<str>> = self.remembered.keys().cloned().collect();
        for path in paths.into_iter().skip(SELECTIONS_MAX.get()) {
            if let Some(row) = self.remembered.remove(&path) {
                self.forget(path, as_of.max(row.last_modified));
            }
        }
    }

    pub(super) fn next_instant(&self) -> Option<Timestamp> {
        self.due.first().map(|(at, _)| *at)
    }

    pub(super) fn is_uncommitted(&self) -> bool {
        !self.uncommitted.is_empty()
    }

    /// Takes the changes to commit, and the date floor of evicted selections.
    pub(super) fn take_uncommitted(&mut self) -> (Uncommitted, Timestamp) {
        (mem::take(&mut self.uncommitted), self.floor)
    }

    /// Puts back changes that could not be committed. Evicted rows beyond the limit stay in the store.
    pub(super) fn restore_uncommitted(&mut self, unwritten: Uncommitted) {
        let Uncommitted {
            forgotten,
            validators,
        } = &mut self.uncommitted;
        forgotten.extend(unwritten.forgotten);
        forgotten.truncate(FORGOTTEN_MAX);
        for (path, row) in unwritten.validators {
            validators.entry(path).or_insert(row);
        }
    }

    /// Notes that a selection was evicted; no response with it was dated later than `last`.
    pub(super) fn forget(&mut self, path: Arc<str>, last: Timestamp) {
        self.floor = self.floor.max(last);
        self.uncommitted.forgotten.push(path);
    }

    fn remove(&mut self, path: Arc<str>, version: &FeedVersion, as_of: Timestamp) {
        self.uncommitted.validators.remove(&path);
        if let Some(next) = version.next {
            self.due.remove(&(next, path.clone()));
        }
        self.forget(path, as_of.max(version.last_modified));
    }
}

pub(super) fn is_selection(path: &str) -> bool {
    path.strip_prefix(SELECT)
        .is_some_and(|rest| rest.starts_with('?'))
}
