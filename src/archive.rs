//! The archive: every version of an article that something published names, wherever its text is.
//!
//! Nearly always that is the store. Of a database that was listed a moment ago the texts are still to
//! come; whoever needs one earlier has it read here. Nothing but the text of a known version is taken
//! over: whatever turns out to have changed is left to [`reconcile`](crate::ingest).

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio::sync::{Notify, Semaphore};
use tokio::task;
use tokio::time::{Instant, sleep_until};

use crate::model::article::{Article, Revision};
use crate::model::record::{RecordId, Stamp};
use crate::source::{Found, Outcome, Source, SourceError};
use crate::store::{Store, StoreError};

/// Rows that turned out to have changed and wait for a reading; more than these are found by the next
/// comparison.
const DOUBTS_MAX: usize = 1_000;

/// Documents whose texts are read from the source at the same time: each takes a connection.
const FETCHERS_MAX: usize = 2;

/// How long after a document that waited for texts nothing is read that nobody waits for: whoever
/// asked for one often asks for more.
const REST: Duration = Duration::from_millis(50);

/// The store, and the source for what it does not have yet.
#[derive(Debug)]
pub struct Archive {
    store: Store,
    source: ArcSwap<Source>,
    /// Whoever waits for the source on behalf of a document.
    fetchers: Semaphore,
    /// When the last of them began or was done.
    fetched: Mutex<Option<Instant>>,
    /// Places that turned out to be others than listed.
    doubts: Mutex<BTreeSet<String>>,
    doubted: Notify,
}

/// Why an article cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Its text is still in the source, and that does not answer.
    #[error("the text of an article is still to be read")]
    Source(#[from] SourceError),
    /// Its text is still in the source, which has another version now.
    #[error("article `{0}` has changed a moment ago")]
    Changed(String),
    /// Reading its text panicked, or the daemon is stopping.
    #[error("reading the text of an article ended early")]
    Broken,
}

impl ArchiveError {
    /// Whether it passes by itself and is told elsewhere: that a database is away is said once, and a
    /// row that changed is being read.
    pub fn is_passing(&self) -> bool {
        match self {
            ArchiveError::Source(_) | ArchiveError::Changed(_) => true,
            ArchiveError::Store(_) | ArchiveError::Broken => false,
        }
    }
}

/// A version whose text is still to be read.
struct Promise {
    record: RecordId,
    revision: Revision,
    found: Found,
}

impl Archive {
    /// An archive of what `store` has and `source` still promises.
    pub fn new(store: Store, source: Source) -> Archive {
        Archive {
            store,
            source: ArcSwap::from_pointee(source),
            fetchers: Semaphore::new(FETCHERS_MAX),
            fetched: Mutex::default(),
            doubts: Mutex::default(),
            doubted: Notify::new(),
        }
    }

    /// What is there.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Where the rest is.
    pub fn source(&self) -> Arc<Source> {
        self.source.load_full()
    }

    /// Turns to another source.
    pub fn set_source(&self, source: Source) {
        self.source.store(Arc::new(source));
    }

    /// The articles of a window, in its order.
    ///
    /// # Errors
    /// When a record is missing or damaged, or cannot be had from the source.
    pub fn articles(&self, records: &[RecordId]) -> Result<Vec<Article>, ArchiveError> {
        self.fetch(&self.promises(records)?)?;
        Ok(self.store.articles(records)?)
    }

    /// Has the articles of a window here, so that making documents of them waits for nothing.
    ///
    /// # Errors
    /// When one cannot be had from the source.
    pub async fn provide(self: &Arc<Archive>, records: &[RecordId]) -> Result<(), ArchiveError> {
        if self.promises(records)?.is_empty() {
            return Ok(());
        }
        self.note_fetch();
        let _permit = self.fetchers.acquire().await;
        // Somebody else may have asked for the same.
        let promises = self.promises(records)?;
        let archive = self.clone();
        let fetching = task::spawn_blocking(move || archive.fetch(&promises));
        let fetched = fetching.await.unwrap_or(Err(ArchiveError::Broken));
        self.note_fetch();
        fetched
    }

    /// Waits until no document has waited for the source for a moment.
    pub async fn rested(&self) {
        let until = || {
            let fetched = *self.fetched.lock().unwrap_or_else(PoisonError::into_inner);
            fetched
                .map(|at| at + REST)
                .filter(|until| Instant::now() < *until)
        };
        while let Some(until) = until() {
            sleep_until(until).await;
        }
    }

    fn note_fetch(&self) {
        let mut fetched = self.fetched.lock().unwrap_or_else(PoisonError::into_inner);
        *fetched = Some(Instant::now());
    }

    /// Waits until something turns out to be other than listed.
    pub async fn doubted(&self) -> BTreeSet<String> {
        loop {
            let doubted = self.doubted.notified();
            let doubts =
                std::mem::take(&mut *self.doubts.lock().unwrap_or_else(PoisonError::into_inner));
            if !doubts.is_empty() {
                return doubts;
            }
            doubted.await;
        }
    }

    fn promises(&self, records: &[RecordId]) -> Result<Vec<Promise>, ArchiveError> {
        let mut promises = Vec::new();
        for (record, key) in self.store.awaited(records)? {
            let current = self.store.article(&key)?;
            let current = current.filter(|row| row.listing.record == record);
            let row = current.ok_or_else(|| ArchiveError::Changed(key.into()))?;
            promises.push(Promise {
                record,
                revision: row.listing.revision,
                found: Found {
                    path: row.path.into(),
                    stamp: Stamp::default(),
                    closed: false,
                    again: false,
                    head: None,
                },
            });
        }
        Ok(promises)
    }

    /// Reads what was promised. No lock is held and no transaction open meanwhile.
    fn fetch(&self, promises: &[Promise]) -> Result<(), ArchiveError> {
        if promises.is_empty() {
            return Ok(());
        }
        let found: Vec<Found> = promises
            .iter()
            .map(|promise| promise.found.clone())
            .collect();
        let outcomes = self.source.load().read(&found)?;
        let mut packer = self.store.packer()?;
        let (mut kept, mut broken) = (Vec::new(), Vec::new());
        for (promise, outcome) in promises.iter().zip(outcomes) {
            match outcome {
                Outcome::Accepted(accepted) if accepted.revision == promise.revision => {
                    kept.push((promise.record, packer.pack(&accepted.article)?));
                }
                _ => broken.push(promise.found.path.clone()),
            }
        }
        self.store.write(|batch| {
            let mut kept = kept.iter();
            kept.try_for_each(|(record, packed)| batch.keep_promise(*record, packed))
        })?;
        match broken.first().cloned() {
            None => Ok(()),
            Some(first) => {
                self.doubt(broken);
                Err(ArchiveError::Changed(first))
            }
        }
    }

    fn doubt(&self, places: Vec<String>) {
        let mut doubts = self.doubts.lock().unwrap_or_else(PoisonError::into_inner);
        let room = DOUBTS_MAX.saturating_sub(doubts.len());
        doubts.extend(places.into_iter().take(room));
        self.doubted.notify_one();
    }
}

#[cfg(test)]
mod tests;
