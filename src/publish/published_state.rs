//! The published state, which is replaced at once.

use std::sync::Arc;

use crate::feed::snapshot::Snapshot;
use crate::render::pages::templates::Templates;

/// A snapshot and the templates of its pages.
#[derive(Debug)]
pub struct PublishedState {
    /// Every published feed.
    pub snapshot: Arc<Snapshot>,
    /// The templates of pages.
    pub templates: Arc<Templates>,
}
