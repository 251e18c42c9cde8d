//! The comparison of a listing with what the store knows: which files have to be read, and what is
//! no longer there.

use std::collections::BTreeMap;
use std::mem;
use std::sync::mpsc::SyncSender;

use super::{BATCH_FILES, Progress, ReconcileError};
use crate::source::directory::{Directory, Found, Scope, Unlisted};
use crate::store::{FileRow, Store};
use crate::time::Timestamp;

/// A file that was an article and is empty for so long was emptied on purpose.
const EMPTY_SECONDS: i64 = 60;

/// What is compared, and who is given the files to be read. Those need not wait for the last one,
/// so the store may have moved on before the listing ends; nothing here depends on it.
pub(super) struct Comparison<'a> {
    pub(super) directory: &'a Directory,
    pub(super) store: &'a Store,
    /// Read every file, whether it changed or not.
    pub(super) reread: bool,
    pub(super) progress: &'a Progress,
    /// Takes files in the order they are found, [`BATCH_FILES`] at a time.
    pub(super) give: SyncSender<Vec<Found>>,
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
        batch: &mut Vec<Found>,
        listed: &mut Listed,
    ) -> Result<(), ReconcileError> {
        let below = match scope {
            Scope::Whole => "",
            Scope::Below { path, .. } => path,
        };
        let mut known = self.store.files(below)?.peekable();
        for entry in self.directory.walk(scope) {
            let found = match entry {
                Ok(found) => found,
                Err(unlisted) if unlisted.path.is_empty() => {
                    let folder = self.directory.root().display().to_string();
                    return Err(ReconcileError::Unlisted {
                        folder,
                        reason: unlisted.reason,
                    });
                }
                Err(unlisted) => {
                    listed.unlisted.push(unlisted);
                    continue;
                }
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
            match last {
                Some(row) if row.key.is_some() && is_emptied(&found) => {
                    listed.gone.push(found.path);
                }
                Some(row) if row.stamp == found.stamp && !self.reread => {
                    if row.refusal.is_some() {
                        listed.refused.insert(found.path, row);
                    }
                }
                _ => {
                    self.progress.found_one();
                    // It may have been at rest in a scope that overlaps with this one.
                    listed.refused.remove(&found.path);
                    batch.push(found);
                }
            }
            // Nobody takes them any more when the store has failed, which is reported instead.
            if batch.len() >= BATCH_FILES && self.give.send(mem::take(batch)).is_err() {
                return Ok(());
            }
        }
        for row in known {
            listed.gone.push(row?.0);
        }
        Ok(())
    }
}

/// Whether a file has been empty long enough to count as deleted.
fn is_emptied(found: &Found) -> bool {
    let written = i64::try_from(found.stamp.modified / 1_000_000_000).unwrap_or(i64::MAX);
    found.stamp.size == 0 && Timestamp::now().0.saturating_sub(written) >= EMPTY_SECONDS
}
