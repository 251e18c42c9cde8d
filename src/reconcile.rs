//! Reconciliation: what a source holds now, compared with what the store was last told.
//!
//! Only this decides what a change means. A file that can no longer be read as an article keeps
//! the version that could; absence is believed only from a listing that succeeded, and not at all
//! when it would remove more than half of what is stored, until somebody confirms it. Of two
//! articles with one key the lowest path stays. Everything is committed before it is returned.

use std::num::NonZero;
use std::thread;

use crate::article::{Accepted, Refusal};
use crate::catalog::{Change, Listing};
use crate::problem::{Problem, Severity};
use crate::source::directory::{Directory, Found, Outcome, Unlisted};
use crate::store::{
    ArticleRow, Batch, FileRow, FileStamp, Packed, Packer, RecordId, Store, StoreError,
};

/// Files read between two writes to the store.
const BATCH_FILES: usize = 1024;

/// Files written in one transaction: what a crash during the first reading may cost.
const COMMIT_FILES: usize = 32 * BATCH_FILES;

/// Fewer stored articles than this, and no removal is held.
const HELD_FROM: usize = 10;

/// How a reading is to be done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Read every file, whether it changed or not.
    pub reread: bool,
    /// Believe that more than half of the articles are gone.
    pub confirm_removal: bool,
}

/// What a reading found.
#[derive(Debug, Default)]
pub struct Reconciliation {
    /// What the catalog has to be told, all of it committed.
    pub changes: Vec<Change>,
    /// Records that no current article names.
    pub retired: Vec<RecordId>,
    /// Files that gave no article, or not their newest version, and what could not be listed.
    pub problems: Vec<Problem>,
    /// Files that were read.
    pub read: usize,
    /// Whether some file changed while it was read and has to be read again soon.
    pub unsettled: bool,
    /// Articles whose removal is held until it is confirmed.
    pub held: usize,
    /// Why the reading is not complete.
    pub failure: Option<ReconcileError>,
}

