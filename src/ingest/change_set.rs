//! One transaction of a reading: writes files to the store, and collects the changes for the index.

use super::reading::{ReadArticle, ReadFile};
use super::renamed_file::{ArticleTrace, RECENT_MAX};
use crate::ingest::key_conflicts::KeyConflicts;
use crate::model::article::Refusal;
use crate::model::article_meta::{ArticleMeta, Change};
use crate::model::record::{RecordId, Stamp};
use crate::model::time::Timestamp;
use crate::source::Place;
use crate::store::{ArticleRow, Batch, FileRow, PutCause, StoreError};

/// The changes of one transaction, valid once it is committed.
#[derive(Default)]
pub(super) struct ChangeSet {
    pub(super) changes: Vec<Change>,
    pub(super) retired: Vec<RecordId>,
    /// Articles whose keys are new, at most [`RECENT_MAX`].
    pub(super) added: Vec<ArticleTrace>,
    /// Files that have problems, or had some.
    pub(super) problems: Vec<ProblemChange>,
    /// Keys that no article has any more.
    pub(super) freed: Vec<Box<str>>,
    /// Files that conflicted with an article of such a key.
    pub(super) retries: Vec<String>,
    pub(super) unsettled: Vec<String>,
    /// Whether unchanged files are read too, by other rules than before.
    pub(super) rereads: bool,
}

/// A file whose row has problems before or after a transaction.
pub(super) struct ProblemChange {
    pub(super) path: String,
    /// Its row before, if that had problems.
    pub(super) before: Option<FileRow>,
    /// Its row after, if that has some.
    pub(super) after: Option<FileRow>,
}

impl ChangeSet {
    pub(super) fn file(
        &mut self,
        batch: &mut Batch<'_>,
        conflicts: &KeyConflicts<'_>,
        file: ReadFile,
    ) -> Result<(), StoreError> {
        let ReadFile {
            found,
            columns,
            outcome,
            warnings,
        } = file;
        let before = batch.file(&found.path)?;
        match outcome {
            Ok(article) => {
                let row = FileRow {
                    stamp: found.stamp,
                    key: Some(article.meta.key.clone()),
                    refusal: None,
                    columns,
                    warnings,
                };
                self.article(batch, conflicts, &found, before, row, article)
            }
            Err(refusal) if refusal.withdraws => {
                if before.is_some() {
                    self.release(batch, &found.path)?;
                }
                self.refuse(batch, &found, columns, None, None, refusal)
            }
            Err(refusal) => {
                if let Some(end) = refusal.expires {
                    self.expire(batch, &found.path, end)?;
                }
                let key = before.as_ref().and_then(|row| row.key.clone());
                self.refuse(batch, &found, columns, key, before, refusal)
            }
        }
    }

    fn article(
        &mut self,
        batch: &mut Batch<'_>,
        conflicts: &KeyConflicts<'_>,
        found: &Place,
        mut before: Option<FileRow>,
        file: FileRow,
        article: ReadArticle,
    ) -> Result<(), StoreError> {
        let ReadArticle {
            meta,
            packed,
            digest,
        } = article;
        let key = meta.key.clone();
        let earlier = before.as_ref().and_then(|row| row.key.as_ref());
        if earlier.is_some_and(|earlier| *earlier != key) {
            self.release(batch, &found.path)?;
            before = None;
        }
        let current = batch.article(&key)?;
        if let Some(row) = current.as_ref().filter(|row| *row.path != *found.path) {
            match conflicts.at(&row.path) {
                Some(_) if *row.path < *found.path => {
                    batch.add_key_conflict(&key, &found.path)?;
                    let refusal = conflicts.refusal(&key, &row.path);
                    return self.refuse(batch, found, file.columns, None, before, refusal);
                }
                Some(other) => {
                    batch.add_key_conflict(&key, &row.path)?;
                    let before = batch.file(&row.path)?;
                    let (stamp, columns) = before
                        .as_ref()
                        .map_or((Stamp::default(), 0), |row| (row.stamp, row.columns));
                    // It may have changed since it was read, which the next comparison has to find.
                    let other = Place {
                        stamp,
                        ..other.clone()
                    };
                    let refusal = conflicts.refusal(&key, &found.path);
                    self.refuse(batch, &other, columns, None, before, refusal)?;
                }
                // If it is only hidden, it is read again once it is listed again.
                None => self.remove_file(batch, &row.path)?,
            }
        }
        let stored = current.as_ref().map(|row| &row.meta);
        let same = stored.filter(|stored| stored.revision == meta.revision);
        let record = match same {
            Some(stored) => stored.record,
            None => batch.add_record(&packed)?,
        };
        let row = ArticleRow {
            meta: ArticleMeta { record, ..meta },
            path: found.path.as_str().into(),
        };
        if current.is_none() && self.added.len() < RECENT_MAX {
            self.added.push(ArticleTrace {
                digest,
                path: row.path.clone(),
                key: row.meta.key.clone(),
            });
        }
        if current.as_ref() != Some(&row) {
            let is_same_file =
                |before: &FileRow| before.stamp == file.stamp && before.columns == file.columns;
            let cause = match self.rereads && before.as_ref().is_some_and(is_same_file) {
                true => PutCause::Reread,
                false => PutCause::Edit,
            };
            batch.put_article(&row, cause)?;
            self.changes.push(Change::Put(row.meta));
        }
        if let Some(stored) = current.filter(|row| row.meta.record != record) {
            batch.retire(stored.meta.record)?;
            self.retired.push(stored.meta.record);
        }
        batch.put_file(&found.path, &file)?;
        self.note(&found.path, before, Some(file));
        Ok(())
    }

