//! Compares a listing with the store: which files have to be read, and which are missing.

use std::collections::BTreeSet;
use std::mem;
use std::sync::mpsc::SyncSender;

use super::problems::{Tally, UnlistedPlaces};
use super::{Progress, ReconcileError};
use crate::source::{ListingError, Place, Scope, Source};
use crate::store::{FileRow, Store};

/// A comparison. Files are read while the listing goes on, so the store may change before the listing
/// ends; nothing here depends on that.
pub(super) struct Comparison<'a> {
    pub(super) source: &'a Source,
    pub(super) store: &'a Store,
    pub(super) reread: bool,
    pub(super) progress: &'a Progress,
    /// Gets the files to read in the order of the listing, a batch at a time.
    pub(super) batches: SyncSender<Vec<Place>>,
}

/// The places that are sent next.
#[derive(Default)]
struct NextBatch {
    places: Vec<Place>,
    /// The number of places that were ever in it.
    queued: usize,
}

/// The result of a listing, apart from the files to read.
#[derive(Debug, Default)]
pub(super) struct Listed {
    /// The refusals of the store before this reading; `None` unless everything was compared.
    pub(super) stored: Option<Tally>,
    pub(super) unlisted: UnlistedPlaces,
    /// Unlisted places that may hold articles.
    pub(super) hidden: BTreeSet<String>,
    /// Rows that a listing of recent rows shows first.
    pub(super) new_rows: Vec<String>,
    /// Stored files that the listing did not show.
    pub(super) gone: Vec<String>,
    pub(super) failure: Option<ReconcileError>,
}

