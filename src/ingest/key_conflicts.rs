//! Files that have the keys of others. How those others look is asked before the transaction begins
//! that decides between them: a database takes its time, and a transaction holds up everybody.

use std::collections::{BTreeMap, HashMap};

use super::ReconcileError;
use super::reading::ReadFile;
use crate::source::{Place, Source};
use crate::store::Store;

/// What stands where others of one batch have the same key.
#[derive(Default)]
pub(super) struct KeyConflicts(BTreeMap<String, Place>);

impl KeyConflicts {
    /// Those of files that were read. Between this and their transaction nobody else gives articles to
    /// the store.
    pub(super) fn of(
        files: &[Result<ReadFile, String>],
        source: &Source,
        store: &Store,
    ) -> Result<KeyConflicts, ReconcileError> {
        let good = files.iter().flatten().filter_map(|file| {
            let (meta, _) = file.outcome.as_ref().ok()?;
            Some((&file.found, &*meta.key))
        });
        let (found, keys): (Vec<&Place>, Vec<&str>) = good.unzip();
        let mut conflicts = BTreeMap::new();
        let mut claims = HashMap::with_capacity(keys.len());
        for (found, key) in found.iter().zip(&keys) {
            // It was read a moment ago.
            if let Some(other) = claims.insert(*key, *found) {
                conflicts.insert(other.path.clone(), other.clone());
            }
        }
        let owners = found.iter().zip(store.owners(&keys)?);
        let others = owners.filter_map(|(found, owner)| owner.filter(|path| *path != found.path));
        let others: Vec<String> = others
            .filter(|path| !conflicts.contains_key(path))
            .collect();
        let looked = source.stat(&others)?.into_iter();
        conflicts.extend(looked.map(|found| (found.path.clone(), found)));
        Ok(KeyConflicts(conflicts))
    }

    /// What stands at `path`, if something does.
    pub(super) fn at(&self, path: &str) -> Option<&Place> {
        self.0.get(path)
    }
}
