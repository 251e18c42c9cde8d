//! What readers see: a snapshot and the templates of its pages, replaced together.

use std::sync::Arc;

use crate::feed::snapshot::Snapshot;
use crate::render::pages::templates::Templates;

/// A snapshot and the templates of its pages.
#[derive(Debug)]
pub struct PublishedState {
    /// Every feed.
    pub snapshot: Arc<Snapshot>,
    /// What pages are made with.
    pub templates: Arc<Templates>,
}
