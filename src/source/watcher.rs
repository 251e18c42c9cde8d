//! What the reader pays attention to between two readings, for each kind of source.

use std::sync::Arc;
use std::time::Duration;

use crate::publish::health::Health;
use crate::publish::outage::Outage;
use crate::publish::publisher::{Publisher, Report};
use crate::source::directory::watcher::DirectoryWatcher;
use crate::source::sql::watcher::SqlWatcher;
use crate::source::{Scope, Source};

/// A source, and what it tells by itself.
pub(crate) enum SourceWatcher {
    /// A folder sends events.
    Folder(Box<DirectoryWatcher>),
    /// A database gives signs, and is asked.
    Database(Box<SqlWatcher>),
}

impl SourceWatcher {
    /// Begins, before the first reading, so that nothing changes unseen in between.
    pub(crate) async fn start(
        publisher: &Arc<Publisher>,
        health: &Arc<Health>,
        outage: &Arc<Outage>,
    ) -> SourceWatcher {
        match &*publisher.source() {
            Source::Directory(folder) => {
                SourceWatcher::Folder(Box::new(DirectoryWatcher::start(folder.clone()).await))
            }
            Source::Sql(sql) => SourceWatcher::Database(Box::new(SqlWatcher::start(
                publisher,
                health,
                outage,
                sql.clone(),
            ))),
        }
    }

    /// Waits for something that is worth doing.
    pub(crate) async fn next(&mut self) -> Vec<Scope> {
        match self {
            SourceWatcher::Folder(watched) => watched.hint().await,
            SourceWatcher::Database(followed) => followed.next().await,
        }
    }

    /// Takes note of how a reading went.
    pub(crate) async fn note(&mut self, scopes: &[Scope], report: &mut Report, took: Duration) {
        match self {
            SourceWatcher::Folder(watched) => {
                watched.look_again(std::mem::take(&mut report.unsettled));
            }
            SourceWatcher::Database(followed) => followed.note(scopes, report, took).await,
        }
    }

    /// Takes note of a reading that did not end.
    pub(crate) fn note_broken(&mut self) {
        match self {
            SourceWatcher::Folder(_) => {}
            SourceWatcher::Database(followed) => followed.compare_soon(),
        }
    }

    /// Believes a loss that was reported.
    pub(crate) fn confirm(&self) {
        match self {
            SourceWatcher::Folder(_) => {}
            SourceWatcher::Database(followed) => followed.confirm(),
        }
    }

    /// Whether it has been said that the source does not answer.
    pub(crate) fn is_known_to_fail(&self) -> bool {
        match self {
            SourceWatcher::Folder(_) => false,
            SourceWatcher::Database(followed) => followed.is_down(),
        }
    }

    /// Whether a reading of `scopes` that went well shows that the source is well.
    pub(crate) fn is_proof(&self, scopes: &[Scope]) -> bool {
        match self {
            SourceWatcher::Folder(_) => true,
            SourceWatcher::Database(followed) => followed.is_proof(scopes),
        }
    }
}
