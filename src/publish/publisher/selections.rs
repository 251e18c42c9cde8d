//! The selections that readers asked for, but only so many of them. A change that concerns one has it
//! built again when somebody asks: most are asked for far less often than articles come.

use std::num::NonZero;
use std::sync::Arc;

use lru::LruCache;

use crate::feed::snapshot::FeedVersion;
use crate::index::Query;
use crate::model::time::Timestamp;

/// Selections that are kept; the one asked for longest ago makes room.
pub(super) const SELECTIONS_MAX: NonZero<usize> = NonZero::new(1024).expect("it is not zero");

/// Rows of forgotten selections that wait for a state folder which cannot be written.
const FORGOTTEN_MAX: usize = 4 * SELECTIONS_MAX.get();

/// A selection that somebody asked for.
#[derive(Debug)]
pub(super) struct Kept {
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

/// Selections by path, the one asked for last in front.
#[derive(Debug)]
pub(super) struct Selections {
    kept: LruCache<Arc<str>, Kept>,
    /// The second in which a selection was last forgotten. One that is asked for again is dated no
    /// earlier, since nobody knows any more what it was dated before, and for which bytes.
    pub(super) floor: Timestamp,
    /// Forgotten selections whose rows the store still has.
    pub(super) forgotten: Vec<Arc<str>>,
}

impl Selections {
    pub(super) fn new(floor: Timestamp) -> Selections {
        Selections {
            kept: LruCache::new(SELECTIONS_MAX),
            floor,
            forgotten: Vec::new(),
        }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.kept.len()
    }

    /// A selection, which now is the one asked for last.
    pub(super) fn find(&mut self, path: &str) -> Option<(Arc<FeedVersion>, Currency)> {
        let kept = self.kept.get(path)?;
        Some((kept.version.clone(), kept.currency))
    }

    /// Keeps a selection; returns the one that made room, forgotten at `as_of`.
    pub(super) fn keep(
        &mut self,
        path: Arc<str>,
        kept: Kept,
        as_of: Timestamp,
    ) -> Option<Arc<FeedVersion>> {
        let (forgotten, old) = self
            .kept
            .push(path.clone(), kept)
            .filter(|(other, _)| *other != path)?;
        self.forget(forgotten, as_of.max(old.version.last_modified));
        Some(old.version)
    }

    /// Notes which selections a change concerns.
    pub(super) fn mark_stale(&mut self, is_concerned: impl Fn(&Kept) -> bool) {
        let kept = self.kept.iter_mut().map(|(_, kept)| kept);
        for kept in kept.filter(|kept| kept.currency == Currency::Current) {
            if is_concerned(kept) {
                kept.currency = Currency::Stale;
            }
        }
    }

    /// Keeps a selection no longer, since one of its terms is unknown now.
    pub(super) fn drop_unknown(&mut self, path: &Arc<str>, as_of: Timestamp) {
        if let Some(kept) = self.kept.pop(path) {
            self.forget(path.clone(), as_of.max(kept.version.last_modified));
        }
    }

    /// Takes up again what could not be deleted. A row too many costs little, a list without end more.
    pub(super) fn take_back_forgotten(&mut self, forgotten: Vec<Arc<str>>) {
        self.forgotten.extend(forgotten);
        self.forgotten.truncate(FORGOTTEN_MAX);
    }

    /// Notes that a selection is no longer kept; no answer with it was dated later than `last`.
    pub(super) fn forget(&mut self, path: Arc<str>, last: Timestamp) {
        self.floor = self.floor.max(last);
        self.forgotten.push(path);
    }
}