impl Comparison<'_> {
    /// Compares everything within `scopes`, or stops when the receiver of batches is dropped.
    pub(super) fn run(mut self, scopes: &[Scope]) -> Listed {
        let mut listed = Listed::default();
        let mut batch = NextBatch::default();
        // The rows of the store are counted before this reading changes one.
        let (all, parts) = scopes
            .iter()
            .partition::<Vec<_>, _>(|scope| scope.is_full());
        for scope in all.into_iter().chain(parts) {
            let compared = self.compare(scope, &mut batch, &mut listed);
            let compared = match compared {
                // A value that the database cannot read fails the listing of all columns. So rows are read
                // instead, where it fails its own row alone.
                Err(ReconcileError::Source(failure))
                    if *scope == Scope::All && failure.may_be_of_one_row() =>
                {
                    listed = Listed::default();
                    self.reread = true;
                    self.compare(&Scope::Ids, &mut batch, &mut listed)
                }
                compared => compared,
            };
            if let Err(failure) = compared {
                listed.failure = Some(failure);
                return listed;
            }
        }
        self.progress.all_found();
        if !batch.places.is_empty() {
            let _ = self.batches.send(batch.places);
        }
        listed
    }

    fn compare(
        &self,
        scope: &Scope,
        batch: &mut NextBatch,
        listed: &mut Listed,
    ) -> Result<(), ReconcileError> {
        match scope {
            Scope::All | Scope::Ids => self.compare_all("", scope, batch, listed),
            Scope::Recent => self.compare_recent(scope, batch, listed),
            Scope::At { path, .. } => self.compare_all(path, scope, batch, listed),
        }
    }

    /// Compares everything at `below` and below it, in the byte order of the paths.
    fn compare_all(
        &self,
        below: &str,
        scope: &Scope,
        batch: &mut NextBatch,
        listed: &mut Listed,
    ) -> Result<(), ReconcileError> {
        let mut stored = Tally::default();
        let known = self.store.files(below)?.inspect(|row| {
            if let Ok((path, row)) = row {
                stored.add_row(path, row);
            }
        });
        let mut known = known.peekable();
        // What is read anyway needs no comparison of its columns.
        let is_read_anyway = self.reread || known.peek().is_none();
        let scope = match scope {
            Scope::All if is_read_anyway => &Scope::Ids,
            scope => scope,
        };
        for entry in self.source.walk(scope) {
            self.progress.advance();
            let Some(found) = found(entry, listed)? else {
                continue;
            };
            let mut last = None;
            while let Some(row) =
                known.next_if(|row| row.as_ref().is_ok_and(|(path, _)| *path <= found.path))
            {
                let (path, row) = row?;
                if path == found.path {
                    last = Some(row);
                } else {
                    listed.gone.push(path);
                }
            }
            if !self.queue_if_changed(found, last, batch, listed) {
                return Ok(());
            }
        }
        for row in known {
            listed.gone.push(row?.0);
        }
        if scope.is_full() {
            listed.stored.get_or_insert(stored);
        }
        Ok(())
    }

    /// Compares recent rows; a row that is not listed is not missing. If several rows share an id, all of
    /// them are queried first. Unchanged rows in the recheck window are read again, but only as many as
    /// one statement reads: after an import, the others are read again after the window.
    fn compare_recent(
        &self,
        scope: &Scope,
        batch: &mut NextBatch,
        listed: &mut Listed,
    ) -> Result<(), ReconcileError> {
        let mut shared = Vec::new();
        let mut rechecked = 0;
        for entry in self.source.walk(scope) {
            self.progress.advance();
            let Some(found) = found(entry, listed)? else {
                continue;
            };
            let last = self.store.file(&found.path)?;
            // Of more than these it makes no difference which they are.
            if last.is_none() && listed.new_rows.len() <= self.source.limits().at_once {
                listed.new_rows.push(found.path.clone());
            }
            let before = last.as_ref().map(|last| last.stamp);
            let mut stamps = [Some(found.stamp), before].into_iter().flatten();
            if stamps.any(|stamp| self.source.is_shared(stamp)) {
                shared.push(found.path);
                continue;
            }
            let is_rechecked =
                before == Some(found.stamp) && self.source.is_in_recheck_window(found.stamp);
            if is_rechecked && rechecked < self.source.limits().at_once {
                rechecked += 1;
                let found = Place {
                    recheck: true,
                    ..found
                };
                if !self.queue(found, batch) {
                    return Ok(());
                }
            } else if !self.queue_if_changed(found, last, batch, listed) {
                return Ok(());
            }
        }
        for found in self.source.stat(&shared)? {
            let last = self.store.file(&found.path)?;
            if !self.queue_if_changed(found, last, batch, listed) {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Queues a place to be read, unless it has not changed; whether the receiver still exists.
    fn queue_if_changed(
        &self,
        mut found: Place,
        last: Option<FileRow>,
        batch: &mut NextBatch,
        listed: &mut Listed,
    ) -> bool {
        match last {
            Some(row) if row.key.is_some() && self.source.is_emptied(&found) => {
                listed.gone.push(found.path);
                true
            }
            Some(row) if is_unchanged(&row, &found) && !self.reread => true,
            last => {
                let is_same_row = |row: FileRow| self.source.is_same_row(row.stamp, found.stamp);
                found.recheck = !self.reread && last.is_some_and(is_same_row);
                self.queue(found, batch)
            }
        }
    }

    /// Queues a place to be read; whether the receiver still exists.
    fn queue(&self, found: Place, batch: &mut NextBatch) -> bool {
        self.progress.found_one();
        batch.places.push(found);
        batch.queued += 1;
        // The receiver is dropped when the store fails; that error is reported instead.
        batch.places.len() < self.source.limits().batch_after(batch.queued)
            || self.batches.send(mem::take(&mut batch.places)).is_ok()
    }
}

/// Whether nothing that the listing shows of a place has changed.
fn is_unchanged(row: &FileRow, found: &Place) -> bool {
    row.stamp == found.stamp && found.columns.is_none_or(|columns| row.columns == columns)
}

/// The place of an entry; `None` if it cannot be listed.
fn found(
    entry: Result<Place, ListingError>,
    listed: &mut Listed,
) -> Result<Option<Place>, ReconcileError> {
    match entry {
        Ok(found) => Ok(Some(found)),
        Err(ListingError::Unlisted(unlisted)) => {
            if unlisted.hides {
                listed.hidden.insert(unlisted.path.clone());
            }
            listed.unlisted.add(unlisted);
            Ok(None)
        }
        Err(ListingError::Source(failure)) => Err(failure.into()),
    }
}
