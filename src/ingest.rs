//! Readings: what a source holds now, compared with what the store was last told.
//!
//! Only this decides what a change means. A file that can no longer be read as an article keeps
//! the version that could; absence is believed only from a listing that succeeded, and not at all
//! when it would remove more than half of what is stored, until somebody confirms it. Of two
//! articles with one key the lowest path stays. Everything is committed before it is returned.
//!
//! Begin with [`driver::Driver::read`], which owns the source and the rules of a reading;
//! [`reconcile`] does one. What came of it is a [`report::Report`] and changes for the index.
//!
//! Uses [`model`](crate::model), [`config`](crate::config), [`store`](crate::store) and
//! [`source`](crate::source).

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
use std::sync::mpsc;
use std::thread;

use self::comparison::{Comparison, Listed};
pub use self::progress::{Progress, ProgressCounts, ProgressGuard};
use self::reading::{ReadFile, read_all};
use crate::index::natural;
use crate::ingest::change_set::{ChangeSet, key_conflict, owned_article};
use crate::ingest::key_conflicts::KeyConflicts;
use crate::model::article_meta::Change;
use crate::model::problem::{Problem, Severity};
use crate::model::record::RecordId;
use crate::model::removal_guard::is_too_many;
use crate::source::{Place, Scope, Source, SourceError, Unlisted};
use crate::store::{FileRow, Store, StoreError};

/// Files written in one transaction, and read ahead of the next: what a crash may cost, and what is
/// held in memory meanwhile.
const BATCH_FILES: usize = 4096;

/// How much less than others a thread that reads wants a processor (nice(2)).
const READING_NICENESS: i32 = 10;

/// How a reading is to be done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Read every file, whether it changed or not.
    pub reread: bool,
    /// Believe that more than half of the articles are gone.
    pub confirm_removal: bool,
    /// Articles that were stored a moment ago, those that were removed since then included.
    pub stored: usize,
    /// Articles that were removed since then: a folder that is emptied file by file is emptied too.
    pub removed: usize,
    /// Who goes first.
    pub priority: Priority,
}

/// Whether reading lets others go first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Priority {
    /// Nobody is waiting for anything else.
    #[default]
    Normal,
    /// Requests are answered meanwhile.
    Low,
}

/// What a reading found.
#[derive(Debug, Default)]
pub struct Reconciliation {
    /// What the index has to be told, all of it committed; what was taken meanwhile is not in it.
    pub changes: Vec<Change>,
    /// Records that no current article names.
    pub retired: Vec<RecordId>,
    /// Files that gave no article, or not their newest version, and what could not be listed.
    pub problems: Vec<Problem>,
    /// Files or rows that were read.
    pub read: usize,
    /// What operators call those that are good now, or gone.
    pub resolved: Vec<String>,
    /// Those that changed while they were read and have to be read again soon.
    pub unsettled: Vec<String>,
    /// Articles that were removed.
    pub removed: usize,
    /// Articles whose removal is held until it is confirmed.
    pub held: usize,
    /// Why the reading is not complete.
    pub failure: Option<ReconcileError>,
}

