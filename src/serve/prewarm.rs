//! Renders documents of new versions before clients request them, in the formats and codings in which
//! the previous versions are cached.

use std::collections::BTreeMap;
use std::future;
use std::sync::Arc;

use tokio::sync::{Mutex, mpsc};

use crate::feed::coding::Coding;
use crate::feed::snapshot::{FeedVersion, Snapshot};
use crate::model::format::Format;
use crate::model::time::Timestamp;
use crate::publish::NewVersions;
use crate::serve::documents::Documents;

/// Publications that may wait in the channel. Documents of further ones are rendered on request.
pub(crate) const PUBLICATIONS_MAX: usize = 16;

/// The versions whose documents are not rendered yet, by the feed's path.
#[derive(Default)]
struct Queue(BTreeMap<Arc<str>, QueuedVersion>);

struct QueuedVersion {
    /// Keeps the version's articles in the store.
    _snapshot: Arc<Snapshot>,
    version: Arc<FeedVersion>,
    representations: Vec<(Format, Coding)>,
}

/// Renders one document after the other until the future is dropped.
pub(crate) async fn run(
    documents: Arc<Documents>,
    publications: Arc<Mutex<mpsc::Receiver<NewVersions>>>,
) {
    let mut publications = publications.lock().await;
    let mut queue = Queue::default();
    loop {
        let next = match queue.0.is_empty() {
            true => publications.recv().await,
            false => publications.try_recv().ok(),
        };
        match next {
            Some(publication) => queue.add(&documents, publication),
            // The publisher has ended.
            None if queue.0.is_empty() => future::pending().await,
            None => {}
        }
        let Some((_, next)) = queue.0.pop_first() else {
            continue;
        };
        for (format, coding) in next.representations {
            // The next request has the same failure, and logs it.
            let _ = documents.feed(&next.version, format, coding).await;
        }
    }
}

impl Queue {
    /// Adds new versions. A version that replaces one in the queue takes over its representations.
    fn add(&mut self, documents: &Documents, publication: NewVersions) {
        let now = Timestamp::now();
        for version in publication.versions {
            let mut representations = documents.likely_representations(&version, now);
            if let Some(replaced) = self.0.remove(&version.path) {
                representations.extend(replaced.representations);
                representations.sort_unstable();
                representations.dedup();
            }
            if !representations.is_empty() {
                let queued = QueuedVersion {
                    _snapshot: publication.snapshot.clone(),
                    version,
                    representations,
                };
                self.0.insert(queued.version.path.clone(), queued);
            }
        }
    }
}
