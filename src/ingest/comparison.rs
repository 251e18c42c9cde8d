//! The comparison of a listing with what the store knows: which files have to be read, and what is
//! no longer there.

use std::collections::BTreeMap;
use std::mem;
use std::sync::mpsc::SyncSender;

use super::{BATCH_FILES, Progress, ReconcileError};
use crate::source::{ListingError, Place, Scope, Source, Unlisted};
use crate::store::{FileRow, Store};

/// What is compared, and who is given the files to be read. Those need not wait for the last one,
/// so the store may have moved on before the listing ends; nothing here depends on it.
pub(super) struct Comparison<'a> {
    pub(super) source: &'a Source,
    pub(super) store: &'a Store,
    /// Read every file, whether it changed or not.
    pub(super) reread: bool,
    pub(super) progress: &'a Progress,
    /// Takes files in the order they are found, [`BATCH_FILES`] at a time.
    pub(super) give: SyncSender<Vec<Place>>,
}

/// What a listing showed beside the files that have to be read.
#[derive(Debug, Default)]
pub(super) struct Listed {
    /// Files that look as they did when they were refused.
    pub(super) refused: BTreeMap<String, FileRow>,
    /// What could not be listed.
    pub(super) unlisted: Vec<Unlisted>,
    /// Files that were read before and that the listing did not show.
    pub(super) gone: Vec<String>,
    /// Rows that were asked for one by one, and are not there.
    pub(super) missing: Vec<String>,
    /// Why the listing is not complete.
    pub(super) failure: Option<ReconcileError>,
}

impl Comparison<'_> {
    /// Compares everything within `scopes`; not all of it once nobody takes files any more.
    pub(super) fn run(self, scopes: &[Scope]) -> Listed {
        let mut listed = Listed::default();
        let mut batch = Vec::new();
        for scope in scopes {
            if let Err(failure) = self.compare(scope, &mut batch, &mut listed) {
                listed.failure = Some(failure);
                return listed;
            }
        }
        self.progress.all_found();
        if !batch.is_empty() {
            let _ = self.give.send(batch);
        }
        listed
    }

    fn compare(
        &self,
        scope: &Scope,
        batch: &mut Vec<Place>,
        listed: &mut Listed,
    ) -> Result<(), ReconcileError> {
        match scope {
            Scope::All => self.compare_all("", scope, batch, listed),
            Scope::Recent => self.compare_recent(scope, batch, listed),
            Scope::At { path, .. } if self.source.look_tells_all() => {
                self.compare_all(path, scope, batch, listed)
            }
            Scope::At { path, .. } => self.look_at(path, scope, batch, listed),
        }
    }

    /// Compares everything at `below` and below it, in the order of its bytes.
    fn compare_all(
        &self,
        below: &str,
        scope: &Scope,
        batch: &mut Vec<Place>,
        listed: &mut Listed,
    ) -> Result<(), ReconcileError> {
        let mut known = self.store.files(below)?.peekable();
        for entry in self.source.walk(scope) {
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
        Ok(())
    }

    /// Compares what says that it changed lately; nothing is gone because it does not. Where several
    /// rows are known to share an id, all of them are looked at first. What is young is read again as it
    /// is, so much of it as costs nothing: of an import, the rest is once it has come of age.
    fn compare_recent(
        &self,
        scope: &Scope,
        batch: &mut Vec<Place>,
        listed: &mut Listed,
    ) -> Result<(), ReconcileError> {
        let mut shared = Vec::new();
        let mut young = 0;
        for entry in self.source.walk(scope) {
            let Some(found) = found(entry, listed)? else {
                continue;
            };
            let last = self.store.file(&found.path)?;
            let before = last.as_ref().map(|last| last.stamp);
            let mut stamps = [Some(found.stamp), before].into_iter().flatten();
            if stamps.any(|stamp| self.source.is_shared(stamp)) {
                shared.push(found.path);
                continue;
            }
            let is_doubted =
                before == Some(found.stamp) && self.source.is_in_recheck_window(found.stamp);
            if is_doubted && young < self.source.at_once() {
                young += 1;
                let found = Place {
                    recheck: true,
                    ..found
                };
                if !self.queue(found, batch, listed) {
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

    /// Looks at one row that somebody doubts, whatever its stamp.
    fn look_at(
        &self,
        path: &str,
        scope: &Scope,
        batch: &mut Vec<Place>,
        listed: &mut Listed,
    ) -> Result<(), ReconcileError> {
        match self.source.walk(scope).next() {
            Some(entry) => {
                if let Some(found) = found(entry, listed)? {
                    self.progress.found_one();
                    batch.push(found);
                }
            }
            // Absence is believed only from a listing.
            None => listed.missing.push(path.to_owned()),
        }
        Ok(())
    }

    /// Takes what was found among what has to be read, unless it is known as it is; whether anybody
    /// still takes it.
    fn queue_if_changed(
        &self,
        mut found: Place,
        last: Option<FileRow>,
        batch: &mut Vec<Place>,
        listed: &mut Listed,
    ) -> bool {
        match last {
            Some(row) if row.key.is_some() && self.source.is_emptied(&found) => {
                listed.gone.push(found.path);
                true
            }
            Some(row) if row.stamp == found.stamp && !self.reread => {
                if row.refusal.is_some() {
                    listed.refused.insert(found.path, row);
                }
                true
            }
            last => {
                let is_same_row = |row: FileRow| self.source.is_same_row(row.stamp, found.stamp);
                found.recheck = !self.reread && last.is_some_and(is_same_row);
                self.queue(found, batch, listed)
            }
        }
    }

    /// Has what was found read; whether anybody still takes it.
    fn queue(&self, found: Place, batch: &mut Vec<Place>, listed: &mut Listed) -> bool {
        self.progress.found_one();
        // It may have been at rest in a scope that overlaps with this one.
        listed.refused.remove(&found.path);
        batch.push(found);
        // Nobody takes them any more when the store has failed, which is reported instead.
        batch.len() < BATCH_FILES || self.give.send(mem::take(batch)).is_ok()
    }
}

/// What a listing shows; `None` where it cannot show a part.
fn found(
    entry: Result<Place, ListingError>,
    listed: &mut Listed,
) -> Result<Option<Place>, ReconcileError> {
    match entry {
        Ok(found) => Ok(Some(found)),
        Err(ListingError::Unlisted(unlisted)) => {
            listed.unlisted.push(unlisted);
            Ok(None)
        }
        Err(ListingError::Source(failure)) => Err(failure.into()),
    }
}
