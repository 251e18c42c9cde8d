//! Readings: the source is compared with the store, and the store is brought up to date.
//!
//! Only this room decides what a change means. A file that is no longer a valid article keeps its last
//! good version. A missing file is removed only after a complete listing; if more than half of the
//! articles are missing, only after a confirmation of exactly that loss. Of two articles with one key, the
//! one with the lowest path stays. Everything is committed before it is returned.
//!
//! Begin with [`driver::Driver::read`], which holds the source and the state between readings;
//! [`reconcile`] does one reading. A [`ReadingResult`] holds a [`report::Report`] and the changes for
//! the index. [`problems::Problems`] counts what is wrong.
//!
//! Uses [`model`](crate::model), [`config`](crate::config), [`index`](crate::index),
//! [`store`](crate::store) and [`source`](crate::source).

mod change_set;
mod comparison;
pub mod driver;
mod key_conflicts;
mod observer;
pub mod problems;
mod progress;
mod reading;
pub mod renamed_file;
pub mod report;
pub mod state_header;

use std::collections::BTreeSet;
use std::mem;
use std::panic::resume_unwind;
use std::sync::Once;
use std::sync::mpsc::{self, SendError};
use std::thread;

use tracing::warn;

use self::comparison::{Comparison, Listed};
pub use self::observer::Observer;
pub use self::progress::{Progress, ProgressCounts, ProgressGuard};
use self::reading::{ReadArticle, ReadFile, read_all};
use crate::index::Index;
use crate::ingest::change_set::{ChangeSet, ProblemChange, owned_article};
use crate::ingest::key_conflicts::KeyConflicts;
use crate::ingest::problems::{FoundProblems, Problems};
use crate::ingest::renamed_file::{ArticleTrace, RECENT_MAX, RecentTraces, TextDigest};
use crate::ingest::report::Report;
use crate::model::article::Refusal;
use crate::model::article_meta::Change;
use crate::model::record::RecordId;
use crate::model::removal_guard::{Missing, Removal, RemovalGuard};
use crate::source::{Place, Scope, Source, SourceError};
use crate::store::{FileRow, Store, StoreError};

/// The niceness of threads that read at low priority; see nice(2).
const READING_NICENESS: i32 = 10;

/// The options of a reading.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options<'a> {
    /// Read unchanged files too.
    pub reread: bool,
    /// Which loss to believe that would else be held.
    pub removal: Removal,
    /// Articles in the store.
    pub stored: usize,
    /// The articles before the store was made anew, of which it has a part: those that a full reading does
    /// not find are missing.
    pub expected: Option<&'a Index>,
    /// The priority of the threads that read.
    pub priority: Priority,
    /// What is told of each article that is accepted.
    pub observer: Option<&'a Observer>,
}

/// What a reading has to know of earlier ones.
#[derive(Debug, Default)]
pub struct ReadingHistory {
    /// Their losses.
    pub guard: RemovalGuard,
    /// Their problems.
    pub problems: Problems,
    /// The last articles that were new or gone.
    recent: RecentTraces,
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
    /// Whether the loss was believed that was to be confirmed.
    pub confirmed: bool,
    /// Expected articles that were not found, and are not believed to be gone.
    pub held_back: usize,
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

/// Brings `store` up to date with `source` within `scopes`, and `history` with both. `meanwhile` gets the
/// changes that are committed so far, and may take them.
pub fn reconcile(
    source: &Source,
    store: &Store,
    scopes: &[Scope],
    options: Options<'_>,
    history: &mut ReadingHistory,
    progress: &Progress,
    meanwhile: &mut dyn FnMut(&mut Vec<Change>),
) -> ReadingResult {
    let mut run = Run::new(source, store, options, progress, meanwhile);
    run.is_full = scopes.iter().any(Scope::is_full);
    let ReadingHistory {
        guard,
        problems,
        recent,
    } = history;
    let gone = run.compare(scopes);
    let failure = gone.and_then(|gone| run.remove(&gone, guard, recent)).err();
    let (found, mut result) = (run.problems, run.result);
    let report = &mut result.report;
    report.failure = failure;
    let is_complete = report.failure.is_none();
    match problems.update(found, scopes, is_complete, source, store) {
        Ok(new) => report.new_problems = new,
        Err(failure) => report.failure = report.failure.take().or(Some(failure.into())),
    }
    report.problems = problems.summary().clone();
    result
}

struct Run<'a> {
    source: &'a Source,
    store: &'a Store,
    options: Options<'a>,
    progress: &'a Progress,
    meanwhile: &'a mut dyn FnMut(&mut Vec<Change>),
    /// Whether everything is compared.
    is_full: bool,
    /// Whether places could not be listed that may hold articles.
    hides: bool,
    /// Stored files that were not found in a place that could not be listed.
    hidden: BTreeSet<String>,
    problems: FoundProblems,
    /// Articles whose keys are new; none if the store was empty.
    added: Vec<ArticleTrace>,
    result: ReadingResult,
}

