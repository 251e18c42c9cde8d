//! Files with the key of another file. The other file is checked before the transaction that decides
//! between them begins: a database may be slow, and a transaction blocks every other writer.

use std::collections::{BTreeMap, HashMap};

use super::ReconcileError;
use super::reading::{ReadArticle, ReadFile};
use crate::source::{Place, Source};
use crate::store::Store;

/// The other files that exist and have the same key as a file of one batch.
#[derive(Default)]
pub(super) struct KeyConflicts(BTreeMap<String, Place>);

impl KeyConflicts {
    /// The conflicts of files that were read. No other writer stores articles until their transaction.
    pub(super) fn of(
        files: &[Result<ReadFile, String>],
        source: &Source,
        store: &Store,
    ) -> Result<KeyConflicts, ReconcileError> {
        let accepted = files.iter().flatten().filter_map(|file| {
            let ReadArticle { meta, .. } = file.outcome.as_ref().ok()?;
            Some((&file.found, &*meta.key))
        });
        let (found, keys): (Vec<&Place>, Vec<&str>) = accepted.unzip();
        let mut conflicts = BTreeMap::new();
        let mut claims = HashMap::with_capacity(keys.len());
        for (found, key) in found.iter().zip(&keys) {
            // It was just read, so it exists.
            if let Some(other) = claims.insert(*key, *found) {
                conflicts.insert(other.path.clone(), other.clone());
            }
        }
        let owners = found.iter().zip(store.owners(&keys)?);
        let others = owners.filter_map(|(found, owner)| owner.filter(|path| *path != found.path));
        let others: Vec<String> = others
            .filter(|path| !conflicts.contains_key(path))
            .collect();
        let existing = source.stat(&others)?.into_iter();
        conflicts.extend(existing.map(|found| (found.path.clone(), found)));
        Ok(KeyConflicts(conflicts))
    }

    pub(super) fn at(&self, path: &str) -> Option<&Place> {
        self.0.get(path)
    }
}
