//! Files with the key of another file. The other file is checked before the transaction that decides
//! between them begins: a database may be slow, and a transaction blocks every other writer.

use std::collections::{BTreeMap, HashMap};

use super::ReconcileError;
use super::reading::{ReadArticle, ReadFile};
use crate::model::article::Refusal;
use crate::source::{Place, Source};
use crate::store::Store;

/// The other files that exist and have the same key as a file of one batch.
pub(super) struct KeyConflicts<'s> {
    source: &'s Source,
    others: BTreeMap<String, Place>,
}

impl<'s> KeyConflicts<'s> {
    /// The conflicts of files that were read. No other writer stores articles until their transaction.
    pub(super) fn of(
        files: &[Result<ReadFile, String>],
        source: &'s Source,
        store: &Store,
    ) -> Result<KeyConflicts<'s>, ReconcileError> {
        let accepted = files.iter().flatten().filter_map(|file| {
            let ReadArticle { meta, .. } = file.outcome.as_ref().ok()?;
            Some((&file.found, &*meta.key))
        });
        let (found, keys): (Vec<&Place>, Vec<&str>) = accepted.unzip();
        let mut others = BTreeMap::new();
        let mut claims = HashMap::with_capacity(keys.len());
        for (found, key) in found.iter().zip(&keys) {
            // It was just read, so it exists.
            if let Some(other) = claims.insert(*key, *found) {
                others.insert(other.path.clone(), other.clone());
            }
        }
        let owners = found.iter().zip(store.owners(&keys)?);
        let owners = owners.filter_map(|(found, owner)| owner.filter(|path| *path != found.path));
        let owners: Vec<String> = owners.filter(|path| !others.contains_key(path)).collect();
        let existing = source.stat(&owners)?.into_iter();
        others.extend(existing.map(|found| (found.path.clone(), found)));
        Ok(KeyConflicts { source, others })
    }

    pub(super) fn at(&self, path: &str) -> Option<&Place> {
        self.others.get(path)
    }

    /// The refusal of a file whose key the file at `path` has.
    pub(super) fn refusal(&self, key: &str, path: &str) -> Refusal {
        refusal(self.source, key, path)
    }
}

/// The refusal of a file whose key the file at `path` has.
pub(super) fn refusal(source: &Source, key: &str, path: &str) -> Refusal {
    let path = source.locate(path);
    let reason = format!("its key `{key}` belongs to `{path}` already");
    Refusal::new(None, reason, "give one of the two another name or id")
}
