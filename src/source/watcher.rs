//! What tells that a source changed, for each kind of source.
//!
//! A watcher yields the scopes that are worth a reading, and is told how each reading went. That a
//! database does not answer goes through a channel of its own, since somebody has to say so while a
//! reading hangs.

use crate::source::directory::watcher::DirectoryWatcher;
use crate::source::sql::watcher::SqlWatcher;
use crate::source::watcher_messages::{Down, ReadingNote};
use crate::source::{Scope, Source};

/// A source, and what it tells by itself.
pub(crate) enum SourceWatcher {
    /// A folder sends events.
    Directory(Box<DirectoryWatcher>),
    /// A database gives signals, and is asked.
    Sql(Box<SqlWatcher>),
}

impl SourceWatcher {
    /// Begins, before the first reading, so that nothing changes unseen in between.
    pub(crate) async fn start(source: &Source, down: &Down) -> SourceWatcher {
        match source {
            Source::Directory(directory) => {
                let watcher = DirectoryWatcher::start(directory.clone()).await;
                SourceWatcher::Directory(Box::new(watcher))
            }
            Source::Sql(sql) => {
                SourceWatcher::Sql(Box::new(SqlWatcher::start(sql.clone(), down.clone())))
            }
        }
    }

    /// Waits for something that is worth a reading.
    pub(crate) async fn next(&mut self) -> Vec<Scope> {
        match self {
            SourceWatcher::Directory(watcher) => watcher.next().await,
            SourceWatcher::Sql(watcher) => watcher.next().await,
        }
    }

    /// Takes note of how a reading went.
    pub(crate) async fn note(&mut self, note: ReadingNote) {
        match self {
            SourceWatcher::Directory(watcher) => watcher.look_again(note.unsettled),
            SourceWatcher::Sql(watcher) => watcher.note(&note).await,
        }
    }

    /// Takes note of a reading that did not end.
    pub(crate) fn note_broken(&mut self) {
        match self {
            SourceWatcher::Directory(_) => {}
            SourceWatcher::Sql(watcher) => watcher.compare_soon(),
        }
    }

    /// Believes a loss that was reported.
    pub(crate) fn confirm(&self) {
        match self {
            SourceWatcher::Directory(_) => {}
            SourceWatcher::Sql(watcher) => watcher.confirm(),
        }
    }

    /// Whether the source is known not to answer.
    pub(crate) fn is_down(&self) -> bool {
        match self {
            SourceWatcher::Directory(_) => false,
            SourceWatcher::Sql(watcher) => watcher.is_down(),
        }
    }

    /// Whether a reading that went well, of everything or not, shows that the source is well.
    pub(crate) fn is_proof(&self, is_full: bool) -> bool {
        match self {
            SourceWatcher::Directory(_) => true,
            SourceWatcher::Sql(watcher) => watcher.is_proof(is_full),
        }
    }
}
