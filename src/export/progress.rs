//! How far an export is, for another thread to show.

use std::sync::atomic::{AtomicUsize, Ordering};

/// How far an export is.
#[derive(Debug, Default)]
pub struct ExportProgress {
    documents: AtomicUsize,
    done: AtomicUsize,
}

impl ExportProgress {
    /// The documents that are done, and all of them; none before they are known.
    pub fn reached(&self) -> Option<(usize, usize)> {
        let documents = self.documents.load(Ordering::Relaxed);
        (documents > 0).then(|| (self.done.load(Ordering::Relaxed), documents))
    }

    pub(super) fn start(&self, documents: usize) {
        self.documents.store(documents, Ordering::Relaxed);
    }

    pub(super) fn add_done(&self, documents: usize) {
        self.done.fetch_add(documents, Ordering::Relaxed);
    }
}
