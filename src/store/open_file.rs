//! The open state file of a [`Store`](super::Store), and what other processes find in it.

use std::collections::VecDeque;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};

use redb::ReadTransaction;

use super::write_behind::WriteBehind;

/// The state file and what its end will tell the next start.
#[derive(Debug)]
pub(super) struct OpenFile {
    pub(super) backend: WriteBehind,
    pub(super) was_closed_cleanly: bool,
    /// Whether the file, once all is saved, has all that was answered.
    is_clean: AtomicBool,
    /// Whether a commit has failed.
    has_failed: AtomicBool,
}

impl OpenFile {
    pub(super) fn new(backend: WriteBehind, was_closed_cleanly: bool) -> OpenFile {
        OpenFile {
            backend,
            was_closed_cleanly,
            is_clean: AtomicBool::new(was_closed_cleanly),
            has_failed: AtomicBool::new(false),
        }
    }

    /// What an unclean end made unknown is known again once it is published and saved. A publication that
    /// is not saved yet is noted for the next start.
    pub(super) fn note_publication(&self, is_saved: bool) {
        let mark = self.backend.mark();
        if !mark.is_outdated() {
            self.is_clean.store(true, Ordering::Relaxed);
        }
        if !is_saved {
            mark.note_unsaved();
        }
    }

    /// Marks a clean end while the file may still be in use.
    pub(super) fn note_end(&self) {
        if self.is_clean() && self.backend.trouble().is_none() {
            self.backend.mark_clean();
        }
    }

    fn is_clean(&self) -> bool {
        self.is_clean.load(Ordering::Relaxed) && !self.has_failed.load(Ordering::Relaxed)
    }

    /// A new database has all that was answered, and a new file may replace the file.
    pub(super) fn note_renewal(&self) {
        self.has_failed.store(false, Ordering::Relaxed);
        self.backend.replace_file();
    }

    /// A commit has failed, so the file may never have all that was answered.
    pub(super) fn note_failure(&self) {
        self.has_failed.store(true, Ordering::Relaxed);
        self.backend.mark().note_loss();
    }
}

impl Drop for OpenFile {
    fn drop(&mut self) {
        self.backend.stop(self.is_clean());
    }
}

/// Commits that another process may find in the file while later ones wait for the disk. Their pages
/// must not be used again.
#[derive(Default)]
pub(super) struct ShownCommits(VecDeque<(u64, ReadTransaction)>);

impl fmt::Debug for ShownCommits {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} commits", self.0.len())
    }
}

impl ShownCommits {
    /// Adds the last commit, and drops those before the one that the file shows.
    pub(super) fn push(&mut self, transaction: ReadTransaction, file: &WriteBehind) {
        self.0.push_back((file.end_commit(), transaction));
        let passed = file.passed();
        while self.0.get(1).is_some_and(|(next, _)| *next <= passed) {
            self.0.pop_front();
        }
    }
}