    fn refuse(
        &mut self,
        batch: &mut Batch<'_>,
        found: &Place,
        columns: u64,
        key: Option<Box<str>>,
        before: Option<FileRow>,
        refusal: Refusal,
    ) -> Result<(), StoreError> {
        let row = FileRow {
            stamp: found.stamp,
            key,
            refusal: Some(refusal.stored()),
            columns,
            warnings: Vec::new(),
        };
        batch.put_file(&found.path, &row)?;
        self.note(&found.path, before, Some(row));
        Ok(())
    }

    /// Lets the article of a file leave at `end`, unless it leaves earlier. Once the file is accepted, its
    /// article has its own expiry again.
    fn expire(
        &mut self,
        batch: &mut Batch<'_>,
        path: &str,
        end: Timestamp,
    ) -> Result<(), StoreError> {
        let Some(mut row) = owned_article(batch, path)? else {
            return Ok(());
        };
        if row.meta.expires.is_none_or(|expires| expires > end) {
            row.meta.expires = Some(end);
            batch.put_article(&row, PutCause::Edit)?;
            self.changes.push(Change::Put(row.meta));
        }
        Ok(())
    }

    /// Removes a file, and its article unless that belongs to another file now.
    pub(super) fn release(&mut self, batch: &mut Batch<'_>, path: &str) -> Result<(), StoreError> {
        if let Some(row) = owned_article(batch, path)? {
            batch.remove_article(&row.meta.key)?;
            batch.retire(row.meta.record)?;
            self.retired.push(row.meta.record);
            self.changes.push(Change::Remove(row.meta.key.clone()));
            self.freed.push(row.meta.key);
        }
        self.remove_file(batch, path)
    }

    fn remove_file(&mut self, batch: &mut Batch<'_>, path: &str) -> Result<(), StoreError> {
        let before = batch.file(path)?;
        self.note(path, before, None);
        batch.remove_file(path)
    }

    fn note(&mut self, path: &str, before: Option<FileRow>, after: Option<FileRow>) {
        let before = before.filter(FileRow::has_problems);
        let after = after.filter(FileRow::has_problems);
        if before.is_some() || after.is_some() {
            self.problems.push(ProblemChange {
                path: path.to_owned(),
                before,
                after,
            });
        }
    }

    /// Finds the files whose keys are free now. All of them are read again: the lowest path that still has
    /// the key gets it, the others remain in conflict.
    pub(super) fn find_retries(&mut self, batch: &mut Batch<'_>) -> Result<(), StoreError> {
        for key in self.freed.drain(..) {
            while let Some(path) = batch.take_key_conflict(&key)? {
                // If that fails, the next comparison finds another stamp.
                if let Some(row) = batch.file(&path)? {
                    let stamp = Stamp::default();
                    batch.put_file(&path, &FileRow { stamp, ..row })?;
                }
                self.retries.push(path);
            }
        }
        self.retries.sort_unstable();
        Ok(())
    }
}

/// The article of the file at `path`.
pub(super) fn owned_article(
    batch: &Batch<'_>,
    path: &str,
) -> Result<Option<ArticleRow>, StoreError> {
    let Some(key) = batch.file(path)?.and_then(|row| row.key) else {
        return Ok(None);
    };
    Ok(batch.article(&key)?.filter(|row| *row.path == *path))
}
