//! The selections that readers asked for, but only so many of them. A change that concerns one has it
//! built again when somebody asks: most are asked for far less often than articles come.

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

/// Selections that are cached; the one asked for longest ago makes room.
pub(super) const SELECTIONS_MAX: NonZero<usize> = NonZero::new(1024).expect("it is not zero");

/// Rows of forgotten selections that wait for a state folder which cannot be written.
const FORGOTTEN_MAX: usize = 4 * SELECTIONS_MAX.get();

/// A selection that somebody asked for.
#[derive(Debug)]
pub(super) struct CachedSelection {
    pub(super) query: Query,
    pub(super) version: Arc<FeedVersion>,
    pub(super) currency: Currency,
}

/// Whether a selection is what it would be if it were built now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Currency {
    /// It is.
    Current,
    /// A change concerned it since.
    Stale,
}

/// What the next commit has to write of selections.
#[derive(Debug, Default)]
pub(super) struct Uncommitted {
    /// Forgotten selections whose rows the store still has.
    pub(super) forgotten: Vec<Arc<str>>,
    /// Validators that the store does not have yet.
    pub(super) validators: HashMap<Arc<str>, Validators>,
}

impl Uncommitted {
    pub(super) fn is_empty(&self) -> bool {
        self.forgotten.is_empty() && self.validators.is_empty()
    }
}

/// Selections by path, the one asked for last in front.
#[derive(Debug)]
pub(super) struct Selections {
    cached: LruCache<Arc<str>, CachedSelection>,
    /// The second in which a selection was last forgotten. One that is asked for again is dated no
    /// earlier, since nobody knows any more what it was dated before, and for which bytes.
    floor: Timestamp,
    /// The last validators of selections that nobody has asked for since the start.
    remembered: HashMap<Arc<str>, Validators>,
    /// Cached selections by the instant at which they change by themselves.
    due: BTreeSet<(Timestamp, Arc<str>)>,
    uncommitted: Uncommitted,
    /// How often selections are asked for.
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

    /// How often selections are asked for, all of them together.
    pub(super) fn polls(&self) -> Arc<PollRate> {
        self.polls.clone()
    }

    /// A selection, which now is the one asked for last.
    pub(super) fn find(&mut self, path: &str) -> Option<(Arc<FeedVersion>, Currency)> {
        let cached = self.cached.get(path)?;
        Some((cached.version.clone(), cached.currency))
    }

    /// The last validators of the selection with this path, which is built anew, and the earliest date
    /// that it may have now.
    pub(super) fn previous(
        &self,
        path: &str,
        old: Option<&FeedVersion>,
    ) -> (Option<Validators>, Timestamp) {
        match old {
            // One that is cached has its own last date.
            Some(old) => (Some(old.validators()), Timestamp(0)),
            None => (self.remembered.get(path).copied(), self.floor),
        }
    }

    /// Caches a selection, whose validators wait for the next commit if they are others than before. The
    /// one that makes room for it is forgotten at `as_of`.
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

    /// Notes which selections a change concerns; those that are due by `as_of` changed by themselves.
    pub(super) fn mark_stale(
        &mut self,
        as_of: Timestamp,
        is_concerned: impl Fn(&CachedSelection) -> bool,
    ) {
        while self.due.first().is_some_and(|(at, _)| *at <= as_of) {
            self.due.pop_first();
        }
        let cached = self.cached.iter_mut().map(|(_, cached)| cached);
        for cached in cached.filter(|cached| cached.currency == Currency::Current) {
            let is_due = cached.version.next.is_some_and(|next| next <= as_of);
            if is_due || is_concerned(cached) {
                cached.currency = Currency::Stale;
            }
        }
    }

    /// Forgets a selection, since one of its terms is unknown now.
    pub(super) fn drop_unknown(&mut self, path: &Arc<str>, as_of: Timestamp) {
        if let Some(cached) = self.cached.pop(path) {
            self.remove(path.clone(), &cached.version, as_of);
        }
    }

    /// Forgets what the state folder remembers of more selections than are cached, so that its rows do
    /// not pile up. The others take up their last dates when somebody asks.
    pub(super) fn forget_excess(&mut self, as_of: Timestamp) {
        let paths: BTreeSet<Arc<str>> = self.remembered.keys().cloned().collect();
        for path in paths.into_iter().skip(SELECTIONS_MAX.get()) {
            if let Some(row) = self.remembered.remove(&path) {
                self.forget(path, as_of.max(row.last_modified));
            }
        }
    }

    /// When a selection changes by itself.
    pub(super) fn next_instant(&self) -> Option<Timestamp> {
        self.due.first().map(|(at, _)| *at)
    }

    /// Whether the next commit has something to write.
    pub(super) fn is_uncommitted(&self) -> bool {
        !self.uncommitted.is_empty()
    }

    /// What has to be written now, with what selections are dated by that are asked for again.
    pub(super) fn take_uncommitted(&mut self) -> (Uncommitted, Timestamp) {
        (mem::take(&mut self.uncommitted), self.floor)
    }

    /// Takes up again what could not be written. A row too many costs little, a list without end more.
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

    /// Notes that a selection is no longer cached; no answer with it was dated later than `last`.
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

/// Whether a path is one of a selection.
pub(super) fn is_selection(path: &str) -> bool {
    path.strip_prefix(SELECT)
        .is_some_and(|rest| rest.starts_with('?'))
}
