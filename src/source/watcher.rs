//! Watches a source for changes.
//!
//! A watcher yields the scopes to read, and is told the result of each reading. An outage of a database
//! goes through a channel of its own, because it must be reported while a reading hangs.

use crate::source::directory::watcher::DirectoryWatcher;
use crate::source::directory::{self, Directory};
use crate::source::sql::{self, watcher::SqlWatcher};
use crate::source::watcher_messages::{OutageSender, ReadingNote};
use crate::source::wordpress::watcher::WordPressWatcher;
use crate::source::{Scope, Source};

/// The watcher of a source.
pub(crate) enum SourceWatcher {
    Directory(Box<DirectoryWatcher>),
    Sql(Box<SqlWatcher>),
    WordPress(Box<WordPressWatcher>),
}

impl SourceWatcher {
    /// Starts to watch. Call it before the first reading, so that no change is missed in between.
    pub(crate) async fn start(source: &Source, down: &OutageSender) -> SourceWatcher {
        match source {
            Source::Directory(directory) => {
                let watcher = DirectoryWatcher::start(Directory::clone(directory)).await;
                SourceWatcher::Directory(Box::new(watcher))
            }
            Source::Sql(sql) => {
                SourceWatcher::Sql(Box::new(SqlWatcher::start(sql.clone(), down.clone())))
            }
            Source::WordPress(site) => {
                SourceWatcher::WordPress(Box::new(WordPressWatcher::start(site.clone())))
            }
        }
    }

    /// Waits until scopes have to be read.
    pub(crate) async fn next(&mut self) -> Vec<Scope> {
        match self {
            SourceWatcher::Directory(watcher) => watcher.next().await,
            SourceWatcher::Sql(watcher) => watcher.next().await,
            SourceWatcher::WordPress(watcher) => watcher.next().await,
        }
    }

    /// Notes the result of a reading.
    pub(crate) async fn note(&mut self, note: ReadingNote) {
        match self {
            SourceWatcher::Directory(watcher) => watcher.reread(note.unsettled),
            SourceWatcher::Sql(watcher) => watcher.note(&note).await,
            SourceWatcher::WordPress(watcher) => watcher.note(&note),
        }
    }

    /// Notes that a reading panicked.
    pub(crate) fn note_panic(&mut self) {
        match self {
            SourceWatcher::Directory(_) => {}
            SourceWatcher::Sql(watcher) => watcher.retry(),
            SourceWatcher::WordPress(watcher) => watcher.retry(),
        }
    }

    /// Which changes are noticed only by comparing everything, and why.
    pub(crate) fn refusal(&self) -> Option<String> {
        let (late, reason) = match self {
            SourceWatcher::Directory(watcher) => {
                (directory::watcher::NOTICED_LATE, watcher.refusal())
            }
            SourceWatcher::Sql(watcher) => (sql::watcher::NOTICED_LATE, watcher.refusal()),
            SourceWatcher::WordPress(_) => return None,
        };
        reason.map(|reason| format!("{late}: {reason}"))
    }

    /// Whether the source is known to be down.
    pub(crate) fn is_down(&self) -> bool {
        match self {
            SourceWatcher::Directory(_) | SourceWatcher::WordPress(_) => false,
            SourceWatcher::Sql(watcher) => watcher.is_down(),
        }
    }

    /// Whether a successful reading, full or not, ends an outage.
    pub(crate) fn ends_outage(&self, is_full: bool) -> bool {
        match self {
            SourceWatcher::Directory(_) => true,
            SourceWatcher::Sql(watcher) => watcher.ends_outage(is_full),
            SourceWatcher::WordPress(watcher) => watcher.ends_outage(is_full),
        }
    }
}
