//! Makes documents of new versions before they are requested, in the forms in which the versions
//! before were.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::mpsc;

use crate::feed::coding::Coding;
use crate::feed::snapshot::{FeedVersion, Snapshot};
use crate::model::format::Format;
use crate::model::time::Timestamp;
use crate::publish::NewVersions;
use crate::serve::documents::Documents;

/// Publications that may wait while a document is made. What finds no room is made on request.
pub(crate) const PUBLICATIONS_MAX: usize = 16;

/// The documents that are still to be made, by the feed's path.
#[derive(Default)]
struct Queue(BTreeMap<Arc<str>, Job>);

struct Job {
    /// It keeps the version's articles in the store.
    _snapshot: Arc<Snapshot>,
    version: Arc<FeedVersion>,
    forms: Vec<(Format, Coding)>,
}

/// Makes one document after the other until `publications` ends.
pub(crate) async fn run(documents: Arc<Documents>, mut publications: mpsc::Receiver<NewVersions>) {
    let mut queue = Queue::default();
    loop {
        let next = match queue.0.is_empty() {
            true => publications.recv().await,
            false => publications.try_recv().ok(),
        };
        match next {
            Some(publication) => queue.add(&documents, publication),
            None if queue.0.is_empty() => return,
            None => {}
        }
        let Some((_, job)) = queue.0.pop_first() else {
            continue;
        };
        for (format, coding) in job.forms {
            // A request for it meets the same failure, and logs it.
            let _ = documents.feed(&job.version, format, coding).await;
        }
    }
}

impl Queue {
    /// Adds new versions. One that replaces a version of the queue takes over its forms.
    fn add(&mut self, documents: &Documents, publication: NewVersions) {
        let now = Timestamp::now();
        for version in publication.versions {
            let mut forms = documents.likely_forms(&version, now);
            if let Some(replaced) = self.0.remove(&version.path) {
                forms.extend(replaced.forms);
                forms.sort_unstable();
                forms.dedup();
            }
            if !forms.is_empty() {
                let job = Job {
                    _snapshot: publication.snapshot.clone(),
                    version,
                    forms,
                };
                self.0.insert(job.version.path.clone(), job);
            }
        }
    }
}
