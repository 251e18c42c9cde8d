//! Documents made before somebody asks: what was asked for of a feed lately, of its next version.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::mpsc;

use crate::feed::coding::Coding;
use crate::feed::snapshot::{FeedVersion, Snapshot};
use crate::model::format::Format;
use crate::model::time::Timestamp;
use crate::publish::publisher::Publisher;

/// Publications that may wait while a document is made.
pub(crate) const NEWS_MAX: usize = 16;

/// What a publication brought.
pub(crate) struct News {
    /// The snapshot, which keeps what its versions name.
    pub(crate) snapshot: Arc<Snapshot>,
    /// Its new versions.
    pub(crate) revised: Vec<Arc<FeedVersion>>,
}

/// What is still to be made, by path. Of a version that another one follows before its turn, only
/// what was wanted stays.
#[derive(Default)]
struct Ahead(BTreeMap<Arc<str>, Wanted>);

struct Wanted {
    _edition: Arc<Snapshot>,
    version: Arc<FeedVersion>,
    forms: Vec<(Format, Coding)>,
}

/// Makes one document after the other, as long as publications come.
pub(crate) async fn keep_preparing(publisher: &Arc<Publisher>, mut news: mpsc::Receiver<News>) {
    let mut ahead = Ahead::default();
    loop {
        let next = match ahead.0.is_empty() {
            true => news.recv().await,
            false => news.try_recv().ok(),
        };
        match next {
            Some(news) => ahead.add(publisher, news),
            None if ahead.0.is_empty() => return,
            None => {}
        }
        let Some((_, wanted)) = ahead.0.pop_first() else {
            continue;
        };
        for (format, coding) in wanted.forms {
            // Whoever asks for it is told of a failure.
            let _ = publisher.document(&wanted.version, format, coding).await;
        }
    }
}

impl Ahead {
    fn add(&mut self, publisher: &Publisher, news: News) {
        let now = Timestamp::now();
        for version in news.revised {
            let mut forms = publisher.forms_wanted(&version, now);
            if let Some(before) = self.0.remove(&version.path) {
                forms.extend(before.forms);
                forms.sort_unstable();
                forms.dedup();
            }
            if !forms.is_empty() {
                let wanted = Wanted {
                    _edition: news.snapshot.clone(),
                    version,
                    forms,
                };
                self.0.insert(wanted.version.path.clone(), wanted);
            }
        }
    }
}