/// Why a reading is not complete; what it committed before stays.
#[derive(Debug, thiserror::Error)]
pub enum ReconcileError {
    /// The articles' folder cannot be listed.
    #[error("cannot list {folder}: {reason}")]
    Unlisted {
        /// The folder.
        folder: String,
        /// Why.
        reason: String,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Brings `store` up to what `directory` holds. `progress` is told how many files were read so far.
pub fn reconcile(
    directory: &Directory,
    store: &Store,
    options: Options,
    progress: &mut dyn FnMut(usize),
) -> Reconciliation {
    let mut run = Run {
        directory,
        store,
        options,
        progress,
        result: Reconciliation::default(),
    };
    if let Err(error) = run.all() {
        run.result.failure = Some(error);
    }
    run.result
}

struct Run<'a> {
    directory: &'a Directory,
    store: &'a Store,
    options: Options,
    progress: &'a mut dyn FnMut(usize),
    result: Reconciliation,
}

/// A file that has been read, its article packed for the store.
struct ReadFile {
    found: Found,
    outcome: Result<Option<(Accepted, Packed)>, Refusal>,
}

impl Run<'_> {
    fn all(&mut self) -> Result<(), ReconcileError> {
        let mut known = self.store.files()?.peekable();
        let (mut pending, mut gone, mut hidden, mut stored) =
            (Vec::new(), Vec::new(), Vec::new(), 0);
        for entry in self.directory.walk() {
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
                    self.report_unlisted(&unlisted);
                    hidden.extend(unlisted.hides.then_some(unlisted.path));
                    continue;
                }
            };
            let mut last = None;
            while let Some(row) =
                known.next_if(|row| row.as_ref().is_ok_and(|(path, _)| *path <= found.path))
            {
                let (path, row) = row?;
                stored += usize::from(row.key.is_some());
                if path == found.path {
                    last = Some(row);
                } else {
                    gone.push(path);
                }
            }
            match last {
                Some(row) if row.stamp == found.stamp && !self.options.reread => {
                    self.report_refused(&found.path, &row);
                }
                _ => pending.push(found),
            }
            if pending.len() >= COMMIT_FILES {
                self.take(std::mem::take(&mut pending))?;
            }
        }
        for row in known {
            let (path, row) = row?;
            stored += usize::from(row.key.is_some());
            gone.push(path);
        }
        self.take(pending)?;
        gone.retain(|path| !hidden.iter().any(|folder| is_below(path, folder)));
        self.forget(&gone, stored)
    }

    /// Reads files and commits what they gave.
    fn take(&mut self, files: Vec<Found>) -> Result<(), ReconcileError> {
        if files.is_empty() {
            return Ok(());
        }
        let (directory, store) = (self.directory, self.store);
        let mut given = Given::default();
        store.write(|batch| {
            for chunk in files.chunks(BATCH_FILES) {
                for file in read_all(directory, chunk) {
                    match file {
                        Some(file) => given.file(batch, directory, file)?,
                        None => given.unsettled = true,
                    }
                }
                self.result.read += chunk.len();
                (self.progress)(self.result.read);
            }
            Ok(())
        })?;
        self.accept(given)
    }

    /// Removes what is gone, unless that is more than half of everything.
    fn forget(&mut self, gone: &[String], stored: usize) -> Result<(), ReconcileError> {
        if gone.is_empty() {
            return Ok(());
        }
        let (directory, store) = (self.directory, self.store);
        let confirmed = self.options.confirm_removal;
        let mut given = Given::default();
        let held = store.write(|batch| {
            let mut lost = 0;
            for path in gone {
                lost += usize::from(owned_article(batch, path)?.is_some());
            }
            if lost * 2 > stored && stored >= HELD_FROM && !confirmed {
                return Ok(lost);
            }
            for path in gone {
                given.release(batch, path)?;
            }
            given.hand_over(batch, directory)?;
            Ok(0)
        })?;
        self.result.held = held;
        self.accept(given)
    }

    fn accept(&mut self, given: Given) -> Result<(), ReconcileError> {
        self.result.changes.extend(given.changes);
        self.result.retired.extend(given.retired);
        self.result.unsettled |= given.unsettled;
        for (path, row) in given.refused {
            self.report_refused(&path, &row);
        }
        Ok(())
    }

    fn report_refused(&mut self, path: &str, row: &FileRow) {
        let Some(refusal) = &row.refusal else { return };
        let kept = if row.key.is_some() {
            "; its last good version stays"
        } else {
            ""
        };
        self.result.problems.push(Problem {
            severity: Severity::Error,
            file: self.directory.root().join(path).display().to_string(),
            line: refusal.line,
            column: None,
            message: format!("{}{kept}", refusal.reason),
            hint: Some(refusal.hint.clone()),
            excerpt: None,
        });
    }

    fn report_unlisted(&mut self, unlisted: &Unlisted) {
        self.result.problems.push(Problem {
            severity: if unlisted.hides {
                Severity::Error
            } else {
                Severity::Warning
            },
            file: self
                .directory
                .root()
                .join(&unlisted.path)
                .display()
                .to_string(),
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

/// What one transaction gives to the catalog once it is committed.
#[derive(Default)]
struct Given {
    changes: Vec<Change>,
    retired: Vec<RecordId>,
    refused: Vec<(String, FileRow)>,
    freed: Vec<Box<str>>,
    unsettled: bool,
}

impl Given {
    /// Stores what a file gave.
    fn file(
        &mut self,
        batch: &mut Batch<'_>,
        directory: &Directory,
        file: ReadFile,
    ) -> Result<(), StoreError> {
        let ReadFile { found, outcome } = file;
        match outcome {
            Ok(None) => self.release(batch, &found.path)?,
            Ok(Some((accepted, packed))) => {
                self.article(batch, directory, &found, &accepted, &packed)?
            }
            Err(refusal) => {
                let key = batch.file(&found.path)?.and_then(|row| row.key);
                self.refuse(batch, &found, key, refusal)?;
            }
        }
        self.hand_over(batch, directory)
    }

    fn article(
        &mut self,
        batch: &mut Batch<'_>,
        directory: &Directory,
        found: &Found,
        accepted: &Accepted,
        packed: &Packed,
    ) -> Result<(), StoreError> {
        let article = &accepted.article;
        let earlier = batch.file(&found.path)?.and_then(|row| row.key);
        if earlier.as_deref().is_some_and(|key| key != article.key) {
            self.release(batch, &found.path)?;
        }
        let current = batch.article(&article.key)?;
        if let Some(row) = current.as_ref().filter(|row| *row.path != *found.path) {
            if *row.path < *found.path && directory.holds(&row.path) {
                batch.add_rival(&article.key, &found.path)?;
                return self.refuse(batch, found, None, rival(&article.key, &row.path));
            }
            if let Some(other) = directory.look(&row.path) {
                batch.add_rival(&article.key, &row.path)?;
                self.refuse(batch, &other, None, rival(&article.key, &found.path))?;
            }
        }
        let revision = article.revision();
        let record = match &current {
            Some(row) if row.listing.revision == revision => row.listing.record,
            _ => batch.add_record(packed)?,
        };
        let listing = Listing::new(accepted, revision, record);
        if let Some(row) = current.filter(|row| row.listing.record != record) {
            batch.retire(row.listing.record)?;
            self.retired.push(row.listing.record);
        }
        batch.put_article(&ArticleRow {
            listing: listing.clone(),
            path: found.path.as_str().into(),
        })?;
        let key = Some(listing.key.clone());
        self.changes.push(Change::Put(listing));
        batch.put_file(
            &found.path,
            &FileRow {
                stamp: found.stamp,
                key,
                refusal: None,
            },
        )
    }

    fn refuse(
        &mut self,
        batch: &mut Batch<'_>,
        found: &Found,
        key: Option<Box<str>>,
        refusal: Refusal,
    ) -> Result<(), StoreError> {
        let row = FileRow {
            stamp: found.stamp,
            key,
            refusal: Some(refusal),
        };
        batch.put_file(&found.path, &row)?;
        self.refused.push((found.path.clone(), row));
        Ok(())
    }

    /// Forgets a file, and its article unless another file has taken that over.
    fn release(&mut self, batch: &mut Batch<'_>, path: &str) -> Result<(), StoreError> {
        if let Some(row) = owned_article(batch, path)? {
            batch.remove_article(&row.listing.key)?;
            batch.retire(row.listing.record)?;
            self.retired.push(row.listing.record);
            self.changes.push(Change::Remove(row.listing.key.clone()));
            self.freed.push(row.listing.key);
        }
        batch.remove_file(path)
    }

    /// Gives freed keys to the files that waited for them.
    fn hand_over(
        &mut self,
        batch: &mut Batch<'_>,
        directory: &Directory,
    ) -> Result<(), StoreError> {
        while let Some(key) = self.freed.pop() {
            while let Some(path) = batch.take_rival(&key)? {
                let Some(found) = directory.look(&path) else {
                    continue;
                };
                match read_all(directory, std::slice::from_ref(&found))
                    .pop()
                    .flatten()
                {
                    Some(file) => self.file(batch, directory, file)?,
                    None => self.unsettled = true,
                }
                break;
            }
        }
        Ok(())
    }
}

/// The stored article that the file at `path` owns.
fn owned_article(batch: &Batch<'_>, path: &str) -> Result<Option<ArticleRow>, StoreError> {
    let Some(key) = batch.file(path)?.and_then(|row| row.key) else {
        return Ok(None);
    };
    Ok(batch.article(&key)?.filter(|row| *row.path == *path))
}

fn rival(key: &str, path: &str) -> Refusal {
    let reason = format!("its key `{key}` belongs to `{path}` already");
    Refusal::new(None, reason, "give one of the two another name or id")
}

fn is_below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Reads files on all processors; `None` for one that changed meanwhile. In the order given.
fn read_all(directory: &Directory, files: &[Found]) -> Vec<Option<ReadFile>> {
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let share = files.len().div_ceil(threads).max(1);
    if files.len() <= 1 {
        return read_some(directory, files);
    }
    thread::scope(|scope| {
        let shares: Vec<_> = files
            .chunks(share)
            .map(|files| scope.spawn(move || read_some(directory, files)))
            .collect();
        let joined = shares
            .into_iter()
            .map(|share| share.join().expect("a panicking gate is caught inside"));
        joined.flatten().collect()
    })
}

fn read_some(directory: &Directory, files: &[Found]) -> Vec<Option<ReadFile>> {
    let mut packer = Packer::new();
    let read = |found: &Found| {
        let outcome = match directory.read(found) {
            Outcome::Unsettled => return None,
            Outcome::Gone => Ok(None),
            Outcome::Refused(refusal) => Err(refusal),
            Outcome::Unreadable(refusal) => {
                let found = Found {
                    stamp: FileStamp::default(),
                    ..found.clone()
                };
                return Some(ReadFile {
                    found,
                    outcome: Err(refusal),
                });
            }
            Outcome::Accepted(accepted) => {
                match packer.as_mut().map(|packer| packer.pack(&accepted.article)) {
                    Ok(Ok(packed)) => Ok(Some((*accepted, packed))),
                    Ok(Err(_)) | Err(_) => Err(Refusal::new(
                        None,
                        "the article could not be packed",
                        "free some memory, then reload",
                    )),
                }
            }
        };
        Some(ReadFile {
            found: found.clone(),
            outcome,
        })
    };
    files.iter().map(read).collect()
}
