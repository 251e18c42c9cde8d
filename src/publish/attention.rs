//! What the reader pays attention to between two readings, for each kind of source.

use std::sync::Arc;
use std::time::Duration;

use super::followed::Followed;
use super::outage::Outage;
use super::watched::Watched;
use crate::desk::{Desk, Report};
use crate::health::Health;
use crate::source::{Scope, Source};

/// A source, and what it tells by itself.
pub(super) enum Attention {
    /// A folder sends events.
    Folder(Box<Watched>),
    /// A database gives signs, and is asked.
    Database(Box<Followed>),
}

impl Attention {
    /// Begins, before the first reading, so that nothing changes unseen in between.
    pub(super) async fn start(
        desk: &Arc<Desk>,
        health: &Arc<Health>,
        outage: &Arc<Outage>,
    ) -> Attention {
        match &*desk.source() {
            Source::Directory(folder) => {
                Attention::Folder(Box::new(Watched::start(folder.clone()).await))
            }
            Source::Sql(sql) => {
                Attention::Database(Box::new(Followed::start(desk, health, outage, sql.clone())))
            }
        }
    }

    /// Waits for something that is worth doing.
    pub(super) async fn next(&mut self) -> Vec<Scope> {
        match self {
            Attention::Folder(watched) => watched.hint().await,
            Attention::Database(followed) => followed.next().await,
        }
    }

    /// Takes note of how a reading went.
    pub(super) async fn note(&mut self, scopes: &[Scope], report: &mut Report, took: Duration) {
        match self {
            Attention::Folder(watched) => {
                watched.look_again(std::mem::take(&mut report.unsettled));
            }
            Attention::Database(followed) => followed.note(scopes, report, took).await,
        }
    }

    /// Takes note of a reading that did not end.
    pub(super) fn note_broken(&mut self) {
        match self {
            Attention::Folder(_) => {}
            Attention::Database(followed) => followed.compare_soon(),
        }
    }

    /// Believes a loss that was reported.
    pub(super) fn confirm(&self) {
        match self {
            Attention::Folder(_) => {}
            Attention::Database(followed) => followed.confirm(),
        }
    }

    /// Whether it has been said that the source does not answer.
    pub(super) fn is_known_to_fail(&self) -> bool {
        match self {
            Attention::Folder(_) => false,
            Attention::Database(followed) => followed.is_down(),
        }
    }

    /// Whether a reading of `scopes` that went well shows that the source is well.
    pub(super) fn is_proof(&self, scopes: &[Scope]) -> bool {
        match self {
            Attention::Folder(_) => true,
            Attention::Database(followed) => followed.is_proof(scopes),
        }
    }
}
