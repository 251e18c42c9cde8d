//! The selections that readers asked for, kept current like any feed, but only so many of them.

use std::num::NonZero;
use std::sync::Arc;

use lru::LruCache;

use crate::catalog::Query;
use crate::edition::Version;
use crate::selection::Selection;
use crate::time::Timestamp;

/// Selections that are kept current; the one asked for longest ago makes room.
pub(super) const SELECTIONS_MAX: NonZero<usize> = NonZero::new(4096).expect("it is not zero");

/// Rows of forgotten selections that wait for a state folder which cannot be written.
const FORGOTTEN_MAX: usize = 4 * SELECTIONS_MAX.get();

/// A selection that somebody asked for.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) selection: Selection,
    pub(super) query: Query,
    pub(super) version: Arc<Version>,
}

/// What has become of a selection.
#[derive(Debug)]
pub(super) enum Revised {
    /// Nothing concerned it.
    Same,
    /// It has been built again.
    Moved {
        /// Its query over the present catalog.
        query: Query,
        /// Its new version.
        version: Arc<Version>,
    },
    /// One of its terms is no longer known.
    Unknown,
}

/// Selections by path, the one asked for last in front.
#[derive(Debug)]
pub(super) struct Selections {
    kept: LruCache<Arc<str>, Kept>,
    /// No forgotten selection was dated later than this, so that one that is asked for again never
    /// gets an older date.
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

    /// The version of a selection, which now is the one asked for last.
    pub(super) fn find(&mut self, path: &str) -> Option<Arc<Version>> {
        self.kept.get(path).map(|kept| kept.version.clone())
    }

    /// Keeps a selection; returns the one that made room.
    pub(super) fn keep(&mut self, path: Arc<str>, kept: Kept) -> Option<Arc<Version>> {
        let (forgotten, old) = self
            .kept
            .push(path.clone(), kept)
            .filter(|(other, _)| *other != path)?;
        self.forget(forgotten, Some(old.version.last_modified));
        Some(old.version)
    }

    /// Does with every selection what `revise` says.
    pub(super) fn revise(&mut self, mut revise: impl FnMut(&Kept) -> Revised) {
        let mut forgotten = Vec::new();
        for (path, kept) in &mut self.kept {
            match revise(kept) {
                Revised::Same => {}
                Revised::Moved { query, version } => (kept.query, kept.version) = (query, version),
                Revised::Unknown => forgotten.push((path.clone(), kept.version.last_modified)),
            }
        }
        for (path, date) in forgotten {
            self.kept.pop(&path);
            self.forget(path, Some(date));
        }
    }

    /// Takes up again what could not be deleted. A row too many costs little, a list without end more.
    pub(super) fn take_back_forgotten(&mut self, forgotten: Vec<Arc<str>>) {
        self.forgotten.extend(forgotten);
        self.forgotten.truncate(FORGOTTEN_MAX);
    }

    /// Notes that a selection with this date is no longer kept.
    pub(super) fn forget(&mut self, path: Arc<str>, date: Option<Timestamp>) {
        self.floor = self.floor.max(date.unwrap_or(self.floor));
        self.forgotten.push(path);
    }
}