/// Why a reading is not complete; what it committed before stays.
#[derive(Debug, thiserror::Error)]
pub enum ReconcileError {
    /// The source failed.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Brings `store` up to what `source` holds within `scopes`. `progress` is told how far it is;
/// `meanwhile` is shown the changes that are committed so far, and may take them.
pub fn reconcile(
    source: &Source,
    store: &Store,
    scopes: &[Scope],
    options: Options,
    progress: &Progress,
    meanwhile: &mut dyn FnMut(&mut Vec<Change>),
) -> Reconciliation {
    let mut run = Run::new(source, store, options, progress, meanwhile);
    run.reports_resolved = !scopes.contains(&Scope::All);
    if let Err(error) = run.compare(scopes) {
        run.result.failure = Some(error);
    }
    run.report_refused();
    run.result
}

struct Run<'a> {
    source: &'a Source,
    store: &'a Store,
    options: Options,
    progress: &'a Progress,
    meanwhile: &'a mut dyn FnMut(&mut Vec<Change>),
    /// Whether somebody wants to know of everything that is good: of a whole source it goes without
    /// saying.
    reports_resolved: bool,
    /// Refused files by path: a later step of one reading may change its mind about a file.
    refused: BTreeMap<String, FileRow>,
    result: Reconciliation,
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
            result: Reconciliation::default(),
        }
    }

    /// Lists, reads and stores at the same time; what is gone is only known, and only believed, at
    /// the end.
    fn compare(&mut self, scopes: &[Scope]) -> Result<(), ReconcileError> {
        let (give, found) = mpsc::sync_channel(self.source.batches_ahead());
        let comparison = Comparison {
            source: self.source,
            store: self.store,
            reread: self.options.reread,
            progress: self.progress,
            give,
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
            missing,
            failure,
        } = listed;
        self.result.unsettled.extend(missing);
        for (path, row) in refused {
            // A reading that outcomes the file meanwhile knows better.
            self.refused.entry(path).or_insert(row);
        }
        for unlisted in &unlisted {
            self.report_unlisted(unlisted);
        }
        self.take_retries(retries?)?;
        if let Some(failure) = failure {
            return Err(failure);
        }
        let hidden: Vec<&Unlisted> = unlisted.iter().filter(|folder| folder.hides).collect();
        // Scopes overlap where a folder is removed with all that is in it.
        let gone: BTreeSet<String> = gone
            .into_iter()
            .filter(|path| !hidden.iter().any(|folder| is_below(path, &folder.path)))
            .collect();
        self.forget(&gone)
    }

    /// Reads files and commits what they gave, the next ones being read meanwhile; returns those
    /// that wait for a key which is free now. No transaction is open while a file is read: a file
    /// that hangs must not hold up the publisher.
    fn read_and_store<B: AsRef<[Place]>>(
        &mut self,
        batches: impl IntoIterator<Item = B> + Send,
    ) -> Result<Vec<Place>, ReconcileError> {
        let (source, store, progress) = (self.source, self.store, self.progress);
        let priority = self.options.priority;
        thread::scope(|scope| {
            let (give, given) = mpsc::sync_channel(1);
            scope.spawn(move || {
                if priority == Priority::Low {
                    lower_priority();
                }
                // The other end hangs up when the store fails.
                batches.into_iter().try_for_each(|files| {
                    give.send(read_all(source, store, files.as_ref(), progress))
                })
            });
            let mut retries = Vec::new();
            for files in given {
                retries.extend(self.store(files?)?);
            }
            Ok(retries)
        })
    }

    /// Reads files again that wait for keys, and those that wait for tretries.
    fn take_retries(&mut self, retries: Vec<Place>) -> Result<(), ReconcileError> {
        let mut waiting = retries;
        while !waiting.is_empty() {
            waiting = self.read_and_store(waiting.chunks(BATCH_FILES))?;
        }
        Ok(())
    }

    /// Commits files that were read; returns those that wait for a key which is free now.
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

    /// Those of files that were read of which something has to be stored. Whatever was read again and is
    /// what it was counts for nothing; only that it is no longer young is worth a note.
    fn without_unchanged(
        &mut self,
        files: Vec<Result<ReadFile, String>>,
    ) -> Result<Vec<Result<ReadFile, String>>, StoreError> {
        let mut news = Vec::with_capacity(files.len());
        for file in files {
            let known = match &file {
                Ok(file) if file.found.recheck => self.unchanged_row(file)?,
                Ok(_) | Err(_) => None,
            };
            match (known, &file) {
                (Some(row), Ok(file)) if row.stamp == file.found.stamp => {
                    self.note_outcome(file.found.path.clone(), Some(row));
                    continue;
                }
                (Some(_), _) => {}
                (None, _) => self.result.read += 1,
            }
            news.push(file);
        }
        Ok(news)
    }

    /// What is stored of a file, where it is what was just read; of a loser, that the same owner still has
    /// its key.
    fn unchanged_row(&self, file: &ReadFile) -> Result<Option<FileRow>, StoreError> {
        let ReadFile {
            found,
            columns,
            outcome,
        } = file;
        let Some(row) = self.store.file(&found.path)? else {
            return Ok(None);
        };
        // What only decides who may see an article is no part of its revision.
        let is_known = row.columns == *columns
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
        Ok(is_known.then_some(row))
    }

    /// Removes what is gone, unless that is more than half of everything.
    fn forget(&mut self, gone: &BTreeSet<String>) -> Result<(), ReconcileError> {
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
        (self.result.removed, self.result.held) = counts;
        let retries = self.accept(change_set)?;
        self.take_retries(retries)
    }

    /// Takes over what a committed transaction gave; returns the files to be read next.
    fn accept(&mut self, change_set: ChangeSet) -> Result<Vec<Place>, ReconcileError> {
        self.result.changes.extend(change_set.changes);
        (self.meanwhile)(&mut self.result.changes);
        self.result.retired.extend(change_set.retired);
        self.result.unsettled.extend(change_set.unsettled);
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
                    self.result.resolved.push(self.source.locate(&path));
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
            self.result.problems.push(Problem {
                severity: Severity::Error,
                file: self.source.locate(&path),
                line: refusal.line,
                column: None,
                message: format!("{}{kept}", refusal.reason),
                hint: Some(refusal.hint),
                excerpt: None,
            });
        }
        let problems = &mut self.result.problems;
        problems.sort_by(|a, b| natural(a.file.as_bytes(), b.file.as_bytes()));
    }

    fn report_unlisted(&mut self, unlisted: &Unlisted) {
        self.result.problems.push(Problem {
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

/// Lets whoever answers requests go first. Threads that this one starts do so too.
fn lower_priority() {
    // Reading at the same priority is better than not reading.
    let _ = rustix::process::nice(READING_NICENESS);
}

fn is_below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests;
