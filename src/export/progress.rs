//! The progress of an export, for display in another thread.

use std::sync::atomic::{AtomicUsize, Ordering};

/// The progress of an export.
#[derive(Debug, Default)]
pub struct ExportProgress {
    documents: AtomicUsize,
    done: AtomicUsize,
}

impl ExportProgress {
    /// The number of documents that are done and of all documents; `None` before it is known.
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
