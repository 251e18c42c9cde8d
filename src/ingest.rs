//! Readings: the source is compared with the store, and the store is brought up to date.
//!
//! Only this room decides what a change means. A file that is no longer a valid article keeps its last
//! good version. A missing file is removed only after a complete listing; if more than half of the
//! articles are missing, only after a confirmation. Of two articles with one key, the one with the
//! lowest path stays. Everything is committed before it is returned.
//!
//! Begin with [`driver::Driver::read`], which holds the source and the state between readings;
//! [`reconcile`] does one reading. A [`ReadingResult`] holds a [`report::Report`] and the changes for
//! the index.
//!
//! Uses [`model`](crate::model), [`config`](crate::config), [`index`](crate::index),
//! [`store`](crate::store) and [`source`](crate::source).

mod change_set;
mod comparison;
pub mod driver;
mod key_conflicts;
mod progress;
mod reading;
pub mod report;
pub mod state_header;

use std::collections::{BTreeMap, BTreeSet};
use std::mem;
use std::panic::resume_unwind;
use std::sync::mpsc::{self, SendError};
use std::thread;

use self::comparison::{Comparison, Listed};
pub use self::progress::{Progress, ProgressCounts, ProgressGuard};
use self::reading::{ReadFile, read_all};
use crate::index::natural;
use crate::ingest::change_set::{ChangeSet, key_conflict, owned_article};
use crate::ingest::key_conflicts::KeyConflicts;
use crate::ingest::report::Report;
use crate::model::article_meta::Change;
use crate::model::problem::{Problem, Severity};
use crate::model::record::RecordId;
use crate::model::removal_guard::is_too_many;
use crate::source::{Place, Scope, Source, SourceError, Unlisted};
use crate::store::{FileRow, Store, StoreError};

/// Files in one transaction, which limits what a crash loses and what is held in memory.
const BATCH_FILES: usize = 4096;

/// The niceness of threads that read at low priority; see nice(2).
const READING_NICENESS: i32 = 10;

/// The options of a reading.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Read unchanged files too.
    pub reread: bool,
    /// Remove missing articles even if they are more than half.
    pub confirm_removal: bool,
    /// Articles in the store, including those in `removed`.
    pub stored: usize,
    /// Articles that were removed shortly before, so that a folder that is emptied file by file counts
    /// as emptied.
    pub removed: usize,
    /// The priority of the threads that read.
    pub priority: Priority,
}

/// The priority of a reading.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Priority {
    /// Nothing is served meanwhile.
    #[default]
    Normal,
    /// Requests are answered meanwhile, and go first.
    Low,
}

/// The result of a reading.
#[derive(Debug, Default)]
pub struct ReadingResult {
    /// What the log and the health show of it.
    pub report: Report,
    /// The committed changes for the index that `meanwhile` did not take.
    pub changes: Vec<Change>,
    /// Records that no current article names.
    pub retired: Vec<RecordId>,
    /// Articles that were removed.
    pub removed: usize,
}

/// Why a reading is not complete. What it has committed stays.
#[derive(Debug, thiserror::Error)]
pub enum ReconcileError {
    /// The source failed.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Brings `store` up to date with `source` within `scopes`. `meanwhile` gets the changes that are
/// committed so far, and may take them.
pub fn reconcile(
    source: &Source,
    store: &Store,
    scopes: &[Scope],
    options: Options,
    progress: &Progress,
    meanwhile: &mut dyn FnMut(&mut Vec<Change>),
) -> ReadingResult {
    let mut run = Run::new(source, store, options, progress, meanwhile);
    run.reports_resolved = !scopes.contains(&Scope::All);
    run.result.report.failure = run.compare(scopes).err();
    run.report_refused();
    run.result
}

struct Run<'a> {
    source: &'a Source,
    store: &'a Store,
    options: Options,
    progress: &'a Progress,
    meanwhile: &'a mut dyn FnMut(&mut Vec<Change>),
    /// Whether to list the files without a problem. A full reading needs no such list.
    reports_resolved: bool,
    /// Refused files by path; a file may be read twice in one reading.
    refused: BTreeMap<String, FileRow>,
    result: ReadingResult,
}