impl<'a> Run<'a> {
    fn new(
        source: &'a Source,
        store: &'a Store,
        options: Options<'a>,
        progress: &'a Progress,
        meanwhile: &'a mut dyn FnMut(&mut Vec<Change>),
    ) -> Run<'a> {
        Run {
            source,
            store,
            options,
            progress,
            meanwhile,
            is_full: true,
            hides: false,
            hidden: BTreeSet::new(),
            problems: FoundProblems::default(),
            added: Vec::new(),
            result: ReadingResult::default(),
        }
    }

    /// Lists, reads and stores at the same time; returns the missing files, which are known only at the
    /// end.
    fn compare(&mut self, scopes: &[Scope]) -> Result<BTreeSet<String>, ReconcileError> {
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
            stored,
            unlisted,
            hidden,
            new_rows,
            gone,
            failure,
        } = listed;
        self.result.report.new_rows = new_rows;
        self.hides = !hidden.is_empty();
        self.problems.stored = stored;
        self.problems.unlisted = unlisted;
        self.retry(retries?)?;
        if let Some(failure) = failure {
            return Err(failure);
        }
        let (hidden, gone) = gone.into_iter().partition(|path| is_hidden(path, &hidden));
        self.hidden = hidden;
        Ok(gone)
    }

    /// Reads files and commits the results while the next files are read; returns the files to retry,
    /// because their key is free now. No transaction is open while a file is read, since a file that
    /// hangs must not delay the publisher.
    fn read_and_store<B: AsRef<[Place]>>(
        &mut self,
        batches: impl IntoIterator<Item = B> + Send,
    ) -> Result<Vec<Place>, ReconcileError> {
        let (source, store, progress) = (self.source, self.store, self.progress);
        let Options {
            priority, observer, ..
        } = self.options;
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
                        let read = read_all(source, store, files, progress, observer);
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
            retries = self.read_and_store(retries.chunks(self.source.limits().batch))?;
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
        let mut change_set = ChangeSet {
            rereads: self.options.reread,
            ..ChangeSet::default()
        };
        // It is the disk that stalls then, not the reading.
        self.store.wait_for_room(|| self.progress.advance());
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
            let (unchanged, is_recheck) = match &file {
                // What cannot be read is tried again in each reading, so it is often refused as before.
                Ok(file) if file.found.recheck || file.outcome.is_err() => {
                    (self.unchanged_row(file)?, file.found.recheck)
                }
                Ok(_) | Err(_) => (None, false),
            };
            if unchanged.is_none() || !is_recheck {
                self.result.report.read += 1;
            }
            let stamp = file.as_ref().ok().map(|file| file.found.stamp);
            if unchanged.is_none_or(|row| Some(row.stamp) != stamp) {
                changed.push(file);
            }
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
            warnings,
        } = file;
        let Some(row) = self.store.file(&found.path)? else {
            return Ok(None);
        };
        // Visibility is not part of the revision, but of the columns.
        let is_unchanged = row.columns == *columns
            && row.warnings == *warnings
            && match outcome {
                Err(refusal) => {
                    row.refusal.as_ref() == Some(&refusal.stored())
                        && !self.shows_too_long(&row, refusal)?
                }
                Ok(ReadArticle { meta, .. }) => {
                    let owner = self.store.article(&meta.key)?;
                    owner.is_some_and(|owner| match &row.refusal {
                        None => *owner.path == *found.path && owner.meta.revision == meta.revision,
                        Some(refusal) => {
                            *refusal == key_conflicts::refusal(self.source, &meta.key, &owner.path)
                        }
                    })
                }
            };
        Ok(is_unchanged.then_some(row))
    }

    /// Whether the last good version of a file is there longer than its refusal lets it be.
    fn shows_too_long(&self, row: &FileRow, refusal: &Refusal) -> Result<bool, StoreError> {
        let (Some(key), Some(end)) = (&row.key, refusal.expires) else {
            return Ok(refusal.withdraws && row.key.is_some());
        };
        let article = self.store.article(key)?;
        let expires = article.and_then(|article| article.meta.expires);
        Ok(refusal.withdraws || expires.is_none_or(|expires| expires > end))
    }

    /// The keys of the expected articles that are nowhere.
    fn unfound(&mut self) -> Result<Vec<String>, StoreError> {
        let mut unfound = Vec::new();
        for key in self.options.expected.into_iter().flat_map(Index::keys) {
            if self.store.article(&key)?.is_none() {
                unfound.push(key);
            }
        }
        // They may be where nothing could be listed or read now.
        if self.hides || !self.result.report.unsettled.is_empty() {
            self.result.held_back = unfound.len();
            unfound.clear();
        }
        Ok(unfound)
    }

    /// Removes missing files, except for those whose loss is held.
    fn remove(
        &mut self,
        gone: &BTreeSet<String>,
        guard: &mut RemovalGuard,
        recent: &mut RecentTraces,
    ) -> Result<(), ReconcileError> {
        let added = mem::take(&mut self.added).into_iter();
        let source = self.source;
        let renamed = added.filter_map(|added| recent.add(added));
        let renamed = renamed.map(|file| file.problem(source));
        self.result.report.renamed.extend(renamed);
        let unfound = self.unfound()?;
        let (at, now) = self.source.clocks();
        let mut missing = Missing {
            paths: Vec::new(),
            hidden: self.hidden.iter().map(String::as_str).collect(),
            is_full: self.is_full,
            stored: self.options.stored,
            at,
            now,
        };
        let removal = self.options.removal;
        missing.paths.extend(unfound.iter().map(String::as_str));
        if gone.is_empty() && unfound.is_empty() {
            guard.note(&missing, guard.judge(&missing, removal));
            return Ok(());
        }
        let mut change_set = ChangeSet::default();
        let mut missing_rows = Vec::new();
        let verdict = self.store.write(|batch| {
            for path in gone {
                if let Some(row) = owned_article(batch, path)? {
                    missing.paths.push(path);
                    if missing.paths.len() <= RECENT_MAX && !recent.has_gone(path) {
                        missing_rows.push(row);
                    }
                }
            }
            let verdict = guard.judge(&missing, removal);
            for path in gone.iter().filter(|path| verdict.removes(path)) {
                change_set.release(batch, path)?;
            }
            change_set.find_retries(batch)?;
            Ok(verdict)
        })?;
        for key in &unfound {
            match verdict.removes(key) {
                true => change_set.changes.push(Change::Remove(key.as_str().into())),
                false => self.result.held_back += 1,
            }
        }
        self.result.confirmed = verdict.confirms;
        guard.note(&missing, verdict);
        // The texts are still there, because what is published names them.
        let mut reader = self.store.article_reader()?;
        for row in &missing_rows {
            let article = reader.article(row.meta.record)?;
            let gone = ArticleTrace::new(TextDigest::of(&article), row);
            let renamed = recent.remove(gone);
            let renamed = renamed.map(|file| file.problem(source));
            self.result.report.renamed.extend(renamed);
        }
        let retries = self.accept(change_set)?;
        self.retry(retries)
    }

    /// Takes the results of a committed transaction; returns the files to retry.
    fn accept(&mut self, change_set: ChangeSet) -> Result<Vec<Place>, ReconcileError> {
        self.progress.advance();
        self.result.changes.extend(change_set.changes);
        (self.meanwhile)(&mut self.result.changes);
        if self.options.stored > 0 {
            self.added.extend(change_set.added);
            self.added.truncate(RECENT_MAX);
        }
        self.result.retired.extend(change_set.retired);
        self.result.report.unsettled.extend(change_set.unsettled);
        for ProblemChange {
            path,
            before,
            after,
        } in change_set.problems
        {
            self.problems
                .note(self.source, &path, before.as_ref(), after.as_ref());
        }
        Ok(self.source.stat(&change_set.retries)?)
    }
}

/// Gives requests the processor first. Threads that this one starts inherit the priority.
fn lower_priority() {
    static WARNING: Once = Once::new();
    if let Err(error) = rustix::process::nice(READING_NICENESS) {
        WARNING.call_once(|| {
            warn!("articles are read at normal priority, because the system refuses a lower one: {error}");
        });
    }
}

/// Whether a place or a folder above it could not be listed.
fn is_hidden(path: &str, hidden: &BTreeSet<String>) -> bool {
    let folders = path.match_indices('/').map(|(end, _)| &path[..end]);
    folders.chain([path]).any(|place| hidden.contains(place))
}

#[cfg(test)]
mod tests;