impl<'a> Run<'a> {
    fn new(
        source: &'a Source,
        store: &'a Store,
        options: Options,
        progress: &'a Progress,
        meanwhile: &'a mut dyn FnMut(&mut Vec<Change>),
    ) -> Run<'a> {
        Run {
            source,
            store,
            options,
            progress,
            meanwhile,
            reports_resolved: false,
            refused: BTreeMap::new(),
            result: ReadingResult::default(),
        }
    }

    /// Lists, reads and stores at the same time. Missing files are known only at the end.
    fn compare(&mut self, scopes: &[Scope]) -> Result<(), ReconcileError> {
        let (batches, found) = mpsc::sync_channel(self.source.limits().batches_ahead);
        let comparison = Comparison {
            source: self.source,
            store: self.store,
            reread: self.options.reread,
            progress: self.progress,
            batches,
        };
        let (listed, retries) = thread::scope(|scope| {
            let listing = scope.spawn(|| comparison.run(scopes));
            let retries = self.read_and_store(found);
            let listed = listing.join().unwrap_or_else(|panic| resume_unwind(panic));
            (listed, retries)
        });
        let Listed {
            refused,
            unlisted,
            gone,
            failure,
        } = listed;
        for (path, row) in refused {
            // If the file was also read, that result is newer.
            self.refused.entry(path).or_insert(row);
        }
        for unlisted in &unlisted {
            self.report_unlisted(unlisted);
        }
        self.retry(retries?)?;
        if let Some(failure) = failure {
            return Err(failure);
        }
        let hidden: Vec<&Unlisted> = unlisted.iter().filter(|folder| folder.hides).collect();
        let gone: BTreeSet<String> = gone
            .into_iter()
            .filter(|path| !hidden.iter().any(|folder| is_below(path, &folder.path)))
            .collect();
        self.remove(&gone)
    }

    /// Reads files and commits the results while the next files are read; returns the files to retry,
    /// because their key is free now. No transaction is open while a file is read, since a file that
    /// hangs must not delay the publisher.
    fn read_and_store<B: AsRef<[Place]>>(
        &mut self,
        batches: impl IntoIterator<Item = B> + Send,
    ) -> Result<Vec<Place>, ReconcileError> {
        let (source, store, progress) = (self.source, self.store, self.progress);
        let priority = self.options.priority;
        thread::scope(|scope| {
            let (sender, results) = mpsc::sync_channel(1);
            scope.spawn(move || {
                if priority == Priority::Low {
                    lower_priority();
                }
                // The receiver is dropped when the store fails.
                batches.into_iter().try_for_each(|files| {
                    let mut files = files.as_ref();
                    while !files.is_empty() {
                        let read = read_all(source, store, files, progress);
                        let done = read.as_ref().map_or(files.len(), Vec::len);
                        sender.send(read)?;
                        files = &files[done..];
                    }
                    Ok::<(), SendError<_>>(())
                })
            });
            let mut retries = Vec::new();
            for files in results {
                retries.extend(self.store(files?)?);
            }
            Ok(retries)
        })
    }

    /// Reads files again whose key is free now, until no other key becomes free.
    fn retry(&mut self, mut retries: Vec<Place>) -> Result<(), ReconcileError> {
        while !retries.is_empty() {
            retries = self.read_and_store(retries.chunks(BATCH_FILES))?;
        }
        Ok(())
    }

    /// Commits files that were read; returns the files to retry.
    fn store(
        &mut self,
        files: Vec<Result<ReadFile, String>>,
    ) -> Result<Vec<Place>, ReconcileError> {
        let files = self.without_unchanged(files)?;
        if files.is_empty() {
            return Ok(Vec::new());
        }
        let conflicts = KeyConflicts::of(&files, self.source, self.store)?;
        let mut change_set = ChangeSet::default();
        self.store.write(|batch| {
            for file in files {
                match file {
                    Ok(file) => change_set.file(batch, &conflicts, file)?,
                    Err(path) => change_set.unsettled.push(path),
                }
            }
            change_set.find_retries(batch)
        })?;
        self.accept(change_set)
    }

    /// The files that have to be stored. A recheck that shows no change counts only if it ends the
    /// recheck window.
    fn without_unchanged(
        &mut self,
        files: Vec<Result<ReadFile, String>>,
    ) -> Result<Vec<Result<ReadFile, String>>, StoreError> {
        let mut changed = Vec::with_capacity(files.len());
        for file in files {
            let unchanged = match &file {
                Ok(file) if file.found.recheck => self.unchanged_row(file)?,
                Ok(_) | Err(_) => None,
            };
            match (unchanged, &file) {
                (Some(row), Ok(file)) if row.stamp == file.found.stamp => {
                    self.note_outcome(file.found.path.clone(), Some(row));
                    continue;
                }
                (Some(_), _) => {}
                (None, _) => self.result.report.read += 1,
            }
            changed.push(file);
        }
        Ok(changed)
    }

    /// The stored row of a file whose content has not changed; if its key belongs to another file, that
    /// has not changed either.
    fn unchanged_row(&self, file: &ReadFile) -> Result<Option<FileRow>, StoreError> {
        let ReadFile {
            found,
            columns,
            outcome,
        } = file;
        let Some(row) = self.store.file(&found.path)? else {
            return Ok(None);
        };
        // Visibility is not part of the revision, but of the columns.
        let is_unchanged = row.columns == *columns
            && match outcome {
                Err(refusal) => row.refusal.as_ref() == Some(refusal),
                Ok((meta, _)) => {
                    let owner = self.store.article(&meta.key)?;
                    owner.is_some_and(|owner| match &row.refusal {
                        None => *owner.path == *found.path && owner.meta.revision == meta.revision,
                        Some(refusal) => *refusal == key_conflict(&meta.key, &owner.path),
                    })
                }
            };
        Ok(is_unchanged.then_some(row))
    }

    /// Removes missing files, unless they hold more than half of the articles.
    fn remove(&mut self, gone: &BTreeSet<String>) -> Result<(), ReconcileError> {
        if gone.is_empty() {
            return Ok(());
        }
        let Options {
            confirm_removal,
            stored,
            removed,
            ..
        } = self.options;
        let mut change_set = ChangeSet::default();
        let counts = self.store.write(|batch| {
            let mut lost = 0;
            for path in gone {
                lost += usize::from(owned_article(batch, path)?.is_some());
            }
            if lost > 0 && is_too_many(lost + removed, stored) && !confirm_removal {
                return Ok((0, lost));
            }
            for path in gone {
                change_set.release(batch, path)?;
            }
            change_set.find_retries(batch)?;
            Ok((lost, 0))
        })?;
        (self.result.removed, self.result.report.held) = counts;
        let retries = self.accept(change_set)?;
        self.retry(retries)
    }

    /// Takes the results of a committed transaction; returns the files to retry.
    fn accept(&mut self, change_set: ChangeSet) -> Result<Vec<Place>, ReconcileError> {
        self.result.changes.extend(change_set.changes);
        (self.meanwhile)(&mut self.result.changes);
        self.result.retired.extend(change_set.retired);
        self.result.report.unsettled.extend(change_set.unsettled);
        for (path, row) in change_set.outcomes {
            self.note_outcome(path, row);
        }
        Ok(self.source.stat(&change_set.retries)?)
    }

    fn note_outcome(&mut self, path: String, row: Option<FileRow>) {
        match row.filter(|row| row.refusal.is_some()) {
            Some(row) => {
                self.refused.insert(path, row);
            }
            None => {
                self.refused.remove(&path);
                if self.reports_resolved {
                    self.result.report.resolved.push(self.source.locate(&path));
                }
            }
        }
    }

    fn report_refused(&mut self) {
        for (path, row) in mem::take(&mut self.refused) {
            let Some(refusal) = row.refusal else { continue };
            let kept = if row.key.is_some() {
                "; its last good version stays"
            } else {
                ""
            };
            self.result.report.problems.push(Problem {
                severity: Severity::Error,
                file: self.source.locate(&path),
                line: refusal.line,
                column: None,
                message: format!("{}{kept}", refusal.reason),
                hint: Some(refusal.hint),
                excerpt: None,
            });
        }
        let problems = &mut self.result.report.problems;
        problems.sort_by(|a, b| natural(a.file.as_bytes(), b.file.as_bytes()));
    }

    fn report_unlisted(&mut self, unlisted: &Unlisted) {
        self.result.report.problems.push(Problem {
            severity: unlisted.severity,
            file: self.source.locate(&unlisted.path),
            line: None,
            column: None,
            message: format!("skipped: {}", unlisted.reason),
            hint: unlisted
                .hides
                .then(|| "what was read from there before stays".to_owned()),
            excerpt: None,
        });
    }
}

/// Gives requests the processor first. Threads that this one starts inherit the priority.
fn lower_priority() {
    // If that fails, reading goes on at normal priority.
    let _ = rustix::process::nice(READING_NICENESS);
}

fn is_below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests;
